"""What is proposed and remembered of groups: proposals, units of values, and what a text has told so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from classifier.extraction.groups.counted_names import counted
from classifier.extraction.groups.phrases import Row
from classifier.extraction.linking.links import Link

Names = tuple[str | None, ...]


@dataclass(slots=True)
class Proposal:
    """Names for the values of a unit, and what speaks for them.

    Attributes
    ----------
    names : tuple
        One for all values of the unit, or one for each.
    row : list of str
        Features, each of which holds.
    sort : str
        "" one value, "h " a hazard ratio, "s " one name for a run, "n " a list of names for a run. The
        weights of "h " and "s " stand on top of those of "".
    how : str
        How a name for one value was found: what it may be remembered by.
    sure : bool
        Whether the choice may be remembered for what follows.
    """

    names: Names
    row: list[str]
    sort: str
    how: str = ""
    sure: bool = True


@dataclass(slots=True)
class Unit:
    """Values that are named together, in order, with their proposals."""

    links: list[Link]
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def is_ratio(self) -> bool:
        """Whether the unit is a hazard ratio."""
        return self.links[0].statistic == "hazard_ratio"


@dataclass(slots=True)
class Told:
    """What was chosen before in this text.

    Attributes
    ----------
    study : list of str
        Arms to which patients were assigned, as far as the text names them plainly.
    lists : list of tuple of str
        Names told apart, latest last, each once; `uses` counts them, `versus` holds those of comparisons.
    scope : str or None
        The last name chosen for a value alone, `age` sentences ago, in the way `how`.
    names : set of frozenset of str
        Telling words of every name chosen; `here`, of those of this sentence, latest last.
    before : list of tuple of int
        Start and end of the sentences before, and `rows` those that were read for lists.
    ratio : tuple of int and str or None
        Start and chosen name of the last hazard ratio; `pair_here`: a list was named in this sentence.
    """

    study: list[str] = field(default_factory=list)
    lists: list[tuple[str, ...]] = field(default_factory=list)
    uses: Counter[tuple[str, ...]] = field(default_factory=Counter)
    versus: set[tuple[str, ...]] = field(default_factory=set)
    scope: str | None = None
    age: int = 9
    how: str = ""
    names: set[frozenset[str]] = field(default_factory=set)
    here: list[frozenset[str]] = field(default_factory=list)
    before: list[tuple[int, int]] = field(default_factory=list)
    rows: dict[int, Row] = field(default_factory=dict)
    ratio: tuple[int, str | None] | None = None
    pair_here: bool = False
    counts: dict[tuple[int, int], list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def counted_of(self, text: str, start: int, end: int) -> list[tuple[str, tuple[str, ...]]]:
        """The lists of names with their counts in a stretch of the text."""
        if (start, end) not in self.counts:
            self.counts[start, end] = counted(text, start, end)
        return self.counts[start, end]

    def row_of(self, text: str, start: int, end: int) -> Row:
        """A sentence before, read for names alone."""
        if start not in self.rows:
            self.rows[start] = Row(text, start, end, [], set(), lenient=True)
        return self.rows[start]
