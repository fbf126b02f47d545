"""Records in: batches, the records of each, and the entries that were rejected."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa

from data.duplicates import fullest
from data.errors import ReadError, StoreError
from data.records import Record
from data.store.connection import now
from data.store.schema import import_batches, import_rejects, records

_CHUNK = 500
_LISTS = ("authors", "publication_types", "keywords")
_RECORD_FIELDS = tuple(f.name for f in fields(Record))
_IDENTITY = tuple(name for name in _RECORD_FIELDS if name not in ("raw", "line"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Where a file of records came from: what PRISMA 2020 asks of each search."""

    file_name: str
    file_sha256: str
    format: str
    encoding: str
    source: str = ""
    platform: str = ""
    route: str = "database"
    searched_on: str | None = None
    query_text: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that did not come in: its line in the file, why, and what stood there."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Counts:
    """`seen` entries in the file, counted apart from the parser = imported + already + rejected."""

    seen: int
    imported: int
    already: int
    rejected: int


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record with its id and the reference (duplicate group) it belongs to."""

    record_id: int
    group_id: int
    record: Record


def add_batch(
    db: sa.Connection, batch: Batch, entries: Iterable[Record | Rejected], *, n_seen: int
) -> tuple[int, Counts]:
    """Keep a file's records, one transaction for all of it; returns the batch's id and counts.

    An entry whose every field equals a record that was there before this file counts as `already`
    there; equal entries within one file are all kept, for deduplication to see.

    Raises
    ------
    StoreError
        The same file was imported before.
    ReadError
        The counts do not reconcile: the parser lost or made up entries.
    """
    before = import_batches.c.file_sha256 == batch.file_sha256
    known = db.execute(sa.select(import_batches.c.id, import_batches.c.imported_at).where(before)).first()
    if known is not None:
        raise StoreError(
            f"{batch.file_name}: this very file was imported before (batch {known.id},"
            f" {known.imported_at[:10]}); nothing to do"
        )
    batch_id = (
        int(db.execute(sa.select(sa.func.coalesce(sa.func.max(import_batches.c.id), 0))).scalar_one()) + 1
    )
    writer = _Writer(db, batch_id)
    # The counts are known at the end, and a batch row must be there first: inserted reconciled at
    # zero, set once below. The whole file is one transaction.
    zero = {"n_seen": 0, "n_imported": 0, "n_already": 0, "n_rejected": 0}
    row = {f.name: getattr(batch, f.name) for f in fields(batch)}
    db.execute(import_batches.insert().values({"id": batch_id, "imported_at": now(), **row, **zero}))
    for entry in entries:
        writer.add(entry)
    writer.flush()
    counts = Counts(n_seen, writer.n_imported, writer.n_already, writer.n_rejected)
    if counts.seen != counts.imported + counts.already + counts.rejected:
        raise ReadError(
            f"{batch.file_name}: the file holds {counts.seen} entries, but {counts.imported} imported +"
            f" {counts.already} already there + {counts.rejected} rejected do not add up to that;"
            " nothing was kept. Please report this file's format"
        )
    set_counts = {f"n_{f.name}": getattr(counts, f.name) for f in fields(counts)}
    db.execute(import_batches.update().where(import_batches.c.id == batch_id).values(set_counts))
    return batch_id, counts


class _Writer:
    """Inserts records in chunks: a file of any length in constant memory."""

    def __init__(self, db: sa.Connection, batch_id: int) -> None:
        self.db = db
        self.batch_id = batch_id
        self.first_id = self.next_id = _last_id(db) + 1
        self.pending: list[dict[str, Any]] = []
        self.rejected: list[dict[str, Any]] = []
        self.n_imported = self.n_already = self.n_rejected = 0

    def add(self, entry: Record | Rejected) -> None:
        if isinstance(entry, Record):
            self.pending.append(_row(entry))
        else:
            reject = {"line": entry.line, "reason": entry.reason, "raw": entry.raw}
            self.rejected.append({"batch_id": self.batch_id, **reject})
        if len(self.pending) + len(self.rejected) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        hashes = [row["content_sha256"] for row in self.pending]
        query = sa.select(records.c.content_sha256).where(
            records.c.content_sha256.in_(hashes) & (records.c.id < self.first_id)
        )
        there = set(self.db.execute(query).scalars()) if hashes else set()
        new = [row for row in self.pending if row["content_sha256"] not in there]
        for row in new:
            row |= {"id": self.next_id, "group_id": self.next_id, "batch_id": self.batch_id}
            self.next_id += 1
        if new:
            self.db.execute(records.insert(), new)
        if self.rejected:
            self.db.execute(import_rejects.insert(), self.rejected)
        self.n_imported += len(new)
        self.n_already += len(self.pending) - len(new)
        self.n_rejected += len(self.rejected)
        self.pending, self.rejected = [], []


def _last_id(db: sa.Connection) -> int:
    return int(db.execute(sa.select(sa.func.coalesce(sa.func.max(records.c.id), 0))).scalar_one())


def _row(record: Record) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in _RECORD_FIELDS}
    for name in _LISTS:
        row[name] = json.dumps(row[name], ensure_ascii=False)
    identity = [row[name] for name in _IDENTITY]
    # An entry that says nothing equals no other: it is kept, never taken for one already there.
    nothing = not any(value not in ("", "[]", None) for value in identity)
    salt = [record.line, record.raw, now()] if nothing else []
    text = json.dumps([*identity, *salt], ensure_ascii=False)
    row["content_sha256"] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return row


def record_of_row(row: Any) -> StoredRecord:
    """A stored record from a row that holds every column of `records`."""
    values = {name: row[name] for name in _RECORD_FIELDS}
    for name in _LISTS:
        values[name] = tuple(json.loads(values[name]))
    return StoredRecord(row["id"], row["group_id"], Record(**values))


def all_records(db: sa.Connection, *, representatives: bool = False) -> Iterator[StoredRecord]:
    """Every record in the order of its id; only one per reference if asked.

    The one that stands for a reference has its own title and abstract, which offsets point into, and
    of every other field the fullest value among the reference's records.
    """
    query = sa.select(records).order_by(records.c.id)
    merged = _merged(db) if representatives else {}
    if representatives:
        query = query.where(records.c.id == records.c.group_id)
    for row in db.execute(query, execution_options={"yield_per": 1000}).mappings():
        stored = record_of_row(row)
        if stored.record_id in merged:
            own = stored.record
            full = replace(fullest(merged[stored.record_id]), title=own.title, abstract=own.abstract)
            stored = StoredRecord(stored.record_id, stored.group_id, full)
        yield stored


def _merged(db: sa.Connection) -> dict[int, list[Record]]:
    """The records of every reference that has several, the one that stands for it first."""
    several = sa.select(records.c.group_id).group_by(records.c.group_id).having(sa.func.count() > 1)
    query = sa.select(records).where(records.c.group_id.in_(several))
    merged: dict[int, list[Record]] = {}
    for row in db.execute(query.order_by(records.c.id != records.c.group_id, records.c.id)).mappings():
        merged.setdefault(row["group_id"], []).append(record_of_row(row).record)
    return merged


def known_batch(db: sa.Connection, file_sha256: str) -> int | None:
    """The batch that this very file was imported as."""
    query = sa.select(import_batches.c.id).where(import_batches.c.file_sha256 == file_sha256)
    return db.execute(query).scalar()


def find_content(db: sa.Connection, record: Record) -> int | None:
    """The first record that says just what this one says."""
    wanted = records.c.content_sha256 == _row(record)["content_sha256"]
    return db.execute(sa.select(sa.func.min(records.c.id)).where(wanted)).scalar()


def load_record(db: sa.Connection, record_id: int) -> StoredRecord:
    """One record by id."""
    row = db.execute(sa.select(records).where(records.c.id == record_id)).mappings().first()
    if row is None:
        raise StoreError(
            f"record R{record_id}: there is none; `picosieve rank` lists the records of a project"
        )
    return record_of_row(row)


def find_record(db: sa.Connection, name: str) -> int:
    """The id of a record by its key (`R12`) or by its external id where that is unique.

    Raises
    ------
    StoreError
        No such record, or several.
    """
    name = name.strip()
    if name.startswith("key:"):
        return _by_key(db, name.removeprefix("key:"))
    only_external = name.startswith("id:")
    name = name.removeprefix("id:")
    is_key = (
        name[:1] in ("R", "r")
        and name[1:].isascii()
        and name[1:].isdigit()
        and len(name) < 11
        and int(name[1:]) < 2**31
    )
    matches = (
        set(db.execute(sa.select(records.c.id).where(records.c.external_id == name)).scalars())
        if name
        else set()
    )
    if is_key and not only_external:
        found = db.execute(sa.select(records.c.id).where(records.c.id == int(name[1:]))).scalar()
        matches |= {found} - {None}
    if len(matches) == 1:
        return int(matches.pop())
    if not matches:
        raise StoreError(
            f"record {name!r}: there is none with that key (R1, R2, ...) or external id;"
            " `picosieve rank` lists the records of a project"
        )
    listed = ", ".join(f"R{i}" for i in sorted(matches)[:5])
    raise StoreError(
        f"record {name!r}: several records have that key or external id ({listed});"
        f" write key:{name} for the key, id:{name} for the source's own id"
    )


def _by_key(db: sa.Connection, key: str) -> int:
    digits = key[1:] if key[:1] in ("R", "r") else ""
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        found = db.execute(sa.select(records.c.id).where(records.c.id == int(digits))).scalar()
        if found is not None:
            return int(found)
    raise StoreError(f"record {key!r}: there is none with that key (R1, R2, ...)")


def batches(db: sa.Connection) -> list[dict[str, Any]]:
    """Every import, oldest first."""
    return [
        dict(row) for row in db.execute(sa.select(import_batches).order_by(import_batches.c.id)).mappings()
    ]


def rejects(db: sa.Connection, batch_id: int) -> list[Rejected]:
    """The entries of a batch that did not come in, by line."""
    query = sa.select(import_rejects).where(import_rejects.c.batch_id == batch_id)
    rows = db.execute(query.order_by(import_rejects.c.line, import_rejects.c.id))
    return [Rejected(row.line, row.reason, row.raw) for row in rows]
