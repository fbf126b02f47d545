"""A prior opinion of each record before any label of its review, learned on finished reviews.

One weight per view of `models.pool_views`, once for use with a protocol and once for use without, where
only the views of the record alone count. Fitted on several reviews at once, each of them and both of
its classes weighing the same; half of the opinion comes from what was included in the end, half from
what passed title and abstract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from data.errors import ScreeningError
from models.bundle import ArraySpec, Bundle, load_bundle, save_bundle
from models.pool_views import N_OF_PROTOCOL, VIEWS, VIEWS_VERSION

MODEL_VERSION = 2
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SeenReview:
    """A finished review as views and labels.

    Attributes
    ----------
    seen : ndarray of float64, shape (n_records, len(VIEWS))
    included, advanced : ndarray of int, shape (n_records,)
        1 for the records included in the end, and for those that passed title and abstract.
    """

    name: str
    seen: FloatArray
    included: IntArray
    advanced: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevancePrior:
    """Weights of the views and where they come from.

    Attributes
    ----------
    weights : ndarray of float64, shape (len(VIEWS),)
    bare_weights : ndarray of float64, shape (len(VIEWS),)
        Those without a protocol; 0 for every view of the protocol.
    """

    weights: FloatArray
    bare_weights: FloatArray
    recipe: dict[str, Any]
    labels_fingerprint: str
    metrics: dict[str, float] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """Hash of the recipe and the labels."""
        return self._bundle().model_id

    def save(self, folder: Path) -> Path:
        """Write the prior as a bundle."""
        return save_bundle(self._bundle(), folder)

    def _bundle(self) -> Bundle:
        return Bundle(
            kind="relevance_prior",
            model_version=MODEL_VERSION,
            recipe=self.recipe | {"views": list(VIEWS), "views_version": VIEWS_VERSION},
            labels_fingerprint=self.labels_fingerprint,
            metrics=self.metrics,
            arrays={"weights": self.weights, "bare_weights": self.bare_weights},
        )


def no_opinion() -> RelevancePrior:
    """A prior that finds all records alike."""
    nothing = np.zeros(len(VIEWS))
    return RelevancePrior(weights=nothing, bare_weights=nothing, recipe={}, labels_fingerprint="")


def load_prior(folder: Path | Traversable | None = None) -> RelevancePrior:
    """Read a prior; the released one when no folder is given (read once)."""
    return _released() if folder is None else _load(folder)


@cache
def _released() -> RelevancePrior:
    return _load(files("models").joinpath("released").joinpath("relevance_prior"))


def _load(folder: Path | Traversable) -> RelevancePrior:
    specs = dict.fromkeys(("weights", "bare_weights"), ArraySpec("float64", (len(VIEWS),)))
    bundle = load_bundle(folder, kind="relevance_prior", model_version=MODEL_VERSION, arrays=specs)
    recipe = dict(bundle.recipe)
    if (recipe.pop("views", None), recipe.pop("views_version", None)) != (list(VIEWS), VIEWS_VERSION):
        raise ScreeningError(f"{folder}: fitted on other views than this version has; fit the prior again")
    return RelevancePrior(
        weights=bundle.arrays["weights"],
        bare_weights=bundle.arrays["bare_weights"],
        recipe=recipe,
        labels_fingerprint=bundle.labels_fingerprint,
        metrics=dict(bundle.metrics),
    )


def fit_prior(
    reviews: Sequence[SeenReview], *, C: float = 1e-3, labels_fingerprint: str = ""
) -> RelevancePrior:
    """Learn the weights of the views from finished reviews.

    Parameters
    ----------
    reviews : sequence of SeenReview
        Each needs an included and an excluded record, at both stages.
    C : float, default=1e-3
        Inverse strength of the pull towards 0 when each review weighs 1000. Of 1e-4 to 1, 1e-4 and 1e-3
        were best on the reviews left out (docs/experiments.md).
    """
    if not reviews:
        raise ScreeningError("no review to learn a prior from; give at least one")
    of_record = np.arange(len(VIEWS)) >= N_OF_PROTOCOL
    return RelevancePrior(
        weights=_fit(reviews, np.ones(len(VIEWS), np.bool_), C),
        bare_weights=_fit(reviews, of_record, C),
        recipe={"C": C, "reviews": sorted(r.name for r in reviews)},
        labels_fingerprint=labels_fingerprint,
    )


def _fit(reviews: Sequence[SeenReview], used: npt.NDArray[np.bool_], C: float) -> FloatArray:
    """Weights of the used views, 0 for the others; the mean of two opinions of one scale."""
    total = np.zeros(len(VIEWS))
    seen = np.concatenate([r.seen for r in reviews]) * used
    for stage in ("included", "advanced"):
        labels = [getattr(r, stage) for r in reviews]
        for review, y in zip(reviews, labels, strict=True):
            if not 0 < y.sum() < len(y):
                raise ScreeningError(
                    f"review {review.name}: {int(y.sum())} of {len(y)} {stage}; some must be"
                )
        weight = np.concatenate(
            [np.where(y == 1, 500.0 / y.sum(), 500.0 / (len(y) - y.sum())) for y in labels]
        )
        model = LogisticRegression(C=C, max_iter=2000, tol=1e-6)
        model.fit(seen, np.concatenate(labels), weight)
        total += model.coef_[0] / np.std(seen @ model.coef_[0])
    return total * used / 2
