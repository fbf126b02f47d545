"""Records of a pool that share their rare words: what one of them is, the other may be.

A record is read with its neighbours: its words, and half as much the mean of theirs. On the reviews of
`benchmarks/ranking` this orders the last included records better than the words alone
(docs/experiments.md). Only grams found in few records are compared, so the cost grows with the pool, not
with its square.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

N_NEIGHBOURS = 20  # of 10, 20, 30, 50 on the eight reviews of benchmarks/ranking
_LEAST_POOL = 20  # records for each neighbour: in a small pool all records would be neighbours (a guess)
MOST_COMMON = 500  # records that may hold a gram that is compared; of 50 to 500 and all, 500 lost least
_BLOCK = 512  # records compared at once: bounds memory
_DIGITS = 6  # likeness is rounded, so that the last bit of a sum never decides


def find_neighbours(
    rows: csr_matrix, *, n_neighbours: int = N_NEIGHBOURS, most_common: int = MOST_COMMON
) -> csr_matrix:
    """Weights of each record's neighbours by their likeness.

    Parameters
    ----------
    rows : csr_matrix, shape (n_records, n_columns)
        TF-IDF of the texts.
    n_neighbours : int, default=20
        Fewer in a pool of under 400 records.
    most_common : int, default=500

    Returns
    -------
    csr_matrix of float64, shape (n_records, n_records)
        Each row sums to 1, or is empty where no other record shares a rare gram.
    """
    n_records = rows.shape[0]
    n_neighbours = min(n_neighbours, n_records // _LEAST_POOL)
    if not n_neighbours:
        return csr_matrix((n_records, n_records))
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    rare = rows[:, np.flatnonzero((frequency > 1) & (frequency <= most_common))]
    other = rare.T.tocsc().tocsr()
    parts = [
        _nearest((rare[b : b + _BLOCK] @ other).tocsr(), b, n_neighbours) for b in range(0, n_records, _BLOCK)
    ]
    lengths = np.concatenate([np.zeros(1, np.int64), *(n for n, _, _ in parts)])
    columns = np.concatenate([np.empty(0, np.int32), *(c for _, c, _ in parts)])
    weights = np.concatenate([np.empty(0), *(w for _, _, w in parts)])
    return csr_matrix((weights, columns, np.cumsum(lengths)), shape=(n_records, n_records))


def _nearest(
    likeness: csr_matrix, first: int, n_neighbours: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Number of neighbours of each row of a block, then their columns and weights, row by row."""
    lengths, columns, weights = [], [np.empty(0, np.int32)], [np.empty(0)]
    for i in range(likeness.shape[0]):
        begin, end = likeness.indptr[i : i + 2]
        found, value = (
            likeness.indices[begin:end],
            np.round(likeness.data[begin:end].astype(np.float64), _DIGITS),
        )
        keep = (found != first + i) & (value > 0)
        found, value = found[keep], value[keep]
        if len(found) > n_neighbours:  # those above the last place, then its ties by place in the pool
            least = np.partition(value, len(value) - n_neighbours)[len(value) - n_neighbours]
            near = np.flatnonzero(value >= least)
            near = near[np.lexsort((found[near], -value[near]))[:n_neighbours]]
            found, value = found[near], value[near]
        order = np.argsort(found, kind="stable")
        lengths.append(len(order))
        columns.append(found[order].astype(np.int32))
        weights.append(value[order] / (value.sum() or 1.0))
    return np.array(lengths, dtype=np.int64), np.concatenate(columns), np.concatenate(weights)
