import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import (
    ReliabilityBin,
    calibration_error,
    discounted_gain,
    measure_screening,
    n_until_recall,
    recall_at_effort,
    recall_loss,
    reliability,
    time_to_discovery,
    work_saved,
)

orders = st.lists(st.integers(0, 1), min_size=2, max_size=60).filter(lambda y: 0 < sum(y) < len(y))


def read_until(labels: list[int], percent: int) -> int:
    """The obvious way: read on until enough is found."""
    found = 0
    for position, label in enumerate(labels, 1):
        found += label
        if found * 100 >= percent * sum(labels):
            return position
    raise AssertionError


def area(labels: list[int]) -> int:
    """Area under the recall curve, counted record by record."""
    return sum(sum(labels[: i + 1]) for i in range(len(labels)))


@given(orders, st.integers(0, 100))
def test_recall_at_effort_counts_what_was_read(labels, percent):
    read = labels[: len(labels) * percent // 100]
    assert recall_at_effort(labels, effort=percent / 100) == pytest.approx(sum(read) / sum(labels))


@given(orders, st.integers(1, 100))
def test_work_saved_is_what_remains_unread(labels, percent):
    n_read = read_until(labels, percent)
    assert n_until_recall(labels, recall=percent / 100) == n_read
    expected = 1 - n_read / len(labels) - (1 - percent / 100)
    assert work_saved(labels, recall=percent / 100) == pytest.approx(expected)


@given(orders)
def test_loss_is_the_area_to_the_best_curve(labels):
    best, worst = area(sorted(labels, reverse=True)), area(sorted(labels))
    assert recall_loss(labels) == pytest.approx((best - area(labels)) / (best - worst))


@given(orders)
def test_discovery_and_gain_are_sums_over_the_relevant(labels):
    places = [i for i, label in enumerate(labels, 1) if label]
    ideal = sum(1 / math.log2(i + 1) for i in range(1, len(places) + 1))
    assert time_to_discovery(labels) == pytest.approx(sum(places) / len(places) / len(labels))
    assert discounted_gain(labels) == pytest.approx(sum(1 / math.log2(i + 1) for i in places) / ideal)


def test_one_call_gives_them_all():
    m = measure_screening([1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    assert (m.n_records, m.n_relevant, m.recall_10, m.recall_20) == (10, 2, 0.5, 0.5)
    assert (m.n_95, m.n_last, m.loss, m.atd) == (3, 3, 0.0625, 0.2)
    assert [m.wss_95, m.wss_100] == pytest.approx([0.65, 0.7])


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([], id="no record"),
        pytest.param([0, 0], id="none relevant"),
        pytest.param([1, 1], id="all relevant"),
        pytest.param([0, 2], id="not a label"),
        pytest.param([[0, 1]], id="a table"),
    ],
)
@pytest.mark.parametrize(
    "metric", [measure_screening, recall_loss, discounted_gain, time_to_discovery, work_saved]
)
def test_an_order_that_cannot_be_measured_is_refused(metric, labels):
    with pytest.raises(ValueError, match=r"labels must be|records are relevant"):
        metric(labels)


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1)), min_size=1, max_size=50), st.integers(1, 12)
)
def test_calibration_error_weighs_each_bin_by_its_records(pairs, n_bins):
    bins: dict[int, list[tuple[float, int]]] = {}
    for thousandths, label in pairs:
        p = thousandths / 1000
        bins.setdefault(min(int(p * n_bins), n_bins - 1), []).append((p, label))
    distance = sum(abs(sum(p for p, _ in b) - sum(y for _, y in b)) for b in bins.values())
    found = calibration_error([t / 1000 for t, _ in pairs], [y for _, y in pairs], n_bins=n_bins)
    assert found == pytest.approx(distance / len(pairs), abs=1e-9)


def test_reliability_leaves_out_empty_bins():
    assert reliability([0.0, 0.5, 1.0], [0, 1, 1], n_bins=2) == (
        ReliabilityBin(0.0, 0.0, 1),
        ReliabilityBin(0.75, 1.0, 2),
    )


@pytest.mark.parametrize(
    ("probabilities", "labels", "message"),
    [
        pytest.param([0.5], [1, 0], "one each", id="unequal lengths"),
        pytest.param([], [], "at least one", id="nothing"),
        pytest.param([1.5], [1], "not between", id="above one"),
        pytest.param([np.nan], [1], "not between", id="not a number"),
    ],
)
def test_bad_probabilities_are_refused(probabilities, labels, message):
    with pytest.raises(ValueError, match=message):
        calibration_error(probabilities, labels)
