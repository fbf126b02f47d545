"""What is said of a record: a verdict on each criterion with its words, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.records import Design


class Verdict(StrEnum):
    """What a text says of a criterion."""

    MET = "met"
    UNCLEAR = "unclear"
    NOT_MET = "not_met"


class Suggestion(StrEnum):
    """What a record's verdicts add up to. A suggestion is never a decision."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Span:
    """A term of the protocol at its place in `Record.text` (code points, end exclusive).

    `wanted` says whether it speaks for the criterion there: "daratumumab" in "daratumumab-naive" does not.
    """

    start: int
    end: int
    term: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class CriterionJudgement:
    """One criterion of one record; `probability` is that of the criterion being met."""

    criterion: str
    verdict: Verdict
    probability: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the protocol makes of one record.

    Attributes
    ----------
    criteria : tuple of CriterionJudgement
        In the order of `data.protocol.CRITERIA`.
    design : Design
    design_probability : float
    suggested : Suggestion or None
        To be shown only where `Protocol.show_suggestions` allows it.
    reason : str or None
        The first criterion not met, in the order of the protocol; then language and date.
    """

    criteria: tuple[CriterionJudgement, ...]
    design: Design
    design_probability: float
    suggested: Suggestion | None
    reason: str | None
