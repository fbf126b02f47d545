"""What the words of a name say by themselves."""

from __future__ import annotations

import pytest

from classifier.extraction.groups.group_words import (
    abbreviated,
    is_nameless,
    means_everybody,
    same_group,
    says_all,
)


@pytest.mark.parametrize(
    ("a", "b", "others", "same"),
    [
        pytest.param("weekly arm", "weekly", ["3-weekly arm"], True, id="filler counts nothing"),
        pytest.param("arm A", "arm B", ["arm B"], False, id="letters tell"),
        pytest.param("marimastat", "oral marimastat", ["placebo"], True, id="half of the words"),
        pytest.param("letrozole", "letrozole plus placebo", ["letrozole plus placebo"], False, id="a rival"),
        pytest.param(None, None, [], True, id="nobody named"),
        pytest.param(None, "arm A", [], False, id="named against nobody"),
    ],
)
def test_two_names_are_of_one_group(a, b, others, same):
    assert same_group(a, b, others) is same


@pytest.mark.parametrize(
    "name", ["Results", "groups", "dose level", "12%", "40 patients", "primary end point"]
)
def test_words_that_name_no_group(name: str):
    assert is_nameless(name)


@pytest.mark.parametrize("name", ["placebo", "2 mg/kg cohort", "grade 2 tumours", "control arm", "Q1"])
def test_words_that_may_name_a_group(name: str):
    assert not is_nameless(name)


def test_assessors_and_analyses_mean_everybody_and_so_do_all_patients():
    told = [means_everybody(n) for n in ("IRC", "multivariable analysis", "placebo")]
    assert told == [True, True, False]
    assert [says_all(n) for n in ("all patients", "ITT population", "men")] == [True, True, False]


def test_a_short_form_stands_for_a_name_that_the_text_goes_on_with():
    text = "We compared drug X plus Y (XY) with placebo (P); XY was better."
    assert abbreviated(text, ["drug X plus Y", "placebo"]) == ["XY", "placebo"]
