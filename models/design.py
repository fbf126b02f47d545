"""The study design of a record from its title, abstract and publication types.

A multinomial logistic regression over two views of the same hashed counts: grams (title apart from the
whole text) and the cues of `models.design_cues`. `models.design_fit` fits it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data.records import Design, Record
from models.bundle import ArraySpec, Bundle, BundleError, load_bundle, save_bundle
from models.design_cues import cue_features
from models.features import FEATURE_VERSION, N_COLUMNS, count_grams

DESIGNS: tuple[Design, ...] = tuple(Design)
MODEL_VERSION = 2
FloatArray = npt.NDArray[np.float64]
_BATCH = 1024  # records judged at once: bounds memory
CUE_SCALE = 0.15  # of .15, .3, .5 the best macro F1 by 5-fold cross-validation, benchmarks/design.py
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
            parts.append(softmax(scores))
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
        scores = weighed(texts[:, self.columns], self.idf) @ w[:n_text]
        scores += weighed(titles[:, self.title_columns], self.title_idf) @ w[n_text : n_text + n_title]
        # sparse products go row by row, so that a record scores alike in whatever company
        scores += csr_matrix(CUE_SCALE * cue_features(records, titles, texts)) @ w[n_text + n_title :]
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


def weighed(counts: csr_matrix, idf: npt.NDArray[np.float32]) -> csr_matrix:
    """TF-IDF of the kept columns, each row scaled to length 1."""
    x = counts.tocsr(copy=True)
    x.data = (1.0 + np.log(x.data)) * idf[x.indices]
    length = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
    x.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(x.indptr))
    return x


def _publication_evidence(types: Sequence[str]) -> FloatArray:
    """Log factors on the odds of each design, shape (len(DESIGNS),)."""
    evidence = np.zeros(len(DESIGNS))
    for word in types:
        favoured, factor = _PUBLICATION_TYPES.get(word.casefold().strip(), ((), 1.0))
        for design in favoured:
            j = DESIGNS.index(design)
            evidence[j] = max(evidence[j], np.log(factor))
    return evidence


def softmax(scores: FloatArray) -> FloatArray:
    """Scores as shares that sum to 1 in each row."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
