"""A changed protocol puts up for another look what was excluded by the words it changed, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.project import Project, init_project, open_project
from data.protocol import Stage, parse_protocol
from data.store import decisions
from data.store.decisions import Decision, Verdict
from data.store.rechecks import changed_reasons, exclusions_to_recheck
from tests.builders import a_record, add_records

PROTOCOL = """
title = "Braces"
[population]
wanted = ["knee pain"]
[intervention]
wanted = ["brace"]
[limits]
languages = ["english"]
[screening]
mode = "dual"
"""
WIDER = ('["knee pain"]', '["knee pain", "gonarthrosis"]')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dual review of four records: 1 and 2 excluded by both readers, 3 by one, 4 included."""
    (tmp_path / "p.toml").write_text(PROTOCOL, encoding="utf-8")
    with init_project(tmp_path / "review", protocol=tmp_path / "p.toml") as made:
        add_records(made.store, *(a_record(f"Study {i}") for i in range(1, 5)))
        for person in ("Ada", "Ben"):
            decide(made, 1, "population", person=person)
            decide(made, 2, "intervention", person=person)
            decide(made, 4, None, person=person, verdict=Verdict.INCLUDE)
        decide(made, 3, "population")
    return tmp_path / "review"


def decide(
    project: Project,
    record_id: int,
    reason: str | None,
    *,
    person: str = "Ada",
    verdict: Verdict = Verdict.EXCLUDE,
) -> None:
    with project.store.write() as db:
        decision = Decision(person=person, record_id=record_id, verdict=verdict, reason=reason)
        decisions.decide(db, decision, protocol=project.protocol)


def change(folder: Path, old: str, new: str) -> Project:
    file = folder / "protocol.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return open_project(folder, rationale="tried")


def listed(project: Project) -> list[tuple[int, str, tuple[str, ...]]]:
    with project.store.read() as db:
        return [(r.record_id, r.reason, r.people) for r in exclusions_to_recheck(db)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(*WIDER, {"population"}, id="wanted"),
        pytest.param('wanted = ["brace"]', 'unwanted = ["brace"]', {"intervention"}, id="unwanted"),
        pytest.param('["english"]', '["english", "french"]', {"language"}, id="language"),
        pytest.param("[limits]", "[limits]\npublished_from = 2015-01-01", {"date"}, id="date"),
        pytest.param('"Braces"', '"Braces and more"', set(), id="the title only"),
        pytest.param('"dual"', '"single"', set(), id="the mode only"),
    ],
)
def test_what_a_change_touches(old: str, new: str, expected: set[str]) -> None:
    before, after = parse_protocol(PROTOCOL), parse_protocol(PROTOCOL.replace(old, new))
    assert before.source_text != after.source_text
    assert changed_reasons(before, after) == expected


def test_a_settled_exclusion_that_cites_the_changed_criterion_is_put_up(folder: Path) -> None:
    with open_project(folder) as project:
        assert listed(project) == []
    with change(folder, *WIDER) as project:
        assert listed(project) == [(1, "population", ("Ada", "Ben"))], "record 3 is not settled yet"


def test_it_stays_until_everybody_decided_again_or_the_words_are_back(folder: Path) -> None:
    with change(folder, *WIDER) as project:
        decide(project, 1, "population", person="Ada")
        assert listed(project) == [(1, "population", ("Ben",))]
        decide(project, 1, "population", person="Ben")
        assert listed(project) == []
        with project.store.write() as db:
            decisions.undo(db, person="Ben", record_id=1, stage=Stage.TITLE_ABSTRACT)
        assert listed(project) == [(1, "population", ("Ben",))], "the decision before it stands again"
    with change(folder, *reversed(WIDER)) as project:
        assert listed(project) == [(1, "population", ("Ada",))], "Ben decided under the very same words"


def test_several_changes_count_from_the_decision_not_from_the_last_version(folder: Path) -> None:
    with change(folder, *WIDER):
        pass
    with change(folder, '["english"]', "[]") as project:
        assert listed(project) == [(1, "population", ("Ada", "Ben"))]


def test_an_exclusion_that_is_taken_back_is_not_put_up(folder: Path) -> None:
    with open_project(folder) as project, project.store.write() as db:
        for person in ("Ada", "Ben"):
            decisions.undo(db, person=person, record_id=1, stage=Stage.TITLE_ABSTRACT)
    with change(folder, *WIDER) as project:
        assert listed(project) == []
