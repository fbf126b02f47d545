"""How many patients a study has: every number that may count them is weighed by the words around it.

The weights are hand-set (a guess, tuned on two thirds of the annotated abstracts): what was done to
the people ("were randomised", "we enrolled") weighs most, a total more than a part, and what was
screened, planned or required weighs against. Arms are summed where only they are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.extraction.numbers import LONG_NUMBER, PERCENT, parse_number
from classifier.extraction.sentences import Sentence

_NUMBER = re.compile(
    rf"(?<![\w.\u00b7,/%+=\u2013-])(?=[\dZOTFSENzotfsen])(?P<n>\d{{1,3}}(?:[,\u2009\u202f]\d{{3}})+|\d{{1,6}}"
    rf"|{LONG_NUMBER})(?![\w%/:\u2013-]|[.\u00b7,]\d|\s*{PERCENT})"
)
_IN_BRACKET = re.compile(
    r"[(\[,;]\s*(?:\w[\w\s+/-]{0,30}[,:;]\s*)?[nN]\s*=\s*(?P<n>\d{1,3}(?:,\d{3})+|\d{1,6})(?![.\d])"
)
_PEOPLE = (
    r"(?:patients?|pts|women|men|participants?|subjects?|individuals?|adults?|children|persons?|people"
    r"|cases|females?"
    r"|males?|respondents|volunteers|survivors)\b"
)
_THEN_PEOPLE = re.compile(
    rf"\s+(?:(?!(?:were|was|had|have|who|that|of|in|with|and|or|to|from|months|years|weeks|days"
    rf"|mg)\b)[\w\u2265<>+/'-]+,?\s+){{0,7}}?{_PEOPLE}",
    re.IGNORECASE,
)
_DONE = (
    r"(?:randomi[sz]ed|randomly|randomi[sz]ation|enrol\w+|recruited|entered|accrued|registered"
    r"|assigned|allocated|included|inclusion)"
)
_SEEN = (
    r"(?:analy[sz]ed|evaluated|treated|studied|identified|reviewed|followed|investigated|assessed"
    r"|evaluable|eligible|infused|received|underwent|retrieved|fulfilled|comprised|started"
    r"|led to treatment)"
)
_THEN_DONE = re.compile(rf"[^;.]{{0,85}}?\b{_DONE}", re.IGNORECASE)
_THEN_SEEN = re.compile(rf"[^;.]{{0,70}}?\b{_SEEN}", re.IGNORECASE)
_DONE_BEFORE = re.compile(rf"\b{_DONE}(?:\s+(?:a\s+total\s+of|all|assigned|the))*\s*\Z", re.IGNORECASE)
_SEEN_BEFORE = re.compile(
    rf"\b(?:{_SEEN}|treat|describe|report(?:ed)?(?: on)?|pooled|collected)(?:\s+(?:a\s+total\s+of|all"
    rf"|data\s+(?:of|from|on)|individual|the))*\s*\Z",
    re.IGNORECASE,
)
_TOTAL_BEFORE = re.compile(
    r"\b(?:total(?:\s+population)?\s+of|in\s+total|in\s+all|altogether|overall),?\s*\Z", re.IGNORECASE
)
_PLANNED = re.compile(
    r"screened|planned|assessed\s+for\s+eligib|required|needed|necessary|would|will\s+be|aims?\s+to"
    r"|to\s+be\s+(?:enrol|recruit|includ)|\btarget|sample\s+size"
    r"|\bpower|approved|requests|charts|calculated|estimated|simulat|expected|chosen|potential|approached"
    r"|invited|healthy|control\s+group\s+of|with\s+a\s+\w+\s+diagnosis",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    r"(?:\b(?:of\s+whom|of\s+which|of\s+these|of\s+them|including|whereas|another|other|remaining"
    r"|in\s+which)[\s,]*|\d+\s*(?:\([^)]*\)\s*)?(?:/|of|out\s+of)\s+(?:the\s+|all\s+)?)\Z",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"\s+(?:of\s+(?:them|whom|these|the)|(?:\w+\s+){0,3}?(?:died|deaths?|respond|progress|relapse"
    r"|experienced|developed|discontinu|withdr|achiev|had\s+(?:a|an|no|at)\b|recurr|alive|crossed"
    r"|were\s+(?:alive|male|female|positive|negative|daratumumab)|did\b|required|tested|events?))",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r"\s*-?\s*(?:mg|g\b|Gy|ml|mL|kg|IU|MBq|ng|pg|%|months?|weeks?|days?|years?|hours?|person|patient-"
    r"|mg/m|cycles?|doses?|courses?|fractions?|sites?|cent(?:er|re)s?|hospitals?|countries|stud(?:y|ies)"
    r"|trials?|records?|articles?|abstracts?"
    r"|publications?|references?|citations?)\b",
    re.IGNORECASE,
)
_AVAILABLE = re.compile(
    rf"(?P<n>\d{{1,5}})\s+(?:out\s+)?of\s+(?:the\s+)?\d+\s+{_PEOPLE}[^.;]{{0,70}}\b(?:available|included"
    rf"|analy[sz]ed)",
    re.IGNORECASE,
)
_RECORDS = re.compile(
    r"\b(?:records|articles|publications|citations|abstracts|references) (?:were|was)\b", re.IGNORECASE
)
_EACH = re.compile(r"\b(?:each|per)\s+(?:group|arm|cohort)|\bto\s+each|\beach\b", re.IGNORECASE)
_SPLIT_PAIR = re.compile(
    rf"(?<![\w.,])(?=[\dzotfsenZOTFSEN])(?P<a>\d{{1,5}}"
    rf"|{LONG_NUMBER})\s+(?:{_PEOPLE}\s+)?(?:were\s+)?(?:randomi[sz]ed\s+"
    rf"|assigned\s+|allocated\s+)?(?:to|received|on|in|the)\s+[^.;]{{1,70}}?,?\s+(?:and|or|whereas"
    rf"|while)\s+(?P<b>\d{{1,5}}|{LONG_NUMBER})\s+(?:{_PEOPLE}\s+)?(?:were\s+)?(?:randomi[sz]ed\s+"
    rf"|assigned\s+|allocated\s+)?(?:to|received|on|in|the|[A-Z])",
)
_OUT_OF = re.compile(r"(?:/|\bof)\s*(?P<n>\d{1,5})\b(?!\s*%)")


_PROTOCOL = re.compile(r"\bprotocol\b(?! violation)|rationale and design", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Size:
    n: int
    weight: float


def patient_total(text: str, sentences: list[Sentence]) -> int | None:
    """Number of patients of the study; None where none is plainly stated.

    Examples
    --------
    >>> from classifier.extraction.sentences import split_sentences
    >>> text = "Of 143 charts screened, 97 patients were included."
    >>> patient_total(text, split_sentences(text))
    97
    """
    sizes = [size for order, s in enumerate(sentences) for size in _sizes(text, s, order)]
    if not sizes:
        return None
    best = max(size.weight for size in sizes)
    if best < 0.5 or (sentences and _PROTOCOL.search(text, 0, sentences[0].end)):
        return None
    return max(size.n for size in sizes if size.weight >= best - 0.8)


_MAY_COUNT = re.compile(
    r"[Pp]atient|pts|[Ww]om[ae]n|\bmen\b|[Pp]articipant|[Ss]ubject|[Ii]ndividual|[Aa]dults|[Cc]hildren"
    r"|[Cc]ases|people|person|respondent|survivor|[nN]\s*=|andom|nrol|ncluded|ecruit|treatment"
)


def _sizes(text: str, sentence: Sentence, order: int) -> Iterator[_Size]:
    if not _MAY_COUNT.search(text, sentence.start, sentence.end):
        return
    for match in _NUMBER.finditer(text, sentence.start, sentence.end):
        size = _weigh(text, sentence, order, match)
        if size is not None:
            yield size
    yield from _arms(text, sentence)


_PASSIVE = re.compile(rf"\s+(?:were|underwent|was|started|began|{_DONE})\b")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_CLAUSE_END = re.compile(r";|, (?:and|of|with|while|whereas|\d)|\band (?:\d|were )|\(")
_CLAUSE_START = re.compile(r"[;,(]|\band\b")
_GRADED = re.compile(r"\b(?:grades?|stage|age[sd]?|than|least|over|under)\s+(?:of\s+)?\Z")
_SAMPLES = re.compile(r"\b(?:cells?|samples?|specimens?|tissues?)\s+(?:\w+\s+){0,3}(?:from|of)\s*\Z")
_ASSIGNED = re.compile(r"[Rr]andom|RANDOM|[Aa]ssign|[Aa]llocat")


def _weigh(text: str, sentence: Sentence, order: int, match: re.Match[str]) -> _Size | None:
    start, end = match.span("n")
    n = int(parse_number(re.sub("[\u2009\u202f]", ",", match["n"])))
    if n < 3:
        return None
    before = text[max(sentence.start, start - 90) : start]
    after = text[end : min(sentence.end, end + 120)]
    people = _THEN_PEOPLE.match(after)
    verb_before = _DONE_BEFORE.search(before) or _SEEN_BEFORE.search(before)
    passive = _PASSIVE.match(after)
    if _UNIT_AFTER.match(after) or (n > 9999 and not people):
        return None
    if not (people or verb_before or passive or _TOTAL_BEFORE.search(before)):
        if "led to treatment" not in after[:20]:
            return None
    if 1900 <= n <= 2035 and not people:
        return None
    if not people and _RECORDS.search(text, sentence.start, sentence.end):
        return None  # "34 were eligible": records, not people
    unbracketed = _BRACKETS.sub("", after)
    clause_after = _CLAUSE_END.split(unbracketed, maxsplit=1)[0]
    clause_before = _CLAUSE_START.split(before)[-1]
    weight = 0.75 if people else 0.25
    if _DONE_BEFORE.search(before) or (_THEN_DONE.match(clause_after) and (people or passive)):
        weight += 1.5
    elif _SEEN_BEFORE.search(before) or _THEN_SEEN.match(clause_after):
        weight += 0.9
    if _TOTAL_BEFORE.search(before):
        weight += 0.75
    if _PLANNED.search(clause_before) or _PLANNED.search(clause_after[:70]):
        weight -= 2.5
    if _PART_BEFORE.search(before):
        weight -= 1.5
    if _PART_AFTER.match(after[len(people[0]) :] if people else after) and not _THEN_DONE.match(
        clause_after[:60]
    ):
        weight -= 0.9
    if _EACH.search(clause_after[:40]) or _GRADED.search(before[-16:]):
        weight -= 2.0
    if _SAMPLES.search(before):
        weight -= 0.2
    if text.rfind("(", sentence.start, start) > text.rfind(")", sentence.start, start):
        weight -= 0.75
    weight += {"background": -0.4, "results": 0.2}.get(sentence.section, 0.0)
    if order == 0:
        weight += 0.75
    return _Size(n, weight)


def _arms(text: str, sentence: Sentence) -> Iterator[_Size]:
    """Sums over arms: "(n = 76) or placebo (n = 73)", "350 to receive A and 320 to receive B"."""
    words = text[sentence.start : sentence.end]
    found = list(_sums(words))
    if found and not (_PLANNED.search(words) and not re.search(r"\b(?:were|was)\b", words)):
        yield from found


def _sums(words: str) -> Iterator[_Size]:
    sized = [int(parse_number(m["n"])) for m in _IN_BRACKET.finditer(words)] if "=" in words else []
    if len(sized) > 2 and 2 * max(sized) == sum(sized):  # the whole stands among its parts
        sized = [max(sized)]
    assigned = _ASSIGNED.search(words)
    if len(sized) == 1 and re.search(
        rf"(?:{_PEOPLE}|population|cohort)[^()]{{0,90}}\([nN]\s*=", words, re.IGNORECASE
    ):
        yield _Size(sized[0], 1.6 if assigned else 1.1)
    elif 2 <= len(sized) <= 4:
        compared = re.search(r"\bversus|\bvs\b|compar|\bor\b|received|groups?|women|patients", words)
        if assigned or compared:
            yield _Size(sum(sized), 2.0 if assigned else 0.8)
    pair = _SPLIT_PAIR.search(words) if assigned or "received" in words else None
    if pair and not re.search(r"total of|\bOf\b|underwent", words[: pair.start()]):
        total = int(parse_number(pair["a"])) + int(parse_number(pair["b"]))
        if total > 8 and (assigned or re.search(r"received", pair[0])):
            yield _Size(total, 2.2 if assigned else 1.8)
    available = _AVAILABLE.search(words) if " of " in words else None
    if available:
        yield _Size(int(available["n"]), 2.0)
    halves = (
        []
        if " had " not in words
        else re.findall(r"(?:arm|group)\s+had\s+(\d+)\s+(?:\w+\s+)?patients", words)
    )
    if len(halves) >= 2:
        yield _Size(sum(map(int, halves)), 2.0)
    out_of = [int(m["n"]) for m in _OUT_OF.finditer(words)] if "/" in words or " of " in words else []
    if len(out_of) == 2 and re.search(r"\b(?:arm|group|with|anastrozole|treated)\b", words):
        yield _Size(sum(out_of), 0.75)
