"""Where a review stands, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.project import Project
from data.protocol import Stage
from data.store import (
    decisions,
    findings,
    imports,
    integrity,
    people,
    protocols,
    references,
    registry,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Counts of a project; those of references count duplicates once."""

    title: str
    protocol_version: int
    batches: tuple[dict[str, object], ...]
    n_records: int
    n_references: int
    n_duplicates: int
    screening: dict[str, dict[str, int]]
    modes: dict[str, str]
    findings: dict[str, int]
    dataset_records: int
    dataset_findings: int
    people: tuple[str, ...]
    model: str | None
    log_problems: tuple[str, ...]


def project_status(project: Project) -> Status:
    """Count everything, and check that the log of decisions is whole."""
    with project.store.read() as db:
        n_records = _count(db, "records")
        n_merged = sum(len(ids) - 1 for ids in references.members(db).values())
        current = registry.current(db, kind="relevance")
        stages = [Stage.TITLE_ABSTRACT]
        full_text = decisions.outcome_counts(db, Stage.FULL_TEXT)
        if any(n for outcome, n in full_text.items() if outcome is not decisions.Outcome.UNREAD):
            stages.append(Stage.FULL_TEXT)
        return Status(
            title=project.protocol.title,
            protocol_version=protocols.newest_version(db),
            batches=tuple(imports.batches(db)),
            n_records=n_records,
            n_references=n_records - n_merged,
            n_duplicates=n_merged,
            screening={str(s): _words(decisions.outcome_counts(db, s)) for s in stages},
            modes={str(s): protocols.current_rule(db, s).mode for s in (*stages, "findings")},
            findings=_words(findings.finding_counts(db)),
            dataset_records=_count(db, "dataset_records"),
            dataset_findings=_count(db, "dataset_findings"),
            people=tuple(people.person_names(db).values()),
            model=current.model_id if current else None,
            log_problems=tuple(integrity.problems(db)),
        )


def status_lines(status: Status) -> list[str]:
    """The status as a person reads it."""
    lines = [f"{status.title} (protocol version {status.protocol_version})"]
    for batch in status.batches:
        told = ", ".join(str(w) for w in (batch["source"], batch["platform"], batch["searched_on"]) if w)
        where = f" ({told})" if told else ""
        lines.append(
            f"batch {batch['id']}: {batch['file_name']}{where}: {batch['n_seen']} seen"
            f" = {batch['n_imported']} imported + {batch['n_already']} already there"
            f" + {batch['n_rejected']} rejected"
        )
    lines.append(
        f"records: {status.n_records}, less {status.n_duplicates} duplicates"
        f" = {status.n_references} references"
    )
    for stage, counts in status.screening.items():
        told = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
        lines.append(f"{stage} ({status.modes[stage]}): {told or 'nothing to read'}")
    told = ", ".join(f"{n} {name}" for name, n in status.findings.items() if n)
    lines.append(
        f"findings ({status.modes['findings']}): {told or 'none; `picosieve extract` proposes them'}"
    )
    lines.append(f"dataset: {status.dataset_records} records, {status.dataset_findings} findings")
    lines.append(f"people: {', '.join(status.people) or 'nobody has decided anything yet'}")
    lines.append(f"model: {status.model or 'none yet; `picosieve retrain` fits one'}")
    if status.log_problems:
        lines += [f"THE LOG WAS TAMPERED WITH: {problem}" for problem in status.log_problems]
    else:
        lines.append("log of decisions: whole")
    return lines


def _count(db: sa.Connection, table: str) -> int:
    return int(db.execute(sa.text(f"SELECT COUNT(*) FROM {table}")).scalar_one())


def _words(counts: Mapping[Any, int]) -> dict[str, int]:
    return {str(name): n for name, n in counts.items()}
