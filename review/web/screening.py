"""The routes of the screening pages: lend, show, decide, undo, set aside, search.

Title/abstract and full text are read on one page each; every route takes the stage as `?stage=`.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query

from data.errors import StoreError
from data.protocol import Stage
from data.store import decisions, queue, readings
from data.store.decisions import Outcome, history, outcome_of
from data.store.imports import load_record
from data.store.protocols import current_rule
from data.store.readings import QueueEntry
from data.store.schema import screening_decisions
from review.progress import progress_of
from review.search import LISTS, search_records
from review.web.desk import Desk, desk_of
from review.web.entering import (
    DecisionBody,
    EntriesBody,
    MarkBody,
    UndoBody,
    enter,
    enter_decision,
    enter_mark,
    known_group,
)
from review.web.errors import Refused, conflict, not_found
from review.web.lending import WantedBody, lend, lent_payload
from review.web.payloads import screening_payload, suggestion_payload

router = APIRouter(prefix="/api")
AtDesk = Annotated[Desk, Depends(desk_of)]
AtStage = Annotated[Stage, Query(alias="stage")]
TITLE_ABSTRACT = Stage.TITLE_ABSTRACT
_BLINDED = (Outcome.UNREAD, Outcome.WAITING)


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
        group_id = known_group(db, record_id)
        try:
            _check_stage(db, group_id, stage)
            entry = queue.lease_one(db, group_id, person_id=desk.person_id, stage=stage)
        except StoreError as err:
            entry, leased, told = QueueEntry(record_id=group_id), False, str(err)
    with desk.project.store.read() as db:
        return screening_payload(db, desk, entry, leased=leased, stage=stage) | {"why_not": told}


@router.post("/records/{record_id}/suggestion")
def suggestion(record_id: int, desk: AtDesk) -> dict[str, Any]:
    """What the criteria and the model say of a record; that it was looked at is kept with the reading."""
    with desk.project.store.write() as db:
        group_id = known_group(db, record_id)
        entry = readings.reading_of(db, group_id, person_id=desk.person_id, stage=TITLE_ABSTRACT)
        if entry is None or entry.kind == "second":
            raise conflict(f"record R{record_id}: is read without a suggestion", code="no_suggestion")
        record = load_record(db, group_id).record
        judged = desk.judge(group_id, record)
        readings.note_suggestion_shown(
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
        outcome = enter_decision(db, desk, body, stage)
        entries = lend(db, desk, body.next, stage) if body.next else []
    return {"outcome": outcome} | _told(desk, stage, body.next, entries)


@router.post("/entries")
def enter_several(body: EntriesBody, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Keep several entries, each for itself: one that is refused does not hold up the others."""
    results: list[dict[str, Any]] = []
    with desk.project.store.write() as db:
        for entry in body.entries:
            try:
                with db.begin_nested():
                    results.append(enter(db, desk, entry, stage))
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
        group_id = known_group(db, body.record_id)
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
        enter_mark(db, desk, body, stage)
        entries = lend(db, desk, body.next, stage) if body.next else []
    return _told(desk, stage, body.next, entries)


@router.get("/records/{record_id}/history")
def record_history(record_id: int, desk: AtDesk, stage: AtStage = TITLE_ABSTRACT) -> dict[str, Any]:
    """Every decision on a record; while others read blinded, one's own only."""
    with desk.project.store.read() as db:
        group_id = known_group(db, record_id)
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


def _check_stage(db: sa.Connection, group_id: int, stage: Stage) -> None:
    """Full text is read of what title and abstract did not exclude."""
    if stage is Stage.FULL_TEXT and outcome_of(db, group_id, TITLE_ABSTRACT) is not Outcome.INCLUDE:
        raise StoreError(
            f"record R{group_id}: has not been included at title and abstract; decide that first"
        )


def _told(desk: Desk, stage: Stage, wanted: WantedBody | None, entries: list[QueueEntry]) -> dict[str, Any]:
    """The progress and, if more records were wanted, those that were lent."""
    with desk.project.store.read() as db:
        told = {"progress": _progress(db, desk, stage)}
        return told | (lent_payload(db, desk, wanted, entries, stage) if wanted else {})


def _progress(db: sa.Connection, desk: Desk, stage: Stage) -> dict[str, Any]:
    return dataclasses.asdict(progress_of(db, person_id=desk.person_id, stage=stage))
