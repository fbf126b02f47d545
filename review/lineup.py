"""Which records stand in the queue, and why: the best, some drawn by lot, second readings, full texts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import sqlalchemy as sa

from classifier.ranking import Ranked, Reason
from data.protocol import Stage
from data.store import protocols
from data.store.readings import QueueEntry
from models.features import text_digest

# Of the positions of a review, counted from its first decision, every 20th is a draw from the later
# ranks (5 %: ASReview's default share of random records) and every 20th one of the control sample.
EVERY = 20
_EXPLORATION, _CONTROL = 0, 10


def compose(
    ranked: Sequence[int],
    control: Iterator[int],
    *,
    n_read: int,
    n: int,
    rng: np.random.Generator,
) -> list[tuple[int, str]]:
    """The next `n` record ids with why each stands there: ranked, exploration or control.

    Parameters
    ----------
    ranked : sequence of int
        Unread record ids, best first.
    control : iterator of int
        The unread record ids in the order of the control sample, which never changes: the records
        read from its beginning are a random sample of the review whatever else was read.
    n_read : int
        Decisions so far: the drawn positions are counted from the first, not from the last refit.
    """
    taken: set[int] = set()
    best = iter(ranked)
    chosen: list[tuple[int, str]] = []
    while len(chosen) < min(n, len(ranked)):
        turn = (n_read + len(chosen) + 1) % EVERY
        kind, record_id = "ranked", None
        if turn == _CONTROL:
            kind, record_id = "control", next((i for i in control if i not in taken), None)
        elif turn == _EXPLORATION and len(ranked) > n:
            kind, record_id = "exploration", _explored(ranked, taken, n=n, rng=rng)
        if record_id is None or record_id in taken:
            kind, record_id = "ranked", next(i for i in best if i not in taken)
        taken.add(record_id)
        chosen.append((record_id, kind))
    return chosen


def _explored(ranked: Sequence[int], taken: set[int], *, n: int, rng: np.random.Generator) -> int | None:
    """A record of the ranks behind the queue, log-uniform: near ones often, far ones sometimes."""
    for _ in range(20):
        at = int(math.exp(rng.uniform(math.log(n), math.log(len(ranked)))))
        if ranked[min(at, len(ranked) - 1)] not in taken:
            return ranked[min(at, len(ranked) - 1)]
    return None


def second_readings(waiting: Sequence[int], seed: int) -> list[int]:
    """References that wait for another person, in a random order that no score has shaped."""
    return [i for _, i in sorted((text_digest(f"{seed} second {i}"), i) for i in waiting)]


def full_text_entries(db: sa.Connection, *, n: int) -> list[QueueEntry]:
    """References whose full text is to be read: included at title and abstract, not settled since."""
    query = sa.text(
        "SELECT c.group_id, f.outcome FROM stage_consensus c LEFT JOIN stage_consensus f"
        " ON f.group_id = c.group_id AND f.stage = :full_text"
        " WHERE c.stage = :title_abstract AND c.outcome = 'include'"
        " AND COALESCE(f.outcome, 'unread') NOT IN ('include', 'exclude') ORDER BY c.group_id LIMIT :n"
    )
    values = {"full_text": str(Stage.FULL_TEXT), "title_abstract": str(Stage.TITLE_ABSTRACT), "n": n}
    return [
        QueueEntry(record_id=row.group_id, kind="second" if row.outcome else "ranked")
        for row in db.execute(query, values)
    ]


def ranked_entry(ranked: Ranked, kind: str, model_id: str) -> QueueEntry:
    """A ranked record as an entry of the queue."""
    return QueueEntry(
        record_id=ranked.record_id,
        kind=kind,
        model_id=model_id,
        rank=ranked.position,
        score=ranked.score,
        probability=ranked.probability,
        reasons=told_reasons(ranked.reasons),
    )


def told_reasons(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    """Reasons as the queue keeps them."""
    return [{"term": r.term, "weight": round(r.weight, 4), "criterion": r.criterion} for r in reasons]


def waiting_references(db: sa.Connection) -> list[int]:
    """References that a first person has read and another is to read."""
    rule = protocols.current_rule(db, Stage.TITLE_ABSTRACT)
    if max(rule.includes_needed, rule.excludes_needed) == 1:
        return []
    query = sa.text("SELECT group_id FROM stage_consensus WHERE stage = :stage AND outcome = 'waiting'")
    return [int(i) for i in db.execute(query, {"stage": str(Stage.TITLE_ABSTRACT)}).scalars()]
