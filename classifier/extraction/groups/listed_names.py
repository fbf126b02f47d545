"""The lists of names in a sentence: enumerated, in codes, between slashes, or behind numbers of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from classifier.extraction.groups.group_names import clean
from classifier.extraction.groups.group_words import is_nameless, says_all
from classifier.extraction.groups.item_row import ItemRow

Region = tuple[int, int, tuple[str, ...], str, str]  # first and last item, names, joins, how they were cut

_ORDER = re.compile(
    r"\b(?:(?:same|that|this|above|given) (?:order|sequence)|ditto|respectively|corresponding)\b", re.I
)
_CLASS = re.compile(
    r"\b(?:order|class\w*|groups?|grouped|categor\w+|cohorts?|arms?|sequences?|strata|stratified|divided"
    r"|given|as|number|levels?|quartiles?|tertiles?|lines?)\b",
    re.IGNORECASE,
)

_THROUGH = re.compile(
    r"\b(?:arm|group|cohort|part|level|quartile|stage|class|step|stratum|strata|tertile|basket)s? "
    r"([A-Z1-9])\s?(?:through|to|[-\u2013])\s?([A-Z1-9])\b"
)
_CODE = re.compile(
    r"(?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Zz]ero)|[<>\u2264\u2265]?\s?\d[\d.,+\u2013-]*|[IVX]{1,4}[AB]?|[A-Z]\d?"
)
_CODED = re.compile(
    r"(?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix)\b|[<>\u2264\u2265]?\s?\d|(?:[IVX]{1,4}[AB]?|[A-Z]\d?)(?:\Z|\s)"
)
_UNITS = frozenset("kg day d m2 m\u00b2 week wk ml l dl mm3 h year ul \u00b5l mm2 m".split())


_CELL = re.compile(r"\s[/|]\s")
_HEAD = re.compile(r".*[.:;(]\s*(?=\S)", re.DOTALL)
_FOOT = re.compile(r"[.:;(].*", re.DOTALL)
_FIGURE = re.compile(
    r"(?:\d[\d.]*\s?(?:%|mo\w*|years?)?|NE|NR|NA|n\.?[re]\.?|not (?:reached|estimable))\Z", re.IGNORECASE
)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")


def _before_last(words: str) -> tuple[str, str]:
    """The words but the last, and the last."""
    cut = words.rfind(" ")
    return words[: max(cut, 0)], words[cut + 1 :]


_SPOKEN = re.compile(
    r"\d\s?(?:%|percent|months?|mo\b|years?|weeks?|of \d+(?: patients)?)?(?: ?[(\[][^()]{0,50}[)\]])?\s"
    r"(?:(?:patients |pts |women |men |those |cases )?(?:in|with|for|on|after|under|among|given|receiving"
    r"|assigned|of those in|of(?= the)|to|(?=without\b))"
    r"(?: the| those(?: in the)?)? (?P<a>[^,;()\[\].]{1,60}?)(?=\s(?:and|versus|vs?\.?|compared|but|while"
    r"|whereas|\d)\b|\s?[,;()\[\]]|\.\s|\.?\Z)"
    r"|\((?P<b>[A-Za-z][^()=%;,]{0,40})\))"
)


def spoken(text: str, start: int, end: int) -> list[str]:
    """Names that stand behind numbers: "21% (arm A) v 30% (arm B)", "21% with A and 30% with B"."""
    found = [clean(m["a"] or m["b"]) for m in _SPOKEN.finditer(text, start, end)]
    return [name for name in found if name and not is_nameless(name)]


class ListRow(ItemRow):
    """A row of items with the lists of names in it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._regions: dict[int, list[Region]] = {}
        self._spoken: list[str] | None = None

    def regions(self, n: int) -> list[Region]:
        """Lists of just `n` names with nothing but joining words between."""
        if n not in self._regions:
            self._regions[n] = list(self._find_regions(n))
        return self._regions[n]

    def _find_regions(self, n: int) -> Iterator[Region]:
        for first, item in enumerate(self.items):
            if item.kind != "A" or self._goes_on(first):
                continue
            members, shape = self._members(first)
            for names, how in self._groupings(members, n):
                yield first, members[-1][1], names, shape[-2:], how

    def _members(self, first: int) -> tuple[list[list[int]], str]:
        items = self.items
        members, shape, i = [[first, first]], "", first + 1
        while i < len(items):
            k = i
            while k < len(items) and items[k].kind in "p,jxd|/;":
                k += 1
            if k == i or k >= len(items) or items[k].kind != "A":
                skipped = self._behind_bracket(i)  # "X (n = 12) or Y"
                if skipped == i:
                    break
                i = skipped
                continue
            kinds = "".join(x.kind for x in items[i:k])
            if kinds == "p":
                members[-1][1] = k
            else:
                members.append([k, k])
                shape += "x" if "x" in kinds else kinds[0] if kinds[0] in ",|;" else "j"
            i = k + 1
        return members, shape

    def _goes_on(self, first: int) -> bool:
        """Whether the phrase at `first` goes on with a list."""
        k = first - 1
        while k >= 0 and self.items[k].kind in "pd":
            k -= 1
        return k >= 1 and self.items[k].kind in ",jx|" and self.items[k - 1].kind == "A"

    def _behind_bracket(self, i: int) -> int:
        if self.kind(i) != "(":
            return i
        depth = 0
        for k in range(i, min(len(self.items), i + 9)):
            depth += (self.items[k].kind == "(") - (self.items[k].kind == ")")
            if depth == 0:
                return k + 1
        return i

    def _groupings(self, members: list[list[int]], n: int) -> Iterator[tuple[tuple[str, ...], str]]:
        """The members as `n` names: the last `n`, the first `n`, or some of them joined; and how."""
        spans: list[tuple[list[tuple[int, int]], str]] = []
        if len(members) >= n:
            how = "whole" if len(members) == n else "last"
            spans.append(([(m[0], m[1]) for m in members[-n:]], how))
        if len(members) > n:
            spans.append(([(m[0], m[1]) for m in members[:n]], "first"))
        if len(members) == n and members[0][0] < members[0][1]:  # "treated with A or B"
            spans.append(([(m[1], m[1]) if m is members[0] else (m[0], m[1]) for m in members], "cut"))
        if n > 2 and len(members) == n + 1:
            for cut in range(n):
                merged = [*members[:cut], [members[cut][0], members[cut + 1][1]], *members[cut + 2 :]]
                if self._ors(members[cut][1], members[cut + 1][0]):
                    spans.append(([(m[0], m[1]) for m in merged], "joined"))
        if n == 2 and len(members) in (3, 4):
            for cut in range(1, len(members)):
                two = [(members[0][0], members[cut - 1][1]), (members[cut][0], members[-1][1])]
                spans.append((two, "joined"))
        for span, how in spans:
            told = tuple(self._name_or_all(*pair) for pair in span)
            if None not in told and len(set(told)) == n:
                yield tuple(name for name in told if name is not None), how
            codes = self._codes(span)
            if codes and codes != told:
                yield codes, "codes"

    def _name_or_all(self, first: int, last: int) -> str | None:
        """A name, or "" where the words mean everybody."""
        name = self.name(first, last)
        if name is None and says_all(self.text[self.items[first].start : self.items[last].end]):
            return ""
        return name

    def _ors(self, i: int, j: int) -> bool:
        """Whether two parts of one name are joined by "or" or "plus": "second or later line"."""
        return any(item.word in ("or", "plus", "with") for item in self.items[i + 1 : j])

    def _codes(self, span: list[tuple[int, int]]) -> tuple[str, ...]:
        """ "arms 1, 2 and 3", "1.6, 1.3 and 1.0 mg", "stage I, II and III": names of a letter or a number."""
        said = [self.text[self.items[i].start : self.items[j].end].strip(" ,;:.") for i, j in span]
        if not all(_CODE.fullmatch(words) for words in said[1:-1]):
            return ()
        head, first = _before_last(said[0])
        tail = _CODED.match(said[-1])
        if (
            head.endswith(("+", "/", "-", "plus"))
            or tail is None
            or not _CODE.fullmatch(first)
            or (len(said) == 2 and not _CODE.fullmatch(said[1]) and head)
        ):
            return ()
        counts = first[-1].isdigit() or len(first) > 2  # "three v four or more"
        if not head and not _CODE.fullmatch(said[-1]) and not counts:
            return ()
        found = (first, *said[1:-1], said[-1])
        return found if len(set(found)) == len(found) else ()

    def slashed(self, n: int, stop: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """ "arms A/B/C", "DR / Rd": the item, and as many names as there are between slashes."""
        for i, item in enumerate(self.items[:stop]):
            if item.kind != "A" or self.text.find("/", item.start, item.end) < 0:
                continue
            parts = [p.strip(" .,:;") for p in self.text[item.start : item.end].rstrip("/ ").split("/")]
            while parts and parts[-1] in ("HR", "CI", "P", "p", "OR"):
                parts.pop()
            if len(parts) != n or not all(parts) or not _UNITS.isdisjoint(parts[1:]):
                continue
            if all(" " not in p for p in parts[1:]):
                parts[0] = parts[0].rsplit(" ", 1)[-1]
            if len(set(parts)) == n:
                yield i, tuple(parts)

    def through(self, n: int, stop: int) -> Iterator[tuple[str, ...]]:
        """ "Arms A through D", "levels 1-4": the first and the last of `n`."""
        end = self.items[stop].start if stop < len(self.items) else self.end
        for match in _THROUGH.finditer(self.text, self.start, end):
            first, last = ord(match[1]), ord(match[2])
            if last - first + 1 == n:
                yield tuple(chr(k) for k in range(first, last + 1))

    def cells(self, n: int, stop: int) -> Iterator[tuple[str, ...]]:
        """ "Cohort A B C D": the head of a flattened table, among the items before `stop`."""
        for item in self.items[:stop]:
            words = self.text[item.start : item.end].split() if item.kind == "A" else []
            if len(words) == n + 1 and _CLASS.fullmatch(words[0]) and all(len(w) < 3 for w in words[1:]):
                yield tuple(words[1:])

    def spaced(self, n: int, stop: int) -> tuple[str, ...]:
        """ "All (n=90) / naive, both doses (n=50) / exposed (n=40)": the cells between spaced slashes."""
        end = self.items[stop].start if stop < len(self.items) else self.end
        cells = _CELL.split(_BRACKETS.sub("", self.text[self.start : end]))
        if len(cells) != n:
            return ()
        cells[0], cells[-1] = _HEAD.sub("", cells[0]), _FOOT.sub("", cells[-1])
        names = [cell.strip(" ,.:;") for cell in cells]
        if not all(0 < len(name) < 40 and not _FIGURE.match(name) for name in names) or len(set(names)) < n:
            return ()
        return tuple("" if says_all(name.split()[0]) else name for name in names)

    def told_with(self, names: list[str] | None, n: int) -> list[tuple[str, ...]]:
        """The first and the last `n` different names that stand behind numbers."""
        if names is None:
            if self._spoken is None:
                self._spoken = spoken(self.text, self.start, self.end)
            names = self._spoken
        found = [tuple(part) for part in (names[-n:], names[:n]) if len(part) == n == len(set(part))]
        return [*dict.fromkeys(found)]

    def says_order(self) -> str:
        """Which words of the sentence say that values and names come in one order."""
        match = _ORDER.search(self.text, self.start, self.end)
        return match[0].split()[-1].casefold() if match else ""

    def speaks_of_classes(self, first: int) -> bool:
        """Whether the words before a list announce classes or an order."""
        item = self.items[first]
        return _CLASS.search(self.text, max(self.start, item.start - 40), item.end) is not None
