"""The accept/reject model: fits, keeps its word on disk, and is calibrated by construction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.outcome_spans import OutcomeSpans, load_outcome_spans, save_outcome_spans

ROWS = [{"ci": 1.0, "joined": 0.0}, {"ci": 0.0, "joined": 1.0}, {"ci": 1.0}, {"joined": 1.0}]
LABELS = [1, 0, 1, 0]


def test_what_spoke_for_a_result_raises_its_probability():
    model = OutcomeSpans().fit(ROWS, LABELS)
    assert model.probability({"ci": 1.0}) > 0.5 > model.probability({"joined": 1.0})


def test_an_unseen_feature_counts_nothing():
    model = OutcomeSpans().fit(ROWS, LABELS)
    assert model.probability({"ci": 1.0, "never seen": 9.0}) == model.probability({"ci": 1.0})


def test_mean_probability_is_the_share_of_right_ones():
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    y = (x + rng.normal(size=200) > 0.5).astype(int)
    model = OutcomeSpans().fit([{"x": float(v)} for v in x], [int(v) for v in y])
    assert np.mean([model.probability({"x": float(v)}) for v in x]) == pytest.approx(y.mean(), abs=1e-3)


def test_reasons_are_the_heaviest_features_first():
    model = OutcomeSpans().fit(ROWS, LABELS)
    names = [name for name, _ in model.reasons({"ci": 1.0, "unseen": 1.0}, n_top=1)]
    assert names == ["ci"]


def test_a_saved_model_judges_alike(tmp_path: Path):
    model = OutcomeSpans(penalty=2.0).fit(ROWS, LABELS)
    save_outcome_spans(model, tmp_path / "m", trained_on="four rows", metrics={"f1": 1.0})
    again = load_outcome_spans(tmp_path / "m")
    assert (again.penalty, again.names_) == (2.0, ["ci", "joined"])
    assert [again.probability(r) for r in ROWS] == [model.probability(r) for r in ROWS]


def test_the_shipped_model_is_there_and_passes_its_audit():
    assert load_outcome_spans().probability({"against=nothing": 1.0}) > 0.5


@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        pytest.param([{"a": 1.0}], [1, 0], "1 rows and 2 labels", id="lengths"),
        pytest.param([{"a": 1.0}], [1], "both must occur", id="one class"),
        pytest.param([{"a": 1.0}, {"a": 0.0}], [1, 2], "must be 0 and 1", id="not a label"),
    ],
)
def test_labels_that_cannot_be_learned_from_are_refused(rows, labels, message):
    with pytest.raises(ValueError, match=message):
        OutcomeSpans().fit(rows, labels)
