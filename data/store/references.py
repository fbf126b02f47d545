"""References and studies: which records are the same, which report the same study.

A rule links two records with its evidence; people say of a pair that it is the same or different, in
an append-only log, and the last word of a person on a pair outweighs any rule. What is one reference
follows from these, so that every merge can be undone: by saying that the pair is different.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from data.errors import StoreError
from data.store import log
from data.store.connection import now
from data.store.decisions import new_key
from data.store.people import add_person
from data.store.schema import duplicate_links, link_decisions, link_proposals, people, records


class LinkKind(StrEnum):
    """What two records may have in common."""

    DUPLICATE = "duplicate"  # the same reference
    STUDY = "study"  # different reports of one study


class LinkVerdict(StrEnum):
    """What a person says of two records."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Link:
    """Two records (a < b), how alike they are (0 to 1), and what speaks for and against."""

    record_a: int
    record_b: int
    score: float
    evidence: tuple[str, ...]
    decided_by: str = ""


def link_records(db: sa.Connection, links: Iterable[Link]) -> int:
    """Keep a rule's merges; returns the number of new ones."""
    return _keep(db, duplicate_links, links, {"linked_at": now()})


def propose_links(db: sa.Connection, kind: LinkKind, links: Iterable[Link]) -> int:
    """Put pairs before people, in place of those proposed before; returns their number."""
    db.execute(link_proposals.delete().where(link_proposals.c.kind == str(kind)))
    return _keep(db, link_proposals, links, {"kind": str(kind), "proposed_at": now()})


def decide_link(
    db: sa.Connection,
    *,
    person: str,
    kind: LinkKind,
    records_: tuple[int, int],
    verdict: LinkVerdict,
    note: str = "",
    key: str | None = None,
) -> int:
    """Append what a person says of two records; returns the row's id.

    Raises
    ------
    StoreError
        An unknown record, a record paired with itself, or nobody named.
    """
    low, high = _pair(db, records_)
    row: dict[str, object] = {
        "kind": str(kind),
        "record_a": low,
        "record_b": high,
        "person_id": add_person(db, person),
        "verdict": str(verdict),
        "note": note,
        "idempotency_key": key or new_key(),
    }
    known = log.written_before(db, link_decisions, str(row["idempotency_key"]), row)
    if known is not None:
        return known
    written = log.append(db, link_decisions, row)
    regroup(db)
    return written


def undo_link(db: sa.Connection, *, person: str, records_: tuple[int, int]) -> int:
    """Take back the person's last word on two records; what stood before it stands again.

    A word that answered both questions at once (`different`) goes as one. Returns the number of rows.

    Raises
    ------
    StoreError
        The person has said nothing of them.
    """
    low, high = _pair(db, records_)
    person_id = add_person(db, person)
    c = link_decisions.c
    undone = sa.select(c.undoes_id).where(c.undoes_id.is_not(None))
    standing = (
        sa.select(c.id, c.kind, c.verdict)
        .where((c.record_a == low) & (c.record_b == high) & (c.person_id == person_id))
        .where((c.verdict != "undo") & c.id.not_in(undone))
        .order_by(c.id.desc())
    )
    said = db.execute(standing).all()
    if not said:
        raise StoreError(f"R{low} and R{high}: {person!r} has said nothing of them that could be undone")
    both = said[1:2] if said[0].verdict == "different" and said[1:] and said[1].verdict == "different" else []
    for last in [said[0], *both]:
        row: dict[str, object] = {
            "kind": last.kind,
            "record_a": low,
            "record_b": high,
            "person_id": person_id,
            "verdict": "undo",
            "note": "",
            "undoes_id": last.id,
            "idempotency_key": new_key(),
        }
        log.append(db, link_decisions, row)
    regroup(db)
    return 1 + len(both)


def separate(db: sa.Connection, record_id: int, *, person: str) -> int:
    """Say that a record is different from all it was merged with; returns the number of those."""
    group_id = db.execute(sa.select(records.c.group_id).where(records.c.id == record_id)).scalar()
    together = records.c.group_id == group_id
    others = list(db.execute(sa.select(records.c.id).where(together & (records.c.id != record_id))).scalars())
    if not others:
        raise StoreError(f"R{record_id}: is not merged with another record; nothing to undo")
    for other in others:
        decide_link(
            db,
            person=person,
            kind=LinkKind.DUPLICATE,
            records_=(record_id, other),
            verdict=LinkVerdict.DIFFERENT,
        )
    return len(others)


def verdicts(db: sa.Connection, kind: LinkKind) -> dict[tuple[int, int], tuple[LinkVerdict, str]]:
    """The last word on each pair that anybody decided on, and whose it is."""
    c = link_decisions.c
    undone = sa.select(c.undoes_id).where(c.undoes_id.is_not(None))
    query = (
        sa.select(c.record_a, c.record_b, c.verdict, people.c.name)
        .join(people, people.c.id == c.person_id)
        .where((c.kind == str(kind)) & (c.verdict != "undo") & c.id.not_in(undone))
        .order_by(c.id)
    )
    return {(a, b): (LinkVerdict(verdict), name) for a, b, verdict, name in db.execute(query)}


def merges(db: sa.Connection) -> list[Link]:
    """The links that make references of several records, with their evidence."""
    said = verdicts(db, LinkKind.DUPLICATE)
    links = [link for link in _links(db, duplicate_links) if (link.record_a, link.record_b) not in said]
    links += [
        Link(a, b, 1.0, (f"confirmed by {name}",), name)
        for (a, b), (verdict, name) in said.items()
        if verdict is LinkVerdict.SAME
    ]
    return sorted(links, key=lambda link: (link.record_a, link.record_b))


def open_proposals(db: sa.Connection, kind: LinkKind) -> list[Link]:
    """The proposals that nobody has decided on, most alike first."""
    said = verdicts(db, kind)
    links = _links(db, link_proposals, link_proposals.c.kind == str(kind))
    left = [link for link in links if (link.record_a, link.record_b) not in said]
    return sorted(left, key=lambda link: (-link.score, link.record_a, link.record_b))


def members(db: sa.Connection) -> dict[int, list[int]]:
    """The records of every reference that has more than one, by `group_id`."""
    grouped: dict[int, list[int]] = defaultdict(list)
    several = sa.select(records.c.group_id).group_by(records.c.group_id).having(sa.func.count() > 1)
    query = sa.select(records.c.id, records.c.group_id).where(records.c.group_id.in_(several))
    for record_id, group_id in db.execute(query.order_by(records.c.id)):
        grouped[group_id].append(record_id)
    return dict(grouped)


def studies(db: sa.Connection) -> dict[int, int]:
    """The study (named by its smallest `group_id`) of each reference that a person linked to another."""
    parts = Parts()
    group_of = {i: g for i, g in db.execute(sa.select(records.c.id, records.c.group_id))}
    for (a, b), (verdict, _) in verdicts(db, LinkKind.STUDY).items():
        if verdict is LinkVerdict.SAME:
            parts.join(group_of[a], group_of[b])
    return {group_id: parts.root(group_id) for group_id in parts.known()}


def regroup(db: sa.Connection) -> None:
    """Give every record the reference it belongs to.

    Links are followed one after the other, people's before rules', unless that would bring two
    records together that a person said are different. A reference is named by its record with the
    longest text (the first of these): what people read, and what findings point into.
    """
    moved = [{"the_id": i, "to_group": due} for i, (_, due) in misplaced(db).items()]
    if moved:
        update = records.update().where(records.c.id == sa.bindparam("the_id"))
        db.execute(update.values(group_id=sa.bindparam("to_group")), moved)


def misplaced(db: sa.Connection) -> dict[int, tuple[int, int]]:
    """Records that do not stand in the reference that their links give them: (where, where due)."""
    said = verdicts(db, LinkKind.DUPLICATE)
    apart = [pair for pair, (verdict, _) in said.items() if verdict is LinkVerdict.DIFFERENT]
    parts = Parts()
    for link in sorted(merges(db), key=lambda link: (not link.decided_by, -link.score, link.record_a)):
        parts.join(link.record_a, link.record_b, apart=apart)
    c = records.c
    length = sa.func.length(c.title) + sa.func.length(c.abstract)
    named = sa.select(c.id, c.group_id, length)
    # Those that stand in another's reference, or give theirs a name, or are linked.
    rows = list(db.execute(named.where(c.group_id != c.id)))
    wanted = sorted(parts.known() | {row[1] for row in rows})
    for begin in range(0, len(wanted), 500):
        rows += db.execute(named.where(c.id.in_(wanted[begin : begin + 500])))
    lengths = {row[0]: row[2] for row in rows}
    names: dict[int, int] = {}
    for record_id in sorted(lengths):
        root = parts.root(record_id)
        if root not in names or lengths[record_id] > lengths[names[root]]:
            names[root] = record_id
    stands = {row[0]: row[1] for row in rows}
    return {i: (at, names[parts.root(i)]) for i, at in stands.items() if names[parts.root(i)] != at}


class Parts:
    """Numbers joined into sets (union-find); the smallest one is the root."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def known(self) -> set[int]:
        """Every number that was joined with another."""
        return set(self._parent)

    def root(self, i: int) -> int:
        """The smallest number of the set; the number itself when it was joined with none."""
        while self._parent.get(i, i) != i:
            i = self._parent[i]
        return i

    def join(self, one: int, other: int, *, apart: Iterable[tuple[int, int]] = ()) -> None:
        """Join two sets, unless a pair of `apart` would come together."""
        low, high = sorted((self.root(one), self.root(other)))
        if any({self.root(a), self.root(b)} == {low, high} for a, b in apart):
            return
        self._parent.setdefault(one, one)
        self._parent.setdefault(other, other)
        self._parent[low] = low
        self._parent[high] = low


def _pair(db: sa.Connection, pair: tuple[int, int]) -> tuple[int, int]:
    low, high = min(pair), max(pair)
    if low == high:
        raise StoreError(f"R{low}: is one record; give two")
    there = set(db.execute(sa.select(records.c.id).where(records.c.id.in_((low, high)))).scalars())
    for record_id in (low, high):
        if record_id not in there:
            raise StoreError(f"record R{record_id}: there is none; `picosieve rank` lists them")
    return low, high


def _keep(db: sa.Connection, table: sa.Table, links: Iterable[Link], more: dict[str, str]) -> int:
    keys = sa.select(table.c.record_a, table.c.record_b)
    if "kind" in more:
        keys = keys.where(table.c.kind == more["kind"])
    there = {(a, b) for a, b in db.execute(keys)}
    rows = []
    for link in links:
        pair = (min(link.record_a, link.record_b), max(link.record_a, link.record_b))
        if pair[0] == pair[1] or pair in there:
            continue
        there.add(pair)
        row: dict[str, object] = {"record_a": pair[0], "record_b": pair[1], "score": link.score}
        rows.append(row | {"evidence": json.dumps(link.evidence)} | more)
    if rows:
        db.execute(table.insert(), rows)
        if table is duplicate_links:
            regroup(db)
    return len(rows)


def _links(db: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool] | None = None) -> list[Link]:
    c = table.c
    query = sa.select(c.record_a, c.record_b, c.score, c.evidence)
    rows = db.execute(query if where is None else query.where(where))
    return [Link(a, b, score, tuple(json.loads(evidence))) for a, b, score, evidence in rows]
