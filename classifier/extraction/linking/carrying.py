"""A sentence that names no endpoint goes on with those of the one before: when, and with which of them."""

from __future__ import annotations

import re

from classifier.extraction.linking.links import Focus, Link, Series
from classifier.extraction.text.endpoints import EXTRACTED, KIND
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.tokens import Token

_INHERIT = re.compile(
    r"\b(?:(?:[Ii]t|[Tt]hey|[Tt]hese|[Tt]his|[Tt]hose) (?:was|were|is|are|has been|have been|became|amounted"
    r"|remained|had become|rose|fell|(?:more than |almost |nearly |about )?(?:doubled|tripled|halved)"
    r"|improved|increased|declined|decreased|dropped|differed)|T(?:hose|hat) (?:of|for|after|under)"
    r"|[Tt]he figures?|The (?:corresponding |respective )?(?:estimates?|rates|percentages|probabilities"
    r"|values) (?:was|were)"
    r"|the (?:[\w-]+\s){0,3}(?:median"
    r"|medians|rates?|HRs?|hazard ratios?"
    r"|figures?|values?|ranges?|estimates?|probabilit\w+|percentages?)|[Mm]edians|[Rr]ates (?:were|in)"
    r"|corresponding|respective|same|figures"
    r"|HRs?|hazard ratios?|[Mm]edian (?:was|of|in))\b"
)
# "Line B: 9%", "Right-sided tumours (n = 30): 7.1 and 8.8 months"
_LABEL = re.compile(
    r"[^.;:]{1,70}:\s*(?:[\w\u2265\u2264<>+/()-][\w \u2265\u2264<>+/()-]{0,28}[, ]\s*)?[<>~\u2248]?\s*\Z"
)
_GROUP_LABEL = re.compile(
    r"(?i:\b(?:patients|pts|those|women|men|tumou?rs|disease|arms?|groups?|cohorts?|stratum|strata"
    r"|lines?|cases|levels?"
    r"|doses?|dl ?\d+|stage|years|yrs|aged?|high|low|intermediate|male|female|placebo|alone|mutant|mutated"
    r"|mutation"
    r"|wild-?type|unmutated|responders|histolog\w+|subtype|(?:non)?squamous|adenocarcinoma|treated"
    r"|na[i\u00ef]ve"
    r"|refractory|pretreated|subsets?|subgroups?|populations?|inhibitors?|antibod\w+|per|by|altered"
    r"|amplified)\b)|positive|negative|[-\u2010]mutant|[\u2265\u2264<>]|mg\b|[+\u2212](?:\s|\Z)"
    r"|\bn\s?=\s?\d"
)
_MEASURES = re.compile(
    r"(?i:\b(?:failures?|gvhd|infections?|mortality|incidence|deaths?|relapses?|rate|control|toxicit\w+"
    r"|grade|events?|surgery|resection\w*|median|compliance|survival|time|duration"
    r"|discontinu\w+|negativity|transplant\w*|clearance|reductions?|increase|decrease|discordance"
    r"|adherence)\b)"
)
_MEASURES_BUT_MEDIAN = re.compile(
    _MEASURES.pattern.replace("median|", "").replace("|survival|time|", "|follow|age|treatment|interval|")
)
_OTHER_TIME = re.compile(  # said of a time that is none of survival
    r"(?i:\b(?:lasted|exposure|follow\w*|(?:were|was) (?:younger|older)|years old|hospital stay"
    r"|disease duration|longer disease"
    r"|(?:treatment|therapy) (?:duration|time)|time (?:to|from|on|between|since)|intervals? between"
    r"|onset)\b[^.;]*)\Z"
)
_HAD_IT = re.compile(r"\b(?:achieved|reached|attained|yielded|showed|produced|had)\s*\Z")
_COMPARED = re.compile(
    r"\b(?:worse|better|alike|similar(?:ly)?|equally|lower|higher|less well|poorly|best|worst|regressed)"
    r"(?:\s+[\w<>\u2265\u2264+-]+){0,9}\s*\((?:\d\+, )?\s*\Z"
)


def goes_on(text: str, start: int, token: Token) -> bool:
    """Whether the words from `start` (of the sentence) to the value make it one of the endpoint before."""
    words = text[start : token.start]
    q = token.quantity
    if q is not None and q.kind is Kind.TIME and _OTHER_TIME.search(words):
        return False
    return _INHERIT.search(words) is not None or names_a_group_only(text, start, token)


def names_a_group_only(text: str, start: int, token: Token) -> bool:
    """ "Line B: 9%", "C did worse (41%)": a group and its value, with nothing that is measured."""
    words = text[start : token.start]
    if _COMPARED.search(words) is not None or (token.interval is not None and _HAD_IT.search(words)):
        return _MEASURES.search(words) is None
    label = words.split(":")[0]
    return (
        _LABEL.fullmatch(words) is not None
        and _GROUP_LABEL.search(label) is not None
        and _MEASURES.search(label) is None
    )


_COMPARES = re.compile(
    r"\b(?:differ\w*|gain\w*|benefit\w*|advantage|improvement|longer|shorter|longest|shortest|prolonged"
    r"|medians?"
    r"|did (?:better|worse)|fared|(?:analys[ei]s|subgroups?|subsets?|strat\w+)\b[^.;]{0,80}\b(?:showed"
    r"|gave|yielded|found))\b"
)


def compares_medians(text: str, start: int, token: Token, before: Focus | None) -> bool:
    """ "No difference between women under 70 (6.7 months) and older ones": after a sentence with medians."""
    q = token.quantity
    if before is None or q is None or q.kind is not Kind.TIME or q.unit[:1] not in "my":
        return False
    if not any(s.statistic == "median" for s in before.series):
        return False
    words = text[start : token.start]
    if _OTHER_TIME.search(words):
        return False
    return _COMPARES.search(words) is not None and _MEASURES_BUT_MEDIAN.search(words) is None


_BARE_LABEL = re.compile(r"[A-Z\d\u2265\u2264<>][^.;:%()]{0,50}(?:\([^()]{1,30}\)\s*)?:\s*")


_ANNOUNCED = re.compile(
    r"\b(?:follow\w*|list\w*|summar\w+|given|below|detail\w*|tabulated|broken down|by|per|according|shown)\b"
)


def announces_a_list(text: str, focus: Focus, end: int) -> bool:
    """ "Responses by dose are listed.", "Three-year survival.": what the sentences up to `end` give."""
    words = text[focus.end : end]
    return _ANNOUNCED.search(words) is not None or (bool(focus.times) and words.strip() in (".", ":"))


def is_listed_below(text: str, start: int, token: Token) -> bool:
    """ "Surgery: 61%": a bare label in front of a value, as in "Survival was as follows. Surgery: 61%"."""
    label = _BARE_LABEL.fullmatch(text, start, token.start)
    return label is not None and _MEASURES.search(label[0]) is None


_SAME_TIMES = re.compile(
    r"\b[Aa]t (?:the same|that|this|those|these)(?: \d+| two| three| four)? (?:time ?-?points?|times?"
    r"|landmarks?|dates?|intervals?|moments?)\b"
)


def says_same_times(text: str, start: int, end: int) -> bool:
    """Whether a sentence goes on with the time points of the one before."""
    return text.find("t th", start, end) >= 0 and _SAME_TIMES.search(text, start, end) is not None


def series_of(links: list[Link]) -> tuple[Series, ...]:
    """What a sentence reported, in its order: endpoint, statistic and time, each once."""
    found: list[Series] = []
    for link in links:
        if link.key in EXTRACTED and not link.how.startswith("none"):
            item = Series(link.key, link.statistic, link.timepoint)
            if item not in found:
                found.append(item)
    return tuple(found)


def carry_times(links: list[Link], times: tuple[float, ...]) -> tuple[float, ...]:
    """Give rates of survival without a time the one that rates were told at before; the last ones told.

    "The 5-year DFS was 70%. OS was 81%" is at five years; where two times were told, neither is taken.
    """
    rates = [k for k in links if k.statistic == "rate" and k.key and KIND[k.key] == "time"]
    told: list[float] = []
    for link in rates:
        if link.timepoint is not None and link.timepoint not in told:
            told.append(link.timepoint)
        elif link.timepoint is None and len(told or times) == 1:
            link.timepoint = (told or list(times))[0]
    return tuple(told) or times


def deal_series(links: list[Link]) -> None:
    """ "The figures were 9% and 19%": each of what the sentence before reported, in its order."""
    carried = [k for k in links if k.focus is not None and k.focus.inherited == 1 and k.focus.series]
    if not carried or carried != links[: len(carried)] or carried[0].focus is None:
        return
    series = carried[0].focus.series
    for statistic in {link.statistic for link in carried}:
        slots = [s for s in series if s.statistic == statistic]
        values = [k for k in carried if k.statistic == statistic]
        keys = {s.key for s in slots}
        if not slots or (len(keys) > 1 and len(values) % len(slots)):
            continue
        in_turn = len(keys) > 1 or len(values) % len(slots) == 0
        for n, link in enumerate(values):
            slot = slots[n % len(slots)] if in_turn else slots[0]
            link.key = slot.key
            if link.timepoint is None and KIND[slot.key] == "time":
                link.timepoint = slot.timepoint
