"""A finding in one line says all that tells it apart from another with the same number."""

from __future__ import annotations

import pytest

from data.records import Endpoint, Source, Statistic
from review.evidence import say
from tests.builders import a_finding

RATIO = {"statistic": Statistic.HAZARD_RATIO, "treatment": "DRd", "reference": "Rd"}


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        pytest.param(a_finding(), "PFS median 4.6 months", id="a value"),
        pytest.param(a_finding(None, not_reached=True), "PFS median not reached", id="not reached"),
        pytest.param(
            a_finding(1.0, value_max=2.8, source=Source.SUMMARISED),
            "PFS median 1-2.8 months [summarised from other studies]",
            id="a range over studies",
        ),
        pytest.param(
            a_finding(ci_lower=3.5, arm="refractory", assessor="independent"),
            "PFS median 4.6 months (95% CI 3.5-not reached), refractory [independent assessment]",
            id="an arm and an assessor",
        ),
        pytest.param(
            a_finding(analysis="interim", analysis_set="intention to treat", time_origin="randomisation"),
            "PFS median 4.6 months [intention to treat; interim analysis; from randomisation]",
            id="which analysis",
        ),
        pytest.param(
            a_finding(0.54, **RATIO, adjusted=True),
            "PFS hazard ratio 0.54 [DRd vs Rd; adjusted]",
            id="a hazard ratio",
        ),
        pytest.param(
            a_finding(40.0, endpoint=Endpoint.ORR, statistic=Statistic.RESPONSE_RATE, count=4, total=10),
            "ORR response rate 40% (4/10)",
            id="a response rate",
        ),
        pytest.param(
            a_finding(source=Source.OTHER_STUDY, source_study="CASTOR"),
            "PFS median 4.6 months [of CASTOR]",
            id="another study's",
        ),
    ],
)
def test_a_finding_is_said_in_one_line(finding, said) -> None:
    assert say(finding) == said
