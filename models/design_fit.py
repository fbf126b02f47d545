"""Fits the study-design model: classes weighed towards an even mix, borders moved, scores calibrated.

All of it on scores of records that were left out in turn, so that a cross-validation of `fit_design_model`
never sees what it is measured on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from data.records import Design, Record
from models.design import CUE_SCALE, DESIGNS, DesignModel, FloatArray, softmax, weighed
from models.design_cues import cue_features
from models.features import FEATURE_VERSION, count_grams

# Designs whose border is moved on left-out scores, with the beta of the F that the move is to raise.
# Nothing preclinical is ever evidence on patients: calling a study so by mistake costs more than missing it.
_MOVED = {Design.RCT: 1.0, Design.PRECLINICAL: 0.7}
_LEAST_TO_MOVE = 50  # examples: fewer tell no border from chance
_MOVES = np.round(np.arange(-0.6, 0.401, 0.05), 2)
_SMOOTHED = 5  # neighbouring moves averaged: one record more or less must not decide


def fit_design_model(
    records: Sequence[Record],
    designs: Sequence[Design],
    *,
    weights: Sequence[float] | None = None,
    C: float = 1.0,
    balance: float = 0.75,
    n_text_grams: int = 6000,
    n_title_grams: int = 2000,
    seed: int = 0,
) -> DesignModel:
    """Fit and calibrate a design classifier.

    Parameters
    ----------
    records, designs
        Labelled records; every design that occurs needs five of them.
    weights : sequence of float or None
        How much each record counts (a weak label less than one); None: all alike.
    C : float, default=1
        Inverse regularisation.
    balance : float, default=0.75
        Classes weigh `n ** -balance` each: 0 as they come, 1 all alike.
    n_text_grams, n_title_grams : int
        Grams kept, by chi-square against the design.
    seed : int, default=0
        Of the folds used for calibration.
    """
    y = np.array([DESIGNS.index(d) for d in designs], dtype=np.int64)
    given = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    mass = np.bincount(y, weights=given, minlength=len(DESIGNS))
    sample_weight = given * np.maximum(mass, 1e-9)[y] ** -balance
    sample_weight *= len(y) / sample_weight.sum()
    views, bare = _Views(records), _Views([Record(title=r.title) for r in records])
    held_out, held_out_bare = np.zeros((2, len(y), len(DESIGNS)))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(y[:, None], y):
        fitted = _fit(views, train, y, sample_weight, C, n_text_grams, n_title_grams)
        held_out[test] = fitted.scores(views, test)
        held_out_bare[test] = fitted.scores(bare, test)
    moves = _moves(held_out, y, given)
    held_out, held_out_bare = held_out + moves, held_out_bare + moves
    fitted = _fit(views, np.arange(len(y)), y, sample_weight, C, n_text_grams, n_title_grams)
    told = json.dumps(sorted([r.text, d] for r, d in zip(records, designs, strict=True)))
    return DesignModel(
        columns=fitted.columns,
        title_columns=fitted.title_columns,
        idf=fitted.idf,
        title_idf=fitted.title_idf,
        weights=fitted.weights.astype(np.float16).astype(np.float32),  # half the bundle, same answers
        intercept=fitted.intercept + moves,
        slopes=np.array([_slope(s, y, sample_weight) for s in (held_out, held_out_bare)]),
        recipe={
            "features": FEATURE_VERSION,
            "C": C,
            "balance": balance,
            "cue_scale": CUE_SCALE,
            "n_records": len(y),
            "moves": {str(d): float(moves[DESIGNS.index(d)]) for d in _MOVED},
            "seed": seed,
        },
        labels_fingerprint=hashlib.sha256(told.encode()).hexdigest()[:16],
    )


class _Views:
    """The two views of the records, computed once for all folds."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.titles = count_grams([r.title for r in records])
        self.texts = count_grams([r.text for r in records])
        self.cues = csr_matrix(CUE_SCALE * cue_features(records, self.titles, self.texts))


@dataclass(frozen=True, slots=True)
class _Fitted:
    columns: npt.NDArray[np.int32]
    title_columns: npt.NDArray[np.int32]
    idf: npt.NDArray[np.float32]
    title_idf: npt.NDArray[np.float32]
    weights: FloatArray
    intercept: FloatArray

    def scores(self, views: _Views, rows: npt.NDArray[np.int64]) -> FloatArray:
        x = _joined(views, rows, self.columns, self.title_columns, self.idf, self.title_idf)
        return np.asarray(x @ self.weights + self.intercept)


def _fit(
    views: _Views,
    rows: npt.NDArray[np.int64],
    y: npt.NDArray[np.int64],
    sample_weight: FloatArray,
    C: float,
    n_text_grams: int,
    n_title_grams: int,
) -> _Fitted:
    columns = _telling(views.texts[rows], y[rows], n_text_grams)
    title_columns = _telling(views.titles[rows], y[rows], n_title_grams)
    idf, title_idf = _idf(views.texts[rows][:, columns]), _idf(views.titles[rows][:, title_columns])
    x = _joined(views, rows, columns, title_columns, idf, title_idf)
    model = LogisticRegression(C=C, max_iter=1000).fit(x, y[rows], sample_weight=sample_weight[rows])
    # a design without examples can never win: its scores lie far below all others
    weights = np.zeros((x.shape[1], len(DESIGNS)))
    intercept = np.full(len(DESIGNS), -30.0)
    coef, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn gives one row then: the log-odds of the second design
        coef, bias = np.concatenate([-coef, coef]) / 2, np.concatenate([-bias, bias]) / 2
    weights[:, model.classes_] = coef.T
    intercept[model.classes_] = bias
    return _Fitted(columns, title_columns, idf, title_idf, weights, intercept)


def _telling(counts: csr_matrix, y: npt.NDArray[np.int64], n_kept: int) -> npt.NDArray[np.int32]:
    """The columns, found in two records or more, that tell most of the design."""
    frequent = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) > 1)
    there = counts[:, frequent].sign()
    strength = np.nan_to_num(chi2(there, y)[0])
    best = np.argsort(-strength, kind="stable")[:n_kept]
    return np.sort(frequent[best]).astype(np.int32)


def _idf(counts: csr_matrix) -> npt.NDArray[np.float32]:
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1.0 + counts.shape[0]) / (1.0 + frequency)) + 1.0, dtype=np.float32)


def _joined(
    views: _Views,
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int32],
    title_columns: npt.NDArray[np.int32],
    idf: npt.NDArray[np.float32],
    title_idf: npt.NDArray[np.float32],
) -> csr_matrix:
    return hstack(
        [
            weighed(views.texts[rows][:, columns], idf),
            weighed(views.titles[rows][:, title_columns], title_idf),
            views.cues[rows],
        ],
        format="csr",
    )


def _moves(scores: FloatArray, y: npt.NDArray[np.int64], weight: FloatArray) -> FloatArray:
    """What to add to the score of each design so that its F on left-out records is highest."""
    moves = np.zeros(len(DESIGNS))
    for design, beta in _MOVED.items():
        j = DESIGNS.index(design)
        if np.sum(y == j) < _LEAST_TO_MOVE:
            continue
        margin = scores[:, j] - np.delete(scores, j, axis=1).max(axis=1)
        found = np.array([_f(margin + move > 0, y == j, weight, beta) for move in _MOVES])
        padded = np.pad(found, _SMOOTHED // 2, mode="edge")
        moves[j] = _MOVES[int(np.argmax(np.convolve(padded, np.ones(_SMOOTHED), mode="valid")))]
    return moves


def _f(said: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_], weight: FloatArray, beta: float) -> float:
    """F of a yes or no: beta below 1 counts precision for more than recall."""
    both, only_said, only_true = (weight[m].sum() for m in (said & true, said & ~true, ~said & true))
    return float((1 + beta**2) * both / max((1 + beta**2) * both + beta**2 * only_true + only_said, 1e-12))


def _slope(scores: FloatArray, y: npt.NDArray[np.int64], weight: FloatArray) -> float:
    """Slope that makes left-out scores probabilities (Platt's scaling, one slope for all designs).

    An offset for each design as well moved the border between trials with and without randomisation
    to the wrong side: a design with 55 examples cannot pay for a parameter of its own.
    """

    def loss(log_slope: float) -> float:
        p = softmax(np.exp(log_slope) * scores)
        return -float(np.sum(weight * np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)))) / float(
            weight.sum()
        )

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))
