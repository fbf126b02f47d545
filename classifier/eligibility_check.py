"""What a lead should know of a protocol before people screen by it: `check_protocol`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.eligibility import Thresholds
from classifier.eligibility_design import wanted_designs
from classifier.eligibility_terms import Absence
from data.protocol import Criterion, Protocol
from models.background import load_background
from models.terms import Terms

MANY_TERMS = 2000


@dataclass(frozen=True, slots=True)
class ProtocolNote:
    """One thing to look at. None of them stops a protocol from being used.

    Attributes
    ----------
    criterion : str
    terms : tuple of str
        The terms it is about; empty when it is about the criterion.
    message : str
        What was found, what follows from it, and what to do.
    """

    criterion: str
    terms: tuple[str, ...]
    message: str


def check_protocol(protocol: Protocol) -> list[ProtocolNote]:
    """Everything worth a second look, in the order of the protocol; an empty list is a clean one."""
    return [note for criterion in protocol.criteria for note in _notes(criterion)]


def _notes(criterion: Criterion) -> Iterator[ProtocolNote]:
    name = criterion.name
    if name == "study_design":
        yield from _design_notes(criterion)
    elif not criterion.terms and not criterion.unwanted and name != "comparator":
        yield ProtocolNote(
            name, (), "has no terms: every record will be unclear on it; add `wanted` or `unwanted` terms"
        )
    yield from _overlaps(criterion)
    counted = Counter(t for group in criterion.together for t in set(group))
    if twice := tuple(t for t, n in counted.items() if n > 1):
        yield ProtocolNote(
            name, twice, "stand in several lists of `together`: one mention is enough for all of them"
        )
    silent = tuple(t for t in (*criterion.terms, *criterion.unwanted) if not _finds_itself(criterion, t))
    if silent:
        yield ProtocolNote(name, silent, "hold no letter or digit and match nothing; take them out")
    if len(criterion.terms) + len(criterion.unwanted) > MANY_TERMS:
        yield ProtocolNote(
            name, (), f"has more than {MANY_TERMS} terms; that works, but few people can answer for them all"
        )
    if name in ("population", "intervention") and criterion.terms:
        limits = Thresholds()
        closed = limits.closed if name == "intervention" else limits.population_closed
        if Absence(criterion, load_background()).rarity < closed:
            yield ProtocolNote(
                name,
                (),
                "is described by common words: a record that holds none of them stays unclear; name what "
                "is looked for (drugs, diseases) if records should be set aside",
            )


def _design_notes(criterion: Criterion) -> Iterator[ProtocolNote]:
    if criterion.designs:
        return
    found = wanted_designs(criterion)
    if found:
        told = ", ".join(sorted(found))
        yield ProtocolNote("study_design", (), f"names no `designs`; taken from its words: {told}")
    else:
        yield ProtocolNote(
            "study_design", (), "names no `designs` and no word for one: no design is wanted or unwanted"
        )


def _overlaps(criterion: Criterion) -> Iterator[ProtocolNote]:
    """Unwanted terms that are also wanted, and wanted terms within which an unwanted one is hidden."""
    wanted = Terms([Criterion(name=criterion.name, wanted=criterion.terms, synonyms={})])
    both, around = [], []
    for term in criterion.unwanted:
        hits = wanted.find(term)
        if any((h.start, h.end) == (0, len(term)) for h in hits):
            both.append(term)
        elif hits:
            around.append(term)
    if both:
        yield ProtocolNote(
            criterion.name,
            tuple(both),
            "are wanted and unwanted at once: a record with one of them is unclear; keep one side",
        )
    if around:
        yield ProtocolNote(
            criterion.name,
            tuple(around),
            "are unwanted and hold a wanted term: where the whole stands, it counts against the criterion",
        )


def _finds_itself(criterion: Criterion, term: str) -> bool:
    own = Terms([Criterion(name=criterion.name, wanted=(term,), synonyms={})])
    return bool(own.find(term.replace("*", "")))
