"""Which group a value belongs to: every phrase that may name one is a proposal, a learned choice picks.

A unit is what is named together: one value, or a run of values joined as a list ("12.1 v 10.9 months").
`proposals.py` and `list_proposals.py` say what might name it and what speaks for that; the weights come
from `models.outcome_spans.ArmChoice`, fitted on annotated or confirmed findings on top of `PRIOR`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from classifier.extraction.groups.group_words import telling
from classifier.extraction.groups.items import Item
from classifier.extraction.groups.list_proposals import ListProposer
from classifier.extraction.groups.phrases import Row
from classifier.extraction.groups.proposals import Proposer
from classifier.extraction.groups.told import Names, Proposal, Told, Unit
from classifier.extraction.linking.links import Link
from classifier.extraction.text.tokens import Token
from models.outcome_spans import ArmChoice

SURE = 0.4  # below this probability a choice is not remembered for what follows (a guess)

Choose = Callable[[Unit, Proposer], Proposal]


class SentenceNames:
    """Names the groups of one sentence's values, unit by unit, and remembers them for what follows."""

    def __init__(self, text: str, start: int, end: int, tokens: list[Token], told: Told) -> None:
        self.text, self.start, self.end, self.tokens, self.told = text, start, end, tokens, told
        self._chain: list[str] = []
        self._chained: tuple[str, str, float | None] = ("", "", None)

    def assign(self, links: list[Link], choose: Choose) -> dict[int, str | None]:
        """The group of each linked value, by the value's start."""
        row = Row(self.text, self.start, self.end, self.tokens, {k.token.start for k in links})
        proposer = Proposer(row, self.told, n_values=len(links))
        place = {item.start: n for n, item in enumerate(row.items) if item.kind in "VI"}
        found: dict[int, str | None] = {}
        runs: dict[int, list[int]] = {}  # "PFS and OS were 5.2 and 15.2 months with A": one run, two units
        for link in links:
            if link.token.start in place:
                runs.setdefault(link.token.run, []).append(place[link.token.start])
        self.told.here.clear()
        self.told.pair_here = False
        for unit in _series(_units(links), row, place):
            places = [place[k.token.start] for k in unit.links if k.token.start in place]
            if len(unit.links) == 1 == len(places) and not unit.is_ratio and unit.links[0].token.run >= 0:
                run = runs[unit.links[0].token.run]
                if not any(k.token.versus for k in links if k.token.run == unit.links[0].token.run):
                    places = [min(run), max(run)]
            _propose(unit, proposer, places)
            chosen = choose(unit, proposer)
            names = chosen.names if len(chosen.names) > 1 else chosen.names * len(unit.links)
            for link, name in zip(unit.links, names, strict=True):
                found[link.token.start] = name
            self._remember(unit, names, chosen)
        self.told.age += 1
        return found

    def _remember(self, unit: Unit, names: Names, chosen: Proposal) -> None:
        told = self.told
        named = tuple(dict.fromkeys(n for n in names if n))
        told.names.update(telling(n) for n in named)
        told.here += [telling(n) for n in named]
        told.pair_here = told.pair_here or len(named) > 1
        if unit.is_ratio:
            told.ratio = unit.links[0].token.start, names[0]
        if not chosen.sure:
            return
        if len(named) >= 2:
            self._put(named)
            told.uses[named] += 1
            if unit.links[-1].token.versus:
                told.versus.add(named)
        elif not unit.is_ratio:
            if chosen.how != "scope":
                told.scope, told.age, told.how = (named[0] if named else None), 0, chosen.how
            if named or chosen.how not in ("", "scope"):
                self._chain_up(unit.links[0], named[0] if named else "")

    def _put(self, named: tuple[str, ...]) -> None:
        if named in self.told.lists:
            self.told.lists.remove(named)
        self.told.lists.append(named)

    def _chain_up(self, link: Link, name: str) -> None:
        """Values named one by one tell their groups apart too: "20 with A, 15 with B and 11 with C"."""
        kind = (link.key, link.statistic, link.timepoint)
        lists = self.told.lists
        if kind != self._chained or name in self._chain:
            self._chain = []
        elif len(self._chain) > 1 and lists and lists[-1] == tuple(self._chain):
            lists.pop()
        self._chained = kind
        self._chain.append(name)
        if len(self._chain) > 1:
            self._put(tuple(self._chain))


def _units(links: list[Link]) -> list[Unit]:
    """Values joined in a run, of one endpoint and statistic; each hazard ratio alone."""
    runs: dict[tuple[int, str, str], list[Link]] = {}
    for link in links:
        alone = link.statistic == "hazard_ratio" or link.token.run < 0
        run = -link.token.start - 1 if alone else link.token.run
        runs.setdefault((run, link.key, link.statistic), []).append(link)
    return [Unit(group) for group in runs.values()]


def _series(units: list[Unit], row: Row, place: dict[int, int]) -> list[Unit]:
    """Join single values of one kind that only ";" or "|" parts: "ORR 15%; 14%", "12% | 30% | 41%"."""
    found: list[Unit] = []
    for unit in units:
        if found and _goes_on(found[-1].links[-1], unit.links, row, place):
            found[-1].links += unit.links
        else:
            found.append(unit)
    return found


def _goes_on(last: Link, links: list[Link], row: Row, place: dict[int, int]) -> bool:
    first = links[0]
    if first.statistic == "hazard_ratio" or (last.key, last.statistic) != (first.key, first.statistic):
        return False
    if last.timepoint != first.timepoint or last.token.start not in place or first.token.start not in place:
        return False
    between = row.items[place[last.token.start] + 1 : place[first.token.start]]
    joined = "".join(i.kind for i in between if not _is_number(row, i))
    return joined == "," if len(links) > 1 else joined in (";", "|")


def _is_number(row: Row, item: Item) -> bool:
    """Whether an item says no more than how many, or how sure: an interval, a count, a bracket."""
    return item.kind in "IN()" or (item.kind == "A" and row.text[item.start : item.end].isdigit())


def _propose(unit: Unit, proposer: Proposer, places: list[int]) -> None:
    n = len(unit.links)
    times = {k.timepoint for k in unit.links}
    if len(places) < n:
        unit.proposals = [Proposal((None,) * n, ["none"], "")]
    elif n == 1 or (len(times) == n and None not in times):  # one group at several times
        unit.proposals = list(proposer.for_one(places, "h " if unit.is_ratio else ""))
    else:
        unit.proposals = list(ListProposer(proposer, unit, places).proposals())


def features(proposal: Proposal, proposer: Proposer) -> dict[str, float]:
    """What the model learns of a proposal: its row, once for every sort of unit and once for this sort."""
    sort = proposal.sort
    if sort != "n ":
        found = dict.fromkeys(proposal.row, 1.0)
        if sort:
            found |= {sort + word: 1.0 for word in proposal.row} | {sort: 1.0}
        return found
    found = {sort + word: 1.0 for word in proposal.row}
    for name in proposal.names:
        for word in proposer.about(name or ""):
            key = "n name " + word
            found[key] = found.get(key, 0.0) + 1.0 / len(proposal.names)
    return found


class Weigher:
    """The weights of a model by sort of unit, so that a proposal is weighed by one look-up a feature."""

    def __init__(self, model: ArmChoice) -> None:
        plain: dict[str, float] = {}
        apart: dict[str, dict[str, float]] = {"h ": {}, "s ": {}, "n ": {}}
        for name, weight in model.weights_.items():
            apart.get(name[:2], plain)[name[2:] if name[:2] in apart else name] = weight
        self._by_sort = {"": plain, "n ": apart["n "]}
        for sort in ("h ", "s "):
            both = {w: plain.get(w, 0.0) + apart[sort].get(w, 0.0) for w in plain.keys() | apart[sort].keys()}
            self._by_sort[sort] = both
        self._base = {sort: apart[sort].get("", 0.0) for sort in apart} | {"": 0.0}

    def score(self, proposal: Proposal, proposer: Proposer) -> float:
        """The weight of a proposal; a feature that was never seen counts nothing."""
        known = self._by_sort[proposal.sort]
        total = self._base[proposal.sort]
        for word in proposal.row:
            total += known.get(word, 0.0)
        if proposal.sort == "n ":
            names = [self._of_name(name or "", known, proposer) for name in proposal.names]
            total += sum(names) / len(names)
        return total

    def _of_name(self, name: str, known: dict[str, float], proposer: Proposer) -> float:
        if name not in proposer.weights:
            proposer.weights[name] = sum(known.get("name " + word, 0.0) for word in proposer.about(name))
        return proposer.weights[name]

    def best(self, unit: Unit, proposer: Proposer) -> Proposal:
        """The heaviest proposal; it is sure when it outweighs the others together."""
        scores = [self.score(p, proposer) for p in unit.proposals]
        top = max(scores)
        chosen = unit.proposals[scores.index(top)]
        chosen.sure = SURE * sum(math.exp(s - top) for s in scores) < 1.0
        return chosen


# Hand-set weights, a guess from reading abstracts: what the fit starts from, and all there is without one.
PRIOR: dict[str, float] = {
    "directly behind": 2.5,
    "label": 1.0,
    "label:": 2.0,
    "label(": 2.0,
    "label=": 1.0,
    "opening": 2.0,
    "opens then ,": 0.5,
    "subject p": 2.0,
    "subject opens": 1.0,
    "subject before a bracket": 1.0,
    "another's label": -3.0,
    "behind another": -2.0,
    "between V=1": -1.0,
    "between V=2": -1.5,
    "between V=3": -2.0,
    "between A=1": -0.5,
    "between A=2": -1.0,
    "between A=3": -1.5,
    "between A=4": -2.0,
    "between ;": -1.0,
    "people": 0.5,
    "group": 0.7,
    "drug": 0.5,
    "study arm": 0.7,
    "told": 0.7,
    "no group": -2.0,
    "all": -1.5,
    "none": 1.0,
    "h none": 1.5,
    "h opening": 0.7,
    "h directly behind": 0.7,
    "h left=in": 1.0,
    "h left=among": 1.0,
    "h subject opens": 0.5,
    "n told fresh": -1.0,
    "n told by versus x": 0.5,
    "h compared to": -2.0,
    "joined=and": 0.3,
    "joined=, and": 0.5,
    "h drug": -1.0,
    "h study arm": -1.5,
    "h left=with": -0.5,
    "scope 0": 1.0,
    "scope opens": 1.0,
    "scope behind": -1.0,
    "s ": -1.0,
    "s none n=3": -1.5,
    "s none n=4": -2.0,
    "s same n=3": -0.5,
    "s same n=4": -1.0,
    "s same x": -1.0,
    "s same respectively": -2.0,
    "n parallel 1 same": 2.0,
    "n parallel -1 same": 2.0,
    "n list behind": 2.0,
    "n list before": 1.5,
    "n list V=1": -1.0,
    "n list V=2": -1.5,
    "n list respectively list behind": 1.0,
    "n pair forward x x": 1.0,
    "n pair V=1": -1.0,
    "n pair V=2": -1.5,
    "n pair A=1": -0.5,
    "n pair A=2": -0.7,
    "n pair A=3": -1.0,
    "n pair compared with": 3.0,
    "n pair comparing forward": 3.0,
    "joined=without": 0.7,
    "joined=with": 0.3,
    "n told age=0": 1.5,
    "n told said=<": 0.5,
    "n told said=10": 0.5,
    "n told reversed said=>": 0.5,
    "n study": 1.5,
    "n study reversed": -0.5,
    "n told reversed": -0.5,
    "n name no group": -2.0,
    "n name drug": 0.7,
    "n name group": 0.7,
    "n name study arm": 0.7,
    "n name told": 0.7,
    "n enumerated": 0.5,
}
