"""Who assessed, in whom, at which analysis, against what: filled where the text says so."""

from __future__ import annotations

from typing import Any

import pytest

from classifier.extraction import Extractor
from data.records import Source


def fields(text: str, *names: str) -> list[dict[str, Any]]:
    return [{n: getattr(f, n) for n in names} for f in Extractor().extract(text).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ORR by independent review was 40%.", {"assessor": "independent"}, id="independent"),
        pytest.param(
            "Investigator-assessed PFS had a median of 7 months.",
            {"assessor": "investigator"},
            id="investigator",
        ),
        pytest.param("The ORR was 40%.", {"assessor": None}, id="nobody named"),
        pytest.param(
            "In the intention-to-treat population the ORR was 40%.",
            {"analysis_set": "intention to treat"},
            id="intention to treat",
        ),
        pytest.param("ORR in evaluable patients was 40%.", {"analysis_set": "evaluable"}, id="evaluable"),
        pytest.param("At the interim analysis the ORR was 40%.", {"analysis": "interim"}, id="interim"),
        pytest.param(
            "As of the data cut-off (15 January 2024), the ORR was 40%.",
            {"analysis": "data cut-off 15 January 2024"},
            id="cut-off",
        ),
        pytest.param(
            "Median PFS from infusion was 12.8 months.", {"time_origin": "infusion"}, id="time origin"
        ),
        pytest.param(
            "Response followed IMWG criteria. The ORR was 40%.", {"criteria": "IMWG"}, id="criteria"
        ),
        pytest.param("The ORR was 40% (90% CI 29-53).", {"ci_level": 90.0}, id="level stated"),
        pytest.param("The ORR was 40% (CI 29-53).", {"ci_level": 95.0}, id="level not stated"),
        pytest.param("The ORR was 40%.", {"ci_level": None}, id="no interval"),
        pytest.param("The adjusted hazard ratio for death was 0.7.", {"adjusted": True}, id="adjusted"),
        pytest.param("The unadjusted hazard ratio for death was 0.7.", {"adjusted": False}, id="unadjusted"),
        pytest.param(
            "The hazard ratio for death was 0.7.", {"adjusted": None, "contrast": None}, id="not said"
        ),
        pytest.param(
            "High ferritin was associated with shorter PFS (HR 2.1).",
            {"contrast": "prognostic factor", "treatment": None},
            id="prognostic factor",
        ),
        pytest.param("The ORR was 40%.", {"source": Source.OWN}, id="own result"),
    ],
)
def test_a_field_is_filled_where_the_text_says_so(text: str, expected: dict[str, Any]):
    assert fields(text, *expected) == [expected]


def test_the_direction_of_a_hazard_ratio_follows_the_medians():
    text = "Median OS was 9 months with B and 14 months with A (HR 0.6)."
    assert fields(text, "treatment", "reference", "contrast")[-1] == {
        "treatment": "A",
        "reference": "B",
        "contrast": "treatment",
    }


def test_a_review_summarises():
    text = "Drug A again: a systematic review. Across trials the median PFS ranged from 1.0-2.8 months."
    assert fields(text, "source") == [{"source": Source.SUMMARISED}]
