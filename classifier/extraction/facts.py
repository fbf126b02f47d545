"""Facts of a record: how many patients, how long followed, what design."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.extraction.numbers import (
    LONG_NUMBER,
    NUMBER,
    PERCENT,
    TIME_UNIT,
    WORD_NUMBER,
    parse_number,
    to_months,
)
from classifier.extraction.sentences import Sentence


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What holds for the whole record.

    Attributes
    ----------
    n_total : int or None
        Patients enrolled, randomised or included.
    follow_up_months : float or None
        Median follow-up.
    design : str
        rct, nonrandomised_trial, observational, review or other (the annotation guide's words).
    """

    n_total: int | None
    follow_up_months: float | None
    design: str


def record_facts(text: str, sentences: list[Sentence]) -> RecordFacts:
    """Read the facts of one text."""
    design = study_design(text, sentences)
    return RecordFacts(patient_total(text, sentences, design), median_follow_up(text), design)


# ---------------------------------------------------------------- how many patients

_INT = rf"(?:\d{{1,3}}(?:[,\u2009\u202f]\d{{3}})+|\d{{1,6}}|{LONG_NUMBER})(?![.\u00b7]\d)(?!\s*{PERCENT})"
_PEOPLE = (
    r"(?:patients?|pts|women|men|participants?|subjects?|individuals?|adults?|children|persons?|people|cases"
    r"|females?|males?|respondents|volunteers|eyes)"
)
_VERB = (
    r"(?:randomi[sz]ed|randomly|enrolled|recruited|included|entered|accrued|registered|assigned|allocated|analy[sz]ed"
    r"|evaluated|treated|studied|eligible|evaluable|reviewed|identified|followed|received|underwent|infused|participated"
    r"|investigated|available|considered|assessed|represented|complete)"
)
_STRONG = re.compile(
    r"randomi[sz]|randomly|enrol|recruit|includ|entered|accrued|registered|assigned|allocated", re.IGNORECASE
)
_N_PATIENTS = re.compile(
    rf"(?<![\w.\u00b7,/%+-])(?P<n>{_INT})\s+(?:(?!{_VERB}|who|with|and|or|in|of)[\w\u2265<>+/-]+,?\s+){{0,7}}?{_PEOPLE}\b",
    re.IGNORECASE,
)
_TOTAL_OF = re.compile(
    rf"\b(?:total of|totally|altogether|in total|in all|overall),?\s+(?P<n>{_INT})\b", re.IGNORECASE
)
_PATIENTS_N = re.compile(rf"{_PEOPLE}[^.;()]{{0,120}}?\(\s*[nN]\s*=\s*(?P<n>{_INT})", re.IGNORECASE)
_VERB_N = re.compile(
    rf"\b(?:enrolled|randomi[sz]ed|included|recruited|analy[sz]ed|evaluated|registered|treated)\s+(?:a total of\s+)?(?P<n>{_INT})(?!\s*(?:mg|Gy|\w*\s*(?:cent|site|hospital|stud|trial|cycle|year|month|week|day)))",
    re.IGNORECASE,
)
_N_VERB = re.compile(
    rf"(?<![\w.\u00b7,/%+-])(?P<n>{_INT})\s+(?:were|was|underwent)\s+(?:\w+ly\s+)?(?:randomi[sz]\w+|enrolled|included|recruited|treated|analy[sz]ed|eligible)",
    re.IGNORECASE,
)
_STUDIES_ON = re.compile(
    rf"(?:stud\w+|trials?|publications|cohorts?|articles|reports)\s+(?:\([^)]*\)\s+)?(?:on|with|including|involving|comprising|enrolling|totall?ing|of)\s+(?:a total of\s+)?(?P<n>{_INT})(?:\s+\w+){{0,4}}?\s+{_PEOPLE}",
    re.IGNORECASE,
)
_ARMS = re.compile(rf"\(\s*(?:\w[\w\s/+-]{{0,30}}[,:;]\s*)?[nN]\s*=\s*(?P<n>{_INT})")
_NOT_STUDY = re.compile(
    r"screen\w*|planned|assessed for eligib\w*|required|need(?:ed)?|would|will be|to be (?:enrol|recruit|includ)\w*|target|sample size|power"
    r"|approved|requests|records|charts|calculated|estimated that|simulat\w*|expected|necessary|chosen|aimed to|controls?\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:\bof (?:the |these |all )?(?:whom|which|them)|died|deaths?|respond|progress|relapse|experienced|developed|discontinu|received (?:at least|the)|withdr|achiev|events?"
    r"|had (?:a|an|been|no|at)|recurr|toxic|grade|alive|evaluable for|crossed|were (?:male|female|positive|negative)|healthy|control group)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Size:
    n: int
    score: float
    start: int


def patient_total(text: str, sentences: list[Sentence], design: str = "") -> int | None:
    """Number of patients of the study; arms are summed where only they are given."""
    sizes = list(_sizes(text, sentences))
    if not sizes:
        return _sum_of_arms(text, sentences)
    best = max(s.score for s in sizes)
    if best < 1.5:
        arms = _sum_of_arms(text, sentences)
        if arms is not None:
            return arms
    return max(s.n for s in sizes if s.score >= best - 0.75)


def _sizes(text: str, sentences: list[Sentence]) -> Iterator[_Size]:
    for order, sentence in enumerate(sentences):
        for pattern, base in (
            (_N_PATIENTS, 0.5),
            (_TOTAL_OF, 1.0),
            (_PATIENTS_N, 1.0),
            (_VERB_N, 0.5),
            (_N_VERB, 0.5),
            (_STUDIES_ON, 2.5),
        ):
            for match in pattern.finditer(text, sentence.start, sentence.end):
                size = _size(text, sentence, order, match, base)
                if size is not None:
                    yield size


def _size(text: str, sentence: Sentence, order: int, match: re.Match[str], base: float) -> _Size | None:
    n = int(parse_number(match["n"].replace("\u2009", ",").replace("\u202f", ",")))
    if n < 3 or (1900 <= n <= 2035 and "," not in match["n"] and base < 2):
        return None
    start, end = match.start(), match.end()
    clause_start = max(
        sentence.start, text.rfind(";", sentence.start, start) + 1, text.rfind("(", sentence.start, start)
    )
    before, after = text[max(clause_start, start - 70) : start], text[end : min(sentence.end, end + 90)]
    after = re.split(r"[;]|, (?:and|of|with|\d)|\bof whom|\d+\s+(?:were|was|to)\b", after)[0]
    score = base
    near = before[-60:] + " " + match[0] + " " + after
    if _STRONG.search(near):
        score += 1.5
    elif re.search(_VERB, near, re.IGNORECASE):
        score += 0.75
    if re.search(r"\b(?:total|in all|altogether|overall|all)\b", before[-25:], re.IGNORECASE):
        score += 0.5
    if _NOT_STUDY.search(match[0] + " " + re.split(r",| and ", after)[0]) or _NOT_STUDY.search(
        re.split(r"[,;]", before)[-1]
    ):
        score -= 2.0
    if _PART.search(after[:60]) and not _STRONG.search(after[:60]):
        score -= 1.0
    if re.search(r"\b(?:from|at|across|in)\s*\Z", before) and order > 0:
        score -= 0.25
    if re.search(r"\b(?:each|per)\b", near):
        score -= 0.75
    if sentence.section == "background":
        score -= 0.5
    if sentence.section == "results":
        score += 0.25
    if order == 0:
        score += 0.75
    return _Size(n, score, start)


def _sum_of_arms(text: str, sentences: list[Sentence]) -> int | None:
    for sentence in sentences:
        words = text[sentence.start : sentence.end]
        if not re.search(r"randomi[sz]|assign|allocat|receiv|divid|compar", words, re.IGNORECASE):
            continue
        arms = [int(parse_number(m["n"])) for m in _ARMS.finditer(text, sentence.start, sentence.end)]
        if len(arms) >= 2 and not _NOT_STUDY.search(words):
            return sum(arms)
        pairs = re.findall(
            rf"(?<![\w.])({_INT})\s+(?:{_PEOPLE}\s+)?(?:received|were (?:assigned|allocated|randomi[sz]ed) to|to|in|assigned)\s+(?:the\s+)?\w+[^,;.]{{0,40}}?,?\s+and\s+({_INT})\s+",
            words,
            re.IGNORECASE,
        )
        if pairs:
            return sum(int(parse_number(n)) for n in pairs[0])
    return None


# ---------------------------------------------------------------- how long followed

_D = r"[-\u2010\u2011\u2012\u2013\s]*"
_TIME = rf"(?P<v>{NUMBER}|{WORD_NUMBER})(?:\s*(?:\u00b1|\+/?-)\s*{NUMBER})?[\s\u00a0-]*(?:\((?:inter\w*\s+)?(?:range|IQR)?[^()]{{0,30}}\)\s*)?(?P<u>{TIME_UNIT})"
_FOLLOW = (
    re.compile(
        rf"(?:median|medium)\s+(?:\w+\s+){{0,2}}?(?:duration\s+(?:of\s+)?|time\s+(?:of\s+)?|length\s+of\s+)?(?:\w+\s+)?follow{_D}up(?:s)?\b(?P<mid>[^.;]{{0,90}}?)\b{_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:followed|follow{_D}up|observed|observation)\b[^.;\d]{{0,50}}?\bmedian\s+(?:of\s+|time\s+of\s+|was\s+|duration\s+(?:of\s+)?)?(?P<mid>){_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:median\s+of\s+)(?P<mid>){_TIME}(?:'s?|\u2019)?\s+(?:of\s+)?(?:\w+\s+)?(?:follow{_D}up|observation)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w.\u00b7]){_TIME}\s+(?:of\s+)?(?P<mid>)(?:the\s+)?median\s+(?:\w+\s+)?follow{_D}up",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:mean|average|minimum)\s+(?:\w+\s+)?follow{_D}up\b(?P<mid>[^.;\d]{{0,40}}?)\b{_TIME}",
        re.IGNORECASE,
    ),
    re.compile(rf"follow{_D}up\s+(?:time\s+|period\s+)?(?:was|of|:|=)\s+(?P<mid>){_TIME}", re.IGNORECASE),
    re.compile(
        rf"(?:after|with|at)\s+(?P<mid>){_TIME}(?:'s?|\u2019)?\s+(?:of\s+)?follow{_D}up", re.IGNORECASE
    ),
    re.compile(rf"follow{_D}up[^.;]{{0,120}}?\(median[,:]?\s+(?P<mid>){_TIME}", re.IGNORECASE),
)


def median_follow_up(text: str) -> float | None:
    """Median follow-up in months; None where none is stated, or only a range over studies.

    Examples
    --------
    >>> median_follow_up("The median follow-up was 5.03 years (range 1-9).")
    60.36
    >>> median_follow_up("Median follow-up ranged from 1.9-43.0 months across trials.")
    """
    for pattern in _FOLLOW:
        for match in pattern.finditer(text):
            if re.search(
                r"rang(?:ed|ing)\s+(?:from|between)|progression|survival|PFS|\bOS\b|response", match["mid"]
            ):
                continue
            if re.match(r"\s*(?:-|\u2013|to)\s*\d", text[match.end("v") : match.end("v") + 6]):
                continue
            return to_months(parse_number(match["v"]), match["u"])
    return None


# ---------------------------------------------------------------- design

_REVIEW = re.compile(
    r"systematic(?:ally)?\s+(?:literature\s+)?review|meta-?\s?analy|network meta|literature review|review of (?:the )?(?:current |available )?(?:literature|evidence)"
    r"|(?:narrative|scoping|umbrella|mini)[\s-]review|this review|we review(?:ed)? (?:the )?(?:literature|evidence|published)|(?:MEDLINE|PubMed|Embase)\b[^.]{0,80}\bsearch"
    r"|search\w*\b[^.]{0,80}\b(?:MEDLINE|PubMed|Embase|Cochrane)|indirect (?:treatment )?comparison|pooled data of published",
    re.IGNORECASE,
)
_RANDOM = re.compile(
    r"(?<!non-)(?<!non)(?<!not )(?<!non\u2011)randomi[sz]|randomly|(?<!non-)randomi[sz]ation", re.IGNORECASE
)
_RANDOM_TITLE = re.compile(
    r"(?<!non-)(?<!non)(?:randomi[sz]ed|randomi[sz]ation|phase\s+(?:III|3)\b)", re.IGNORECASE
)
_OBSERVATIONAL = re.compile(
    r"retrospective|real[\s-]world|regist(?:ry|er of|er study)|cohort study|chart review|case series|consecutive (?:patients|cases|adults)|database|claims|observational"
    r"|propensity|case[\s-]control|cross-sectional|survey|routine (?:clinical )?practice|everyday practice|compassionate|named-patient|early access|expanded access"
    r"|records of|medical records|we reviewed|were reviewed|collected (?:data|prospectively)|prognostic|biomarker|hospital files|we describe|case report|we (?:treated|report on)|outside (?:of )?(?:clinical )?trials"
    r"|were traced|the cohort|new users|pharmacy|insurance|institutions? (?:were|was)|files of",
    re.IGNORECASE,
)
_TRIAL = re.compile(
    r"phase\s*(?:I|1|2|3|II|III|IV|Ib|1b|2a|IIa|IIb)(?:[/\u2013-](?:2|II|III|3))?[ab]?\b|single[\s-]arm|open[\s-]label|non-?\s?randomi[sz]ed|pilot (?:study|trial)|prospective (?:\w+ )?(?:study|trial)"
    r"|clinical trial|dose[\s-]escalation|two-stage|trial registration|NCT\d{8}|prospectively",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:mice|murine|xenografts?|in vitro|cell lines?|rats|co-?cultures?)\b|consensus|guidelines?|recommendations|Delphi|position (?:paper|statement)|expert opinion|editorial",
    re.IGNORECASE,
)


def study_design(text: str, sentences: list[Sentence]) -> str:
    """rct, nonrandomised_trial, observational, review or other."""
    title = text[: sentences[0].end] if sentences else text
    title = title[:260]
    n_other = len(_OTHER.findall(text))
    random_title, random_body = bool(_RANDOM_TITLE.search(title)), len(_RANDOM.findall(text))
    looks_back = len(_OBSERVATIONAL.findall(text))
    if _REVIEW.search(title) or (len(_REVIEW.findall(text)) >= 2 and not random_title):
        return "review"
    if n_other >= 2 and _OTHER.search(title) and not random_title:
        return "other"
    if random_title and not re.search(r"retrospective", title, re.IGNORECASE):
        return "rct"
    if re.search(r"retrospective|cohort|registry|real[\s-]world|chart review", title, re.IGNORECASE):
        return "observational"
    if re.search(r"phase\s*(?:1|2|I|II)\b|single-arm", title, re.IGNORECASE) and not random_body:
        return "nonrandomised_trial"
    if random_body >= 1 and re.search(
        r"(?:were|was|underwent|we)\s+(?:then\s+)?(?:\w+ly\s+)?(?:randomi[sz]|assigned)|randomi[sz]ed",
        text,
        re.IGNORECASE,
    ):
        if looks_back >= 3 and random_body <= 2:
            return "observational"
        return "rct"
    if _REVIEW.search(text) and not re.search(r"patients were (?:enrolled|treated)", text):
        return "review"
    if n_other >= 3:
        return "other"
    trial = len(_TRIAL.findall(text))
    if looks_back >= 1 and looks_back >= trial:
        return "observational"
    if trial:
        return "nonrandomised_trial"
    if looks_back:
        return "observational"
    return "other" if not re.search(r"patients|women|participants", text) else "observational"
