"""How many patients, how long followed, what design."""

from __future__ import annotations

import pytest

from classifier.extraction import Extractor


def facts(text: str) -> tuple[int | None, float | None, str]:
    found = Extractor().extract(text).facts
    return found.n_total, found.follow_up_months, found.design


@pytest.mark.parametrize(
    ("text", "n_total"),
    [
        pytest.param("A total of 425 patients were enrolled.", 425, id="total enrolled"),
        pytest.param("We enrolled 32 patients.", 32, id="we enrolled"),
        pytest.param("Forty-five patients were randomly assigned.", 45, id="in words"),
        pytest.param("One hundred ninety-four women were included.", 194, id="hundreds in words"),
        pytest.param("Between 1992 and 2000, 1,991 patients were randomised.", 1991, id="not the year"),
        pytest.param("Patients were randomised to A (n = 76) or B (n = 73).", 149, id="arms summed"),
        pytest.param(
            "Forty-three patients were randomised to A and 50 patients were randomised to B.",
            93,
            id="arms in words",
        ),
        pytest.param("Of 143 charts screened, 97 patients were included.", 97, id="screened is not it"),
        pytest.param("64 patients were screened and 52 enrolled.", 52, id="enrolled after screened"),
        pytest.param(
            "From 1,914 records, 23 publications on 1,608 patients were kept.", 1608, id="over studies"
        ),
        pytest.param("We planned to enrol 174 patients.", None, id="planned"),
        pytest.param("The sample size was 300 patients.", None, id="sample size"),
        pytest.param("Doses of 100 mg were given for 6 weeks.", None, id="doses"),
        pytest.param("In total, 2938 records were identified.", None, id="records"),
    ],
)
def test_the_study_size_is_the_people_in_it(text: str, n_total: int | None):
    assert facts(text)[0] == n_total


@pytest.mark.parametrize(
    ("text", "months"),
    [
        pytest.param("Median follow-up was 13.8 months.", 13.8, id="plain"),
        pytest.param("With a median follow-up of 9.9 years, patients did well.", 118.8, id="years"),
        pytest.param("Median follow-up was 22·7 months (IQR 17·9–27·4).", 22.7, id="middle dot"),
        pytest.param("Patients were followed for a median of 61 weeks.", 14.03, id="followed for"),
        pytest.param("With 15.1 months of median follow-up, few died.", 15.1, id="value first"),
        pytest.param("Median f/u 14.0mo.", 14.0, id="f/u"),
        pytest.param(
            "Median follow-up ranged from 1.9-43.0 months across trials.", None, id="range over studies"
        ),
        pytest.param("Follow-up visits took place every 3 months.", None, id="visits"),
        pytest.param("Median overall survival was 12 months.", None, id="survival"),
    ],
)
def test_median_follow_up_is_in_months(text: str, months: float | None):
    assert facts(text)[1] == months


@pytest.mark.parametrize(
    ("text", "design"),
    [
        pytest.param(
            "Drug A or B in myeloma: a randomised phase 3 trial. Patients took A or B.", "rct", id="title"
        ),
        pytest.param("A versus B. In all, 80 patients were randomly assigned to A or B.", "rct", id="body"),
        pytest.param(
            "Drug A in lymphoma: a single-arm phase 2 study. Patients took A.",
            "nonrandomised_trial",
            id="single arm",
        ),
        pytest.param(
            "Drug A for relapse. A phase 2 study. A randomised trial is being planned.",
            "nonrandomised_trial",
            id="only planned",
        ),
        pytest.param(
            "Drug A in routine practice. We reviewed the records of 60 patients.",
            "observational",
            id="records",
        ),
        pytest.param("A retrospective study of 60 patients given A.", "observational", id="retrospective"),
        pytest.param("Retreatment with A: a systematic review. MEDLINE was searched.", "review", id="review"),
        pytest.param(
            "Guidelines on drug A: an expert consensus. Recommendations were agreed.", "other", id="guideline"
        ),
        pytest.param(
            "How drug A works in mice. Cell lines and mice were treated.", "other", id="preclinical"
        ),
    ],
)
def test_the_design_is_what_was_done(text: str, design: str):
    assert facts(text)[2] == design
