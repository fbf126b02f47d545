"""Who reads what next: the part of a request that says what a page holds, and its answer."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from data.errors import StoreError
from data.protocol import Stage
from data.store import queue
from data.store.imports import load_record
from data.store.readings import QueueEntry
from review.web.desk import Desk
from review.web.errors import conflict
from review.web.payloads import screening_payload

MAX_AHEAD, MAX_HELD, MAX_APART = 20, 100, 400
RecordId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Body(BaseModel):
    """A request body: nothing but the fields named."""

    model_config = ConfigDict(extra="forbid")


class WantedBody(Body):
    """What a page holds and wants.

    `held` stays with it. `spare` was lent ahead of its turn and may be exchanged for better records;
    `n` are wanted in its place. `apart` is what other windows of the same person hold.
    """

    held: list[RecordId] = Field(default=[], max_length=MAX_HELD)
    spare: list[RecordId] = Field(default=[], max_length=MAX_HELD)
    apart: list[RecordId] = Field(default=[], max_length=MAX_APART)
    n: int = Field(default=1, ge=0, le=MAX_AHEAD)


def lend(db: sa.Connection, desk: Desk, wanted: WantedBody, stage: Stage) -> list[QueueEntry]:
    """Lend what a page wants."""
    return queue.lease_next(
        db,
        person_id=desk.person_id,
        n=wanted.n,
        held=wanted.held,
        spare=wanted.spare,
        apart=wanted.apart,
        stage=stage,
    )


def lent_payload(
    db: sa.Connection, desk: Desk, wanted: WantedBody, entries: list[QueueEntry], stage: Stage
) -> dict[str, Any]:
    """The order in which to read what was lent, and those records that the page has not got yet."""
    there = {*wanted.held, *wanted.spare}
    new = [e for e in entries if e.record_id not in there]
    desk.judge_all({e.record_id: load_record(db, e.record_id).record for e in new})
    return {
        "order": [e.record_id for e in entries],
        "records": [screening_payload(db, desk, e, leased=True, stage=stage) for e in new],
    }


def check_lease(db: sa.Connection, desk: Desk, group_id: int, stage: Stage) -> None:
    """Refuse a decision on a record that is not lent to this person."""
    if queue.has_lease(db, group_id, person_id=desk.person_id, stage=stage):
        return
    try:
        with db.begin_nested() as trial:
            queue.lease_one(db, group_id, person_id=desk.person_id, stage=stage)
            trial.rollback()
    except StoreError as err:
        raise conflict(f"{err}; your decision was not written", code="not_yours") from err
    raise conflict(
        f"record R{group_id}: you held it too long, and it went back to the queue; open it again."
        " Your decision was not written",
        code="lease_expired",
    )
