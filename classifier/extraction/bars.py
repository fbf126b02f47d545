"""Words right beside a value that leave it no result: targets, the results of others, schedules."""

from __future__ import annotations

import re

from classifier.extraction.linking.links import Link
from classifier.extraction.text.endpoints import KIND
from classifier.extraction.text.numbers import Kind

_TARGET = re.compile(
    r"\b(?:threshold|criterion|benchmark|hurdle|minim(?:al|um)(?: (?:useful|acceptable|required|relevant"
    r"|worthwhile))?"
    r"|expected|goal|aim|target(?:ed)?|assumed|hypothesi[sz]ed|null|anticipated|postulated)"
    r"(?:[\s:=]+(?:HR|hazard ratio|ORR|PFS|OS|rate|median|value|of|for|was))*[\s:=<>\u2265\u2264]*\Z"
)
_SCHEDULE = re.compile(r"\b(?:every|each|once every|daily for)\s+\Z")
_TREATED = re.compile(r"\b(?:given to|received by|used in|offered to)\s+(?:\d+\s*%\s*(?:and|v|vs\.?)\s*)?\Z")
_KNOWN = re.compile(
    r"\b(?:has|have) an? (?:\w+ )?(?:prognosis|median (?:overall )?survival|survival)\b[^.;]{0,40}\Z"
)
_ELSEWHERE = re.compile(
    r"\A[^.;]{0,50}\b(?:reported|published|observed|seen|described|found)\s+(?:previously|elsewhere"
    r"|earlier|historically"
    r"|in (?:the )?(?:literature|previous|earlier|historical|other|[A-Z][A-Z0-9-]{3,} (?:trial|study)))"
)
_LIKE_OTHERS = re.compile(
    r"\b(?:comparable (?:to|with)|similar to|than|consistent with|compared (?:to|with)|in line with)\s+"
    r"(?:the|that of|those of|an?)\s+(?:(?:ORR|median|PFS|OS|rate|of)\s+){0,3}[~\u2248]?\s*\Z"
)
_EARLIER_STUDIES = re.compile(
    r"\A(?:[^.;]|\.\d|;(?=[^()]{0,60}\))){0,70}?\b(?:(?:in|from|by|of)\s+(?:an?|the|its|their|two|three"
    r"|several|some|many)?\s*"
    r"(?:[\w-]+\s+)?(?:earlier|previous|prior|preceding|foregoing|registration(?:al)?|licensing|pivotal"
    r"|historic(?:al)?|published|older)\s+"
    r"(?:[\w-]+\s+){0,3}?(?:trials?|stud(?:y|ies)|series|reports?|controls?|experience|publications?)"
    r"|(?:had been|have been|has been|was|were) (?:reported|published|described) (?:with|in|by|for"
    r"|previously|earlier))\b"
)
_HOPED_FOR = re.compile(
    r"\A(?:[^.;]|\.\d){0,50}?\b(?:had been|were|was|is|has been|will be|being|would be) (?:"
    r"(?:considered|regarded as|deemed"
    r"|judged|thought) (?:to be )?(?:of (?:no )?interest|(?:un)?interesting|promising|worthwhile"
    r"|relevant|(?:un)?acceptable"
    r"|sufficient|insufficient|adequate|inadequate|futile|(?:in)?active|clinically \w+)|hoped for"
    r"|targeted|aimed (?:at|for)"
    r"|anticipated|assumed"
    r"|postulated|desired|customary|usual|planned|hypothesi[sz]ed|expected|foreseen|sought|aspired)\b"
)
_OR_MORE = re.compile(r"\s+or\s+(?:more|less|below|above|higher|lower|greater|fewer|longer)\b(?!\s+than)")
_BELOW = re.compile(r"\b(?:below|under|less than|above|exceed\w*|margin (?:of|was|being))\s*\Z")
_AT = re.compile(r"(?P<word>[\w,;%)]+)\s+at\s*\Z")
_SAID_WITH_AT = frozenset(
    "differ differed same standing alike similar stood stands remained remains estimated was were is".split()
)
_PUBLISHED = re.compile(
    r"\b(?:an? (?:published|earlier|previous|registration|pivotal|historical|older)\s+(?:[\w-]+\s+){0,4}?"
    r"(?:trial|study|series|report|cohort|meta-analysis)|[Ll]iterature values?|is known for|approv(?:al"
    r"|ed)\b[^.;]{0,60}?\b(?:with|on the basis of|based on|because of|given)"
    r"|the (?:pivotal|registration(?:al)?|licensing|preceding|previous|earlier|original|historical|landmark)"
    r" (?:[\w-]+ ){0,3}(?:trial|study|series|cohort)s?,? (?:in which|where|whose|which)"
    r"|[Hh]istoric(?:al)? (?:[\w-]+ ){0,2}(?:series|controls|studies|reports|data|cohorts) (?:report"
    r"|show|suggest|indicate|give|had)\w*"
    r"|published (?:[\w-]+ ){0,3}"
    r"(?:survival|response rates?|results?))\b(?:[^.;]|\.\d|;(?=[^()]*\Z)){0,110}\Z"
)
# "5 (11%) were complete"
_PARTS = re.compile(
    r"\A\s*[)\]]?\s*,?\s*(?:of (?:these|them|which|whom) )?(?:(?:were|was|being"
    r"|had been)\s+)(?:\w+\s+)?(?:complete|partial|major|minor)\b"
    r"|\A\s*[)\]]?\s*,?\s*(?:(?:had|responded|responding|remitted)\s+)?completely\b"
    r"|\A\s*[)\]]?\s+in (?:an? )?(?:(?:[\w-]+ )?complete|very good partial) (?:response|remission)"
    r"|\A\s*[)\]]?\s+of (?:the|these|those) (?:\w+ )?responders\b"
)
# "an objective response, complete in 14%", "51 of these were major (84%)"
_PARTS_BEFORE = re.compile(
    r"(?:,\s*|\band\s+)(?:which (?:was|were)\s+)?complete\s+(?:in"
    r"|for)\s+(?:another\s+)?(?:\d+\s*(?:patients\s*)?\()?\Z"
    r"|\b(?:were|was)\s+(?:complete|partial|major|minor|stringent)\s*\(\Z"
)
_OF_AN_ORGAN = re.compile(
    r"\A\s*[)\]]?\s+in (?:the )?(?:blood|skin|lymph nodes?|nodes|spleen)\b(?! (?:\w+ )?(?:patients|cohort))"
)
_ORGAN_BEFORE = re.compile(
    r"\b(?:skin|blood|nodes|nodal disease|spleen)(?: alone| only)?\s*(?:was \w+ (?:\w+ )?|:"
    r"|,)?\s*\((?:\w{1,6} )?\Z"
)
_OF_RESPONDERS = re.compile(r"\A\s+responders\b")
_EVENTS_BEFORE = re.compile(r"\b(?:deaths|events|patients had died|had died)\s*\(\Z")
_MET_A_CRITERION = re.compile(
    r"\b(?:objective|criterion|end ?-?point|goal|requirement|hypothesis|aim)\s+(?:of|that|was)\s[^.,;%]{0,40}"
    r"\b(?:exceeding|above|at least|over|exceeds?|beyond|greater than|more than|higher than)\s*\Z"
)
_WE_EXPECTED = re.compile(
    r"\b(?:[Ww]e|[Ii]nvestigators|[Aa]uthors)\s+(?:had\s+)?(?:expected|anticipated|hoped for|aimed (?:at"
    r"|for)|assumed|considered"
    r"|required|targeted)\b[^.;,%]{0,60}\Z"
)
_IMPORTANCE = re.compile(r"\b(?:importance|preference weight|attribute weight)\s*(?:of|was|,)?\s*\Z")
_GIVEN_UP = re.compile(
    r"\b(?:forgo|forego|give up|trade off|sacrifice|be willing to \w+)\s+(?:\w+\s+){0,3}\Z"
)
_THEN_A_MEDIAN = re.compile(r"\s*,?\s*with\s+an?\s+median\b|\s*\(median\b")
_TOO_LOW = re.compile(r"\A\s+(?:(?:as|to be)\s+)?too (?:low|high|little)\b")
_FROM_A_LANDMARK = re.compile(r"\b[Ll]andmark(?: time)?(?: (?:of|at|set at))?\s*\Z")
_OF_OTHERS = re.compile(
    r"\A[^.;,]{0,30}?\b(?:reported|seen|observed|published|achieved|described)\b[^.;]{0,60}?"
    r"\b(?:in|by|from)\s+(?:the\s+)?[A-Z][A-Za-z]*[A-Z0-9]"
    r"|\A\s*(?:of|in|from)\s+(?:the\s+)?[A-Z][A-Za-z]+[ -]?\d{2,}"
)


def _is_cut_off(text: str, start: int) -> bool:
    """ "21 months with A at 50%": where a marker was cut, unless a verb makes it the result."""
    at = _AT.search(text, max(0, start - 24), start)
    return at is not None and not at["word"].endswith((",", ";")) and at["word"] not in _SAID_WITH_AT


def _at_its_name(text: str, link: Link) -> bool:
    """ "which leaves 5-year overall survival at 98.6%": said right behind the endpoint."""
    focus, start = link.focus, link.token.start
    return focus is not None and text[focus.end : start].strip() in (
        "at",
        "rate at",
        "rates at",
        "probability at",
    )


def _is_a_part(text: str, link: Link, after: str) -> bool:
    """Whether a rate is that of the complete responses, of some responders or of one organ."""
    if _PARTS.match(after) or (
        _OF_RESPONDERS.match(after) and " of " in text[link.token.start : link.token.end]
    ):
        return True
    if KIND[link.key] != "rate":
        return False
    start = link.token.start
    if _PARTS_BEFORE.search(text, max(0, start - 50), start):
        return True
    return (
        _OF_AN_ORGAN.match(after) is not None
        or _ORGAN_BEFORE.search(text, max(0, start - 40), start) is not None
    )


def _meets_a_criterion(text: str, start: int) -> bool:
    """ "which met the criterion of a rate above 40%"."""
    before = max(0, start - 90)
    return (
        _MET_A_CRITERION.search(text, before, start) is not None
        or _WE_EXPECTED.search(text, before, start) is not None
    )


def what_bars(text: str, link: Link) -> str:
    """What the words right beside a value make of it, whatever else they say; "" if nothing."""
    q = link.token.quantity
    if q is None:
        return ""
    start, end = link.token.start, link.token.end
    if q.kind is Kind.TIME and _SCHEDULE.search(text, max(0, start - 16), start):
        return "a schedule"
    if _TARGET.search(text, max(0, start - 40), start):
        return "a target"
    if _OR_MORE.match(text, end) or (
        link.statistic == "hazard_ratio" and _BELOW.search(text, max(0, start - 24), start)
    ):
        return "a target"
    if q.kind is Kind.PERCENT and _is_cut_off(text, start) and not _at_its_name(text, link):
        return "a target"
    if _PUBLISHED.search(text, max(0, start - 160), start):
        return "known before"
    if q.kind is Kind.PERCENT and _TREATED.search(text, max(0, start - 40), start):
        return "a share of people treated"
    if _KNOWN.search(text, max(0, start - 70), start):
        return "known before"
    after = text[end : end + 130]
    if _HOPED_FOR.match(after):
        return "a target"
    if link.statistic == "rate" and _is_a_part(text, link, after):
        return "belongs to CR"
    if q.kind is Kind.PERCENT and (_TOO_LOW.match(after) or _meets_a_criterion(text, start)):
        return "a target"
    if q.kind is Kind.PERCENT and _IMPORTANCE.search(text, max(0, start - 40), start):
        return "a share of people"  # what they value
    if q.kind is Kind.TIME and _GIVEN_UP.search(text, max(0, start - 50), start):
        return "a target"
    if q.kind is Kind.INTERVAL and _THEN_A_MEDIAN.match(text, end):
        return "a schedule"  # "from 1 to 41 months, with a median of 5.4": over the patients
    if q.kind is Kind.TIME and _FROM_A_LANDMARK.search(text, max(0, start - 30), start):
        return "a schedule"
    if _ELSEWHERE.match(after) or _EARLIER_STUDIES.match(after):
        return "another study's result"
    if _OF_OTHERS.match(after) and _LIKE_OTHERS.search(text, max(0, start - 60), start):
        return "another study's result"
    if link.statistic == "rate" and KIND[link.key] == "time" and link.timepoint is None:
        named = text[link.focus.start : link.focus.end] if link.focus is not None else ""
        if (
            "progression or death" in named
            or link.token.count is not None
            or _EVENTS_BEFORE.search(text, max(0, start - 30), start)
        ):
            return "a share of people"  # who had an event
    return ""
