"""The worker of a project: refits when decisions came in, and writes the next records of the queue.

It runs in a process of its own (`picosieve work`; `picosieve review` starts it), so that nobody waits
for a refit. Each queue is written in one transaction and follows from the decisions and the seed alone:
killed at any moment, the next worker starts from what the store says.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from classifier.eligibility_learning import learn_for
from classifier.ranking import Ranker, RankResult
from data.errors import ReadError, ScreeningError
from data.project import Project, open_project
from data.protocol import Protocol, Stage, parse_protocol
from data.store import decisions, protocols, queue, registry
from data.store.imports import all_records, load_record
from data.store.readings import QueueEntry
from data.store.registry import Model
from models.features import CountCache, text_digest
from models.relevance import RelevanceModel
from review.lineup import (
    compose,
    full_text_entries,
    ranked_entry,
    second_readings,
    told_reasons,
    waiting_references,
)

N_QUEUED = 300
# Reasons take some 3 ms a record: the beginning of a queue is written with them, the rest gets them
# piece by piece while no decision comes in.
N_EXPLAINED = 25
# A pool takes some 0.7 ms a record to prepare. Until that is done, the best of a sample are read.
N_SAMPLE = 1000
COUNTS = "word-counts.npz"  # in the project's folder; made anew when it is not there
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
        self._unexplained: list[int] = []
        self._model: RelevanceModel | None = None
        self._counts_known = 0
        self._learned: State | None = None

    def refit_if_due(self) -> Refit | None:
        """Refit and write the queue if anything changed since the last time; else None."""
        with self.project.store.read() as db:
            state = _read_state(db)
            if state == self._state:
                return None
            labels = decisions.provisional_labels(db)
            waiting = waiting_references(db)
            for_full_text = full_text_entries(db, n=self.n_queued)
        begun = time.monotonic()
        if self._ranker is None or self._state is None or _pool_changed(self._state, state):
            self._prepare(state)
        assert self._ranker is not None
        result = self._ranker.rank(labels, explain=N_EXPLAINED)
        model_id = f"queue-{result.model_id}"
        entries = self._entries(result, labels, model_id)
        self._unexplained = [e.record_id for e in entries if not e.reasons]
        self._model = None
        entries += [QueueEntry(record_id=i, kind="second") for i in second_readings(waiting, self.seed)]
        self._write(entries, for_full_text, model_id, labels)
        self._state = state
        return Refit(model_id, len(labels), len(entries), time.monotonic() - begun)

    def explain_more(self) -> bool:
        """Give the next records of the queue their reasons; False when every one has them."""
        if self._ranker is None or not self._unexplained:
            return False
        if self._model is None:
            with self.project.store.read() as db:
                if _read_state(db) != self._state:
                    return False  # a refit is due, and writes another queue
                self._model = self._ranker.fit(decisions.provisional_labels(db))
        ids, self._unexplained = self._unexplained[:N_EXPLAINED], self._unexplained[N_EXPLAINED:]
        reasons = {i: told_reasons(self._ranker.explain(i, self._model)) for i in ids}
        with self.project.store.write() as db:
            queue.write_reasons(db, reasons)
        return True

    def write_first_queue(self) -> bool:
        """Where nothing is queued and the pool is large: the best of a sample, until the pool is prepared."""
        with self.project.store.read() as db:
            if queue.queue_written_at(db) is not None or _n_references(db) <= 2 * N_SAMPLE:
                return False
            protocol = _protocol(db, protocols.newest_version(db))
            labels = decisions.provisional_labels(db)
            salted = sorted(
                (text_digest(f"{self.seed} first {i}"), i) for i in _references(db) if i not in labels
            )
            sample = [(i, load_record(db, i).record) for _, i in salted[:N_SAMPLE]]
        result = Ranker(sample, protocol, seed=self.seed).rank({}, explain=N_EXPLAINED)
        model_id = f"queue-first-{result.model_id}"
        best = result.ranked[: self.n_queued]
        self._write(
            [ranked_entry(r, "ranked", model_id) for r in best], [], model_id, {}, n_sample=len(sample)
        )
        return True

    def learn_criteria(self) -> bool:
        """Learn from exclusions with reasons what meets each criterion, if decisions came in since."""
        if self._state == self._learned:
            return False
        self._learned = self._state
        return learn_for(self.project)

    def save_counts(self) -> None:
        """Keep the counted words for the next start, if there are new ones."""
        if len(self._counts) <= self._counts_known:
            return
        path = self.project.folder / COUNTS
        unfinished = path.with_name(f"new-{COUNTS}")
        with contextlib.suppress(OSError):  # a full disk costs the next start some seconds, nothing else
            self._counts.save(unfinished)
            unfinished.replace(path)
        self._counts_known = len(self._counts)

    def _prepare(self, state: State) -> None:
        with self.project.store.read() as db:
            protocol = _protocol(db, state.protocol_version)
            pool = [(s.record_id, s.record) for s in all_records(db, representatives=True)]
        self._ranker = Ranker(pool, protocol, seed=self.seed, cache=self._counts)
        salted = sorted((text_digest(f"{self.seed} {r.text}"), i) for i, r in pool)
        self._control = [i for _, i in salted]

    @functools.cached_property
    def _counts(self) -> CountCache:
        path = self.project.folder / COUNTS
        with contextlib.suppress(ReadError):  # not there yet, or damaged: counted anew
            cache = CountCache.load(path)
            self._counts_known = len(cache)
            return cache
        return CountCache()

    def _entries(self, result: RankResult, labels: Mapping[int, int], model_id: str) -> list[QueueEntry]:
        ranked = {r.record_id: r for r in result.ranked}
        control = (i for i in self._control if i in ranked)
        rng = np.random.default_rng([self.seed, len(labels)])
        order = compose(
            [r.record_id for r in result.ranked], control, n_read=len(labels), n=self.n_queued, rng=rng
        )
        return [ranked_entry(ranked[i], kind, model_id) for i, kind in order]

    def _write(
        self,
        entries: list[QueueEntry],
        for_full_text: list[QueueEntry],
        model_id: str,
        labels: Mapping[int, int],
        **recipe: int,
    ) -> None:
        model = Model(
            model_id=model_id,
            kind="queue",
            bundle=None,
            recipe={"seed": self.seed, "protocol": self.project.protocol.sha256, **recipe},
            labels_fingerprint=model_id.rsplit("-", 1)[-1],
            metrics={"n_labels": len(labels)},
        )
        with self.project.store.write() as db:
            registry.register(db, model)
            queue.write_queue(db, entries)
            queue.write_queue(db, for_full_text, stage=Stage.FULL_TEXT)


def _n_references(db: sa.Connection) -> int:
    return int(db.execute(sa.text("SELECT COUNT(*) FROM records WHERE id = group_id")).scalar_one())


def _references(db: sa.Connection) -> list[int]:
    return list(db.execute(sa.text("SELECT id FROM records WHERE id = group_id")).scalars())


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
    ProjectError
        The folder is no project.
    WorkerError
        Another worker of this project runs on this machine, or the folder cannot be written to.
    """
    with open_project(folder) as project, _only_one(folder):
        worker = Worker(project, seed=seed)
        worker.write_first_queue()
        while not stopped():
            refit = worker.refit_if_due()
            if refit is not None:
                on_refit(refit)
            elif not worker.explain_more() and not worker.learn_criteria():
                worker.save_counts()
                time.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the project's lock; the system lets go of it however the process ends."""
    import fcntl

    try:
        file = (folder / LOCK).open("a", encoding="utf-8")
    except OSError as err:
        raise WorkerError(
            f"{folder}: {LOCK} cannot be written there ({err.strerror}); check the folder's permissions"
        ) from err
    with file:
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
