"""The same reference twice is found; the same study twice is told apart from it.

Plain results over positions in a sequence of records (from 0); the store keeps and undoes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from data.records import Record

# Below this two titles under one identifier are two works (a supplement shares one DOI); a guess.
AGREEING_TITLES = 85.0


def exact_groups(records: Sequence[Record]) -> list[list[int]]:
    """Groups of records that are the same reference beyond doubt.

    Same DOI, PMID or accession number with titles that agree; or the same title, year and first author
    with the same abstract. Records without text are never grouped by resemblance.

    Parameters
    ----------
    records : sequence of Record

    Returns
    -------
    list of list of int
        Positions (from 0), ascending, of each group of two or more; ordered by their first position.

    Examples
    --------
    >>> a = Record(title="A trial", doi="10.1000/X")
    >>> b = Record(title="A Trial.", doi="https://doi.org/10.1000/x")
    >>> exact_groups([a, b, Record(title="A trial")])
    [[0, 1]]
    """
    titles = [letters(r.title) for r in records]
    found = Groups(len(records))
    for keys in _identifier_keys(records):
        by_key: dict[str, list[int]] = {}
        for position, key in enumerate(keys):
            if key:
                by_key.setdefault(key, []).append(position)
        for members in by_key.values():
            _join_agreeing(members, titles, found)
    by_text: dict[tuple[str, str, str, str], int] = {}
    for position, record in enumerate(records):
        abstract = letters(record.abstract)
        if titles[position] and abstract and record.authors and record.year:
            text = (titles[position], abstract, str(record.year), letters(record.authors[0]))
            found.join(by_text.setdefault(text, position), position)
    return found.groups()


def letters(text: str) -> str:
    """Letters and digits in lower case, words one space apart, accents and markup gone.

    Examples
    --------
    >>> letters("The <i>β2</i>-Agonist: Müller's trial.")
    'the β2 agonist muller s trial'
    """
    if "<" in text:
        text = re.sub(r"</?[a-zA-Z][^<>]{0,40}>", "", text)
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


def plain_doi(doi: str) -> str:
    """A DOI for comparing: lower case, without resolver, label and closing punctuation.

    Examples
    --------
    >>> plain_doi("https://doi.org/10.1000/ABC.")
    '10.1000/abc'
    """
    found = re.search(r"10\.\d{4,9}/\S+", doi.casefold())
    return found[0].rstrip(".,;)]") if found else ""


def _identifier_keys(records: Sequence[Record]) -> Iterable[list[str]]:
    yield [plain_doi(r.doi) for r in records]
    yield [r.pmid.strip().lstrip("0") if r.pmid.strip().isdecimal() else "" for r in records]
    yield [r.accession.strip().upper() for r in records]


def _join_agreeing(members: list[int], titles: list[str], found: Groups) -> None:
    """Join the members of one identifier whose titles agree; each is compared with the group heads only."""
    heads: list[int] = []
    for position in members:
        if not titles[position]:
            continue
        same = next((h for h in heads if fuzz.ratio(titles[h], titles[position]) >= AGREEING_TITLES), None)
        if same is None:
            heads.append(position)
        else:
            found.join(same, position)


class Groups:
    """Positions joined into groups (union-find); the smallest position heads its group."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))

    def head(self, position: int) -> int:
        """The smallest position of the group."""
        while self._parent[position] != position:
            self._parent[position] = self._parent[self._parent[position]]
            position = self._parent[position]
        return position

    def join(self, a: int, b: int) -> None:
        """Make one group of the groups of `a` and `b`."""
        first, second = sorted((self.head(a), self.head(b)))
        self._parent[second] = first

    def groups(self) -> list[list[int]]:
        """Every group of two or more, positions ascending."""
        members: dict[int, list[int]] = {}
        for position in range(len(self._parent)):
            members.setdefault(self.head(position), []).append(position)
        return [group for group in members.values() if len(group) > 1]
