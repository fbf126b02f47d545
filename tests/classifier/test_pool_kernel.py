import numpy as np
import pytest
from scipy.sparse import csr_matrix, random

import classifier.pool_kernel as pool_kernel
from classifier.pool_kernel import PoolKernel
from models.relevance import TITLE_SCALE

N = 30


def parts() -> tuple[csr_matrix, csr_matrix, csr_matrix]:
    rng = np.random.default_rng(0)
    text, title, neighbours = (
        random(N, width, density=0.2, format="csr", random_state=rng, dtype=np.float32)
        for width in (40, 20, N)
    )
    return text, title, neighbours


def slow() -> np.ndarray:
    """The products of all records with each other, written out."""
    text, title, neighbours = (p.toarray().astype(np.float64) for p in parts())
    together = np.eye(N) + 0.5 * neighbours
    wide, wide_title = together @ text, together @ title
    return np.asarray(wide @ wide.T + TITLE_SCALE**2 * wide_title @ wide_title.T + 1.0)


@pytest.fixture(params=[100, 0], ids=["small pool", "large pool"])
def kernel(request, monkeypatch):
    monkeypatch.setattr(pool_kernel, "_SMALL_POOL", request.param)
    return PoolKernel(*parts())


def test_products_grow_to_what_they_are_at_once(kernel):
    for known in ([4], [4, 9, 2], [2, 9], [1, 2, 4, 9, 20]):
        rows = np.array(known)
        np.testing.assert_allclose(kernel.of(rows), slow()[np.ix_(rows, rows)], rtol=1e-5)


def test_scores_are_products_with_every_record(kernel):
    rows, dual = np.array([3, 8, 11]), np.array([0.5, -1.0, 2.0])
    kernel.of(np.array([8, 20]))
    kernel.of(rows)
    np.testing.assert_allclose(kernel.scores(rows, dual), slow()[:, rows] @ dual, rtol=1e-4, atol=1e-5)


def test_what_is_taught_gives_a_record_without_neighbours_its_score(kernel):
    rows, dual = np.array([3, 8]), np.array([0.5, -1.0])
    kernel.of(rows)
    own = kernel.own_scores(*kernel.taught(rows, dual))
    together = np.eye(N) + 0.5 * parts()[2].toarray()
    np.testing.assert_allclose(together @ own + dual.sum(), slow()[:, rows] @ dual, rtol=1e-4, atol=1e-5)
