from __future__ import annotations

import pytest

from data.protocol import parse_protocol
from data.records import Record
from models.criteria import Outcome
from training.suggest import suggest_terms

PROTOCOL = parse_protocol(
    'title = "Braces"\n[population]\nwanted = ["knee pain"]\nunwanted = ["scoliosis"]\n'
    '[intervention]\nwanted = ["brace"]\n[limits]\nlanguages = ["english"]\n'
)
IN, OUT = Outcome(True), Outcome(False, "population")


def _review() -> tuple[list[Record], list[Outcome]]:
    kept = [
        Record(title=f"Brace or orthosis in knee pain {n}", abstract="Walking improved.") for n in range(8)
    ]
    out = [Record(title=f"Brace after meniscectomy {n}", abstract="Walking improved.") for n in range(8)]
    return kept + out, [IN] * 8 + [OUT] * 8


def test_phrases_of_includes_are_wanted_and_those_of_exclusions_unwanted_for_their_reason() -> None:
    found = suggest_terms(PROTOCOL, *_review())
    told = {(s.term, s.criterion, s.wanted, s.n_included, s.n_excluded) for s in found}
    assert told == {
        ("orthosis", "population", True, 8, 0),
        ("meniscectomy", "population", False, 0, 8),
    }


def test_a_term_of_the_protocol_is_not_suggested_in_any_spelling() -> None:
    records, outcomes = _review()
    records = [Record(title=r.title + ": KNEE PAINS, scolioses", abstract=r.abstract) for r in records]
    assert not {s.term.casefold() for s in suggest_terms(PROTOCOL, records, outcomes)} & {
        "knee pains", "knee", "scolioses", "brace",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("records", "outcomes"),
    [
        pytest.param([], [], id="nothing decided"),
        pytest.param(_review()[0][:8], [IN] * 8, id="includes only"),
        pytest.param(_review()[0][8:], [OUT] * 8, id="exclusions only"),
        pytest.param([Record(), Record()], [IN, OUT], id="no text"),
        pytest.param(*[x[6:10] for x in _review()], id="phrases in fewer than three records"),
    ],
)
def test_nothing_is_suggested_where_nothing_can_be_compared(
    records: list[Record], outcomes: list[Outcome]
) -> None:
    assert suggest_terms(PROTOCOL, records, outcomes) == []


def test_exclusions_without_a_reason_make_no_unwanted_term() -> None:
    records, outcomes = _review()
    silent = [o if o.included else Outcome(False) for o in outcomes]
    assert [s.wanted for s in suggest_terms(PROTOCOL, records, silent)] == [True]


def test_the_example_is_a_record_that_holds_the_term() -> None:
    for suggestion in suggest_terms(PROTOCOL, *_review()):
        assert suggestion.term in suggestion.example
