"""Reports of one study are linked and never merged."""

from __future__ import annotations

from collections import Counter

import pytest

from data.duplicates import find_duplicates
from data.records import Record
from data.studies import study_links
from tests.data.study_pairs import STUDIES, congress, final, pairs

PAIRS = pairs()


@pytest.mark.parametrize("without_flags", [False, True], ids=["as exported", "without the congress flag"])
def test_no_two_reports_of_a_study_are_merged(without_flags):
    for kind, a, b in PAIRS:
        both = [a, b]
        if without_flags:
            names = [n for n in Record.__slots__ if n not in ("conference", "publication_types")]
            both = [Record(**{n: getattr(r, n) for n in names}) for r in both]
        assert find_duplicates(both).clusters == [], (kind, a.title, b.title)


def test_most_reports_of_a_study_are_proposed_as_one_study():
    records = list(dict.fromkeys(r for _, a, b in PAIRS for r in (a, b)))
    at = {record: position for position, record in enumerate(records)}
    linked = {(p.a, p.b) for p in study_links(records)}
    wanted = [(kind, *sorted((at[a], at[b]))) for kind, a, b in PAIRS]
    found = Counter(kind for kind, a, b in wanted if (a, b) in linked)
    asked = Counter(kind for kind, _, _ in wanted)
    assert sum(asked.values()) >= 60
    assert {kind for kind in asked if found[kind] < 0.8 * asked[kind]} == set()


def test_reports_of_different_studies_are_not_linked():
    records = [report(study) for study in STUDIES for report in (congress, final)]
    wrong = [(records[p.a].title, records[p.b].title) for p in study_links(records) if p.a // 2 != p.b // 2]
    assert wrong == []


def record(title: str, **values: object) -> Record:
    return Record(title=title, authors=("Adams B", "Clarke DE"), year=2019, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "linked"),
    [
        pytest.param(
            record("Drug A in one disease", abstract="Registered: NCT01234567."),
            Record(title="Costs of care", authors=("Ives R",), abstract="Data of NCT 01234567 were used."),
            True,
            id="one registry number and other people",
        ),
        pytest.param(
            record("Drug A in one disease", abstract="NCT01234567"),
            record("Drug A in one disease", abstract="NCT07654321"),
            False,
            id="two registry numbers",
        ),
        pytest.param(
            record("Drug A in one disease", abstract="NCT01234567"),
            record("Drug A in one disease: a systematic review", abstract="NCT01234567"),
            False,
            id="a review of it",
        ),
        pytest.param(
            record("Drug A in one disease"), record("Erratum: Drug A in one disease"), False, id="an erratum"
        ),
        pytest.param(
            record("Surgery of the knee in older people"),
            record("Diet and sleep"),
            False,
            id="same people only",
        ),
        pytest.param(Record(), Record(), False, id="nothing at all"),
    ],
)
def test_what_makes_a_link(a, b, linked):
    assert bool(study_links([a, b])) is linked


def test_a_link_says_what_speaks_for_it_and_is_given_once_between_two_groups():
    first, second = congress(STUDIES[0]), final(STUDIES[0])
    (link,) = study_links([first, first, second], groups=[[0, 1]])
    assert link.evidence[0] == "same trial number NCT09000001"
    assert (link.a in (0, 1), link.b) == (True, 2)
