"""The model that accepts or rejects a candidate finding, with a calibrated confidence.

A logistic regression over named features (words around the number, the rule that linked it, the
section ...). Its weights are plain arrays in a bundle, so that a few hundred judged findings of a
user's own can refit it, on top of the ones that it was shipped with.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from models.bundle import ArraySpec, Bundle, load_bundle, save_bundle

KIND = "outcome_spans"
MODEL_VERSION = 2
_ARRAYS = {
    "names": ArraySpec("U", (None,)),
    "weights": ArraySpec("float64", (None,)),
    "bias": ArraySpec("float64", (1,)),
    "arm_names": ArraySpec("U", (None,)),
    "arm_weights": ArraySpec("float64", (None,)),
}

Features = Mapping[str, float]


class OutcomeSpans:
    """Probability that a candidate finding is one.

    Parameters
    ----------
    penalty : float, default=2.0
        Weight of the squared L2 norm of the weights against the summed log loss. Chosen by
        cross-validation over records of the annotated abstracts (0.5 to 2 differ by less than 0.002 F1).
    min_count : int, default=3
        Candidates in which a feature must occur to get a weight of its own.
    prior : OutcomeSpans or None
        A fitted model to start from: the penalty is then on what the weights and the bias depart from
        its own, so that a few judged findings move it a little and many move it much.

    Attributes
    ----------
    names_ : list of str
        Features in the order of `weights_`.
    weights_ : ndarray of float64, shape (n_features,)
    bias_ : float
    arms : ArmChoice or None
        The choice of each finding's group, kept in the same bundle.
    """

    names_: list[str]
    weights_: npt.NDArray[np.float64]
    bias_: float
    _weight_of: dict[str, float]

    def __init__(
        self, *, penalty: float = 2.0, min_count: int = 3, prior: OutcomeSpans | None = None
    ) -> None:
        self.penalty = penalty
        self.min_count = min_count
        self.prior = prior
        self.arms: ArmChoice | None = None

    def fit(self, rows: Sequence[Features], labels: Sequence[int]) -> Self:
        """Fit on candidates and whether each was right (1) or not (0)."""
        if len(rows) != len(labels):
            raise ValueError(f"{len(rows)} rows and {len(labels)} labels; one label per row is due")
        y = np.asarray(labels, dtype=np.float64)
        if set(np.unique(y)) - {0.0, 1.0} or (len(set(labels)) < 2 and self.prior is None):
            raise ValueError("labels must be 0 and 1, and both must occur")
        known = dict(self.prior._weight_of) if self.prior is not None else {}
        counts = Counter(name for row in rows for name in row)
        self.names_ = sorted({n for n, k in counts.items() if k >= self.min_count} | known.keys())
        x = _matrix(rows, self.names_)
        start = np.asarray([known.get(name, 0.0) for name in self.names_] + [0.0])
        pulled = np.append(np.ones(len(self.names_)), 0.0)  # the bias is free without a prior
        if self.prior is not None:
            start[-1], pulled[-1] = self.prior.bias_, 1.0
        args = (x, y, self.penalty * pulled, start)
        found = minimize(_loss, start, args=args, jac=True, method="L-BFGS-B")
        self.weights_ = found.x[:-1]
        self.bias_ = float(found.x[-1])
        self._index()
        return self

    def probability(self, row: Features) -> float:
        """Probability of one candidate; a feature that was never seen counts nothing."""
        known = self._weight_of
        total = self.bias_ + sum(known.get(name, 0.0) * value for name, value in row.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def reasons(self, row: Features, *, n_top: int = 3) -> list[tuple[str, float]]:
        """The features that weigh most in one judgement, signed, heaviest first."""
        parts = [(name, self._weight_of.get(name, 0.0) * value) for name, value in row.items()]
        return sorted(parts, key=_size, reverse=True)[:n_top]

    def _index(self) -> None:
        self._weight_of = dict(zip(self.names_, map(float, self.weights_), strict=True))


class ArmChoice:
    """Which of several proposals names the group of a value: a conditional logit over named features.

    The probability of a proposal among those of its unit is proportional to `exp(weights @ features)`. A
    unit may have several right proposals ("marimastat", "oral marimastat"); their summed probability counts.

    Parameters
    ----------
    penalty : float, default=2.0
        Weight of the squared way from `prior` against the summed log loss. Chosen by cross-validation over
        records of the annotated abstracts (1 to 10 differ by less than 0.015 of the groups).
    min_count : int, default=4
        Units in which a feature must occur to get a weight of its own.
    prior : mapping of str to float or None
        Weights to start from.

    Attributes
    ----------
    weights_ : dict of str to float
    """

    def __init__(
        self, *, penalty: float = 2.0, min_count: int = 4, prior: Mapping[str, float] | None = None
    ) -> None:
        self.penalty = penalty
        self.min_count = min_count
        self.prior = dict(prior or {})
        self.weights_: dict[str, float] = dict(self.prior)

    def fit(self, units: Sequence[tuple[Sequence[Features], Sequence[int]]]) -> Self:
        """Fit on units: the features of each proposal, and 1 for each that is right."""
        kept = [(rows, right) for rows, right in units if 0 < sum(right) < len(right)]
        if not kept:
            raise ValueError("no unit has both right and wrong proposals; nothing to learn from")
        counts = Counter(name for rows, _ in kept for name in {name for row in rows for name in row})
        names = sorted(name for name, n in counts.items() if n >= self.min_count or name in self.prior)
        x = _matrix([row for rows, _ in kept for row in rows], names)
        y = np.concatenate([np.asarray(right, dtype=np.float64) for _, right in kept])
        starts = np.cumsum([0, *(len(rows) for rows, _ in kept[:-1])])
        prior = np.asarray([self.prior.get(name, 0.0) for name in names])
        found = minimize(
            _choice_loss, prior, args=(x, y, starts, self.penalty, prior), jac=True, method="L-BFGS-B"
        )
        self.weights_ = self.prior | dict(zip(names, map(float, found.x), strict=True))
        return self

    def score(self, row: Features) -> float:
        """The proposal's weight; a feature that was never seen counts nothing."""
        known = self.weights_
        return sum(known.get(name, 0.0) * value for name, value in row.items())


def _matrix(rows: Sequence[Features], names: Sequence[str]) -> sparse.csr_matrix:
    """The features of each row that are among `names`, in their order."""
    column = {name: k for k, name in enumerate(names)}
    data, index, at = [], [], [0]
    for row in rows:
        for name, value in row.items():
            if name in column:
                index.append(column[name])
                data.append(value)
        at.append(len(index))
    return sparse.csr_matrix((data, index, at), shape=(len(rows), len(names)))


def _choice_loss(
    weights: npt.NDArray[np.float64],
    x: sparse.csr_matrix,
    y: npt.NDArray[np.float64],
    starts: npt.NDArray[np.intp],
    penalty: float,
    prior: npt.NDArray[np.float64],
) -> tuple[float, npt.NDArray[np.float64]]:
    """Penalised log loss of the right proposals of each unit, and its gradient."""
    score = x @ weights
    counts = np.diff(np.append(starts, len(score)))
    score = score - np.repeat(np.maximum.reduceat(score, starts), counts)
    e = np.exp(score)
    whole, right = np.add.reduceat(e, starts), np.add.reduceat(e * y, starts)
    slope = x.T @ (e / np.repeat(whole, counts) - e * y / np.repeat(right, counts)) + penalty * (
        weights - prior
    )
    away = weights - prior
    loss = float(np.sum(np.log(whole) - np.log(right)) + 0.5 * penalty * away @ away)
    return loss, slope


def outcome_spans_bundle(
    model: OutcomeSpans, *, trained_on: str, metrics: Mapping[str, float], labels_fingerprint: str = ""
) -> Bundle:
    """A fitted model as plain arrays; `trained_on` names its labels in the manifest."""
    arms = model.arms.weights_ if model.arms is not None else {}
    return Bundle(
        kind=KIND,
        model_version=MODEL_VERSION,
        recipe={"penalty": model.penalty, "trained_on": trained_on},
        arrays={
            "names": np.asarray(model.names_, dtype=np.str_),
            "weights": model.weights_,
            "bias": np.asarray([model.bias_]),
            "arm_names": np.asarray(list(arms), dtype=np.str_),
            "arm_weights": np.asarray(list(arms.values()), dtype=np.float64),
        },
        labels_fingerprint=labels_fingerprint,
        metrics=metrics,
    )


def save_outcome_spans(
    model: OutcomeSpans, folder: Path, *, trained_on: str, metrics: Mapping[str, float]
) -> Path:
    """Write a fitted model to a folder of its own."""
    return save_bundle(outcome_spans_bundle(model, trained_on=trained_on, metrics=metrics), folder)


def load_outcome_spans(folder: Path | Traversable | None = None) -> OutcomeSpans:
    """Read a model after its audit; without a folder, the one that ships."""
    where = folder if folder is not None else files("models") / "released" / KIND
    bundle = load_bundle(where, kind=KIND, model_version=MODEL_VERSION, arrays=_ARRAYS)
    model = OutcomeSpans(penalty=float(bundle.recipe.get("penalty", 0.5)))
    model.names_ = [str(name) for name in bundle.arrays["names"]]
    model.weights_ = np.asarray(bundle.arrays["weights"], dtype=np.float64)
    model.bias_ = float(bundle.arrays["bias"][0])
    model._index()
    weights = zip(map(str, bundle.arrays["arm_names"]), map(float, bundle.arrays["arm_weights"]), strict=True)
    arms = dict(weights)
    if arms:
        model.arms = ArmChoice()
        model.arms.weights_ = arms
    return model


def _loss(
    theta: npt.NDArray[np.float64],
    x: sparse.csr_matrix,
    y: npt.NDArray[np.float64],
    penalty: npt.NDArray[np.float64],
    start: npt.NDArray[np.float64],
) -> tuple[float, npt.NDArray[np.float64]]:
    """Log loss, penalised by the squared way from `start`, and its gradient."""
    weights, bias, away = theta[:-1], theta[-1], theta - start
    score = x @ weights + bias
    p = 1.0 / (1.0 + np.exp(-np.clip(score, -30, 30)))
    loss = float(np.sum(np.logaddexp(0.0, score) - y * score) + 0.5 * away @ (penalty * away))
    slope = np.append(x.T @ (p - y), np.sum(p - y)) + penalty * away
    return loss, slope


def _size(part: tuple[str, float]) -> float:
    return abs(part[1])
