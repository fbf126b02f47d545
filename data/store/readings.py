"""What a person was handed to read, why it stood where it did, and whether a suggestion was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.protocol import Stage
from data.store.connection import now
from data.store.schema import predictions, readings


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """One place of the queue.

    Attributes
    ----------
    kind : str
        `ranked`; `exploration` or `control` (drawn by lot); `second`, another person's first reading
        read again, of which the reader is told nothing.
    suggestion : str or None
        The verdict that was suggested to the person, once they saw it.
    reasons : sequence of mapping
        Term, weight and criterion, strongest first.
    """

    record_id: int
    kind: str = "ranked"
    model_id: str | None = None
    rank: int | None = None
    score: float | None = None
    probability: float | None = None
    suggestion: str | None = None
    reasons: Sequence[Mapping[str, Any]] = ()


def reading_of(
    db: sa.Connection, record_id: int, *, person_id: int, stage: Stage = Stage.TITLE_ABSTRACT
) -> QueueEntry | None:
    """What the person was handed of a record, and why it stood where it did."""
    row = db.execute(sa.select(readings).where(_reading(record_id, person_id, stage))).mappings().first()
    return entry_of_row(row) if row else None


def note_suggestion_shown(
    db: sa.Connection,
    record_id: int,
    *,
    person_id: int,
    stage: Stage = Stage.TITLE_ABSTRACT,
    suggestion: str | None = None,
) -> None:
    """Keep that the person saw a suggested verdict, and which, before they decided."""
    shown = readings.update().where(_reading(record_id, person_id, stage))
    first = shown.where(readings.c.suggestion_shown_at.is_(None))
    db.execute(first.values(suggestion_shown_at=now(), suggestion=suggestion))


def suggestion_was_shown(
    db: sa.Connection, record_id: int, *, person_id: int, stage: Stage = Stage.TITLE_ABSTRACT
) -> bool:
    """Whether the person saw what the model would decide."""
    query = sa.select(readings.c.suggestion_shown_at).where(_reading(record_id, person_id, stage))
    return db.execute(query).scalar() is not None


def note_readings(db: sa.Connection, entries: Sequence[QueueEntry], person_id: int, stage: Stage) -> None:
    """Keep what was handed out; its prediction too, since the queue's own row will be replaced."""
    known = {e.record_id for e in entries if db.execute(_reading_there(e, person_id, stage)).first()}
    moment = {"leased_at": now()}
    for entry in entries:
        if entry.record_id in known:
            where = _reading(entry.record_id, person_id, stage)
            db.execute(readings.update().where(where).values(shown_columns(entry) | moment))
    key = {"stage": str(stage), "person_id": person_id}
    new = [
        {"record_id": e.record_id} | key | shown_columns(e) | moment
        for e in entries
        if e.record_id not in known
    ]
    if new:
        db.execute(readings.insert(), new)
    scored = [e for e in entries if None not in (e.model_id, e.rank, e.score)]
    predicted = [
        {n: getattr(e, n) for n in ("record_id", "model_id", "rank", "score", "probability")}
        | {"predicted_at": now()}
        for e in scored
        if not db.execute(_prediction_there(e)).first()
    ]
    if predicted:
        db.execute(predictions.insert(), predicted)


def _reading_there(entry: QueueEntry, person_id: int, stage: Stage) -> sa.Select[Any]:
    return sa.select(readings.c.record_id).where(_reading(entry.record_id, person_id, stage))


def _prediction_there(entry: QueueEntry) -> sa.Select[Any]:
    c = predictions.c
    return sa.select(c.rank).where((c.record_id == entry.record_id) & (c.model_id == entry.model_id))


def _reading(record_id: int, person_id: int, stage: Stage) -> sa.ColumnElement[bool]:
    c = readings.c
    return (c.record_id == record_id) & (c.stage == str(stage)) & (c.person_id == person_id)


def shown_columns(entry: QueueEntry) -> dict[str, Any]:
    """The columns that queue and readings share."""
    return {
        "kind": entry.kind,
        "model_id": entry.model_id,
        "rank": entry.rank,
        "score": entry.score,
        "probability": entry.probability,
        "suggestion": entry.suggestion,
        "reasons": reasons_json(entry.reasons),
    }


def reasons_json(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Reasons as they are kept."""
    return json.dumps([dict(r) for r in reasons], ensure_ascii=False)


def entry_of_row(row: sa.RowMapping) -> QueueEntry:
    """A row of the queue or of the readings."""
    return QueueEntry(
        record_id=row["record_id"],
        kind=row["kind"],
        model_id=row["model_id"],
        rank=row["rank"],
        score=row["score"],
        probability=row["probability"],
        suggestion=row["suggestion"],
        reasons=tuple(json.loads(row["reasons"])),
    )
