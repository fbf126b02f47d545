"""The append-only tables as a chain: each row carries a hash over itself and the row before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import sqlalchemy as sa

from data.errors import StoreError
from data.store import schema
from data.store.connection import now

FIRST = "0" * 64
_UNHASHED = ("id", "row_hash")


def append(db: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> int:
    """Add a row to a decision table, chained to the last one, and return its id.

    Call it inside `Store.write`, whose lock keeps two rows from following the same one.
    """
    previous = db.execute(sa.select(table.c.row_hash).order_by(table.c.id.desc()).limit(1)).scalar()
    filled = {c.name: row.get(c.name) for c in table.columns if c.name not in _UNHASHED}
    filled |= {"decided_at": now(), "previous_hash": previous or FIRST}
    filled["row_hash"] = row_hash(filled)
    result = db.execute(table.insert().values(filled))
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def row_hash(row: Mapping[str, object]) -> str:
    """SHA-256 of a row's values (the id and the hash itself left out), hexadecimal."""
    content = {k: v for k, v in row.items() if k not in _UNHASHED}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def written_before(db: sa.Connection, table: sa.Table, key: str, row: Mapping[str, object]) -> int | None:
    """The id of the row that this idempotency key wrote, or None.

    Raises
    ------
    StoreError
        The key was used for another decision.
    """
    found = db.execute(sa.select(table).where(table.c.idempotency_key == key)).mappings().first()
    if found is None:
        return None
    different = [k for k, v in row.items() if found[k] != v]
    if different:
        raise StoreError(
            f"idempotency key {key!r} was used before for another decision ({', '.join(different)} differ);"
            " send a new decision under a new key"
        )
    return int(found["id"])


def broken_links(db: sa.Connection) -> list[str]:
    """Every place where the log was tampered with, as `table id: what is wrong`; empty when whole."""
    problems = []
    for table in schema.DECISION_TABLES:
        previous = FIRST
        for row in db.execute(sa.select(table).order_by(table.c.id)).mappings():
            if row["previous_hash"] != previous:
                problems.append(f"{table.name} {row['id']}: a row before it is missing or was put in")
            if row_hash(dict(row)) != row["row_hash"]:
                problems.append(f"{table.name} {row['id']}: its content is not what was written")
            previous = row["row_hash"]
    return problems
