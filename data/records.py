"""The values that cross rooms: records and findings, frozen and valid from birth."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, fields
from enum import StrEnum


class Endpoint(StrEnum):
    """The outcomes whose results can be extracted: three in every review, the others where asked for."""

    PFS = "PFS"
    OS = "OS"
    ORR = "ORR"
    TTP = "TTP"  # time to progression
    DFS = "DFS"  # disease-free survival
    EFS = "EFS"  # event-free survival
    DOR = "DOR"  # duration of response
    CR = "CR"  # complete response rate
    CBR = "CBR"  # clinical benefit rate
    DCR = "DCR"  # disease control rate

    @property
    def is_response(self) -> bool:
        """Whether its results are shares of patients, not times: `response_rate` and nothing else."""
        return self in RESPONSES


class Statistic(StrEnum):
    """What a number says about an endpoint."""

    MEDIAN = "median"
    MEAN = "mean"
    LANDMARK_RATE = "landmark_rate"
    HAZARD_RATIO = "hazard_ratio"
    RESPONSE_RATE = "response_rate"


class Unit(StrEnum):
    """The unit that a value is normalised to."""

    MONTHS = "months"
    PERCENT = "percent"
    RATIO = "ratio"


class Source(StrEnum):
    """Whose result a finding is."""

    OWN = "own"
    SUMMARISED = "summarised"  # from other studies, by a review
    OTHER_STUDY = "other_study"  # another, named study


class Design(StrEnum):
    """Study designs, one set of words everywhere (clinical trial = the first two)."""

    RCT = "rct"
    NONRANDOMISED_TRIAL = "nonrandomised_trial"
    OBSERVATIONAL = "observational"
    SYSTEMATIC_REVIEW = "systematic_review"
    META_ANALYSIS = "meta_analysis"
    NARRATIVE_REVIEW = "narrative_review"
    PROTOCOL = "protocol"
    CASE_REPORT = "case_report"
    PRECLINICAL = "preclinical"
    OPINION = "opinion"
    OTHER = "other"


RESPONSES = frozenset({Endpoint.ORR, Endpoint.CR, Endpoint.CBR, Endpoint.DCR})
CORE_ENDPOINTS = (Endpoint.PFS, Endpoint.OS, Endpoint.ORR)

UNIT_OF = {
    Statistic.MEDIAN: Unit.MONTHS,
    Statistic.MEAN: Unit.MONTHS,
    Statistic.LANDMARK_RATE: Unit.PERCENT,
    Statistic.HAZARD_RATIO: Unit.RATIO,
    Statistic.RESPONSE_RATE: Unit.PERCENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One bibliographic entry as a file gave it; text is kept untouched.

    Attributes
    ----------
    title, abstract : str
        As in the source; empty where the source has none, never None.
    line : int
        Line of the source file (from 1) at which the entry begins; 0 when unknown.
    external_id : str
        The source's own `record_id` (or accession number); "" when it has none.
    raw : str
        The entry as it stood in the file.
    """

    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    accession: str = ""
    language: str = ""
    publication_types: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    conference: str = ""
    url: str = ""
    external_id: str = ""
    raw: str = ""
    line: int = 0

    @property
    def text(self) -> str:
        """`title + " " + abstract`: the text that every offset points into."""
        return f"{self.title} {self.abstract}"

    @property
    def has_text(self) -> bool:
        """Whether there is a title or an abstract to judge by."""
        return bool(self.title.strip() or self.abstract.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One stated result: what, how much, for whom, and where it says so.

    Either `start`, `end`, `evidence_start` and `evidence_end` (code points into `Record.text`, end
    exclusive) or a `locator` ("p. 7, table 2") is given. Times are in months, shares in percent.
    The fields are those of the annotation guide: `value` is None only when not reached;
    `value_max` closes a range over studies; the interval is a confidence interval.
    """

    endpoint: Endpoint
    statistic: Statistic
    value: float | None
    unit: Unit
    value_max: float | None = None
    not_reached: bool = False
    ci_lower: float | None = None
    ci_upper: float | None = None
    ci_level: float | None = None
    timepoint_months: float | None = None
    count: int | None = None
    total: int | None = None
    arm: str | None = None
    source: Source = Source.OWN
    source_study: str | None = None
    assessor: str | None = None
    analysis_set: str | None = None
    analysis: str | None = None
    time_origin: str | None = None
    criteria: str | None = None
    treatment: str | None = None
    reference: str | None = None
    adjusted: bool | None = None
    contrast: str | None = None
    locator: str | None = None
    start: int | None = None
    end: int | None = None
    evidence_start: int | None = None
    evidence_end: int | None = None
    value_text: str = ""
    confidence: float | None = None
    rule: str = ""

    def __post_init__(self) -> None:
        """Refuse what no honest reading could have produced."""
        problem = _finding_problem(self)
        if problem:
            raise ValueError(f"finding {self.endpoint} {self.statistic}: {problem}")


def _finding_problem(f: Finding) -> str:
    numbers = (f.value, f.value_max, f.ci_lower, f.ci_upper, f.timepoint_months)
    if any(n is not None and (not math.isfinite(n) or n < 0) for n in numbers):
        return "a number is negative, infinite or not a number"
    if f.unit != UNIT_OF[f.statistic]:
        return f"unit {f.unit} where {UNIT_OF[f.statistic]} is due"
    if f.endpoint.is_response != (f.statistic is Statistic.RESPONSE_RATE):
        return f"response_rate belongs to {', '.join(sorted(RESPONSES))}, and these to response_rate"
    if (f.value is None) != f.not_reached:
        return "a value is missing exactly when it was not reached"
    if f.unit is Unit.PERCENT and any(n is not None and n > 100 for n in (f.value, f.value_max)):
        return "a share of more than 100 percent"
    if f.value_max is not None and f.value is not None and f.value_max < f.value:
        return "value_max is below value"
    if f.ci_lower is not None and f.ci_upper is not None and f.ci_lower > f.ci_upper:
        return "ci_lower is above ci_upper"
    if f.count is not None and f.total is not None and f.count > f.total:
        return "count is above total"
    if (f.source is Source.OTHER_STUDY) != bool(f.source_study):
        return "source_study names the study exactly when source is other_study"
    places = (f.start, f.end, f.evidence_start, f.evidence_end)
    if any(p is None for p in places):
        if any(p is not None for p in places) or not (f.locator or "").strip():
            return "give start, end, evidence_start and evidence_end, or a locator (page, table, figure)"
    elif not (0 <= f.evidence_start <= f.start < f.end <= f.evidence_end):  # type: ignore[operator]
        return "the value does not lie within its evidence"
    return ""


FINDING_FIELDS = tuple(f.name for f in fields(Finding))


def fold(text: str) -> str:
    """Lower case, accents and compatibility forms folded, white space single: for comparing, not showing.

    Examples
    --------
    >>> fold("Müller  STUDY")
    'muller study'
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
