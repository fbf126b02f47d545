"""Proposals for the groups of a run of values: lists of as many names, one name for all, and none.

Lists are phrases in parallel places ("A: 60%, B: 40%"), lists behind or before the run, pairs of phrases
with anything between, the names last told apart, the study's arms, and lists of the sentences before.
"""

from __future__ import annotations

from collections.abc import Iterator

from classifier.extraction.groups.group_words import says_all
from classifier.extraction.groups.item_row import bare, template
from classifier.extraction.groups.phrases import Phrase
from classifier.extraction.groups.proposals import REACH, Proposer
from classifier.extraction.groups.told import Names, Proposal, Unit
from classifier.extraction.groups.told_lists import Listed, ToldLists

# Phrases that are tried in pairs: the nearest before and behind the run, and the nearest that are no part
# of a longer one.
N_BEFORE, N_WHOLE, N_BEHIND = 6, 5, 4


def _holds(whole: Phrase, part: Phrase) -> bool:
    return whole[:2] != part[:2] and whole[0] <= part[0] and part[1] <= whole[1]


_SETTLING = frozenset(("parallel 1 same", "parallel -1 same", "list bare>p", "list bare>pR", "list bare>Rp"))


def _pattern(n: int, versus: list[int]) -> list[int]:
    """Which of two groups each of more values is of; empty where the values may be of as many groups."""
    if n < 4 or n % 2:
        return []
    if versus == [n // 2]:
        return [0] * (n // 2) + [1] * (n // 2)
    return [0, 1] * (n // 2) if versus == [*range(1, n, 2)] else []


class ListProposer(ToldLists):
    """Proposals for one run of values of a sentence."""

    def __init__(self, proposer: Proposer, unit: Unit, places: list[int]) -> None:
        super().__init__(proposer, unit, places)
        self.of_one = proposer
        self.compared = "x" if any(k.token.versus for k in unit.links) else "j"
        versus = [k for k, link in enumerate(unit.links) if link.token.versus]
        self.pattern = _pattern(self.n, versus)

    def proposals(self) -> Iterator[Proposal]:
        """Every proposal; a list proposed in several ways is one, for which all of them speak."""
        seen: dict[Names, Proposal] = {}
        for listed, row in self._lists():
            names = tuple(name or None for name in listed)  # "": everybody
            if names in seen:
                seen[names].row += [w for w in row if w not in seen[names].row]
            else:
                seen[names] = Proposal(names, row, "n ")
        yield from seen.values()
        same: set[str] = set()
        end = [f"same n={min(self.n, 4)}", f"same {self.compared}"]
        if any(i.kind == "R" for i in self.items[self.places[-1] :]):
            end.append("same respectively")
        for i, j, name in self.near:
            beside = self.of_one.beside(self.places[0], self.places[-1], i, j) if i == j else None
            if beside is not None and name not in same:
                same.add(name)
                yield Proposal((name or None,) * self.n, beside + self.of_one.about(name) + end, "s ")
        none = [*self.of_one.none(self.places[0]), f"none n={min(self.n, 4)}", f"none ordered={self.ordered}"]
        yield Proposal((None,) * self.n, none, "s ")

    def _lists(self) -> Iterator[Listed]:
        """Lists of the sentence; those told before only where the sentence itself does not settle it."""
        settled = False
        for names, row in self._here():
            settled = settled or any(word in _SETTLING for word in row)
            yield names, row
        yield from self.remembered()
        yield from self.of_the_study()
        if not settled:
            yield from self.told_before()

    def _here(self) -> Iterator[Listed]:
        yield from self._parallel()
        yield from self._regions()
        for names in self.row.cells(self.n, self.places[0]):
            yield names, ["enumerated row"]
        for names in self.row.through(self.n, len(self.items)):
            yield names, ["through"]
        if names := self.row.spaced(self.n, self.places[0]):
            yield names, ["enumerated row", "spaced"]
        for i, names in self.row.slashed(self.n, len(self.items)):
            side = "before" if i < self.places[0] else "behind"
            gap = (
                self.items[i + 1 : self.places[0]]
                if side == "before"
                else self.items[self.places[-1] + 1 : i]
            )
            yield names, ["slashed", f"slashed {side}", f"slashed {side} {bare(template(gap))[-3:]}"]
        if self.n == 2:
            yield from self._pairs()
            yield from self._with_and_without()
        if self.pattern:
            yield from self._two_by_turns()
        yield from self._everybody_first()

    def _parallel(self) -> Iterator[Listed]:
        """Phrases in the same place beside each value: "60% (A) v 40% (B)", "A 60%, B 40%"."""
        single = {i: name for i, j, name in self.named if i == j}
        values = {k for k, item in enumerate(self.items) if item.kind in "VI"}
        for side in (1, -1):
            names, told = [], []
            for at in self.places:
                for i in range(at + side, at + 5 * side, side):
                    if i in values or not 0 <= i < len(self.items):
                        break
                    if i in single:
                        names.append(single[i])
                        told.append(template(self.items[min(at, i) + 1 : max(at, i)]))
                        break
            if len(names) == self.n and len(set(names)) > 1:
                alike_ = "same" if len(set(told)) == 1 else "mixed"
                row = [f"parallel {side}", f"parallel {side} {alike_}"]
                yield tuple(names), [*row, f"parallel {side} {told[-1][:4]} {alike_}"]

    def _regions(self) -> Iterator[Listed]:
        respectively = any(i.kind == "R" for i in self.items[self.places[-1] :])
        for first, last, names, shape, how in self.row.regions(self.n):
            if last < self.places[0] - REACH or first > self.places[-1] + REACH:
                continue
            if last < self.places[0]:
                gap = template(self.items[last + 1 : self.places[0]])
                row = ["list before", "list gap<" + gap[-6:], "list bare<" + bare(gap)[-6:]]
            elif first > self.places[-1]:
                gap = template(self.items[self.places[-1] + 1 : first])
                row = ["list behind", "list gap>" + gap[:6], "list bare>" + bare(gap)[:6]]
            else:
                continue
            row += [f"list V={min(gap.count('V'), 2)}", f"list {shape}", f"list {self.versus}{shape[-1:]}"]
            row.append(f"list {how}")
            row += [f"list left={self.row.side(first - 1)}", f"list right={self.row.kind(last + 1)}"]
            if respectively:
                row.append("list respectively " + row[0])
            yield names, row

    def _pairs(self) -> Iterator[Listed]:
        before = [p for p in self.named if p[1] < self.places[0]]
        behind = [p for p in self.named if p[0] > self.places[-1]][:N_BEHIND]
        whole = [p for p in before if not any(_holds(q, p) for q in before)][-N_WHOLE:]
        near = [*dict.fromkeys([*whole, *before[-N_BEFORE:]]), *behind]
        for n, a in enumerate(near):
            for b in near[n + 1 :]:
                if a[0] > b[1] or b[0] > a[1]:
                    if a[2] != b[2]:
                        forward, backward = self._pair(min(a, b), max(a, b))
                        low, high = min(a, b)[2], max(a, b)[2]
                        yield (low, high), forward
                        yield (high, low), backward

    def _pair(self, a: Phrase, b: Phrase) -> tuple[list[str], list[str]]:
        """What speaks for two phrases in their order, and in the other."""
        items, places, side = self.items, self.places, self.row.side
        inner = items[a[1] + 1 : b[0]]
        around = "around" if a[1] < places[0] < b[0] else "before" if b[0] < places[0] else "behind"
        between = template([i for i in inner if i.kind != "d"])
        word = next((i.word for i in inner if i.kind == "x"), "")
        left = side(a[0] - 1)
        turned = [
            f" {between[:5]}",
            f" bare {bare(between)[:6]}",
            f" {'x' if word else 'no x'} {self.versus}",
            f" left={left}",
        ]
        if word:
            turned.append(f" word={word}")
        left2 = side(a[0] - 2) if self.row.kind(a[0] - 2) in ("x", "v") else ""
        if left2:
            turned.append(f" left2={left2}")
        shared = ["pair", f"pair right={self.row.kind(b[1] + 1)}", f"pair inner={side(a[1] + 1)}"]
        shared += ["pair joined=" + self.row.joined_by(k[0], k[1]) for k in (a, b) if k[0] != k[1]]
        gap = items[b[1] + 1 : places[0]] if b[1] < places[0] else items[places[-1] + 1 : a[1] + 1]
        told = template(gap)
        shared += [
            f"pair gap {around} " + told[:5],
            f"pair bare {around} " + bare(told)[:5],
            f"pair V={min(told.count('V'), 2)}",
        ]
        shared.append(f"pair A={min(told.count('A'), 3)}")
        if around == "around":
            shared.append("pair gap2 " + template(items[a[1] + 1 : places[0]])[-4:])
        forward = [*shared, f"pair {around} forward", *("pair forward" + w for w in turned)]
        backward = [*shared, f"pair {around} backward", *("pair backward" + w for w in turned)]
        if left in ("comparing", "compared") and between == "p":
            forward.append("pair comparing forward")
            backward.append("pair comparing backward")
        if left in ("with", "to") and left2 == "compared":
            backward.append("pair compared with")
        return forward, backward

    def _with_and_without(self) -> Iterator[Listed]:
        """ "With and without boost": what is had, and what is not."""
        items, kind = self.items, self.row.kind
        for i in range(1, len(items) - 1):
            if items[i].word != "without" or kind(i - 1) not in ("j", "x", "V") or kind(i + 1) != "A":
                continue
            if not any(item.word == "with" for item in items[max(0, i - 5) : i]):
                continue
            name = self.row.name(i + 1, i + 1)
            if name:
                side = "behind" if i > self.places[-1] else "before"
                row = ["with and without", f"with and without {side}"]
                yield (name, "without " + name), row
                yield ("without " + name, name), ["without and with"]

    def _two_by_turns(self) -> Iterator[Listed]:
        """Two groups for more values: "90% and 70% versus 80% and 50%"."""
        n, self.n = self.n, 2
        ways = (self._pairs, self._regions, self.remembered, self.of_the_study, self.spoken, self.counted)
        found = [listed for way in ways for listed in way()]
        self.n = n
        for names, row in found:
            yield tuple(names[k] for k in self.pattern), [*row, "by turns"]

    def _everybody_first(self) -> Iterator[Listed]:
        """ "OS was 12 months, and 15 and 9 in men and women", "60%, or 71% in naive patients"."""
        start = self.items[self.places[0]].start
        first, second = self.items[self.places[0] : self.places[1] + 1 : self.places[1] - self.places[0]]
        between = self.row.text[first.end : second.start]
        row = [
            "all first",
            f"all first {min(self.n, 3)} {self.versus}",
            f"all first {between.strip(' ,;')[-12:]}",
        ]
        if says_all(self.row.text[self.row.start : start]):
            row.append("all first says")
        if self.n == 2:
            for i, j, name in self.named:
                if i > self.places[1] and template(self.items[self.places[1] + 1 : i]) == "p":
                    yield ("", name), [*row, f"all first joined={self.row.joined_by(i, j)}"]
            return
        for at, _, names, _, how in self.row.regions(self.n - 1):
            if at > self.places[-1] and "" not in names:
                yield ("", *names), [*row, f"all first {how}"]
