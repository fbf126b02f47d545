"""A model is fitted to confirmed records only, and replaces the current one only if it is not worse."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import ScreeningError
from data.project import Project, init_project
from data.store import decisions, registry
from data.store.decisions import Decision, Verdict
from models.relevance import RelevanceModel
from tests.builders import a_record, add_records
from training.retrain import load_current, measure, retrain

ABOUT = ("daratumumab retreatment of relapsed myeloma", "statin in chronic heart failure")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Forty records, every other one about myeloma; ids from 1, the odd ones to be included."""
    with init_project(tmp_path / "review") as made:
        records = [a_record(f"Study {i}", abstract=f"{ABOUT[i % 2]}, site {i * 37 % 11}") for i in range(40)]
        add_records(made.store, *records)
        yield made


def decide(project: Project, labels: dict[int, bool]) -> None:
    with project.store.write() as db:
        for record_id, included in labels.items():
            verdict = Verdict.INCLUDE if included else Verdict.EXCLUDE
            decision = Decision(person="Ada", record_id=record_id, verdict=verdict)
            decisions.decide(db, decision, protocol=project.protocol)


def right(*record_ids: int) -> dict[int, bool]:
    return {i: i % 2 == 1 for i in record_ids}


def test_retraining_needs_an_include_and_an_exclude(project) -> None:
    decide(project, {1: True, 3: True})
    with pytest.raises(ScreeningError, match="2 included and 0 excluded records are confirmed"):
        retrain(project)


def test_more_confirmed_records_make_a_model_that_is_promoted(project) -> None:
    decide(project, right(*range(1, 9)))
    first = retrain(project)
    assert (first.promoted, first.reason) == (True, "the first model of this review")
    assert not retrain(project).is_new
    decide(project, right(*range(9, 25)))
    second = retrain(project)
    assert second.promoted
    assert second.average_precision is not None
    assert second.of_current is not None
    assert second.average_precision >= second.of_current
    with project.store.read() as db:
        assert {m.model_id: m.status for m in registry.listed(db)} == {
            first.model_id: "retired",
            second.model_id: "current",
        }
    loaded = RelevanceModel.load(project.models / second.model_id)
    scores, _ = loaded.score([a_record("x", abstract=ABOUT[0]), a_record("x", abstract=ABOUT[1])])
    assert scores[0] > scores[1]


def test_a_bundle_that_is_gone_is_written_again(project) -> None:
    decide(project, right(*range(1, 9)))
    first = retrain(project)
    shutil.rmtree(project.models / first.model_id)
    with pytest.raises(ScreeningError, match="is gone; `picosieve retrain` fits it again"):
        load_current(project)
    again = retrain(project)
    assert (again.model_id, again.is_new, again.promoted) == (first.model_id, False, False)
    assert "written again" in again.reason
    assert load_current(project).model_id == first.model_id


def test_without_the_labels_of_the_current_model_the_new_one_waits_for_a_person(project) -> None:
    decide(project, right(*range(1, 9)))
    first = retrain(project)
    (project.models / f"{first.model_id}.labels.json").unlink()
    decide(project, right(*range(9, 25)))
    second = retrain(project)
    assert (second.promoted, second.of_current) == (False, None)
    assert "cannot be compared; promote it by hand" in second.reason


def test_a_model_that_ranks_worse_stays_a_candidate(project) -> None:
    decide(project, right(*range(1, 21)))
    first = retrain(project)
    # A careless morning: every later decision is the wrong way round but for the last few.
    decide(project, {i: not included for i, included in right(*range(21, 33)).items()})
    with project.store.read() as db:
        pool = [(i, a_record(f"Study {i - 1}", abstract=f"{ABOUT[(i - 1) % 2]}")) for i in range(1, 41)]
    truth = {i: int(v) for i, v in right(*range(1, 41)).items()}
    careless = {i: (1 - y if i > 20 else y) for i, y in truth.items()}
    good = {i: y for i, y in truth.items() if i <= 20}
    ours = measure(pool, truth, careless, project.protocol, seed=0)
    theirs = measure(pool, truth, good, project.protocol, seed=0)
    assert ours is not None
    assert theirs is not None
    assert ours < theirs
    second = retrain(project)
    with project.store.read() as db:
        current = registry.current(db, kind="relevance")
    assert current is not None
    assert (current.model_id == second.model_id) == second.promoted
    assert (first.model_id == current.model_id) != second.promoted


def test_the_same_confirmed_records_make_the_same_model(project, tmp_path: Path) -> None:
    decide(project, right(*range(1, 9)))
    first = retrain(project)
    with init_project(tmp_path / "again") as other:
        records = [a_record(f"Study {i}", abstract=f"{ABOUT[i % 2]}, site {i * 37 % 11}") for i in range(40)]
        add_records(other.store, *records)
        decide(other, right(*range(8, 0, -1)))
        assert retrain(other).model_id == first.model_id
        for name in ("weights.npz", "manifest.json"):
            one, two = (p.models / first.model_id / name for p in (project, other))
            assert one.read_bytes() == two.read_bytes()
