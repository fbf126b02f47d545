"""The worker of a project: refits when decisions came in, and writes the next records of the queue.

It runs in a process of its own (`picosieve work`; `picosieve review` starts it), so that nobody waits
for a refit. Each queue is written in one transaction and follows from the decisions and the seed alone:
killed at any moment, the next worker starts from what the store says.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from classifier.ranking import Ranked, Ranker, RankResult
from data.errors import ScreeningError
from data.project import Project, open_project
from data.protocol import Protocol, Stage, parse_protocol
from data.store import decisions, protocols, queue, registry
from data.store.imports import all_records
from data.store.queue import QueueEntry
from data.store.registry import Model
from models.features import text_digest

N_QUEUED = 300
# Reasons take far longer than the refit itself (some 30 ms a record), and a queue is replaced long before
# its end is read: only its beginning comes with reasons.
N_EXPLAINED = 25
# Of the positions of a review, counted from its first decision, every 20th is a draw from the later
# ranks (5 %: ASReview's default share of random records) and every 20th one of the control sample.
EVERY = 20
_EXPLORATION, _CONTROL = 0, 10
_POLL_SECONDS = 0.2
LOCK = "worker.lock"


class WorkerError(ScreeningError):
    """The worker cannot start."""


@dataclass(frozen=True, slots=True)
class State:
    """What a queue follows from; a new one is due when it differs."""

    last_decision: int
    last_record: int
    links: tuple[int, int]
    protocol_version: int


@dataclass(frozen=True, slots=True)
class Refit:
    """A queue that was written: its model, the labels it learnt from, and how long it took."""

    model_id: str
    n_labels: int
    n_queued: int
    seconds: float


class Worker:
    """Keeps the queue of an open project up to date.

    Parameters
    ----------
    project : Project
    seed : int, default=0
        Of the ranking, the exploration and the control sample.
    n_queued : int
        Records that stand in the queue at once.
    """

    def __init__(self, project: Project, *, seed: int = 0, n_queued: int = N_QUEUED) -> None:
        self.project = project
        self.seed = seed
        self.n_queued = n_queued
        self._state: State | None = None
        self._ranker: Ranker | None = None
        self._control: list[int] = []

    def refit_if_due(self) -> Refit | None:
        """Refit and write the queue if anything changed since the last time; else None."""
        with self.project.store.read() as db:
            state = _read_state(db)
            if state == self._state:
                return None
            labels = decisions.provisional_labels(db)
            waiting = _waiting(db)
        begun = time.monotonic()
        if self._ranker is None or self._state is None or _pool_changed(self._state, state):
            self._prepare(state)
        assert self._ranker is not None
        result = self._ranker.rank(labels, explain=N_EXPLAINED)
        model_id = f"queue-{result.model_id}"
        entries = self._entries(result, labels, model_id)
        entries += [QueueEntry(record_id=i, kind="second") for i in second_readings(waiting, self.seed)]
        self._write(entries, model_id, labels)
        self._state = state
        return Refit(model_id, len(labels), len(entries), time.monotonic() - begun)

    def _prepare(self, state: State) -> None:
        with self.project.store.read() as db:
            protocol = _protocol(db, state.protocol_version)
            pool = [(s.record_id, s.record) for s in all_records(db, representatives=True)]
        self._ranker = Ranker(pool, protocol, seed=self.seed)
        salted = sorted((text_digest(f"{self.seed} {r.text}"), i) for i, r in pool)
        self._control = [i for _, i in salted]

    def _entries(self, result: RankResult, labels: Mapping[int, int], model_id: str) -> list[QueueEntry]:
        ranked = {r.record_id: r for r in result.ranked}
        both = 0 < sum(labels.values()) < len(labels)
        control = (i for i in self._control if i in ranked)
        rng = np.random.default_rng([self.seed, len(labels)])
        order = compose(
            [r.record_id for r in result.ranked], control, n_read=len(labels), n=self.n_queued, rng=rng
        )
        return [_entry(ranked[i], kind, model_id, suggest=both) for i, kind in order]

    def _write(self, entries: list[QueueEntry], model_id: str, labels: Mapping[int, int]) -> None:
        model = Model(
            model_id=model_id,
            kind="queue",
            bundle=None,
            recipe={"seed": self.seed, "protocol": self.project.protocol.sha256},
            labels_fingerprint=model_id.rsplit("-", 1)[-1],
            metrics={"n_labels": len(labels)},
        )
        with self.project.store.write() as db:
            registry.register(db, model)
            queue.write_queue(db, entries)


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


def _entry(ranked: Ranked, kind: str, model_id: str, *, suggest: bool) -> QueueEntry:
    # Without labels of both kinds a score is no verdict.
    likely = ranked.probability >= 0.5 if ranked.probability is not None else ranked.score > 0
    return QueueEntry(
        record_id=ranked.record_id,
        kind=kind,
        model_id=model_id,
        rank=ranked.position,
        score=ranked.score,
        probability=ranked.probability,
        suggestion=("include" if likely else "exclude") if suggest else None,
        reasons=[
            {"term": r.term, "weight": round(r.weight, 4), "criterion": r.criterion} for r in ranked.reasons
        ],
    )


def _read_state(db: sa.Connection) -> State:
    def number(query: str) -> int:
        return int(db.execute(sa.text(query)).scalar() or 0)

    return State(
        last_decision=number("SELECT MAX(id) FROM screening_decisions"),
        last_record=number("SELECT MAX(id) FROM records"),
        links=(
            number("SELECT COUNT(*) FROM duplicate_links"),
            number("SELECT MAX(id) FROM link_decisions"),
        ),
        protocol_version=protocols.newest_version(db),
    )


def _pool_changed(before: State, after: State) -> bool:
    """Whether more than decisions came in: records, merges, or a new protocol."""
    return replace(before, last_decision=after.last_decision) != after


def _waiting(db: sa.Connection) -> list[int]:
    rule = protocols.current_rule(db, Stage.TITLE_ABSTRACT)
    if max(rule.includes_needed, rule.excludes_needed) == 1:
        return []
    query = sa.text("SELECT group_id FROM stage_consensus WHERE stage = :stage AND outcome = 'waiting'")
    return [int(i) for i in db.execute(query, {"stage": str(Stage.TITLE_ABSTRACT)}).scalars()]


def _protocol(db: sa.Connection, version_id: int) -> Protocol:
    query = sa.text("SELECT source_text FROM protocol_versions WHERE id = :id")
    return parse_protocol(db.execute(query, {"id": version_id}).scalar_one())


# --- the process -------------------------------------------------------------------------------


def work(
    folder: Path,
    *,
    stopped: Callable[[], bool] = lambda: False,
    on_refit: Callable[[Refit], None] = lambda refit: None,
    seed: int = 0,
) -> None:
    """Keep the queue of the project in `folder` up to date until `stopped()`.

    Raises
    ------
    WorkerError
        Another worker of this project runs on this machine.
    """
    with _only_one(folder), open_project(folder) as project:
        worker = Worker(project, seed=seed)
        while not stopped():
            refit = worker.refit_if_due()
            if refit is not None:
                on_refit(refit)
            else:
                time.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the project's lock; the system lets go of it however the process ends."""
    import fcntl

    with (folder / LOCK).open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            raise WorkerError(
                f"{folder}: a worker of this project is running already; one is enough"
            ) from err
        yield


def main(words: Sequence[str] | None = None) -> int:
    """Run as a child of the server: ends when standard input closes, that is, when the server is gone."""
    parser = argparse.ArgumentParser(prog="review.worker")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(words).folder
    gone = threading.Event()

    def wait_for_parent() -> None:
        while os.read(0, 1024):  # not sys.stdin: its lock would be held when the interpreter ends
            pass
        gone.set()

    threading.Thread(target=wait_for_parent, daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(10)  # the reader's key press goes first
    try:
        work(folder, stopped=gone.is_set)
    except ScreeningError as err:
        print(f"picosieve: {err}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
