"""References: which records are the same one. A merge is a link with evidence, and can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from data.errors import StoreError
from data.store.connection import now
from data.store.people import add_person
from data.store.schema import duplicate_links, records


def link_records(
    db: sa.Connection, pairs: Iterable[tuple[int, int, str]], *, person: str | None = None
) -> int:
    """Take each pair (record, record, evidence) for one reference; returns the number of new links.

    Decisions stay with the record they were taken on and count for the whole reference.
    """
    person_id = add_person(db, person) if person is not None else None
    there = {
        (row.record_a, row.record_b)
        for row in db.execute(sa.select(duplicate_links).where(duplicate_links.c.undone_at.is_(None)))
    }
    rows = []
    for one, other, evidence in pairs:
        pair = (min(one, other), max(one, other))
        if pair[0] == pair[1] or pair in there:
            continue
        there.add(pair)
        row = {"record_a": pair[0], "record_b": pair[1], "evidence": evidence}
        rows.append(row | {"person_id": person_id, "linked_at": now()})
    if rows:
        db.execute(duplicate_links.insert(), rows)
        _regroup(db)
    return len(rows)


def unlink_record(db: sa.Connection, record_id: int, *, person: str) -> int:
    """Undo every link of a record, so that it stands alone again; returns the number undone."""
    person_id = add_person(db, person)
    c = duplicate_links.c
    mine = ((c.record_a == record_id) | (c.record_b == record_id)) & c.undone_at.is_(None)
    done = db.execute(
        duplicate_links.update().where(mine).values(undone_by=person_id, undone_at=now())
    ).rowcount
    if not done:
        raise StoreError(f"record R{record_id}: is not merged with another; nothing to undo")
    _regroup(db)
    return int(done)


def undone_pairs(db: sa.Connection) -> set[tuple[int, int]]:
    """Pairs that a person took apart: no rule may merge them again."""
    query = sa.select(duplicate_links.c.record_a, duplicate_links.c.record_b)
    return {(a, b) for a, b in db.execute(query.where(duplicate_links.c.undone_at.is_not(None)))}


def members(db: sa.Connection) -> dict[int, list[int]]:
    """The records of every reference that has more than one, by `group_id`."""
    grouped: dict[int, list[int]] = defaultdict(list)
    for record_id, group_id in db.execute(sa.select(records.c.id, records.c.group_id).order_by(records.c.id)):
        grouped[group_id].append(record_id)
    return {group_id: ids for group_id, ids in grouped.items() if len(ids) > 1}


def _regroup(db: sa.Connection) -> None:
    """Name every connected set of linked records by its smallest id."""
    parent: dict[int, int] = {}

    def root(i: int) -> int:
        while parent.setdefault(i, i) != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    query = sa.select(duplicate_links.c.record_a, duplicate_links.c.record_b)
    for a, b in db.execute(query.where(duplicate_links.c.undone_at.is_(None))):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    now_at = {i: g for i, g in db.execute(sa.select(records.c.id, records.c.group_id))}
    moved = [
        {"the_id": i, "to_group": target}
        for i, group_id in now_at.items()
        if (target := root(i) if i in parent else i) != group_id
    ]
    if moved:
        update = records.update().where(records.c.id == sa.bindparam("the_id"))
        db.execute(update.values(group_id=sa.bindparam("to_group")), moved)
