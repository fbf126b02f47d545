"""Inner products of the labelled records of a pool, each read together with its neighbours.

A record stands for its own words and half as much the mean of its neighbours' (`models.neighbours`). Products
are kept between cycles, so that a new label costs one row; in a small pool those with all its records
are kept, so that a cycle adds numbers only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, identity, vstack

from models.relevance import TITLE_SCALE

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
_NEIGHBOUR_SHARE = 0.5  # weight of the neighbours' mean; of .5 and 1 on the reviews of benchmarks/ranking
_SMALL_POOL = 4000  # records up to which all inner products with labelled ones are kept (128 MB at most)


class PoolKernel:
    """Inner products, kept and grown.

    Parameters
    ----------
    rows, title_rows : csr_matrix of float32, shape (n_records, n_columns)
        TF-IDF of texts and titles over the columns that the pool uses.
    neighbours : csr_matrix, shape (n_records, n_records)
        As `models.neighbours.find_neighbours` gives them.
    """

    def __init__(self, rows: csr_matrix, title_rows: csr_matrix, neighbours: csr_matrix) -> None:
        n_records = rows.shape[0]
        self._parts = (rows, title_rows)
        self._scales = (1.0, TITLE_SCALE**2)
        together = identity(n_records, format="csr") + _NEIGHBOUR_SHARE * neighbours
        self._together = csr_matrix(together, dtype=np.float32)
        self._small = n_records <= _SMALL_POOL
        self._place: dict[int, int] = {}
        self._wide = tuple(csr_matrix((0, part.shape[1]), dtype=np.float32) for part in self._parts)
        self._values = np.empty((0, 0))

    def of(self, rows: IntArray) -> FloatArray:
        """Inner products of the rows with each other, 1 added for the intercept."""
        new = [r for r in rows.tolist() if r not in self._place]
        if new:
            self._grow(new)
        places = self._places(rows)
        return np.asarray(self._values[np.ix_(rows if self._small else places, places)])

    def scores(self, rows: IntArray, dual: FloatArray) -> FloatArray:
        """Scores of the whole pool by the dual weights of the rows."""
        if self._small:
            weights = np.zeros(self._values.shape[1])
            weights[self._places(rows)] = dual
            return np.asarray(self._values @ weights)
        return np.asarray(self._together @ self.own_scores(*self.taught(rows, dual)) + dual.sum())

    def taught(self, rows: IntArray, dual: FloatArray) -> tuple[Float32Array, Float32Array]:
        """Weights of the words of text and title that the rows teach."""
        spread = np.zeros(len(self._place))
        spread[self._places(rows)] = dual
        text, title = (
            scale * np.bincount(wide.indices, _by_row(wide, spread), minlength=wide.shape[1])
            for wide, scale in zip(self._wide, self._scales, strict=True)
        )
        return text.astype(np.float32), title.astype(np.float32)

    def own_scores(self, text: Float32Array, title: Float32Array) -> FloatArray:
        """What word weights give each record of the pool by its own words alone, shape (n_records,)."""
        rows, title_rows = self._parts
        return np.asarray(rows @ text + title_rows @ title, dtype=np.float64)

    def _places(self, rows: IntArray) -> IntArray:
        return np.array([self._place[r] for r in rows.tolist()], dtype=np.int64)

    def _grow(self, new: list[int]) -> None:
        old, n_room = len(self._place), self._values.shape[1]
        self._place.update({row: old + i for i, row in enumerate(new)})
        n_known = old + len(new)
        if n_known > n_room:  # room for twice as many: growing one by one would copy each time
            n_all = self._together.shape[0] if self._small else 2 * n_known
            values = np.zeros((n_all, 2 * n_known))
            values[: len(self._values), :n_room] = self._values
            self._values = values
        added = tuple(csr_matrix(self._together[new] @ part) for part in self._parts)
        self._wide = tuple(vstack(both, format="csr") for both in zip(self._wide, added, strict=True))
        if self._small:
            self._values[:, old:n_known] = self._together @ _products(self._parts, added, self._scales) + 1.0
            return
        block = _products(self._wide, added, self._scales) + 1.0
        self._values[:n_known, old:n_known] = block
        self._values[old:n_known, :old] = block[:old].T


def _products(
    left: tuple[csr_matrix, ...], right: tuple[csr_matrix, ...], scales: tuple[float, ...]
) -> FloatArray:
    """Scaled sum of the inner products of the left rows with the right ones, shape (n_left, n_right)."""
    total = np.zeros((left[0].shape[0], right[0].shape[0]))
    for a, b, scale in zip(left, right, scales, strict=True):
        if b.shape[0] == 1:  # one row as a full vector: many times faster than two sparse matrices
            vector = np.zeros(b.shape[1], dtype=np.float32)
            vector[b.indices] = b.data
            total[:, 0] += scale * (a @ vector)
        else:
            total += scale * (a @ b.T).toarray()
    return total


def _by_row(rows: csr_matrix, weights: FloatArray) -> FloatArray:
    """Each value of the rows times the weight of its row."""
    return np.asarray(rows.data * np.repeat(weights, np.diff(rows.indptr)))
