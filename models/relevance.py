"""A fitted ranking as a file: weights of words and views that score any record, without the pool.

The words' inverse document frequencies and the views are those of the pool that it was fitted on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data.errors import ScreeningError
from data.protocol import parse_protocol
from data.records import Record
from models.bundle import ArraySpec, Bundle, BundleError, load_bundle, save_bundle
from models.design import DESIGNS
from models.features import FEATURE_VERSION, N_COLUMNS, count_grams, weigh
from models.pool_views import N_QUERIES, VIEWS, VIEWS_VERSION, PoolViews, n_terms

MODEL_VERSION = 3
TITLE_SCALE = 0.1**0.5  # titles as a view of their own, at a tenth of the text's kernel: docs/experiments.md
FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
_BATCH = 4096  # records scored at once: bounds the memory of a stream
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
    views : PoolViews or None
        None where there was no text to fit them to.
    intercept : float
    slope, shift : float or None
        Probability = `1 / (1 + exp(-(slope * score + shift)))`; None where there were too few labels.
    """

    weights: Float32Array
    title_weights: Float32Array
    vocabulary: Vocabulary
    title_vocabulary: Vocabulary
    view_weights: FloatArray
    views: PoolViews | None
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
            views=_unpacked_views(folder, text if isinstance(text, str) else None, a),
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
            "protocol_text": self.views.protocol.source_text if self.views and self.views.protocol else None,
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


def _packed_views(views: PoolViews | None) -> dict[str, npt.NDArray[Any]]:
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


def _unpacked_views(folder: Path | Traversable, protocol_text: str | None, arrays: Any) -> PoolViews | None:
    protocol = None
    if protocol_text is not None:
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
    if protocol is None and len(starts) == 1:
        return None
    if len(starts) - 1 != N_QUERIES:
        raise BundleError(f"{folder}: {len(starts) - 1} queries; expected {N_QUERIES}")
    return PoolViews(
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
