"""Screening decisions reach the dataset by consensus of people, and only so."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from data.errors import StoreError
from data.protocol import Protocol, Stage
from data.store import decisions, protocols, references
from data.store.connection import Store
from data.store.dataset import confirmed_records
from data.store.decisions import Decision, Outcome, Verdict
from data.store.references import Link
from tests.builders import a_record, add_records
from tests.databases import new_review, protocol_of

INCLUDE, EXCLUDE, MAYBE = Verdict.INCLUDE, Verdict.EXCLUDE, Verdict.MAYBE


def decide(store: Store, person: str, verdict: Verdict, protocol: Protocol, *, record_id: int = 1, **more):
    with store.write() as db:
        decision = Decision(person=person, record_id=record_id, verdict=verdict, **more)
        return decisions.decide(db, decision, protocol=protocol)


def take_back(store: Store, person: str, *, record_id: int = 1, **more):
    with store.write() as db:
        return decisions.undo(db, person=person, record_id=record_id, **more)


def dataset(store: Store) -> list[tuple[int, str]]:
    with store.read() as db:
        return [(r.record_id, r.label) for r in confirmed_records(db)]


@pytest.fixture
def review(database_url):
    """A function that makes a review with two records in the given mode."""
    stores = []

    def make(mode: str = "single", **options: str) -> tuple[Store, Protocol]:
        protocol = protocol_of(mode, **options)
        store = new_review(database_url, protocol)
        add_records(store, a_record("First"), a_record("Second"), a_record("Third"))
        stores.append(store)
        return store, protocol

    yield make
    for store in stores:
        store.close()


def test_an_include_puts_a_record_in_and_its_undo_takes_it_out(review) -> None:
    store, protocol = review()
    assert dataset(store) == []
    assert decide(store, "Ada", INCLUDE, protocol).outcome is Outcome.INCLUDE
    assert dataset(store) == [(1, "include")]
    assert take_back(store, "Ada").outcome is Outcome.UNREAD
    assert dataset(store) == []


def test_a_second_thought_replaces_the_first_and_undo_brings_that_back(review) -> None:
    store, protocol = review()
    decide(store, "Ada", INCLUDE, protocol)
    decide(store, "Ada", EXCLUDE, protocol, reason="population")
    assert dataset(store) == [(1, "exclude")]
    take_back(store, "Ada")
    assert dataset(store) == [(1, "include")]
    take_back(store, "Ada")
    assert dataset(store) == []
    with pytest.raises(StoreError, match="'Ada' has no decision at title_abstract to undo"):
        take_back(store, "Ada")


# Verdicts in the order they are taken, and where the record then stands.
CASES = [
    pytest.param("single", [("A", MAYBE)], Outcome.INCLUDE, id="single: maybe advances"),
    pytest.param("single", [("A", INCLUDE), ("B", EXCLUDE)], Outcome.CONFLICT, id="single: two disagree"),
    pytest.param(
        "single",
        [("A", INCLUDE), ("B", EXCLUDE), ("C", EXCLUDE)],
        Outcome.EXCLUDE,
        id="single: a third settles",
    ),
    pytest.param("dual", [("A", INCLUDE)], Outcome.WAITING, id="dual: one is not enough"),
    pytest.param("dual", [("A", INCLUDE), ("A", INCLUDE)], Outcome.WAITING, id="dual: one twice is one"),
    pytest.param(
        "dual", [("A", INCLUDE), (" a ", INCLUDE)], Outcome.WAITING, id="dual: other spelling of one"
    ),
    pytest.param("dual", [("A", INCLUDE), ("B", MAYBE)], Outcome.INCLUDE, id="dual: include and maybe agree"),
    pytest.param("dual", [("A", EXCLUDE), ("B", EXCLUDE)], Outcome.EXCLUDE, id="dual: two excludes"),
    pytest.param("dual", [("A", INCLUDE), ("B", EXCLUDE)], Outcome.CONFLICT, id="dual: disagreement"),
    pytest.param(
        "dual",
        [("A", INCLUDE), ("B", EXCLUDE), ("C", INCLUDE)],
        Outcome.INCLUDE,
        id="dual: a third adjudicates",
    ),
    pytest.param(
        "dual",
        [("A", INCLUDE), ("B", EXCLUDE), ("B", INCLUDE)],
        Outcome.INCLUDE,
        id="dual: one of the two comes round",
    ),
    pytest.param("liberal", [("A", EXCLUDE)], Outcome.WAITING, id="liberal: an exclude needs two"),
    pytest.param("liberal", [("A", INCLUDE)], Outcome.INCLUDE, id="liberal: one include suffices"),
    pytest.param("liberal", [("A", EXCLUDE), ("B", INCLUDE)], Outcome.INCLUDE, id="liberal: include wins"),
    pytest.param("liberal", [("A", EXCLUDE), ("B", EXCLUDE)], Outcome.EXCLUDE, id="liberal: two excludes"),
]


@pytest.mark.parametrize(("mode", "taken", "expected"), CASES)
def test_the_mode_says_how_many_people_a_record_takes(review, mode, taken, expected) -> None:
    store, protocol = review(mode)
    for person, verdict in taken:
        last = decide(store, person, verdict, protocol)
    assert last.outcome is expected
    assert dataset(store) == ([(1, str(expected))] if expected in ("include", "exclude") else [])


def test_an_adjudication_falls_when_the_disagreement_is_gone(review) -> None:
    store, protocol = review("dual")
    decide(store, "A", INCLUDE, protocol)
    decide(store, "B", EXCLUDE, protocol)
    decide(store, "C", INCLUDE, protocol)
    assert take_back(store, "B").outcome is Outcome.WAITING
    assert dataset(store) == []


def test_dual_turns_single_after_the_stated_number_of_records(review) -> None:
    store, protocol = review("dual_then_single", extra="dual_records = 1")
    decide(store, "A", INCLUDE, protocol)
    assert decide(store, "A", INCLUDE, protocol, record_id=2).outcome is Outcome.WAITING
    assert decide(store, "B", INCLUDE, protocol).outcome is Outcome.INCLUDE
    assert decide(store, "A", EXCLUDE, protocol, record_id=3).outcome is Outcome.EXCLUDE
    # Begun while two were needed: still needs two.
    assert dataset(store) == [(1, "include"), (3, "exclude")]


def test_what_was_undone_fixes_no_rule(review) -> None:
    store, protocol = review("single")
    decide(store, "Ada", INCLUDE, protocol)
    take_back(store, "Ada")
    dual = protocol_of("dual")
    with store.write() as db:
        protocols.keep_protocol(db, dual)
    assert decide(store, "Ada", INCLUDE, dual).outcome is Outcome.WAITING


@pytest.mark.parametrize("other", ["ada lovelace", "Lovelace, Ada", "Ada Lovelace.", " ADA   LOVELACE "])
def test_one_person_under_two_spellings_is_one(review, other) -> None:
    store, protocol = review("dual")
    decide(store, "Ada Lovelace", INCLUDE, protocol)
    assert decide(store, other, INCLUDE, protocol).outcome is Outcome.WAITING


@pytest.mark.parametrize("name", ["Ada\u200b Lovelace", "\u200b", "\u0410da", "A" * 201, "Ada\x07"])
def test_a_name_that_could_pass_for_anothers_is_refused(review, name) -> None:
    store, protocol = review()
    with pytest.raises(StoreError, match="the person's name"):
        decide(store, name, INCLUDE, protocol)


def test_a_full_text_verdict_falls_with_the_abstracts(review) -> None:
    store, protocol = review()
    decide(store, "Ada", INCLUDE, protocol)
    decide(store, "Ada", INCLUDE, protocol, stage=Stage.FULL_TEXT)
    assert dataset(store) == [(1, "include")]
    decide(store, "Ada", EXCLUDE, protocol)
    assert dataset(store) == [(1, "exclude")]
    take_back(store, "Ada")
    take_back(store, "Ada")
    assert dataset(store) == []


def test_an_undo_sent_under_the_key_of_another_record_is_refused(review) -> None:
    store, protocol = review()
    for record_id in (1, 2):
        decide(store, "Ada", INCLUDE, protocol, record_id=record_id)
    take_back(store, "Ada", record_id=1, key="k")
    with pytest.raises(StoreError, match="'k' was used before"):
        take_back(store, "Ada", record_id=2, key="k")


def test_the_same_decision_sent_twice_is_written_once(review) -> None:
    store, protocol = review()
    first = decide(store, "Ada", INCLUDE, protocol, key="k1")
    again = decide(store, "Ada", INCLUDE, protocol, key="k1")
    assert (first.is_new, again.is_new) == (True, False)
    assert first.decision_id == again.decision_id
    with pytest.raises(StoreError, match="'k1' was used before for another decision \\(verdict differ\\)"):
        decide(store, "Ada", EXCLUDE, protocol, key="k1")
    undone = [take_back(store, "Ada", key="k2").decision_id for _ in range(2)]
    assert undone[0] == undone[1]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"record_id": 99}, "record R99: there is none", id="unknown record"),
        pytest.param({"person": "  "}, "the person's name is empty", id="nobody"),
        pytest.param({"reason": "boredom"}, "reason 'boredom' is none of population, ", id="unknown reason"),
        pytest.param(
            {"verdict": INCLUDE, "reason": "population"}, "goes with exclude only", id="include reason"
        ),
        pytest.param({"stage": Stage.FULL_TEXT}, "takes a reason", id="full text without a reason"),
        pytest.param(
            {"stage": Stage.FULL_TEXT, "reason": "population"},
            "decide that stage first",
            id="full text too early",
        ),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_is_written(review, fields, message) -> None:
    store, protocol = review()
    decision = dataclasses.replace(Decision(person="Ada", record_id=1, verdict=EXCLUDE), **fields)
    with pytest.raises(StoreError, match=message), store.write() as db:
        decisions.decide(db, decision, protocol=protocol)
    with store.read() as db:
        assert db.execute(sa.text("SELECT COUNT(*) FROM screening_decisions")).scalar() == 0
        assert db.execute(sa.text("SELECT COUNT(*) FROM people")).scalar() == 0


def test_the_full_text_verdict_outweighs_the_abstract_s(review) -> None:
    store, protocol = review()
    decide(store, "Ada", INCLUDE, protocol)
    decide(store, "Ada", EXCLUDE, protocol, stage=Stage.FULL_TEXT, reason="no_extractable_outcome")
    with store.read() as db:
        (row,) = confirmed_records(db)
    assert (row.label, row.stage, row.reasons) == ("exclude", "full_text", ("no_extractable_outcome",))
    take_back(store, "Ada", stage=Stage.FULL_TEXT)
    assert dataset(store) == [(1, "include")]


def merge(store: Store, one: int, other: int) -> None:
    with store.write() as db:
        references.link_records(db, [Link(one, other, 1.0, ("same DOI",))])


def test_merging_shares_decisions_and_undoing_the_merge_gives_them_back(review) -> None:
    store, protocol = review()
    decide(store, "Ada", INCLUDE, protocol, record_id=1)
    merge(store, 1, 2)  # the second has the longer title: it stands for both
    with store.read() as db:
        assert decisions.provisional_labels(db) == {2: 1}
        assert decisions.outcome_of(db, 2, Stage.TITLE_ABSTRACT) is Outcome.INCLUDE
    assert dataset(store) == [(1, "include")]
    with store.write() as db:
        assert references.separate(db, 2, person="Ada") == 1
    with store.read() as db:
        assert decisions.provisional_labels(db) == {1: 1}
        assert decisions.outcome_of(db, 2, Stage.TITLE_ABSTRACT) is Outcome.UNREAD
    assert dataset(store) == [(1, "include")]


def test_contradicting_decisions_within_a_merged_reference_are_a_conflict(review) -> None:
    store, protocol = review()
    decide(store, "Ada", INCLUDE, protocol, record_id=1)
    decide(store, "Ben", EXCLUDE, protocol, record_id=2)
    merge(store, 1, 2)
    assert dataset(store) == []


def test_the_history_of_a_record_is_every_row_in_order(review) -> None:
    store, protocol = review()
    decide(store, "Ada", EXCLUDE, protocol, reason="outcomes", note="no survival data")
    take_back(store, "Ada")
    with store.read() as db:
        rows = decisions.history(db, 1)
    assert [(r.person, r.verdict, r.reason, r.note, r.undoes_id) for r in rows] == [
        ("Ada", "exclude", "outcomes", "no survival data", None),
        ("Ada", "undo", None, "", rows[0].decision_id),
    ]
