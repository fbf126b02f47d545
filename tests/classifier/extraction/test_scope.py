"""Whose endpoint a value is: topics gone back to, groups, other outcomes, other studies, time points."""

from __future__ import annotations

import pytest

from classifier.extraction import Extractor, load_extractor
from tests.classifier.extraction.marks import unmark


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


STATED = [
    pytest.param(
        "Median PFS was [8.1](PFS median 8.1) ± 0.7 months with A and [5.2](PFS median 5.2) ± 0.4 months"
        " with B.",
        id="plus-minus is no part of the value",
    ),
    pytest.param(
        "OS at 5 years was [61](OS landmark_rate 61 t=60) +/- 3% with A and [52](OS landmark_rate 52"
        " t=60) +/- 4%"
        " with B.",
        id="plus-minus in front of the percent sign",
    ),
    pytest.param("Median OS was [14,2 months](OS median 14.2 ci=11.0-17.9) (IC 95%: 11,0–17,9).", id="IC"),
    pytest.param(
        "The hazard ratio for death was [0.81](OS hazard_ratio 0.81 ci=0.70-0.94) (95 per cent c.i. 0.70"
        " to 0.94).",
        id="c.i.",
    ),
    pytest.param("Median OS was [9.1 months](OS median 9.1 ci=8.0-10.3) (95%CI: 8.0~10.3).", id="tilde"),
    pytest.param(
        "Median PFS was [not reached](PFS median NR ci=22.0-NR), with a lower 95% bound of 22.0 months.",
        id="lower bound alone",
    ),
    pytest.param(
        "For OS the HR was [0.62](OS hazard_ratio 0.62 ci=0.45-0.85) [0.45, 0.85; p = 0.003].",
        id="bracket goes on with a p-value",
    ),
    pytest.param("Median rwPFS was [9.4 months](PFS median 9.4).", id="real-world prefix"),
    pytest.param("The OR rate was [31%](ORR response_rate 31).", id="OR rate"),
    pytest.param(
        "At 12 months [64%](PFS landmark_rate 64 t=12) were alive without progression.", id="alive without"
    ),
    pytest.param(
        "Median OS was 9 months in resected and was [4 months](OS median 4) in unresected patients.".replace(
            "9 months", "[9 months](OS median 9)"
        ),
        id="people named by surgery",
    ),
    pytest.param(
        "The ORR was [40%](ORR response_rate 40): CR 10%, PR 30%. It was [52%](ORR response_rate 52) with"
        " A and"
        " [28%](ORR response_rate 28) with B.",
        id="it goes back to the topic",
    ),
    pytest.param(
        "The 3-year PFS was [31%](PFS landmark_rate 31 t=36) and the 3-year OS [55%](OS landmark_rate 55"
        " t=36)."
        " After a second transplant the corresponding figures were [12%](PFS landmark_rate 12 t=36) and"
        " [30%](OS landmark_rate 30 t=36).",
        id="each of what was reported before",
    ),
    pytest.param(
        "Three-year PFS, three-year OS and median PFS were [20%](PFS landmark_rate 20 t=36),"
        " [51%](OS landmark_rate 51 t=36) and [16 months](PFS median 16).",
        id="rates and a median in one list",
    ),
    pytest.param(
        "ORR/mPFS/6-mo OS were [40%](ORR response_rate 40)/[5.1 mo](PFS median 5.1)/[80%](OS"
        " landmark_rate 80 t=6).",
        id="slashes",
    ),
    pytest.param(
        "The 12-month and 24-month OS rates were [83%](OS landmark_rate 83 t=12) and [70%](OS"
        " landmark_rate 70 t=24).",
        id="two adjectives",
    ),
    pytest.param(
        "Survival was [77%](OS landmark_rate 77 t=12) at one year, [33%](OS landmark_rate 33 t=36) at"
        " three and"
        " [18%](OS landmark_rate 18 t=60) at five.",
        id="times without their unit",
    ),
    pytest.param(
        "The survival rates 1, 3 and 5 years after surgery were [80%](OS landmark_rate 80 t=12),"
        " [41%](OS landmark_rate 41 t=36) and [28%](OS landmark_rate 28 t=60).",
        id="times before an event",
    ),
    pytest.param(
        "Disease-free survival at 8 years was 61% with A. Overall survival was [83%](OS landmark_rate 83"
        " t=96) with A.",
        id="the time of the rate before",
    ),
    pytest.param(
        "Median OS was longest in group B, at [18.9 weeks](OS median 4.35).", id="a median told with at"
    ),
    pytest.param(
        "Median OS was [6.1 months](OS median 6.1) ([8.4](OS median 8.4) in the fit, [2.9](OS median 2.9)"
        " in the frail).",
        id="unit told once, with the first",
    ),
    pytest.param("Treated patients lived for a median of [11.3 months](OS median 11.3).", id="lived"),
    pytest.param(
        "Median OS, at 25 months' median follow-up, was [19.7 months](OS median 19.7).",
        id="a follow-up that has its time",
    ),
    pytest.param(
        "Median PFS went from [5.1](PFS median 5.1) to [7.3 months](PFS median 7.3) over the years.",
        id="a change in time",
    ),
    pytest.param(
        "The median PFS and OS were [5.2](PFS median 5.2) and [15.2 months](OS median 15.2).", id="in turn"
    ),
    pytest.param(
        "[5.2](PFS median 5.2) and [15.2 months](OS median 15.2), respectively, were seen for PFS and"
        " OS.".replace("were seen for", "for"),
        id="as many values as endpoints behind them",
    ),
    pytest.param(
        "The ORR was [91%](ORR response_rate 91), and 58% had a complete response.",
        id="a list that goes on with another endpoint",
    ),
    pytest.param(
        "The overall response rate was [50.0%](ORR response_rate 50 ci=35-65) (95% CI 35-65) and the null"
        " hypothesis was"
        " rejected.",
        id="a result beside the words of a plan",
    ),
    pytest.param(
        "Old age (HR [1.7](PFS hazard_ratio 1.7)) and bulky disease (HR [2.1](PFS hazard_ratio 2.1))"
        " impaired PFS.",
        id="factors and what they impair",
    ),
]


def results(extractor: Extractor, text: str) -> list[tuple[object, ...]]:
    return [
        (f.start, f.value_text, str(f.endpoint), str(f.statistic), f.value, f.timepoint_months)
        for f in extractor.extract(text).findings
    ]


@pytest.mark.parametrize("marked", STATED)
def test_a_result_is_given_to_its_endpoint(extractor: Extractor, marked: str):
    text, rows = unmark(marked)
    due = [(r["start"], r["value_text"], r["endpoint"], r["statistic"], r["value"], r["t"]) for r in rows]
    assert results(extractor, text) == due


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The 5-year relative survival was 46%.", id="relative survival"),
        pytest.param("Second progression-free survival (PFS2) was 17.8 months.", id="PFS2"),
        pytest.param("PFS/RFS was worse with high levels (HR 1.9, 95% CI 1.2-3.0).", id="pooled endpoints"),
        pytest.param("PFS events were recorded in 19 (8%) patients.", id="events"),
        pytest.param("Progression or death had occurred in 83 patients (30%).", id="progression or death"),
        pytest.param("Alive and free of disease at 6 years were 71% of the women.", id="free of disease"),
        pytest.param("A spleen response was seen in 9 of 26 patients.", id="spleen response"),
        pytest.param("CNS progression-free survival was 7.5 months.", id="CNS progression"),
        pytest.param(
            "OS did not differ. There were fewer local recurrences (HR 0.58, 95% CI 0.34-0.98).",
            id="ratio of recurrences",
        ),
        pytest.param(
            "OS was worse, with more distant relapse (sHR 2.4, 95% CI 1.1-5.0).", id="subdistribution"
        ),
        pytest.param("The ORR was better (RR 1.42, 95% CI 1.10-1.83).", id="relative risk"),
        pytest.param("A median PFS of 7 months had been hoped for.", id="hoped for"),
        pytest.param("The drug is of interest if the response rate is 25% or more.", id="or more"),
        pytest.param(
            "Sunitinib in a registration trial gave better PFS (7.2 months) in a pivotal study.",
            id="a registration trial",
        ),
        pytest.param(
            "Background: Docetaxel gives a median OS of 8 months. Methods: We treated 40 patients."
            " Results: All"
            " completed it.",
            id="background",
        ),
        pytest.param(
            "Drug A in sarcoma. Drug B has given a median OS of 8 months. We treated 40 patients with"
            " drug A.",
            id="known before, without headings",
        ),
        pytest.param(
            "Of the 20 responders, five of the seven responders had nodal disease.", id="of responders"
        ),
        pytest.param("The improvement in median PFS reached 4.2 months.", id="a gain"),
        pytest.param(
            "Responses were seen in 20 patients; 5 (11%) were complete.", id="parts of the responses"
        ),
        pytest.param("Median OS was mature, with 46 patients (45%) switching arms.", id="a share of people"),
        pytest.param("Survival was the same in those over 67 years.", id="an age"),
    ],
)
def test_what_belongs_elsewhere_is_not_taken(extractor: Extractor, text: str):
    assert results(extractor, text) == []
