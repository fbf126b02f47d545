"""A blind second extraction of a random tenth of the records: what did the shown candidates hide?

People who see candidates tend to agree with them. So of every ten records whose findings were marked
complete, one, drawn by lot, is read once more without any suggestion, and the values are compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from data.finding_form import make_finding
from data.records import Finding, fold
from data.store.connection import now
from data.store.dataset import confirmed_findings
from data.store.findings import FindingOutcome, StoredFinding
from data.store.marks import MarkKind
from data.store.schema import blind_findings, marks, people, records
from review.evidence import say
from review.facts import group_facts

ONE_IN = 10
_FIELDS = ("value", "value_max", "not_reached", "ci_lower", "ci_upper", "timepoint_months", "count", "total")


@dataclass(frozen=True, slots=True)
class Difference:
    """A value on which the two extractions differ.

    `kind` is `missed` (only the blind reading has it), `not_found_again` (only the confirmed findings
    have it) or `changed`.
    """

    record_id: int
    title: str
    kind: str
    confirmed: str
    blind: str


@dataclass(frozen=True, slots=True)
class BlindReport:
    """What the blind readings so far came to."""

    n_due: int
    n_read: int
    n_same: int
    n_changed: int
    n_missed: int
    n_not_found_again: int
    differences: tuple[Difference, ...]


def drawn_records(db: sa.Connection, *, seed: int = 0) -> list[int]:
    """The references drawn for blind reading, in the order in which they were first marked complete.

    The n-th block of ten has its draw fixed beforehand by the seed, so no later record unseats it.
    """
    query = (
        sa.select(marks.c.record_id)
        .where((marks.c.kind == str(MarkKind.FINDINGS_COMPLETE)) & marks.c.is_set)
        .group_by(marks.c.record_id)
        .order_by(sa.func.min(marks.c.id))
    )
    complete = [int(i) for i in db.execute(query).scalars()]
    return [i for place, i in enumerate(complete) if place % ONE_IN == _lot(place // ONE_IN, seed)]


def _lot(block: int, seed: int) -> int:
    return int(hashlib.sha256(f"{seed} blind {block}".encode()).hexdigest()[:8], 16) % ONE_IN


def keep_blind(db: sa.Connection, record_id: int, person_id: int, finding: Finding, *, key: str) -> bool:
    """Keep a value of the blind reading; False when this key wrote one before."""
    table = blind_findings
    if db.execute(sa.select(table.c.id).where(table.c.idempotency_key == key)).first() is not None:
        return False
    content = {name: value for name, value in asdict(finding).items() if value not in (None, "", False)}
    row = {
        "record_id": record_id,
        "person_id": person_id,
        "content": json.dumps(content, ensure_ascii=False, sort_keys=True),
        "idempotency_key": key,
        "read_at": now(),
    }
    db.execute(table.insert().values(row))
    return True


def drop_blind(db: sa.Connection, blind_id: int, person_id: int) -> bool:
    """Take back one's own value of a blind reading."""
    mine = (blind_findings.c.id == blind_id) & (blind_findings.c.person_id == person_id)
    return bool(db.execute(blind_findings.delete().where(mine)).rowcount)


def blind_values(
    db: sa.Connection, record_id: int, person_id: int | None = None
) -> list[tuple[int, Finding]]:
    """The values of the blind reading of a record, with their ids."""
    query = sa.select(blind_findings).where(blind_findings.c.record_id == record_id)
    if person_id is not None:
        query = query.where(blind_findings.c.person_id == person_id)
    return [
        (row.id, make_finding(json.loads(row.content), where=f"blind reading {row.id}"))
        for row in db.execute(query.order_by(blind_findings.c.id))
    ]


def finished_records(db: sa.Connection) -> dict[int, str]:
    """The references whose blind reading was marked complete, with the person who read."""
    query = (
        sa.select(marks.c.record_id, people.c.name, marks.c.is_set)
        .join(people, people.c.id == marks.c.person_id)
        .where(marks.c.kind == str(MarkKind.BLIND_COMPLETE))
        .order_by(marks.c.id)
    )
    latest = {row.record_id: (row.name, row.is_set) for row in db.execute(query)}
    return {record_id: name for record_id, (name, is_set) in latest.items() if is_set}


def blind_report(db: sa.Connection, *, seed: int = 0) -> BlindReport:
    """Compare every finished blind reading with the findings that people confirmed."""
    drawn = drawn_records(db, seed=seed)
    finished = finished_records(db)
    confirmed: dict[int, list[Finding]] = {}
    for entry in confirmed_findings(db):
        confirmed.setdefault(entry.group_id, []).append(entry.finding)
    titles = {i: t for i, t in db.execute(sa.select(records.c.id, records.c.title))}
    n_same, differences = 0, []
    for record_id in (i for i in drawn if i in finished):
        blind = [f for _, f in blind_values(db, record_id)]
        same, pairs = compare(confirmed.get(record_id, []), blind)
        n_same += same
        for first, second in pairs:
            kind = "changed" if first and second else "missed" if second else "not_found_again"
            told = (say(first) if first else "", say(second) if second else "")
            differences.append(Difference(record_id, titles[record_id], kind, *told))
    n_of = {
        kind: sum(d.kind == kind for d in differences) for kind in ("changed", "missed", "not_found_again")
    }
    return BlindReport(
        n_due=len([i for i in drawn if i not in finished]),
        n_read=len([i for i in drawn if i in finished]),
        n_same=n_same,
        n_changed=n_of["changed"],
        n_missed=n_of["missed"],
        n_not_found_again=n_of["not_found_again"],
        differences=tuple(differences),
    )


def compare(
    confirmed: Sequence[Finding], blind: Sequence[Finding]
) -> tuple[int, list[tuple[Finding | None, Finding | None]]]:
    """Number of values that both have, and the pairs that differ (one side None where it has none)."""
    left = _facts(confirmed)
    rest: list[Finding] = []
    n_same = 0
    for value in _facts(blind):
        match = next((c for c in left if _identity(c) == _identity(value)), None)
        if match is None:
            rest.append(value)
        else:
            left.remove(match)
            n_same += 1
    pairs: list[tuple[Finding | None, Finding | None]] = []
    for value in rest:
        match = next((c for c in left if _about(c) == _about(value)), None)
        if match is not None:
            left.remove(match)
        pairs.append((match, value))
    return n_same, pairs + [(c, None) for c in left]


def _about(f: Finding) -> tuple[object, ...]:
    return (f.endpoint, f.statistic, f.timepoint_months, fold(f.arm or ""))


def _identity(f: Finding) -> tuple[object, ...]:
    return (f.endpoint, f.statistic, *(getattr(f, name) for name in _FIELDS))


def _facts(found: Sequence[Finding]) -> list[Finding]:
    """One finding for each fact, the fullest, however often the text states it."""
    stored = [StoredFinding(i, 0, f, None, FindingOutcome.ACCEPTED) for i, f in enumerate(found)]
    return [fact.best.finding for fact in group_facts(stored)]
