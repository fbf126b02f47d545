"""The same fact stated in several places of a record: one card for the person who confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.records import Finding, fold
from data.store.findings import StoredFinding

# What a fact says. Where one statement leaves a detail out that another gives, they may be the same fact.
_STATED = ("endpoint", "statistic", "value", "value_max", "not_reached", "source", "source_study")
_DETAILS = (
    "ci_lower",
    "ci_upper",
    "timepoint_months",
    "count",
    "total",
    "assessor",
    "analysis_set",
    "analysis",
    "time_origin",
    "criteria",
    "treatment",
    "reference",
    "adjusted",
    "contrast",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One card: the fullest statement first, then the other places that say the same."""

    statements: tuple[StoredFinding, ...]

    @property
    def best(self) -> StoredFinding:
        """The statement with the most details."""
        return self.statements[0]


def group_facts(found: Sequence[StoredFinding]) -> list[Fact]:
    """Findings of one record as facts, in the order of the text.

    Statements are one fact when they agree in endpoint, statistic and value, no detail of one
    contradicts the other, both were decided alike, and they speak of the same arm (or one of none
    where no other arm has that value).
    """
    groups: list[list[StoredFinding]] = []
    for stored in found:
        fitting = [g for g in groups if all(_same(stored, other) for other in g)]
        # A statement that fits two facts (two arms with one value) is neither's.
        if len(fitting) == 1:
            fitting[0].append(stored)
        else:
            groups.append([stored])
    return [Fact(tuple(sorted(g, key=lambda s: -_n_details(s.finding)))) for g in groups]


def _same(one: StoredFinding, other: StoredFinding) -> bool:
    a, b = one.finding, other.finding
    if one.outcome is not other.outcome or any(getattr(a, n) != getattr(b, n) for n in _STATED):
        return False
    if any(None not in (getattr(a, n), getattr(b, n)) and getattr(a, n) != getattr(b, n) for n in _DETAILS):
        return False
    return fold(a.arm or "") == fold(b.arm or "")


def _n_details(finding: Finding) -> int:
    return sum(getattr(finding, name) is not None for name in (*_DETAILS, "arm"))
