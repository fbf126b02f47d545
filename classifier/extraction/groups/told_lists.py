"""Lists of names that were told before a run of values: chosen, counted, enumerated, or the study's arms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.extraction.groups.group_words import abbreviated, alike, telling, without_dose
from classifier.extraction.groups.item_row import template
from classifier.extraction.groups.listed_names import spoken
from classifier.extraction.groups.proposals import Proposer
from classifier.extraction.groups.told import Unit

_VALUE = re.compile(
    r"P\Z|\d+\.\d+\s?[-\u2013]|[<>~]?(?:\d+[.\u00b7,]\d+|\d{2,})\s*(?:%|mo\w*)?\Z|[\d.]+\s*(?:%|mo\b|of |/).*"
)

Listed = tuple[tuple[str, ...], list[str]]


class ToldLists:
    """The lists told before one run of values."""

    def __init__(self, proposer: Proposer, unit: Unit, places: list[int]) -> None:
        self.row, self.told, self.items = proposer.row, proposer.told, proposer.items
        self.places, self.n = places, len(places)
        self.versus = "x" if unit.links[-1].token.versus else "j"
        self.ordered = proposer.row.says_order()
        self.near = proposer.near(places[0], places[-1])
        self.named = [p for p in self.near if p[2]]

    def told_before(self) -> Iterator[Listed]:
        """Lists with numbers, with counts or enumerated in the sentences before."""
        yield from self.spoken()
        yield from self.counted()
        told = any(len(k) == self.n for k in self.told.lists)
        known = f"enumerated lists={int(told)}"
        for age, (names, row) in enumerate(self._enumerated((1 if told else 4) if self.n == 2 else 99)):
            row += [f"enumerated age={min(age, 3)}", f"enumerated ordered={self.ordered}"]
            yield names, ["enumerated", known, *row]

    def spoken(self) -> Iterator[Listed]:
        """Names behind numbers of whatever kind: "66% in the early group and 60% in the late group, OS 71"
        " v 70%"."""
        row, told = self.row, self.told
        here = spoken(row.text, row.start, self.items[self.places[0]].start)
        for names in row.told_with(here, self.n):
            yield names, ["spoken", "spoken here"]
        found = 0
        for age, (start, end) in enumerate(reversed(told.before[-4:])):
            for names in told.row_of(row.text, start, end).told_with(None, self.n):
                yield (
                    names,
                    [
                        "spoken",
                        f"spoken age={age}",
                        f"spoken {found}",
                        f"spoken lists={min(len(told.lists), 1)}",
                    ],
                )
                found += 1

    def counted(self) -> Iterator[Listed]:
        """Names that were told with how many there were: "wing 1, 98; wing 2, 60"."""
        text, told, found = self.row.text, self.told, 0
        spans = [(self.row.start, self.items[self.places[0]].start), *reversed(told.before)]
        for age, (start, end) in enumerate(spans):
            for how, all_names in told.counted_of(text, start, end):
                if len(all_names) < self.n:
                    continue
                exact = "exact" if len(all_names) == self.n else "more"
                row = ["counted", f"counted {how}", f"counted {exact}", f"counted {how} {exact}"]
                row += [f"counted age={min(age, 2)}", f"counted nth={min(found, 2)}"]
                row.append(f"counted lists={min(len(told.lists), 1)}")
                yield all_names[: self.n], row
                if exact == "more":
                    yield all_names[-self.n :], [*row, "counted last"]
                found += 1
            if found > 3:
                return

    def remembered(self) -> Iterator[Listed]:
        """The lists that were chosen last, in their order and, for two, in the other."""
        for age, names in enumerate(reversed(self.told.lists[-4:])):
            if len(names) != self.n:
                continue
            said = self._said(names)
            row = ["told", f"told age={age}", f"told {self.versus}", f"told said={said}"]
            row += [f"told uses={min(self.told.uses[names], 3)}", f"told ordered={self.ordered}"]
            if self._fresh(names):
                row.append("told fresh")
            if names in self.told.versus:
                row.append(f"told by versus {self.versus}")
            yield names, row
            if self.n == 2:
                row = ["told reversed", f"told reversed {self.versus}", f"told reversed said={said}"]
                yield names[::-1], row

    def of_the_study(self) -> Iterator[Listed]:
        """The arms of the study, by their short names and without doses as well."""
        study = tuple(self.told.study)
        if len(study) != self.n:
            return
        lists = f"study lists={min(len(self.told.lists), 1)}"
        short = tuple(abbreviated(self.row.text, self.told.study))
        if short != study:
            yield short, ["study", "study short", lists, f"study said={self._said(short)}"]
        undosed = tuple(without_dose(name) for name in study)
        if undosed != study and len(set(undosed)) == self.n:
            yield undosed, ["study", "study undosed", lists, f"study said={self._said(undosed)}"]
        said = self._said(study)
        yield study, ["study", lists, f"study said={said}", f"study {self.versus}"]
        if self.n == 2:
            yield study[::-1], ["study reversed", f"study reversed said={said}"]

    def _said(self, names: tuple[str, ...]) -> str:
        """Which of the names are said before the run: "10" the first only; "<", ">" their order."""
        at = [-1, -1]
        for n, name in enumerate(names[:2]):
            words = telling(name)
            for i, j, said in self.named:
                if j < self.places[0] and alike(words, telling(said)):
                    at[n] = i
        if min(at) >= 0:
            return "<" if at[0] < at[1] else ">"
        return "".join(str(int(k >= 0)) for k in at)

    def _fresh(self, names: tuple[str, ...]) -> bool:
        """Whether another group is named right behind the run."""
        last = self.places[-1]
        for i, _, name in self.near:
            if i > last and template(self.items[last + 1 : i]) == "p":
                return bool(name) and not any(alike(telling(name), telling(n)) for n in names)
        return False

    def _enumerated(self, n_sentences: int) -> Iterator[Listed]:
        """Lists of just so many names in the sentences before, nearest first."""
        found = 0
        for start, end in reversed(self.told.before[-n_sentences:]):
            row = self.told.row_of(self.row.text, start, end)
            for first, last, names, shape, how in row.regions(self.n):
                if any(_VALUE.match(name) for name in names):
                    continue
                if all(name.isdigit() for name in names) and not row.speaks_of_classes(first):
                    continue
                told = [f"enumerated {shape}", f"enumerated {how}", f"enumerated left={row.side(first - 1)}"]
                told.append(f"enumerated right={row.kind(last + 1)}")
                if row.speaks_of_classes(first):
                    told.append("enumerated classes")
                yield names, told
                found += 1
            for names in row.cells(self.n, len(row.items)):
                yield names, ["enumerated row"]
            if names := row.spaced(self.n, len(row.items)):
                yield names, ["enumerated row", "spaced"]
            for names in row.through(self.n, len(row.items)):
                yield names, ["enumerated", "enumerated through"]
            for i, names in row.slashed(self.n, len(row.items)):
                yield names, ["enumerated slashed", f"enumerated right={row.kind(i + 1)}"]
            if found > 6:
                return
