"""The routes of the screening pages: lend, show, decide, undo, set aside, search.

Title/abstract and full text are read on one page each; every route takes the stage as `?stage=`.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query
from pydantic import Field, model_validator

from data.errors import StoreError
from data.protocol import Stage
from data.store import decisions, queue
from data.store.decisions import Decision, Outcome, Verdict, history, outcome_of
from data.store.imports import load_record
from data.store.marks import Mark, MarkKind, keep_mark
from data.store.protocols import current_rule
from data.store.queue import QueueEntry
from data.store.schema import screening_decisions
from review.progress import progress_of
from review.search import LISTS, search_records
from review.web.desk import Desk, desk_of
from review.web.errors import Refused, conflict, not_found
from review.web.lending import Body, RecordId, WantedBody, check_lease, lend, lent_payload
from review.web.payloads import screening_payload, standing_entry, suggestion_payload

MAX_NOTE = 4000
MAX_ENTRIES = 20
router = APIRouter(prefix="/api")
AtDesk = Annotated[Desk, Depends(desk_of)]
AtStage = Annotated[Stage, Query(alias="stage")]
Key = Annotated[str, Field(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9:._-]+$")]
Note = Annotated[str, Field(max_length=MAX_NOTE)]
TITLE_ABSTRACT = Stage.TITLE_ABSTRACT
_BLINDED = (Outcome.UNREAD, Outcome.WAITING)


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


@router.get("/session")
def session(desk: AtDesk) -> dict[str, str]:
    """The token of this server: readable by its own pages only."""
    return {"token": desk.token, "name": desk.name, "person": desk.person}


@router.post("/leases")
def lease(body: WantedBody, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """The next records for this person, each lent to them for half an hour."""
    with desk.project.store.write() as db:
        entries = lend(db, desk, body, stage)
    return _told(desk, stage, body, entries)


@router.post("/records/{record_id}/lease")
def open_record(record_id: int, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """One record by its id: lent if it can be, else only shown."""
    leased, told = True, ""
    with desk.project.store.write() as db:
        group_id = _known(db, record_id)
        try:
            _check_stage(db, group_id, stage)
            entry = queue.lease_one(db, group_id, person_id=desk.person_id, stage=stage)
        except StoreError as err:
            entry, leased, told = queue.QueueEntry(record_id=group_id), False, str(err)
    with desk.project.store.read() as db:
        return screening_payload(db, desk, entry, leased=leased, stage=stage) | {"why_not": told}


@router.post("/records/{record_id}/suggestion")
def suggestion(record_id: int, desk: AtDesk) -> dict[str, Any]:
    """What the criteria and the model say of a record; that it was looked at is kept with the reading."""
    with desk.project.store.write() as db:
        group_id = _known(db, record_id)
        entry = queue.reading_of(db, group_id, person_id=desk.person_id, stage=TITLE_ABSTRACT)
        if entry is None or entry.kind == "second":
            raise conflict(f"record R{record_id}: is read without a suggestion", code="no_suggestion")
        record = load_record(db, group_id).record
        judged = desk.judge(group_id, record)
        queue.note_suggestion_shown(
            db,
            group_id,
            person_id=desk.person_id,
            stage=TITLE_ABSTRACT,
            suggestion=str(judged.suggested) if judged.suggested else None,
        )
    return suggestion_payload(record, entry, judged)


@router.post("/decisions")
def decide(body: DecisionBody, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Keep a decision on a record that is lent to this person; sent twice it is written once."""
    with desk.project.store.write() as db:
        outcome = _decide(db, desk, body, stage)
        entries = lend(db, desk, body.next, stage) if body.next else []
    return {"outcome": outcome} | _told(desk, stage, body.next, entries)


@router.post("/entries")
def enter(body: EntriesBody, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Keep several entries, each for itself: one that is refused does not hold up the others."""
    results: list[dict[str, Any]] = []
    with desk.project.store.write() as db:
        for entry in body.entries:
            try:
                with db.begin_nested():
                    results.append(_enter(db, desk, entry, stage))
            except Refused as err:
                results.append({"status": err.status, "error": err.code, "message": str(err)})
            except StoreError as err:
                results.append({"status": 422, "error": "invalid", "message": str(err)})
        entries = lend(db, desk, body.next, stage) if body.next else []
    return {"results": results} | _told(desk, stage, body.next, entries)


@router.post("/undo")
def undo(body: UndoBody, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Take back this person's latest standing decision on a record."""
    with desk.project.store.write() as db:
        group_id = _known(db, body.record_id)
        known = sa.select(screening_decisions.c.id).where(screening_decisions.c.idempotency_key == body.key)
        if (
            not queue.holds_decision(db, group_id, desk.person_id, stage)
            and db.execute(known).first() is None
        ):
            raise conflict(
                f"record R{body.record_id}: you have no decision on it to undo", code="no_decision"
            )
        try:
            written = decisions.undo(
                db, person=desk.person, record_id=body.record_id, stage=stage, key=body.key
            )
        except StoreError as err:
            raise conflict(str(err), code="key_used") from err
        entries = lend(db, desk, body.next, stage) if body.next else []
    return {"outcome": str(written.outcome)} | _told(desk, stage, body.next, entries)


@router.post("/marks")
def mark(body: MarkBody, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Skip a record or put it up for discussion; it is given back to the queue."""
    with desk.project.store.write() as db:
        _mark(db, desk, body, stage)
        entries = lend(db, desk, body.next, stage) if body.next else []
    return _told(desk, stage, body.next, entries)


@router.get("/records/{record_id}/history")
def record_history(record_id: int, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Every decision on a record; while others read blinded, one's own only."""
    with desk.project.store.read() as db:
        group_id = _known(db, record_id)
        entries = history(db, group_id)
        dual = current_rule(db, stage).mode != "single"
        if dual and outcome_of(db, group_id, stage) in _BLINDED:
            entries = [e for e in entries if e.person == desk.person or e.stage != stage]
        return {"entries": [dataclasses.asdict(e) for e in entries]}


@router.get("/recent")
def recent(desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """The records of this person's latest standing decisions, newest first: what undo goes back to."""
    query = sa.text(
        "SELECT record_id FROM standing_screening WHERE person_id = :p AND stage = :s"
        " ORDER BY entry_id DESC LIMIT 20"
    )
    with desk.project.store.read() as db:
        found = db.execute(query, {"p": desk.person_id, "s": str(stage)}).scalars()
        return {"record_ids": [int(i) for i in found]}


@router.get("/search")
def search(
    desk: AtDesk,
    q: Annotated[str, Query(max_length=300)] = "",
    among: Annotated[str, Query(max_length=20)] = "all",
    stage: AtStage = TITLE_ABSTRACT,
) -> dict[str, Any]:
    """Records whose title, abstract, authors or id hold every word, or those of a list."""
    if among not in LISTS:
        raise not_found(f"list {among!r}: is none of {', '.join(LISTS)}")
    with desk.project.store.read() as db:
        found = search_records(db, q, among=among, person_id=desk.person_id, stage=stage)
    return {"found": [dataclasses.asdict(f) for f in found]}


@router.get("/progress")
def progress(desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Counts, and when the queue was last written."""
    with desk.project.store.read() as db:
        return _progress(db, desk, stage)


def _enter(db: sa.Connection, desk: Desk, entry: EntryBody, stage: Stage) -> dict[str, Any]:
    if entry.decision is not None:
        return {"outcome": _decide(db, desk, entry.decision, stage)}
    assert entry.mark is not None
    _mark(db, desk, entry.mark, stage)
    return {"outcome": None}


def _decide(db: sa.Connection, desk: Desk, body: DecisionBody, stage: Stage) -> str:
    """Keep one decision; where the reference stands then."""
    group_id = _known(db, body.record_id)
    outcome = _written_before(db, desk, body, group_id, stage)
    if outcome is not None:
        return outcome
    check_lease(db, desk, group_id, stage)
    _check_seen(db, desk, body, group_id, stage)
    reading = queue.reading_of(db, group_id, person_id=desk.person_id, stage=stage)
    seen = queue.suggestion_was_shown(db, group_id, person_id=desk.person_id, stage=stage)
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


def _mark(db: sa.Connection, desk: Desk, body: MarkBody, stage: Stage) -> None:
    if body.kind not in (MarkKind.SKIP, MarkKind.DISCUSS):
        raise conflict(f"{body.kind}: is not a mark of this page", code="unknown_mark")
    group_id = _known(db, body.record_id)
    values = body.model_dump(exclude={"next"}) | {"record_id": group_id, "stage": str(stage)}
    try:
        keep_mark(db, Mark(person_id=desk.person_id, **values))
    except StoreError as err:
        raise conflict(str(err), code="key_used") from err
    queue.end_lease(db, group_id, person_id=desk.person_id, stage=stage)


def _known(db: sa.Connection, record_id: int) -> int:
    try:
        return queue.group_of(db, load_record(db, record_id).record_id)
    except StoreError as err:
        raise not_found(f"record R{record_id}: there is none; nothing was written") from err


def _check_stage(db: sa.Connection, group_id: int, stage: Stage) -> None:
    """Full text is read of what title and abstract did not exclude."""
    if stage is Stage.FULL_TEXT and outcome_of(db, group_id, TITLE_ABSTRACT) is not Outcome.INCLUDE:
        raise StoreError(
            f"record R{group_id}: has not been included at title and abstract; decide that first"
        )


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


def _told(desk: Desk, stage: Stage, wanted: WantedBody | None, entries: list[QueueEntry]) -> dict[str, Any]:
    """The progress and, if more records were wanted, those that were lent."""
    with desk.project.store.read() as db:
        told = {"progress": _progress(db, desk, stage)}
        return told | (lent_payload(db, desk, wanted, entries, stage) if wanted else {})


def _progress(db: sa.Connection, desk: Desk, stage: Stage) -> dict[str, Any]:
    return dataclasses.asdict(progress_of(db, person_id=desk.person_id, stage=stage))
