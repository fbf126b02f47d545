"""A protocol kept up: what it is missing, and which exclusions a change of it reopens for a look."""

from __future__ import annotations

from dataclasses import dataclass

from data.project import Project
from data.store import protocols
from data.store.dataset import ConfirmedRecord, confirmed_records
from models.criteria import Outcome
from training.suggest import TermSuggestion, suggest_terms, to_recheck


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the protocol, as it was kept."""

    version_id: int
    created_at: str
    rationale: str
    title: str


def suggest_for(project: Project, *, limit: int = 20) -> list[TermSuggestion]:
    """Terms that the protocol is missing, from the project's confirmed includes and exclusions."""
    with project.store.read() as db:
        confirmed = confirmed_records(db)
    outcomes = [Outcome(c.label == "include", c.reasons[0] if c.reasons else None) for c in confirmed]
    return suggest_terms(project.protocol, [c.record for c in confirmed], outcomes, limit=limit)


def exclusions_to_recheck(project: Project) -> list[ConfirmedRecord]:
    """The standing exclusions that cite what the newest version of the protocol changed."""
    with project.store.read() as db:
        before = protocols.previous_protocol(db)
        confirmed = {c.record_id: c for c in confirmed_records(db) if c.label == "exclude"}
    if before is None:
        return []
    reasons = {i: c.reasons[0] if c.reasons else None for i, c in confirmed.items()}
    return [confirmed[i] for i in to_recheck(before, project.protocol, reasons)]


def protocol_versions(project: Project) -> list[Version]:
    """Every version of the protocol, oldest first."""
    with project.store.read() as db:
        return [Version(*row) for row in protocols.versions(db)]
