"""The same reference twice is found, the same study twice is told apart from it.

Plain results over positions in a sequence of records (from 0); the store keeps and undoes them.
Candidates come from blocks (same identifier, same beginning of a title, same place in print, ...);
each pair in a block is compared once and falls into one of three zones (`duplicate_rules`).
Reports of one study are proposed as such by `data.studies`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from rapidfuzz import fuzz

from data.duplicate_keys import Key, key_of
from data.duplicate_rules import Verdict, compare, evidence, hopeless, judge, objections, score
from data.likeness import SIMILAR_TITLE
from data.records import Record

# A block of more is compared in the neighbourhood of each record only, sorted by title; a guess.
MAX_BLOCK = 40
NEIGHBOURS = 8
SHARED_DOI = 3  # as many works under one DOI are the abstracts of a meeting; two may be a mistake
_MAX_HARD_CHECK = 12  # members of a group that a newcomer is compared with


@dataclass(frozen=True, slots=True)
class Pair:
    """Two positions (a < b), how alike they are (0 to 1), and what speaks for and against."""

    a: int
    b: int
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found in a sequence of records.

    Attributes
    ----------
    clusters : list of list of int
        Positions of each group of two or more that are one reference; ascending, by first position.
    merges : list of Pair
        The pairs that made the clusters: `size - 1` for each.
    proposals : list of Pair
        Pairs of different clusters that a person should look at, most alike first.
    """

    clusters: list[list[int]]
    merges: list[Pair]
    proposals: list[Pair]


def find_duplicates(records: Iterable[Record]) -> Duplicates:
    """Find references that occur more than once.

    Parameters
    ----------
    records : iterable of Record
        Gone through once; about 3 kB are kept of each.

    Returns
    -------
    Duplicates

    Examples
    --------
    >>> a = Record(title="Drug A in relapsed disease", authors=("Adams B",), year=2019, journal="Blood")
    >>> b = Record(title="Drug A in relapsed disease.", authors=("Adams, B.",), year=2019, journal="Blood")
    >>> find_duplicates([a, b]).clusters
    [[0, 1]]
    """
    keys = without_shared_dois([key_of(record) for record in records])
    merges: list[Pair] = []
    maybe: list[Pair] = []
    for a, b in candidate_pairs(keys, BLOCKS):
        if hopeless(keys[a], keys[b]):
            continue
        compared = compare(keys[a], keys[b])
        verdict = judge(compared)
        if verdict is not Verdict.DIFFERENT:
            pair = Pair(a, b, score(compared), evidence(compared))
            (merges if verdict is Verdict.MERGE else maybe).append(pair)
    groups, made, refused = _join(keys, merges)
    return Duplicates(groups.groups(), made, _proposals(groups, maybe + refused))


def without_shared_dois(keys: list[Key]) -> list[Key]:
    """The keys without those DOIs that stand for a whole supplement, not for one paper."""
    titles_of: dict[str, list[str]] = {}
    for key in keys:
        if key.doi and key.title:
            titles = titles_of.setdefault(key.doi, [])
            if len(titles) < SHARED_DOI and all(fuzz.ratio(key.title, t) < SIMILAR_TITLE for t in titles):
                titles.append(key.title)
    shared = {doi for doi, titles in titles_of.items() if len(titles) >= SHARED_DOI}
    return [replace(key, doi="") if key.doi in shared else key for key in keys] if shared else keys


def fullest(records: Sequence[Record]) -> Record:
    """One record with the fullest value of each field among the members of a group.

    The longest text, the longest list, the first of what is as long; `raw` and `line` of the first.
    """
    first = records[0]
    values = {}
    for name in (f.name for f in fields(Record) if f.name not in ("raw", "line")):
        values[name] = max((getattr(r, name) for r in records), key=_fullness)
    return replace(first, **values)


def _fullness(value: str | int | tuple[str, ...] | None) -> int:
    return 0 if value is None else 1 if isinstance(value, int) else len(value)


def _identified(*names: str) -> Callable[[Key], tuple[object, ...] | None]:
    """A block of the keys that agree in all of these attributes and have them all."""

    def block(key: Key) -> tuple[object, ...] | None:
        values = tuple(getattr(key, name) for name in names)
        return values if all(values) else None

    return block


def _words(start: int, stop: int | None) -> Callable[[Key], tuple[object, ...] | None]:
    """A block of the keys whose titles share these words."""

    def block(key: Key) -> tuple[object, ...] | None:
        words = key.title.split()
        return tuple(words[start:stop]) if len(words) > 2 else None

    return block


def _person_and_year(key: Key) -> tuple[object, ...] | None:
    words = [word for word in key.title.split() if len(word) > 4]
    if not key.first or not words or not key.year:
        return None
    return (max(key.first, key=len), key.year, max(words, key=len))


def _abstract_start(key: Key) -> tuple[object, ...] | None:
    return (key.abstract[:80],) if len(key.abstract) >= 80 else None


def _abstract_middle(key: Key) -> tuple[object, ...] | None:
    return (key.abstract[300:380],) if len(key.abstract) >= 380 else None


Block = Callable[[Key], tuple[object, ...] | None]
BLOCKS: tuple[Block, ...] = (
    _identified("pmid"),
    _identified("doi"),
    _identified("accession"),
    _identified("title"),
    _words(0, 5),
    _words(-5, None),
    _identified("year", "volume", "first_page"),
    _person_and_year,
    _abstract_start,
    _abstract_middle,
)


def candidate_pairs(keys: Sequence[Key], blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Pairs of positions (a < b) that share a block, each once."""
    seen: set[int] = set()
    n = len(keys)
    for block in blocks:
        members: dict[tuple[object, ...], list[int]] = {}
        for position, key in enumerate(keys):
            if value := block(key):
                members.setdefault(value, []).append(position)
        for group in members.values():
            for a, b in _pairs_within(group, keys):
                code = a * n + b
                if code not in seen:
                    seen.add(code)
                    yield a, b


def _pairs_within(group: list[int], keys: Sequence[Key]) -> Iterator[tuple[int, int]]:
    if len(group) <= MAX_BLOCK:
        for at, a in enumerate(group):
            for b in group[at + 1 :]:
                yield a, b
        return
    ordered = sorted(group, key=lambda p: (keys[p].title, p))
    for at, a in enumerate(ordered):
        for b in ordered[at + 1 : at + 1 + NEIGHBOURS]:
            yield min(a, b), max(a, b)


def _join(keys: Sequence[Key], merges: list[Pair]) -> tuple[Groups, list[Pair], list[Pair]]:
    """Join pairs, surest first, unless a member of one group speaks against a member of the other."""
    groups = Groups(len(keys))
    made, refused = [], []
    for pair in sorted(merges, key=lambda p: (-p.score, p.a, p.b)):
        if groups.head(pair.a) == groups.head(pair.b):
            continue
        ones, others = groups.members(pair.a)[:_MAX_HARD_CHECK], groups.members(pair.b)[:_MAX_HARD_CHECK]
        if any(_contradict(keys[x], keys[y]) for x in ones for y in others):
            refused.append(pair)
        else:
            groups.join(pair.a, pair.b)
            made.append(pair)
    return groups, sorted(made, key=lambda p: (p.a, p.b)), refused


def _contradict(a: Key, b: Key) -> bool:
    """Whether two keys cannot be one reference, whatever joins them."""
    if a.pmid and b.pmid:
        return a.pmid != b.pmid
    if a.first_page and b.first_page and a.first_page != b.first_page:
        return "different first page or abstract number" in objections(compare(a, b))
    return bool(a.doi and b.doi and a.doi != b.doi)


def _proposals(groups: Groups, pairs: list[Pair]) -> list[Pair]:
    """The best pair between each two groups, most alike first."""
    best: dict[tuple[int, int], Pair] = {}
    for pair in sorted(pairs, key=lambda p: (-p.score, p.a, p.b)):
        heads = groups.head(pair.a), groups.head(pair.b)
        if heads[0] != heads[1]:
            best.setdefault((min(heads), max(heads)), pair)
    return list(best.values())


class Groups:
    """Positions joined into groups (union-find); the smallest position heads its group."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))
        self._members: dict[int, list[int]] = {}

    def head(self, position: int) -> int:
        """The smallest position of the group."""
        while self._parent[position] != position:
            self._parent[position] = self._parent[self._parent[position]]
            position = self._parent[position]
        return position

    def members(self, position: int) -> list[int]:
        """The positions of the group."""
        head = self.head(position)
        return self._members.get(head, [head])

    def join(self, a: int, b: int) -> None:
        """Make one group of the groups of `a` and `b`."""
        first, second = sorted((self.head(a), self.head(b)))
        if first != second:
            self._members[first] = self.members(first) + self.members(second)
            self._members.pop(second, None)
            self._parent[second] = first

    def groups(self) -> list[list[int]]:
        """Every group of two or more, positions ascending."""
        return sorted(sorted(group) for group in self._members.values())
