"""Why a record stands where it stands: the parts of its score, by word and by criterion."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.protocol import CRITERIA
from data.records import Record
from models.features import count_grams, find_grams, weigh
from models.pool_views import VIEWS
from models.relevance import RelevanceModel
from models.terms import Hit, Terms

NEIGHBOURS = "(records most like it)"
REMAINDER = "(all else)"
_SHARED = {
    "subject": "population with intervention",
    "criteria": "number of criteria mentioned",
    "all": "likeness to the protocol's terms",
    "title": "likeness to the review's title",
    "length": "length of title and abstract",
    "report": "what it reports of numbers, people and tests",
    "pool": "likeness to the whole pool",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: a term, how much it moved the record, and the criterion it speaks to.

    `start` and `end` are code points into `Record.text`, end exclusive; -1 where no words stand for it.
    """

    term: str
    weight: float
    criterion: str | None
    start: int = -1
    end: int = -1


def explain_record(
    record: Record,
    model: RelevanceModel,
    seen: npt.NDArray[np.float64],
    score: float,
    *,
    terms: Terms | None,
    top: int,
) -> tuple[Reason, ...]:
    """The `top` strongest parts of a record's score and, last, the sum of all other parts.

    What the score in its pool is above or below that of the record alone is the part of the neighbours.

    Parameters
    ----------
    record : Record
    model : RelevanceModel
    seen : ndarray of float64, shape (len(VIEWS),)
        The record's views.
    score : float
        The record's score in its pool.
    terms : Terms or None
        The protocol's terms, compiled once for all records; None without a protocol.
    top : int
    """
    if not record.has_text:
        return ()
    hits = terms.find(record.text) if terms else []
    rows = weigh(count_grams([record.text], stems=True), model.vocabulary.idf)
    title_rows = weigh(count_grams([record.title], stems=True), model.title_vocabulary.idf)
    alone = float(model.score_rows(rows, title_rows, seen[None, :])[0])
    reasons = [*_of_words(record, model, hits), *_of_views(record, model, seen, hits)]
    if abs(score - alone) > 1e-6:
        reasons.append(Reason(NEIGHBOURS, score - alone, None))
    reasons.sort(key=lambda r: (-abs(r.weight), r.start, r.end, r.term))
    shown = reasons[:top]
    rest = score - sum(r.weight for r in shown)
    return (*shown, Reason(REMAINDER, rest, None))


def _of_words(record: Record, model: RelevanceModel, hits: list[Hit]) -> list[Reason]:
    """A reason per word or pair with a weight; one that stands often is shown where it stands first."""
    text = record.text
    parts: dict[int, float] = defaultdict(float)
    for words, weights, vocabulary in (
        (text, model.weights, model.vocabulary),
        (record.title, model.title_weights, model.title_vocabulary),
    ):
        row = weigh(count_grams([words], stems=True), vocabulary.idf)
        for column, value in zip(
            row.indices.tolist(), (row.data * weights[row.indices]).tolist(), strict=True
        ):
            parts[column] += value
    reasons = []
    for gram in find_grams(text, stems=True):
        weight = parts.pop(gram.column, 0.0)
        if abs(weight) > 1e-6:
            criterion = next((h.criterion for h in hits if h.start < gram.end and gram.start < h.end), None)
            reasons.append(Reason(text[gram.start : gram.end], weight, criterion, gram.start, gram.end))
    return reasons


def _of_views(
    record: Record, model: RelevanceModel, seen: npt.NDArray[np.float64], hits: list[Hit]
) -> list[Reason]:
    """A reason per criterion (at its first hit), and one per kind of view that several criteria share."""
    sums: dict[str, float] = defaultdict(float)
    for view, part in zip(VIEWS, (seen * model.view_weights).tolist(), strict=True):
        kind = view.split(".")[0]
        sums["study_design" if kind == "design" else kind] += part
    reasons = []
    for kind, weight in sums.items():
        if abs(weight) <= 1e-6:
            continue
        first = next((h for h in hits if h.criterion == kind and h.wanted), None)
        if first is not None:
            term = record.text[first.start : first.end]
            reasons.append(Reason(term, weight, kind, first.start, first.end))
        elif kind in CRITERIA:
            reasons.append(Reason(f"no {kind.replace('_', ' ')} term", weight, kind))
        else:
            reasons.append(Reason(_SHARED[kind], weight, None))
    return reasons
