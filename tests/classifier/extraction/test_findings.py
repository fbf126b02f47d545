"""Every stated result, and nothing else: sentences written for the purpose, whole results compared."""

from __future__ import annotations

import pytest

from classifier.extraction import Extractor, load_extractor
from tests.classifier.extraction.marks import row_of, unmark


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


STATED = [
    pytest.param(
        "Median PFS was [7.4 months](PFS median 7.4 ci=5.1-9.9) (95% CI 5.1-9.9).",
        id="median with interval",
    ),
    pytest.param(
        "Median PFS was [1.6 months](PFS median 1.6 ci=1.0-2.9) and median OS [10.8 months](OS median 10.8"
        " ci=8.1-14.2) (95% CIs 1.0-2.9 and 8.1-14.2, respectively).",
        id="intervals listed behind the values",
    ),
    pytest.param(
        "Median PFS was [7.4 months](PFS median 7.4 ci=5.1-9.9) (95% CI 5.1-9.9 and IQR 4.0-12.0).",
        id="an interval and a range of one value",
    ),
    pytest.param("Median OS was [75.0 weeks](OS median 17.25).", id="weeks become months"),
    pytest.param("The median survival was [2.5 years](OS median 30).", id="years become months"),
    pytest.param("Median OS was [331 days](OS median 10.87).", id="days become months"),
    pytest.param("Mean overall survival was [20.2 months](OS mean 20.2).", id="mean"),
    pytest.param("Median PFS was [15·4 months](PFS median 15.4).", id="middle dot"),
    pytest.param("Median PFS was [9,3 months](PFS median 9.3).", id="decimal comma"),
    pytest.param("mPFS was [11.7mo](PFS median 11.7 ci=8.2-NR) (95%CI 8.2-NE).", id="unit glued on"),
    pytest.param("The ORR was [34%](ORR response_rate 34 n=33/97) (33/97).", id="count behind percent"),
    pytest.param(
        "The objective response rate was [87 percent](ORR response_rate 87).", id="percent in words"
    ),
    pytest.param(
        "Responses were seen in 12/40 ([30%](ORR response_rate 30 n=12/40)).", id="count before percent"
    ),
    pytest.param("[Four of the six](ORR response_rate 66.7 n=4/6) patients responded.", id="counts in words"),
    pytest.param("[12 of 40](ORR response_rate 30 n=12/40) patients responded.", id="counts only"),
    pytest.param("[No responses](ORR response_rate 0) were seen.", id="no responses"),
    pytest.param("Median OS was [not reached](OS median NR ci=14.4-NR) (95% CI, 14.4-NE).", id="not reached"),
    pytest.param("[5.6 months](PFS median 5.6) was the median PFS.", id="value first"),
    pytest.param("2-year OS was [70%](OS landmark_rate 70 t=24).", id="landmark, adjective"),
    pytest.param(
        "Progression-free survival at 6 months was [41%](PFS landmark_rate 41 t=6).", id="landmark, at"
    ),
    pytest.param(
        "The 12- and 24-month PFS rates were [70%](PFS landmark_rate 70 t=12) and"
        " [50%](PFS landmark_rate 50 t=24).",
        id="two time points",
    ),
    pytest.param("12mo OS was [79%](OS landmark_rate 79 t=12).", id="time glued to its unit"),
    pytest.param("PFS-6 was [20%](PFS landmark_rate 20 t=6).", id="PFS-6"),
    pytest.param(
        "[63%](OS landmark_rate 63 t=12) of patients were alive at 12 months.", id="alive at a time"
    ),
    pytest.param(
        "The hazard ratio for death was [0.75](OS hazard_ratio 0.75 ci=0.6-0.94) (95% CI 0.60 to 0.94).",
        id="hazard ratio for death",
    ),
    pytest.param(
        "PFS favoured the new drug (HR [0.60](PFS hazard_ratio 0.6 ci=0.47-0.78), 0.47–0.78).",
        id="interval without a word",
    ),
    pytest.param("In arm A the median PFS was [8 months](PFS median 8 arm=arm_A).", id="arm in front"),
    pytest.param(
        "Median OS was [13 months](OS median 13 arm=EP_group) for the EP group and"
        " [14 months](OS median 14 arm=EC_group) for the EC group.",
        id="arm behind each value",
    ),
    pytest.param(
        "Median PFS was [2.8](PFS median 2.8 arm=capecitabine) and [2.6 months](PFS median 2.6"
        " arm=vinorelbine_arms) in the capecitabine and vinorelbine arms, respectively.",
        id="respectively, unit once",
    ),
    pytest.param(
        "The median PFS and OS were [2.8](PFS median 2.8) and [13.2 months](OS median 13.2).",
        id="two endpoints, two values",
    ),
    pytest.param(
        "ORR was [58.0%](ORR response_rate 58 arm=HT) with HT and [64.2%](ORR response_rate 64.2 arm=T-DM1)"
        " with T-DM1.",
        id="with each drug",
    ),
    pytest.param(
        "mPFS=[5.2 mo](PFS median 5.2), mOS=[15.2 mo](OS median 15.2).", id="an equals sign is no threshold"
    ),
    pytest.param(
        "The medians were [5.2](PFS median 5.2) (PFS) and [15.2 months](OS median 15.2) (OS).",
        id="endpoint in brackets behind its value",
    ),
    pytest.param(
        "PFS medians: A [5.2](PFS median 5.2 arm=A), B [3.1](PFS median 3.1 arm=B) and C"
        " [2.0 months](PFS median 2 arm=C).",
        id="names between decimals, unit once",
    ),
    pytest.param(
        "OS at 12 months was [82%](OS landmark_rate 82 t=12), at 24 months [15%](OS landmark_rate 15 t=24).",
        id="a time before its value after one behind",
    ),
    pytest.param(
        "OS was [88%](OS landmark_rate 88 t=12) and [81%](OS landmark_rate 81 t=18) at 12 and 18 months.",
        id="two times behind two values",
    ),
    pytest.param(
        "Best response was a complete or partial response in [40%](ORR response_rate 40) of patients.",
        id="complete or partial",
    ),
    pytest.param(
        "Across nine studies the median PFS ranged from [1.6-7.9 months](PFS median 1.6-7.9).",
        id="range over studies",
    ),
    pytest.param(
        "Median PFS was [7.0 months](PFS median 7 arm=A) with A. Overall survival was immature. The ORR was"
        " [40%](ORR response_rate 40).",
        id="several sentences",
    ),
]

NOT_STATED = [
    pytest.param("PFS was the primary endpoint.", id="no number"),
    pytest.param("The trial was designed to detect an ORR of 30%.", id="designed to detect"),
    pytest.param("We assumed a median PFS of 8.0 months in the control group.", id="assumed"),
    pytest.param("The null hypothesis was an ORR of 15% or less.", id="null hypothesis"),
    pytest.param("A median OS of 12 months was expected.", id="expected"),
    pytest.param("OS was improved by 3 months.", id="a difference"),
    pytest.param("Treatment resulted in a 30% reduction in the risk of death.", id="a risk reduction"),
    pytest.param("Median TTP was 3.7 months.", id="time to progression"),
    pytest.param("The 5-year disease-free survival was 75%.", id="disease-free survival"),
    pytest.param("Event-free survival at 3 years was 60%.", id="event-free survival"),
    pytest.param("Median duration of response was 12.6 months.", id="duration of response"),
    pytest.param("A complete response was observed in 17% of patients.", id="complete response"),
    pytest.param("The pathologic complete response rate was 24%.", id="pathologic complete response"),
    pytest.param("The clinical benefit rate was 49%.", id="clinical benefit"),
    pytest.param("The disease control rate was 71.9%.", id="disease control"),
    pytest.param("VGPR or better was reached by 31.3%.", id="very good partial response"),
    pytest.param("Survival curves were compared (P = .02).", id="p-value"),
    pytest.param("Median follow-up for survival was 22.7 months.", id="follow-up"),
    pytest.param("Overall survival was similar; neutropenia occurred in 53%.", id="safety"),
    pytest.param("The hazard ratio for local recurrence was 0.59.", id="hazard of something else"),
    pytest.param(
        "HR-positive, HER2-negative disease: PFS is reported elsewhere (n = 12).", id="HR+ is no ratio"
    ),
    pytest.param("Tumours that responded were resected after 12 weeks.", id="responded, no number of people"),
    pytest.param("In mice, median survival was 61 days.", id="animals"),
    pytest.param("PFS was longer in patients older than 65 years.", id="an age"),
    pytest.param("The survey response rate was 63.8%.", id="survey"),
    pytest.param("The molecular response rate was 44%.", id="molecular response"),
    pytest.param("A renal response was seen in 52%.", id="response of an organ"),
    pytest.param("OS: RR 0.86 for recurrence.", id="RR as a risk ratio"),
    pytest.param("PFS did not reach statistical significance.", id="significance not reached"),
    pytest.param("Odds ratio for response was 2.5 (95% CI 1.2-5.1); PFS is pending.", id="odds ratio"),
    pytest.param("The primary endpoint was 1-year PFS (threshold 45%, expected 65%).", id="threshold"),
    pytest.param("Patients had PFS assessed every 8 weeks.", id="schedule"),
    pytest.param("42% of patients continued to have a response.", id="ongoing responses"),
    pytest.param("The target HR for OS was 0.70.", id="target ratio"),
]


@pytest.mark.parametrize("marked", STATED)
def test_a_stated_result_is_found_with_its_details(extractor: Extractor, marked: str):
    text, expected = unmark(marked)
    assert [row_of(f) for f in extractor.extract(text).findings] == expected


@pytest.mark.parametrize("text", NOT_STATED)
def test_what_is_no_result_is_not_taken(extractor: Extractor, text: str):
    assert [row_of(f) for f in extractor.extract(text).findings] == []


def test_the_same_fact_is_found_in_both_places(extractor: Extractor):
    text, expected = unmark(
        "Results: median PFS was [4.6 months](PFS median 4.6). It rained. Conclusion: disease control is"
        " short"
        " (median PFS [4.6 months](PFS median 4.6))."
    )
    assert [row_of(f) for f in extractor.extract(text).findings] == expected


def test_not_reached_in_either_arm_is_said_once_for_each(extractor: Extractor):
    text = (
        "Patients were randomly assigned to zanubrutinib (n = 20) or ibrutinib (n = 22)."
        " Median PFS was not reached in either group."
    )
    found = [(f.value_text, f.arm) for f in extractor.extract(text).findings]
    assert found == [("not reached", "zanubrutinib"), ("not reached", "ibrutinib")]
