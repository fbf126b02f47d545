"""The unread pool in the order in which to read it, each record with its reasons.

From the protocol alone at first; then a linear model over TF-IDF, fitted to the labels so far. Every
score is a sum over the grams of the record, so the reasons are the largest parts of that sum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data.errors import ScreeningError
from data.protocol import Protocol
from data.records import Record
from models.features import (
    N_COLUMNS,
    CountCache,
    count_grams,
    find_grams,
    text_digest,
    weigh,
)
from models.relevance import BalancedClassifier, RelevanceModel
from models.terms import Terms

RECIPE_VERSION = 1
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
_PRIOR_WEIGHT = 1.0
_FADE = 20.0


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: a term, how much it moved the record, and the criterion it speaks to."""

    term: str
    weight: float
    criterion: str | None
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Ranked:
    """One unread record at its place in the queue (from 1, best first)."""

    position: int
    record_id: int
    score: float
    probability: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RankResult:
    """The queue: every record without a label, textless ones included."""

    ranked: tuple[Ranked, ...]
    model_id: str


class Ranker:
    """A pool of records, prepared once, ranked after each decision.

    Parameters
    ----------
    records : sequence of (record_id, Record)
        The whole pool, read and unread, in any order.
    protocol : Protocol or None
    seed : int, default=0
    cache : CountCache or None
        Counts of texts met before; grows by those of this pool.
    """

    def __init__(
        self,
        records: Sequence[tuple[int, Record]],
        protocol: Protocol | None,
        *,
        seed: int = 0,
        cache: CountCache | None = None,
    ) -> None:
        # an order of their own, so that neither the order of import nor that of a query can matter
        ordered = sorted(((text_digest(r.text), i, r) for i, r in records), key=lambda x: x[:2])
        self.record_ids = np.array([i for _, i, _ in ordered], dtype=np.int64)
        if len(set(self.record_ids.tolist())) != len(ordered):
            raise ScreeningError("a record id stands twice in the pool; give each record once")
        self.records = [r for _, _, r in ordered]
        self.protocol = protocol
        self.seed = seed
        self.has_text = np.array([r.has_text for r in self.records], dtype=np.bool_)
        self._row = {int(i): row for row, i in enumerate(self.record_ids)}
        counts = (cache or CountCache()).counts([r.text for r in self.records])
        self._n_texts = int(self.has_text.sum())
        self._frequency = np.bincount(counts.indices, minlength=N_COLUMNS).astype(np.int32)
        self._rows = weigh(counts, self._model(np.zeros(N_COLUMNS, np.float32), 0.0, "").idf)
        self._terms = Terms.of(protocol) if protocol else None
        self._prior = self._protocol_weights()

    def fit(self, labels: Mapping[int, int]) -> RelevanceModel:
        """Fit to the labels (record_id to 1 include, 0 exclude); any number, of either class or one."""
        rows, y = self._labelled(labels)
        fingerprint = labels_fingerprint(
            {int(self.record_ids[r]): int(v) for r, v in zip(rows, y, strict=True)}
        )
        x = self._rows[rows]
        if 0 < y.sum() < len(y):
            columns = np.unique(x.indices)
            narrow = _narrow(x, columns)
            classifier = BalancedClassifier().fit(narrow, y)
            weights = np.zeros(N_COLUMNS, np.float32)
            weights[columns] = classifier.coef_[0]
            weights += np.float32(_PRIOR_WEIGHT * _FADE / (_FADE + len(y))) * self._prior
            model = self._model(weights, float(classifier.intercept_[0]), fingerprint)
            return self._calibrated(model, x, y)
        weights = self._prior.copy()
        if len(y):  # one class only: towards the included, away from the excluded
            mean = np.asarray(x.mean(axis=0), dtype=np.float32).ravel()
            weights += mean if y[0] else -mean
        return self._model(weights, 0.0, fingerprint)

    def order(self, labels: Mapping[int, int], model: RelevanceModel) -> tuple[IntArray, FloatArray]:
        """Record ids of the unread pool, best first, and their scores."""
        scores = np.round(model.score_rows(self._rows), 6)  # ties stay ties whatever the order of summing
        unread = np.ones(len(self.records), dtype=np.bool_)
        unread[[self._row[i] for i in labels]] = False
        texts = np.flatnonzero(unread & self.has_text)
        texts = texts[np.argsort(-scores[texts], kind="stable")]
        order = self._with_blanks(texts, np.flatnonzero(unread & ~self.has_text), len(labels))
        blank = ~self.has_text[order]
        values = scores[order]
        if blank.any():  # a blank record takes the score of its neighbour before it
            source = np.where(blank, 0, np.arange(1, len(order) + 1))
            source = np.maximum.accumulate(source) - 1
            values = np.where(source >= 0, values[source], values[~blank][0] if (~blank).any() else 0.0)
        return self.record_ids[order], values

    def rank(self, labels: Mapping[int, int], *, explain: int = 200) -> RankResult:
        """The whole queue; the first `explain` records come with reasons."""
        model = self.fit(labels)
        ids, scores = self.order(labels, model)
        probabilities = model.probabilities(scores)
        ranked = tuple(
            Ranked(
                position=position,
                record_id=int(i),
                score=float(score),
                probability=None if np.isnan(p) else float(p),
                reasons=self.explain(int(i), model) if position <= explain else (),
            )
            for position, (i, score, p) in enumerate(zip(ids, scores, probabilities, strict=True), 1)
        )
        return RankResult(ranked, model.model_id)

    def explain(self, record_id: int, model: RelevanceModel, *, top: int = 8) -> tuple[Reason, ...]:
        """The terms that moved a record most, strongest first; a term's weight is its part of the score."""
        row = self._row[record_id]
        text = self.records[row].text
        begin, end = self._rows.indptr[row : row + 2]
        columns = self._rows.indices[begin:end]
        parts = dict(
            zip(columns.tolist(), (self._rows.data[begin:end] * model.weights[columns]).tolist(), strict=True)
        )
        hits = self._terms.find(text) if self._terms else []
        reasons = []
        for gram in find_grams(text):
            weight = parts.pop(gram.column, 0.0)  # a gram that stands twice is one reason
            if abs(weight) > 1e-6:
                criterion = next(
                    (h.criterion for h in hits if h.start < gram.end and gram.start < h.end), None
                )
                reasons.append(Reason(text[gram.start : gram.end], weight, criterion, gram.start, gram.end))
        return tuple(sorted(reasons, key=lambda r: (-abs(r.weight), r.start, r.end))[:top])

    def _labelled(self, labels: Mapping[int, int]) -> tuple[IntArray, IntArray]:
        """Rows and labels of the labelled records, in the pool's own order."""
        for i, label in labels.items():
            if i not in self._row:
                raise ScreeningError(f"record {i} has a label but is not in the pool")
            if label not in (0, 1):
                raise ScreeningError(f"record {i} has label {label!r}; expected 1 (include) or 0 (exclude)")
        rows = np.array(sorted(self._row[i] for i in labels), dtype=np.int64)
        rows = rows[self.has_text[rows]]
        return rows, np.array([labels[int(self.record_ids[r])] for r in rows], dtype=np.int64)

    def _model(self, weights: npt.NDArray[np.float32], intercept: float, fingerprint: str) -> RelevanceModel:
        return RelevanceModel(
            weights=weights,
            frequency=self._frequency,
            n_records=self._n_texts,
            intercept=intercept,
            slope=None,
            offset=None,
            recipe={
                "recipe": RECIPE_VERSION,
                "protocol": self.protocol.sha256 if self.protocol else None,
                "seed": self.seed,
            },
            labels_fingerprint=fingerprint,
        )

    def _calibrated(self, model: RelevanceModel, x: csr_matrix, y: IntArray) -> RelevanceModel:
        return model

    def _protocol_weights(self) -> npt.NDArray[np.float32]:
        """The protocol's wanted terms as weights of grams, less its unwanted ones."""
        weights = np.zeros(N_COLUMNS, dtype=np.float32)
        if self.protocol is None:
            return weights
        idf = self._model(weights, 0.0, "").idf
        for criterion in self.protocol.criteria:
            for sign, terms in ((1.0, criterion.terms), (-1.0, criterion.unwanted)):
                query = weigh(count_grams([" \n".join(terms)]), idf)
                weights[query.indices] += np.float32(sign) * query.data
        return weights

    def _with_blanks(self, texts: IntArray, blanks: IntArray, n_read: int) -> IntArray:
        """Records without text spread evenly over the whole reading: neither all first nor all last."""
        if not len(blanks):
            return texts
        n_blank = int((~self.has_text).sum())
        every = len(self.records) / n_blank
        n_shown = n_blank - len(blanks)
        due = (np.arange(n_shown, n_blank) + 0.5) * every - n_read
        at = np.clip(due.astype(np.int64) - np.arange(len(blanks)), 0, len(texts))
        return np.insert(texts, at, blanks)


def rank(
    records: Sequence[tuple[int, Record]],
    labels: Mapping[int, int],
    protocol: Protocol | None,
    *,
    seed: int = 0,
    explain: int = 200,
) -> RankResult:
    """Rank every record without a label, best first.

    Parameters
    ----------
    records : sequence of (record_id, Record)
        The whole pool, in any order; the result does not depend on it.
    labels : mapping of record_id to int
        1 include, 0 exclude; may be empty.
    protocol : Protocol or None
    explain : int, default=200
        Records, from the top, that come with reasons.
    """
    return Ranker(records, protocol, seed=seed).rank(labels, explain=explain)


def fit_relevance(
    records: Sequence[tuple[int, Record]],
    labels: Mapping[int, int],
    protocol: Protocol | None,
    *,
    seed: int = 0,
) -> RelevanceModel:
    """Fit a model that can be saved and later scores records of any number, without this pool."""
    return Ranker(records, protocol, seed=seed).fit(labels)


def labels_fingerprint(labels: Mapping[int, int]) -> str:
    """Hash of who got which label, whatever the order."""
    told = json.dumps(sorted(labels.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _narrow(x: csr_matrix, columns: npt.NDArray[np.int32]) -> csr_matrix:
    """The same rows over the given columns only."""
    place = np.zeros(x.shape[1], dtype=np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    return csr_matrix((x.data, place[x.indices], x.indptr), shape=(x.shape[0], len(columns)))
