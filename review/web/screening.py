"""The routes of the screening page: lend, show, decide, undo, set aside, search."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from data.errors import StoreError
from data.protocol import Stage
from data.store import decisions, queue
from data.store.decisions import Decision, Verdict, history, outcome_of
from data.store.imports import load_record
from data.store.marks import Mark, MarkKind, keep_mark
from data.store.protocols import current_rule
from data.store.schema import screening_decisions
from review.progress import progress_of
from review.search import LISTS, search_records
from review.web.desk import Desk, desk_of
from review.web.errors import conflict, not_found
from review.web.payloads import screening_payload, suggestion_payload

STAGE = Stage.TITLE_ABSTRACT
MAX_NOTE = 4000
MAX_AHEAD, MAX_HELD = 8, 20
router = APIRouter(prefix="/api")
AtDesk = Annotated[Desk, Depends(desk_of)]
RecordId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Key = Annotated[str, Field(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9:._-]+$")]
Note = Annotated[str, Field(max_length=MAX_NOTE)]


class Body(BaseModel):
    """A request body: nothing but the fields named."""

    model_config = ConfigDict(extra="forbid")


class LeaseBody(Body):
    """Which records are held, and how many more are wanted."""

    held: list[RecordId] = Field(default=[], max_length=MAX_HELD)
    n: int = Field(default=1, ge=0, le=MAX_AHEAD)


class DecisionBody(Body):
    """A screening decision."""

    key: Key
    record_id: RecordId
    verdict: Verdict
    reason: str | None = Field(default=None, max_length=100)
    note: Note = ""
    suggestion_visible: bool = False


class UndoBody(Body):
    """Take back one's decision on a record."""

    key: Key
    record_id: RecordId


class MarkBody(Body):
    """Skip a record, or put it up for discussion."""

    key: Key
    record_id: RecordId
    kind: MarkKind
    is_set: bool = True
    note: Note = ""


@router.get("/session")
def session(desk: AtDesk) -> dict[str, str]:
    """The token of this server: readable by its own pages only."""
    return {"token": desk.token, "name": desk.name, "person": desk.person}


@router.post("/leases")
def lease(body: LeaseBody, desk: AtDesk) -> dict[str, Any]:
    """The next records for this person, each lent to them for half an hour."""
    with desk.project.store.write() as db:
        entries = queue.lease_next(db, person_id=desk.person_id, n=body.n, held=body.held, stage=STAGE)
    with desk.project.store.read() as db:
        return {
            "records": [screening_payload(db, desk, e, leased=True) for e in entries],
            "progress": _progress(db, desk),
        }


@router.post("/records/{record_id}/lease")
def open_record(record_id: int, desk: AtDesk) -> dict[str, Any]:
    """One record by its id: lent if it can be, else only shown."""
    leased, told = True, ""
    with desk.project.store.write() as db:
        group_id = _known(db, record_id)
        try:
            entry = queue.lease_one(db, group_id, person_id=desk.person_id, stage=STAGE)
        except StoreError as err:
            entry, leased, told = queue.QueueEntry(record_id=group_id), False, str(err)
    with desk.project.store.read() as db:
        return screening_payload(db, desk, entry, leased=leased) | {"why_not": told}


@router.post("/records/{record_id}/suggestion")
def suggestion(record_id: int, desk: AtDesk) -> dict[str, Any]:
    """What the model says of a record; that it was looked at is kept with the reading."""
    with desk.project.store.write() as db:
        group_id = _known(db, record_id)
        entry = queue.reading_of(db, group_id, person_id=desk.person_id, stage=STAGE)
        if entry is None or entry.score is None or entry.kind == "second":
            raise conflict(f"record R{record_id}: is read without a suggestion", code="no_suggestion")
        queue.note_suggestion_shown(db, group_id, person_id=desk.person_id, stage=STAGE)
    return suggestion_payload(entry)


@router.post("/decisions")
def decide(body: DecisionBody, desk: AtDesk) -> dict[str, Any]:
    """Keep a decision on a record that is lent to this person; sent twice it is written once."""
    with desk.project.store.write() as db:
        group_id = _known(db, body.record_id)
        outcome = _written_before(db, desk, body, group_id)
        if outcome is None:
            _check_lease(db, desk, group_id)
            reading = queue.reading_of(db, group_id, person_id=desk.person_id, stage=STAGE)
            seen = queue.suggestion_was_shown(db, group_id, person_id=desk.person_id, stage=STAGE)
            decision = Decision(
                person=desk.person,
                record_id=body.record_id,
                verdict=body.verdict,
                stage=STAGE,
                reason=body.reason,
                note=body.note,
                shown_model_id=reading.model_id if reading else None,
                shown_rank=reading.rank if reading else None,
                suggestion_visible=seen or body.suggestion_visible,
                key=body.key,
            )
            outcome = str(decisions.decide(db, decision, protocol=desk.protocol).outcome)
            queue.end_lease(db, group_id, person_id=desk.person_id, stage=STAGE)
        return {"outcome": outcome, "progress": _progress(db, desk)}


@router.post("/undo")
def undo(body: UndoBody, desk: AtDesk) -> dict[str, Any]:
    """Take back this person's latest standing decision on a record."""
    with desk.project.store.write() as db:
        group_id = _known(db, body.record_id)
        known = sa.select(screening_decisions.c.id).where(screening_decisions.c.idempotency_key == body.key)
        if (
            not queue.holds_decision(db, group_id, desk.person_id, STAGE)
            and db.execute(known).first() is None
        ):
            raise conflict(
                f"record R{body.record_id}: you have no decision on it to undo", code="no_decision"
            )
        try:
            written = decisions.undo(
                db, person=desk.person, record_id=body.record_id, stage=STAGE, key=body.key
            )
        except StoreError as err:
            raise conflict(str(err), code="key_used") from err
        return {"outcome": str(written.outcome), "progress": _progress(db, desk)}


@router.post("/marks")
def mark(body: MarkBody, desk: AtDesk) -> dict[str, Any]:
    """Skip a record or put it up for discussion; it is given back to the queue."""
    if body.kind not in (MarkKind.SKIP, MarkKind.DISCUSS):
        raise conflict(f"{body.kind}: is not a mark of this page", code="unknown_mark")
    with desk.project.store.write() as db:
        group_id = _known(db, body.record_id)
        values = body.model_dump() | {"record_id": group_id, "stage": str(STAGE)}
        try:
            keep_mark(db, Mark(person_id=desk.person_id, **values))
        except StoreError as err:
            raise conflict(str(err), code="key_used") from err
        queue.end_lease(db, group_id, person_id=desk.person_id, stage=STAGE)
        return {"progress": _progress(db, desk)}


@router.get("/records/{record_id}/history")
def record_history(record_id: int, desk: AtDesk) -> dict[str, Any]:
    """Every decision on a record; while others read blinded, one's own only."""
    with desk.project.store.read() as db:
        group_id = _known(db, record_id)
        entries = history(db, group_id)
        dual = current_rule(db, STAGE).mode != "single"
        if dual and outcome_of(db, group_id, STAGE) is decisions.Outcome.WAITING:
            entries = [e for e in entries if e.person == desk.person]
        return {"entries": [dataclasses.asdict(e) for e in entries]}


@router.get("/recent")
def recent(desk: AtDesk) -> dict[str, Any]:
    """The records of this person's latest standing decisions, newest first: what undo goes back to."""
    query = sa.text(
        "SELECT record_id FROM standing_screening WHERE person_id = :p AND stage = :s"
        " ORDER BY entry_id DESC LIMIT 20"
    )
    with desk.project.store.read() as db:
        found = db.execute(query, {"p": desk.person_id, "s": str(STAGE)}).scalars()
        return {"record_ids": [int(i) for i in found]}


@router.get("/search")
def search(
    desk: AtDesk,
    q: Annotated[str, Query(max_length=300)] = "",
    among: Annotated[str, Query(max_length=20)] = "all",
) -> dict[str, Any]:
    """Records whose title, abstract, authors or id hold every word, or those of a list."""
    if among not in LISTS:
        raise not_found(f"list {among!r}: is none of {', '.join(LISTS)}")
    with desk.project.store.read() as db:
        found = search_records(db, q, among=among, person_id=desk.person_id, stage=STAGE)
    return {"found": [dataclasses.asdict(f) for f in found]}


@router.get("/progress")
def progress(desk: AtDesk) -> dict[str, Any]:
    """Counts, and when the queue was last written."""
    with desk.project.store.read() as db:
        return _progress(db, desk)


def _known(db: sa.Connection, record_id: int) -> int:
    try:
        return queue.group_of(db, load_record(db, record_id).record_id)
    except StoreError as err:
        raise not_found(f"record R{record_id}: there is none; nothing was written") from err


def _check_lease(db: sa.Connection, desk: Desk, group_id: int) -> None:
    if queue.has_lease(db, group_id, person_id=desk.person_id, stage=STAGE):
        return
    try:
        with db.begin_nested() as trial:
            queue.lease_one(db, group_id, person_id=desk.person_id, stage=STAGE)
            trial.rollback()
    except StoreError as err:
        raise conflict(f"{err}; your decision was not written", code="not_yours") from err
    raise conflict(
        f"record R{group_id}: you held it too long, and it went back to the queue; open it again."
        " Your decision was not written",
        code="lease_expired",
    )


def _written_before(db: sa.Connection, desk: Desk, body: DecisionBody, group_id: int) -> str | None:
    """Where the record stands if this very decision is in the log already."""
    table = screening_decisions
    row = db.execute(sa.select(table).where(table.c.idempotency_key == body.key)).first()
    if row is None:
        return None
    given = (desk.person_id, body.record_id, str(body.verdict), body.reason, body.note)
    if (row.person_id, row.record_id, row.verdict, row.reason, row.note) != given:
        raise conflict("this key was used for another decision; nothing was written", code="key_used")
    return str(outcome_of(db, group_id, STAGE))


def _progress(db: sa.Connection, desk: Desk) -> dict[str, Any]:
    return dataclasses.asdict(progress_of(db, person_id=desk.person_id, stage=STAGE))
