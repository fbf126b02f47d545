"""What a pattern may begin with."""

from __future__ import annotations

import re

import pytest

from classifier.extraction.text.endpoint_table import ENTRIES
from classifier.extraction.text.first_letters import alternatives, first_letters


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("abc", "a"),
        ("a?bc", "ab"),
        (r"\(?CR", "(c"),
        ("(?:best )?response", "br"),
        (r"(?<=for )death", "d"),
        (r"[\])}]?x", "x"),
        ("(?P<n>one|two)", "ot"),
    ],
)
def test_the_letters_a_pattern_may_begin_with(pattern: str, letters: str):
    assert "".join(sorted(first_letters(pattern))) == letters


def test_a_pattern_that_may_be_empty_says_so():
    assert "" in first_letters("(?:a|)")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.key)
def test_the_alternatives_of_an_entry_are_patterns(entry: object):
    for words in alternatives(entry.words):  # type: ignore[attr-defined]
        re.compile(words)
