"""Numbers, units, intervals and time points as abstracts write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.extraction.text.numbers import parse_number, to_months
from classifier.extraction.text.quantities import find_quantities


def seen(text: str) -> list[tuple[object, ...]]:
    """Kind, exact words, and what was read, of every quantity."""
    return [
        (str(q.kind), text[q.start : q.end], q.value, q.value_max, q.times, q.why)
        for q in find_quantities(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("34%", ("percent", "34%", 34.0, None, (), ""), id="percent"),
        pytest.param("61,9 %", ("percent", "61,9 %", 61.9, None, (), ""), id="decimal comma, thin space"),
        pytest.param("15·4 months", ("time", "15·4 months", 15.4, None, (), ""), id="middle dot"),
        pytest.param("18.6 ± 2.1 months", ("time", "18.6", 18.6, None, (), ""), id="plus-minus"),
        pytest.param("11.7mo", ("time", "11.7mo", 11.7, None, (), ""), id="unit glued on"),
        pytest.param("33/97", ("count", "33/97", 34.0, None, (), ""), id="count"),
        pytest.param("none of the five", ("count", "none of the five", 0.0, None, (), ""), id="none of"),
        pytest.param(
            "at 1, 3 and 5 years",
            ("timepoint", "at 1, 3 and 5 years", None, None, (12.0, 36.0, 60.0), "at"),
            id="at times",
        ),
        pytest.param(
            "12- and 24-month",
            ("timepoint", "12- and 24-month", None, None, (12.0, 24.0), "adjective"),
            id="two times",
        ),
        pytest.param(
            "two-year", ("timepoint", "two-year", None, None, (24.0,), "adjective"), id="written time"
        ),
        pytest.param("95% CI 1.2-3.4", ("interval", "95% CI 1.2-3.4", 1.2, 3.4, (), "ci"), id="interval"),
        pytest.param("[CI95 48–72]", ("interval", "CI95 48–72", 48.0, 72.0, (), "ci"), id="CI95, en dash"),
        pytest.param(
            "CI95%: [1.2, 3.4]", ("interval", "CI95%: [1.2, 3.4]", 1.2, 3.4, (), "ci"), id="brackets, comma"
        ),
        pytest.param(
            "95% confidence interval [CI], 7.5 to not estimable",
            ("interval", "95% confidence interval [CI], 7.5 to not estimable", 7.5, None, (), "ci"),
            id="open above",
        ),
        pytest.param("range 2-9", ("interval", "range 2-9", 2.0, 9.0, (), "range"), id="minimum to maximum"),
        pytest.param(
            "1.0-2.8 months", ("interval", "1.0-2.8 months", 1.0, 2.8, (), "pair time"), id="pair with unit"
        ),
        pytest.param(
            "not yet reached", ("not_reached", "not yet reached", None, None, (), ""), id="not reached"
        ),
    ],
)
def test_one_quantity_is_read_whole(text: str, expected: tuple[object, ...]):
    assert seen(text) == [expected]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("p = 0.03", "a p-value", id="p-value"),
        pytest.param("(n = 40)", "a group size", id="group size"),
        pytest.param("grade 3/4", "a grade, stage, dose level or the like", id="grade"),
        pytest.param("80 mg/m2", "a dose, an age or a number of things", id="dose"),
        pytest.param("I² = 78%", "a measure of heterogeneity", id="heterogeneity"),
        pytest.param("a 95% CI", "a confidence level", id="level alone"),
    ],
)
def test_a_number_that_is_no_result_says_what_it_is(text: str, why: str):
    assert next((q.kind.value, q.why) for q in find_quantities(text)) == ("none", why)


@pytest.mark.parametrize("text", ["T-DM1", "HER2", "FEC100", "YKL-40", "CD38", "m2", "words only", ""])
def test_digits_within_a_name_are_no_numbers(text: str):
    assert seen(text) == []


@given(st.integers(0, 9999), st.integers(0, 9), st.sampled_from(".,·"))
def test_a_number_written_and_read_is_the_same(whole: int, tenth: int, point: str):
    assert parse_number(f"{whole}{point}{tenth}") == pytest.approx(whole + tenth / 10)


@given(st.integers(1, 999), st.sampled_from(["months", "mo", "weeks", "days", "years"]))
def test_a_time_written_and_read_is_the_same(value: int, unit: str):
    text = f"it was {value} {unit} long"
    assert [q.value for q in find_quantities(text)] == [to_months(float(value), unit)]


@given(st.integers(1, 99), st.integers(0, 99))
def test_an_interval_written_and_read_is_the_same(low: int, more: int):
    text = f"(95% CI {low / 10:.1f} to {(low + more) / 10:.1f})"
    (found,) = find_quantities(text)
    assert found.value == pytest.approx(low / 10)
    assert found.value_max == pytest.approx((low + more) / 10)
    assert found.level == 95.0
