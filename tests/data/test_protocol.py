"""The protocol file: what it says is read, what is wrong in it is named by line."""

from __future__ import annotations

import datetime as dt

import pytest

from data.errors import ProtocolError
from data.protocol import CRITERIA, Mode, Stage, parse_protocol, template
from data.records import CORE_ENDPOINTS, Design, Endpoint

FULL = """title = "Retreatment"
question = "Does it work twice?"
exclusion_reasons = ["wrong_dose"]

[population]
description = "Adults"
wanted = ["multiple myeloma"]
unwanted = ["newly diagnosed"]
[population.synonyms]
"multiple myeloma" = ["RRMM"]

[study_design]
designs = ["rct", "observational"]

[limits]
languages = ["English"]
published_from = 2015-01-01

[screening]
mode = "dual_then_single"
dual_records = 100

[findings]
endpoints = ["DOR", "PFS"]
"""


def test_everything_that_a_protocol_says_is_read() -> None:
    protocol = parse_protocol(FULL)
    assert protocol.criterion("population").terms == ("multiple myeloma", "RRMM")
    assert protocol.criterion("population").unwanted == ("newly diagnosed",)
    assert protocol.criterion("study_design").designs == (Design.RCT, Design.OBSERVATIONAL)
    assert (protocol.languages, protocol.published_from) == (("english",), dt.date(2015, 1, 1))
    assert (protocol.modes[Stage.TITLE_ABSTRACT], protocol.dual_records) == (Mode.DUAL_THEN_SINGLE, 100)
    assert protocol.endpoints == (Endpoint.PFS, Endpoint.DOR)
    assert protocol.reasons[:5] == CRITERIA
    assert protocol.reasons[-1] == "wrong_dose"


def test_the_template_is_a_valid_protocol_of_one_reviewer() -> None:
    protocol = parse_protocol(template())
    assert set(protocol.modes.values()) == {Mode.SINGLE}
    assert protocol.endpoints == CORE_ENDPOINTS == parse_protocol('title = "T"').endpoints


ERRORS = [
    pytest.param(
        FULL.replace("wanted = [", "wanted = 5 #"), "p:7: population.wanted must be a list", id="type"
    ),
    pytest.param(FULL.replace("unwanted", "unwonted"), "p:8: population.unwonted is not known", id="key"),
    pytest.param(
        FULL.replace('"rct"', '"trial"'), "p:13: study_design.designs 'trial' is none of", id="design"
    ),
    pytest.param(
        FULL.replace("2015-01-01", '"2015"'), "p:17: limits.published_from must be a date", id="date"
    ),
    pytest.param(
        FULL.replace("dual_then_single", "trio"), "p:20: screening.mode 'trio' is none of", id="mode"
    ),
    pytest.param(
        FULL.replace("= 100", "= 0"), "p:21: screening.dual_records must be a whole number", id="count"
    ),
    pytest.param(
        FULL.replace("dual_then_single", "dual"), "p:21: screening.dual_records goes with", id="goes with"
    ),
    pytest.param(
        FULL.replace('["wrong_dose"]', '["date"]'), "p:3: exclusion_reasons 'date' is there", id="reason"
    ),
    pytest.param(FULL.replace('"DOR"', '"pCR"'), "p:24: findings.endpoints 'pCR' is none of", id="endpoint"),
    pytest.param(FULL.replace('"DOR", "PFS"', ""), "p:24: findings.endpoints is empty", id="no endpoint"),
    pytest.param(FULL.replace('"Retreatment"', '" "'), "p:1: title is missing", id="title"),
    pytest.param(FULL.replace('"Adults"', '"Adults'), "p:6: not valid TOML", id="syntax"),
    pytest.param('{"title": "T",\n "population": [}', "p:2: not valid JSON", id="JSON syntax"),
    pytest.param('{"title": "T",\n "popul": ["x"]}', "p:2: popul is not known", id="JSON key"),
    pytest.param('{"title": "T",\n "outcomes": [""]}', "p:2: outcomes.wanted", id="JSON empty term"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_an_error_names_its_line(text, message) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text, name="p")
    assert str(caught.value).startswith(message)
