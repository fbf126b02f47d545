import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.exceptions import SkipTestWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from data.errors import ScreeningError
from data.records import Record
from models.features import count_grams
from models.margins import BalancedClassifier, class_weights, left_out_scores, solve_margins
from models.pool_views import VIEWS
from models.relevance import RelevanceModel, Vocabulary


@parametrize_with_checks([BalancedClassifier()])
def test_the_classifier_keeps_the_estimator_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        check(estimator)


def problem(n: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows, signs, costs and offsets of a small problem that no plane separates."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 4))
    signs = np.where(x[:, 0] + rng.normal(size=n) > 0, 1.0, -1.0)
    return x, signs, rng.uniform(0.1, 2.0, n), rng.normal(size=n)


def slow_weights(x: np.ndarray, signs: np.ndarray, cost: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Minimise the objective as it is written."""

    def objective(w: np.ndarray) -> float:
        slack = np.maximum(0, 1 - signs * (offset + x @ w))
        return float(w @ w / 2 + cost @ slack**2)

    return np.asarray(minimize(objective, np.zeros(x.shape[1]), method="BFGS", options={"gtol": 1e-10}).x)


def test_the_dual_finds_what_a_plain_minimiser_finds():
    x, signs, cost, offset = problem()
    margins = solve_margins(x @ x.T, signs, cost, offset=offset)
    np.testing.assert_allclose(margins.dual @ x, slow_weights(x, signs, cost, offset), atol=1e-5)


def test_a_guess_at_the_start_changes_nothing():
    x, signs, cost, offset = problem()
    plain = solve_margins(x @ x.T, signs, cost, offset=offset)
    guessed = solve_margins(x @ x.T, signs, cost, offset=offset, start=~plain.active)
    np.testing.assert_allclose(guessed.dual, plain.dual, atol=1e-9)


def test_left_out_scores_are_those_of_a_machine_that_never_saw_the_label():
    x, signs, cost, offset = problem()
    cost = cost * 0.02  # weak enough for every record to touch the margin
    offset = offset * 0.01
    gram = x @ x.T
    margins = solve_margins(gram, signs, cost, offset=offset)
    assert margins.active.all()
    found = left_out_scores(gram, signs, cost, margins, offset)
    for i in range(len(signs)):
        keep = np.arange(len(signs)) != i
        without = solve_margins(gram[np.ix_(keep, keep)], signs[keep], cost[keep], offset=offset[keep])
        assert found[i] == pytest.approx(gram[i, keep] @ without.dual + offset[i], abs=1e-8)


@pytest.mark.parametrize(
    ("signs", "weights"),
    [
        pytest.param([1, -1, -1], [1.5, 0.75, 0.75], id="both classes weigh the same at ratio 1"),
        pytest.param([1, 1], [1.0, 1.0], id="one class"),
        pytest.param([], [], id="none"),
    ],
)
def test_classes_weigh_as_given(signs, weights):
    assert class_weights(np.array(signs, dtype=float), ratio=1.0).tolist() == pytest.approx(weights)


def model(**changes: object) -> RelevanceModel:
    texts = ["knee pain trial", "knee pain", "school meals"]
    counts, titles = count_grams(texts, stems=True), count_grams(["pain", "pain", ""], stems=True)
    weights = np.zeros(counts.shape[1], np.float32)
    weights[np.unique(counts.indices)] = 0.5
    given: dict[str, object] = {
        "weights": weights,
        "title_weights": np.zeros_like(weights),
        "vocabulary": Vocabulary.of(counts),
        "title_vocabulary": Vocabulary.of(titles),
        "view_weights": np.zeros(len(VIEWS)),
        "views": None,
        "intercept": -0.25,
        "slope": 2.0,
        "shift": -1.0,
        "recipe": {"C": 0.1},
        "labels_fingerprint": "f",
    }
    return RelevanceModel(**{**given, **changes})  # type: ignore[arg-type]


RECORDS = [Record(title="Knee pain"), Record(), Record(title="", abstract="Pain in schools")]


def test_a_saved_model_scores_the_same(tmp_path):
    model().save(tmp_path / "m")
    loaded = RelevanceModel.load(tmp_path / "m")
    assert loaded.model_id == model().model_id
    for found, expected in zip(loaded.score(RECORDS), model().score(iter(RECORDS)), strict=True):
        np.testing.assert_allclose(found, expected)


def test_probabilities_follow_the_curve_and_are_unknown_without_one():
    scores, probabilities = model().score(RECORDS)
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-(2 * scores - 1))))
    assert np.isnan(model(slope=None, shift=None).score(RECORDS)[1]).all()


def test_an_empty_stream_gives_no_scores():
    assert [len(part) for part in model().score([])] == [0, 0]


def edit(folder: Path, **recipe: object) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["recipe"].update(recipe)
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("recipe", [{"features": 0}, {"views": 0}])
def test_a_model_of_other_features_is_refused(tmp_path, recipe):
    folder = model().save(tmp_path / "m")
    edit(folder, **recipe)
    with pytest.raises(ScreeningError, match="fitted on other text features"):
        RelevanceModel.load(folder)


def test_a_protocol_that_does_not_fit_the_weights_is_refused(tmp_path):
    folder = model().save(tmp_path / "m")
    edit(folder, protocol_text='title = "x"\n[population]\nwanted = ["pain"]\n')
    with pytest.raises(ScreeningError, match="0 term weights for 1 terms"):
        RelevanceModel.load(folder)
