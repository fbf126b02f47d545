from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.protocol import CRITERIA
from models.bundle import BundleError
from models.criteria import LEAST, CriteriaModel, Outcome, fit_criteria, labels_of

IN = Outcome(True)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param(IN, [1, 1, 1, 1, 1], id="an include meets everything"),
        pytest.param(
            Outcome(False, "population"), [0, -1, -1, -1, -1], id="the first says nothing of the rest"
        ),
        pytest.param(
            Outcome(False, "study_design"), [2, 2, 2, 2, 0], id="the last one: those before did not fail"
        ),
        pytest.param(Outcome(False), [-1] * 5, id="no reason"),
        pytest.param(Outcome(False, "language"), [-1] * 5, id="a reason that is no criterion"),
    ],
)
def test_a_decision_says_only_what_its_reason_says(outcome: Outcome, expected: list[int]) -> None:
    assert labels_of([outcome]).tolist() == [expected]


def _decided(n: int = 20) -> tuple[list[str], np.ndarray, list[Outcome]]:
    texts = [f"brace for the knee report {i}" for i in range(n)] + [
        f"brace for the shoulder {i}" for i in range(n)
    ]
    return texts, np.full((2 * n, len(CRITERIA)), 0.5), [IN] * n + [Outcome(False, "population")] * n


def test_only_criteria_with_labels_of_both_kinds_are_learned() -> None:
    texts, terms, outcomes = _decided()
    model = fit_criteria(texts, terms, outcomes)
    assert model.learned == ("population",)
    assert model.n_labels.tolist() == [[20, 20], *[[0, 20]] * 4]
    told = model.probabilities(["brace for the knee", "brace for the shoulder"], np.full((2, 5), 0.3))
    assert told[:, 1:].tolist() == [[0.3] * 4] * 2
    assert told[0, 0] > 0.7 > 0.3 > told[1, 0]


@pytest.mark.parametrize("n", [0, 1, LEAST - 1])
def test_too_few_labels_leave_the_terms_alone(n: int) -> None:
    texts, terms, outcomes = _decided(n)
    model = fit_criteria(texts, terms, outcomes)
    assert model.learned == ()
    assert model.probabilities(["brace"], np.array([[0.1, 0.2, 0.3, 0.4, 0.5]])).tolist() == [
        [0.1, 0.2, 0.3, 0.4, 0.5]
    ]


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    texts, terms, outcomes = _decided()
    model = fit_criteria(texts, terms, outcomes, labels_fingerprint="abc")
    model.save(tmp_path / "m")
    loaded = CriteriaModel.load(tmp_path / "m")
    assert loaded.labels_fingerprint == "abc"
    assert np.array_equal(loaded.probabilities(texts, terms), model.probabilities(texts, terms))


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    model = fit_criteria(*_decided())
    model.recipe["features"] = -1
    model.save(tmp_path / "m")
    with pytest.raises(BundleError, match="fitted on other text features"):
        CriteriaModel.load(tmp_path / "m")
