"""One fact is one card; a blind reading is compared fact by fact; highlights lose no character."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.records import Record
from data.store.findings import FindingOutcome, StoredFinding
from data.store.marks import Mark, MarkKind, keep_mark
from review.facts import group_facts
from review.highlights import Span, stretches
from review.reextraction import compare, drawn_records
from tests.builders import a_finding
from tests.review.desk import new_project, some_records


def stored(number: int, value: float | None = 4.6, **fields: object) -> StoredFinding:
    outcome = fields.pop("outcome", FindingOutcome.PROPOSED)
    assert isinstance(outcome, FindingOutcome)
    return StoredFinding(number, 1, a_finding(value, **fields), "test", outcome)


@pytest.mark.parametrize(
    ("found", "cards"),
    [
        pytest.param([stored(1), stored(2)], [[1, 2]], id="the same words twice"),
        pytest.param([stored(1), stored(2, ci_lower=3.5, ci_upper=6.2)], [[2, 1]], id="the fuller one leads"),
        pytest.param([stored(1), stored(2, 4.7)], [[1], [2]], id="another value"),
        pytest.param([stored(1, arm="A"), stored(2, arm="B")], [[1], [2]], id="another arm"),
        pytest.param([stored(1, arm="Refractory"), stored(2, arm="refractory")], [[1, 2]], id="one arm"),
        pytest.param([stored(1, ci_lower=3.0), stored(2, ci_lower=3.5)], [[1], [2]], id="another interval"),
        pytest.param(
            [stored(1, assessor="investigator"), stored(2, assessor="independent")], [[1], [2]], id="assessor"
        ),
        pytest.param([stored(1, analysis="interim"), stored(2, analysis="final")], [[1], [2]], id="analysis"),
        pytest.param(
            [stored(1, ci_lower=3.0), stored(2, ci_lower=3.5), stored(3)], [[1], [2], [3]], id="fits two"
        ),
        pytest.param([stored(1), stored(2, outcome=FindingOutcome.ACCEPTED)], [[1], [2]], id="decided apart"),
        pytest.param([], [], id="none"),
    ],
)  # fmt: skip
def test_statements_of_one_fact_share_a_card(found, cards) -> None:
    assert [[s.finding_id for s in fact.statements] for fact in group_facts(found)] == cards


def test_a_blind_reading_is_compared_by_what_it_says_not_where() -> None:
    first = [a_finding(4.6), a_finding(4.6, ci_level=95.0), a_finding(9.0, arm="B")]
    again = [a_finding(4.6), a_finding(9.5, arm="B"), a_finding(12.0, arm="C")]
    n_same, pairs = compare(first, again)
    assert n_same == 1
    assert pairs == [(first[2], again[1]), (None, again[2])]
    assert compare(first, []) == (0, [(first[0], None), (first[2], None)])
    assert compare([], []) == (0, [])


def test_a_fact_stated_twice_is_compared_once_by_its_fullest_statement() -> None:
    short, full = a_finding(4.6), a_finding(4.6, ci_lower=3.5, ci_upper=6.2)
    assert compare([short, full], [full]) == (1, [])
    assert compare([full, short], [short]) == (0, [(full, short)]), "the interval was not read again"
    in_both_arms = [a_finding(4.6, arm="A"), a_finding(4.6, arm="B")]
    assert compare(in_both_arms, in_both_arms[:1]) == (1, [(in_both_arms[1], None)])


def test_of_each_ten_complete_records_one_is_drawn_and_stays_drawn(tmp_path: Path) -> None:
    with new_project(tmp_path, some_records(30)) as project:
        drawn: list[int] = []
        for record_id in range(1, 31):
            with project.store.write() as db:
                mark = Mark(
                    record_id=record_id, person_id=1, kind=MarkKind.FINDINGS_COMPLETE, stage="findings"
                )
                if record_id == 1:
                    from data.store.people import add_person

                    add_person(db, "Ada")
                keep_mark(db, mark)
            with project.store.read() as db:
                now = drawn_records(db)
            assert now[: len(drawn)] == drawn
            drawn = now
        assert [(i - 1) // 10 for i in drawn] == [0, 1, 2]


def test_a_text_is_cut_without_loss_wherever_marks_begin_and_end() -> None:
    record = Record(title="مرحبا 😀 title", abstract="a <b>bold</b>\r\n claim")
    spans = [Span("p", 2, 9), Span("i", 7, 20), Span("p", 8, 9), Span("far", 30, 99), Span("p", 2, 9)]
    title, abstract = stretches(record, spans)
    assert "".join(s.text for s in title) == record.title
    assert "".join(s.text for s in abstract) == record.abstract
    assert all(record.text[s.at : s.at + len(s.text)] == s.text for s in (*title, *abstract))
    assert [(s.at, s.marks) for s in title] == [(0, ()), (2, ("p",)), (7, ("i", "p")), (9, ("i",))]
    assert stretches(Record(title="", abstract=""), []) == ([], [])
