"""Proposals for the group of one value: every phrase of its sentence, the name chosen before, and none.

The code here only proposes. What speaks for a proposal is a row of named features; `arm_choice.py` weighs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from classifier.extraction.groups.group_words import about, alike, telling
from classifier.extraction.groups.item_row import bare, template
from classifier.extraction.groups.items import Item
from classifier.extraction.groups.phrases import Phrase, Row
from classifier.extraction.groups.told import Proposal, Told

_CUES = re.compile(
    r"(?P<factor>multivari|univari|prognos|predict|independent|factor|Cox|risk of|associat|correlat|adjust)"
    r"|(?P<subgroup>subgroup|benefit|effect|interaction|consistent|heterogen|stratum|strata|especially"
    r"|confined|particular|regardless|irrespective|pronounced|greatest|larger|strongest|notably|kept|seen in)"
    r"|(?P<favour>favou?r|improv|prolong|reduc|superior|longer|better)|(?P<people>patients|those|pts|women|men)\b"
    r"|(?P<overall>\boverall(?! surv)|\bITT|intention|pooled|whole|\ball\b)|(?P<versus>\bv(?:ersus|s)?\b"
    r"|compared"
    r"|\bthan\b)",
    re.IGNORECASE,
)
_TURNED = {"former": 0, "latter": 1}
_ANAPHOR = re.compile(
    r"\b(?:(?:[Tt]h(?:is|ese|at)|such|the same)(?: \w+){0,2} (?:patients|groups?|subgroups?|cohorts?"
    r"|populations?|settings?"
    r"|arms?|subsets?|pts|strat\w+|women|men|cases|stages?|part)|[Tt]heir|whose|[Tt]hey)\b"
)
_PLACES = frozenset(
    (
        "directly behind",
        "label",
        "label(",
        "label:",
        "label=",
        "label,",
        "subject before a bracket",
        "subject p",
        "subject opens",
        "subject else",
        "opening",
        "opens",
    )
)
REACH = 60  # items on either side of a value in which its group is sought: more than a long sentence has


class Proposer:
    """Proposals for the values of one sentence."""

    def __init__(self, row: Row, told: Told, *, n_values: int) -> None:
        self.row, self.told, self.n_values = row, told, n_values
        self.items = row.items
        self.phrases: list[Phrase] = [self._meant(p) for p in row.phrases()]
        self._about: dict[str, list[str]] = {}
        self._cues: dict[int, list[str]] = {}
        self.weights: dict[str, float] = {}  # of names, as far as they were weighed

    def about(self, name: str) -> list[str]:
        """What a name is like: by itself, and in this text."""
        if not name:
            return ["whole"]
        if name not in self._about:
            words = telling(name)
            found = [*about(name), f"said={min(self.row.text.count(name), 3)}"]
            if any(alike(words, telling(s)) for s in self.told.study):
                found.append("study arm")
            if any(alike(words, s) for s in self.told.names):
                found.append("told")
            self._about[name] = found
        return self._about[name]

    def _meant(self, phrase: Phrase) -> Phrase:
        """A phrase; "the former" and "the latter" by the names that were told last."""
        i, j, name = phrase
        words = name.casefold().split(" ")
        first = words[0] if words[0] in _TURNED else words[-1]
        if first in _TURNED:
            pairs: list[tuple[str, ...]] = [
                k for k in [*reversed(self.told.lists), tuple(self.told.study)] if len(k) == 2
            ]
            if not pairs and self.told.before:
                before = self.told.row_of(self.row.text, *self.told.before[-1]).regions(2)
                pairs += [region[2] for region in before]
            if pairs:
                return i, j, pairs[0][_TURNED[first]]
        return phrase

    @cached_property
    def anaphor(self) -> bool:
        """Whether the sentence goes back to people named before: "in this group", "these patients"."""
        return _ANAPHOR.search(self.row.text, self.row.start, self.row.end) is not None

    def near(self, first: int, last: int) -> list[Phrase]:
        """The phrases within reach of the values from item `first` to item `last`."""
        return [p for p in self.phrases if first - REACH < p[1] and p[0] < last + REACH]

    def for_one(self, places: Sequence[int], sort: str) -> Iterator[Proposal]:
        """Proposals for one value, or for one group at several times."""
        first, last, told = places[0], places[-1], self.told
        for i, j, name in self.near(first, last):
            row = self.beside(first, last, i, j)
            if row is None:
                continue
            how = "opens" if "opens" in row or "opening" in row else row[0]
            row += self.about(name)
            if name and told.here:
                words = telling(name)
                for n, other in enumerate(reversed(told.here)):
                    if alike(words, other):
                        row += ["named here", f"named here {min(n, 3)}"]
                        break
            if i != j:
                row.append("joined=" + self.row.joined_by(i, j))
            if sort:
                row += self._within(row, name, first)
            yield Proposal((name or None,), row, sort, how)
        if told.scope and told.age < 4:
            age = min(told.age, 3)
            row = [f"scope {age}", f"scope {told.how} {age}", f"scope {told.how}"]
            row += ["scope " + w for w in self.about(told.scope)[2:]]
            if self.anaphor:
                row.append("scope anaphor")
            yield Proposal((told.scope,), row, sort, "scope")
        yield from self._opened_before(sort)
        none = self.none(first)
        if sort:
            none += ["none " + cue for cue in self._of_ratio(first)]
            none += [f"none pair here={told.pair_here}"]
            if told.ratio:
                here = "here" if told.ratio[0] >= self.row.start else "before"
                none.append(f"none ratio {here} named={told.ratio[1] is not None}")
        yield Proposal((None,), none, sort)

    def _opened_before(self, sort: str) -> Iterator[Proposal]:
        """What the sentences before opened with: "Phase II enrolled 25 patients. The ORR was 36%."."""
        text = self.row.text
        for age, (start, end) in enumerate(reversed(self.told.before[-2:])):
            if text.find(":", start, min(end, start + 80)) < 0:
                continue
            row = self.told.row_of(text, start, end)
            for _, j, name in row.heads():
                if name and row.kind(j + 1) == ":":
                    found = ["opened", f"opened {age}", *("opened " + w for w in self.about(name)[2:])]
                    yield Proposal((name,), found, sort, "opened")

    def none(self, first: int) -> list[str]:
        """What speaks for no name at all."""
        told = self.told
        row = ["none", f"none lists={min(len(told.lists), 2)}", f"none study={len(told.study) >= 2}"]
        row.append(f"none values={min(self.n_values, 3)}")
        row.append(f"none named here={min(len(told.here), 2)}")
        if told.scope and told.age < 2:
            row.append("none scope")
        token = self.items[first].token
        if token is not None and token.depth:
            row.append("none in brackets")
        return row

    def _within(self, row: Sequence[str], name: str, first: int) -> list[str]:
        """What tells the people within whom a ratio holds: the ratio before, the pair named, the verbs."""
        told, found = self.told, []
        named = "named here" in row
        if told.pair_here:
            found.append(f"pair here, named={named}")
        if told.ratio and told.ratio[0] >= self.row.start:
            last = told.ratio[1]
            same = "none" if last is None else "same" if alike(telling(name), telling(last)) else "other"
            found.append(f"ratio before {same}")
            gap = [i for i in self.items[:first] if i.start > told.ratio[0]]
            found.append(f"ratio before {same} {bare(template(gap))[-4:]}")
        place = next((w for w in row if w in _PLACES), row[0])
        found += [f"{place} {cue}" for cue in self._of_ratio(first)]
        return found

    def _of_ratio(self, first: int) -> list[str]:
        """Words of the clause that tell a ratio of a factor or of the arms from one within a subgroup."""
        item = self.items[first]
        start = max(self.row.start, self.row.text.rfind(";", self.row.start, item.start))
        if start not in self._cues:
            clause = self.row.text[start : self.row.end]
            self._cues[start] = [*dict.fromkeys(f"cue={m.lastgroup}" for m in _CUES.finditer(clause))]
        return self._cues[start]

    def beside(self, first: int, last: int, i: int, j: int) -> list[str] | None:
        """What speaks for the phrase from item `i` to `j`, by its place beside the values."""
        if i > last:
            return self._behind(last, i, j)
        return self._before(first, i, j) if j < first else None

    def _chain_left(self, i: int) -> str:
        """The small word before the first of a chain of brackets: "in A (1), B (2) and C (3)"."""
        items = self.items
        while True:
            k = i - 1
            while k > 0 and items[k].kind in ",j;":
                k -= 1
            if k <= 0 or items[k].kind != ")":
                return self.row.side(i - 1)
            while k > 0 and items[k].kind != "(":
                k -= 1
            if k <= 0 or items[k - 1].kind != "A":
                return self.row.side(i - 1)
            i = k - 1

    def _behind(self, last: int, i: int, j: int) -> list[str] | None:
        gap = self.items[last + 1 : i]
        told = template(gap)
        if told.count("V") > 1 or ";" in told or len(told) > 14:
            return None
        kind = self.row.kind
        right2 = kind(j + 1) + kind(j + 2)
        row = ["behind", "gap>" + told, "left=" + self.row.side(i - 1), "right=" + kind(j + 1)]
        row += ["right2>" + right2, "bare>" + bare(told)[:6]]
        if (
            right2 in ("(V", "(m", "(E", ":V", "=V", "vV")
            or right2[0] == "V"
            or (right2 == ",V" and told != "p")
        ):
            row.append("another's label")
        if told == "p":
            row.append("directly behind")
        if gap and gap[0].kind in "px":
            row.append("word>" + gap[0].word)
        return row + _counts(gap)

    def _before(self, first: int, i: int, j: int) -> list[str] | None:
        gap = self.items[j + 1 : first]
        told = template(gap)
        if len(told) > (60 if i < 2 else 24):
            return None
        kind, side = self.row.kind, self.row.side
        left2 = kind(i - 2) + kind(i - 1)
        row = ["before", "gap<" + told[-8:], "left=" + side(i - 1), "right=" + side(j + 1)]
        row += [
            "bare<" + bare(told)[-6:],
            "next<" + told[:3],
            "left2<" + left2,
            "right2<" + kind(j + 1) + kind(j + 2),
        ]
        if "x" in left2 or (left2[-1] == "p" and kind(i - 3) == "x"):
            row.append("compared to")
        if left2 in ("Vp", ")p", "Vx"):
            row.append("behind another")
        if told in ("", "(", ":", "=", "(m", "(mE", ",", "(E"):
            row.append("label" + told[:1])
        elif told.replace("d", "").replace("v", "") in ("(", "(m", "(mE", "(E"):
            row.append("subject before a bracket")
        elif told[:1] == "v" and "V" not in told:
            row.append("subject " + ("p" if left2[-1] == "p" else "opens" if i == 0 else "else"))
        if told[:1] == "(":
            row.append("chain left=" + self._chain_left(i))
        if i < 2 or self.items[i - 1].kind == ";":
            sign = self._sign_behind(j + 1)
            row.append(f"heads {sign}" if i else f"heads {sign} 0")
            if sign == ":" and not self._headed_anew(j + 1, first):
                row.append("governs")
        if i == 0:
            row.append("opens")
        elif self.items[i - 1].kind == "p" and (i == 1 or self.items[i - 2].kind in ";:"):
            row += ["opens with " + self.items[i - 1].word, "opens then " + kind(j + 1), "opening"]
        return row + _counts(gap)

    def _sign_behind(self, k: int) -> str:
        """The letter behind a phrase and the bracket it may have."""
        if self.row.kind(k) != "(":
            return self.row.kind(k)
        while k < len(self.items) and self.items[k].kind != ")":
            k += 1
        return self.row.kind(k + 1)

    def _headed_anew(self, k: int, first: int) -> bool:
        """Whether a stretch behind ";" has a head of its own: "A: OS 60%; B: OS 50%"."""
        kinds = "".join(item.kind for item in self.items[k + 1 : first])
        stop = kinds.rfind(";")
        return stop >= 0 and ":" in kinds[stop:]


def _counts(gap: Sequence[Item]) -> list[str]:
    kinds = [g.kind for g in gap]
    row = [f"between A={min(kinds.count('A'), 4)}", f"between V={min(kinds.count('V'), 3)}"]
    if ";" in kinds:
        row.append("between ;")
    if "E" in kinds:
        row.append("between E")
    depth = kinds.count("(") - kinds.count(")")
    row.append(f"depth={max(-2, min(depth, 2))}")
    return row
