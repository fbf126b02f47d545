"""A file of search results into a project: read, counted, kept, or refused as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from data.duplicates import Pair, find_duplicates
from data.errors import ReadError
from data.protocol import Protocol
from data.readers import Label, Opened, Reject, count_entries, label_columns, open_records, read, read_labels
from data.records import Record, fold
from data.store import references
from data.store.connection import Store
from data.store.decisions import Decision, Verdict, decide, record_leanings
from data.store.imports import Batch, Counts, Rejected, add_batch, all_records, find_content, known_batch
from data.store.references import Link, LinkKind
from data.studies import study_links


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where a file came from, as PRISMA 2020 and PRISMA-S ask."""

    source: str = ""
    platform: str = ""
    route: str = "database"
    searched_on: str | None = None
    query_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Whose decisions the labels of a file are, and in which column they stand (if it has several)."""

    person: str
    column: str | None = None
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file brought.

    `unread_labels` are those that say neither include nor exclude, nor that nothing was decided.
    """

    path: Path
    format: str
    encoding: str
    batch_id: int
    counts: Counts
    n_labels: int = 0
    unread_labels: tuple[Label, ...] = ()


def import_file(
    store: Store,
    path: Path,
    *,
    search: Search,
    columns: Mapping[str, str] | None = None,
    labels: Labels | None = None,
    on_entry: Callable[[int, int], None] = lambda n_done, n_seen: None,
) -> Imported:
    """Bring a file's records into the store, all of it or, on an error, nothing.

    With `labels`, the decisions in a column of the file are taken under the name of the person whose
    they are; without, such columns are left alone. `on_entry(n_done, n_seen)` is called as the work
    goes on.

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
        known = known_batch(db, batch.file_sha256) if labels else None
        if known is None:
            batch_id, counts = add_batch(db, batch, _entries(opened, n_seen, on_entry), n_seen=n_seen)
        else:  # the same file once more, for another person's labels
            batch_id, counts = known, Counts(n_seen, 0, n_seen, 0)
        n_labels, unread = _take_labels(db, opened, batch.file_sha256, labels) if labels else (0, ())
    return Imported(path, opened.format, opened.encoding, batch_id, counts, n_labels, unread)


def _take_labels(
    db: sa.Connection, opened: Opened, digest: str, labels: Labels
) -> tuple[int, tuple[Label, ...]]:
    """Take a column's labels as decisions; returns their number, and the labels not understood.

    An entry is found by its content, new or there before.
    """
    columns = label_columns(opened)
    column = labels.column or (columns[0] if len(columns) == 1 else "")
    if not column:
        there = ", ".join(columns) or "none"
        raise ReadError(f"{opened.path}: say which column holds the labels with --label-column: {there}")
    told = list(read_labels(opened, column=column))
    included = {label.line: label.included for label in told}
    n_taken = 0
    for entry in read(opened):
        if not isinstance(entry, Record) or included.get(entry.line) is None:
            continue
        record_id = find_content(db, entry)
        if record_id is None:
            continue
        decision = Decision(
            person=labels.person,
            record_id=record_id,
            verdict=Verdict.INCLUDE if included[entry.line] else Verdict.EXCLUDE,
            note=f"imported from {opened.path.name}, column {column}",
            key=f"import:{digest}:{fold(labels.person)}:{entry.line}",
        )
        decide(db, decision, protocol=labels.protocol)
        n_taken += 1
    return n_taken, tuple(label for label in told if label.said)


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What a search for duplicates led to, in numbers."""

    n_merged: int
    n_references: int
    n_proposed: int
    n_studies_proposed: int


def deduplicate(store: Store) -> Deduplicated:
    """Merge what is surely one reference; put doubtful pairs, and reports of one study, before people.

    What a person said of a pair stands, whatever the rules find.
    """
    with store.read() as db:
        ids, kept = [], []
        for stored in all_records(db):
            ids.append(stored.record_id)
            # The raw entry is most of a record's weight and none of its identity.
            kept.append(replace(stored.record, raw=""))
    found = find_duplicates(kept)
    in_studies = study_links(kept, groups=found.clusters)
    with store.write() as db:
        agreeing, against = _apart(found.merges, ids, record_leanings(db))
        n_merged = references.link_records(db, (_link(pair, ids) for pair in agreeing))
        doubtful = [*against, *found.proposals]
        n_proposed = references.propose_links(db, LinkKind.DUPLICATE, (_link(pair, ids) for pair in doubtful))
        n_studies = references.propose_links(db, LinkKind.STUDY, (_link(pair, ids) for pair in in_studies))
        n_more = sum(len(together) - 1 for together in references.members(db).values())
    return Deduplicated(n_merged, len(ids) - n_more, n_proposed, n_studies)


def _apart(
    merges: Sequence[Pair], ids: Sequence[int], leanings: Mapping[int, set[str]]
) -> tuple[list[Pair], list[Pair]]:
    """Merges, and those that would bring an include and an exclude together: these are a person's."""
    parts = references.Parts()
    held = {record_id: set(said) for record_id, said in leanings.items()}
    agreeing, against = [], []
    for pair in sorted(merges, key=lambda p: (-p.score, p.a, p.b)):
        one, other = parts.root(ids[pair.a]), parts.root(ids[pair.b])
        said = held.get(one, set()) | held.get(other, set())
        if one != other and len(said) > 1 and held.get(one) != held.get(other):
            against.append(pair)
            continue
        parts.join(one, other)
        held[parts.root(one)] = said
        agreeing.append(pair)
    return agreeing, against


def _link(pair: Pair, ids: Sequence[int]) -> Link:
    return Link(ids[pair.a], ids[pair.b], pair.score, pair.evidence)


@dataclass(frozen=True, slots=True)
class Clustered:
    """A file's entries by position (from 0): the cluster of each, and the pairs in doubt."""

    cluster: tuple[int, ...]
    proposals: tuple[Pair, ...]


def cluster_file(path: Path) -> Clustered:
    """Find the duplicates within a file; entries that are one reference share a cluster's number."""
    entries = [e if isinstance(e, Record) else Record() for e in read(open_records(path))]
    found = find_duplicates(entries)
    cluster = list(range(1, len(entries) + 1))
    for group in found.clusters:
        for position in group:
            cluster[position] = group[0] + 1
    return Clustered(tuple(cluster), tuple(found.proposals))


def preview(path: Path, *, columns: Mapping[str, str] | None = None, n_shown: int = 3) -> list[str]:
    """How a file would be read, for people: format, columns, counts, and its first entries."""
    opened = open_records(path, columns=columns)
    n_entries = count_entries(opened)
    lines = [f"{path}: {opened.format}, {opened.encoding or 'its own encoding'}, {n_entries} entries"]
    lines += [f"  column {name!r} -> {field}" for name, field in opened.columns]
    lines += [f"  {name!r} holds decisions; taken only with --labels-by PERSON" for name in opened.labels]
    for entry in islice(read(opened), n_shown):
        if isinstance(entry, Reject):
            lines.append(f"  line {entry.line}: rejected: {entry.reason}")
        else:
            lines.append(f"  line {entry.line}: {entry.title or '(no title)'} ({entry.year or 'no year'})")
            lines.append(f"    {entry.abstract[:150] or '(no abstract)'}")
    return lines


def _entries(
    opened: Opened, n_seen: int, on_entry: Callable[[int, int], None]
) -> Iterator[Record | Rejected]:
    for n_done, entry in enumerate(read(opened), 1):
        on_entry(n_done, n_seen)
        yield Rejected(entry.line, entry.reason, entry.raw) if isinstance(entry, Reject) else entry


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
