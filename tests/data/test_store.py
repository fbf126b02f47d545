"""Imports, references, the queue and the registry of a review."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import ReadError, StoreError
from data.records import Record
from data.store import imports, references, registry
from data.store.connection import Store
from data.store.imports import Batch, Rejected
from data.store.references import Link, LinkKind, LinkVerdict
from data.store.registry import Model
from tests.builders import a_record, add_records
from tests.databases import new_review, protocol_of


@pytest.fixture
def store(database_url) -> Iterator[Store]:
    review = new_review(database_url, protocol_of())
    yield review
    review.close()


def batch(name: str) -> Batch:
    return Batch(file_name=name, file_sha256=name, format="CSV", encoding="utf-8")


def test_counts_reconcile_and_rejects_are_kept(store) -> None:
    reject = Rejected(7, "no title", "raw entry")
    with store.write() as db:
        entries: list[Record | Rejected] = [a_record("One"), reject, a_record("Two"), a_record("Two")]
        batch_id, counts = imports.add_batch(db, batch("a.csv"), entries, n_seen=4)
    assert (counts.seen, counts.imported, counts.already, counts.rejected) == (4, 3, 0, 1)
    with store.read() as db:
        assert imports.rejects(db, batch_id) == [reject]
    with store.write() as db:
        _, counts = imports.add_batch(db, batch("b.csv"), [a_record("Two"), a_record("Three")], n_seen=2)
    assert (counts.seen, counts.imported, counts.already, counts.rejected) == (2, 1, 1, 0)


def test_a_file_whose_counts_do_not_reconcile_leaves_nothing_behind(store) -> None:
    with pytest.raises(ReadError, match="holds 3 entries, but 2 imported"), store.write() as db:
        imports.add_batch(db, batch("a.csv"), [a_record("One"), a_record("Two")], n_seen=3)
    with store.read() as db:
        assert imports.batches(db) == []
        assert list(imports.all_records(db)) == []


def test_records_that_say_nothing_are_all_kept(store) -> None:
    for name in ("a.csv", "b.csv"):
        with store.write() as db:
            _, counts = imports.add_batch(db, batch(name), [Record(line=2), Record(line=3)], n_seen=2)
        assert counts.imported == 2


# PostgreSQL keeps no NUL character; readers refuse files that hold one.
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Record, title=TEXTS, abstract=TEXTS, authors=st.lists(TEXTS, max_size=3).map(tuple), doi=TEXTS,
        year=st.none() | st.integers(1, 2100), keywords=st.lists(TEXTS, max_size=3).map(tuple), raw=TEXTS,
    )
)  # fmt: skip
def test_what_goes_in_comes_out_untouched(store, record) -> None:
    name = uuid.uuid4().hex
    with store.write() as db:
        _, counts = imports.add_batch(db, batch(name), [record], n_seen=1)
    with store.read() as db:
        stored = [s.record for s in imports.all_records(db)]
    if counts.imported:
        assert stored[-1] == record
    else:  # an entry that says the same was there: only the raw words may differ
        assert record in [dataclasses.replace(s, raw=record.raw) for s in stored]


def test_a_record_is_found_by_key_or_by_its_own_unique_id(store) -> None:
    add_records(
        store, a_record("One", external_id="77"), a_record("Two", external_id="R1"), a_record("Three")
    )
    with store.read() as db:
        assert imports.find_record(db, "77") == 1
        assert imports.find_record(db, "r3") == 3
        with pytest.raises(StoreError, match=r"several records have that key or external id \(R1, R2\)"):
            imports.find_record(db, "R1")
        assert [imports.find_record(db, name) for name in ("key:R1", "id:R1")] == [1, 2]
        for unknown in ("R9", "", "x", "R99999999999999999999", "R\u00b2"):
            with pytest.raises(StoreError, match="there is none with that key"):
                imports.find_record(db, unknown)


def link(a: int, b: int, score: float = 0.9) -> Link:
    return Link(a, b, score, ("same DOI",))


@pytest.fixture
def five(store: Store) -> Store:
    """Five records, the fourth with the longest text."""
    add_records(store, *(a_record("T" * (9 if i == 4 else 1), doi=f"10.1/{i}") for i in range(1, 6)))
    return store


def grouped(store: Store) -> dict[int, list[int]]:
    with store.read() as db:
        return references.members(db)


def say(store: Store, a: int, b: int, verdict: LinkVerdict, kind: LinkKind = LinkKind.DUPLICATE) -> None:
    with store.write() as db:
        references.decide_link(db, person="Ada", kind=kind, records_=(a, b), verdict=verdict)


def test_linked_records_are_one_reference_named_by_the_fullest(five) -> None:
    with five.write() as db:
        assert references.link_records(db, [link(5, 3), link(3, 4), link(3, 5), link(2, 2)]) == 2
    assert grouped(five) == {4: [3, 4, 5]}
    with five.read() as db:
        shown = {s.record_id: s.record for s in imports.all_records(db, representatives=True)}
    assert sorted(shown) == [1, 2, 4]
    assert shown[4].title == "T" * 9


def test_a_person_s_word_outweighs_the_rule_and_can_be_undone(five) -> None:
    with five.write() as db:
        references.link_records(db, [link(1, 2), link(2, 3)])
    assert grouped(five) == {1: [1, 2, 3]}
    say(five, 3, 1, LinkVerdict.DIFFERENT)
    assert grouped(five) == {1: [1, 2]}, "the less sure link gives way"
    with five.write() as db:
        references.link_records(db, [link(1, 3)])
    assert grouped(five) == {1: [1, 2]}, "no rule brings them together again"
    with five.write() as db:
        references.undo_link(db, person="Ada", records_=(1, 3))
        with pytest.raises(StoreError, match="'Ada' has said nothing"):
            references.undo_link(db, person="Ada", records_=(1, 3))
    assert grouped(five) == {1: [1, 2, 3]}
    with five.write() as db:
        assert references.separate(db, 2, person="Ada") == 2
        with pytest.raises(StoreError, match="R2: is not merged"):
            references.separate(db, 2, person="Ada")
    assert grouped(five) == {1: [1, 3]}


def test_proposals_wait_until_somebody_decides(five) -> None:
    with five.write() as db:
        references.propose_links(db, LinkKind.DUPLICATE, [link(1, 2, 0.6), link(3, 4, 0.7)])
        references.propose_links(db, LinkKind.STUDY, [link(1, 5)])
    say(five, 3, 4, LinkVerdict.SAME)
    say(five, 1, 5, LinkVerdict.SAME, LinkKind.STUDY)
    assert grouped(five) == {4: [3, 4]}
    with five.read() as db:
        assert references.open_proposals(db, LinkKind.DUPLICATE) == [link(1, 2, 0.6)]
        assert references.open_proposals(db, LinkKind.STUDY) == []
        assert references.studies(db) == {1: 1, 5: 1}
        assert [m.decided_by for m in references.merges(db)] == ["Ada"]
    for pair, message in (((1, 1), "give two"), ((1, 99), "R99: there is none")):
        with pytest.raises(StoreError, match=message), five.write() as db:
            references.decide_link(
                db, person="Ada", kind=LinkKind.STUDY, records_=pair, verdict=LinkVerdict.SAME
            )


def test_models_are_promoted_and_rolled_back(store) -> None:
    def model(name: str) -> Model:
        return Model(
            model_id=name, kind="relevance", bundle=name, recipe={}, labels_fingerprint="f", metrics={}
        )

    with store.write() as db:
        for name in "abc":
            assert registry.register(db, model(name))
        assert not registry.register(db, model("a"))
        assert registry.current(db, kind="relevance") is None
        registry.promote(db, "a")
        registry.promote(db, "b")
        statuses = {m.model_id: m.status for m in registry.listed(db)}
        assert statuses == {"a": "retired", "b": "current", "c": "candidate"}
        assert registry.roll_back(db, kind="relevance") == "a"
        with pytest.raises(StoreError, match="no earlier relevance model"):
            registry.roll_back(db, kind="relevance")
