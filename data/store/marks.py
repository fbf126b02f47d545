"""What people note about their own reading: skipped, to discuss, findings complete. Not decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import sqlalchemy as sa

from data.errors import StoreError
from data.store.connection import now
from data.store.decisions import new_key
from data.store.queue import group_of
from data.store.schema import RULED
from data.store.schema import marks as table


class MarkKind(StrEnum):
    """What can be noted of a record."""

    DISCUSS = "discuss"
    SKIP = "skip"
    FINDINGS_COMPLETE = "findings_complete"
    BLIND_COMPLETE = "blind_complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A note of one kind, set or taken back; the latest of a person, record, stage and kind holds."""

    record_id: int
    person_id: int
    kind: MarkKind
    stage: str
    is_set: bool = True
    note: str = ""
    key: str = field(default_factory=new_key)


def keep_mark(db: sa.Connection, mark: Mark) -> bool:
    """Keep a mark on the reference of a record; False when this key wrote it before.

    Raises
    ------
    StoreError
        Unknown record or stage, or a key that was used for another mark.
    """
    if mark.stage not in RULED:
        raise StoreError(f"stage {mark.stage!r} is none of {', '.join(RULED)}")
    row = {
        "record_id": group_of(db, mark.record_id),
        "person_id": mark.person_id,
        "stage": mark.stage,
        "kind": str(mark.kind),
        "is_set": mark.is_set,
        "note": mark.note,
    }
    before = db.execute(sa.select(table).where(table.c.idempotency_key == mark.key)).mappings().first()
    if before is not None:
        if any(before[name] != value for name, value in row.items()):
            raise StoreError(f"idempotency key {mark.key!r} was used before for another mark; use a new one")
        return False
    db.execute(table.insert().values(row | {"idempotency_key": mark.key, "marked_at": now()}))
    return True


def marked_records(
    db: sa.Connection, kind: MarkKind, *, person_id: int | None = None, stage: str | None = None
) -> set[int]:
    """The references on which a mark of the kind stands, of one person or of anyone."""
    query = sa.select(table.c.record_id, table.c.person_id, table.c.stage, table.c.is_set)
    query = query.where(table.c.kind == str(kind)).order_by(table.c.id)
    if person_id is not None:
        query = query.where(table.c.person_id == person_id)
    if stage is not None:
        query = query.where(table.c.stage == stage)
    latest = {(r.record_id, r.person_id, r.stage): r.is_set for r in db.execute(query)}
    return {record_id for (record_id, _, _), is_set in latest.items() if is_set}


def marks_on(db: sa.Connection, record_id: int, *, person_id: int, stage: str) -> dict[MarkKind, str]:
    """The marks that a person has standing on one reference, each with its note."""
    query = sa.select(table.c.kind, table.c.is_set, table.c.note).where(
        (table.c.record_id == record_id) & (table.c.person_id == person_id) & (table.c.stage == str(stage))
    )
    latest = {r.kind: r for r in db.execute(query.order_by(table.c.id))}
    return {kind: latest[kind].note for kind in MarkKind if kind in latest and latest[kind].is_set}
