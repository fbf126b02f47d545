"""How good an order of reading is, and how true its probabilities are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningMetrics:
    """Every measure of one reading order; shares are of 1, `n_` are numbers of records."""

    n_records: int
    n_relevant: int
    recall_10: float
    recall_20: float
    wss_95: float
    wss_100: float
    atd: float
    loss: float
    ndcg: float
    n_95: int
    n_last: int


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Records of similar probability: what was promised and what came."""

    mean_probability: float
    share_relevant: float
    n_records: int


def _positions(labels: npt.ArrayLike) -> IntArray:
    """Positions, from 1, of the relevant records."""
    found = np.asarray(labels)
    if found.ndim != 1 or not np.isin(found, (0, 1)).all():
        raise ValueError("labels must be a row of 0 and 1, in the order of reading")
    positions = np.flatnonzero(found) + 1
    if not 0 < len(positions) < len(found):
        raise ValueError(
            f"{len(positions)} of {len(found)} records are relevant: "
            "an order can be measured only where some are and some are not"
        )
    return positions


def recall_at_effort(labels: npt.ArrayLike, *, effort: float) -> float:
    """Share of the relevant records found within a share of the reading.

    Parameters
    ----------
    labels : array of int, shape (n_records,)
        1 relevant, 0 not, in the order of reading.
    effort : float in [0, 1]
        Share of the records read, rounded down to whole records.

    Examples
    --------
    >>> recall_at_effort([1, 0, 0, 0, 1], effort=0.2)
    0.5
    """
    n_read = int(len(np.asarray(labels)) * effort + 1e-9)  # 0.1 * 30 is 3, not 2.9999999999999996
    return float(np.mean(_positions(labels) <= n_read))


def n_until_recall(labels: npt.ArrayLike, *, recall: float) -> int:
    """Records read until a share of the relevant ones (rounded up) is found.

    Examples
    --------
    >>> n_until_recall([1, 0, 0, 1, 0], recall=0.95)
    4
    """
    positions = _positions(labels)
    n_wanted = max(1, int(np.ceil(recall * len(positions) - 1e-9)))
    return int(positions[n_wanted - 1])


def work_saved(labels: npt.ArrayLike, *, recall: float = 0.95) -> float:
    """Share of the reading that an order spares at a recall, over a random order (WSS [1]_).

    Parameters
    ----------
    labels : array of int, shape (n_records,)
        1 relevant, 0 not, in the order of reading.
    recall : float in (0, 1], default=0.95

    References
    ----------
    .. [1] Cohen et al. (2006), JAMIA 13(2), doi:10.1197/jamia.M1929

    Examples
    --------
    >>> work_saved([1, 1, 0, 0, 0], recall=1.0)
    0.6
    """
    n_records = len(np.asarray(labels))
    return (n_records - n_until_recall(labels, recall=recall)) / n_records - (1.0 - recall)


def time_to_discovery(labels: npt.ArrayLike) -> float:
    """Mean position of the relevant records as a share of all (ATD [1]_).

    References
    ----------
    .. [1] Ferdinands et al. (2023), Systematic Reviews 12:100, doi:10.1186/s13643-023-02257-7

    Examples
    --------
    >>> time_to_discovery([0, 1, 0, 0])
    0.5
    """
    return float(_positions(labels).mean() / len(np.asarray(labels)))


def recall_loss(labels: npt.ArrayLike) -> float:
    """Area between the best and the actual recall curve over that between the best and the worst.

    0 for all relevant records first, 1 for all last, about 0.5 for a random order; the same as
    `asreview.metrics.loss`.

    Examples
    --------
    >>> recall_loss([1, 1, 0]), recall_loss([0, 1, 1])
    (0.0, 1.0)
    """
    positions = _positions(labels)
    n_relevant = len(positions)
    n_records = len(np.asarray(labels))
    return float((positions.mean() - (n_relevant + 1) / 2) / (n_records - n_relevant))


def discounted_gain(labels: npt.ArrayLike) -> float:
    """Sum of `1 / log2(position + 1)` over the relevant records, over its best value (NDCG).

    Examples
    --------
    >>> discounted_gain([1, 1, 0])
    1.0
    """
    positions = _positions(labels)
    best = np.arange(1, len(positions) + 1)
    return float(np.sum(1 / np.log2(positions + 1)) / np.sum(1 / np.log2(best + 1)))


def measure_screening(labels: npt.ArrayLike) -> ScreeningMetrics:
    """Every measure of one reading order (1 relevant, 0 not, shape (n_records,))."""
    return ScreeningMetrics(
        n_records=len(np.asarray(labels)),
        n_relevant=len(_positions(labels)),
        recall_10=recall_at_effort(labels, effort=0.1),
        recall_20=recall_at_effort(labels, effort=0.2),
        wss_95=work_saved(labels, recall=0.95),
        wss_100=work_saved(labels, recall=1.0),
        atd=time_to_discovery(labels),
        loss=recall_loss(labels),
        ndcg=discounted_gain(labels),
        n_95=n_until_recall(labels, recall=0.95),
        n_last=n_until_recall(labels, recall=1.0),
    )


def reliability(
    probabilities: npt.ArrayLike, labels: npt.ArrayLike, *, n_bins: int = 10
) -> tuple[ReliabilityBin, ...]:
    """The reliability plot's points: records in `n_bins` equal steps of probability, empty ones left out.

    Parameters
    ----------
    probabilities : array of float in [0, 1], shape (n_records,)
    labels : array of int, shape (n_records,)
        1 relevant, 0 not.
    """
    p, y = np.asarray(probabilities, dtype=np.float64), np.asarray(labels)
    if p.shape != y.shape or p.ndim != 1 or len(p) == 0:
        raise ValueError(f"{p.shape} probabilities for {y.shape} labels; give one each, at least one")
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError("a probability is not between 0 and 1")
    which = np.minimum((p * n_bins).astype(np.int64), n_bins - 1)
    return tuple(
        ReliabilityBin(float(p[which == b].mean()), float(y[which == b].mean()), int(np.sum(which == b)))
        for b in np.unique(which)
    )


def calibration_error(probabilities: npt.ArrayLike, labels: npt.ArrayLike, *, n_bins: int = 10) -> float:
    """Expected calibration error: mean distance between promised and actual share, weighed by records [1]_.

    References
    ----------
    .. [1] Naeini, Cooper, Hauskrecht (2015), AAAI, "Obtaining well calibrated probabilities using
       Bayesian binning"

    Examples
    --------
    >>> calibration_error([0.9, 0.9, 0.1, 0.1], [1, 1, 0, 0])
    0.1
    """
    bins = reliability(probabilities, labels, n_bins=n_bins)
    n_records = sum(b.n_records for b in bins)
    distance = sum(b.n_records * abs(b.mean_probability - b.share_relevant) for b in bins)
    return round(distance / n_records, 12)  # 0.1, not 0.09999999999999998
