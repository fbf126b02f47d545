"""One model per PICOS criterion, learned from decisions that give a reason.

Labels are partial. An include says that every criterion is met. An exclusion for a criterion says that
this one is not met and nothing about those after it, which are left out of the fit, not counted as
met. Reasons are tried in the order of the protocol, so the criteria before it did not fail: they count
as met, with half the weight, since they may have been unclear. An exclusion without a reason, or for
language or date, says nothing about any criterion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from data.protocol import CRITERIA
from models.bundle import ArraySpec, Bundle, BundleError, load_bundle, save_bundle
from models.features import FEATURE_VERSION, N_COLUMNS, count_grams, inverse_frequency, weigh

MODEL_VERSION = 1
FloatArray = npt.NDArray[np.float64]
LEAST = 5  # labels of either kind before a criterion gets a model of its own
_FOLDS = 5
_HALF = 0.5  # weight of "not failed"
_LEAST_MET = 50  # met records from which the model may call a criterion not met: fewer tell no 1 in 100
_MET_LOST = 0.01  # share of the met records, left out of the fit, that may fall below `not_met_below`
_CAP = 0.15  # a probability above this is never called "not met", whatever the left-out records say
_ARRAYS = {
    "columns": ArraySpec("int32", (None,)),
    "idf": ArraySpec("float32", (None,)),
    "weights": ArraySpec("float32", (None, len(CRITERIA))),
    "terms_weight": ArraySpec("float64", (len(CRITERIA),)),
    "intercept": ArraySpec("float64", (len(CRITERIA),)),
    "not_met_below": ArraySpec("float64", (len(CRITERIA),)),
    "n_labels": ArraySpec("int32", (len(CRITERIA), 2)),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A person's decision on a record: included, or excluded for a reason (None when none was given)."""

    included: bool
    reason: str | None = None


def labels_of(outcomes: Sequence[Outcome]) -> npt.NDArray[np.int8]:
    """What decisions say of each criterion, shape (n_records, len(CRITERIA)).

    1 met, 0 not met, 2 not failed (a later criterion was the reason), -1 unknown.

    Examples
    --------
    >>> labels_of([Outcome(True), Outcome(False, "intervention"), Outcome(False)]).tolist()
    [[1, 1, 1, 1, 1], [2, 0, -1, -1, -1], [-1, -1, -1, -1, -1]]
    """
    labels = np.full((len(outcomes), len(CRITERIA)), -1, dtype=np.int8)
    for row, outcome in zip(labels, outcomes, strict=True):
        if outcome.included:
            row[:] = 1
        elif outcome.reason in CRITERIA:
            failed = CRITERIA.index(outcome.reason)
            row[:failed], row[failed] = 2, 0
    return labels


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaModel:
    """A logistic regression per criterion over TF-IDF and what the terms alone say.

    Attributes
    ----------
    columns, idf : ndarray, shape (n_columns,)
        The grams that carry weight and their inverse document frequencies.
    weights : ndarray of float32, shape (n_columns, len(CRITERIA))
    terms_weight, intercept : ndarray of float64, shape (len(CRITERIA),)
        Weight of the log-odds that the terms alone give, and the intercept.
    not_met_below : ndarray of float64, shape (len(CRITERIA),)
        Probability below which a criterion is not met; 0 where there were too few labels.
    n_labels : ndarray of int32, shape (len(CRITERIA), 2)
        Labels "not met" and "met" that each criterion was fitted on; a criterion with fewer than
        `LEAST` of either has no model, and the terms stand.
    """

    columns: npt.NDArray[np.int32]
    idf: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    terms_weight: FloatArray
    intercept: FloatArray
    not_met_below: FloatArray
    n_labels: npt.NDArray[np.int32]
    recipe: dict[str, Any]
    labels_fingerprint: str = ""

    @property
    def learned(self) -> tuple[str, ...]:
        """The criteria that have a model."""
        return tuple(c for c, n in zip(CRITERIA, self.n_labels, strict=True) if n.min() >= LEAST)

    def probabilities(self, texts: Sequence[str], terms: FloatArray) -> FloatArray:
        """Probability that each criterion is met.

        Parameters
        ----------
        texts : sequence of str
        terms : ndarray of float, shape (n_texts, len(CRITERIA))
            Probabilities that the terms alone give; handed through where nothing was learned.
        """
        rows = weigh(count_grams(texts)[:, self.columns], self.idf)
        scores = rows @ self.weights + _log_odds(terms) * self.terms_weight + self.intercept
        learned = self.n_labels.min(axis=1) >= LEAST
        return np.where(learned, 1.0 / (1.0 + np.exp(-np.clip(scores, -50, 50))), terms)

    def save(self, folder: Path) -> Path:
        """Write the model as a bundle."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return save_bundle(
            Bundle(
                kind="criteria",
                model_version=MODEL_VERSION,
                recipe=self.recipe,
                labels_fingerprint=self.labels_fingerprint,
                arrays=arrays,
            ),
            folder,
        )

    @classmethod
    def load(cls, folder: Path | Traversable) -> CriteriaModel:
        """Read a model that `save` wrote; a BundleError says what is wrong with any other."""
        bundle = load_bundle(folder, kind="criteria", model_version=MODEL_VERSION, arrays=_ARRAYS)
        if bundle.recipe.get("features") != FEATURE_VERSION:
            raise BundleError(f"{folder}: fitted on other text features; fit the model again")
        a = bundle.arrays
        n = len(a["columns"])
        if (
            len(a["idf"]) != n
            or len(a["weights"]) != n
            or np.any((a["columns"] < 0) | (a["columns"] >= N_COLUMNS))
        ):
            raise BundleError(f"{folder}: columns, idf and weights do not fit together")
        return cls(recipe=dict(bundle.recipe), labels_fingerprint=bundle.labels_fingerprint, **dict(a))


def fit_criteria(
    texts: Sequence[str],
    terms: FloatArray,
    outcomes: Sequence[Outcome],
    *,
    C: float = 10.0,
    seed: int = 0,
    labels_fingerprint: str = "",
) -> CriteriaModel:
    """Fit a model for each criterion that has labels of both kinds.

    Parameters
    ----------
    texts : sequence of str
    terms : ndarray of float, shape (n_texts, len(CRITERIA))
        Probabilities that the terms alone give.
    outcomes : sequence of Outcome
        What people decided.
    C : float, default=10
        Inverse regularisation.
    seed : int, default=0
        Of the folds that set `not_met_below`.
    """
    labels = labels_of(outcomes)
    counts = count_grams(texts)
    idf = inverse_frequency(counts)
    columns = np.flatnonzero(np.bincount(counts.indices, minlength=N_COLUMNS) > 1).astype(np.int32)
    rows = weigh(counts[:, columns], idf[columns])
    log_odds = _log_odds(terms)
    n_criteria = len(CRITERIA)
    weights = np.zeros((len(columns), n_criteria), dtype=np.float32)
    terms_weight, intercept, below = np.ones(n_criteria), np.zeros(n_criteria), np.zeros(n_criteria)
    n_labels = np.array([[int(np.sum(y == 0)), int(np.sum(y > 0))] for y in labels.T], dtype=np.int32)
    for j in range(n_criteria):
        known = np.flatnonzero(labels[:, j] >= 0)
        y = (labels[known, j] > 0).astype(np.int64)
        weight = np.where(labels[known, j] == 2, _HALF, 1.0)
        if n_labels[j].min() < LEAST:
            continue
        x = hstack([rows[known], csr_matrix(log_odds[known, j : j + 1])], format="csr")
        below[j] = _threshold(x, y, weight, C, seed)
        model = LogisticRegression(C=C, max_iter=1000).fit(x, y, sample_weight=weight)
        weights[:, j], terms_weight[j], intercept[j] = (
            model.coef_[0, :-1],
            model.coef_[0, -1],
            model.intercept_[0],
        )
    return CriteriaModel(
        columns=columns,
        idf=idf[columns],
        weights=weights,
        terms_weight=terms_weight,
        intercept=intercept,
        not_met_below=below,
        n_labels=n_labels,
        recipe={"features": FEATURE_VERSION, "C": C, "seed": seed, "n_records": len(texts)},
        labels_fingerprint=labels_fingerprint,
    )


def _threshold(x: csr_matrix, y: npt.NDArray[np.int64], weight: FloatArray, C: float, seed: int) -> float:
    """Probability below which one in a hundred left-out met records falls; 0 where that cannot be told."""
    if np.sum(y == 1) < _LEAST_MET:
        return 0.0
    held_out = np.zeros(len(y))
    for train, test in StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(x, y):
        model = LogisticRegression(C=C, max_iter=1000)
        model.fit(x[train], y[train], sample_weight=weight[train])
        held_out[test] = model.predict_proba(x[test])[:, 1]
    return float(min(_CAP, np.quantile(held_out[y == 1], _MET_LOST, method="lower")))


def _log_odds(probabilities: FloatArray) -> FloatArray:
    p = np.clip(probabilities, 0.01, 0.99)
    return np.asarray(np.log(p / (1.0 - p)))
