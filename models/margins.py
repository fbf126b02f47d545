"""A class-balanced linear machine around a prior opinion, solved exactly from inner products of records.

The defaults of C and the class ratio are those of ASReview's ELAS u4; what the ranking uses was
chosen by replaying the eight reviews of `benchmarks/ranking`, see classifier/ranking.py.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import LinearOperator, cg
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

FloatArray = npt.NDArray[np.float64]
_DENSE = 2000  # labels up to which the kernel matrix is solved exactly
_MAX_STEPS = 50  # Newton steps; 3 to 8 are usual


class BalancedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear support vector machine (squared hinge) around a prior, with classes that weigh as given.

    The decision is `offset + x @ coef + intercept`: the offset is a prior opinion of each record, and the
    coefficients, drawn towards 0, are what the labels teach beyond it. Solved exactly by Newton steps on
    the dual, which takes the records' inner products only.

    Parameters
    ----------
    C : float, default=0.11
    ratio : float, default=9.8
        Weight of all included records over that of all excluded ones. Both defaults are those of
        ASReview's ELAS u4, tuned there on the SYNERGY reviews.
    """

    def __init__(self, *, C: float = 0.11, ratio: float = 9.8) -> None:
        self.C = C
        self.ratio = ratio

    def __sklearn_tags__(self) -> Tags:
        """Tell scikit-learn that sparse rows are taken, and two classes only."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Fit on rows of features and their labels (two classes; the greater one counts as included)."""
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32])
        check_classification_targets(y)
        self.classes_, coded = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is multiclass, "
                f"with the classes {self.classes_}"
            )
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier can't train when only one class is present: {self.classes_}")
        signs = np.where(coded == 1, 1.0, -1.0)
        cost = self.C * class_weights(signs, ratio=self.ratio)
        gram = X @ X.T
        gram = gram.toarray() if hasattr(gram, "toarray") else gram
        self.dual_coef_ = solve_margins(np.asarray(gram, dtype=np.float64) + 1.0, signs, cost).dual
        self.coef_ = np.asarray(self.dual_coef_ @ X, dtype=np.float64).reshape(1, -1)
        self.intercept_ = np.array([self.dual_coef_.sum()])
        return self

    def decision_function(self, X: Any) -> FloatArray:
        """Signed distance of each row, shape (n_rows,); above 0 is included."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        return np.asarray(X @ self.coef_[0] + self.intercept_[0])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Class of each row, shape (n_rows,)."""
        scores = self.decision_function(X)
        chosen: npt.NDArray[Any] = self.classes_[(scores > 0).astype(np.int64)]
        return chosen


@dataclass(frozen=True, slots=True)
class Margins:
    """A solved machine.

    Attributes
    ----------
    dual : ndarray of float64, shape (n_labels,)
        `w` is the sum of the records times these.
    active : ndarray of bool, shape (n_labels,)
        The labels that touch the margin; the others have dual weight 0.
    """

    dual: FloatArray
    active: npt.NDArray[np.bool_]


def class_weights(signs: FloatArray, *, ratio: float) -> FloatArray:
    """Weight of each label (+1 or -1) such that both classes weigh `ratio` to 1; their mean is 1."""
    n_included = int(np.sum(signs > 0))
    n_excluded = len(signs) - n_included
    if not n_included or not n_excluded:
        return np.ones(len(signs))
    weights = np.where(signs > 0, 1.0, n_included / (ratio * n_excluded))
    return np.asarray(weights * (len(signs) / weights.sum()))


def solve_margins(
    gram: FloatArray,
    signs: FloatArray,
    cost: FloatArray,
    *,
    offset: FloatArray | None = None,
    start: npt.NDArray[np.bool_] | None = None,
) -> Margins:
    """Minimise `|w|^2 / 2 + sum(cost * max(0, 1 - sign * (offset + w @ x))^2)` over w, by its dual.

    Parameters
    ----------
    gram : ndarray of float64, shape (n_labels, n_labels)
        Inner products of the labelled records.
    signs : ndarray of float64, shape (n_labels,)
        +1 included, -1 excluded.
    cost : ndarray of float64, shape (n_labels,)
    offset : ndarray of float64, shape (n_labels,), or None
    start : ndarray of bool, shape (n_labels,), or None
        A guess at the labels that touch the margin; it saves steps and does not change the answer.

    References
    ----------
    Newton on the active set: Keerthi & DeCoste (2005), JMLR 6, 341-361.
    """
    with _one_thread():
        return _solve(gram, signs, cost, np.zeros(len(signs)) if offset is None else offset, start)


def _solve(
    gram: FloatArray,
    signs: FloatArray,
    cost: FloatArray,
    prior: FloatArray,
    start: npt.NDArray[np.bool_] | None,
) -> Margins:
    active = np.ones(len(signs), dtype=np.bool_) if start is None else start
    solve = _exact if len(signs) <= _DENSE else _iterated
    for _ in range(_MAX_STEPS):
        rows = np.flatnonzero(active)
        dual = np.zeros(len(signs))
        dual[rows] = solve(gram, rows, 0.5 / cost[rows], (signs - prior)[rows])
        now = signs * (gram @ dual + prior) < 1.0
        if np.array_equal(now, active):
            break
        active = now
    return Margins(dual, active)


def left_out_scores(
    gram: FloatArray, signs: FloatArray, cost: FloatArray, margins: Margins, offset: FloatArray
) -> FloatArray:
    """Score of each label by the machine fitted to all others, shape (n_labels,).

    Exact for the squared loss on the records that touch the margin [1]_; beyond `_DENSE` labels one
    label no longer moves its own score much, and the fitted score stands in.

    References
    ----------
    .. [1] Cawley & Talbot (2004), Neural Networks 17(10), doi:10.1016/j.neunet.2004.07.002
    """
    scores = gram @ margins.dual + offset
    rows = np.flatnonzero(margins.active)
    if len(rows) and len(signs) <= _DENSE:
        inner = gram[np.ix_(rows, rows)] + np.diag(0.5 / cost[rows])
        inverse = cho_solve(cho_factor(inner, lower=True), np.eye(len(rows)))
        scores[rows] = signs[rows] - margins.dual[rows] / np.diag(inverse)
    return np.asarray(scores)


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: the same sums on every machine, and no waiting for busy cores."""
    limited: AbstractContextManager[object] = _threads().limit(limits=1, user_api="blas")
    return limited


def _exact(
    gram: FloatArray, rows: npt.NDArray[np.int64], ridge: FloatArray, target: FloatArray
) -> FloatArray:
    inner = gram[np.ix_(rows, rows)]
    inner[np.diag_indices(len(rows))] += ridge
    if not len(rows):
        return np.empty(0)
    return np.asarray(
        cho_solve(cho_factor(inner, lower=True, check_finite=False), target, check_finite=False)
    )


def _iterated(
    gram: FloatArray, rows: npt.NDArray[np.int64], ridge: FloatArray, target: FloatArray
) -> FloatArray:
    """The same by conjugate gradients: no cubic cost for a review with many thousand labels."""
    inner = gram[np.ix_(rows, rows)]
    operator = LinearOperator((len(rows), len(rows)), matvec=lambda v: inner @ v + ridge * v)
    solution, _ = cg(operator, target, rtol=1e-9, maxiter=1000)
    return np.asarray(solution)
