"""The same reference twice, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.duplicates import exact_groups
from data.records import Record

A = Record(title="Drug A in relapsed disease", authors=("Adams, B.",), year=2019, abstract="Some text.")


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
            [Record(title="Drug A", doi="10.1000/a"), Record(title="Drug A", pmid="1", doi="10.1000/a"),
             Record(title="Drug A", pmid="1")],
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
        pytest.param([Record(), Record()], [], id="nothing at all"),
        pytest.param([A, replace(A, year=2020)], [], id="another year"),
        pytest.param([A, replace(A, abstract="")], [], id="one lacks its abstract"),
        pytest.param([], [], id="no records"),
    ],
)  # fmt: skip
def test_exact_duplicates_are_grouped(records, expected):
    assert exact_groups(records) == expected
