"""Terms that a protocol is missing, from what people included and excluded.

Shown to the lead, who edits the protocol; nothing here changes it. A changed protocol is a new version
with a date and a rationale, records are judged anew, and `data.store.rechecks` names the exclusions to look
at again.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.protocol import CRITERIA, Protocol
from data.records import Record
from models.background import Background, load_background
from models.criteria import Outcome
from models.terms import Terms, normal_form

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SENTENCE = re.compile(r"(?<=[.;:!?])\s+")
_NEAR = 60  # characters around a term of a criterion within which a new phrase counts as spoken beside it
_COMMON = frozenset(
    """a after aim also among an and are as at back background be been before between both but by can
    compared conclusion conclusions could did do does during each either eleven for four from giving
    group groups had has have however if in into is it its may method methods more most neither no nor
    not objective of on or our patient patients result results same studies study than that the their
    them then there these they this those three to twelve two up use used using versus vs was we were
    when where which while who whose will with would""".split()
)


@dataclass(frozen=True, slots=True)
class TermSuggestion:
    """A phrase that speaks for or against inclusion and stands nowhere in the protocol.

    Attributes
    ----------
    term : str
        As most records write it.
    criterion : str
        For an unwanted term the reason of the exclusions it stands in; for a wanted one the criterion
        whose terms it stands beside.
    wanted : bool
    n_included, n_excluded : int
        Records with it, among the includes and among the exclusions compared with.
    weight : float
        Log ratio of the odds of its records to be included, over its standard error; the further from
        0 the clearer.
    example : str
        Title of one record that holds it.
    """

    term: str
    criterion: str
    wanted: bool
    n_included: int
    n_excluded: int
    weight: float
    example: str


@dataclass(slots=True)
class _Tally:
    """Records that hold a phrase, and how they write it."""

    included: set[int]
    excluded: set[int]
    forms: Counter[str]
    beside: Counter[str]
    in_titles: set[int]


def suggest_terms(
    protocol: Protocol,
    records: Sequence[Record],
    outcomes: Sequence[Outcome],
    *,
    limit: int = 20,
    least_records: int = 3,
) -> list[TermSuggestion]:
    """Phrases of one to three words that tell includes from exclusions and are not in the protocol.

    What a study is about stands in titles: a phrase found in no title is left out.

    Parameters
    ----------
    protocol : Protocol
    records, outcomes : sequences of the same length
        Confirmed decisions. A wanted term is one of includes; an unwanted one is one of exclusions
        for a criterion, compared with the includes.
    limit : int, default=20
        Suggestions, the clearest first.
    least_records : int, default=3
        Records in which a phrase must stand.

    Returns
    -------
    list of TermSuggestion
        Empty when nothing was included or nothing was excluded.
    """
    included = [i for i, o in enumerate(outcomes) if o.included]
    excluded = [i for i, o in enumerate(outcomes) if not o.included]
    if not included or not excluded:
        return []
    tallies = _tally(protocol, records, outcomes)
    background = load_background()
    found = []
    for tally in tallies.values():
        if len(tally.included) + len(tally.excluded) < least_records or not tally.in_titles:
            continue
        suggestion = _suggestion(tally, records, outcomes, len(included), len(excluded), background)
        if suggestion is not None:
            found.append(suggestion)
    found.sort(key=lambda s: (-abs(s.weight), s.term))
    return _without_parts(found)[:limit]


def _tally(protocol: Protocol, records: Sequence[Record], outcomes: Sequence[Outcome]) -> dict[str, _Tally]:
    terms = Terms.of(protocol)
    tallies: dict[str, _Tally] = {}
    for i, (record, outcome) in enumerate(zip(records, outcomes, strict=True)):
        text = record.text
        hits = terms.find(text)
        for start, end, form in _phrases(text):
            if any(h.start < end and start < h.end for h in hits):
                continue
            tally = tallies.setdefault(form, _Tally(set(), set(), Counter(), Counter(), set()))
            (tally.included if outcome.included else tally.excluded).add(i)
            tally.forms[text[start:end]] += 1
            if end <= len(record.title):
                tally.in_titles.add(i)
            near = {h.criterion for h in hits if h.wanted and h.start < end + _NEAR and start - _NEAR < h.end}
            tally.beside.update(near)
    return tallies


def _phrases(text: str) -> Iterator[tuple[int, int, str]]:
    """Runs of one to three words that neither begin nor end with a common one: start, end, normal form."""
    offset = 0
    for sentence in _SENTENCE.split(text):
        offset = text.index(sentence, offset)
        words = list(_WORD.finditer(sentence))
        for first in range(len(words)):
            for last in range(first, min(first + 3, len(words))):
                run = words[first : last + 1]
                if last > first and not sentence[run[-2].end() : run[-1].start()].isspace():
                    break
                ends = (run[0][0].casefold(), run[-1][0].casefold())
                if any(w in _COMMON or len(w) < 3 for w in ends):
                    continue
                form = " ".join(normal_form(w[0]) for w in run)
                yield offset + run[0].start(), offset + run[-1].end(), form


def _suggestion(
    tally: _Tally,
    records: Sequence[Record],
    outcomes: Sequence[Outcome],
    n_included: int,
    n_excluded: int,
    background: Background,
) -> TermSuggestion | None:
    """A tally as a suggestion; None where it is too common a word, or tells nothing."""
    term = tally.forms.most_common(1)[0][0]
    if max(background.rarity(w) for w in _WORD.findall(term)) < _RARE:
        return None
    reasons = Counter(
        reason for i in tally.excluded if (reason := outcomes[i].reason) is not None and reason in CRITERIA
    )
    weight = _odds_weight(len(tally.included), n_included, len(tally.excluded), n_excluded)
    if abs(weight) < _CLEAR:
        return None
    wanted = weight > 0
    told = tally.beside if wanted else reasons
    holders = tally.included if wanted else {i for i in tally.excluded if outcomes[i].reason in CRITERIA}
    if not told or not holders:
        return None
    criterion = max(CRITERIA, key=lambda c: told[c])
    example = min(holders & tally.in_titles or holders)
    return TermSuggestion(
        term, criterion, wanted, len(tally.included), len(tally.excluded), weight, records[example].title
    )


_RARE = 4.0  # a word in more than 2 in 100 abstracts at large is no term of a protocol
_CLEAR = 1.64  # one in ten such differences is chance: a lead reads a list and strikes out


def _odds_weight(a: int, n_a: int, b: int, n_b: int) -> float:
    """Log odds ratio over its standard error, half a record added to each cell (Haldane-Anscombe)."""
    cells = (a + 0.5, n_a - a + 0.5, b + 0.5, n_b - b + 0.5)
    ratio = math.log(cells[0] / cells[1]) - math.log(cells[2] / cells[3])
    return ratio / math.sqrt(sum(1.0 / c for c in cells))


def _without_parts(suggestions: Sequence[TermSuggestion]) -> list[TermSuggestion]:
    """Of phrases within each other that stand in the same records only the first, clearest, one."""
    kept: list[TermSuggestion] = []
    for s in suggestions:
        inside = (
            k
            for k in kept
            if (k.n_included, k.n_excluded) == (s.n_included, s.n_excluded)
            and (s.term.casefold() in k.term.casefold() or k.term.casefold() in s.term.casefold())
        )
        if not any(inside):
            kept.append(s)
    return kept
