"""Findings: proposed by the extractor, then confirmed, corrected, rejected or added by people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from data.errors import StoreError
from data.finding_form import FLAGS, FLOATS, make_finding, parse_changes
from data.records import FINDING_FIELDS, Endpoint, Finding, Source, Statistic, Unit
from data.store import log, protocols
from data.store.connection import now
from data.store.decisions import new_key
from data.store.people import add_person
from data.store.schema import CONTENT_FIELDS, finding_decisions, findings, records

# The words of a value are where it was read, not what it says: left out of what two people agree on.
_AGREED = tuple(name for name in CONTENT_FIELDS if name != "value_text")


class FindingVerdict(StrEnum):
    """What a person does with a finding."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    REJECT = "reject"


class FindingOutcome(StrEnum):
    """Where a finding stands."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WAITING = "waiting"
    CONFLICT = "conflict"
    PROPOSED = "proposed"  # nobody has looked at it


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDecision:
    """What a person decided of a finding; `changes` are the corrected fields, by name."""

    person: str
    finding_id: int
    verdict: FindingVerdict
    changes: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    suggestion_visible: bool = True
    key: str = field(default_factory=new_key)


@dataclass(frozen=True, slots=True)
class FindingWritten:
    """A finding's decision as it was kept, and what it led to."""

    finding_id: int
    decision_id: int
    is_new: bool
    outcome: FindingOutcome


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding as it stands in the store, with whatever was decided of it."""

    finding_id: int
    record_id: int
    finding: Finding
    extractor: str | None
    outcome: FindingOutcome


def propose(db: sa.Connection, record_id: int, proposed: Iterable[Finding], *, extractor: str) -> int:
    """Keep what the extractor found in a record; proposals that nobody decided on are replaced.

    Returns the number of findings that are new. A finding that stands at a place already decided on
    is not proposed again.
    """
    table = findings.c
    decided = sa.exists().where(finding_decisions.c.finding_id == table.id)
    of_record = table.record_id == record_id
    there = [dict(row) for row in db.execute(sa.select(findings).where(of_record)).mappings()]
    settled = set(db.execute(sa.select(table.id).where(of_record & decided)).scalars())
    taken = {_place(row) for row in there if row["id"] in settled or row["extractor"] is None}
    open_ = {_said(row): row["id"] for row in there if row["id"] not in settled and row["extractor"]}
    new, kept = [], set()
    for finding in proposed:
        row = _content(finding)
        if _place(row) in taken:
            continue
        if _said(row) in open_:  # the same as before keeps its number
            kept.add(open_[_said(row)])
            continue
        made = {"record_id": record_id, "extractor": extractor, "proposed_at": now()}
        new.append(row | made | {"confidence": finding.confidence, "rule": finding.rule})
    gone = [i for i in open_.values() if i not in kept]
    if gone:
        db.execute(findings.delete().where(table.id.in_(gone)))
    if new:
        db.execute(findings.insert(), new)
    return len(new)


def decide_finding(db: sa.Connection, decision: FindingDecision) -> FindingWritten:
    """Append a person's confirmation, correction or rejection of a finding.

    A confirmation is of what the person was shown: the version that a first person settled, or, as
    long as there is none, the proposal.

    Raises
    ------
    StoreError
        Unknown finding or field, a value that cannot be, nobody named.
    """
    stored = load_finding(db, decision.finding_id)
    person_id = add_person(db, decision.person)
    shown = as_shown(db, stored, person_id)
    settled = _changed(shown, decision, record_id=stored.record_id, db=db)
    row: dict[str, object] = {
        "finding_id": decision.finding_id,
        "person_id": person_id,
        "verdict": str(decision.verdict),
        "note": decision.note,
        "suggestion_visible": decision.suggestion_visible,
        "idempotency_key": decision.key,
    }
    if decision.verdict is FindingVerdict.CORRECT and settled is not None:
        row["content_sha256"] = fingerprint(settled)
    known = log.written_before(db, finding_decisions, decision.key, row)
    if known is not None:
        return FindingWritten(decision.finding_id, known, False, finding_outcome(db, decision.finding_id))
    row |= {
        "role": _role(db, decision.finding_id, person_id),
        "undoes_id": None,
        "protocol_version_id": protocols.newest_version(db),
        **(_content(settled) if settled else dict.fromkeys(CONTENT_FIELDS)),
        "content_sha256": fingerprint(settled) if settled else None,
    }
    decision_id = log.append(db, finding_decisions, row)
    return FindingWritten(decision.finding_id, decision_id, True, finding_outcome(db, decision.finding_id))


def add_finding(
    db: sa.Connection,
    *,
    person: str,
    record_id: int,
    finding: Finding,
    note: str = "",
    key: str | None = None,
) -> FindingWritten:
    """Keep a finding that a person read in the text (offsets) or the full text (locator).

    What the person added before, at the same place with the same content, is not added again.
    """
    key = key or new_key()
    check_place(db, record_id, finding)
    person_id = add_person(db, person)
    row: dict[str, object] = {
        "person_id": person_id,
        "verdict": "add",
        "note": note,
        "suggestion_visible": False,
        "idempotency_key": key,
        **_content(finding),
        "content_sha256": fingerprint(finding),
    }
    known = log.written_before(db, finding_decisions, key, row)
    if known is not None:
        query = sa.select(finding_decisions.c.finding_id).where(finding_decisions.c.id == known)
        finding_id = int(db.execute(query).scalar_one())
        if load_finding(db, finding_id).record_id != record_id:
            raise StoreError(f"idempotency key {key!r} was used before on another record; use a new one")
        return FindingWritten(finding_id, known, False, finding_outcome(db, finding_id))
    same = _added_before(db, person_id, record_id, _content(finding))
    if same is not None:
        return FindingWritten(same[0], same[1], False, finding_outcome(db, same[0]))
    there = _content(finding) | {"record_id": record_id, "extractor": None, "proposed_at": now()}
    result = db.execute(findings.insert().values(there))
    finding_id = int(result.inserted_primary_key[0])  # type: ignore[index]
    row |= {
        "finding_id": finding_id,
        "role": "reviewer",
        "undoes_id": None,
        "protocol_version_id": protocols.newest_version(db),
    }
    decision_id = log.append(db, finding_decisions, row)
    return FindingWritten(finding_id, decision_id, True, finding_outcome(db, finding_id))


def _added_before(
    db: sa.Connection, person_id: int, record_id: int, content: Mapping[str, object]
) -> tuple[int, int] | None:
    """The finding and the decision of a person's standing addition that says just this, or None."""
    query = sa.text(
        "SELECT s.* FROM standing_findings s JOIN findings f ON f.id = s.finding_id"
        " WHERE f.record_id = :r AND s.person_id = :p AND s.verdict = 'add' ORDER BY s.id"
    )
    for row in db.execute(query, {"r": record_id, "p": person_id}).mappings():
        if _said(typed_row(dict(row))) == _said(content):
            return int(row["finding_id"]), int(row["id"])
    return None


def undo_finding(
    db: sa.Connection, *, person: str, finding_id: int, note: str = "", key: str | None = None
) -> FindingWritten:
    """Take back the person's latest standing decision on a finding; the one before it stands again."""
    key = key or new_key()
    load_finding(db, finding_id)
    person_id = add_person(db, person)
    table = finding_decisions
    again = db.execute(sa.select(table).where(table.c.idempotency_key == key)).first()
    if again is not None:
        if (again.person_id, again.finding_id, again.verdict) != (person_id, finding_id, "undo"):
            raise StoreError(f"idempotency key {key!r} was used before for another decision; use a new one")
        return FindingWritten(finding_id, again.id, False, finding_outcome(db, finding_id))
    query = sa.text("SELECT id, role FROM standing_findings WHERE finding_id = :f AND person_id = :p")
    standing = db.execute(query, {"f": finding_id, "p": person_id}).first()
    if standing is None:
        raise StoreError(f"finding F{finding_id}: {person!r} has no decision on it to undo")
    row: dict[str, object] = {
        "finding_id": finding_id,
        "person_id": person_id,
        "verdict": "undo",
        "note": note,
        "role": standing.role,
        "undoes_id": standing.id,
        "suggestion_visible": False,
        "idempotency_key": key,
        "protocol_version_id": protocols.newest_version(db),
    }
    decision_id = log.append(db, table, row)
    return FindingWritten(finding_id, decision_id, True, finding_outcome(db, finding_id))


def finding_outcome(db: sa.Connection, finding_id: int) -> FindingOutcome:
    """Where a finding stands."""
    query = sa.text("SELECT outcome FROM finding_consensus WHERE finding_id = :finding_id")
    found = db.execute(query, {"finding_id": finding_id}).scalar()
    return FindingOutcome(found) if found else FindingOutcome.PROPOSED


def finding_counts(db: sa.Connection) -> dict[FindingOutcome, int]:
    """Number of findings by where they stand."""
    query = sa.text("SELECT outcome, COUNT(*) FROM finding_consensus GROUP BY outcome")
    counts = {FindingOutcome(word): int(n) for word, n in db.execute(query)}
    n_all = int(db.execute(sa.select(sa.func.count(findings.c.id))).scalar_one())
    return counts | {FindingOutcome.PROPOSED: n_all - sum(counts.values())}


def load_finding(db: sa.Connection, finding_id: int) -> StoredFinding:
    """One finding as it was put forward."""
    row = db.execute(sa.select(findings).where(findings.c.id == finding_id)).mappings().first()
    if row is None:
        raise StoreError(f"finding F{finding_id}: there is none; `picosieve findings` lists them")
    return _stored(dict(row), finding_outcome(db, finding_id))


def record_findings(db: sa.Connection, record_ids: Iterable[int] | None = None) -> list[StoredFinding]:
    """The findings of some records (all of them when None), in the order of the text."""
    query = sa.select(findings).order_by(findings.c.record_id, findings.c.start, findings.c.id)
    if record_ids is not None:
        query = query.where(findings.c.record_id.in_(list(record_ids)))
    outcomes = {
        int(f): FindingOutcome(o)
        for f, o in db.execute(sa.text("SELECT finding_id, outcome FROM finding_consensus"))
    }
    rows = db.execute(query).mappings()
    return [_stored(dict(row), outcomes.get(row["id"], FindingOutcome.PROPOSED)) for row in rows]


def finding_of_row(row: Mapping[str, Any]) -> Finding:
    """A finding from the columns of a table or view that holds its content."""
    values = {name: row[name] for name in CONTENT_FIELDS}
    values["value_text"] = values["value_text"] or ""
    return Finding(
        **values
        | {
            "endpoint": Endpoint(values["endpoint"]),
            "statistic": Statistic(values["statistic"]),
            "unit": Unit(values["unit"]),
            "source": Source(values["source"]),
        }
    )


def _changed(
    shown: Finding, decision: FindingDecision, *, record_id: int, db: sa.Connection
) -> Finding | None:
    where = f"finding F{decision.finding_id}"
    if decision.verdict is not FindingVerdict.CORRECT:
        if decision.changes:
            raise StoreError(f"{where}: changed fields go with correct, not with {decision.verdict}")
        return shown if decision.verdict is FindingVerdict.CONFIRM else None
    if not decision.changes:
        raise StoreError(f"{where}: correct needs at least one field=value; to agree use confirm")
    values = {name: getattr(shown, name) for name in FINDING_FIELDS}
    values |= parse_changes(decision.changes, where=where)
    corrected = make_finding(values, where=where)
    check_place(db, record_id, corrected)
    return with_words(db, record_id, corrected)


def with_words(db: sa.Connection, record_id: int, finding: Finding) -> Finding:
    """The finding with the words of the text at its offsets: a quote is never typed by hand."""
    if finding.start is None:
        return replace(finding, value_text="")
    query = sa.select(records.c.title, records.c.abstract).where(records.c.id == record_id)
    row = db.execute(query).one()
    return replace(finding, value_text=f"{row.title} {row.abstract}"[finding.start : finding.end])


def check_place(db: sa.Connection, record_id: int, finding: Finding) -> None:
    """Refuse a finding whose offsets are past the end of its record's text."""
    query = sa.select(records.c.title, records.c.abstract).where(records.c.id == record_id)
    row = db.execute(query).first()
    if row is None:
        raise StoreError(
            f"record R{record_id}: there is none; `picosieve rank` lists the records of a project"
        )
    length = len(row.title) + 1 + len(row.abstract)
    if finding.evidence_end is not None and finding.evidence_end > length:
        raise StoreError(
            f"record R{record_id}: offset {finding.evidence_end} is past the text's end ({length})"
        )


def shown_version(db: sa.Connection, finding_id: int, person_id: int | None = None) -> Finding | None:
    """What a person is shown: their own version, else another's where the mode lets them see it.

    None where there is no version but the proposal.
    """
    blind = protocols.current_rule(db, "findings").mode == "dual"
    query = sa.text(
        "SELECT * FROM standing_findings WHERE finding_id = :f AND endpoint IS NOT NULL"
        " ORDER BY (person_id = :p) DESC, id DESC"
    )
    for row in db.execute(query, {"f": finding_id, "p": person_id}).mappings():
        if not blind or row["person_id"] == person_id:
            return finding_of_row(typed_row(dict(row)))
    return None


def as_shown(db: sa.Connection, stored: StoredFinding, person_id: int | None = None) -> Finding:
    """What a person is shown of a finding, and so what they confirm: a version, else the proposal."""
    return shown_version(db, stored.finding_id, person_id) or stored.finding


def was_sent(db: sa.Connection, key: str) -> bool:
    """Whether a decision on a finding was written under this idempotency key."""
    query = sa.select(finding_decisions.c.id).where(finding_decisions.c.idempotency_key == key)
    return db.execute(query).first() is not None


def _role(db: sa.Connection, finding_id: int, person_id: int) -> str:
    table = finding_decisions.c
    query = sa.select(table.person_id).where((table.finding_id == finding_id) & (table.role == "reviewer"))
    if person_id in set(db.execute(query).scalars()):
        return "reviewer"
    tally = sa.text(
        "SELECT n_versions > 1 OR (n_for > 0 AND n_against > 0) FROM finding_tallies WHERE finding_id = :f"
    )
    return "adjudicator" if db.execute(tally, {"f": finding_id}).scalar() else "reviewer"


def _content(finding: Finding) -> dict[str, Any]:
    row = {name: getattr(finding, name) for name in CONTENT_FIELDS}
    for name in FLOATS:
        row[name] = None if row[name] is None else float(row[name])
    for name in ("endpoint", "statistic", "unit", "source"):
        row[name] = str(row[name])
    return row


def fingerprint(finding: Finding) -> str:
    """SHA-256 of what a finding says and where: two people agree when theirs are equal."""
    content = _content(finding)
    agreed = {name: content[name] for name in _AGREED}
    return hashlib.sha256(json.dumps(agreed, sort_keys=True).encode()).hexdigest()


def _said(row: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(row[name] for name in CONTENT_FIELDS)


def _place(row: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("endpoint", "statistic", "start", "end"))


def typed_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """SQLite gives whole numbers for flags where a query is plain text."""
    flags = {name: None if row[name] is None else bool(row[name]) for name in FLAGS}
    return {**row, **flags}


def _stored(row: Mapping[str, Any], outcome: FindingOutcome) -> StoredFinding:
    return StoredFinding(row["id"], row["record_id"], finding_of_row(row), row["extractor"], outcome)
