import pytest

from data.errors import ScreeningError
from models.metrics import measure_screening
from training.evaluate import Replay
from training.recall_plot import plot_recall, recall_curve


def replay(name: str, seed: int, *labels: int) -> Replay:
    return Replay(name, seed, measure_screening(labels), (), labels)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param([1, 1, 0, 0], [0, 0.5, 1, 1, 1], id="best"),
        pytest.param([0, 0, 1, 1], [0, 0, 0, 0.5, 1], id="worst"),
        pytest.param([0, 1], [0, 0, 0, 0, 1], id="fewer records than points"),
    ],
)
def test_a_curve_rises_from_nothing_to_all(labels, expected):
    assert recall_curve(labels, n_points=5).tolist() == expected


def test_a_plot_has_a_line_per_review(tmp_path):
    plot_recall([replay("a", 0, 1, 0), replay("a", 1, 0, 1), replay("b", 0, 1, 1, 0)], tmp_path / "r.svg")
    drawn = (tmp_path / "r.svg").read_text()
    assert drawn.count("<!-- a -->") == drawn.count("<!-- b -->") == drawn.count("<!-- mean -->") == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("r.txt", "a plot ends in", id="no such format"),
        pytest.param("missing/r.png", "cannot be written", id="no such folder"),
    ],
)
def test_a_bad_plot_file_is_refused(tmp_path, name, message):
    with pytest.raises(ScreeningError, match=message):
        plot_recall([replay("a", 0, 1, 0)], tmp_path / name)
