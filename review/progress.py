"""How far one person's reading has come."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from data.protocol import Stage
from data.store.marks import MarkKind, marked_records
from data.store.protocols import current_rule
from data.store.queue import queue_written_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of references; `left` are those that this person may still have to read."""

    n_references: int
    n_read: int
    n_included: int
    n_excluded: int
    n_maybe: int
    n_left: int
    n_discuss: int
    n_skipped: int
    queue_written_at: str | None


# What a stage reads: every reference; at full text those that title and abstract did not exclude.
_POOL = {
    Stage.TITLE_ABSTRACT: "SELECT COUNT(*) FROM records WHERE id = group_id",
    Stage.FULL_TEXT: (
        "SELECT COUNT(*) FROM stage_consensus WHERE stage = 'title_abstract' AND outcome = 'include'"
    ),
}
# Each person's latest decision that was not undone, without the view's detour over all columns.
_STANDING = """
    SELECT r.group_id, d.person_id, MAX(d.id) AS last_id
    FROM screening_decisions d JOIN records r ON r.id = d.record_id
    WHERE d.stage = :stage AND d.verdict <> 'undo'
      AND NOT EXISTS (SELECT 1 FROM screening_decisions u WHERE u.undoes_id = d.id)
    GROUP BY r.group_id, d.person_id
"""
_MINE = f"""
    SELECT d.verdict, COUNT(*) FROM ({_STANDING}) s JOIN screening_decisions d ON d.id = s.last_id
    WHERE s.person_id = :person_id GROUP BY d.verdict
"""
_OTHERS_SINGLE = f"""
    SELECT COUNT(DISTINCT s.group_id) FROM ({_STANDING}) s
    WHERE s.group_id NOT IN (SELECT group_id FROM ({_STANDING}) m WHERE m.person_id = :person_id)
"""
_OTHERS = """
    SELECT COUNT(*) FROM stage_consensus c
    WHERE c.stage = :stage AND c.outcome <> 'waiting' AND NOT EXISTS (
        SELECT 1 FROM standing_screening s
        WHERE s.group_id = c.group_id AND s.stage = c.stage AND s.person_id = :person_id)
"""


def progress_of(db: sa.Connection, *, person_id: int, stage: Stage = Stage.TITLE_ABSTRACT) -> Progress:
    """Count what one person has read at a stage, and what is left to them."""
    values = {"stage": str(stage), "person_id": person_id}
    n_references = int(db.execute(sa.text(_POOL[stage])).scalar_one())
    mine = {verdict: int(n) for verdict, n in db.execute(sa.text(_MINE), values)}
    rule = current_rule(db, stage)
    single = max(rule.includes_needed, rule.excludes_needed) == 1
    n_others = int(db.execute(sa.text(_OTHERS_SINGLE if single else _OTHERS), values).scalar_one())
    read = _read_by(db, values)
    aside = {
        kind: len(marked_records(db, kind, person_id=person_id, stage=str(stage)) - read)
        for kind in (MarkKind.DISCUSS, MarkKind.SKIP)
    }
    n_read = sum(mine.values())
    return Progress(
        n_references=n_references,
        n_read=n_read,
        n_included=mine.get("include", 0),
        n_excluded=mine.get("exclude", 0),
        n_maybe=mine.get("maybe", 0),
        n_left=max(0, n_references - n_read - n_others),
        n_discuss=aside[MarkKind.DISCUSS],
        n_skipped=aside[MarkKind.SKIP],
        queue_written_at=queue_written_at(db, stage=stage),
    )


def _read_by(db: sa.Connection, values: dict[str, object]) -> set[int]:
    query = f"SELECT group_id FROM ({_STANDING}) m WHERE m.person_id = :person_id"
    return set(db.execute(sa.text(query), values).scalars())
