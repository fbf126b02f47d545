"""One field of two records: the same, alike, or other; None where one of them is silent."""

from __future__ import annotations

import re
from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from data.duplicate_keys import Key, digits_of

# Titles, 0 to 100: from here on worth looking at word by word.
SIMILAR_TITLE = 80.0
SAME_ABSTRACT = 88.0
OTHER_ABSTRACT = 60.0
SAME_NUMBERS = 0.85  # of the numbers in two abstracts, share in common
SAME_MEETING = 90.0
MIN_ABSTRACT = 120  # letters; below, an abstract says too little
MIN_TITLE_WORDS = 4  # "Reply", "Editorial", "Case report" say too little
_STOP_WORDS = frozenset(
    "a an the of in on and for to by from as at with is are be or its it s vs versus using use study trial"
    " results de la le der die das und et".split()
)
_JOURNAL_STOP_WORDS = frozenset("the of and in for on de la le der und et a an online print".split())
_PREFIXED = re.compile(
    r"^(hyper|hypo|pre|post|intra|inter|un|in|non|anti|pro|macro|micro|over|under|up|down)"
)


class Titles(StrEnum):
    """How two titles stand to one another."""

    SAME = "same"  # but for typing errors
    LONGER = "longer"  # one goes on where the other ends, or leaves words out
    OTHER = "other"
    UNKNOWN = "unknown"  # one has none


class Abstracts(StrEnum):
    """How two abstracts stand to one another."""

    SAME = "same"
    ALIKE = "alike"
    OTHER = "other"
    UNKNOWN = "unknown"


def compare_titles(a: str, b: str) -> tuple[Titles, float]:
    """How two folded titles stand to one another, and their likeness from 0 to 100."""
    if not a or not b:
        return Titles.UNKNOWN, 0.0
    if a == b:
        return Titles.SAME, 100.0
    score = fuzz.ratio(a, b, score_cutoff=40)
    if a.replace(" ", "") == b.replace(" ", ""):
        return Titles.SAME, score
    only_a, only_b = _odd_words(a.split(), b.split())
    if not only_a and not only_b:
        return (Titles.SAME, score) if score >= SIMILAR_TITLE else (Titles.OTHER, score)
    if only_a and only_b:
        return Titles.OTHER, score
    shorter, longer = sorted((a, b), key=len)
    if len(shorter.split()) < MIN_TITLE_WORDS:
        return Titles.OTHER, score
    goes_on = longer.startswith(shorter) or longer.endswith(shorter) or score >= 90
    return (Titles.LONGER if goes_on else Titles.OTHER), score


def _odd_words(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
    """The words that only one of two titles has, typing errors and small words left out."""
    a, b = [digits_of(word) for word in a], [digits_of(word) for word in b]
    rest_a, rest_b = _without(a, b), _without(b, a)
    for word in list(rest_a):
        twin = next((other for other in rest_b if _mistyped(word, other)), None)
        if twin is not None:
            rest_a.remove(word)
            rest_b.remove(twin)
    # A word split in two, or two written as one.
    if "".join(rest_a) == "".join(rest_b):
        return [], []
    return [w for w in rest_a if w not in _STOP_WORDS], [w for w in rest_b if w not in _STOP_WORDS]


def _without(words: list[str], others: list[str]) -> list[str]:
    left = list(others)
    rest = []
    for word in words:
        if word in left:
            left.remove(word)
        else:
            rest.append(word)
    return rest


def _mistyped(a: str, b: str) -> bool:
    """Whether two words are one but for a typing error, a plural or a spelling; never two opposites."""
    if a.isdecimal() or b.isdecimal() or min(len(a), len(b)) < 4:
        return False
    distance = OSA.distance(a, b, score_cutoff=2)
    if distance > (2 if min(len(a), len(b)) >= 9 else 1):
        return False
    prefix_a, prefix_b = _PREFIXED.match(a), _PREFIXED.match(b)
    return (prefix_a and prefix_a[0]) == (prefix_b and prefix_b[0])


def compare_abstracts(a: str, b: str) -> Abstracts:
    """How two folded abstracts stand to one another; one of them may be cut short."""
    n = min(len(a), len(b))
    if n < MIN_ABSTRACT:
        return Abstracts.SAME if a and a == b else Abstracts.UNKNOWN
    if a == b:
        return Abstracts.SAME
    score = fuzz.ratio(a[:n], b[:n], score_cutoff=OTHER_ABSTRACT)
    if score < OTHER_ABSTRACT:
        return Abstracts.OTHER
    numbers_a, numbers_b = set(re.findall(r"\d+", a[:n])), set(re.findall(r"\d+", b[:n]))
    shared = len(numbers_a & numbers_b) / max(1, len(numbers_a | numbers_b))
    agree = shared >= SAME_NUMBERS or not (numbers_a | numbers_b)
    return Abstracts.SAME if score >= SAME_ABSTRACT and agree else Abstracts.ALIKE


def same_people(a: Key, b: Key) -> bool | None:
    """Whether the authors agree: the first, and most of the shorter list."""
    if not a.people or not b.people:
        return None
    shared = len(a.people & b.people) / min(len(a.people), len(b.people))
    first = bool(a.first & b.people) or bool(b.first & a.people)
    if not first:
        first = any(_mistyped(x, y) for x in a.first for y in b.first)
    return first and shared >= 0.4  # a guess: lists cut at "et al", names in two orders


def same_meeting(a: Key, b: Key) -> bool | None:
    """Whether two congress abstracts name one meeting; the number ("62nd") and the year in it count."""
    if not a.meeting_name or not b.meeting_name:
        return None
    numbers_a, numbers_b = (set(re.findall(r"\d+", k.meeting_name)) for k in (a, b))
    if numbers_a and numbers_b and not numbers_a & numbers_b:
        return False
    return fuzz.token_set_ratio(a.meeting_name, b.meeting_name) >= SAME_MEETING


def same_journal(a: str, b: str) -> bool | None:
    """Whether two journals are one, by abbreviation or by initials.

    Examples
    --------
    >>> same_journal("curr opin lipidol", "current opinion in lipidology")
    True
    >>> same_journal("blood", "blood advances")
    False
    """
    if not a or not b:
        return None
    if a == b:
        return True
    words_a = [w for w in a.split() if w not in _JOURNAL_STOP_WORDS]
    words_b = [w for w in b.split() if w not in _JOURNAL_STOP_WORDS]
    if not words_a or not words_b:
        return None
    short, long = sorted((words_a, words_b), key=lambda w: (len(w), sum(map(len, w))))
    if len(short) == len(long) and all(_abbreviates(s, x) for s, x in zip(short, long, strict=True)):
        return True
    if len(short) == 1 and len(long) > 2 and short[0] == "".join(w[0] for w in long):
        return True
    # "Nippon Rinsho" and "Nippon rinsho. Japanese journal of clinical medicine": a name with a subtitle.
    return len(short) > 1 and all(_abbreviates(s, x) for s, x in zip(short, long, strict=False))


def _abbreviates(a: str, b: str) -> bool:
    """Whether one word is short for the other: "curr" for "current", "natl" for "national"."""
    shorter, longer = sorted((a, b), key=len)
    if not shorter or shorter[0] != longer[0]:
        return False
    letters = iter(longer)
    return all(letter in letters for letter in shorter)


def same(a: str, b: str) -> bool | None:
    """Whether two values are equal; None where one is missing."""
    return a == b if a and b else None


def same_page(a: str, b: str) -> bool | None:
    """Whether two first pages are one; "S12" and "12", "A129" and "129" are."""
    if not a or not b:
        return None
    if a == b:
        return True
    digits_a, digits_b = re.sub(r"\D", "", a), re.sub(r"\D", "", b)
    return digits_a == digits_b and (a.isdecimal() or b.isdecimal())
