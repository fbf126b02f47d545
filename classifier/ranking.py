"""The unread pool in the order in which to read it, each record with its reasons.

From the protocol alone at first: a prior over the protocol's views (`models.prior`), widened by the words of
the records that it likes best. Then a linear model over the words of text and title, fitted to the
labels around that prior, which fades as included records come in. Every score is a sum over
words and views of the record, so its reasons are parts of that sum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from classifier.eligibility_design import wanted_designs
from classifier.reasons import Reason, explain_record
from data.errors import ScreeningError
from data.protocol import Protocol
from data.records import Record
from models.features import N_COLUMNS, CountCache, text_digest, weigh
from models.prior import RelevancePrior, load_prior
from models.protocol_views import VIEWS, ProtocolViews, fit_views
from models.relevance import (
    TITLE_SCALE,
    RelevanceModel,
    Vocabulary,
    class_weights,
    left_out_scores,
    solve_margins,
)

__all__ = ["RankResult", "Ranked", "Ranker", "Reason", "fit_relevance", "labels_fingerprint", "rank"]
from models.terms import Terms

RECIPE_VERSION = 2
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# All chosen by replaying the eight reviews of benchmarks/ranking, the prior learned without the review
# at hand; see docs/experiments.md.
_C, _RATIO = 0.11, 9.8  # around a prior: those of ELAS u4
_C_ALONE, _RATIO_ALONE = 0.05, 15.0  # without a protocol
_PRIOR_WEIGHT = 0.3  # of the prior (standard deviation 1) in a decision whose margins are at 1 and -1
_PRIOR_FADE = 2.0  # included records at which half of it is left
_FEEDBACK_SHARE = 0.1  # of the pool, best by the prior, whose words are taken for wanted ones
_FEEDBACK_WEIGHT = 2.0  # of those words over the views
_SMALL_POOL = 4000  # records up to which all inner products with labelled ones are kept (128 MB at most)


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


@dataclass(frozen=True, slots=True)
class _Prior:
    """The prior as a linear model over the pool's narrow columns and the views."""

    views: FloatArray
    words: npt.NDArray[np.float32]
    intercept: float
    scores: FloatArray


@dataclass(frozen=True, slots=True)
class _Fit:
    """What a set of labels teaches: dual weights of the labelled rows, and how much of the prior is left."""

    rows: IntArray
    y: IntArray
    dual: FloatArray
    fade: float
    scores: FloatArray
    left_out: FloatArray


class Ranker:
    """A pool of records, prepared once, ranked after each decision.

    Parameters
    ----------
    records : sequence of (record_id, Record)
        The whole pool, read and unread, in any order.
    protocol : Protocol or None
    seed : int, default=0
        Part of the model's id; the ranking itself draws nothing at random.
    cache : CountCache or None
        Counts of texts met before; grows by those of this pool.
    prior : RelevancePrior or None
        None for the released one.
    """

    def __init__(
        self,
        records: Sequence[tuple[int, Record]],
        protocol: Protocol | None,
        *,
        seed: int = 0,
        cache: CountCache | None = None,
        prior: RelevancePrior | None = None,
    ) -> None:
        # an order of their own, so that neither the order of import nor that of a query can matter
        ordered = sorted(((text_digest(r.text), i, r) for i, r in records), key=lambda x: x[:2])
        self.record_ids = np.array([i for _, i, _ in ordered], dtype=np.int64)
        if len(set(self.record_ids.tolist())) != len(ordered):
            raise ScreeningError("a record id stands twice in the pool; give each record once")
        self.records = [r for _, _, r in ordered]
        self.protocol = protocol
        self.terms = Terms.of(protocol) if protocol else None
        self.seed = seed
        self.has_text = np.array([r.has_text for r in self.records], dtype=np.bool_)
        self._row = {int(i): row for row, i in enumerate(self.record_ids)}
        cache = cache if cache is not None else CountCache()
        counts = cache.counts([r.text for r in self.records])
        title_counts = cache.counts([r.title for r in self.records])
        self.vocabulary, self.title_vocabulary = Vocabulary.of(counts), Vocabulary.of(title_counts)
        idf, title_idf = self.vocabulary.idf, self.title_vocabulary.idf
        rows, title_rows = weigh(counts, idf), weigh(title_counts, title_idf)
        self.views: ProtocolViews | None = None
        self.seen: FloatArray | None = None
        if protocol is not None:
            wanted = wanted_designs(protocol.criterion("study_design"))
            texts = np.flatnonzero(self.has_text)
            self.views, seen = fit_views(
                protocol,
                wanted,
                [self.records[i] for i in texts],
                rows[texts],
                title_rows[texts],
                idf,
                title_idf,
            )
            self.seen = np.zeros((len(self.records), len(VIEWS)))
            self.seen[texts] = seen
        self._columns, self._rows = _narrow(rows)
        self._title_columns, self._title_rows = _narrow(title_rows)
        self._given_prior = prior
        self._prior = self._pool_prior()
        self._gram = _Gram(self._rows, self._title_rows)
        self._touching: dict[int, bool] = {}  # which labels touched the margin last: where to start

    def order(self, labels: Mapping[int, int]) -> tuple[IntArray, FloatArray]:
        """Record ids of the unread pool, best first, and their scores, never rising."""
        return self._ordered(labels, self._solve(labels, calibrate=False).scores)

    def fit(self, labels: Mapping[int, int]) -> RelevanceModel:
        """Fit to the labels (record_id to 1 include, 0 exclude); any number, of either class or one."""
        return self._model(self._solve(labels))

    def rank(self, labels: Mapping[int, int], *, explain: int = 200) -> RankResult:
        """The whole queue; the first `explain` records come with reasons."""
        fit = self._solve(labels)
        model = self._model(fit)
        ids, scores = self._ordered(labels, fit.scores)
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
        """The parts of a record's score, strongest first; what is left over comes last, so that they add up.

        A record without text has no reasons.
        """
        row = self._row[record_id]
        seen = self.seen[row] if self.seen is not None else None
        return explain_record(self.records[row], model, seen, terms=self.terms, top=top)

    def probabilities(self, labels: Mapping[int, int]) -> tuple[IntArray, FloatArray]:
        """Record ids of the unread pool, best first, and their probabilities (NaN: too few labels)."""
        fit = self._solve(labels)
        ids, scores = self._ordered(labels, fit.scores)
        return ids, self._model(fit).probabilities(scores)

    def _solve(self, labels: Mapping[int, int], *, calibrate: bool = True) -> _Fit:
        rows, y = self._labelled(labels)
        fade = _PRIOR_WEIGHT * _PRIOR_FADE / (_PRIOR_FADE + int(y.sum())) if self.protocol else 0.0
        offset = fade * self._prior.scores
        if not len(rows):
            return _Fit(rows, y, np.empty(0), fade, np.round(offset, 6), np.empty(0))
        strength, ratio = (_C, _RATIO) if self.protocol else (_C_ALONE, _RATIO_ALONE)
        signs = np.where(y == 1, 1.0, -1.0)
        cost = strength * class_weights(signs, ratio=ratio)
        gram = self._gram.of(rows)
        start = np.array([self._touching.get(int(r), True) for r in rows])
        margins = solve_margins(gram, signs, cost, offset=offset[rows], start=start)
        self._touching = dict(zip(rows.tolist(), margins.active.tolist(), strict=True))
        left_out = left_out_scores(gram, signs, cost, margins, offset[rows]) if calibrate else np.empty(0)
        scores = self._gram.scores(rows, margins.dual)
        if scores is None:
            w, t = self._taught(rows, margins.dual)
            scores = self._rows @ w + self._title_rows @ t + margins.dual.sum()
        total: FloatArray = np.round(offset + scores, 6).astype(np.float64)
        return _Fit(rows, y, margins.dual, fade, total, left_out)

    def _taught(
        self, rows: IntArray, dual: FloatArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Weights of the words of text and title that the labels teach."""
        text, title = self._rows[rows], self._title_rows[rows]
        w = np.bincount(text.indices, _spread(text, dual), minlength=text.shape[1])
        t = np.bincount(title.indices, _spread(title, dual), minlength=title.shape[1])
        return w.astype(np.float32), (TITLE_SCALE**2 * t).astype(np.float32)

    def _model(self, fit: _Fit) -> RelevanceModel:
        w, t = self._taught(fit.rows, fit.dual)
        weights, title_weights = np.zeros(N_COLUMNS, np.float32), np.zeros(N_COLUMNS, np.float32)
        weights[self._columns] = w + np.float32(fit.fade) * self._prior.words
        title_weights[self._title_columns] = t
        slope, shift = _calibrate(fit.left_out, fit.y)
        labels = {int(self.record_ids[r]): int(v) for r, v in zip(fit.rows, fit.y, strict=True)}
        return RelevanceModel(
            weights=weights,
            title_weights=title_weights,
            vocabulary=self.vocabulary,
            title_vocabulary=self.title_vocabulary,
            view_weights=fit.fade * self._prior.views,
            views=self.views,
            intercept=float(fit.dual.sum()) + fit.fade * self._prior.intercept,
            slope=slope,
            shift=shift,
            recipe={
                "recipe": RECIPE_VERSION,
                "C": _C if self.protocol else _C_ALONE,
                "ratio": _RATIO if self.protocol else _RATIO_ALONE,
                "prior": self._prior_id(),
                "protocol": self.protocol.sha256 if self.protocol else None,
                "seed": self.seed,
            },
            labels_fingerprint=labels_fingerprint(labels),
        )

    def _prior_id(self) -> str | None:
        if self.protocol is None:
            return None
        return (self._given_prior or load_prior()).model_id

    def _labelled(self, labels: Mapping[int, int]) -> tuple[IntArray, IntArray]:
        """Rows and labels of the labelled records that have text, in the pool's own order."""
        for i, label in labels.items():
            if i not in self._row:
                raise ScreeningError(f"record {i} has a label but is not in the pool")
            if label not in (0, 1):
                raise ScreeningError(f"record {i} has label {label!r}; expected 1 (include) or 0 (exclude)")
        rows = np.array(sorted(self._row[i] for i in labels), dtype=np.int64)
        rows = rows[self.has_text[rows]]
        return rows, np.array([labels[int(self.record_ids[r])] for r in rows], dtype=np.int64)

    def _ordered(self, labels: Mapping[int, int], scores: FloatArray) -> tuple[IntArray, FloatArray]:
        unread = np.ones(len(self.records), dtype=np.bool_)
        unread[[self._row[i] for i in labels]] = False
        texts = np.flatnonzero(unread & self.has_text)
        texts = texts[np.argsort(-scores[texts], kind="stable")]
        order = self._with_blanks(texts, np.flatnonzero(unread & ~self.has_text), len(labels))
        return self.record_ids[order], _filled(scores[order], self.has_text[order])

    def _with_blanks(self, texts: IntArray, blanks: IntArray, n_read: int) -> IntArray:
        """Records without text spread evenly over the whole reading: neither all first nor all last."""
        if not len(blanks):
            return texts
        n_blank = int((~self.has_text).sum())
        every = len(self.records) / n_blank
        n_shown = n_blank - len(blanks)
        due = (np.arange(n_shown, n_blank) + 0.5) * every - n_read
        at = np.clip(due.astype(np.int64) - np.arange(len(blanks)), 0, len(texts))
        return np.asarray(np.insert(texts, at, blanks), dtype=np.int64)

    def _pool_prior(self) -> _Prior:
        """The prior over this pool, mean 0 and deviation 1 over the records with text."""
        n_words = self._rows.shape[1]
        texts = np.flatnonzero(self.has_text)
        if self.seen is None or not len(texts):
            empty = np.zeros(n_words, np.float32)
            return _Prior(np.zeros(len(VIEWS)), empty, 0.0, np.zeros(len(self.records)))
        weights = (self._given_prior or load_prior()).weights
        opinion = np.einsum("ij,j->i", self.seen[texts], weights)
        mean, spread = float(opinion.mean()), _spread_of(opinion)
        words = self._feedback(texts, np.round(opinion, 6))
        liked = np.asarray(self._rows[texts] @ words, dtype=np.float64)
        liked_spread = _spread_of(liked)
        joined = (opinion - mean) / spread + _FEEDBACK_WEIGHT * (liked - liked.mean()) / liked_spread
        total = _spread_of(joined)
        scores = np.zeros(len(self.records))
        scores[texts] = joined / total
        scale = _FEEDBACK_WEIGHT / liked_spread
        return _Prior(
            views=weights / spread / total,
            words=(words * np.float32(scale / total)).astype(np.float32),
            intercept=-(mean / spread + scale * float(liked.mean())) / total,
            scores=scores,
        )

    def _feedback(self, texts: IntArray, opinion: FloatArray) -> npt.NDArray[np.float32]:
        """Mean words of the records that the prior likes best, less those of its lower half."""
        order = texts[np.argsort(-opinion, kind="stable")]
        n_best = max(5, int(_FEEDBACK_SHARE * len(texts)))
        best, rest = order[:n_best], order[len(texts) // 2 :]
        difference = self._rows[best].mean(axis=0) - self._rows[rest].mean(axis=0)
        return np.asarray(difference, dtype=np.float32).ravel()


class _Gram:
    """Inner products of labelled records, kept between cycles: a new label costs one row.

    In a small pool those with all its records are kept, so that a cycle adds numbers only.
    """

    def __init__(self, rows: csr_matrix, title_rows: csr_matrix) -> None:
        self._rows = rows
        self._title_rows = title_rows
        self._small = rows.shape[0] <= _SMALL_POOL
        self._place: dict[int, int] = {}
        self._known: list[int] = []
        self._values = np.empty((0, 0))

    def of(self, rows: IntArray) -> FloatArray:
        """Inner products of the rows with each other, 1 added for the intercept."""
        new = [r for r in rows.tolist() if r not in self._place]
        if new:
            self._grow(new)
        places = np.array([self._place[r] for r in rows.tolist()], dtype=np.int64)
        return np.asarray(self._values[np.ix_(rows if self._small else places, places)])

    def scores(self, rows: IntArray, dual: FloatArray) -> FloatArray | None:
        """Scores of the whole pool by the dual weights of the rows, in a small pool."""
        if not self._small:
            return None
        weights = np.zeros(self._values.shape[1])
        weights[[self._place[r] for r in rows.tolist()]] = dual
        return np.asarray(self._values @ weights)

    def _grow(self, new: list[int]) -> None:
        old = len(self._known)
        self._place.update({row: old + i for i, row in enumerate(new)})
        self._known += new
        n_known, n_room = len(self._known), self._values.shape[1]
        if n_known > n_room:  # room for twice as many: growing one by one would copy each time
            n_all = self._rows.shape[0] if self._small else 2 * n_known
            values = np.zeros((n_all, 2 * n_known))
            values[: len(self._values), :n_room] = self._values
            self._values = values
        if self._small:
            self._values[:, old:n_known] = self._products(slice(None), new)
            return
        block = self._products(self._known, new)
        self._values[:n_known, old:n_known] = block
        self._values[old:n_known, :old] = block[:old].T

    def _products(self, rows: slice | list[int], new: list[int]) -> FloatArray:
        if len(new) == 1:
            text = self._rows[rows] @ _dense(self._rows, new[0])
            title = self._title_rows[rows] @ _dense(self._title_rows, new[0])
            return np.asarray(text + TITLE_SCALE**2 * title + 1.0, dtype=np.float64)[:, None]
        text = (self._rows[rows] @ self._rows[new].T).toarray()
        title = (self._title_rows[rows] @ self._title_rows[new].T).toarray()
        return np.asarray(text + TITLE_SCALE**2 * title + 1.0, dtype=np.float64)


def _dense(rows: csr_matrix, row: int) -> npt.NDArray[np.float32]:
    """One row as a full vector."""
    begin, end = rows.indptr[row : row + 2]
    vector = np.zeros(rows.shape[1], dtype=np.float32)
    vector[rows.indices[begin:end]] = rows.data[begin:end]
    return vector


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


def _narrow(x: csr_matrix) -> tuple[IntArray, csr_matrix]:
    """The columns that a pool uses, and the same rows over those only."""
    used = np.zeros(x.shape[1], dtype=np.bool_)
    used[x.indices] = True
    columns = np.flatnonzero(used)
    place = np.zeros(x.shape[1], dtype=np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    narrow = csr_matrix((x.data, place[x.indices], x.indptr), shape=(x.shape[0], len(columns)))
    return columns, narrow


def _spread(rows: csr_matrix, dual: FloatArray) -> FloatArray:
    """Each value of the rows times the dual weight of its row."""
    return np.asarray(rows.data * np.repeat(dual, np.diff(rows.indptr)))


def _spread_of(values: FloatArray) -> float:
    """Standard deviation, 1 where all are alike."""
    deviation = float(values.std())
    return deviation if deviation > 1e-9 else 1.0


def _filled(scores: FloatArray, has_text: npt.NDArray[np.bool_]) -> FloatArray:
    """Scores in the order of the queue; a record without text takes that of its neighbour before it."""
    if has_text.all() or not has_text.any():
        return scores
    source = np.maximum.accumulate(np.where(has_text, np.arange(len(scores)), -1))
    return np.where(source >= 0, scores[source], scores[has_text][0])


def _calibrate(scores: FloatArray, y: IntArray) -> tuple[float | None, float | None]:
    """Slope and shift of a logistic curve through scores that did not see their own label (Platt scaling).

    None with fewer than three labels of a class: too few to tell.
    """
    if min(int(y.sum()), int(len(y) - y.sum())) < 3:
        return None, None
    curve = LogisticRegression(C=10.0).fit(scores[:, None], y)
    slope = float(curve.coef_[0, 0])
    return (slope, float(curve.intercept_[0])) if slope > 0 else (None, None)
