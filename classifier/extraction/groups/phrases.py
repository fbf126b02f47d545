"""The phrases of a sentence that may name groups: single, and joined by small words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.extraction.groups.group_words import is_nameless, means_everybody, says_all
from classifier.extraction.groups.listed_names import ListRow

_JOINS = ("p", "j", ",", ",j", "pp", "jp")  # what may stand between the parts of one name
Phrase = tuple[int, int, str]  # first and last item, and the name; "" means everybody

_BOTH = re.compile(r"[Bb]oth (?:treatment |study )?(?:arms|groups|cohorts)\b")
_WOMEN = re.compile(r"[Ww]omen[.,]?")
_MEN = re.compile(r"\b[Mm]en\b")
_PAST = re.compile(r"(?:ed|alive)\Z")
_ENDS = frozenset(("(", ")", ",", ";", "V", "R", "edge", "to", "and", "or", "vs", "vs.", "v", "versus", "."))
_OTHERS = re.compile(
    r"(?:(?:those|women|men|pts) )?who (?:(?:did|had|were|have|do|does|has|was) not|never did)\b"
)
_OPENERS = frozenset("who whose whom when if where once".split())
_KEPT = frozenset("not higher lower longer shorter better worse without".split())
_AUXILIARIES = frozenset("was were is are had has have been did".split())
_STATES = frozenset(("CR", "PR", "VGPR", "PCR", "MRD"))


class Row(ListRow):
    """A row of items with its lists and phrases."""

    _heads: list[Phrase] | None = None

    def phrases(self) -> Iterator[Phrase]:
        """Every phrase, and up to two more joined to it by prepositions or "and"."""
        for i in range(len(self.items)):
            yield from self._phrases_at(i)

    def heads(self) -> list[Phrase]:
        """The phrases that open the sentence, at most behind one small word."""
        if self._heads is None:
            self._heads = [p for i in range(min(2, len(self.items))) for p in self._phrases_at(i)]
        return self._heads

    def _phrases_at(self, i: int) -> Iterator[Phrase]:
        items, item = self.items, self.items[i]
        if item.kind != "A":
            yield from self._of_no_noun(i)
            return
        if both := _BOTH.match(self.text, item.start - 5 if item.start > 5 else 0):
            yield i, i, both[0]
        name = self.name(i, i)
        if name and i and (items[i - 1].word in ("without", "no", "non") or self._denied(i)):
            name = self._from(items[i - 1].start, item.end)
        if self.text.startswith(("all ", "All ", "whole ", "entire "), item.start):
            if self.side(i + 1) != "but":  # "in all but one trial"
                yield i, i, ""
            return
        if name is None:
            if says_all(self.text[item.start : item.end]):
                yield i, i, ""
            elif _WOMEN.fullmatch(self.text, item.start, item.end) and _MEN.search(self.text, self.start):
                yield i, i, self.text[item.start : item.start + 5]
        elif means_everybody(name):
            yield i, i, ""
        elif not is_nameless(name):
            yield i, i, name
        yield from self._joined(i)

    def _denied(self, i: int) -> bool:
        """Whether a phrase stands behind a "not" that is of no verb: "in those not resected"."""
        return self.items[i - 1].word in ("not", "never") and self.kind(i - 2) in "pjA,(x"

    def _of_no_noun(self, i: int) -> Iterator[Phrase]:
        """What names a group without a noun: "without", "those who did not", "CR", "overall"."""
        items, item = self.items, self.items[i]
        if item.word in _OPENERS and not (i and items[i - 1].word == "of"):
            yield from self._clause(i)
        if item.word == "without":
            if self.side(i + 1) == "it":
                yield i, i + 1, self._from(item.start, items[i + 1].end)
            elif self.side(i + 1) in _ENDS:
                yield i, i, self._from(item.start, item.end)
        elif item.kind == "v":
            others = _OTHERS.search(self.text, max(self.start, item.start - 10), item.end + 5)
            if others:
                yield i, i, others[0]
        elif item.kind == "E" and item.word in _STATES and (not i or items[i - 1].kind in "pxj"):
            yield i, i, self.text[item.start : item.end]
        elif item.kind == "d" and item.word in ("overall", "altogether"):
            yield i, i, ""

    def _clause(self, i: int) -> Iterator[Phrase]:
        """ "Patients who had never relapsed", "those whose PSA fell", "if resected": what the clause says."""
        items, first = self.items, i + 1
        while self.kind(first) == "v" and items[first].word in _AUXILIARIES:
            first += 1
        last, said, verbs, content = first - 1, items[i].word == "who", False, False
        for k in range(first, min(first + 9, len(items))):
            item = items[k]
            if item.kind in "(),;:|=mHRxIV" and not (item.kind in "VI" and item.start not in self.linked):
                break
            if item.kind == "E" and item.word not in _STATES:
                break
            if item.kind == "v":
                if content and (said or verbs) and (items[k - 1].kind != "v" or item.word == "had"):
                    break
                verbs = True
            content = content or item.kind in "AVE"
            last = k
        while last >= first and items[last].kind in "pdj" and items[last].word not in _KEPT:
            last -= 1
        if last >= first and any(item.kind != "v" for item in items[first : last + 1]):
            words = self.text[items[first].start : items[last].end].strip(" .,:;")
            if len(words) < 90 and not is_nameless(words):
                yield i, last, words

    def _joined(self, i: int) -> Iterator[Phrase]:
        items, j, listed = self.items, i, False
        for _ in range(3):
            k, kinds = j + 1, ""
            while k < len(items) and k <= j + 2 and items[k].kind in "pj,":
                kinds += items[k].kind
                k += 1
            if not kinds and self.kind(k) == "T" and _PAST.search(self.text, items[j].start, items[j].end):
                yield i, k, self.text[items[i].start : items[k].end]  # "relapsed after 24 months"
                return
            if kinds not in _JOINS or k >= len(items) or items[k].kind != "A":
                return
            j = k
            listed = kinds == "," or (listed and kinds[-1] != "j")
            name = None if listed else self.name(i, j)  # "A, B" goes on with "and C", or is two
            if name:
                yield i, j, name

    def _from(self, start: int, end: int) -> str:
        """The words with a "those" before them."""
        if self.text.endswith("those ", self.start, start):
            start -= 6
        return self.text[start:end].strip(" .,:;")
