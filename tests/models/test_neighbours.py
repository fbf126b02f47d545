import numpy as np
import pytest
from scipy.sparse import csr_matrix

from models.features import count_grams, inverse_frequency, weigh
from models.neighbours import find_neighbours


def rows(n: int = 60) -> csr_matrix:
    """Records in three topics with a word of their own each, and one that shares nothing."""
    texts = [f"topic{i % 3} common case{i % 6} number{i}" for i in range(n - 1)] + ["alone"]
    counts = count_grams(texts)
    return weigh(counts, inverse_frequency(counts))


def slow(x: csr_matrix, n_neighbours: int) -> np.ndarray:
    """Every pair compared, the nearest kept, ties by place."""
    likeness = np.round((x @ x.T).toarray().astype(np.float64), 6)
    np.fill_diagonal(likeness, 0)
    for row in likeness:
        row[np.argsort(-row, kind="stable")[n_neighbours:]] = 0
    totals = likeness.sum(axis=1, keepdims=True)
    return np.asarray(likeness / np.where(totals > 0, totals, 1))


def test_neighbours_are_those_of_comparing_every_pair():
    np.testing.assert_allclose(find_neighbours(rows(), n_neighbours=2).toarray(), slow(rows(), 2), atol=1e-6)


def test_weights_sum_to_one_and_a_record_like_no_other_has_none():
    totals = np.asarray(find_neighbours(rows()).sum(axis=1)).ravel()
    np.testing.assert_allclose(totals, [1.0] * 59 + [0.0])


def test_a_small_pool_has_no_neighbours():
    assert find_neighbours(rows(19)).nnz == 0


def test_common_words_are_not_compared():
    assert find_neighbours(rows(), most_common=5).nnz == 0


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_to_compare(n):
    assert find_neighbours(rows(60)[:n]).shape == (n, n)
