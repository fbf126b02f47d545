"""The queue lends each record to as many people as its stage needs, and to no more."""

from __future__ import annotations

import pytest

from data.errors import StoreError
from data.store import decisions, people, queue, readings, registry
from data.store.connection import Store
from data.store.decisions import Decision, Verdict
from data.store.marks import Mark, MarkKind, keep_mark
from data.store.readings import QueueEntry
from data.store.registry import Model
from tests.builders import a_record, add_records
from tests.databases import new_review, protocol_of


def review_of(url: str, *, mode: str = "single", second: bool = False) -> Store:
    store = new_review(url, protocol_of(mode))
    add_records(store, *(a_record(f"T{i}") for i in range(3)))
    model = Model(model_id="q", kind="queue", bundle=None, recipe={}, labels_fingerprint="", metrics={})
    entries = [
        QueueEntry(record_id=i, model_id="q", rank=rank, score=1.0 / rank) for rank, i in enumerate((2, 1), 1)
    ]
    entries.append(
        QueueEntry(record_id=3, kind="second")
        if second
        else QueueEntry(record_id=3, kind="control", model_id="q", rank=3, score=0.1)
    )
    with store.write() as db:
        registry.register(db, model)
        queue.write_queue(db, entries)
        people.add_person(db, "Ada")
        people.add_person(db, "Ben")
    return store


ADA, BEN = 1, 2


def ids(entries: list[QueueEntry]) -> list[int]:
    return [e.record_id for e in entries]


def test_two_readers_are_kept_off_the_same_record(database_url) -> None:
    store = review_of(database_url)
    with store.write() as db:
        assert ids(queue.lease_next(db, person_id=ADA, n=2)) == [2, 1]
        assert ids(queue.lease_next(db, person_id=ADA, n=1)) == [2], "one's own lease is handed out again"
        assert ids(queue.lease_next(db, person_id=ADA, n=1, held=[2])) == [1]
        assert ids(queue.lease_next(db, person_id=BEN, n=3)) == [3]
        with pytest.raises(StoreError, match="R2: is being read by another person"):
            queue.lease_one(db, 2, person_id=BEN)
    store.close()


def test_records_lent_ahead_of_their_turn_are_exchanged_for_better_ones(database_url) -> None:
    store = review_of(database_url)
    with store.write() as db:
        assert ids(queue.lease_next(db, person_id=ADA, n=2)) == [2, 1]
        again = [QueueEntry(record_id=i, model_id="q", rank=r, score=1.0) for r, i in enumerate((3, 1, 2), 1)]
        queue.write_queue(db, again)
        assert ids(queue.lease_next(db, person_id=ADA, n=2, spare=[2, 1])) == [3, 1]
        assert not queue.has_lease(db, 2, person_id=ADA), "given back"
        assert ids(queue.lease_next(db, person_id=BEN, n=3)) == [2]
        assert ids(queue.lease_next(db, person_id=ADA, n=2, held=[1], spare=[3])) == [3], "what is held stays"
    store.close()


def test_two_windows_of_one_person_are_lent_different_records(database_url) -> None:
    store = review_of(database_url)
    with store.write() as db:
        assert ids(queue.lease_next(db, person_id=ADA, n=1)) == [2]
        assert ids(queue.lease_next(db, person_id=ADA, n=1, apart=[2])) == [1]
        assert ids(queue.lease_next(db, person_id=ADA, n=1, held=[1], apart=[2], spare=[2])) == [3]
        assert queue.has_lease(db, 2, person_id=ADA), "another window's is not given back"
    store.close()


def test_a_lease_runs_out_and_is_renewed_while_held(database_url) -> None:
    store = review_of(database_url)
    with store.write() as db:
        queue.lease_next(db, person_id=ADA, n=1)
        queue.lease_next(db, person_id=ADA, n=1, held=[2], minutes=-1)
        assert not queue.has_lease(db, 2, person_id=ADA)
        assert ids(queue.lease_next(db, person_id=BEN)) == [2]
    store.close()


def test_what_was_decided_is_not_lent_again_in_single_mode(database_url) -> None:
    store = review_of(database_url)
    with store.write() as db:
        decisions.decide(
            db, Decision(person="Ada", record_id=2, verdict=Verdict.INCLUDE), protocol=protocol_of()
        )
        assert ids(queue.lease_next(db, person_id=BEN, n=3)) == [1, 3]
        with pytest.raises(StoreError, match="R2: was settled by others"):
            queue.lease_one(db, 2, person_id=BEN)
        assert queue.lease_one(db, 2, person_id=ADA).record_id == 2, "one's own decision may be changed"
        decisions.undo(db, person="Ada", record_id=2)
        assert ids(queue.lease_next(db, person_id=ADA)) == [2]
    store.close()


def test_a_second_reading_comes_first_and_says_nothing_of_the_model(database_url) -> None:
    store = review_of(database_url, mode="dual", second=True)
    with store.write() as db:
        protocol = protocol_of("dual")
        decisions.decide(db, Decision(person="Ada", record_id=3, verdict=Verdict.EXCLUDE), protocol=protocol)
        assert ids(queue.lease_next(db, person_id=ADA, n=3)) == [2, 1]
        (lent,) = queue.lease_next(db, person_id=BEN, n=1)
        assert lent == QueueEntry(record_id=3, kind="second")
        decisions.decide(db, Decision(person="Ben", record_id=3, verdict=Verdict.EXCLUDE), protocol=protocol)
        assert ids(queue.lease_next(db, person_id=BEN, n=3)) == [2, 1], "dual: both read each record"
        assert ids(queue.lease_next(db, person_id=people.add_person(db, "Cy"), n=3)) == []
    store.close()


def test_skipped_records_come_last_and_those_to_discuss_not_at_all(database_url) -> None:
    store = review_of(database_url)
    with store.write() as db:
        for record_id, kind in ((2, MarkKind.SKIP), (1, MarkKind.DISCUSS)):
            mark = Mark(
                record_id=record_id, person_id=ADA, kind=kind, stage="title_abstract", key=f"key-{kind}"
            )
            assert keep_mark(db, mark)
            assert not keep_mark(db, mark), "sent twice is kept once"
        assert ids(queue.lease_next(db, person_id=ADA, n=3)) == [3, 2]
        assert ids(queue.lease_next(db, person_id=BEN, n=3)) == [1], "marks are one's own"
        mark = Mark(record_id=1, person_id=ADA, kind=MarkKind.DISCUSS, stage="title_abstract", is_set=False)
        keep_mark(db, mark)
    with store.write() as db:
        db.exec_driver_sql("DELETE FROM leases")
        assert ids(queue.lease_next(db, person_id=ADA, n=3)) == [1, 3, 2]
        with pytest.raises(StoreError, match="was used before for another mark"):
            keep_mark(
                db,
                Mark(record_id=1, person_id=ADA, kind=MarkKind.SKIP, stage="title_abstract", key="key-skip"),
            )
    store.close()


def test_a_reading_keeps_why_it_was_shown_after_the_queue_has_changed(database_url) -> None:
    store = review_of(database_url)
    with store.write() as db:
        queue.lease_next(db, person_id=ADA, n=3)
        queue.write_queue(db, [])
        reading = readings.reading_of(db, 3, person_id=ADA)
        assert reading == QueueEntry(record_id=3, kind="control", model_id="q", rank=3, score=0.1)
        assert not readings.suggestion_was_shown(db, 3, person_id=ADA)
        readings.note_suggestion_shown(db, 3, person_id=ADA)
        assert readings.suggestion_was_shown(db, 3, person_id=ADA)
    store.close()
