"""Numbers as abstracts write them: values with units, counts, ranges, time points, and what is none.

Everything is found by one pattern per kind; `find_quantities` walks a stretch of text once and
returns what it saw in order. A number that cannot be a result (a p-value, a dose, a grade, "n = 40")
is returned too, as `Kind.NONE`, so that the reader of a trace sees why it was not taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

DAYS_PER_MONTH = 30.4375  # 365.25 / 12, the annotation guide
WEEKS_PER_MONTH = 4.348  # the annotation guide

DASH = r"[-\u2010\u2011\u2012\u2013\u2014\u2212]"
NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,6}(?:[.\u00b7\u2219\u22c5\u2022,\u02d9]\d{1,4})?|[.\u00b7]\d{1,4})"
)
_WORDS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_UNIT_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_TEN_WORD = "|".join(_TENS)
WORD_NUMBER = rf"(?i:(?:{_TEN_WORD})(?:(?:{DASH}|\s)(?:{_UNIT_WORD}))?|{_UNIT_WORD})(?![A-Za-z])"
LONG_NUMBER = rf"(?:(?i:{_UNIT_WORD})\s+hundred(?:\s+(?:and\s+)?{WORD_NUMBER})?|{WORD_NUMBER})"
MONTHS = r"(?:months?|mos?\b|mths?\b)"
TIME_UNIT = rf"(?:{MONTHS}|weeks?|wks?\b|days?|years?|yrs?\b|y(?![A-Za-z])|d(?![A-Za-z])|m(?![A-Za-z\d²(/]))"
PERCENT = r"(?:%|percent(?:age)?\b|per{s}cent\b)".replace("{s}", r"\s")
NOT_REACHED = (
    r"(?:not[\s\u00a0]+(?:(?:yet|been|yet[\s\u00a0]+been|been[\s\u00a0]+yet|be)[\s\u00a0]+)?(?:reached"
    r"|attained|estimable|estimated|evaluable|achieved|calculable)(?![\w])(?:[\s\u00a0]+yet)?"
    r"|un(?:reached|defined)(?!\w)|not[\s\u00a0]+reach(?!\w|[\s\u00a0]+(?:statistical|significan"
    r"|conventional|the|its|a|an)))"
)
NOT_REACHED_SHORT = r"(?:NR|NE|N\.R\.|N/R|n\.r\.|n\.e\.)"


class Kind(StrEnum):
    """What a stretch of text with a number in it says."""

    PERCENT = "percent"
    TIME = "time"
    PLAIN = "plain"
    COUNT = "count"
    NOT_REACHED = "not_reached"
    TIMEPOINT = "timepoint"
    INTERVAL = "interval"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in its place.

    Attributes
    ----------
    kind : Kind
    start, end : int
        Code points into the text; the unit or percent sign is inside.
    value, value_max : float or None
        Months, percent or plain number; `value_max` closes a range. For an interval the two bounds.
    count, total : int or None
        "12 of 40".
    times : tuple of float
        Months, for a time point ("12- and 24-month" has two).
    why : str
        For `Kind.NONE`: what it is instead. For an interval "ci", "range" (minimum to maximum) or
        "pair" (two numbers and no word).
    unit : str
        The time unit as written, for the bare numbers of a list that ends in it.
    stop : int
        Where the words behind it begin, if that is not `end`: "74%" in "116 (74%) of 156".
    level : float or None
        Confidence level in percent where stated.
    """

    kind: Kind
    start: int
    end: int
    value: float | None = None
    value_max: float | None = None
    count: int | None = None
    total: int | None = None
    times: tuple[float, ...] = ()
    why: str = ""
    level: float | None = None
    unit: str = ""
    stop: int = 0


def share(count: int, total: int) -> float:
    """Percent to one decimal, halves rounded up as people do.

    Examples
    --------
    >>> share(18, 32), share(3, 48), share(12, 40)
    (56.3, 6.3, 30.0)
    """
    return (2000 * count + total) // (2 * total) / 10


def parse_number(text: str) -> float:
    """Read a number written with a point, a middle dot, a decimal comma, thousands, or in words.

    Examples
    --------
    >>> [parse_number(t) for t in ("15.4", "15·4", "15,4", "2,938", "twenty-one", ".58")]
    [15.4, 15.4, 15.4, 2938.0, 21.0, 0.58]
    """
    folded = text.strip().casefold()
    if folded and folded[0].isalpha():
        return _parse_words(folded)
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", folded):
        return float(folded.replace(",", ""))
    return float(re.sub(r"[\u00b7\u2219\u22c5\u2022,\u02d9]", ".", folded))


def _parse_words(text: str) -> float:
    if text in ("no", "none"):
        return 0.0
    if text in ("all", "both"):
        return 2.0
    total = 0
    for word in re.split(rf"\s+|{DASH}", text):
        if word == "hundred":
            total *= 100
        else:
            total += _WORDS.get(word, _TENS.get(word, 0))
    return float(total)


def to_months(value: float, unit: str) -> float:
    """Months, to two decimals, from the value and its written unit (the annotation guide's factors).

    Examples
    --------
    >>> to_months(75.0, "weeks"), to_months(141, "days"), to_months(2.9, "years"), to_months(9.7, "mo")
    (17.25, 4.63, 34.8, 9.7)
    """
    letter = unit.strip().casefold()[:1]
    if letter == "d":
        return round(value / DAYS_PER_MONTH, 2)
    if letter == "w":
        return round(value / WEEKS_PER_MONTH, 2)
    if letter == "y":
        return round(value * 12, 2)
    return value
