"""Confirmed exclusions with reasons teach the criteria, which score the next records."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.project import Project, init_project
from data.store import decisions
from data.store.decisions import Decision, Verdict
from tests.builders import a_record, add_records
from training.criteria import current_criteria
from training.retrain import retrain

PROTOCOL = """
title = "Second antibody in myeloma (test)"
[population]
wanted = ["myeloma"]
[intervention]
wanted = ["daratumumab"]
[screening]
mode = "MODE"
"""


def a_project(folder: Path, *, mode: str = "single") -> Project:
    """Thirty records, those of children (odd ids) to be turned away; the terms judge them alike."""
    folder.mkdir()
    (folder / "p.toml").write_text(PROTOCOL.replace("MODE", mode), encoding="utf-8")
    made = init_project(folder / "review", protocol=folder / "p.toml")
    who = ("children", "adults")
    add_records(made.store, *(a_record(f"Daratumumab in myeloma of {who[i % 2]}, {i}") for i in range(30)))
    return made


def decide(project: Project, *record_ids: int, reason: str | None = "population", by: str = "Ada") -> None:
    with project.store.write() as db:
        for i in record_ids:
            verdict = Verdict.EXCLUDE if i % 2 else Verdict.INCLUDE
            decision = Decision(person=by, record_id=i, verdict=verdict, reason=reason if i % 2 else None)
            decisions.decide(db, decision, protocol=project.protocol)


def test_confirmed_reasons_are_learned_with_the_model_and_follow_it_back(tmp_path: Path) -> None:
    with a_project(tmp_path / "a") as project:
        decide(project, *range(1, 11))
        assert retrain(project).criteria == ("population",)
        first = current_criteria(project)
        assert first is not None
        assert first.n_labels[0].tolist() == [5, 5]
        assert retrain(project).criteria == ("population",), "nothing new, nothing lost"
        decide(project, *range(11, 21))
        second = retrain(project)
        now = current_criteria(project)
        assert now is not None
        assert (second.promoted, now.n_labels[0].tolist()) == (True, [10, 10])


@pytest.mark.parametrize(
    "reason",
    [pytest.param(None, id="no reason"), pytest.param("date", id="not a criterion")],
)
def test_exclusions_without_a_criterion_leave_the_terms_to_judge(tmp_path: Path, reason: str | None) -> None:
    with a_project(tmp_path / "a") as project:
        decide(project, *range(1, 21), reason=reason)
        assert retrain(project).criteria == ()
        assert current_criteria(project) is None


def test_only_what_is_confirmed_is_learned(tmp_path: Path) -> None:
    with a_project(tmp_path / "a", mode="dual") as project:
        decide(project, *range(1, 21))
        decide(project, 1, 2, by="Ben")
        assert retrain(project).criteria == (), (
            "one of each is confirmed; the others wait for a second reader"
        )
        decide(project, *range(3, 21), by="Ben", reason="intervention")
        assert retrain(project).criteria == (), "excluded for two reasons: which criterion failed is open"
