"""How long the patients of a study were followed: the median where one is stated.

Each word for follow-up is paired with the times near it in its sentence; what stands before, between and
behind the two says whether the time is its median, its mean, or neither.
"""

from __future__ import annotations

import re

from classifier.extraction.text.numbers import NUMBER, TIME_UNIT, WORD_NUMBER, parse_number, to_months

_UP = re.compile(
    r"(?:\bfollow(?:ed)?[-\u2010-\u2013\s]*ups?|\bf/?u|\bobservation(?:\s+(?:time|period)s?)?|\bsurveillance"
    r"|(?P<verb>\bfollowed(?!\s+by)|\bobserved))\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"(?<![\w.,\u00b7])(?=[\dzotfsenZOTFSEN])(?P<v>{NUMBER}|{WORD_NUMBER})(?P<part>[\u00bc\u00bd\u00be])?"
    rf"(?:\s*(?:\u00b1|\+/?-|,|and|or|versus|vs?\.?|/)\s*{NUMBER}){{0,2}}"
    rf"(?P<gap>[\s\u00a0-]*)(?:[(\[][^()\[\]]{{0,40}}[)\]]\s*)?(?P<u>{TIME_UNIT})(?:'s?|\u2019s?)?",
    re.IGNORECASE,
)
_MEDIAN = r"(?:medians?\b|medium\b|med\b\.?)"
_NAME = r"(?:[^\s.;]+\s+)"  # a word of the name: "median potential follow-up"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# In front of the word for follow-up, whose time comes later.
_MEDIAN_HEAD = _compiled(rf"\b{_MEDIAN}\s+{_NAME}{{0,4}}\Z")
_MEAN_HEAD = _compiled(rf"\b(?:mean|average)\s+{_NAME}{{0,3}}\Z")
_LEAST_HEAD = _compiled(rf"\bminimum\s+{_NAME}?\Z")
# Between that word and the time.
_MEDIAN_BETWEEN = _compiled(r"\b(?:median|med\.)[^.;\d()]{0,25}\Z")
_OPENED = _compiled(rf"\(\s*{_MEDIAN}\s*\)?[,:]?\s*(?:was\s+|is\s+|of\s+)?\Z")
_FROM_ON = _compiled(r"\s+(?:from|since|after)\s+[^.;,%]{1,50}?\s(?:was|is|of)\s+\Z")
_FOR_A_MEDIAN = _compiled(rf"\bfor\s+(?:a\s+)?{_MEDIAN}[^.;\d()]{{0,20}}\Z")
_PLAIN_BETWEEN = _compiled(r"\s*(?:time\s+|period\s+)?(?:was\s+|of\s+|[:=,]\s*)\Z|\s+\Z")
_MEDIAN_TAIL = _compiled(rf"[\s,]*\(?(?:in\s+|at\s+)?(?:the\s+)?{_MEDIAN}")
# Between the time and the word for follow-up behind it.
_MEDIAN_LINK = _compiled(
    rf"(?:\s+(?:of\s+|in\s+|at\s+)?|,?\s+which\s+(?:was|is)\s+(?:also\s+)?)(?:the\s+)?{_MEDIAN}\s+(?:[\w-]+\s+)?\Z"
)
_LINK = _compiled(r"\s+(?:of\s+)?(?:[\w-]+\s+)?\Z")
_PLAIN_LINK = _compiled(r"\s+(?:of\s+)?\Z")
_MEDIAN_OF = _compiled(rf"\b{_MEDIAN}\s+of\s+\Z")
_BRACKETED = _compiled(rf"\s*\(\s*{_MEDIAN}\s*\)")
_AFTER = _compiled(r"\b(?:after|with|at)\s+\Z")
# A median of no word for follow-up: "After a median of 31 months, 40 deaths had occurred."
_SINCE = (
    _compiled(
        rf"(?:\A|[.:]\s+|\b(?-i:[A-Z]{{4,}}):?\s+)(?:after|at|over)\s+a\s+median\s+of\s+{_TIME.pattern}"
        r"(?!\s+(?:of|on)\s)"
    ),
    _compiled(rf"\bafter\s+{_TIME.pattern}\s+(?:at|in)\s+the\s+median"),
    _compiled(rf"\bevents\b[^.;]{{0,60}}\bafter\s+a\s+median\s+of\s+{_TIME.pattern}(?=[.;,)])"),
)
_A_MEDIAN = re.compile(r"(?:[Aa]fter|AFTER|At|at|Over) (?:a median of|\d.{1,14}(?:at|in) the median)")
_SPOKEN_OF = re.compile(r"ollow|OLLOW|bserv|OBSERV|[Ff]/?[Uu]\b|urveill")
_OTHER = re.compile(
    r"%|\brates?\b|rang(?:ed|ing)\s+(?:from|between)|progression|survival|PFS|\bOS\b|respon[sd]|\bage\b|relapse"
    r"|recurr|\bdied\b|death|develop|occur"
)
_FRACTIONS = {"\u00bc": 0.25, "\u00bd": 0.5, "\u00be": 0.75}
_RANGE = re.compile(r"\s*(?:-|\u2013|to)\s*\d")
_STOP = re.compile(r"[.;](?!\d)")


def median_follow_up(text: str) -> float | None:
    """Median follow-up in months; None where none is stated, or only a range over studies.

    Examples
    --------
    >>> median_follow_up("The median follow-up was 5.03 years (range 1-9).")
    60.36
    >>> median_follow_up("Median follow-up ranged from 1.9-43.0 months across trials.")
    """
    found: list[tuple[int, float]] = []
    for start, end in _windows(text):
        times = [
            t for t in _TIME.finditer(text, start, end) if not _RANGE.match(text, t.end("v"), t.end("v") + 6)
        ]
        for up in _UP.finditer(text, start, end) if times else ():
            before = [(_worth_before(text, up, t), t) for t in times if t.end() <= up.start()]
            behind = [(_worth_behind(text, up, t), t) for t in times if t.start() >= up.end()]
            # of several times behind it the first that is worth most: what comes later is a result
            for worth, time in (*before, *sorted(behind, key=_falling)[:1]):
                if worth:
                    found.append((worth, _months(time)))
    if not any(worth > 1 for worth, _ in found):
        found += _since(text)
    return max(found, default=(0, None))[1]


def _months(time: re.Match[str]) -> float:
    part = _FRACTIONS[time["part"]] if time["part"] else 0.0
    return to_months(parse_number(time["v"]) + part, time["u"])


def _falling(pair: tuple[int, re.Match[str]]) -> int:
    return -pair[0]


def _worth_behind(text: str, up: re.Match[str], time: re.Match[str]) -> int:
    """3 for a median, 2 for a mean, 1 for a time that is not said to be either; 0 for none of follow-up."""
    between = text[up.end() : time.start()]
    if len(between) > 120 or "-" in time["gap"] or _STOP.search(between):
        return 0  # "median follow-up, a 3-year OS of" goes on to a result
    if up["verb"]:
        return 3 * (_FOR_A_MEDIAN.search(between) is not None and not _OTHER.search(between))
    head = text[max(0, up.start() - 60) : up.start()]
    if _OPENED.search(between) or (_FROM_ON.match(between) and _MEDIAN_HEAD.search(head)):
        return 3
    if _OTHER.search(between):
        return 0
    if (len(between) <= 90 and _MEDIAN_HEAD.search(head)) or _MEDIAN_BETWEEN.search(between):
        return 3
    if len(between) <= 60 and _MEDIAN_TAIL.match(text, time.end()):
        return 3
    if len(between) <= 40 and _MEAN_HEAD.search(head):
        return 2
    if len(between) <= 40 and _LEAST_HEAD.search(head):
        return 1
    return int(_PLAIN_BETWEEN.match(between) is not None)


def _worth_before(text: str, up: re.Match[str], time: re.Match[str]) -> int:
    """The same for a time in front of the word for follow-up."""
    between = text[time.end() : up.start()]
    if len(between) > 50 or up["verb"]:
        return 0
    if _MEDIAN_LINK.match(between):
        return 3
    head = text[max(0, time.start() - 20) : time.start()]
    if _LINK.match(between) and (_MEDIAN_OF.search(head) or _BRACKETED.match(text, up.end())):
        return 3
    # "the 3-month follow-up" is a visit
    return int(
        _PLAIN_LINK.match(between) is not None and "-" not in time["gap"] and _AFTER.search(head) is not None
    )


def _since(text: str) -> list[tuple[int, float]]:
    if not _A_MEDIAN.search(text):
        return []
    return [(2, _months(m)) for p in _SINCE for m in p.finditer(text)]


def _windows(text: str) -> list[tuple[int, int]]:
    """Stretches of the text around the words for follow-up, merged where they meet."""
    found: list[tuple[int, int]] = []
    for match in _SPOKEN_OF.finditer(text):
        start, end = max(0, match.start() - 130), min(len(text), match.end() + 170)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
