"""The routes of the findings pages: confirm, correct, reject, add, undo; complete; read again blind."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import Field

from classifier.extraction.text.sentences import split_sentences
from data.errors import StoreError
from data.finding_form import make_finding, parse_changes
from data.records import Finding
from data.store import findings
from data.store.findings import FindingDecision, FindingOutcome, FindingVerdict, StoredFinding
from data.store.imports import load_record
from data.store.marks import Mark, MarkKind, keep_mark, marked_records
from data.store.queue import group_of
from data.store.schema import CONTENT_FIELDS
from models.terms import Terms
from review import reextraction
from review.confirm import Order, carry_out, place_of
from review.evidence import say
from review.facts import Fact, group_facts
from review.highlights import Span, term_spans
from review.web.desk import Desk, desk_of
from review.web.entering import Key, Note
from review.web.errors import conflict, not_found
from review.web.lending import Body
from review.web.payloads import MOST_MARKS, record_payload, value_spans

router = APIRouter(prefix="/api/findings")
AtDesk = Annotated[Desk, Depends(desk_of)]
FindingIds = Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(min_length=1, max_length=20)]
Versions = Annotated[
    list[Annotated[str, Field(min_length=64, max_length=64)]], Field(min_length=1, max_length=20)
]
Scalar = str | int | float | bool | None
Fields = Annotated[dict[str, Scalar], Field(max_length=40)]
_STAGE = "findings"


class VerdictBody(Body):
    """A verdict on one fact: on every finding that states it, each as the page showed it (`version`)."""

    key: Key
    finding_ids: FindingIds
    versions: Versions
    verdict: FindingVerdict
    changes: Fields = Field(default={}, max_length=40)
    note: Note = ""


class UndoBody(Body):
    """Take back one's verdict on a fact."""

    key: Key
    finding_ids: FindingIds


class AddBody(Body):
    """A finding as it was typed; its place by offsets, by its words, or by a locator."""

    key: Key
    fields: Fields
    note: Note = ""


class CompleteBody(Body):
    """Say that a record's findings are complete, or that they are not after all."""

    key: Key
    is_set: bool = True
    kind: Literal["findings_complete", "blind_complete"] = "findings_complete"


@router.get("")
def listed(desk: AtDesk) -> dict[str, Any]:
    """The included records, each with what is left to do, and the blind re-extraction so far."""
    query = sa.text(
        "SELECT d.group_id, r.title, r.year FROM dataset_records d JOIN records r ON r.id = d.group_id"
        " WHERE d.label = 'include' ORDER BY d.group_id"
    )
    with desk.project.store.read() as db:
        included = db.execute(query).all()
        found: dict[int, list[StoredFinding]] = {}
        for stored in findings.record_findings(db, [row.group_id for row in included]):
            found.setdefault(stored.record_id, []).append(stored)
        complete = marked_records(db, MarkKind.FINDINGS_COMPLETE)
        finished = reextraction.finished_records(db)
        due = {i for i in reextraction.drawn_records(db) if i in complete and i not in finished}
        rows = [
            {
                "id": row.group_id,
                "title": row.title,
                "year": row.year,
                "n_open": sum(_is_open(f) for f in group_facts(found.get(row.group_id, []))),
                "n_accepted": sum(s.outcome is FindingOutcome.ACCEPTED for s in found.get(row.group_id, [])),
                "complete": row.group_id in complete,
                "blind": "due" if row.group_id in due else "done" if row.group_id in finished else None,
            }
            for row in included
        ]
        return {"records": rows, "report": dataclasses.asdict(reextraction.blind_report(db))}


@router.get("/{record_id}")
def of_record(record_id: int, desk: AtDesk) -> dict[str, Any]:
    """A record with its facts as cards, each beside its places in the text."""
    with desk.project.store.read() as db:
        group_id = _included(db, record_id)
        return _record(db, desk, group_id)


@router.post("/decisions")
def decide(body: VerdictBody, desk: AtDesk) -> dict[str, Any]:
    """Confirm, correct or reject a fact: one decision on each finding that states it, all or none."""
    with desk.project.store.write() as db:
        record_id = _record_of(db, body.finding_ids)
        _included(db, record_id)
        _check_shown(db, desk, body)
        for finding_id in body.finding_ids:
            decision = FindingDecision(
                person=desk.person,
                finding_id=finding_id,
                verdict=body.verdict,
                changes=body.changes,
                note=body.note,
                key=f"{body.key}:{finding_id}",
            )
            findings.decide_finding(db, decision)
        return _record(db, desk, record_id)


@router.post("/undo")
def undo(body: UndoBody, desk: AtDesk) -> dict[str, Any]:
    """Take back this person's latest verdict on every finding of a fact."""
    with desk.project.store.write() as db:
        record_id = _record_of(db, body.finding_ids)
        for finding_id in body.finding_ids:
            key = f"{body.key}:{finding_id}"
            try:
                findings.undo_finding(db, person=desk.person, finding_id=finding_id, key=key)
            except StoreError as err:
                raise conflict(str(err), code="no_decision") from err
        return _record(db, desk, record_id)


@router.post("/{record_id}/add")
def add(record_id: int, body: AddBody, desk: AtDesk) -> dict[str, Any]:
    """Add a finding that no card has: read in this text, or in the full text with a locator."""
    with desk.project.store.write() as db:
        group_id = _included(db, record_id)
        values = _with_sentence(db, group_id, body.fields)
        order = Order(
            person=desk.person,
            verdict="add",
            record=f"R{group_id}",
            fields=values,
            note=body.note,
            key=body.key,
        )
        carry_out(db, desk.project, order)
        return _record(db, desk, group_id)


@router.post("/{record_id}/complete")
def complete(record_id: int, body: CompleteBody, desk: AtDesk) -> dict[str, Any]:
    """Mark a record's findings complete, once nobody's verdict is missing on any of them."""
    kind = MarkKind(body.kind)
    with desk.project.store.write() as db:
        group_id = _included(db, record_id)
        if kind is MarkKind.FINDINGS_COMPLETE and body.is_set:
            n_open = sum(_is_open(f) for f in group_facts(findings.record_findings(db, [group_id])))
            if n_open:
                raise conflict(
                    f"record R{group_id}: {n_open} of its cards wait for a verdict; confirm, correct or"
                    " reject each first. Nothing was written",
                    code="open_cards",
                )
        mark = Mark(
            record_id=group_id,
            person_id=desk.person_id,
            kind=kind,
            stage=_STAGE,
            is_set=body.is_set,
            key=body.key,
        )
        keep_mark(db, mark)
        return _record(db, desk, group_id) if kind is MarkKind.FINDINGS_COMPLETE else {"done": True}


# --- blind --------------------------------------------------------------------------------------


@router.get("/{record_id}/blind")
def blind(record_id: int, desk: AtDesk) -> dict[str, Any]:
    """A record's text without any suggestion, and what was read in it so far without them."""
    with desk.project.store.read() as db:
        return _blind_record(db, desk, _drawn(db, record_id))


@router.post("/{record_id}/blind")
def add_blind(record_id: int, body: AddBody, desk: AtDesk) -> dict[str, Any]:
    """Keep a value of the blind reading."""
    with desk.project.store.write() as db:
        group_id = _drawn(db, record_id)
        where = f"record R{group_id}: blind value"
        values = parse_changes(_with_sentence(db, group_id, body.fields), where=where)
        if values.get("start") is None and not values.get("locator"):
            text = load_record(db, group_id).record.text
            values |= place_of(text, str(values.get("value_text") or ""), "", where)
        finding = make_finding(values, where=where)
        findings.check_place(db, group_id, finding)
        reextraction.keep_blind(db, group_id, desk.person_id, finding, key=body.key)
        return _blind_record(db, desk, group_id)


@router.post("/{record_id}/blind/{blind_id}/drop")
def drop_blind(record_id: int, blind_id: int, desk: AtDesk) -> dict[str, Any]:
    """Take a value of one's own blind reading back."""
    with desk.project.store.write() as db:
        group_id = _drawn(db, record_id)
        if not reextraction.drop_blind(db, blind_id, desk.person_id):
            raise not_found(f"blind value {blind_id}: you have none of that number; nothing was written")
        return _blind_record(db, desk, group_id)


# --- what the pages get ------------------------------------------------------------------------


def _record(db: sa.Connection, desk: Desk, record_id: int) -> dict[str, Any]:
    found = findings.record_findings(db, [record_id])
    text = load_record(db, record_id).record.text
    # What is on the screen is what a verdict is on.
    shown = [dataclasses.replace(s, finding=findings.as_shown(db, s, desk.person_id)) for s in found]
    mine = _my_verdicts(db, desk, [s.finding_id for s in found])
    evidence = [
        Span(f"evidence-{s.finding_id}", s.finding.evidence_start, s.finding.evidence_end)
        for s in shown
        if s.finding.evidence_start is not None and s.finding.evidence_end is not None
    ]
    spans = [*term_spans(_outcome_terms(desk).find(text)[:MOST_MARKS]), *value_spans(shown), *evidence]
    neighbours = _neighbours(db, record_id)
    return record_payload(db, desk, record_id, spans=spans) | {
        "cards": [_card(fact, text, mine) for fact in group_facts(shown)],
        "complete": record_id in marked_records(db, MarkKind.FINDINGS_COMPLETE),
        "before": neighbours[0],
        "after": neighbours[1],
    }


def _blind_record(db: sa.Connection, desk: Desk, record_id: int) -> dict[str, Any]:
    values = reextraction.blind_values(db, record_id, desk.person_id)
    spans = [Span(f"value-{i}", f.start, f.end) for i, f in values if f.start is not None and f.end]
    return record_payload(db, desk, record_id, spans=spans) | {
        "cards": [_blind_card(i, f) for i, f in values],
        "complete": record_id in reextraction.finished_records(db),
        "before": None,
        "after": None,
    }


def _card(fact: Fact, text: str, mine: dict[int, str]) -> dict[str, Any]:
    best = fact.best
    return {
        "finding_ids": [s.finding_id for s in fact.statements],
        "says": say(best.finding),
        "state": str(best.outcome),
        "mine": mine.get(best.finding_id),
        "added": best.extractor is None,
        "fields": {name: getattr(best.finding, name) for name in CONTENT_FIELDS},
        "places": [_place(s.finding_id, s.finding, text) for s in fact.statements],
    }


def _blind_card(blind_id: int, finding: Finding) -> dict[str, Any]:
    return {
        "finding_ids": [blind_id],
        "says": say(finding),
        "state": "blind",
        "mine": "add",
        "added": True,
        "fields": {name: getattr(finding, name) for name in CONTENT_FIELDS},
        "places": [],
    }


def _place(finding_id: int, finding: Finding, text: str) -> dict[str, Any]:
    place: dict[str, Any] = {
        "finding_id": finding_id,
        "start": finding.start,
        "quote": finding.locator or "",
        "says": say(finding),
        "fields": {name: getattr(finding, name) for name in CONTENT_FIELDS},
        "version": findings.fingerprint(finding),
    }
    if finding.evidence_start is not None:
        place["quote"] = " ".join(text[finding.evidence_start : finding.evidence_end].split())
    return place


def _outcome_terms(desk: Desk) -> Terms:
    return Terms([desk.protocol.criterion("outcomes")])


def _neighbours(db: sa.Connection, record_id: int) -> tuple[int | None, int | None]:
    query = "SELECT {f}(group_id) FROM dataset_records WHERE label = 'include' AND group_id {sign} :r"
    values = {"r": record_id}
    before = db.execute(sa.text(query.format(f="MAX", sign="<")), values).scalar()
    return before, db.execute(sa.text(query.format(f="MIN", sign=">")), values).scalar()


def _my_verdicts(db: sa.Connection, desk: Desk, finding_ids: list[int]) -> dict[int, str]:
    query = sa.text("SELECT finding_id, verdict FROM standing_findings WHERE person_id = :p")
    mine = {int(f): str(v) for f, v in db.execute(query, {"p": desk.person_id})}
    return {i: mine[i] for i in finding_ids if i in mine}


def _is_open(fact: Fact) -> bool:
    return fact.best.outcome is FindingOutcome.PROPOSED


def _included(db: sa.Connection, record_id: int) -> int:
    """The reference, if it is in the dataset as an include; findings are confirmed of these only."""
    try:
        group_id = group_of(db, record_id)
    except StoreError as err:
        raise not_found(f"record R{record_id}: there is none; nothing was written") from err
    query = sa.text("SELECT 1 FROM dataset_records WHERE group_id = :g AND label = 'include'")
    if db.execute(query, {"g": group_id}).first() is None:
        raise conflict(
            f"record R{record_id}: is not included; findings are confirmed of included records only",
            code="not_included",
        )
    return group_id


def _drawn(db: sa.Connection, record_id: int) -> int:
    group_id = _included(db, record_id)
    if group_id not in reextraction.drawn_records(db):
        raise conflict(f"record R{record_id}: was not drawn for blind re-extraction", code="not_drawn")
    return group_id


def _check_shown(db: sa.Connection, desk: Desk, body: VerdictBody) -> None:
    """Refuse a verdict on words that changed since the page showed them; one sent again passes."""
    if len(body.versions) != len(body.finding_ids):
        raise StoreError("versions: give one for each of finding_ids; nothing was written")
    for finding_id, version in zip(body.finding_ids, body.versions, strict=True):
        shown = findings.as_shown(db, findings.load_finding(db, finding_id), desk.person_id)
        if findings.fingerprint(shown) != version and not findings.was_sent(db, f"{body.key}:{finding_id}"):
            raise conflict(
                f"finding F{finding_id}: somebody changed it since your page showed it; it now says"
                f" {say(shown)!r}. Look again; nothing was written",
                code="changed_meanwhile",
            )


def _record_of(db: sa.Connection, finding_ids: list[int]) -> int:
    """The one record that the findings are of."""
    found = set()
    for finding_id in finding_ids:
        try:
            found.add(findings.load_finding(db, finding_id).record_id)
        except StoreError as err:
            raise not_found(f"finding F{finding_id}: there is none; nothing was written") from err
    if len(found) > 1:
        raise conflict("the findings are of several records; nothing was written", code="several_records")
    return found.pop()


def _with_sentence(db: sa.Connection, record_id: int, fields: dict[str, Scalar]) -> dict[str, object]:
    """A selected value with the sentence around it as its evidence."""
    values: dict[str, object] = dict(fields)
    start, end = values.get("start"), values.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or values.get("evidence_start") is not None:
        return values
    text = load_record(db, record_id).record.text
    if not 0 <= start < end <= len(text):
        raise StoreError(
            f"record R{record_id}: offsets {start} to {end} are not within its text (0 to {len(text)});"
            " nothing was written"
        )
    around = [s for s in split_sentences(text) if s.start < end and s.end > start]
    return values | {
        "evidence_start": min([start, *(s.start for s in around)]),
        "evidence_end": max([end, *(s.end for s in around)]),
        "value_text": text[start:end],
    }
