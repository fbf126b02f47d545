"""Names that stand beside how many there are: "wing 1, 98; wing 2, 60", "(Lo40; n = 20)"."""

from __future__ import annotations

import re

from classifier.extraction.groups.group_names import clean
from classifier.extraction.groups.group_words import is_nameless, without_dose

_COUNT = r"\d[\d,]*(?:\s?(?:\(\s?\d[\d.\u00b7]*\s?%\)|patients|pts))?"
_BESIDE = (
    # "(wing 1, 98; wing 2, 60)", "A 310, B (oral) 210, C 1,020"
    (
        "label",
        re.compile(
            rf"(?:[(;:,]|\band|\bor|\A)\s*(?P<name>[A-Za-z<>\u2264\u2265\d][^(),;:=%]{{0,40}}?)"
            rf"(?:\s?\([^()\d]{{1,30}}\))?,?\s(?:n\s?=\s?)?{_COUNT}(?!,\s?\d)(?=\s?(?:[;,).]|and\b|\Z))"
        ),
        re.compile(r"[A-Za-z<>\u2264\u2265)],? \d|\d[a-z/]* ?,? \d"),
    ),
    # "drug A 50 mg (n = 42)", "placebo (n=40)"
    (
        "sized",
        re.compile(
            r"(?:,|;|:|\b(?:or|and|versus|vs\.?|to|with|in|for|receive|received|by|into|either|took|had|got|given|of))\s+(?:the\s)?"
            r"(?P<name>[A-Za-z<>\u2264\u2265\d][^(),;:]{0,50}?)\s?[(\[]\s?[nN]\s?=\s?\d"
        ),
        re.compile(r"[nN]\s?=\s?\d"),
    ),
    # "(Lo40; n = 20)", "(group A, n=40)"
    (
        "in brackets",
        re.compile(r"[(\[](?P<name>[A-Za-z][^()\[\],;:=]{0,30})[,;:]?\s[nN]\s?=\s?\d"),
        re.compile(r"[nN]\s?=\s?\d"),
    ),
    # "61 in the early group and 60 in the late group", "12 had drug A and 14 had placebo"
    (
        "of so many",
        re.compile(
            r"\b\d[\d,]*\s(?:patients\s|pts\s|women\s|men\s)?(?:\(\d[\d.]*\s?%\)\s)?(?:were\s)?"
            r"(?:in|had|got|took|with|to|on|received|given|assigned(?: to)?|allocated(?: to)?|treated with)\s"
            r"(?:the\s|an?\s)?(?P<name>[A-Za-z<>\u2264\u2265\d][^(),;:.=%]{0,50}?)"
            r"(?=\s(?:and|vs?\.?|versus|but|while|whereas|\d)\b|\s?[,;()]|\.|\Z)"
        ),
        re.compile(r"\d (?:\w+ )?(?:in|had|got|took|with|to|on|received|given|assigned|allocated|treated)\b"),
    ),
    # "no organ was involved in 52 patients, one in 67 and several in 29"
    (
        "in so many",
        re.compile(
            r"(?:[,;:]|\band|\bbut|\A)\s*(?:the\s)?(?P<name>[A-Za-z<>\u2264\u2265\d][^(),;:.=%]{0,50}?)\s"
            r"(?:(?:was|were)\s\w+\s)?(?:in|to)\s\d[\d,]*(?:\s(?:patients|pts|women|men|cases)|\s?\(\d+\s?%\))?"
            r"(?=\s?[,;.(]|\sand\b|\Z)"
        ),
        re.compile(r"\b(?:in|to) \d"),
    ),
)
_NUMERALS = frozenset("none zero one two three four five both neither".split())
_NO_NAME = re.compile(
    r"(?:age|aged|ECOG|stage|grade|phase|table|days?|months?|median|from|since|until|between|of|at|and|or|by"
    r"|January|February|March|April|May|June|July|August|September|October|November|December|HR|CI|range|to"
    r"|not|others?|rest|remainder|IQR|SD|version|criteria|total)\b.{0,3}\Z"
)


def counted(text: str, start: int, end: int) -> list[tuple[str, tuple[str, ...]]]:
    """The lists of at least two names with their counts, each with the way in which they are told.

    Examples
    --------
    >>> counted("Patients entered (wing 1, 98; wing 2, 60).", 0, 42)
    [('label', ('wing 1', 'wing 2'))]
    """
    found = []
    words = text[start:end]
    for how, pattern, hint in _BESIDE:
        if hint.search(words) is None:
            continue
        names = []
        for match in pattern.finditer(words):
            name = match["name"]
            alone = name.casefold() in _NUMERALS or (how == "sized" and not any(c.isalpha() for c in name))
            told = name if alone else clean(name)
            if told and not is_nameless(told) and _NO_NAME.fullmatch(told) is None:
                names.append(told)
        different = tuple(dict.fromkeys(names))
        if len(different) > 1 and any(c.isalpha() for c in different[-1]):
            found.append((how, different))
            bare = tuple(without_dose(name) for name in different)
            if bare != different and len(set(bare)) == len(bare):
                found.append((how + ", undosed", bare))
    return found
