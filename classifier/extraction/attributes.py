"""What else a finding carries where the text says so: who judged, in whom, when, against what.

Nothing here is guessed: a field is None unless words near the value (or, for response criteria and
the data cut-off, anywhere in the text) state it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypedDict

from classifier.extraction.candidates import Candidate
from classifier.extraction.text.endpoints import KIND
from data.records import Source


class Attributes(TypedDict, total=False):
    """Fields of `data.records.Finding` that words around a value fill."""

    assessor: str | None
    analysis_set: str | None
    analysis: str | None
    time_origin: str | None
    criteria: str | None
    treatment: str | None
    reference: str | None
    adjusted: bool | None
    contrast: str | None
    source: Source
    source_study: str | None


_ASSESSOR = re.compile(
    r"(?P<independent>\bindependent(?:ly)?\b(?=[\w\s,-]{0,40}(?:review|assess|committee|radiolog|\)))"
    r"|\bB?IRC\b|\bBICR\b|\bIRAC\b"
    r"|\bblinded (?:independent )?(?:central )?review|\bcentral(?:ly)? (?:review|read|assess)\w*)"
    r"|(?P<investigator>\binvestigators?\b|\blocal (?:review|reading|assessment)\b|\btreating physicians?\b)",
    re.IGNORECASE,
)
_JUDGED = re.compile(r"ndepend|IRC|IRAC|BICR|blind|entral|vestigat|local|physician")
_SET = re.compile(
    r"(?P<itt>\bintent(?:ion)?[\s-]to[\s-]treat\b|\b[m]?ITT\b)|(?P<pp>\bper[\s-]protocol\b)"
    r"|(?P<ev>\b(?:response[\s-])?(?:evaluable|assessable)\b)|(?P<safe>\bsafety (?:population|set)\b)",
    re.IGNORECASE,
)
_POPULATION = re.compile(r"ntent|ITT|protocol|evaluable|assessable|afety")
_SET_NAMES = {"itt": "intention to treat", "pp": "per protocol", "ev": "evaluable", "safe": "safety"}
_ANALYSIS = re.compile(
    r"\b(?P<kind>interim|final|primary|updated|preliminary|post hoc|exploratory"
    r"|landmark)\s+(?:\w+\s+){0,2}?(?:analys[ie]s|results|data)\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July"
    r"|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_CUT_OFF = re.compile(
    rf"cut-?\s?off\b[^.;]{{0,30}}?(?P<date>\d{{1,2}} {_MONTH} \d{{4}}"
    rf"|{_MONTH} \d{{1,2}}, \d{{4}}|{_MONTH} \d{{4}})"
)
_ORIGIN = re.compile(
    r"\b(?:from|since|after) (?:the )?(?:date of |time of |start of )?(?P<o>randomi[sz]ation|infusion"
    r"|enrol?ment|registration|diagnosis|leukapheresis|apheresis|transplant(?:ation)?"
    r"|retreatment|treatment (?:start|initiation)|first dose|(?:the )?start of \w+)\b",
    re.IGNORECASE,
)
_CRITERIA = re.compile(
    r"\b(?P<c>i?RECIST(?:\s*(?:v(?:ersion)?\.?\s*)?1\.[01])?|IMWG|International Myeloma Working Group"
    r"|Lugano|iwCLL|RANO|Cheson|EBMT|(?:modified )?WHO(?= criteria)|IWG)\b"
)
_NO_CRITERIA = frozenset(("OS", "DFS", "EFS"))  # no response is judged
_ADJUSTED = re.compile(r"\b(?:adjusted|aHR|multivaria\w+|after adjust\w+|Cox model)\b")
_UNADJUSTED = re.compile(r"\b(?:unadjusted|crude|univaria\w+)\b")
_FACTOR = re.compile(
    r"\b(?:associated|predict\w*|prognostic|factors?|independent\w*|carried|mutation|risk of|worse|poorer)\b"
)
_RATIO_OF = re.compile(
    r"(?:hazard ratios?|\bHRs?)\b\s*(?:\[?\(?HR\]?\)?)?\s*(?:\((?P<x>[\w+ -]{2,40}?)\s*(?:/|vs?\.?"
    r"|versus)\s*(?P<y>[\w+ -]{2,40}?)\)"
    r"|(?:of|for) (?P<a>[\w+ -]{2,40}?) (?:against|versus|vs\.?|compared with|relative to"
    r"|over) (?P<b>[\w+-]+(?: [\w+-]+){0,3}?)(?= was| were|,| \d|\())"
)
_NAMED_STUDY = re.compile(r"\b(?:in|of|from) the (?P<s>[A-Z][A-Z0-9]{3,}(?:-?\d+)?) (?:trial|study)\b")


def attributes(text: str, candidate: Candidate, *, design: str) -> Attributes:
    """The further fields of a candidate's finding; a key is there only if the text fills it."""
    clause = _clause(text, candidate)
    sentence = text[candidate.sentence.start : candidate.sentence.end]
    found: Attributes = {}
    assessor = _assessor(clause) or _assessor(sentence)
    if assessor:
        found["assessor"] = assessor
    populations = list(_SET.finditer(clause)) if _POPULATION.search(clause) else []
    if populations:
        found["analysis_set"] = _SET_NAMES[str(populations[-1].lastgroup)]
    analysis = _analysis(text, sentence)
    if analysis:
        found["analysis"] = analysis
    origin = _ORIGIN.search(clause)
    if origin and KIND[candidate.link.key] == "time":
        found["time_origin"] = origin["o"]
    criteria = _criteria(text) if candidate.link.key not in _NO_CRITERIA else None
    if criteria:
        found["criteria"] = criteria
    if candidate.link.statistic == "hazard_ratio":
        found |= _ratio_attributes(text, candidate, sentence)
    found |= _source(text, candidate, sentence, design)
    return found


@lru_cache(maxsize=64)
def _assessor(words: str) -> str | None:
    """Who judged, as said last in these words."""
    if not _JUDGED.search(words):
        return None
    found = list(_ASSESSOR.finditer(words))
    return found[-1].lastgroup if found else None


@lru_cache(maxsize=2)
def _criteria(text: str) -> str | None:
    """Response criteria that the text names; one look per text, not per finding."""
    match = _CRITERIA.search(text[:20_000])
    return match["c"] if match else None


@lru_cache(maxsize=2)
def _cut_off(text: str) -> str | None:
    match = _CUT_OFF.search(text[:20_000]) if "ut" in text else None
    return match["date"] if match else None


def _clause(text: str, candidate: Candidate) -> str:
    """The words from the last semicolon (or "and" with a new value) before the value to just behind it."""
    start, end = candidate.sentence.start, candidate.link.token.end
    cut = max(text.rfind("; ", start, candidate.link.token.start), start)
    return text[cut : min(end + 12, candidate.sentence.end)]


@lru_cache(maxsize=8)
def _analysis(text: str, sentence: str) -> str | None:
    parts = []
    kind = _ANALYSIS.search(sentence) or _ANALYSIS.search(text[:300])
    if kind:
        parts.append(kind["kind"].casefold())
    cut_off = _cut_off(text)
    if cut_off:
        parts.append(f"data cut-off {cut_off}")
    return ", ".join(parts) or None


def _ratio_attributes(text: str, candidate: Candidate, sentence: str) -> Attributes:
    found: Attributes = {}
    place = candidate.link.token.start - candidate.sentence.start
    before = sentence[:place]
    if _UNADJUSTED.search(before):
        found["adjusted"] = False
    elif _ADJUSTED.search(before):
        found["adjusted"] = True
    told = list(_RATIO_OF.finditer(before))
    if told:
        found["treatment"] = (told[-1]["x"] or told[-1]["a"]).strip()
        found["reference"] = (told[-1]["y"] or told[-1]["b"]).strip()
    elif candidate.contrast:
        found["treatment"], found["reference"] = candidate.contrast
    if found.get("treatment"):
        found["contrast"] = "treatment"
    elif _FACTOR.search(sentence):
        found["contrast"] = "prognostic factor"
    return found


def _source(text: str, candidate: Candidate, sentence: str, design: str) -> Attributes:
    if design == "review":
        return {"source": Source.SUMMARISED}
    study = _NAMED_STUDY.search(sentence)
    if study and candidate.sentence.section in ("background",) and study["s"] not in text[:250]:
        return {"source": Source.OTHER_STUDY, "source_study": study["s"]}
    return {}
