"""A record's text cut into stretches, each with the criteria and findings whose words it is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.judgement import Judgement
from data.records import Record
from models.terms import Hit


@dataclass(frozen=True, slots=True)
class Span:
    """A marked part of `Record.text`: code points, end exclusive.

    `name` is a criterion, `not-` and a criterion (a word that speaks against it), `value-` or
    `evidence-` and a number.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of text under the same marks from end to end; `at` counts code points of `Record.text`."""

    text: str
    at: int
    marks: tuple[str, ...]


def term_spans(hits: Sequence[Hit]) -> list[Span]:
    """The protocol's terms as spans."""
    return [_span(h.criterion, h.wanted, h.start, h.end) for h in hits]


def judgement_spans(judged: Judgement) -> list[Span]:
    """The words by which each criterion was judged; those denied or unwanted as speaking against it."""
    return [_span(c.criterion, s.wanted, s.start, s.end) for c in judged.criteria for s in c.spans]


def _span(criterion: str, speaks_for: bool, start: int, end: int) -> Span:
    return Span(criterion if speaks_for else f"not-{criterion}", start, end)


def stretches(record: Record, spans: Sequence[Span]) -> tuple[list[Stretch], list[Stretch]]:
    """Title and abstract, each cut wherever a span begins or ends; no character is lost.

    Examples
    --------
    >>> title, abstract = stretches(Record(title="In myeloma", abstract=""), [Span("population", 3, 10)])
    >>> [(s.text, s.marks) for s in title], abstract
    ([('In ', ()), ('myeloma', ('population',))], [])
    """
    n_title = len(record.title)
    n_text = len(record.text)
    return _cut(record.text, 0, n_title, spans), _cut(record.text, n_title + 1, n_text, spans)


def _cut(text: str, begin: int, end: int, spans: Sequence[Span]) -> list[Stretch]:
    inside = [s for s in spans if s.start < end and s.end > begin]
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    for span in inside:
        opened.setdefault(max(span.start, begin), []).append(span.name)
        closed.setdefault(min(span.end, end), []).append(span.name)
    cuts = sorted({begin, end, *opened, *closed})
    standing: dict[str, int] = {}
    pieces: list[Stretch] = []
    for start, stop in itertools.pairwise(cuts):
        for name in closed.get(start, ()):
            standing[name] -= 1
        for name in opened.get(start, ()):
            standing[name] = standing.get(name, 0) + 1
        marks = tuple(sorted(name for name, n in standing.items() if n))
        if pieces and pieces[-1].marks == marks:
            before = pieces.pop()
            pieces.append(Stretch(before.text + text[start:stop], before.at, marks))
        else:
            pieces.append(Stretch(text[start:stop], start, marks))
    return pieces
