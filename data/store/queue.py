"""The reading queue: what a model said of each record, and who is reading what right now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from data.errors import StoreError
from data.protocol import Stage
from data.store.connection import now
from data.store.protocols import current_rule
from data.store.schema import leases, models, predictions

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


def lease_next(
    db: sa.Connection,
    *,
    person_id: int,
    model_id: str,
    stage: Stage = Stage.TITLE_ABSTRACT,
    minutes: float = LEASE_MINUTES,
) -> Prediction | None:
    """Lend the person the best record they may read next; None when there is none.

    Not one they decided on, nor one that is settled or in conflict, nor one that as many others are
    reading or have read as the stage needs. The lease runs out by itself.
    """
    moment = dt.datetime.now(dt.UTC)
    db.execute(leases.delete().where(leases.c.expires_at <= moment.isoformat(timespec="microseconds")))
    needed = max(current_rule(db, stage).includes_needed, current_rule(db, stage).excludes_needed)
    query = sa.text("""
        SELECT p.record_id, p.rank, p.score, p.probability, r.group_id
        FROM predictions p JOIN records r ON r.id = p.record_id
        WHERE p.model_id = :model_id AND r.group_id = r.id
          AND NOT EXISTS (SELECT 1 FROM standing_screening s WHERE s.group_id = r.group_id
                          AND s.stage = :stage AND s.person_id = :person_id)
          AND NOT EXISTS (SELECT 1 FROM stage_consensus c WHERE c.group_id = r.group_id
                          AND c.stage = :stage AND c.outcome <> 'waiting')
          AND (SELECT COUNT(*) FROM leases l WHERE l.group_id = r.group_id AND l.stage = :stage
               AND l.person_id <> :person_id)
            + (SELECT COUNT(*) FROM standing_screening s WHERE s.group_id = r.group_id
               AND s.stage = :stage) < :needed
        ORDER BY p.rank LIMIT 1
    """)
    values = {"model_id": model_id, "stage": str(stage), "person_id": person_id, "needed": needed}
    row = db.execute(query, values).first()
    if row is None:
        return None
    until = (moment + dt.timedelta(minutes=minutes)).isoformat(timespec="microseconds")
    mine = (
        (leases.c.group_id == row.group_id)
        & (leases.c.stage == str(stage))
        & (leases.c.person_id == person_id)
    )
    db.execute(leases.delete().where(mine))
    lease = {"group_id": row.group_id, "stage": str(stage), "person_id": person_id, "expires_at": until}
    db.execute(leases.insert().values(lease))
    return Prediction(row.record_id, row.rank, row.score, row.probability)
