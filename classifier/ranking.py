"""The unread pool in the order in which to read it, each record with its reasons.

Before any label: a prior over the views of each record (`models.prior`), with a protocol drawn towards that
of its neighbours. Then a linear model over the words of text and title and of the record's neighbours, fitted
to the labels around that prior, which fades as included records come in. Every score is a sum over words,
views and neighbours of the record, so its reasons are parts of that sum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from classifier.calibration import calibrate
from classifier.eligibility_design import wanted_designs
from classifier.pool_kernel import PoolKernel
from classifier.pool_prior import fit_line, pool_prior
from classifier.reasons import Reason, explain_record
from data.errors import ScreeningError
from data.protocol import Protocol
from data.records import Record
from models.features import N_COLUMNS, CountCache, text_digest, weigh
from models.margins import class_weights, left_out_scores, solve_margins
from models.neighbours import find_neighbours
from models.pool_views import VIEWS, fit_views
from models.prior import RelevancePrior, load_prior
from models.relevance import RelevanceModel, Vocabulary
from models.terms import Terms

__all__ = ["RankResult", "Ranked", "Ranker", "Reason", "fit_relevance", "labels_fingerprint", "rank"]
RECIPE_VERSION = 3
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# All chosen by replaying the eight reviews of benchmarks/ranking, the prior learned without the review
# at hand; see docs/experiments.md.
_C, _RATIO = 0.1, 15.0
# Weight of the prior (standard deviation 1) in a decision whose margins are at 1 and -1.
_PRIOR_WEIGHT, _BARE_PRIOR_WEIGHT = 0.3, 0.1  # with a protocol, and without
_PRIOR_FADE = 4.0  # included records at which half of it is left


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
        texts = np.flatnonzero(self.has_text)
        wanted = wanted_designs(protocol.criterion("study_design")) if protocol else frozenset()
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
        self._columns, narrow_rows = _narrow(rows)
        self._title_columns, narrow_titles = _narrow(title_rows)
        neighbours = find_neighbours(narrow_rows)
        self._given_prior = prior
        self._prior = pool_prior(
            prior or load_prior(),
            self.seen,
            self.has_text,
            neighbours if protocol else None,
        )
        self._kernel = PoolKernel(narrow_rows, narrow_titles, neighbours)
        self._touching: dict[int, bool] = {}  # which labels touched the margin last: where to start
        self._modelled: tuple[str, FloatArray] = ("", np.empty(0))  # the last model's labels, and its scores

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

        Parameters
        ----------
        record_id : int
        model : RelevanceModel
            The one that `fit` gave last.
        top : int, default=8
        """
        fingerprint, scores = self._modelled
        if model.labels_fingerprint != fingerprint:
            raise ValueError("the model is not the last one that this ranker fitted")
        row = self._row[record_id]
        return explain_record(
            self.records[row], model, self.seen[row], float(scores[row]), terms=self.terms, top=top
        )

    def probabilities(self, labels: Mapping[int, int]) -> tuple[IntArray, FloatArray]:
        """Record ids of the unread pool, best first, and their probabilities (NaN: too few labels)."""
        fit = self._solve(labels)
        ids, scores = self._ordered(labels, fit.scores)
        return ids, self._model(fit).probabilities(scores)

    def _solve(self, labels: Mapping[int, int], *, calibrate: bool = True) -> _Fit:
        rows, y = self._labelled(labels)
        weight = _PRIOR_WEIGHT if self.protocol else _BARE_PRIOR_WEIGHT
        fade = weight * _PRIOR_FADE / (_PRIOR_FADE + int(y.sum()))
        offset = fade * self._prior.scores
        if not len(rows):
            return _Fit(rows, y, np.empty(0), fade, np.round(offset, 6), np.empty(0))
        signs = np.where(y == 1, 1.0, -1.0)
        cost = _C * class_weights(signs, ratio=_RATIO)
        gram = self._kernel.of(rows)
        start = np.array([self._touching.get(int(r), True) for r in rows])
        margins = solve_margins(gram, signs, cost, offset=offset[rows], start=start)
        self._touching = dict(zip(rows.tolist(), margins.active.tolist(), strict=True))
        left_out = left_out_scores(gram, signs, cost, margins, offset[rows]) if calibrate else np.empty(0)
        scores = self._kernel.scores(rows, margins.dual)
        total: FloatArray = np.round(offset + scores, 6).astype(np.float64)
        return _Fit(rows, y, margins.dual, fade, total, left_out)

    def _model(self, fit: _Fit) -> RelevanceModel:
        """The fit as a model of records alone: what neighbours add is foretold from a record's own words."""
        weights, title_weights = np.zeros(N_COLUMNS, np.float32), np.zeros(N_COLUMNS, np.float32)
        intercept = fit.fade * self._prior.intercept
        if len(fit.rows):
            w, t = self._kernel.taught(fit.rows, fit.dual)
            learned = fit.scores - fit.fade * self._prior.scores
            stretch, shift_alone = fit_line(
                self._kernel.own_scores(w, t)[self.has_text], learned[self.has_text]
            )
            weights[self._columns], title_weights[self._title_columns] = stretch * w, stretch * t
            intercept += shift_alone
        unread = self.has_text.copy()
        unread[fit.rows] = False
        slope, shift = calibrate(fit.left_out, fit.y, fit.scores[unread])
        labels = {int(self.record_ids[r]): int(v) for r, v in zip(fit.rows, fit.y, strict=True)}
        fingerprint = labels_fingerprint(labels)
        self._modelled = (fingerprint, fit.scores)
        return RelevanceModel(
            weights=weights,
            title_weights=title_weights,
            vocabulary=self.vocabulary,
            title_vocabulary=self.title_vocabulary,
            view_weights=fit.fade * self._prior.views,
            views=self.views,
            intercept=intercept,
            slope=slope,
            shift=shift,
            recipe={
                "recipe": RECIPE_VERSION,
                "C": _C,
                "ratio": _RATIO,
                "prior": (self._given_prior or load_prior()).model_id,
                "protocol": self.protocol.sha256 if self.protocol else None,
                "seed": self.seed,
            },
            labels_fingerprint=fingerprint,
        )

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


def _filled(scores: FloatArray, has_text: npt.NDArray[np.bool_]) -> FloatArray:
    """Scores in the order of the queue; a record without text takes that of its neighbour before it."""
    if has_text.all() or not has_text.any():
        return scores
    source = np.maximum.accumulate(np.where(has_text, np.arange(len(scores)), -1))
    return np.where(source >= 0, scores[source], scores[has_text][0])
