"""The estimators that rank: a class-balanced linear model around a prior, and the fitted model as a file.

Where the defaults come from: C, the class ratio and the weight of titles were chosen by replaying the
eight reviews of `benchmarks/ranking` (seeds 0-2), see docs/experiments.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import LinearOperator, cg
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from data.errors import ScreeningError
from data.protocol import parse_protocol
from data.records import Record
from models.bundle import ArraySpec, Bundle, BundleError, load_bundle, save_bundle
from models.design import DESIGNS
from models.features import FEATURE_VERSION, N_COLUMNS, count_grams, weigh
from models.protocol_views import VIEWS, VIEWS_VERSION, ProtocolViews, n_terms

MODEL_VERSION = 2
TITLE_SCALE = 0.1**0.5  # titles as a view of their own, at a tenth of the text's kernel
FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
_BATCH = 4096  # records scored at once: bounds the memory of a stream
_DENSE = 2000  # labels up to which the kernel matrix is held and solved exactly
_MAX_STEPS = 50  # Newton steps; 3 to 8 are usual
_PARTS = ("text", "title")
_ARRAYS = {
    **{f"{p}_columns": ArraySpec("int32", (None,)) for p in _PARTS},
    **{f"{p}_weights": ArraySpec("float32", (None,)) for p in _PARTS},
    **{f"{p}_frequent": ArraySpec("int32", (None,)) for p in _PARTS},
    **{f"{p}_frequency": ArraySpec("int32", (None,)) for p in _PARTS},
    "n_records": ArraySpec("int64", (2,)),
    "scalars": ArraySpec("float64", (3,)),
    "view_weights": ArraySpec("float64", (len(VIEWS),)),
    "view_mean": ArraySpec("float64", (len(VIEWS),)),
    "view_scale": ArraySpec("float64", (len(VIEWS),)),
    "wanted": ArraySpec("bool", (len(DESIGNS),)),
    "rarity": ArraySpec("float64", (None,)),
    "query_values": ArraySpec("float32", (None,)),
    "query_columns": ArraySpec("int32", (None,)),
    "query_starts": ArraySpec("int64", (None,)),
}


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


@dataclass(frozen=True, kw_only=True)  # no slots: the cached idf needs a place
class Vocabulary:
    """How often each gram stands in the pool: what its inverse document frequency comes from.

    Attributes
    ----------
    frequency : ndarray of int32, shape (N_COLUMNS,)
        Records of the pool that hold each gram.
    n_records : int
        Records with text in the pool.
    """

    frequency: npt.NDArray[np.int32]
    n_records: int

    @classmethod
    def of(cls, counts: csr_matrix) -> Vocabulary:
        """Count the records of a pool that hold each gram."""
        return cls(
            frequency=np.bincount(counts.indices, minlength=N_COLUMNS).astype(np.int32),
            n_records=int(np.count_nonzero(np.diff(counts.indptr))),
        )

    @cached_property
    def idf(self) -> Float32Array:
        """Inverse document frequency of each column; grams of one record weigh as unseen ones do."""
        seen = np.maximum(self.frequency, 1)
        return np.asarray(np.log((1.0 + self.n_records) / (1.0 + seen)) + 1.0, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceModel:
    """A fitted ranking: scores any record without the pool that it was fitted on.

    The score is `intercept + text @ weights + title @ title_weights + views @ view_weights`.

    Attributes
    ----------
    weights, title_weights : ndarray of float32, shape (N_COLUMNS,)
        Weight of each gram's TF-IDF value, in the text and in the title.
    vocabulary, title_vocabulary : Vocabulary
    view_weights : ndarray of float64, shape (len(VIEWS),)
        All 0 without a protocol.
    views : ProtocolViews or None
    intercept : float
    slope, shift : float or None
        Probability = `1 / (1 + exp(-(slope * score + shift)))`; None where there were too few labels.
    """

    weights: Float32Array
    title_weights: Float32Array
    vocabulary: Vocabulary
    title_vocabulary: Vocabulary
    view_weights: FloatArray
    views: ProtocolViews | None
    intercept: float
    slope: float | None
    shift: float | None
    recipe: dict[str, Any]
    labels_fingerprint: str

    @property
    def model_id(self) -> str:
        """Hash of the recipe and the labels: the same fit has the same id."""
        bare = Bundle(
            kind="relevance",
            model_version=MODEL_VERSION,
            recipe=self._full_recipe(),
            arrays={},
            labels_fingerprint=self.labels_fingerprint,
        )
        return bare.model_id

    def score(self, records: Iterable[Record]) -> tuple[FloatArray, FloatArray]:
        """Score a stream of records, in constant memory but for the answer.

        Returns
        -------
        scores, probabilities : ndarray of float64, shape (n_records,)
            A probability is NaN where there were too few labels to tell.
        """
        scores = [np.empty(0)]
        idf, title_idf = self.vocabulary.idf, self.title_vocabulary.idf
        for batch in _batches(records, _BATCH):
            rows = weigh(count_grams([r.text for r in batch], stems=True), idf)
            title_rows = weigh(count_grams([r.title for r in batch], stems=True), title_idf)
            seen = self.views.see(batch, rows, title_rows) if self.views else None
            scores.append(self.score_rows(rows, title_rows, seen))
        joined = np.concatenate(scores)
        return joined, self.probabilities(joined)

    def score_rows(self, rows: csr_matrix, title_rows: csr_matrix, seen: FloatArray | None) -> FloatArray:
        """Scores of records by their weighed text and title and their views, shape (n_rows,)."""
        scores = np.asarray(rows @ self.weights, dtype=np.float64) + self.intercept
        scores += title_rows @ self.title_weights
        if seen is not None:
            scores += np.einsum("ij,j->i", seen, self.view_weights)  # the same sum on any number of threads
        return scores

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Probability of inclusion for scores of this model; NaN where it cannot tell."""
        if self.slope is None or self.shift is None:
            return np.full(len(scores), np.nan)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(self.slope * scores + self.shift, -500, 500))))

    def save(self, folder: Path) -> Path:
        """Write the model as a bundle; only grams with a weight, or found twice, take space."""
        bundle = Bundle(
            kind="relevance",
            model_version=MODEL_VERSION,
            recipe=self._full_recipe(),
            labels_fingerprint=self.labels_fingerprint,
            arrays={
                **_packed("text", self.weights, self.vocabulary),
                **_packed("title", self.title_weights, self.title_vocabulary),
                "n_records": np.array([self.vocabulary.n_records, self.title_vocabulary.n_records]),
                "scalars": np.array([self.intercept, self.slope or 0.0, self.shift or 0.0]),
                "view_weights": self.view_weights,
                **_packed_views(self.views),
            },
        )
        return save_bundle(bundle, folder)

    @classmethod
    def load(cls, folder: Path | Traversable) -> RelevanceModel:
        """Read a model that `save` wrote; a ScreeningError says what is wrong with any other."""
        bundle = load_bundle(folder, kind="relevance", model_version=MODEL_VERSION, arrays=_ARRAYS)
        a, recipe = bundle.arrays, dict(bundle.recipe)
        if (recipe.pop("features", None), recipe.pop("views", None)) != (FEATURE_VERSION, VIEWS_VERSION):
            raise ScreeningError(f"{folder}: fitted on other text features; fit the model again")
        calibrated = recipe.pop("calibrated", None) is True
        text = recipe.pop("protocol_text", None)
        intercept, slope, shift = a["scalars"].tolist()
        weights, vocabulary = _unpacked(folder, "text", a, 0)
        title_weights, title_vocabulary = _unpacked(folder, "title", a, 1)
        return cls(
            weights=weights,
            title_weights=title_weights,
            vocabulary=vocabulary,
            title_vocabulary=title_vocabulary,
            view_weights=a["view_weights"],
            views=_unpacked_views(folder, text, a) if isinstance(text, str) else None,
            intercept=intercept,
            slope=slope if calibrated else None,
            shift=shift if calibrated else None,
            recipe=recipe,
            labels_fingerprint=bundle.labels_fingerprint,
        )

    def _full_recipe(self) -> dict[str, Any]:
        return self.recipe | {
            "features": FEATURE_VERSION,
            "views": VIEWS_VERSION,
            "calibrated": self.slope is not None,
            "protocol_text": self.views.protocol.source_text if self.views else None,
        }


def _packed(part: str, weights: Float32Array, vocabulary: Vocabulary) -> dict[str, npt.NDArray[Any]]:
    columns = np.flatnonzero(weights).astype(np.int32)
    frequent = np.flatnonzero(vocabulary.frequency > 1).astype(np.int32)
    return {
        f"{part}_columns": columns,
        f"{part}_weights": weights[columns],
        f"{part}_frequent": frequent,
        f"{part}_frequency": vocabulary.frequency[frequent],
    }


def _unpacked(
    folder: Path | Traversable, part: str, arrays: Any, which: int
) -> tuple[Float32Array, Vocabulary]:
    for columns, values in (("columns", "weights"), ("frequent", "frequency")):
        c, v = arrays[f"{part}_{columns}"], arrays[f"{part}_{values}"]
        if len(c) != len(v) or np.any((c < 0) | (c >= N_COLUMNS)):
            raise BundleError(f"{folder}: {part}_{columns} and {part}_{values} do not fit together")
    weights, frequency = np.zeros(N_COLUMNS, np.float32), np.zeros(N_COLUMNS, np.int32)
    weights[arrays[f"{part}_columns"]] = arrays[f"{part}_weights"]
    frequency[arrays[f"{part}_frequent"]] = arrays[f"{part}_frequency"]
    return weights, Vocabulary(frequency=frequency, n_records=int(arrays["n_records"][which]))


def _packed_views(views: ProtocolViews | None) -> dict[str, npt.NDArray[Any]]:
    queries = views.queries if views else csr_matrix((0, N_COLUMNS), dtype=np.float32)
    return {
        "view_mean": views.mean if views else np.zeros(len(VIEWS)),
        "view_scale": views.scale if views else np.ones(len(VIEWS)),
        "wanted": views.wanted if views else np.zeros(len(DESIGNS), np.bool_),
        "rarity": views.rarity if views else np.empty(0),
        "query_values": queries.data.astype(np.float32),
        "query_columns": queries.indices.astype(np.int32),
        "query_starts": queries.indptr.astype(np.int64),
    }


def _unpacked_views(folder: Path | Traversable, protocol_text: str, arrays: Any) -> ProtocolViews:
    protocol = parse_protocol(protocol_text, name=f"{folder}: protocol")
    starts = arrays["query_starts"]
    try:
        queries = csr_matrix(
            (arrays["query_values"], arrays["query_columns"], starts), shape=(len(starts) - 1, N_COLUMNS)
        )
        queries.check_format(full_check=True)
    except (ValueError, IndexError) as err:
        raise BundleError(f"{folder}: the queries do not fit together ({err})") from err
    if len(arrays["rarity"]) != n_terms(protocol):
        raise BundleError(f"{folder}: {len(arrays['rarity'])} term weights for {n_terms(protocol)} terms")
    return ProtocolViews(
        protocol=protocol,
        wanted=arrays["wanted"],
        rarity=arrays["rarity"],
        queries=queries,
        mean=arrays["view_mean"],
        scale=arrays["view_scale"],
    )


def _batches(records: Iterable[Record], size: int) -> Iterator[Sequence[Record]]:
    stream = iter(records)
    while batch := list(islice(stream, size)):
        yield batch
