"""The words that name the group of a value."""

from __future__ import annotations

import pytest

from classifier.extraction import Extractor, load_extractor


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


@pytest.mark.parametrize(
    ("text", "arms"),
    [
        pytest.param("ORR was 55% (A) versus 40% (B).", ["A", "B"], id="brackets"),
        pytest.param("ORR was 55% with A versus 40% with B.", ["A", "B"], id="with"),
        pytest.param("CT: 63%, HT: 58% was the objective response rate.", ["CT", "HT"], id="labels"),
        pytest.param(
            "ORR for arms A, B and C was 20%, 35% and 44%.", ["arms A", "B", "C"], id="list in front"
        ),
        pytest.param(
            "ORR was 24% and 56% in the refractory and naive cohorts, respectively.",
            ["refractory", "naive cohorts"],
            id="list behind",
        ),
        pytest.param(
            "PFS was longer with A than with B (8 vs 5 months).", ["A", "B"], id="longer with A than B"
        ),
        pytest.param(
            "Naive patients had a higher ORR than exposed patients (82% vs 45%).",
            ["Naive patients", "exposed patients"],
            id="subject and comparison",
        ),
        pytest.param(
            "ORR was higher in patients given A (38%) than in patients given B (18%).",
            ["A", "B"],
            id="bracket behind the name",
        ),
        pytest.param(
            "Median OS was 32 months for patients with del(17p) and not reached for those without.",
            ["patients with del(17p)", "those without"],
            id="a name with brackets",
        ),
        pytest.param(
            "Cohort 1 (n=20): ORR 40%. Cohort 2 (n=25): ORR 52%.", ["Cohort 1", "Cohort 2"], id="headings"
        ),
        pytest.param(
            "We randomised 20 patients to A (n = 10) or B (n = 10). Median OS was 9 v 7 months.",
            ["A", "B"],
            id="told before",
        ),
        pytest.param("Median OS was 9 months in the whole cohort.", [None], id="everybody"),
        pytest.param("In the intention-to-treat population ORR was 63%.", [None], id="an analysis set"),
        pytest.param("ORR was 62% vs 41%.", [None, None], id="nobody named"),
        pytest.param("Median PFS in seven trials was 9 months.", [None], id="trials are no group"),
        pytest.param(
            "OS was 9 months with A and 7 months with B (HR 0.7).", ["A", "B", None], id="a ratio has none"
        ),
        pytest.param(
            "In older patients the HR for death was 0.9.", ["older patients"], id="ratio of a subgroup"
        ),
    ],
)
def test_a_value_names_its_group_in_the_words_of_the_text(
    extractor: Extractor, text: str, arms: list[str | None]
):
    assert [f.arm for f in extractor.extract(text).findings] == arms
