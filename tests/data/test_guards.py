"""What the database refuses by itself, whoever asks: tried by hand in SQL, after every migration."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from data.errors import StoreError
from data.records import Endpoint
from data.store import (
    connection,
    decisions,
    findings,
    guards,
    integrity,
    log,
    people,
    protocols,
    references,
)
from data.store.connection import Store
from data.store.dataset import confirmed_findings, confirmed_records
from data.store.decisions import Decision, Verdict
from data.store.findings import FindingDecision, FindingVerdict
from data.store.references import LinkKind, LinkVerdict
from data.store.schema import CONTENT_FIELDS, metadata
from tests.builders import a_finding, a_record, add_records
from tests.databases import new_review, protocol_of


def reviewed(url: str) -> Store:
    """A review with a decision on a record, one on a finding, and one on two records."""
    review = new_review(url, protocol_of())
    decide_one_of_each(review)
    return review


def decide_one_of_each(review: Store) -> None:
    protocol = protocol_of()
    add_records(review, a_record(), a_record("Other"))
    with review.write() as db:
        decisions.decide(db, Decision(person="Ada", record_id=1, verdict=Verdict.INCLUDE), protocol=protocol)
        findings.propose(db, 1, [a_finding()], extractor="test")
        decision = FindingDecision(person="Ada", finding_id=1, verdict=FindingVerdict.CONFIRM)
        findings.decide_finding(db, decision)
        references.decide_link(
            db, person="Ada", kind=LinkKind.STUDY, records_=(1, 2), verdict=LinkVerdict.SAME
        )


@pytest.fixture
def store(database_url) -> Iterator[Store]:
    review = reviewed(database_url)
    yield review
    review.close()


def decision_tables() -> list[str]:
    return sorted(name for name in metadata.tables if "decision" in name)


ATTACKS = [
    *(f"UPDATE {t} SET verdict = 'undo'" for t in decision_tables()),
    *(f"UPDATE {t} SET person_id = person_id" for t in decision_tables()),
    *(f"DELETE FROM {t}" for t in decision_tables()),
    "UPDATE records SET abstract = 'Median PFS was 46 months.'",
    "UPDATE records SET id = 77 WHERE id = 1",
    "DELETE FROM records",
    "UPDATE findings SET value = 46.0",
    "UPDATE findings SET record_id = 2",
    "DELETE FROM findings",
    "UPDATE people SET name = 'Somebody else'",
    "DELETE FROM people",
    "UPDATE protocol_versions SET source_text = ''",
    "DELETE FROM stage_rules",
    "UPDATE stage_rules SET includes_needed = 1",
    "INSERT INTO dataset_records SELECT * FROM dataset_records",
    "INSERT INTO dataset_findings SELECT * FROM dataset_findings",
]


RULE = (
    "INSERT INTO stage_rules (stage, mode, includes_needed, excludes_needed, include_wins, from_decision_id,"
    " protocol_version_id, created_at) SELECT '{}', 'single', 1, 1, include_wins, 0, 1, 'now'"
    " FROM stage_rules WHERE stage = '{}'"
)
ATTACKS += [RULE.format(stage, stage) for stage in ("title_abstract", "findings")]
# SQLite knows the id of a row under three more names.
ALIASES = [
    f"UPDATE OR REPLACE {table} SET {alias} = {to} WHERE id = 1"
    for table in ("records", "people", "findings")
    for alias, to in (("rowid", 2), ("oid", 77), ("_rowid_", -5))
]


@pytest.mark.parametrize("statement", ALIASES)
def test_an_id_cannot_be_changed_under_another_name(tmp_path: Path, statement) -> None:
    store = reviewed(connection.sqlite_url(tmp_path / "alias.sqlite"))
    before = state(store)
    with pytest.raises(StoreError, match="keep their content"), store.write() as db:
        db.exec_driver_sql(statement)
    assert state(store) == before
    store.close()


FORGED = [
    pytest.param({"previous_hash": "made up"}, "hash of the one before", id="not chained"),
    pytest.param({"id": -5}, "follow one another", id="before all others"),
    pytest.param({"id": 2**31 - 1}, "follow one another", id="no room for the next"),
    pytest.param({"verdict": "undo", "undoes_id": 1, "person_id": 2}, "undo takes back", id="another's undo"),
    pytest.param({"verdict": "undo", "undoes_id": 9}, "undo takes back", id="undo of what is to come"),
]


@pytest.mark.parametrize("table", decision_tables())
@pytest.mark.parametrize(("change", "message"), FORGED)
def test_a_forged_decision_is_refused(store, table, change, message) -> None:
    with store.write() as db:
        people.add_person(db, "Ben")
        row = dict(db.execute(sa.text(f"SELECT * FROM {table} WHERE id = 1")).mappings().one())
    if change.get("verdict") == "undo" and table == "finding_decisions":
        row |= dict.fromkeys([*CONTENT_FIELDS, "content_sha256"])
    forged = (
        row | {"id": 2, "idempotency_key": "f", "previous_hash": row["row_hash"], "row_hash": "h"} | change
    )
    columns = ", ".join(f'"{c}"' for c in forged)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(f':{c}' for c in forged)})"
    before = state(store)
    with pytest.raises(StoreError, match=message), store.write() as db:
        db.execute(sa.text(statement), forged)
    assert state(store) == before


def test_nothing_is_taken_out_of_a_review_that_was_tampered_with(tmp_path: Path) -> None:
    store = reviewed(connection.sqlite_url(tmp_path / "t.sqlite"))
    with store.read() as db:
        assert integrity.problems(db) == []
    with store.write() as db:
        db.exec_driver_sql("UPDATE records SET group_id = 1 WHERE id = 2")
        db.exec_driver_sql("DROP TRIGGER people_no_delete")
        assert integrity.problems(db) == [
            "trigger people_no_delete: is gone, so changes were possible",
            "records 2: stands in reference 1, by its links it belongs to 2",
        ]
        with pytest.raises(StoreError, match="changed past the program"):
            integrity.check(db)
    store.close()


def state(store: Store) -> list[object]:
    with store.read() as db:
        tables = [db.execute(sa.text(f"SELECT * FROM {t} ORDER BY id")).all() for t in decision_tables()]
        return [*tables, confirmed_records(db), confirmed_findings(db)]


@pytest.mark.parametrize("statement", ATTACKS)
def test_a_change_by_hand_is_refused(store, statement) -> None:
    before = state(store)
    with pytest.raises((sa.exc.DBAPIError, StoreError)), store.write() as db:
        db.exec_driver_sql(statement)
    assert state(store) == before


@pytest.mark.parametrize("table", decision_tables())
@pytest.mark.parametrize("key", ["id", "idempotency_key", "previous_hash", "row_hash"])
def test_no_insert_takes_the_place_of_a_decision(store, table, key) -> None:
    """REPLACE in SQLite, ON CONFLICT DO UPDATE in PostgreSQL, on each unique column."""
    with store.read() as db:
        row = dict(db.execute(sa.text(f"SELECT * FROM {table}")).mappings().one())
        dialect = db.dialect.name
    other = {c: v if c == key else f"{v} other" for c, v in row.items() if c.endswith(("_key", "_hash"))}
    verdict = {"screening_decisions": "exclude", "finding_decisions": "reject", "link_decisions": "different"}
    changed = row | other | {"id": row["id"] if key == "id" else 50, "verdict": verdict[table]}
    if table == "finding_decisions":
        changed |= dict.fromkeys([*CONTENT_FIELDS, "content_sha256"])
    columns = ", ".join(f'"{c}"' for c in changed)
    values = ", ".join(f":{c}" for c in changed)
    if dialect == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({values})"
    else:
        update = "verdict = excluded.verdict"
        statement = (
            f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {update}"
        )
    before = state(store)
    with pytest.raises((sa.exc.DBAPIError, StoreError)), store.write() as db:
        db.execute(sa.text(statement), changed)
    assert state(store) == before


def test_postgresql_refuses_to_truncate_the_log(store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    for table in decision_tables():
        with pytest.raises(StoreError, match="no TRUNCATE"), store.write() as db:
            db.exec_driver_sql(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", decision_tables())
def test_a_decision_names_a_person_even_where_foreign_keys_are_off(tmp_path: Path, table) -> None:
    path = tmp_path / "plain.sqlite"
    store = new_review(connection.sqlite_url(path), protocol_of())
    add_records(store, a_record())
    store.close()
    about, what = {
        "screening_decisions": ("record_id, stage", "1, 'title_abstract'"),
        "finding_decisions": ("finding_id", "1"),
        "link_decisions": ("kind, record_a, record_b", "'study', 1, 2"),
    }[table]
    role = "note" if table == "link_decisions" else "protocol_version_id, role"
    said = "''" if table == "link_decisions" else "1, 'reviewer'"
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="names a known person"):
        db.execute(
            f"INSERT INTO {table} ({about}, person_id, verdict, {role}, idempotency_key,"
            f" decided_at, previous_hash, row_hash)"
            f" VALUES ({what}, 999, 'reject', {said}, 'k', 't', '{log.FIRST}', 'h')"
        )
    db.close()


def test_every_guard_stands_after_migration_and_the_schema_is_the_one_described(store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with store.read() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
        names = guards.trigger_names(db)
        assert guards.expected_triggers(db) <= names
    assert {
        f"{t}_{s}" for t in decision_tables() for s in ("no_update", "no_delete", "named", "chained")
    } <= names


def test_tables_of_decisions_and_no_others_have_decision_in_their_name() -> None:
    chained = {name for name, table in metadata.tables.items() if "row_hash" in table.c}
    assert chained == set(decision_tables())


def test_the_log_tells_when_somebody_went_past_the_triggers(tmp_path: Path) -> None:
    protocol = protocol_of()
    store = new_review(connection.sqlite_url(tmp_path / "r.sqlite"), protocol)
    add_records(store, a_record())
    with store.write() as db:
        for verdict in (Verdict.INCLUDE, Verdict.EXCLUDE, Verdict.MAYBE):
            decisions.decide(db, Decision(person="Ada", record_id=1, verdict=verdict), protocol=protocol)
    with store.read() as db:
        assert log.broken_links(db) == []
    with store.write() as db:
        db.exec_driver_sql("DROP TRIGGER screening_decisions_no_update")
        db.exec_driver_sql("UPDATE screening_decisions SET note = 'x' WHERE id = 2")
        assert log.broken_links(db) == ["screening_decisions 2: its content is not what was written"]
    store.close()


def test_a_review_of_a_newer_version_is_not_touched(database_url) -> None:
    store = new_review(database_url, protocol_of())
    with store.write() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(StoreError, match="written by a newer picosieve"):
        connection.open_store(database_url)


def insert_finding(store: Store, **changed: object) -> None:
    """The first finding once more by plain SQL, with some of its columns changed."""
    with store.write() as db:
        row = dict(db.execute(sa.text("SELECT * FROM findings WHERE id = 1")).mappings().one()) | changed
        columns, values = ", ".join(f'"{c}"' for c in row), ", ".join(f":{c}" for c in row)
        db.execute(sa.text(f"INSERT INTO findings ({columns}) VALUES ({values})"), row)


def test_an_older_review_keeps_its_log_and_its_numbers_when_more_endpoints_come(database_url) -> None:
    store = connection._connect(database_url)
    connection._migrate(store, revision="0003")
    with store.write() as db:
        protocols.keep_protocol(db, protocol_of())
    decide_one_of_each(store)
    with store.write() as db:  # a proposal that is replaced: its number is never given again
        findings.propose(db, 2, [a_finding(9.9)], extractor="test")
        findings.propose(db, 2, [], extractor="test")
    with pytest.raises(StoreError, match="refused"):
        insert_finding(store, id=9, endpoint="DOR")
    before = state(store)
    store.close()
    store = connection.open_store(database_url)
    assert state(store) == before
    with store.write() as db:
        assert integrity.problems(db) == []
        findings.propose(db, 2, [a_finding(endpoint=Endpoint.DOR)], extractor="test")
        added = db.execute(sa.text("SELECT id, endpoint FROM findings ORDER BY id")).all()
    assert [tuple(row) for row in added] == [(1, "PFS"), (3, "DOR")]
    for changed in ({"endpoint": "QOL"}, {"endpoint": "CR"}, {"statistic": "response_rate"}):
        with pytest.raises(StoreError, match="refused"):
            insert_finding(store, id=9, **changed)
    insert_finding(store, id=9, endpoint="CR", statistic="response_rate", unit="percent")
    store.close()
