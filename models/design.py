"""The study design of a record from its title, abstract and publication types.

A multinomial logistic regression over two views of the same hashed counts: grams (title apart from the
whole text) and the cues of `models.design_cues`. Fitted with classes weighed towards an even mix,
then calibrated on scores of records that were left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from data.records import Design, Record
from models.bundle import ArraySpec, Bundle, BundleError, load_bundle, save_bundle
from models.design_cues import cue_features
from models.features import FEATURE_VERSION, N_COLUMNS, count_grams

DESIGNS: tuple[Design, ...] = tuple(Design)
MODEL_VERSION = 1
FloatArray = npt.NDArray[np.float64]
_BATCH = 1024  # records judged at once: bounds memory
_CUE_SCALE = 0.15  # of .15, .3, .5 the best macro F1 by 5-fold cross-validation, benchmarks/design.py
_ARRAYS = {
    "columns": ArraySpec("int32", (None,)),
    "title_columns": ArraySpec("int32", (None,)),
    "idf": ArraySpec("float32", (None,)),
    "title_idf": ArraySpec("float32", (None,)),
    "weights": ArraySpec("float32", (None, len(DESIGNS))),
    "intercept": ArraySpec("float64", (len(DESIGNS),)),
    "slopes": ArraySpec("float64", (2,)),
}

# What a database's publication type says, as factors on the odds of the designs it names. Indexers
# read the full text and err seldom; the factors are a judgement, not measured.
_PUBLICATION_TYPES: dict[str, tuple[tuple[Design, ...], float]] = {
    "randomized controlled trial": ((Design.RCT,), 30.0),
    "equivalence trial": ((Design.RCT,), 20.0),
    "pragmatic clinical trial": ((Design.RCT,), 10.0),
    "controlled clinical trial": ((Design.RCT, Design.NONRANDOMISED_TRIAL), 10.0),
    "clinical trial": ((Design.RCT, Design.NONRANDOMISED_TRIAL), 8.0),
    "clinical trial, phase i": ((Design.NONRANDOMISED_TRIAL,), 15.0),
    "clinical trial, phase ii": ((Design.RCT, Design.NONRANDOMISED_TRIAL), 15.0),
    "clinical trial, phase iii": ((Design.RCT, Design.NONRANDOMISED_TRIAL), 15.0),
    "clinical trial, phase iv": ((Design.RCT, Design.NONRANDOMISED_TRIAL), 10.0),
    "clinical trial protocol": ((Design.PROTOCOL,), 40.0),
    "observational study": ((Design.OBSERVATIONAL,), 15.0),
    "meta-analysis": ((Design.META_ANALYSIS,), 30.0),
    "systematic review": ((Design.SYSTEMATIC_REVIEW, Design.META_ANALYSIS), 20.0),
    "review": ((Design.NARRATIVE_REVIEW, Design.SYSTEMATIC_REVIEW, Design.META_ANALYSIS), 15.0),
    "case reports": ((Design.CASE_REPORT,), 30.0),
    "editorial": ((Design.OPINION,), 30.0),
    "comment": ((Design.OPINION,), 15.0),
    "letter": ((Design.OPINION, Design.CASE_REPORT), 2.0),
    "practice guideline": ((Design.OPINION,), 30.0),
    "guideline": ((Design.OPINION,), 30.0),
    "consensus development conference": ((Design.OPINION,), 20.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignModel:
    """A fitted study-design classifier.

    Attributes
    ----------
    columns, title_columns : ndarray of int32
        Hashed grams that carry weight, of the whole text and of the title.
    idf, title_idf : ndarray of float32
        Their inverse document frequencies.
    weights : ndarray of float32, shape (n_features, len(DESIGNS))
        Rows: text grams, title grams, cues.
    intercept : ndarray of float64, shape (len(DESIGNS),)
    slopes : ndarray of float64, shape (2,)
        What scores are multiplied by before they become probabilities: of records with an abstract,
        and of those with a title only.
    """

    columns: npt.NDArray[np.int32]
    title_columns: npt.NDArray[np.int32]
    idf: npt.NDArray[np.float32]
    title_idf: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    intercept: FloatArray
    slopes: FloatArray
    recipe: dict[str, Any]
    labels_fingerprint: str

    def probabilities(self, records: Sequence[Record]) -> FloatArray:
        """Probability of each design of `DESIGNS`, shape (n_records, len(DESIGNS)); rows sum to 1.

        A record without any text gets the same share for each design.
        """
        parts = [np.empty((0, len(DESIGNS)))]
        for start in range(0, len(records), _BATCH):
            batch = records[start : start + _BATCH]
            bare = np.array([not r.abstract.strip() for r in batch], dtype=bool)
            scores = self._scores(batch) * np.where(bare, self.slopes[1], self.slopes[0])[:, None]
            scores[[not r.has_text for r in batch]] = 0.0
            scores += np.array([_publication_evidence(r.publication_types) for r in batch])
            parts.append(_softmax(scores))
        return np.concatenate(parts)

    def predict(self, records: Sequence[Record]) -> list[Design]:
        """The most probable design of each record; OTHER where there is no text."""
        chosen = self.probabilities(records).argmax(axis=1).tolist()
        return [
            DESIGNS[j] if r.has_text or r.publication_types else Design.OTHER
            for j, r in zip(chosen, records, strict=True)
        ]

    def save(self, folder: Path) -> Path:
        """Write the model as a bundle."""
        return save_bundle(self._bundle({}), folder)

    def save_with(self, folder: Path, *, metrics: dict[str, float]) -> Path:
        """Write the model as a bundle whose manifest also tells what was measured of it."""
        return save_bundle(self._bundle(metrics), folder)

    @property
    def model_id(self) -> str:
        """Hash of the recipe and the labels: the same fit has the same id."""
        return self._bundle({}).model_id

    def _bundle(self, metrics: dict[str, float]) -> Bundle:
        return Bundle(
            kind="design",
            model_version=MODEL_VERSION,
            recipe=self.recipe,
            labels_fingerprint=self.labels_fingerprint,
            metrics=metrics,
            arrays={name: getattr(self, name) for name in _ARRAYS},
        )

    def _scores(self, records: Sequence[Record]) -> FloatArray:
        titles = count_grams([r.title for r in records])
        texts = count_grams([r.text for r in records])
        n_text, n_title = len(self.columns), len(self.title_columns)
        w = self.weights
        scores = _weighed(texts[:, self.columns], self.idf) @ w[:n_text]
        scores += _weighed(titles[:, self.title_columns], self.title_idf) @ w[n_text : n_text + n_title]
        # sparse products go row by row, so that a record scores alike in whatever company
        scores += csr_matrix(_CUE_SCALE * cue_features(records, titles, texts)) @ w[n_text + n_title :]
        return np.asarray(scores, dtype=np.float64) + self.intercept


def load_design_model(folder: Path | Traversable | None = None) -> DesignModel:
    """Read a design model; the released one when no folder is given (read once)."""
    return _released() if folder is None else _load(folder)


@cache
def _released() -> DesignModel:
    return _load(files("models").joinpath("released").joinpath("design"))


def _load(folder: Path | Traversable) -> DesignModel:
    bundle = load_bundle(folder, kind="design", model_version=MODEL_VERSION, arrays=_ARRAYS)
    if bundle.recipe.get("features") != FEATURE_VERSION:
        raise BundleError(f"{folder}: fitted on other text features; fit the design model again")
    a = bundle.arrays
    n_cues = cue_features([], count_grams([]), count_grams([])).shape[1]
    for columns, idf in (("columns", "idf"), ("title_columns", "title_idf")):
        if len(a[columns]) != len(a[idf]) or np.any((a[columns] < 0) | (a[columns] >= N_COLUMNS)):
            raise BundleError(f"{folder}: {columns} and {idf} do not fit together")
    if len(a["weights"]) != len(a["columns"]) + len(a["title_columns"]) + n_cues:
        raise BundleError(f"{folder}: weights do not fit the features of this version; fit the model again")
    return DesignModel(
        recipe=dict(bundle.recipe), labels_fingerprint=bundle.labels_fingerprint, **dict(bundle.arrays)
    )


def fit_design_model(
    records: Sequence[Record],
    designs: Sequence[Design],
    *,
    weights: Sequence[float] | None = None,
    C: float = 3.0,
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
    C : float, default=3
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
    fitted = _fit(views, np.arange(len(y)), y, sample_weight, C, n_text_grams, n_title_grams)
    told = json.dumps(sorted([r.text, d] for r, d in zip(records, designs, strict=True)))
    return DesignModel(
        columns=fitted.columns,
        title_columns=fitted.title_columns,
        idf=fitted.idf,
        title_idf=fitted.title_idf,
        weights=fitted.weights.astype(np.float16).astype(np.float32),  # half the bundle, same answers
        intercept=fitted.intercept,
        slopes=np.array([_slope(s, y, sample_weight) for s in (held_out, held_out_bare)]),
        recipe={
            "features": FEATURE_VERSION,
            "C": C,
            "balance": balance,
            "cue_scale": _CUE_SCALE,
            "n_records": len(y),
            "seed": seed,
        },
        labels_fingerprint=hashlib.sha256(told.encode()).hexdigest()[:16],
    )


class _Views:
    """The two views of the records, computed once for all folds."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.titles = count_grams([r.title for r in records])
        self.texts = count_grams([r.text for r in records])
        self.cues = csr_matrix(_CUE_SCALE * cue_features(records, self.titles, self.texts))


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


def _weighed(counts: csr_matrix, idf: npt.NDArray[np.float32]) -> csr_matrix:
    """TF-IDF of the kept columns, each row scaled to length 1."""
    x = counts.tocsr(copy=True)
    x.data = (1.0 + np.log(x.data)) * idf[x.indices]
    length = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
    x.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(x.indptr))
    return x


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
            _weighed(views.texts[rows][:, columns], idf),
            _weighed(views.titles[rows][:, title_columns], title_idf),
            views.cues[rows],
        ],
        format="csr",
    )


def _slope(scores: FloatArray, y: npt.NDArray[np.int64], weight: FloatArray) -> float:
    """Slope that makes left-out scores probabilities (Platt's scaling, one slope for all designs).

    An offset for each design as well moved the border between trials with and without randomisation
    to the wrong side: a design with 55 examples cannot pay for a parameter of its own.
    """

    def loss(log_slope: float) -> float:
        p = _softmax(np.exp(log_slope) * scores)
        return -float(np.sum(weight * np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)))) / float(
            weight.sum()
        )

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def _publication_evidence(types: Sequence[str]) -> FloatArray:
    """Log factors on the odds of each design, shape (len(DESIGNS),)."""
    evidence = np.zeros(len(DESIGNS))
    for word in types:
        favoured, factor = _PUBLICATION_TYPES.get(word.casefold().strip(), ((), 1.0))
        for design in favoured:
            j = DESIGNS.index(design)
            evidence[j] = max(evidence[j], np.log(factor))
    return evidence


def _softmax(scores: FloatArray) -> FloatArray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
