"""The estimators that rank: a class-balanced linear model over TF-IDF, and the fitted model as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import LinearSVC
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from data.errors import ScreeningError
from data.records import Record
from models.bundle import ArraySpec, Bundle, load_bundle, save_bundle
from models.features import FEATURE_VERSION, N_COLUMNS, count_grams, weigh

MODEL_VERSION = 1
FloatArray = npt.NDArray[np.float32]
_BATCH = 4096  # records scored at once: bounds the memory of a stream
_ARRAYS = {
    "columns": ArraySpec("int32", (None,)),
    "weights": ArraySpec("float32", (None,)),
    "frequent_columns": ArraySpec("int32", (None,)),
    "frequency": ArraySpec("int32", (None,)),
    "scalars": ArraySpec("float64", (4,)),
}


class BalancedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear support vector machine whose classes weigh as given, however many labels each has.

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
        n_included = int(np.sum(coded == 1))
        weight = np.where(coded == 1, 1.0, n_included / (self.ratio * (len(y) - n_included)))
        weight *= len(y) / weight.sum()
        svm = LinearSVC(C=self.C, max_iter=20_000, random_state=0)
        svm.fit(X, coded, sample_weight=weight)
        self.coef_: npt.NDArray[np.float64] = svm.coef_
        self.intercept_: npt.NDArray[np.float64] = svm.intercept_
        return self

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Signed distance of each row, shape (n_rows,); above 0 is included."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        return np.asarray(X @ self.coef_[0] + self.intercept_[0])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Class of each row, shape (n_rows,)."""
        scores = self.decision_function(X)
        chosen: npt.NDArray[Any] = self.classes_[(scores > 0).astype(np.int64)]
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceModel:
    """A fitted ranking: scores any record without the pool that it was fitted on.

    Attributes
    ----------
    weights : ndarray of float32, shape (N_COLUMNS,)
        Weight of each gram's TF-IDF value.
    frequency : ndarray of int32, shape (N_COLUMNS,)
        Records of the fitting pool that hold each gram.
    n_records : int
        Records with text in the fitting pool.
    intercept : float
    slope, offset : float or None
        Probability = `1 / (1 + exp(-(slope * score + offset)))`; None where there were too few labels.
    """

    weights: FloatArray
    frequency: npt.NDArray[np.int32]
    n_records: int
    intercept: float
    slope: float | None
    offset: float | None
    recipe: dict[str, Any]
    labels_fingerprint: str

    @property
    def idf(self) -> FloatArray:
        """Inverse document frequency of each column; grams of one record weigh as unseen ones do."""
        seen = np.maximum(self.frequency, 1)
        return np.asarray(np.log((1.0 + self.n_records) / (1.0 + seen)) + 1.0, dtype=np.float32)

    @property
    def model_id(self) -> str:
        """Hash of the recipe and the labels: the same fit has the same id."""
        return self._bundle().model_id

    def score(self, records: Iterable[Record]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Score a stream of records, in constant memory but for the answer.

        Returns
        -------
        scores, probabilities : ndarray of float64, shape (n_records,)
            A probability is NaN where there were too few labels to tell.
        """
        scores = [np.empty(0)]
        idf = self.idf
        for batch in _batches(records, _BATCH):
            rows = weigh(count_grams([r.text for r in batch]), idf)
            scores.append(self.score_rows(rows))
        joined = np.concatenate(scores)
        return joined, self.probabilities(joined)

    def score_rows(self, rows: csr_matrix) -> npt.NDArray[np.float64]:
        """Scores of TF-IDF rows weighed by `idf`, shape (n_rows,)."""
        return np.asarray(rows @ self.weights, dtype=np.float64) + self.intercept

    def probabilities(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Probability of inclusion for scores of this model; NaN where it cannot tell."""
        if self.slope is None or self.offset is None:
            return np.full(len(scores), np.nan)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(self.slope * scores + self.offset, -500, 500))))

    def save(self, folder: Path) -> Path:
        """Write the model as a bundle; only grams with a weight, or found twice, take space."""
        return save_bundle(self._bundle(), folder)

    def _bundle(self) -> Bundle:
        columns = np.flatnonzero(self.weights).astype(np.int32)
        frequent = np.flatnonzero(self.frequency > 1).astype(np.int32)
        return Bundle(
            kind="relevance",
            model_version=MODEL_VERSION,
            recipe=self.recipe | {"features": FEATURE_VERSION, "calibrated": self.slope is not None},
            labels_fingerprint=self.labels_fingerprint,
            arrays={
                "columns": columns,
                "weights": self.weights[columns],
                "frequent_columns": frequent,
                "frequency": self.frequency[frequent].astype(np.int32),
                "scalars": np.array([self.n_records, self.intercept, self.slope or 0.0, self.offset or 0.0]),
            },
        )

    @classmethod
    def load(cls, folder: Path | Traversable) -> RelevanceModel:
        """Read a model that `save` wrote; a BundleError says what is wrong with any other."""
        bundle = load_bundle(folder, kind="relevance", model_version=MODEL_VERSION, arrays=_ARRAYS)
        a = bundle.arrays
        if bundle.recipe.get("features") != FEATURE_VERSION:
            raise ScreeningError(f"{folder}: fitted on other text features; fit the model again")
        for columns, values in (("columns", "weights"), ("frequent_columns", "frequency")):
            if len(a[columns]) != len(a[values]) or np.any((a[columns] < 0) | (a[columns] >= N_COLUMNS)):
                raise ScreeningError(f"{folder}: {columns} and {values} do not fit together")
        weights, frequency = np.zeros(N_COLUMNS, np.float32), np.zeros(N_COLUMNS, np.int32)
        weights[a["columns"]] = a["weights"]
        frequency[a["frequent_columns"]] = a["frequency"]
        n_records, intercept, slope, offset = a["scalars"].tolist()
        calibrated = bundle.recipe.get("calibrated") is True
        recipe = {k: v for k, v in bundle.recipe.items() if k not in ("features", "calibrated")}
        return cls(
            weights=weights,
            frequency=frequency,
            n_records=int(n_records),
            intercept=intercept,
            slope=slope if calibrated else None,
            offset=offset if calibrated else None,
            recipe=recipe,
            labels_fingerprint=bundle.labels_fingerprint,
        )


def _batches(records: Iterable[Record], size: int) -> Iterator[Sequence[Record]]:
    stream = iter(records)
    while batch := list(islice(stream, size)):
        yield batch
