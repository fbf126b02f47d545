"""The dataset, as its view shows it: records and findings that people agreed on, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from data.records import Finding, Record
from data.store.findings import finding_of_row, typed_row
from data.store.imports import load_record


@dataclass(frozen=True, slots=True)
class ConfirmedRecord:
    """A reference with its consensus: `label` is include or exclude, at the furthest settled stage."""

    record_id: int
    group_id: int
    record: Record
    label: str
    stage: str
    mode: str
    reasons: tuple[str, ...]
    people: tuple[str, ...]
    decided_at: str


@dataclass(frozen=True, slots=True)
class ConfirmedFinding:
    """A finding as people settled it; `verdict` is confirm, correct or add."""

    finding_id: int
    record_id: int
    group_id: int
    finding: Finding
    verdict: str
    mode: str
    extractor: str | None
    people: tuple[str, ...]
    decided_at: str


def confirmed_records(db: sa.Connection) -> list[ConfirmedRecord]:
    """Every record of the dataset, by id."""
    who: dict[tuple[int, str], list[tuple[str, str | None]]] = {}
    standing = sa.text(
        "SELECT s.group_id, s.stage, p.name, s.reason FROM standing_screening s"
        " JOIN people p ON p.id = s.person_id ORDER BY s.entry_id"
    )
    for group_id, stage, name, reason in db.execute(standing):
        who.setdefault((group_id, stage), []).append((name, reason))
    rows = db.execute(sa.text("SELECT * FROM dataset_records ORDER BY record_id")).all()
    return [
        ConfirmedRecord(
            record_id=row.record_id,
            group_id=row.group_id,
            record=load_record(db, row.record_id).record,
            label=row.label,
            stage=row.stage,
            mode=row.mode,
            reasons=tuple(
                dict.fromkeys(r for _, r in who[row.group_id, row.stage] if r and row.label == "exclude")
            ),
            people=tuple(dict.fromkeys(name for name, _ in who[row.group_id, row.stage])),
            decided_at=row.last_decided_at,
        )
        for row in rows
    ]


def confirmed_findings(db: sa.Connection) -> list[ConfirmedFinding]:
    """Every finding of the dataset, by id."""
    who: dict[int, list[str]] = {}
    standing = sa.text(
        "SELECT s.finding_id, p.name FROM standing_findings s"
        " JOIN people p ON p.id = s.person_id ORDER BY s.id"
    )
    for finding_id, name in db.execute(standing):
        who.setdefault(finding_id, []).append(name)
    rows = db.execute(sa.text("SELECT * FROM dataset_findings ORDER BY finding_id")).mappings()
    return [
        ConfirmedFinding(
            finding_id=row["finding_id"],
            record_id=row["record_id"],
            group_id=row["group_id"],
            finding=finding_of_row(typed_row(dict(row))),
            verdict=row["verdict"],
            mode=row["mode"],
            extractor=row["extractor"],
            people=tuple(who[row["finding_id"]]),
            decided_at=row["decided_at"],
        )
        for row in rows
    ]
