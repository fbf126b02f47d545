"""A project's criteria learn from its standing decisions, and only from what these say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.eligibility_learning import POINTER, learn_for, learned_for
from classifier.judgement import Verdict
from data.project import Project
from data.records import Record
from data.store import decisions
from data.store.decisions import Decision
from review.judging import eligibility_of, judge_records
from tests.command import picosieve
from tests.review.desk import new_project

ABOUT = "Daratumumab in myeloma of {}"
N = 24


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Records that the terms judge alike; those of children (odd ids) will be turned away."""
    records = [
        Record(
            title=ABOUT.format("children" if i % 2 == 0 else "adults"),
            abstract=f"Site {i}. A cohort was followed. Survival was long in {i} of them.",
        )
        for i in range(N)
    ]
    with new_project(tmp_path, records) as made:
        yield made


def decide(project: Project, *record_ids: int, reason: str | None = "population", by: str = "Ada") -> None:
    """Even ids are included, odd ones excluded for the reason."""
    with project.store.write() as db:
        for i in record_ids:
            verdict = decisions.Verdict.EXCLUDE if i % 2 else decisions.Verdict.INCLUDE
            decision = Decision(person=by, record_id=i, verdict=verdict, reason=reason if i % 2 else None)
            decisions.decide(db, decision, protocol=project.protocol)


def test_a_model_is_learned_as_soon_as_there_are_enough_decisions_with_reasons(project: Project) -> None:
    decide(project, *range(1, 9))
    assert not learn_for(project)
    by_terms = eligibility_of(project)
    assert (learned_for(project), by_terms.criteria_model) == (None, None)
    assert eligibility_of(project) is by_terms
    decide(project, 9, 10)
    assert learn_for(project)
    model = learned_for(project)
    assert model is not None
    assert model.learned == ("population",), "an exclusion for the population says nothing of the others"
    taught = eligibility_of(project)
    assert taught is not by_terms
    unread = [Record(title=ABOUT.format(who)) for who in ("adults", "children")]
    before = [j.criteria[0].probability for j in by_terms.judge(unread)]
    after = [j.criteria[0].probability for j in taught.judge(unread)]
    assert before[0] == before[1]
    assert after[0] > after[1]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        pytest.param(None, "an exclusion without a reason", id="no reason"),
        pytest.param("language", "an exclusion for the language", id="not a criterion"),
    ],
)
def test_exclusions_that_say_nothing_of_a_criterion_teach_nothing(
    project: Project, reason: str | None, why: str
) -> None:
    decide(project, *range(1, N + 1), reason=reason)
    assert not learn_for(project, at_once=True), why


def test_nothing_is_learned_where_people_disagree(project: Project) -> None:
    decide(project, *range(1, 13))
    decide(project, *range(1, 13, 2), reason="intervention", by="Ben")
    with project.store.read() as db:
        stated = decisions.stated_outcomes(db)
    assert stated == {i: (i % 2 == 0, None) for i in range(1, 13)}
    assert not learn_for(project, at_once=True)


def test_a_model_is_learned_again_only_when_that_is_worth_it(project: Project) -> None:
    decide(project, *range(1, N - 2))
    assert learn_for(project)
    first = eligibility_of(project)
    assert not learn_for(project, at_once=True), "nothing was decided"
    decide(project, N - 1)
    assert not learn_for(project), "one more of 21 is less than 5%"
    assert learn_for(project, at_once=True)
    assert eligibility_of(project) is not first
    assert len(list(project.models.glob("criteria-*"))) == 2, "the one before may still be read"


def test_undone_decisions_take_their_model_with_them(project: Project) -> None:
    decide(project, *range(1, 11))
    assert learn_for(project)
    with project.store.write() as db:
        decisions.undo(db, person="Ada", record_id=1)
    assert learn_for(project)
    assert (learned_for(project), eligibility_of(project).criteria_model) == (None, None)


def test_a_model_is_not_used_under_another_protocol(project: Project) -> None:
    decide(project, *range(1, 11))
    learn_for(project)
    text = project.protocol.source_text.replace('"myeloma"]', '"myeloma", "amyloidosis"]')
    changed = replace(project, protocol=replace(project.protocol, source_text=text))
    assert learned_for(changed) is None
    assert learn_for(changed)
    assert learned_for(changed) is not None


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param("", id="empty"),
        pytest.param("[1]", id="not a table"),
        pytest.param('{"model": "criteria-gone"}', id="points nowhere"),
    ],
)
def test_a_spoilt_pointer_leaves_the_terms_to_judge(project: Project, spoilt: str) -> None:
    decide(project, *range(1, 11))
    learn_for(project)
    (project.models / POINTER).write_text(spoilt, encoding="utf-8")
    assert eligibility_of(project).criteria_model is None
    assert learn_for(project)
    assert eligibility_of(project).criteria_model is not None


def test_the_command_judges_with_what_was_learned_and_hides_suggestions(project: Project) -> None:
    (before,) = judge_records(project, record="R23")
    decide(project, *range(1, 21))
    (after,) = judge_records(project, record="R23")
    assert before.judgement.criteria[0].verdict is Verdict.MET
    assert after.judgement.criteria[0].verdict is Verdict.UNCLEAR
    (told,) = picosieve("eligibility", "--project", project.folder, "--record", "R23", "--json").json
    assert told["record_id"] == "R23"
    assert told["criteria"]["population"]["verdict"] == "unclear"
    assert (told["suggested"], told["reason"]) == (None, None)
    page = picosieve("eligibility", "--project", project.folder, "--record", "R23").out
    assert "[P+ myeloma]" in page
    assert "suggests" not in page
