import numpy as np
import pytest

import classifier.calibration as calibration
from classifier.calibration import calibrate


def draw(n: int, mean: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and labels that follow a known curve of them."""
    scores = rng.normal(mean, 1.0, n)
    return scores, (rng.random(n) < 1 / (1 + np.exp(-(2 * scores - 2)))).astype(np.int64)


def promised(curve: tuple[float | None, float | None], scores: np.ndarray) -> np.ndarray:
    slope, shift = curve
    assert slope is not None
    assert shift is not None
    return np.asarray(1 / (1 + np.exp(-(slope * scores + shift))))


def test_with_everything_read_the_curve_is_found():
    scores, y = draw(20_000, 0.5, np.random.default_rng(0))
    slope, shift = calibrate(scores, y, np.empty(0))
    assert slope == pytest.approx(2, abs=0.1)
    assert shift == pytest.approx(-2, abs=0.1)


def test_the_unread_are_promised_less_than_the_labels_alone_would():
    rng = np.random.default_rng(1)
    scores, y = draw(100, 1.5, rng)
    unread, truth = draw(1_000, -2.0, rng)
    alone = promised(calibrate(scores + rng.normal(0, 2, 100), y, np.empty(0)), unread).mean()
    with_unread = promised(calibrate(scores + rng.normal(0, 2, 100), y, unread), unread).mean()
    assert abs(with_unread - truth.mean()) < 0.02 < alone - truth.mean()


def test_many_unread_records_are_thinned_out_with_next_to_no_change(monkeypatch):
    scores, y = draw(200, 0.5, np.random.default_rng(2))
    unread = np.random.default_rng(3).normal(-2.0, 1.0, 2_000)
    every = promised(calibrate(scores, y, unread), unread)
    monkeypatch.setattr(calibration, "_MOST_UNREAD", 500)
    np.testing.assert_allclose(promised(calibrate(scores, y, unread), unread), every, atol=0.05)


@pytest.mark.parametrize(
    ("scores", "y"),
    [
        pytest.param([], [], id="no label"),
        pytest.param([1.0, 2.0, 3.0], [1, 1, 1], id="one class"),
        pytest.param([3.0, 2.0, 0.0, -1.0, -2.0], [1, 1, 0, 0, 0], id="two includes"),
        pytest.param([-3.0, -2.0, -2.5, 3.0, 2.0, 2.5], [1, 1, 1, 0, 0, 0], id="the wrong way round"),
    ],
)
def test_where_labels_tell_nothing_there_is_no_curve(scores, y):
    assert calibrate(np.array(scores), np.array(y, dtype=np.int64), np.zeros(2)) == (None, None)
