"""The same reference twice, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data.duplicates import find_duplicates, fullest
from data.records import Record

TEXT = (
    "We treated 84 patients with one drug until progression. After 15.7 months of follow-up 31 of 84 had "
    "responded and median survival was 9.2 months. Fatigue was the commonest event. The drug is active."
)
OTHER_TEXT = (
    "Costs were modelled from the view of a payer over a life time. The model had three states and cycles of "
    "four weeks; prices of 2016 were used throughout. Results were most sensitive to the price of the drug."
)
A = Record(
    title="One drug in relapsed disease after three lines of treatment",
    abstract=TEXT,
    authors=("Adams, B.", "Clarke, D. E.", "Ives, R."),
    year=2019,
    journal="Journal of Clinical Oncology",
    volume="37",
    issue="8",
    pages="647-655",
    doi="10.1000/a",
    pmid="31000001",
)
BARE = replace(A, doi="", pmid="")
MEETING = replace(
    BARE, conference="62nd Annual Meeting", journal="Blood", volume="136", issue="Suppl 1", pages="12"
)


def zone(a: Record, b: Record) -> str:
    found = find_duplicates([a, b])
    assert find_duplicates([b, a]).clusters == found.clusters
    if found.clusters:
        assert found.clusters == [[0, 1]]
        return "merged"
    return "proposed" if found.proposals else "different"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(A, id="itself"),
        pytest.param(replace(A, title=A.title.upper() + "."), id="capitals and a full stop"),
        pytest.param(
            replace(A, title="", pmid="031000001", abstract=""), id="same PMID, no text but a number"
        ),
        pytest.param(replace(BARE, doi="https://doi.org/10.1000/A"), id="DOI as a link"),
        pytest.param(replace(BARE, journal="J Clin Oncol", pages="647-55"), id="journal and pages cut short"),
        pytest.param(replace(BARE, authors=("B Adams", "DE Clarke")), id="initials first"),
        pytest.param(replace(BARE, abstract="", pages="647"), id="no abstract, same place"),
        pytest.param(replace(BARE, volume="", issue="", pages=""), id="ahead of print"),
        pytest.param(replace(BARE, title=A.title.replace("relapsed", "relasped")), id="a typing error"),
        pytest.param(replace(BARE, title=f"[{A.title}]. [German]"), id="a note on the language"),
        pytest.param(replace(BARE, title=A.title.replace("three", "3")), id="a number as a word"),
        pytest.param(replace(BARE, abstract=TEXT[:150]), id="abstract cut short"),
        pytest.param(
            replace(BARE, abstract=f"BACKGROUND: {TEXT} Copyright 2019."), id="labels and copyright"
        ),
        pytest.param(replace(BARE, year=2018, doi=A.doi), id="year of the online version"),
        pytest.param(
            replace(BARE, title=f"{A.title}: a phase II study"), id="title with its subtitle, same place"
        ),
        pytest.param(replace(BARE, title=A.title.replace("after", "&#97;fter")), id="an HTML entity"),
        pytest.param(replace(A, title=f"{A.title} in 20152016", pmid=""), id="a slip, same DOI and page"),
        pytest.param(replace(A, pages="11-Sep", pmid=""), id="pages that a spreadsheet took for a date"),
        pytest.param(
            replace(A, doi="10.1002/central/CN-0001", pmid=""), id="number of the Cochrane register"
        ),
    ],
)
def test_the_same_reference_is_merged(other):
    assert zone(A, other) == "merged"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(A, replace(A, title=f"Erratum: {A.title}", doi="10.1000/b", pmid="2"), id="erratum"),
        pytest.param(BARE, replace(BARE, title=f"Correction to: {A.title}"), id="correction"),
        pytest.param(BARE, replace(BARE, title=f"{A.title}: reply", pages="700"), id="reply"),
        pytest.param(BARE, replace(BARE, title=f"Comment on: {A.title}"), id="comment"),
        pytest.param(
            replace(BARE, title="One drug in relapsed disease: part I"),
            replace(BARE, title="One drug in relapsed disease: part II", pages="656-660"),
            id="part I and part II",
        ),
        pytest.param(BARE, replace(BARE, title=A.title.replace("three", "four")), id="another number"),
        pytest.param(BARE, replace(BARE, title=A.title.replace("after", "without")), id="another word"),
        pytest.param(
            replace(BARE, title="Drug in hypertension of the old"),
            replace(BARE, title="Drug in hypotension of the old"),
            id="opposites one letter apart",
        ),
        pytest.param(
            BARE, replace(BARE, abstract=OTHER_TEXT, pages="12-19", volume="12"), id="other abstract"
        ),
        pytest.param(BARE, replace(BARE, authors=("Zander M",), pages="", volume=""), id="other people"),
        pytest.param(BARE, replace(BARE, year=2022), id="three years later"),
        pytest.param(
            MEETING, replace(MEETING, year=2020, conference="63rd Annual Meeting"), id="next year's meeting"
        ),
        pytest.param(MEETING, replace(MEETING, conference="Spring Congress"), id="another meeting"),
        pytest.param(MEETING, replace(MEETING, pages="13"), id="another abstract number"),
        pytest.param(MEETING, replace(MEETING, journal="HemaSphere", volume="3", pages="P9"), id="an encore"),
        pytest.param(MEETING, BARE, id="a congress abstract and its article"),
        pytest.param(
            Record(title="Reply", year=2019), Record(title="Reply", year=2019), id="a title like many"
        ),
        pytest.param(Record(), Record(), id="nothing at all"),
        pytest.param(
            Record(year=2019, authors=A.authors), Record(year=2019, authors=A.authors), id="no text"
        ),
    ],
)
def test_what_is_another_reference_stays_apart(a, b):
    assert zone(a, b) == "different"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(A, pmid="", doi="10.1000/b"), id="another DOI"),
        pytest.param(replace(BARE, pages="12-19"), id="another page in the same journal"),
        pytest.param(replace(BARE, year=2020, volume="", pages="", issue=""), id="a year later, no place"),
        pytest.param(
            replace(BARE, journal="The Oncologist", volume="", issue="", pages=""), id="another journal"
        ),
        pytest.param(replace(A, title="Costs of care", abstract=OTHER_TEXT, doi=""), id="a mistyped PMID"),
    ],
)
def test_what_nearly_agrees_is_proposed(other):
    assert zone(A, other) == "proposed"


def test_a_doi_that_many_works_share_joins_none_of_them():
    titles = (
        "One drug in mice with obesity",
        "Costs of care at home",
        "Sleep and shift work",
        "One drug in mice",
    )
    records = [Record(title=t, authors=("Adams B",), doi="10.1000/supplement") for t in (*titles, titles[1])]
    found = find_duplicates(records)
    assert found.clusters == []
    assert [(p.a, p.b) for p in found.proposals] == [(1, 4)]


def test_a_group_takes_in_no_record_that_contradicts_a_member():
    bridge = replace(A, pmid="", doi="", volume="", issue="", pages="")
    other = replace(A, pmid="2", doi="10.1000/b", pages="700-709")
    found = find_duplicates([A, bridge, other])
    assert found.clusters in ([[0, 1]], [[1, 2]])


def test_merges_and_proposals_carry_their_evidence():
    found = find_duplicates([A, replace(A, pmid="", doi="10.1000/b"), A])
    assert [(p.a, p.b) for p in found.merges] == [(0, 2)]
    assert {"same PMID", "same DOI", "same title"} <= set(found.merges[0].evidence)
    (proposal,) = found.proposals
    assert "different DOI" in proposal.evidence
    assert 0 < proposal.score < 1


def test_the_order_of_the_records_does_not_change_the_groups():
    records = [A, replace(BARE, title="Another thing entirely in other people"), replace(A, doi=""), BARE]
    titles = [[records[p].doi for p in group] for group in find_duplicates(records).clusters]
    turned = records[::-1]
    assert sorted(map(sorted, titles)) == sorted(
        sorted(turned[p].doi for p in group) for group in find_duplicates(turned).clusters
    )


def test_the_fullest_field_of_each_member_survives():
    short = Record(title="One drug", authors=("Adams, B.",), year=2019, pmid="1", raw="x", line=3)
    long = Record(title="One drug in disease", abstract="Text.", doi="10.1000/a", keywords=("a", "b"))
    assert fullest([short, long]) == Record(
        title="One drug in disease",
        abstract="Text.",
        authors=("Adams, B.",),
        year=2019,
        doi="10.1000/a",
        pmid="1",
        keywords=("a", "b"),
        raw="x",
        line=3,
    )


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([A, A], [[0, 1]], id="same in every field"),
        pytest.param(
            [Record(title="Drug A", doi="10.1000/A"), Record(title="DRUG A.", doi="doi:10.1000/a")],
            [[0, 1]],
            id="same DOI in two spellings",
        ),
        pytest.param(
            [Record(title="Drug A", pmid="00123"), A, Record(title="[Drug A]", pmid="123")],
            [[0, 2]],
            id="same PMID",
        ),
        pytest.param(
            [
                Record(title="Drug A", doi="10.1000/a"),
                Record(title="Drug A", pmid="1", doi="10.1000/a"),
                Record(title="Drug A", pmid="1"),
            ],
            [[0, 1, 2]],
            id="a chain of identifiers",
        ),
        pytest.param(
            [Record(title="Drug A works", doi="10.1000/s1"), Record(title="Costs of B", doi="10.1000/s1")],
            [],
            id="a supplement shares its DOI",
        ),
        pytest.param([Record(title="Drug A"), Record(title="Drug A")], [], id="same title and nothing else"),
        pytest.param([Record(doi="10.1000/a"), Record(doi="10.1000/a")], [], id="no text"),
        pytest.param([], [], id="no records"),
    ],
)
def test_exact_duplicates_are_grouped(records: list[Record], expected: Any):
    assert find_duplicates(records).clusters == expected
