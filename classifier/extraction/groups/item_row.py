"""A sentence as a row of items: the names in it, and what stands around and between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from classifier.extraction.groups.group_names import clean
from classifier.extraction.groups.items import Item, read_items
from classifier.extraction.text.tokens import Token

_LABELLED = re.compile(r"(?:CR|VGPR|PR|study \w+|cohort \w+|arm \w+|part \w+)[ .]*\Z")
_COLLECTIVE = re.compile(r"\A(?:order|groups?|cohorts?|classes|sequence|number)\s+(?=\S)")


class ItemRow:
    """The items of one sentence and the names in it.

    Parameters
    ----------
    lenient : bool, default=False
        Whether bare numbers may name groups, as in a list of classes told beforehand.
    """

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
        tokens: list[Token],
        linked: set[int],
        *,
        lenient: bool = False,
    ) -> None:
        self.text, self.start, self.end, self.lenient = text, start, end, lenient
        self.linked = linked
        self.items = read_items(text, start, end, tokens, linked)
        self._cleaned: dict[tuple[int, int], str | None] = {}

    def side(self, i: int) -> str:
        """The small word or the letter of an item; "edge" outside of the sentence."""
        if not 0 <= i < len(self.items):
            return "edge"
        item = self.items[i]
        return item.word if item.kind in "pjxvd" else item.kind

    def kind(self, i: int) -> str:
        """The letter of an item; "edge" outside of the sentence."""
        return self.items[i].kind if 0 <= i < len(self.items) else "edge"

    def joined_by(self, i: int, j: int) -> str:
        """The small words that join a phrase of several parts."""
        return " ".join(k.word or "," for k in self.items[i + 1 : j] if k.kind in "pj,")

    def name(self, first: int, last: int) -> str | None:
        """The cleaned name of the items from `first` to `last`; None where they name no group."""
        start, end = self.items[first].start, self.items[last].end
        key = (start, end)
        if key not in self._cleaned:
            words = self.text[start:end].strip(" ,;:.")
            if self.lenient:
                words = _COLLECTIVE.sub("", words)
            bare = self.lenient and not any(c.isalpha() for c in words)
            self._cleaned[key] = words if bare or _LABELLED.match(words) else clean(words)
        return self._cleaned[key]


_BARE = str.maketrans("", "", "ETmHIdvN:=")


def bare(told: str) -> str:
    """A row of letters without what merely names the endpoint or the statistic."""
    return told.translate(_BARE)


def template(items: Sequence[Item]) -> str:
    """What stands between, as a row of letters; brackets that open and close again are left out."""
    out: list[str] = []
    for item in items:
        if item.kind == ")" and "(" in out:
            while out.pop() != "(":
                pass
            continue
        out.append(item.kind)
    return "".join(out)
