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
        pytest.param("ORR for arms A, B and C was 20%, 35% and 44%.", ["A", "B", "C"], id="list in front"),
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
        pytest.param(
            "OS was 20 months with A, 15 months with B and 11 months with C. ORRs were 30%, 20% and 10%.",
            ["A", "B", "C", "A", "B", "C"],
            id="three told one by one",
        ),
        pytest.param(
            "Patients were randomised to nivorelimab plus lenvatinib (N+L; n = 40) or sorafenib (n = 41). N+L"
            " was given daily. Median PFS was 8.1 v 5.2 months.",
            ["N+L", "sorafenib"],
            id="short names that the text goes on with",
        ),
        pytest.param(
            "Compared with placebo, rivocept improved OS (median 14.0 v 11.5 months).",
            ["rivocept", "placebo"],
            id="compared with what is named first",
        ),
        pytest.param(
            "The HR for OS was 0.70 in EGFR-mutant and 0.95 in wild-type disease.",
            ["EGFR-mutant", "wild-type disease"],
            id="ratios of subgroups",
        ),
        pytest.param(
            "In those with del(17p) 2-year PFS was 40%, against 70% in those without.",
            ["del(17p)", "those without"],
            id="with and without",
        ),
        pytest.param(
            "ORR was 44% (18/41) for all, 60% in naive patients and 31% in exposed patients.",
            [None, "naive patients", "exposed patients"],
            id="everybody, then two groups",
        ),
        pytest.param(
            "Of 100 patients, 30 (31%; 95% CI 21-42) of 97 patients in the 2 mg cohort responded.",
            ["2 mg cohort"],
            id="behind a total",
        ),
        pytest.param("ORR per investigator was 44% by RECIST 1.1.", [None], id="an assessor is no group"),
        pytest.param("PFS was 9 months. Results for grade 2 are pending.", [None], id="results are no group"),
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
