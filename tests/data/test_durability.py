"""A decision that was acknowledged is there after the process was killed."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from data.store import connection, log
from tests.builders import a_record, add_records
from tests.databases import new_review, protocol_of

# Decides on one record after the other for ever, and says so once each is kept.
LOOP = """
import sys
from data.store import connection, decisions
from data.store.decisions import Decision, Verdict
from tests.databases import protocol_of
store, protocol = connection.open_store(sys.argv[1]), protocol_of()
for number in range(10**6):
    with store.write() as db:
        record_id, key = 1 + number % 50, f"k{number}"
        decision = Decision(person="Ada", record_id=record_id, verdict=Verdict.INCLUDE, key=key)
        decisions.decide(db, decision, protocol=protocol)
    print(key, flush=True)
"""


def test_no_acknowledged_decision_is_lost_to_kill_9(database_url) -> None:
    store = new_review(database_url, protocol_of())
    add_records(store, *(a_record(f"T{i}") for i in range(50)))
    acknowledged: list[str] = []
    for round_ in range(3):
        words = [sys.executable, "-c", LOOP.replace('f"k{number}"', f'f"r{round_}-{{number}}"'), database_url]
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                acknowledged.append(line.strip())
                if len(acknowledged) >= 15 * (round_ + 1):
                    process.send_signal(signal.SIGKILL)
                    break
            acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
        assert process.returncode == -signal.SIGKILL
    with store.read() as db:
        kept = set(db.execute(sa.text("SELECT idempotency_key FROM screening_decisions")).scalars())
        assert log.broken_links(db) == []
    assert set(acknowledged) <= kept
    assert len(kept) - len(set(acknowledged)) <= 3, "at most the one under way at each kill"
    store.close()


def test_two_writers_at_once_lose_nothing(database_url) -> None:
    store = new_review(database_url, protocol_of())
    add_records(store, *(a_record(f"T{i}") for i in range(50)))
    loops = [
        subprocess.Popen(
            [sys.executable, "-c", LOOP.replace("10**6", "25").replace('f"k{number}"', f'f"{who}{{number}}"')
             .replace('"Ada"', f'"{who}"'), database_url],
            cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL,
        )
        for who in ("Ada", "Ben")
    ]  # fmt: skip
    assert [loop.wait(timeout=120) for loop in loops] == [0, 0]
    with store.read() as db:
        assert db.execute(sa.text("SELECT COUNT(*) FROM screening_decisions")).scalar() == 50
        assert log.broken_links(db) == []
    store.close()


def test_an_edit_of_the_schema_that_fails_leaves_the_review_as_it_was(tmp_path: Path) -> None:
    url = connection.sqlite_url(tmp_path / "r.sqlite")
    store = new_review(url, protocol_of())
    add_records(store, a_record())
    with contextlib.suppress(RuntimeError), store.write() as db:
        db.exec_driver_sql("CREATE TABLE half_done (x)")
        raise RuntimeError("power cut")
    with store.read() as db:
        assert not sa.inspect(db).has_table("half_done")
    store.close()
