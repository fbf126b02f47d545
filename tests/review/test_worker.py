"""The worker writes the queue from what the store says, whatever happened before."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from data.project import Project, ProjectError, open_project
from data.protocol import Stage
from data.store import decisions
from data.store.decisions import Decision, Verdict
from models.features import CountCache
from review import worker
from review.judging import eligibility_of
from review.lineup import compose, second_readings
from review.worker import COUNTS, Worker, WorkerError
from tests.command import picosieve
from tests.review.desk import new_project, some_records


def queued(project: Project) -> list[tuple[int, str, str | None]]:
    query = sa.text(
        "SELECT record_id, kind, model_id FROM queue_entries WHERE stage = 'title_abstract' ORDER BY position"
    )
    with project.store.read() as db:
        return [(row.record_id, row.kind, row.model_id) for row in db.execute(query)]


def decide(project: Project, record_id: int, verdict: Verdict, person: str = "Ada") -> None:
    with project.store.write() as db:
        decision = Decision(person=person, record_id=record_id, verdict=verdict)
        decisions.decide(db, decision, protocol=project.protocol)


def test_the_queue_holds_every_unread_record_and_changes_with_decisions_only(tmp_path: Path) -> None:
    with new_project(tmp_path) as project:
        at_work = Worker(project)
        first = at_work.refit_if_due()
        assert first is not None
        assert (first.n_labels, first.n_queued) == (0, 12)
        assert at_work.refit_if_due() is None
        before = queued(project)
        decide(project, before[0][0], Verdict.INCLUDE)
        decide(project, before[-1][0], Verdict.EXCLUDE)
        second = at_work.refit_if_due()
        assert second is not None
        assert (second.n_labels, second.n_queued) == (2, 10)
        assert {i for i, _, _ in queued(project)} == {i for i, _, _ in before[1:-1]}
        again = Worker(project)
        after = queued(project)
        again.refit_if_due()
        assert queued(project) == after, "another worker writes the same queue"


def test_an_undone_decision_puts_the_record_back(tmp_path: Path) -> None:
    with new_project(tmp_path) as project:
        at_work = Worker(project)
        decide(project, 3, Verdict.INCLUDE)
        at_work.refit_if_due()
        assert 3 not in [i for i, _, _ in queued(project)]
        with project.store.write() as db:
            decisions.undo(db, person="Ada", record_id=3)
        at_work.refit_if_due()
        assert 3 in [i for i, _, _ in queued(project)]


def test_in_dual_mode_read_records_are_queued_for_a_second_reader_without_a_score(tmp_path: Path) -> None:
    with new_project(tmp_path, mode="dual") as project:
        for record_id in (1, 2, 3):
            decide(project, record_id, Verdict.INCLUDE)
        decide(project, 3, Verdict.INCLUDE, person="Ben")
        Worker(project).refit_if_due()
        seconds = [(i, model) for i, kind, model in queued(project) if kind == "second"]
        assert sorted(seconds) == [(1, None), (2, None)]


def test_second_readings_come_in_an_order_that_only_the_seed_decides() -> None:
    order = second_readings([1, 2, 3, 4, 5, 6, 7, 8], seed=0)
    assert sorted(order) == list(range(1, 9))
    assert order == second_readings([8, 7, 6, 5, 4, 3, 2, 1], seed=0)
    assert order != second_readings(range(1, 9), seed=1)


def kinds(n_read: int, *, n: int = 300, pool: int = 1000) -> list[str]:
    ranked = list(range(pool))
    control = iter(range(pool - 1, -1, -1))
    order = compose(ranked, control, n_read=n_read, n=n, rng=np.random.default_rng(0))
    ids = [i for i, _ in order]
    assert len(ids) == len(set(ids)) == min(n, pool)
    return [kind for _, kind in order]


@pytest.mark.parametrize("n_read", [0, 5, 9, 10, 19, 20, 237])
def test_every_twentieth_reading_of_the_review_is_drawn_however_often_it_is_refitted(n_read) -> None:
    turns = [(n_read + place) % 20 for place in range(1, 301)]
    expected = [{0: "exploration", 10: "control"}.get(turn, "ranked") for turn in turns]
    assert kinds(n_read) == expected


def test_a_small_pool_is_queued_whole() -> None:
    assert set(kinds(0, pool=40)) == {"ranked", "control"}
    assert compose([], iter(()), n_read=3, n=300, rng=np.random.default_rng(0)) == []


def test_the_control_sample_is_the_same_random_order_all_along() -> None:
    drawn = []
    for n_read in range(9, 200, 20):
        left = [i for i in range(100) if i not in drawn]
        ((record_id, kind), *_) = compose(
            left, itertools.chain(left[::-1]), n_read=n_read, n=1, rng=np.random.default_rng(0)
        )
        assert kind == "control"
        drawn.append(record_id)
    assert drawn == list(range(99, 89, -1))


def test_a_second_worker_of_the_same_project_is_refused(tmp_path: Path) -> None:
    new_project(tmp_path).store.close()
    folder = tmp_path / "project"
    with (
        worker._only_one(folder),
        pytest.raises(WorkerError, match="a worker of this project is running already"),
    ):
        worker.work(folder, stopped=lambda: True)
    worker.work(folder, stopped=lambda: True)


def test_a_worker_killed_at_any_moment_leaves_a_whole_queue_and_can_start_again(tmp_path: Path) -> None:
    with new_project(tmp_path) as project:
        folder = tmp_path / "project"
        for wait in (0.6, 1.2):
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "review.worker", str(folder)], stdin=subprocess.PIPE
            )
            time.sleep(wait)
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            assert child.stdin is not None
            child.stdin.close()
            assert len(queued(project)) in (0, 12)
        with open_project(folder) as again:
            Worker(again).refit_if_due()
        assert len(queued(project)) == 12


def test_the_worker_ends_when_its_server_is_gone(tmp_path: Path) -> None:
    new_project(tmp_path).store.close()
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "review.worker", str(tmp_path / "project")], stdin=subprocess.PIPE
    )
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(timeout=20) == 0


def test_the_full_texts_to_read_are_those_included_and_not_settled_since(tmp_path: Path) -> None:
    query = sa.text("SELECT record_id FROM queue_entries WHERE stage = 'full_text' ORDER BY position")
    with new_project(tmp_path) as project:
        at_work = Worker(project)
        for record_id, verdict in ((5, Verdict.INCLUDE), (2, Verdict.EXCLUDE), (4, Verdict.MAYBE)):
            decide(project, record_id, verdict)
        at_work.refit_if_due()
        with project.store.read() as db:
            assert list(db.execute(query).scalars()) == [4, 5]
        with project.store.write() as db:
            decision = Decision(person="Ada", record_id=5, verdict=Verdict.INCLUDE, stage=Stage.FULL_TEXT)
            decisions.decide(db, decision, protocol=project.protocol)
        at_work.refit_if_due()
        with project.store.read() as db:
            assert list(db.execute(query).scalars()) == [4]


def reasons_there(project: Project) -> list[bool]:
    query = sa.text("SELECT reasons FROM queue_entries WHERE stage = 'title_abstract' ORDER BY position")
    with project.store.read() as db:
        return [reasons != "[]" for reasons in db.execute(query).scalars()]


def test_every_record_of_the_queue_gets_its_reasons_while_no_decision_comes_in(tmp_path: Path) -> None:
    with new_project(tmp_path, some_records(60)) as project:
        at_work = Worker(project)
        assert not at_work.explain_more()
        at_work.refit_if_due()
        assert reasons_there(project) == [True] * 25 + [False] * 35
        assert at_work.explain_more()
        assert sum(reasons_there(project)) == 50
        decide(project, queued(project)[0][0], Verdict.INCLUDE)
        while at_work.explain_more():  # with the model that ordered this queue
            pass
        at_work.refit_if_due()
        while at_work.explain_more():
            pass
        assert reasons_there(project) == [True] * 59


def test_a_large_pool_is_read_from_a_sample_until_it_is_prepared(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker, "N_SAMPLE", 5)
    with new_project(tmp_path, some_records(20)) as project:
        at_work = Worker(project)
        assert at_work.write_first_queue()
        first = queued(project)
        assert len(first) == 5
        assert all(model and model.startswith("queue-first-") for _, _, model in first)
        assert not at_work.write_first_queue(), "what is queued stays"
        at_work.refit_if_due()
        assert len(queued(project)) == 20
    with new_project(tmp_path / "small", some_records(10)) as project:
        assert not Worker(project).write_first_queue()


def test_counted_words_are_kept_for_the_next_start_and_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    with new_project(tmp_path) as project:
        first = Worker(project)
        first.refit_if_due()
        first.save_counts()
        kept = project.folder / COUNTS
        assert len(CountCache.load(kept)) == 24, "12 titles, 12 texts"
        before, queue_before = kept.read_bytes(), queued(project)
        second = Worker(project)
        second.refit_if_due()
        second.save_counts()
        assert (kept.read_bytes(), queued(project)) == (before, queue_before)
        kept.write_bytes(b"damaged")
        third = Worker(project)
        third.refit_if_due()
        third.save_counts()
        assert len(CountCache.load(kept)) == len(first._counts)
        assert queued(project) == queue_before


def test_what_exclusions_teach_of_the_criteria_is_learned_once_per_change(tmp_path: Path) -> None:
    with new_project(tmp_path, some_records(60)) as project:
        at_work = Worker(project)
        assert not at_work.learn_criteria(), "nothing is decided yet"
        for record_id in range(1, 49):
            with project.store.write() as db:
                spoken_for = record_id % 2 == 1
                decision = Decision(
                    person="Ada",
                    record_id=record_id,
                    verdict=Verdict.INCLUDE if spoken_for else Verdict.EXCLUDE,
                    reason=None if spoken_for else "population",
                )
                decisions.decide(db, decision, protocol=project.protocol)
        before = eligibility_of(project)
        at_work.refit_if_due()
        assert at_work.learn_criteria()
        assert not at_work.learn_criteria()
        assert eligibility_of(project) is not before, "the pages judge by it from now on"


def test_the_worker_of_no_project_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"nope: no such folder; `picosieve init"):
        worker.work(tmp_path / "nope", stopped=lambda: True)
    ran = picosieve("work", "--project", tmp_path / "nope", ok=False)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []
