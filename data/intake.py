"""A file of search results into a project: read, counted, kept, or refused as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.duplicates import exact_groups
from data.readers import Opened, Reject, count_entries, open_records, read
from data.records import Record
from data.store import references
from data.store.connection import Store
from data.store.imports import Batch, Counts, Rejected, add_batch, all_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where a file came from, as PRISMA 2020 and PRISMA-S ask."""

    source: str = ""
    platform: str = ""
    route: str = "database"
    searched_on: str | None = None
    query_text: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file brought."""

    path: Path
    format: str
    encoding: str
    batch_id: int
    counts: Counts


def import_file(
    store: Store,
    path: Path,
    *,
    search: Search,
    columns: Mapping[str, str] | None = None,
    on_entry: Callable[[int, int], None] = lambda n_done, n_seen: None,
) -> Imported:
    """Bring a file's records into the store, all of it or, on an error, nothing.

    `on_entry(n_done, n_seen)` is called as the work goes on.

    Raises
    ------
    ReadError
        The file cannot be read, or its counts do not reconcile.
    StoreError
        The very same file was imported before.
    """
    opened = open_records(path, columns=columns)
    n_seen = count_entries(opened)
    batch = Batch(
        file_name=path.name,
        file_sha256=_sha256(path),
        format=opened.format,
        encoding=opened.encoding,
        source=search.source,
        platform=search.platform,
        route=search.route,
        searched_on=search.searched_on,
        query_text=search.query_text,
    )
    with store.write() as db:
        batch_id, counts = add_batch(db, batch, _entries(opened, n_seen, on_entry), n_seen=n_seen)
    return Imported(path, opened.format, opened.encoding, batch_id, counts)


def merge_exact(store: Store) -> int:
    """Take records that are the same beyond doubt for one reference; returns the number of merges.

    Pairs that a person took apart stay apart.
    """
    with store.write() as db:
        stored = list(all_records(db))
        apart = references.undone_pairs(db)
        pairs: list[tuple[int, int, str]] = []
        for group in exact_groups([s.record for s in stored]):
            first, *others = (stored[position].record_id for position in group)
            pairs += [(first, other, "same identifier or same text") for other in others]
        return references.link_records(db, (p for p in pairs if (p[0], p[1]) not in apart))


def cluster_file(path: Path) -> list[int]:
    """The cluster of each entry of a file, in its order: entries that are one reference share a number."""
    entries = [e if isinstance(e, Record) else Record() for e in read(open_records(path))]
    cluster = list(range(1, len(entries) + 1))
    for group in exact_groups(entries):
        for position in group:
            cluster[position] = group[0] + 1
    return cluster


def _entries(
    opened: Opened, n_seen: int, on_entry: Callable[[int, int], None]
) -> Iterator[Record | Rejected]:
    for n_done, entry in enumerate(read(opened), 1):
        on_entry(n_done, n_seen)
        yield Rejected(entry.line, entry.reason, entry.raw) if isinstance(entry, Reject) else entry


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
