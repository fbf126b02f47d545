"""The reading queue: what the worker wrote of each record, and who is reading what right now.

The worker writes the next few hundred records (`write_queue`); whoever serves readers only lends them
out (`lease_next`, `lease_one`). A lease runs out by itself; what was handed out, and why it stood
there, stays as a reading.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.errors import StoreError
from data.protocol import Stage
from data.store.connection import now
from data.store.decisions import Outcome, outcome_of
from data.store.protocols import current_rule
from data.store.readings import (
    QueueEntry,
    entry_of_row,
    note_readings,
    reading_of,
    reasons_json,
    shown_columns,
)
from data.store.schema import leases, models, predictions, queue_entries, records

LEASE_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Prediction:
    """A record's place (from 1) in a model's order, its score, and its probability if calibrated."""

    record_id: int
    rank: int
    score: float
    probability: float | None


def keep_predictions(db: sa.Connection, model_id: str, predicted: Iterable[Prediction]) -> None:
    """Store a model's predictions; those it made before are replaced."""
    if db.execute(sa.select(models.c.id).where(models.c.id == model_id)).first() is None:
        raise StoreError(f"model {model_id}: is not registered")
    db.execute(predictions.delete().where(predictions.c.model_id == model_id))
    rows = [
        {
            "record_id": p.record_id,
            "model_id": model_id,
            "rank": p.rank,
            "score": p.score,
            "probability": p.probability,
            "predicted_at": now(),
        }
        for p in predicted
    ]
    if rows:
        db.execute(predictions.insert(), rows)


def write_queue(
    db: sa.Connection, entries: Sequence[QueueEntry], *, stage: Stage = Stage.TITLE_ABSTRACT
) -> None:
    """Put a new queue, best first, in the place of the one before."""
    moment = now()
    rows = [
        {
            "record_id": e.record_id,
            "stage": str(stage),
            "position": position,
            **shown_columns(e),
            "written_at": moment,
        }
        for position, e in enumerate(entries, 1)
    ]
    db.execute(queue_entries.delete().where(queue_entries.c.stage == str(stage)))
    if rows:
        db.execute(queue_entries.insert(), rows)


def write_reasons(
    db: sa.Connection,
    reasons: Mapping[int, Sequence[Mapping[str, Any]]],
    *,
    stage: Stage = Stage.TITLE_ABSTRACT,
) -> None:
    """Give records of the queue their reasons after all."""
    for record_id, some in reasons.items():
        where = (queue_entries.c.record_id == record_id) & (queue_entries.c.stage == str(stage))
        db.execute(queue_entries.update().where(where).values(reasons=reasons_json(some)))


def queue_written_at(db: sa.Connection, *, stage: Stage = Stage.TITLE_ABSTRACT) -> str | None:
    """When the queue was last written; None when it is empty."""
    query = sa.select(sa.func.max(queue_entries.c.written_at)).where(queue_entries.c.stage == str(stage))
    return db.execute(query).scalar()


# Who holds what on the record of a queue entry `q`: seen from the base tables, since a view over the
# whole log would be computed for each of the few hundred entries.
_STANDING = """(
    SELECT COUNT(DISTINCT d.person_id) FROM screening_decisions d JOIN records g ON g.id = d.record_id
    WHERE g.group_id = q.record_id AND d.stage = q.stage AND d.verdict <> 'undo' AND d.person_id {who}
      AND NOT EXISTS (SELECT 1 FROM screening_decisions u WHERE u.undoes_id = d.id))"""
_LENT = """(
    SELECT COUNT(*) FROM leases l
    WHERE l.group_id = q.record_id AND l.stage = q.stage AND l.person_id <> :person_id)"""
_SET_ASIDE = """(
    SELECT m.kind FROM marks m
    WHERE m.record_id = q.record_id AND m.stage = q.stage AND m.person_id = :person_id
      AND m.kind IN ('skip', 'discuss') AND m.is_set
      AND NOT EXISTS (SELECT 1 FROM marks n WHERE n.record_id = m.record_id AND n.person_id = m.person_id
                      AND n.stage = m.stage AND n.kind = m.kind AND n.id > m.id)
    ORDER BY m.kind LIMIT 1)"""
_CANDIDATES = f"""
    SELECT q.*, {_STANDING.format(who="<> :person_id")} AS n_others, {_LENT} AS n_lent,
           {_SET_ASIDE} AS set_aside
    FROM queue_entries q JOIN records r ON r.id = q.record_id
    WHERE q.stage = :stage AND r.group_id = r.id AND {_STANDING.format(who="= :person_id")} = 0
    ORDER BY CASE WHEN q.kind = 'second' THEN 0 ELSE 1 END, q.position
"""


def lease_next(
    db: sa.Connection,
    *,
    person_id: int,
    n: int = 1,
    held: Collection[int] = (),
    spare: Collection[int] = (),
    apart: Collection[int] = (),
    stage: Stage = Stage.TITLE_ABSTRACT,
    minutes: float = LEASE_MINUTES,
) -> list[QueueEntry]:
    """Lend the person the best `n` records they may read, beside those they hold already.

    Not one they decided on, nor one that is settled or in conflict, nor one that as many others are
    reading or have read as the stage needs. What they skipped comes last; what they put up for
    discussion comes only when they ask for it.

    Parameters
    ----------
    held : collection of int
        Records that stay lent to the person; their leases are renewed.
    spare : collection of int
        Records lent ahead of their turn. They count among the `n` if they are still of the best; the
        others are given back.
    apart : collection of int
        Records that the person holds elsewhere (in another window).
    """
    _drop_expired(db)
    rule = current_rule(db, stage)
    needed = max(rule.includes_needed, rule.excludes_needed)
    values = {"person_id": person_id, "stage": str(stage)}
    rows = db.execute(sa.text(_CANDIDATES), values).mappings().all()
    elsewhere = {*held, *apart}
    free = [
        row
        for row in rows
        if row["record_id"] not in elsewhere
        and row["set_aside"] != "discuss"
        and row["n_others"] + row["n_lent"] < needed
        and (not row["n_others"] or outcome_of(db, row["record_id"], stage) is Outcome.WAITING)
    ]
    free.sort(key=lambda row: row["set_aside"] is not None)  # stable: skipped ones last
    chosen = [entry_of_row(row) for row in free[:n]]
    chosen_ids = [e.record_id for e in chosen]
    _give_back(db, [i for i in spare if i not in {*chosen_ids, *elsewhere}], person_id, stage)
    _lend(db, [*_still_lent(db, person_id, held, stage), *chosen_ids], person_id, stage, minutes)
    note_readings(db, [e for e in chosen if e.record_id not in spare], person_id, stage)
    return chosen


def lease_one(
    db: sa.Connection,
    record_id: int,
    *,
    person_id: int,
    stage: Stage = Stage.TITLE_ABSTRACT,
    minutes: float = LEASE_MINUTES,
) -> QueueEntry:
    """Lend the person one record by its id, whether it is in the queue or was read before.

    Raises
    ------
    StoreError
        Others are reading it, or it needs no further reader.
    """
    _drop_expired(db)
    group_id = group_of(db, record_id)
    if not holds_decision(db, group_id, person_id, stage):
        rule = current_rule(db, stage)
        needed = max(rule.includes_needed, rule.excludes_needed)
        n_lent = db.execute(
            sa.select(sa.func.count())
            .select_from(leases)
            .where(
                (leases.c.group_id == group_id)
                & (leases.c.stage == str(stage))
                & (leases.c.person_id != person_id)
            )
        ).scalar_one()
        outcome = outcome_of(db, group_id, stage)
        if outcome in (Outcome.INCLUDE, Outcome.EXCLUDE):
            raise StoreError(
                f"record R{record_id}: was settled by others ({outcome}); nothing is left to decide"
            )
        if outcome is not Outcome.CONFLICT and n_lent + _n_readers(db, group_id, stage) >= needed:
            raise StoreError(f"record R{record_id}: is being read by another person; try it again later")
    _lend(db, [group_id], person_id, stage, minutes)
    entry = _queued(db, group_id, stage) or reading_of(db, group_id, person_id=person_id, stage=stage)
    entry = entry or QueueEntry(
        record_id=group_id, kind="second" if _n_readers(db, group_id, stage) else "ranked"
    )
    note_readings(db, [entry], person_id, stage)
    return entry


def end_lease(
    db: sa.Connection, record_id: int, *, person_id: int, stage: Stage = Stage.TITLE_ABSTRACT
) -> None:
    """Give a record back."""
    db.execute(leases.delete().where(_mine(group_of(db, record_id), person_id, stage)))


def has_lease(
    db: sa.Connection, record_id: int, *, person_id: int, stage: Stage = Stage.TITLE_ABSTRACT
) -> bool:
    """Whether the person holds the record right now."""
    mine = _mine(group_of(db, record_id), person_id, stage) & (leases.c.expires_at > now())
    return db.execute(sa.select(leases.c.group_id).where(mine)).first() is not None


def holds_decision(db: sa.Connection, group_id: int, person_id: int, stage: Stage) -> bool:
    """Whether a decision of the person stands on the reference."""
    query = sa.text(
        f"SELECT {_STANDING.format(who='= :person_id')} FROM (SELECT :g AS record_id, :s AS stage) q"
    )
    values = {"g": group_id, "s": str(stage), "person_id": person_id}
    return bool(db.execute(query.bindparams(sa.bindparam("g", type_=sa.Integer)), values).scalar())


def group_of(db: sa.Connection, record_id: int) -> int:
    """The reference (its `group_id`) that a record belongs to."""
    found = db.execute(sa.select(records.c.group_id).where(records.c.id == record_id)).scalar()
    if found is None:
        raise StoreError(f"record R{record_id}: there is none; search for it by its title")
    return int(found)


def _drop_expired(db: sa.Connection) -> None:
    db.execute(leases.delete().where(leases.c.expires_at <= now()))


def _mine(group_id: int, person_id: int, stage: Stage) -> sa.ColumnElement[bool]:
    c = leases.c
    return (c.group_id == group_id) & (c.stage == str(stage)) & (c.person_id == person_id)


def _still_lent(db: sa.Connection, person_id: int, held: Collection[int], stage: Stage) -> list[int]:
    c = leases.c
    mine = (c.person_id == person_id) & (c.stage == str(stage)) & c.group_id.in_(list(held))
    return list(db.execute(sa.select(c.group_id).where(mine)).scalars())


def _give_back(db: sa.Connection, group_ids: Sequence[int], person_id: int, stage: Stage) -> None:
    c = leases.c
    mine = (c.person_id == person_id) & (c.stage == str(stage)) & c.group_id.in_(group_ids)
    if group_ids:
        db.execute(leases.delete().where(mine))


def _lend(db: sa.Connection, group_ids: Sequence[int], person_id: int, stage: Stage, minutes: float) -> None:
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)).isoformat(timespec="microseconds")
    _give_back(db, group_ids, person_id, stage)
    lease = {"stage": str(stage), "person_id": person_id, "expires_at": until}
    if group_ids:
        db.execute(leases.insert(), [{"group_id": i} | lease for i in dict.fromkeys(group_ids)])


def _n_readers(db: sa.Connection, group_id: int, stage: Stage) -> int:
    query = sa.text("SELECT COUNT(*) FROM standing_screening WHERE group_id = :g AND stage = :s")
    return int(db.execute(query, {"g": group_id, "s": str(stage)}).scalar_one())


def _queued(db: sa.Connection, record_id: int, stage: Stage) -> QueueEntry | None:
    c = queue_entries.c
    query = sa.select(queue_entries).where((c.record_id == record_id) & (c.stage == str(stage)))
    row = db.execute(query).mappings().first()
    return entry_of_row(row) if row else None
