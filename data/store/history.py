"""Everything that people decided, of records, findings and pairs, in the order they decided it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.records import Finding
from data.store.findings import finding_of_row
from data.store.imports import load_record
from data.store.schema import (
    finding_decisions,
    findings,
    link_decisions,
    people,
    records,
    screening_decisions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One row of one of the three logs.

    Attributes
    ----------
    log : str
        screening, findings or links.
    decision_id : int
        Its number within that log; `undoes_id` is one, too.
    record_ids : tuple of int
        The record it is about; the pair for a link.
    stage : str
        title_abstract or full_text; findings; duplicate or study for a link.
    finding : Finding or None
        What the person settled on, for a finding that was confirmed, corrected or added.
    """

    log: str
    decision_id: int
    record_ids: tuple[int, ...]
    finding_id: int | None = None
    person: str
    stage: str
    verdict: str
    reason: str = ""
    note: str
    role: str = "reviewer"
    undoes_id: int | None
    decided_at: str
    finding: Finding | None = None


def read_log(db: sa.Connection, *, record_id: int | None = None) -> list[LogEntry]:
    """Every decision, oldest first; with `record_id` those about the reference this record is part of.

    Raises
    ------
    StoreError
        There is no such record.
    """
    of_group = None
    if record_id is not None:
        group_id = load_record(db, record_id).group_id
        of_group = set(db.execute(sa.select(records.c.id).where(records.c.group_id == group_id)).scalars())
    entries = [*_screening(db), *_findings(db), *_links(db)]
    if of_group is not None:
        entries = [entry for entry in entries if of_group.intersection(entry.record_ids)]
    return sorted(entries, key=lambda entry: (entry.decided_at, entry.log, entry.decision_id))


def _screening(db: sa.Connection) -> list[LogEntry]:
    return [
        LogEntry(
            log="screening",
            record_ids=(row["record_id"],),
            stage=row["stage"],
            reason=row["reason"] or "",
            role=row["role"],
            **_shared(row),
        )
        for row in _rows(db, screening_decisions)
    ]


def _findings(db: sa.Connection) -> list[LogEntry]:
    where = {i: record for i, record in db.execute(sa.select(findings.c.id, findings.c.record_id))}
    return [
        LogEntry(
            log="findings",
            record_ids=(where[row["finding_id"]],),
            finding_id=row["finding_id"],
            stage="findings",
            role=row["role"],
            finding=finding_of_row(dict(row)) if row["endpoint"] else None,
            **_shared(row),
        )
        for row in _rows(db, finding_decisions)
    ]


def _links(db: sa.Connection) -> list[LogEntry]:
    return [
        LogEntry(
            log="links", record_ids=(row["record_a"], row["record_b"]), stage=row["kind"], **_shared(row)
        )
        for row in _rows(db, link_decisions)
    ]


def _rows(db: sa.Connection, table: sa.Table) -> list[sa.RowMapping]:
    query = sa.select(table, people.c.name.label("person")).join(people, people.c.id == table.c.person_id)
    return list(db.execute(query).mappings())


def _shared(row: sa.RowMapping) -> dict[str, Any]:
    told = {name: row[name] for name in ("person", "verdict", "note", "undoes_id", "decided_at")}
    return told | {"decision_id": row["id"]}
