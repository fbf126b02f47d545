"""A protocol kept up: what it is missing, and the versions it had."""

from __future__ import annotations

from dataclasses import dataclass

from data.project import Project
from data.store import protocols
from data.store.dataset import confirmed_records
from models.criteria import Outcome
from training.suggest import TermSuggestion, suggest_terms


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
    outcomes = [
        Outcome(c.label == "include", c.reasons[0] if len(c.reasons) == 1 else None) for c in confirmed
    ]
    return suggest_terms(project.protocol, [c.record for c in confirmed], outcomes, limit=limit)


def protocol_versions(project: Project) -> list[Version]:
    """Every version of the protocol, oldest first."""
    with project.store.read() as db:
        return [Version(*row) for row in protocols.versions(db)]
