from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from data.records import Design, Record
from models.background import count_background, load_background
from models.bundle import BundleError
from models.design import DESIGNS, DesignModel, load_design_model
from models.design_fit import fit_design_model

CASES = [
    pytest.param(
        "Ivermectin cream for rosacea: a randomised controlled trial",
        "Sixty adults were randomly assigned to cream or placebo, double-blind. Lesions fell by half.",
        Design.RCT,
        id="randomised trial",
    ),
    pytest.param(
        "Pomalidomide in relapsed amyloidosis: a single-arm phase 2 trial",
        "In this open-label study 30 patients received pomalidomide. The overall response rate was 41%.",
        Design.NONRANDOMISED_TRIAL,
        id="single arm",
    ),
    pytest.param(
        "Second-line treatment of myeloma in routine care: a retrospective cohort",
        "We reviewed the medical records of 212 consecutive patients. Median survival was 28 months.",
        Design.OBSERVATIONAL,
        id="chart review",
    ),
    pytest.param(
        "Statins for migraine: a systematic review and meta-analysis",
        "We searched PubMed and Embase. Twelve trials were pooled with random effects.",
        Design.META_ANALYSIS,
        id="meta-analysis",
    ),
    pytest.param(
        "Study protocol of a randomised trial of early walking after stroke",
        "This protocol describes a trial. Participants will be randomised. Ethics and dissemination.",
        Design.PROTOCOL,
        id="protocol",
    ),
    pytest.param(
        "Curcumin attenuates colitis in mice",
        "C57BL/6 mice were given dextran sulphate. Curcumin by oral gavage lowered colonic damage.",
        Design.PRECLINICAL,
        id="mice",
    ),
    pytest.param(
        "Heart block after a spider bite: a case report",
        "We report a case of a 34-year-old man who presented with syncope after a spider bite.",
        Design.CASE_REPORT,
        id="case report",
    ),
]


@pytest.fixture(scope="module")
def model() -> DesignModel:
    return load_design_model()


@pytest.mark.parametrize(("title", "abstract", "expected"), CASES)
def test_the_released_model_knows_plain_designs(
    model: DesignModel, title: str, abstract: str, expected: Design
) -> None:
    assert model.predict([Record(title=title, abstract=abstract)]) == [expected]


def test_probabilities_sum_to_one_and_depend_on_the_record_only(model: DesignModel) -> None:
    records = [Record(title=str(c.values[0]), abstract=str(c.values[1])) for c in CASES] + [Record()]
    together = model.probabilities(records)
    assert together.shape == (len(records), len(DESIGNS))
    assert np.allclose(together.sum(axis=1), 1.0)
    assert np.array_equal(together, np.concatenate([model.probabilities([r]) for r in records]))
    assert model.probabilities([]).shape == (0, len(DESIGNS))


def test_a_record_without_text_has_no_design(model: DesignModel) -> None:
    assert model.predict([Record()]) == [Design.OTHER]
    assert np.allclose(model.probabilities([Record()]), 1 / len(DESIGNS))


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        pytest.param(("Journal Article", "Randomized Controlled Trial"), Design.RCT, id="randomised"),
        pytest.param(("Case Reports",), Design.CASE_REPORT, id="case report"),
        pytest.param(("Editorial",), Design.OPINION, id="editorial"),
        pytest.param(("Observational Study",), Design.OBSERVATIONAL, id="observational"),
    ],
)
def test_a_publication_type_speaks_where_the_text_does_not(
    model: DesignModel, types: Sequence[str], expected: Design
) -> None:
    assert model.predict([Record(publication_types=tuple(types))]) == [expected]


def _two_designs(n: int = 12) -> tuple[list[Record], list[Design]]:
    trials = [Record(title=f"Randomised trial {i}", abstract="Patients were randomised.") for i in range(n)]
    reviews = [Record(title=f"A review of {i}", abstract="This review discusses much.") for i in range(n)]
    return trials + reviews, [Design.RCT] * n + [Design.NARRATIVE_REVIEW] * n


def test_a_fitted_model_says_the_same_after_a_round_trip(tmp_path: Path) -> None:
    records, designs = _two_designs()
    fitted = fit_design_model(records, designs)
    assert fitted.predict(records) == designs
    fitted.save(tmp_path / "d")
    loaded = load_design_model(tmp_path / "d")
    assert loaded.model_id == fitted.model_id
    assert np.array_equal(loaded.probabilities(records), fitted.probabilities(records))


def test_the_same_labels_give_the_same_model() -> None:
    records, designs = _two_designs()
    first, second = fit_design_model(records, designs), fit_design_model(records, designs)
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.slopes, second.slopes)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no model bundle here"):
        load_design_model(tmp_path)


def test_common_words_are_less_rare_than_names(tmp_path: Path) -> None:
    shipped = load_background()
    assert shipped.rarity("patients") < shipped.rarity("opioid") < shipped.rarity("isatuximab")
    own = count_background(["the knee", "the hip"], least_share=0.5)
    assert own.rarity("the") < own.rarity("knee") == own.rarity("hip")
