"""Screening decisions: taken, taken back, never overwritten. The dataset follows from them by view."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from data.errors import StoreError
from data.protocol import Protocol, Stage
from data.store import log, protocols
from data.store.people import add_person
from data.store.schema import people, records, screening_decisions


class Verdict(StrEnum):
    """What a person says of a reference; `maybe` advances it at title and abstract."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    MAYBE = "maybe"


class Outcome(StrEnum):
    """Where a reference stands at a stage."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    WAITING = "waiting"  # for another person
    CONFLICT = "conflict"  # for an adjudicator
    UNREAD = "unread"


def new_key() -> str:
    """An idempotency key for a decision that is sent once."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided of a record, and what they were shown.

    Attributes
    ----------
    reason : str or None
        One of `Protocol.reasons`, for an exclusion only; required at full text.
    shown_model_id, shown_rank, suggestion_visible
        The model and place in its queue by which the record was shown, and whether its verdict was
        on the screen.
    key : str
        Idempotency key: the same decision sent twice under one key is written once.
    """

    person: str
    record_id: int
    verdict: Verdict
    stage: Stage = Stage.TITLE_ABSTRACT
    reason: str | None = None
    note: str = ""
    shown_model_id: str | None = None
    shown_rank: int | None = None
    suggestion_visible: bool = False
    key: str = field(default_factory=new_key)


@dataclass(frozen=True, slots=True)
class Written:
    """A decision as it was kept: its row, whether this call wrote it, and what it led to."""

    decision_id: int
    is_new: bool
    outcome: Outcome


def decide(db: sa.Connection, decision: Decision, *, protocol: Protocol) -> Written:
    """Append a person's decision on a record.

    Raises
    ------
    StoreError
        Unknown record or reason, nobody named, or full text before title and abstract.
    """
    group_id = _group_of(db, decision.record_id)
    _check_reason(decision, protocol)
    person_id = add_person(db, decision.person)
    row: dict[str, object] = {
        "record_id": decision.record_id,
        "person_id": person_id,
        "stage": str(decision.stage),
        "verdict": str(decision.verdict),
        "reason": decision.reason,
        "note": decision.note,
        "shown_model_id": decision.shown_model_id,
        "shown_rank": decision.shown_rank,
        "suggestion_visible": decision.suggestion_visible,
        "idempotency_key": decision.key,
    }
    known = log.written_before(db, screening_decisions, decision.key, row)
    if known is not None:
        return Written(known, False, outcome_of(db, group_id, decision.stage))
    _check_stage(db, group_id, decision)
    row |= {
        "role": _role(db, group_id, decision.stage, person_id),
        "undoes_id": None,
        "protocol_version_id": protocols.newest_version(db),
    }
    decision_id = log.append(db, screening_decisions, row)
    _turn_single_when_due(db, decision.stage, protocol)
    return Written(decision_id, True, outcome_of(db, group_id, decision.stage))


def undo(
    db: sa.Connection,
    *,
    person: str,
    record_id: int,
    stage: Stage = Stage.TITLE_ABSTRACT,
    note: str = "",
    key: str | None = None,
) -> Written:
    """Take back the person's latest standing decision on a reference; the one before it stands again.

    Raises
    ------
    StoreError
        The person has no decision on it to take back.
    """
    key = key or new_key()
    group_id = _group_of(db, record_id)
    person_id = add_person(db, person)
    table = screening_decisions
    again = db.execute(sa.select(table).where(table.c.idempotency_key == key)).first()
    if again is not None:
        same = (again.person_id, again.stage, again.verdict) == (person_id, str(stage), "undo")
        if not same or _group_of(db, again.record_id) != group_id:
            raise StoreError(f"idempotency key {key!r} was used before for another decision; use a new one")
        return Written(again.id, False, outcome_of(db, group_id, stage))
    standing = db.execute(
        sa.text(
            "SELECT entry_id, record_id, role FROM standing_screening"
            " WHERE group_id = :group_id AND stage = :stage AND person_id = :person_id"
        ),
        {"group_id": group_id, "stage": str(stage), "person_id": person_id},
    ).first()
    if standing is None:
        raise StoreError(f"record R{record_id}: {person!r} has no decision at {stage} to undo")
    row: dict[str, object] = {
        "record_id": standing.record_id,
        "person_id": person_id,
        "stage": str(stage),
        "verdict": "undo",
        "reason": None,
        "note": note,
        "shown_model_id": None,
        "shown_rank": None,
        "suggestion_visible": False,
        "idempotency_key": key,
        "role": standing.role,
        "undoes_id": standing.entry_id,
        "protocol_version_id": protocols.newest_version(db),
    }
    return Written(log.append(db, table, row), True, outcome_of(db, group_id, stage))


def outcome_of(db: sa.Connection, group_id: int, stage: Stage) -> Outcome:
    """Where a reference stands at a stage."""
    query = sa.text("SELECT outcome FROM stage_consensus WHERE group_id = :group_id AND stage = :stage")
    found = db.execute(query, {"group_id": group_id, "stage": str(stage)}).scalar()
    return Outcome(found) if found else Outcome.UNREAD


def outcome_counts(db: sa.Connection, stage: Stage) -> dict[Outcome, int]:
    """Number of references by where they stand at a stage, the unread ones included."""
    query = sa.text("SELECT outcome, COUNT(*) FROM stage_consensus WHERE stage = :stage GROUP BY outcome")
    counts = {Outcome(word): int(n) for word, n in db.execute(query, {"stage": str(stage)})}
    n_references = db.execute(sa.select(sa.func.count(records.c.group_id.distinct()))).scalar_one()
    return counts | {Outcome.UNREAD: n_references - sum(counts.values())}


def provisional_labels(db: sa.Connection, *, stage: Stage = Stage.TITLE_ABSTRACT) -> dict[int, int]:
    """What the queue may learn from: 1 or 0 by reference (`group_id`), before any consensus.

    An include by anyone counts as 1: a missed study costs more than a record read twice.
    """
    query = sa.text(
        "SELECT group_id, MAX(CASE WHEN leaning = 'exclude' THEN 0 ELSE 1 END)"
        " FROM standing_screening WHERE stage = :stage GROUP BY group_id"
    )
    return {int(g): int(label) for g, label in db.execute(query, {"stage": str(stage)})}


def stated_outcomes(
    db: sa.Connection, *, stage: Stage = Stage.TITLE_ABSTRACT
) -> dict[int, tuple[bool, str | None]]:
    """What the readers of each reference (`group_id`) agree on: included or not, and for which reason.

    A reference that somebody holds for a maybe, or that is included and excluded, is left out; excluded
    for different reasons it has none.
    """
    query = sa.text(
        "SELECT group_id, verdict, reason FROM standing_screening WHERE stage = :stage ORDER BY entry_id"
    )
    held: dict[int, list[tuple[str, str | None]]] = {}
    for group_id, verdict, reason in db.execute(query, {"stage": str(stage)}):
        held.setdefault(int(group_id), []).append((verdict, reason))
    found = {}
    for group_id, views in sorted(held.items()):
        verdicts, reasons = {v for v, _ in views}, {r for _, r in views}
        if len(verdicts) == 1 and verdicts <= {"include", "exclude"}:
            found[group_id] = ("include" in verdicts, reasons.pop() if len(reasons) == 1 else None)
    return found


def record_leanings(db: sa.Connection) -> dict[int, set[str]]:
    """What people hold of each record they decided on (include, exclude or open), merged or not."""
    leanings: dict[int, set[str]] = {}
    for record_id, leaning in db.execute(sa.text("SELECT record_id, leaning FROM standing_screening")):
        leanings.setdefault(record_id, set()).add(leaning)
    return leanings


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log about a reference."""

    decision_id: int
    record_id: int
    person: str
    stage: str
    verdict: str
    reason: str | None
    note: str
    role: str
    undoes_id: int | None
    decided_at: str


def history(db: sa.Connection, record_id: int) -> list[Entry]:
    """Every decision ever taken on the reference of this record, oldest first."""
    query = _entries().where(records.c.group_id == _group_of(db, record_id))
    return [Entry(*tuple(row)) for row in db.execute(query).all()]


def _entries() -> sa.Select[Any]:
    d = screening_decisions.c
    named = people.c.name
    columns = (
        d.id,
        d.record_id,
        named,
        d.stage,
        d.verdict,
        d.reason,
        d.note,
        d.role,
        d.undoes_id,
        d.decided_at,
    )
    joined = sa.select(*columns).join(records, records.c.id == d.record_id)
    return joined.join(people, people.c.id == d.person_id).order_by(d.id)


def _group_of(db: sa.Connection, record_id: int) -> int:
    found = db.execute(sa.select(records.c.group_id).where(records.c.id == record_id)).scalar()
    if found is None:
        raise StoreError(
            f"record R{record_id}: there is none; `picosieve rank` lists the records of a project"
        )
    return int(found)


def _check_reason(decision: Decision, protocol: Protocol) -> None:
    where = f"record R{decision.record_id}"
    if decision.reason is not None and decision.verdict is not Verdict.EXCLUDE:
        raise StoreError(
            f"{where}: reason {decision.reason!r} goes with exclude only, not {decision.verdict}"
        )
    if decision.reason is not None and decision.reason not in protocol.reasons:
        raise StoreError(f"{where}: reason {decision.reason!r} is none of {', '.join(protocol.reasons)}")
    if decision.reason is None and decision.verdict is Verdict.EXCLUDE and decision.stage is Stage.FULL_TEXT:
        raise StoreError(f"{where}: an exclusion at full text takes a reason: {', '.join(protocol.reasons)}")


def _check_stage(db: sa.Connection, group_id: int, decision: Decision) -> None:
    if decision.stage is not Stage.FULL_TEXT:
        return
    if outcome_of(db, group_id, Stage.TITLE_ABSTRACT) is not Outcome.INCLUDE:
        raise StoreError(
            f"record R{decision.record_id}: has not been included at title_abstract;"
            " decide that stage first, then full_text"
        )


def _role(db: sa.Connection, group_id: int, stage: Stage, person_id: int) -> str:
    """Reviewer, or adjudicator: somebody else than the reviewers, once these disagree."""
    query = sa.text(
        "SELECT person_id FROM screening_decisions d JOIN records r ON r.id = d.record_id"
        " WHERE r.group_id = :group_id AND d.stage = :stage AND d.role = 'reviewer'"
    )
    reviewers = set(db.execute(query, {"group_id": group_id, "stage": str(stage)}).scalars())
    if person_id in reviewers:
        return "reviewer"
    tally = sa.text(
        "SELECT n_open > 0 OR (n_includes > 0 AND n_excludes > 0) FROM stage_tallies"
        " WHERE group_id = :group_id AND stage = :stage"
    )
    disagree = db.execute(tally, {"group_id": group_id, "stage": str(stage)}).scalar()
    return "adjudicator" if disagree else "reviewer"


def _turn_single_when_due(db: sa.Connection, stage: Stage, protocol: Protocol) -> None:
    """Dual screening turns single once the stated number of references is settled."""
    if protocol.dual_records is None or stage is not Stage.TITLE_ABSTRACT:
        return
    if protocols.current_rule(db, stage).mode != "dual":
        return
    counts = outcome_counts(db, stage)
    if counts.get(Outcome.INCLUDE, 0) + counts.get(Outcome.EXCLUDE, 0) >= protocol.dual_records:
        rule = protocols.Rule("single", 1, 1)
        protocols.set_rule(db, stage, rule, protocols.newest_version(db))
