"""What people enter while screening: decisions and marks, each checked and kept once."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field, model_validator

from data.errors import StoreError
from data.protocol import Stage
from data.store import decisions, queue, readings
from data.store.decisions import Decision, Verdict, outcome_of
from data.store.imports import load_record
from data.store.marks import Mark, MarkKind, keep_mark
from data.store.schema import screening_decisions
from review.web.desk import Desk
from review.web.errors import conflict, not_found
from review.web.lending import Body, RecordId, WantedBody, check_lease
from review.web.payloads import standing_entry

MAX_NOTE = 4000
MAX_ENTRIES = 20
Key = Annotated[str, Field(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9:._-]+$")]
Note = Annotated[str, Field(max_length=MAX_NOTE)]


class DecisionBody(Body):
    """A screening decision.

    `replaces` is the person's own decision that stood on the page as they decided, if one did;
    `next` saves the request for more records.
    """

    key: Key
    record_id: RecordId
    verdict: Verdict
    reason: str | None = Field(default=None, max_length=100)
    note: Note = ""
    suggestion_visible: bool = False
    replaces: RecordId | None = None
    next: WantedBody | None = None


class UndoBody(Body):
    """Take back one's decision on a record."""

    key: Key
    record_id: RecordId
    next: WantedBody | None = None


class MarkBody(Body):
    """Skip a record, or put it up for discussion."""

    key: Key
    record_id: RecordId
    kind: MarkKind
    is_set: bool = True
    note: Note = ""
    next: WantedBody | None = None


class EntryBody(Body):
    """One of several entries that are sent together."""

    decision: DecisionBody | None = None
    mark: MarkBody | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> EntryBody:
        if (self.decision is None) == (self.mark is None):
            raise ValueError("an entry is a decision or a mark")
        return self


class EntriesBody(Body):
    """What a page could not send one by one: fast reading, or a connection that was lost for a while."""

    entries: list[EntryBody] = Field(min_length=1, max_length=MAX_ENTRIES)
    next: WantedBody | None = None


def enter(db: sa.Connection, desk: Desk, entry: EntryBody, stage: Stage) -> dict[str, Any]:
    """Keep a decision or a mark."""
    if entry.decision is not None:
        return {"outcome": enter_decision(db, desk, entry.decision, stage)}
    assert entry.mark is not None
    enter_mark(db, desk, entry.mark, stage)
    return {"outcome": None}


def enter_decision(db: sa.Connection, desk: Desk, body: DecisionBody, stage: Stage) -> str:
    """Keep one decision; where the reference stands then."""
    group_id = known_group(db, body.record_id)
    outcome = _written_before(db, desk, body, group_id, stage)
    if outcome is not None:
        return outcome
    check_lease(db, desk, group_id, stage)
    _check_seen(db, desk, body, group_id, stage)
    reading = readings.reading_of(db, group_id, person_id=desk.person_id, stage=stage)
    seen = readings.suggestion_was_shown(db, group_id, person_id=desk.person_id, stage=stage)
    decision = Decision(
        person=desk.person,
        record_id=body.record_id,
        verdict=body.verdict,
        stage=stage,
        reason=body.reason,
        note=body.note,
        shown_model_id=reading.model_id if reading else None,
        shown_rank=reading.rank if reading else None,
        suggestion_visible=seen or body.suggestion_visible,
        key=body.key,
    )
    written = decisions.decide(db, decision, protocol=desk.protocol)
    queue.end_lease(db, group_id, person_id=desk.person_id, stage=stage)
    return str(written.outcome)


def enter_mark(db: sa.Connection, desk: Desk, body: MarkBody, stage: Stage) -> None:
    """Keep that a record is skipped or put up for discussion, or that it is not."""
    if body.kind not in (MarkKind.SKIP, MarkKind.DISCUSS):
        raise conflict(f"{body.kind}: is not a mark of this page", code="unknown_mark")
    group_id = known_group(db, body.record_id)
    values = body.model_dump(exclude={"next"}) | {"record_id": group_id, "stage": str(stage)}
    try:
        keep_mark(db, Mark(person_id=desk.person_id, **values))
    except StoreError as err:
        raise conflict(str(err), code="key_used") from err
    queue.end_lease(db, group_id, person_id=desk.person_id, stage=stage)


def known_group(db: sa.Connection, record_id: int) -> int:
    """The reference of a record; refused where there is none."""
    try:
        return queue.group_of(db, load_record(db, record_id).record_id)
    except StoreError as err:
        raise not_found(f"record R{record_id}: there is none; nothing was written") from err


def _check_seen(db: sa.Connection, desk: Desk, body: DecisionBody, group_id: int, stage: Stage) -> None:
    """Refuse to write over a decision of one's own that the page did not show (another window took it)."""
    standing = standing_entry(db, desk, group_id, stage)
    if standing is None or standing.decision_id == body.replaces:
        return
    raise conflict(
        f"record R{group_id}: you decided on it meanwhile ({standing.verdict}), perhaps in another window;"
        f" open R{group_id} to change that. This decision was not written",
        code="decided_meanwhile",
    )


def _written_before(
    db: sa.Connection, desk: Desk, body: DecisionBody, group_id: int, stage: Stage
) -> str | None:
    """Where the record stands if this very decision is in the log already."""
    table = screening_decisions
    row = db.execute(sa.select(table).where(table.c.idempotency_key == body.key)).first()
    if row is None:
        return None
    given = (desk.person_id, body.record_id, str(body.verdict), body.reason, body.note, str(stage))
    if (row.person_id, row.record_id, row.verdict, row.reason, row.note, row.stage) != given:
        raise conflict("this key was used for another decision; nothing was written", code="key_used")
    return str(outcome_of(db, group_id, stage))
