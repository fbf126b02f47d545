"""Findings reach the dataset only as people settled them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import sqlalchemy as sa

from data.errors import StoreError
from data.records import Source, Statistic
from data.store import findings, log, references
from data.store.connection import Store
from data.store.dataset import confirmed_findings
from data.store.findings import FindingDecision, FindingOutcome, FindingVerdict
from tests.builders import TEXT, a_finding, a_record, add_records
from tests.databases import new_review, protocol_of

CONFIRM, CORRECT, REJECT = FindingVerdict.CONFIRM, FindingVerdict.CORRECT, FindingVerdict.REJECT


@pytest.fixture
def review(database_url):
    """A function that makes a review with one proposed finding under the given mode."""
    stores = []

    def make(mode: str = "single") -> Store:
        store = new_review(database_url, protocol_of(findings=mode))
        add_records(store, a_record())
        with store.write() as db:
            assert findings.propose(db, 1, [a_finding()], extractor="test") == 1
        stores.append(store)
        return store

    yield make
    for store in stores:
        store.close()


def decide(store: Store, person: str, verdict: FindingVerdict, finding_id: int = 1, **changes: object):
    with store.write() as db:
        decision = FindingDecision(person=person, finding_id=finding_id, verdict=verdict, changes=changes)
        return findings.decide_finding(db, decision).outcome


def dataset(store: Store) -> list[tuple[int, float | None]]:
    with store.read() as db:
        return [(f.finding_id, f.finding.value) for f in confirmed_findings(db)]


CASES = [
    pytest.param("single", [("A", CONFIRM, {})], [(1, 4.6)], id="single: confirmed"),
    pytest.param("single", [("A", CORRECT, {"value": 5.0})], [(1, 5.0)], id="single: corrected"),
    pytest.param("single", [("A", REJECT, {})], [], id="single: rejected"),
    pytest.param("single", [("A", CONFIRM, {}), ("B", REJECT, {})], [], id="single: two disagree"),
    pytest.param(
        "single",
        [("A", CONFIRM, {}), ("B", REJECT, {}), ("C", CONFIRM, {})],
        [(1, 4.6)],
        id="a third settles",
    ),
    pytest.param("verify", [("A", CORRECT, {"value": 5.0})], [], id="verify: one is not enough"),
    pytest.param(
        "verify",
        [("A", CORRECT, {"value": 5.0}), ("B", CONFIRM, {})],
        [(1, 5.0)],
        id="verify: the second confirms the correction",
    ),
    pytest.param(
        "verify", [("A", CONFIRM, {}), ("B", CORRECT, {"value": 5.0})], [], id="verify: the second corrects"
    ),
    pytest.param("dual", [("A", CONFIRM, {}), ("A", CONFIRM, {})], [], id="dual: one person twice"),
    pytest.param(
        "dual",
        [("A", CORRECT, {"value": 5.0}), ("B", CONFIRM, {})],
        [],
        id="dual: the second is blind and confirms the proposal, not the correction",
    ),
    pytest.param(
        "dual",
        [("A", CORRECT, {"value": 5.0}), ("B", CORRECT, {"value": 5.0})],
        [(1, 5.0)],
        id="dual: both correct alike",
    ),
    pytest.param(
        "dual",
        [("A", CORRECT, {"value": 5.0}), ("B", CONFIRM, {}), ("C", CORRECT, {"value": 5.0})],
        [(1, 5.0)],
        id="dual: a third adjudicates",
    ),
]


@pytest.mark.parametrize(("mode", "taken", "expected"), CASES)
def test_the_mode_says_how_many_people_a_finding_takes(review, mode, taken, expected) -> None:
    store = review(mode)
    assert dataset(store) == []
    for person, verdict, changes in taken:
        decide(store, person, verdict, **changes)
    assert dataset(store) == expected
    with store.read() as db:
        assert log.broken_links(db) == []


def test_undo_takes_a_finding_out_and_brings_the_earlier_version_back(review) -> None:
    store = review()
    decide(store, "Ada", CONFIRM)
    decide(store, "Ada", CORRECT, value=5.0)
    for expected in ([(1, 4.6)], []):
        with store.write() as db:
            findings.undo_finding(db, person="Ada", finding_id=1)
        assert dataset(store) == expected
    with pytest.raises(StoreError, match="no decision on it to undo"), store.write() as db:
        findings.undo_finding(db, person="Ada", finding_id=1)


def test_a_finding_of_the_full_text_is_added_with_a_locator(review) -> None:
    store = review()
    nowhere = dict.fromkeys(("start", "end", "evidence_start", "evidence_end"))
    added = a_finding(15.9, **nowhere, locator="p. 7, table 2", value_text="")
    with store.write() as db:
        written = [
            findings.add_finding(db, person="Ada", record_id=1, finding=added, key="k") for _ in range(2)
        ]
    assert [w.is_new for w in written] == [True, False]
    assert written[0].outcome is FindingOutcome.ACCEPTED
    with store.read() as db:
        (row,) = confirmed_findings(db)
    assert (row.finding, row.verdict, row.extractor) == (added, "add", None)


def test_what_a_person_added_before_is_not_added_again_but_another_persons_is(review) -> None:
    store = review()
    read = [("Ada", 5.0), ("Ada", 5.0), ("Ben", 5.0), ("Ada", 6.0)]
    with store.write() as db:
        written = [findings.add_finding(db, person=p, record_id=1, finding=a_finding(v)) for p, v in read]
    assert [w.is_new for w in written] == [True, False, True, True]
    with store.write() as db:
        findings.undo_finding(db, person="Ada", finding_id=written[0].finding_id)
        again = findings.add_finding(db, person="Ada", record_id=1, finding=a_finding(5.0))
    assert again.is_new, "what was taken back may be added anew"


class TestKeysUsedBefore:
    """An idempotency key belongs to one decision."""

    @pytest.fixture
    def store(self, review):
        store = review()
        add_records(store, a_record("Another antibody in myeloma"), name="other.ris")
        with store.write() as db:
            findings.propose(db, 2, [a_finding()], extractor="test")
            correct = FindingDecision(
                person="Ada", finding_id=1, verdict=CORRECT, changes={"value": 5.0}, key="c"
            )
            findings.decide_finding(db, correct)
            findings.add_finding(db, person="Ada", record_id=1, finding=a_finding(7.0), key="a")
        return store

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"finding_id": 2}, id="another finding"),
            pytest.param({"changes": {"value": 6.0}}, id="another value"),
            pytest.param({"verdict": CONFIRM, "changes": {}}, id="another verdict"),
            pytest.param({"person": "Ben"}, id="another person"),
        ],
    )
    def test_of_a_correction(self, store, change):
        given: dict[str, Any] = {
            "person": "Ada",
            "finding_id": 1,
            "verdict": CORRECT,
            "changes": {"value": 5.0},
            "key": "c",
        }
        with store.write() as db:
            assert not findings.decide_finding(db, FindingDecision(**given)).is_new
        with pytest.raises(StoreError, match="used before"), store.write() as db:
            findings.decide_finding(db, FindingDecision(**given | change))

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"record_id": 2}, id="another record"),
            pytest.param({"finding": a_finding(8.0)}, id="another value"),
            pytest.param({"person": "Ben"}, id="another person"),
        ],
    )
    def test_of_an_addition(self, store, change):
        given: dict[str, Any] = {"person": "Ada", "record_id": 1, "finding": a_finding(7.0), "key": "a"}
        with store.write() as db:
            assert not findings.add_finding(db, **given).is_new
        with pytest.raises(StoreError, match="used before"), store.write() as db:
            findings.add_finding(db, **given | change)


def test_a_new_extraction_replaces_only_what_nobody_decided_on(review) -> None:
    store = review()
    second = a_finding(4.6, start=TEXT.index("PFS"), end=TEXT.index("PFS") + 3, value_text="PFS")
    with store.write() as db:
        findings.propose(db, 1, [a_finding(), second], extractor="test")
    decide(store, "Ada", REJECT, finding_id=_id_at(store, a_finding().start))
    kept = _id_at(store, second.start)
    with store.write() as db:
        assert findings.propose(db, 1, [a_finding(), second], extractor="newer") == 0
    assert _id_at(store, second.start) == kept, "what is proposed again keeps its number"
    third = dataclasses.replace(second, value=7.0)
    with store.write() as db:
        assert findings.propose(db, 1, [a_finding(), third], extractor="newer") == 1
    with store.read() as db:
        listed = [(f.finding.value, f.extractor, f.outcome) for f in findings.record_findings(db)]
    assert listed == [
        (7.0, "newer", FindingOutcome.PROPOSED),
        (4.6, "test", FindingOutcome.REJECTED),
    ]


def _id_at(store: Store, start: int | None) -> int:
    with store.read() as db:
        return next(f.finding_id for f in findings.record_findings(db) if f.finding.start == start)


BAD = [
    pytest.param({"value": "many"}, "value is 'many', expected a number", id="not a number"),
    pytest.param({"colour": "red"}, "has no field 'colour'", id="unknown field"),
    pytest.param({"unit": "percent"}, "unit percent where months is due", id="wrong unit"),
    pytest.param({"ci_lower": 9, "ci_upper": 3}, "ci_lower is above ci_upper", id="interval upside down"),
    pytest.param({"value": None}, "a value is missing exactly when it was not reached", id="no value"),
    pytest.param({"evidence_end": 4000}, "offset 4000 is past the text's end", id="offset out of range"),
    pytest.param({}, "correct needs at least one field=value", id="nothing corrected"),
]


@pytest.mark.parametrize(("changes", "message"), BAD)
def test_a_correction_that_cannot_be_is_refused(review, changes, message) -> None:
    store = review()
    with pytest.raises(StoreError, match=message):
        decide(store, "Ada", CORRECT, **changes)
    with store.read() as db:
        assert db.execute(sa.text("SELECT COUNT(*) FROM finding_decisions")).scalar() == 0


# The same rules, asked of the database by somebody who goes past the code.
RAW = [
    pytest.param({"endpoint": "QOL"}, id="unknown endpoint"),
    pytest.param({"statistic": "response_rate"}, id="PFS as a response rate"),
    pytest.param({"value": None}, id="no value and not 'not reached'"),
    pytest.param({"source": "hearsay"}, id="unknown source"),
    pytest.param({"source": "other_study"}, id="another study without a name"),
    pytest.param({"start": None}, id="neither offsets nor locator"),
    pytest.param({"end": 0}, id="offsets out of order"),
    pytest.param({"ci_lower": 9.0, "ci_upper": 3.0}, id="interval upside down"),
    pytest.param({"person_id": None}, id="nobody"),
    pytest.param({"verdict": "accept"}, id="unknown verdict"),
    pytest.param({"content_sha256": None}, id="confirmed without content"),
]


@pytest.mark.parametrize("change", RAW)
def test_the_database_itself_refuses_a_finding_that_cannot_be(review, change) -> None:
    store = review()
    decide(store, "Ada", CONFIRM)
    with store.read() as db:
        row = dict(db.execute(sa.text("SELECT * FROM finding_decisions")).mappings().one())
    fresh = {"id": 2, "idempotency_key": "n", "previous_hash": row["row_hash"], "row_hash": "h"}
    for altered, refused in ((row | fresh | change, True), (row | fresh, False)):
        columns = ", ".join(f'"{c}"' for c in altered)
        statement = (
            f"INSERT INTO finding_decisions ({columns}) VALUES ({', '.join(f':{c}' for c in altered)})"
        )
        try:
            with store.write() as db:
                db.execute(sa.text(statement), altered)
        except (sa.exc.DBAPIError, StoreError):
            assert refused
        else:
            assert not refused


def test_whose_result_it_is_goes_with_it(review) -> None:
    store = review()
    decide(store, "Ada", CORRECT, source="other_study", source_study="MM-007")
    with store.read() as db:
        (row,) = confirmed_findings(db)
    expected = dataclasses.replace(a_finding(), source=Source.OTHER_STUDY, source_study="MM-007")
    assert row.finding == expected


class TestMergedRecords:
    """One reference that came in twice: what both records state is one result."""

    @pytest.fixture
    def store(self, review):
        store = review()
        add_records(store, a_record("Second antibody in myeloma."), name="other.ris")
        with store.write() as db:
            findings.propose(db, 2, [a_finding(), a_finding(statistic=Statistic.MEAN)], extractor="test")
        return store

    def test_a_result_of_both_is_in_the_dataset_once(self, store):
        decide(store, "A", CONFIRM)
        decide(store, "A", CONFIRM, 2)
        assert dataset(store) == [(1, 4.6), (2, 4.6)]
        with store.write() as db:
            references.link_records(db, [references.Link(1, 2, 1.0, ("same DOI",))])
        assert dataset(store) == [(1, 4.6)]

    def test_what_only_one_of_them_says_stays(self, store):
        decide(store, "A", CONFIRM)
        decide(store, "A", CORRECT, 2, value=5.0)
        decide(store, "A", CONFIRM, 3)
        with store.write() as db:
            references.link_records(db, [references.Link(1, 2, 1.0, ("same DOI",))])
        assert dataset(store) == [(1, 4.6), (2, 5.0), (3, 4.6)]
