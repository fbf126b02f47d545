"""What finished reviews taught, said of the records of one pool before any label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from models.prior import RelevancePrior

FloatArray = npt.NDArray[np.float64]
# Weight of the neighbours' mean over the record's own opinion; of .5 to 4 on benchmarks/ranking.
_NEIGHBOURS_OPINION = 2.0


@dataclass(frozen=True, slots=True)
class PoolPrior:
    """The prior of a pool, and what it makes of a record alone.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_records,)
        Mean 0 and standard deviation 1 over the records with text, 0 for the others.
    views : ndarray of float64, shape (len(VIEWS),)
    intercept : float
        Of a record alone the score is `seen @ views + intercept`.
    """

    scores: FloatArray
    views: FloatArray
    intercept: float


def pool_prior(
    prior: RelevancePrior,
    seen: FloatArray,
    has_text: npt.NDArray[np.bool_],
    neighbours: csr_matrix | None,
) -> PoolPrior:
    """The prior over a pool.

    Parameters
    ----------
    prior : RelevancePrior
    seen : ndarray of float64, shape (n_records, len(VIEWS))
    has_text : ndarray of bool, shape (n_records,)
    neighbours : csr_matrix, shape (n_records, n_records), or None
        Each record is drawn towards its neighbours; None without a protocol: what a record reports says
        nothing of those about the same subject.
    """
    weights = prior.bare_weights if neighbours is None else prior.weights
    scores = np.zeros(len(seen))
    texts = np.flatnonzero(has_text)
    if not len(texts):
        return PoolPrior(scores, np.zeros(len(weights)), 0.0)
    opinion = np.einsum("ij,j->i", seen, weights)  # the same sum on any number of threads
    scores[texts] = _standard(opinion[texts])
    if neighbours is not None:
        around = neighbours @ scores
        scores[texts] = _standard(scores[texts] + _NEIGHBOURS_OPINION * _standard(around[texts]))
    slope, intercept = fit_line(opinion[texts], scores[texts])
    return PoolPrior(scores, slope * weights, intercept)


def _standard(values: FloatArray) -> FloatArray:
    """Values less their mean, over their standard deviation; 0 where all are alike."""
    deviation = float(values.std())
    return np.asarray((values - values.mean()) / (deviation if deviation > 1e-9 else 1.0))


def fit_line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Slope and intercept of the least-squares line of y on x."""
    if len(x) == 0 or float(x.std()) < 1e-9:
        return 1.0, float((y - x).mean()) if len(x) else 0.0
    slope = float(np.mean((x - x.mean()) * (y - y.mean())) / x.var())
    return slope, float(y.mean() - slope * x.mean())
