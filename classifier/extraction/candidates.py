"""A linked value, and what speaks against taking it as a result."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from classifier.extraction.bars import what_bars
from classifier.extraction.context import Context
from classifier.extraction.groups.told import Told
from classifier.extraction.linking.links import Link, is_duration
from classifier.extraction.text.endpoints import EXTRACTED, KIND
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.sentences import Sentence
from classifier.extraction.text.tokens import Token


@dataclass(slots=True)
class Candidate:
    """A linked value and what speaks against it ("" when nothing does).

    `barred` tells that no result can be made of it whatever the words around it say.
    """

    sentence: Sentence
    link: Link
    refusal: str
    arm: str | None = None
    confidence: float | None = None
    contrast: tuple[str, str] | None = None  # treatment and reference of a hazard ratio
    wanted: bool = True  # whether its endpoint is one of those that are extracted
    accepted: bool = False  # whether it is taken as a result

    @property
    def barred(self) -> bool:
        """Whether the refusal is one that no model may overrule."""
        return not self.wanted or self.refusal.startswith(_BARRED)


_BARRED = (
    "no endpoint in reach",
    "belongs to",
    "a number without a unit",
    "a time with",
    "a count with",
    "another study's result",
    "a target",
    "a schedule",
    "a share of people",
    "known before",
    "another disease's response",
)


def judge(
    text: str,
    sentence: Sentence,
    tokens: list[Token],
    link: Link,
    context: Context,
    *,
    wanted: frozenset[str] = EXTRACTED,
) -> Candidate:
    """Say what speaks against a linked value; `wanted` are the endpoints that are extracted."""
    is_wanted = link.key in wanted
    return Candidate(sentence, link, _refusal(text, tokens, link, context, is_wanted), wanted=is_wanted)


_RATIO_CUE = re.compile(
    r"(?:\bthe (?:\w+ ){0,2}(?:HRs?|hazard ratios?) |HRs? (?:was|were|became|for)|\b[Cc]orresponding"
    r"|\b(?:it|they) (?:was|were)|(?:\A|[.;] )(?:HR|Hazard ratio)|hazard ratio for (?:death|progression)"
    r"|\b[Tt]his\b|same (?:way|direction)|consistent|confirm\w*|robust|likewise|similar"
    r"|median|weighted HR|death|rates? (?:was|were)|[Bb]enefit|[Ee]ffect|advantage|favou?r\w*"
    r"|respectively)[^.]*\Z"
)
_OTHER_EVENT = re.compile(
    r"(?i:failures?|malignanc\w+|incidence|recurren\w+|relaps\w+|metasta[st]\w+|transform\w+"
    r"|infections?|discontinu\w+"
    r"|toxicit\w+|hospitali\w+|respon[ds]\w*|remission|neuropath\w+|progress(?:ion|ed)|events?|control"
    r"|deteriorat\w+"
    r"|time to|symptom\w*|pain|transfusion|engraft\w+|GVHD|fractures?|thrombo\w+|cancers?\b(?=[^.;]{0,20}\())"
)


def _of_another_event(text: str, token: Token) -> bool:
    """Whether a ratio in a sentence that names no endpoint is that of something else that it names."""
    start = token.start
    if _RATIO_CUE.search(text, max(0, start - 200), start):
        return False
    bracket = text.rfind("(", 0, start)
    part = text.rfind(";", 0, start)
    if token.depth and part > bracket >= 0:  # inside the bracket of the ratio itself
        part = text.rfind(";", 0, bracket)
    begin = max(text.rfind(". ", 0, start), part, start - 160)
    return _OTHER_EVENT.search(text, begin, start) is not None


_THRESHOLD_WORDS = re.compile(
    r"(?:[<>\u2265\u2264]|\b(?:cut-?off|threshold|above|below|less than|fewer than|lower than"
    r"|per)(?: (?:of|at|value|level))*)\s*\Z"
)
_DIFFERENCE_BEFORE = re.compile(
    r"(?:\b(?:differences?|benefits?|improvements?|gains?|advantages?|increases?|decreases?"
    r"|prolongations?|reductions?"
    r"|delays?)(?:\s+\w+){0,3}\s+(?:of|reached|amounted to|being|equalled)(?:\s+(?:about|approximately"
    r"|only|nearly|at least|more than))?"
    r"|(?<!ed )(?<!shown )(?<!seen )(?<!had )(?<!but )(?<!taken )(?<!found )\bby(?:\s+(?:about"
    r"|approximately|a median of|only|nearly|at least"
    r"|more than))?)\s*[~\u2248\u223c]?\s*\Z"
)
_DIFFERENCE_AFTER = re.compile(
    r"\A\s*(?:absolute\s+|relative\s+|risk\s+|overall\s+)?(?:reduction|increase|improvement|decrease"
    r"|lower|higher|longer|shorter|greater"
    r"|risk reduction|difference|power|maturity|mature|censored|(?:percentage )?points?|information"
    r"|of (?:the )?(?:\w+ )?(?:events|deaths)|of (?:the )?(?:planned|required|expected)"
    r"|improved|better|worse)\b"
)


def _refusal(text: str, tokens: list[Token], link: Link, context: Context, is_wanted: bool) -> str:
    q = link.token.quantity
    if q is None or not link.key:
        return "no endpoint in reach"
    start, end = link.token.start, link.token.end
    if q.kind in (Kind.PERCENT, Kind.TIME) and (
        _DIFFERENCE_BEFORE.search(text, max(0, start - 70), start)
        or _DIFFERENCE_AFTER.match(text[end : end + 40])
    ):
        return "a difference"
    if not is_wanted:
        return f"belongs to {link.key}"
    if link.how.startswith("inherited without a cue"):
        return "no endpoint in the sentence"
    if link.how == "hazard ratio inherited" and _of_another_event(text, link.token):
        return "a hazard ratio with no endpoint in the sentence"
    if context.elsewhere:
        return "known before"
    if context.known:
        return "told before the study"
    barred = what_bars(text, link)
    if barred:
        return barred
    if context.planned or (
        context.perhaps_planned and link.token.interval is None and link.token.count is None
    ):
        return "planned or hypothesised"
    if link.statistic == "plain":
        return "a number without a unit"
    if link.statistic in ("median", "mean") and KIND[link.key] == "rate":
        return "a time with a response endpoint"
    if (
        link.statistic == "rate"
        and KIND[link.key] == "time"
        and q.kind is Kind.COUNT
        and (link.timepoint is None or "people" not in link.how)
    ):
        return "a count with a survival endpoint"
    if (
        (q.kind is Kind.TIME or q.why == "pair time")
        and is_duration(text, link.token)
        and not _lived_for(text, link)
    ):
        return "a duration or threshold"
    if q.kind is Kind.PERCENT and _THRESHOLD_WORDS.search(text, max(0, start - 24), start):
        return "a threshold"
    if link.statistic == "rate" and link.key == "OS" and link.timepoint is None:
        named = text[link.focus.start : link.focus.end] if link.focus is not None else ""
        if "people" in link.how or named.casefold() in ("alive", "survived", "surviving"):
            return "alive at no stated time"
    return ""


_FOR_SO_LONG = re.compile(
    r"\b(?:[Ff]or|[Aa]t|[Aa]fter)\s+(?:an?\s+)?(?:median|mean|average)?\s*(?:of\s+)?(?:only\s+|about\s+)?\Z"
)


def _lived_for(text: str, link: Link) -> bool:
    """ "lived without progression for a median of 7.4 months, the others for 6.8": how long is the result."""
    if link.focus is None or KIND[link.key] != "time":
        return False
    name = text[link.focus.start : link.focus.end].casefold()
    living = name.startswith(("lived", "living", "surviv", "alive", "died")) and name != "survival"
    return (living or name.endswith("free")) and (
        _FOR_SO_LONG.search(text, max(0, link.token.start - 30), link.token.start) is not None
    )


def may_name_arms(candidate: Candidate) -> bool:
    """Whether the words around a value name groups: a result, of whatever endpoint, or what may be one."""
    if candidate.refusal.startswith("belongs to"):
        return KIND[candidate.link.key] != "other"
    return not candidate.barred and candidate.refusal not in ("a duration or threshold", "a threshold")


def for_either_arm(text: str, candidate: Candidate, told: Told) -> list[Candidate]:
    """ "not reached in either group" says it once for each of the two."""
    last = list(told.lists[-1]) if told.lists else []
    pair = last if len(last) == 2 else told.study
    if len(pair) == 2 and _EITHER.match(text, candidate.link.token.end):
        return [replace(candidate, arm=name) for name in pair]
    return [candidate]


_EITHER = re.compile(
    r"\s+(?:in|for|with)\s+either\s+(?:the\s+)?(?:group|arm|treatment|cohort|part|regimen|of)"
)


def contrast(candidate: Candidate, others: list[Candidate]) -> tuple[str, str] | None:
    """Treatment and reference of a hazard ratio, from the two medians that stand with it.

    A ratio below 1 means the longer median is the treatment's; above 1, the shorter one is.
    """
    link, ratio = candidate.link, candidate.link.token.quantity
    if link.statistic != "hazard_ratio" or ratio is None or ratio.value is None or ratio.value == 1:
        return None
    medians = [
        (other.link.token.quantity.value, other.arm)
        for other in others
        if other.link.key == link.key
        and other.link.statistic == "median"
        and other.link.token.start < link.token.start
        and other.arm
        and other.link.token.quantity is not None
        and other.link.token.quantity.value is not None
    ][-2:]
    if len(medians) != 2 or medians[0][0] == medians[1][0] or medians[0][1] == medians[1][1]:
        return None
    (_, short), (_, long) = sorted(medians, key=_value)
    return (str(long), str(short)) if ratio.value < 1 else (str(short), str(long))


def _value(pair: tuple[float | None, str | None]) -> float:
    return pair[0] or 0.0
