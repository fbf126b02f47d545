"""From the scores of a ranking to probabilities of inclusion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
_LEAST = 3  # labels of each class: fewer tell nothing
_UNREAD_WEIGHT = 0.5  # of .05 to 1, the least calibration error at 10% read on benchmarks/ranking
_MOST_UNREAD = 2000  # unread scores that enter the fit; more are thinned out evenly


def calibrate(left_out: FloatArray, y: IntArray, unread: FloatArray) -> tuple[float | None, float | None]:
    """Slope and shift of a logistic curve through the scores (Platt scaling).

    The likely records are read first, so the labels alone promise the unread far too much. Each unread record
    therefore counts as half an excluded one: nearly all of them are.

    Parameters
    ----------
    left_out : ndarray of float64, shape (n_labels,)
        Scores that did not see their own label.
    y : ndarray of int64, shape (n_labels,)
        1 included, 0 excluded.
    unread : ndarray of float64, shape (n_unread,)
        Scores of the records without a label.

    Returns
    -------
    slope, shift : float or None
        None with fewer than three labels of a class, or where higher scores are no likelier.

    Examples
    --------
    >>> calibrate(np.array([1.0, -1.0]), np.array([1, 0]), np.array([0.0]))
    (None, None)
    """
    if min(int(y.sum()), int(len(y) - y.sum())) < _LEAST:
        return None, None
    weight = _UNREAD_WEIGHT
    if len(unread) > _MOST_UNREAD:
        kept = ((np.arange(_MOST_UNREAD) + 0.5) * len(unread) / _MOST_UNREAD).astype(np.int64)
        weight *= len(unread) / _MOST_UNREAD
        unread = np.sort(unread)[kept]
    scores = np.concatenate([left_out, unread])
    labels = np.concatenate([y, np.zeros(len(unread), dtype=np.int64)])
    weights = np.concatenate([np.ones(len(y)), np.full(len(unread), weight)])
    curve = LogisticRegression(C=10.0).fit(scores[:, None], labels, weights)
    slope = float(curve.coef_[0, 0])
    return (slope, float(curve.intercept_[0])) if slope > 0 else (None, None)
