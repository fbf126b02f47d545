"""Endpoints beyond PFS, OS and ORR: found where they are asked for, silent where they are not."""

from __future__ import annotations

import pytest

from classifier.extraction import load_extractor
from data.records import CORE_ENDPOINTS, Endpoint

TEXTS = [
    pytest.param(
        "Median TTP was 6.1 months (95% CI 5.0-7.2), median PFS 5.8 months.",
        [("TTP", "median", 6.1, 5.0, 7.2), ("PFS", "median", 5.8, None, None)],
        id="time to progression beside PFS",
    ),
    pytest.param(
        "The complete response rate was 12% and the ORR 45% (18/40).",
        [("CR", "response_rate", 12.0, None, None), ("ORR", "response_rate", 45.0, None, None)],
        id="complete response beside ORR",
    ),
    pytest.param(
        "Clinical benefit was seen in 61%; the disease control rate was 70% (95% CI 55-82).",
        [("CBR", "response_rate", 61.0, None, None), ("DCR", "response_rate", 70.0, 55.0, 82.0)],
        id="benefit and control are two things",
    ),
    pytest.param(
        "Median duration of response was not reached. The 3-year EFS was 71%.",
        [("DOR", "median", None, None, None), ("EFS", "landmark_rate", 71.0, None, None)],
        id="not reached, and a rate at a time",
    ),
    pytest.param(
        "Disease-free survival favoured letrozole (HR 0.81; 95% CI 0.70-0.93).",
        [("DFS", "hazard_ratio", 0.81, 0.70, 0.93)],
        id="hazard ratio of DFS",
    ),
    pytest.param("Distant disease-free survival was 80% at 5 years.", [], id="distant DFS is not DFS"),
    pytest.param("Median time to treatment failure was 5.5 months.", [], id="treatment failure is not TTP"),
    pytest.param("Median duration of treatment was 4.0 months.", [], id="treatment is no response"),
    pytest.param("Stable disease was seen in 30% and PD in 12%.", [], id="neither benefit nor control"),
    pytest.param("A pathological complete response was seen in 24%.", [], id="pCR is not CR"),
    pytest.param("The study was designed to detect a TTP of 6.0 months.", [], id="planned"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_every_endpoint_is_found_where_all_are_wanted(text, expected) -> None:
    found = load_extractor(endpoints=Endpoint).extract(text).findings
    assert [(f.endpoint, f.statistic, f.value, f.ci_lower, f.ci_upper) for f in found] == expected
    assert all(text[f.start : f.end] == f.value_text for f in found)


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_only_the_wanted_ones_are_found(text, expected) -> None:
    found = load_extractor().extract(text).findings
    assert [f.endpoint for f in found] == [row[0] for row in expected if row[0] in CORE_ENDPOINTS]
