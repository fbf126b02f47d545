"""What each kind of quantity says, read from the groups of its pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import Match

from classifier.extraction.text.numbers import (
    DASH,
    NUMBER,
    PERCENT,
    TIME_UNIT,
    WORD_NUMBER,
    Kind,
    Quantity,
    parse_number,
    share,
    to_months,
)


def nothing(why: str, match: Match[str]) -> Quantity:
    """A number that is no result, and what it is instead."""
    return Quantity(Kind.NONE, match.start(), match.end(), why=why)


def _bound(text: str) -> float | None:
    number = re.search(rf"{DASH}?\s*{NUMBER}", text)
    if number is None:
        return None
    unit = re.search(r"(months?|mos?|weeks?|wks?|days?|years?|yrs?|y|d)\b", text[number.end() :])
    negative = bool(re.match(DASH, number[0]))
    value = parse_number(re.sub(rf"^{DASH}\s*", "", number[0]))
    return -value if negative else to_months(value, unit[0] if unit else "")


def _confidence(match: Match[str]) -> Quantity:
    level = match["lv1"] or match["lv2"]
    low, high = match["clo"], match["chi"]
    unit = re.search(r"(weeks?|wks?|days?|years?|yrs?)\b", high)
    low_value = _bound(low)
    if unit and low_value is not None and not re.search(r"[A-Za-z]", low):
        low_value = to_months(low_value, unit[0])
    return Quantity(
        Kind.INTERVAL,
        match.start(),
        match.end(),
        low_value,
        _bound(high),
        why="ci",
        level=parse_number(level) if level else None,
    )


def _one_bound(match: Match[str]) -> Quantity:
    """ "a lower 95% confidence limit of 25.0 months": the other bound is not told."""
    level = match["lvl1"] or match["lvl2"]
    bound = to_months(parse_number(match["one"]), match["oneu"] or "")
    low, high = (bound, None) if match["side"].casefold() == "lower" else (None, bound)
    return Quantity(
        Kind.INTERVAL,
        match.start(),
        match.end(),
        low,
        high,
        why="ci",
        level=parse_number(level) if level else None,
    )


def _minimum_maximum(match: Match[str]) -> Quantity:
    words = match["mm"]
    low, high = _bound(match["mlo"]), _bound(match["mhi"])
    if words.startswith(("range was", "ranges were", "range of")) and low is not None and high is not None:
        percent = re.search(PERCENT, match["mhi"]) is not None
        timed = re.search(rf"{TIME_UNIT}", match["mhi"]) is not None
        kind = "percent" if percent else "time" if timed else "plain"
        start = match.start("mlo")
        return Quantity(Kind.INTERVAL, start, match.end("mhi"), low, high, why=f"pair {kind}")
    return Quantity(
        Kind.INTERVAL, match.start(), match.end(), _bound(match["mlo"]), _bound(match["mhi"]), why="range"
    )


def _numbers_in(text: str) -> list[float]:
    return [parse_number(t) for t in re.findall(rf"{NUMBER}|{WORD_NUMBER}", text)]


def _at(match: Match[str]) -> Quantity:
    if match["atn"]:
        unit = re.search(r"month|week|year|day", match["at"])
        values, word = _numbers_in(match["atn"]), unit[0] if unit else ""
    else:
        values, word = _numbers_in(match["atl"]), match["atu"]
        if word[0] == "y" and min(values) > 40:  # "over 70 years"
            return nothing("an age", match)
    return Quantity(
        Kind.TIMEPOINT, match.start(), match.end(), times=tuple(to_months(v, word) for v in values), why="at"
    )


def _adjective(match: Match[str]) -> Quantity:
    times = tuple(to_months(v, match["adju"]) for v in _numbers_in(match["adjl"]))
    return Quantity(Kind.TIMEPOINT, match.start(), match.end(), times=times, why="adjective")


def _short_adjective(match: Match[str]) -> Quantity:
    times = (to_months(parse_number(match["adyl"]), match["adyu"]),)
    return Quantity(Kind.TIMEPOINT, match.start(), match.end(), times=times, why="adjective")


def _numbered(match: Match[str]) -> Quantity:
    """ "day-100 survival"."""
    times = (to_months(parse_number(match["adrn"]), match["adru"].casefold()),)
    return Quantity(Kind.TIMEPOINT, match.start(), match.end(), times=times, why="adjective")


def _count_percent(match: Match[str]) -> Quantity | None:
    count, total = int(parse_number(match["cpn"])), int(parse_number(match["cpt"]))
    value = parse_number(match["cpp"])
    start, end = match.span("cpv")
    if count > total or value > 100:
        return nothing("a count above its total", match)
    return Quantity(Kind.PERCENT, start, end, value, count=count, total=total, stop=match.end())


def _count(match: Match[str]) -> Quantity | None:
    total = int(parse_number(match["ct"]))
    word = match["cn"].casefold()
    count = (
        total
        if word in ("all", "both")
        else 0
        if word == "neither"
        else int(parse_number(re.sub(r"\s.*", "", word) if word.startswith("no") else match["cn"]))
    )
    if _ADDED.search(match.string, max(0, match.start() - 4), match.start()):
        return nothing("a part of a sum", match)  # "3 + 14 of 99"
    if count > total or total == 0:
        return nothing("a count above its total", match)
    if "/" in match["c"] and count <= 12 and 1950 <= total <= 2050:
        return nothing("a date", match)
    if _OF_THINGS.match(match.string, match.end()):
        return nothing("a number of things", match)
    return _counted(match, count, total, why="no response in" if "response" in word else "")


def _counted(match: Match[str], count: int, total: int, *, why: str) -> Quantity:
    """A count of a total as the share it makes."""
    if count > total or total == 0:
        return nothing("a count above its total", match)
    return Quantity(
        Kind.COUNT,
        match.start(),
        match.end(),
        share(count, total),
        count=count,
        total=total,
        why=why,
        stop=match.end(),
    )


def _responses_among(match: Match[str]) -> Quantity:
    """ "16 responses among 60 patients"."""
    count, total = int(parse_number(match["rcn"])), int(parse_number(match["rct"]))
    return _counted(match, count, total, why="responses in")


def _everybody(match: Match[str]) -> Quantity:
    """ "all six patients responded"."""
    total = int(parse_number(match["everyt"]))
    end = match.end("everyt")
    return Quantity(
        Kind.COUNT, match.start(), end, 100.0, count=total, total=total, why="responses in", stop=match.end()
    )


_ADDED = re.compile(r"\d\s*\+\s*\Z")
_OF_THINGS = re.compile(
    r"\s+(?:[\w-]+\s+)?(?:studies|trials|articles|publications|reports|cohorts|series|reviews|sites"
    r"|cent(?:er|re)s"
    r"|samples|relapses|recurrences|lesions|nodules|biops(?:y|ies)|specimens|CRs?|sessions|cycles"
    r"|courses|questionnaires|surveys|deaths|events)\b"
)


def _range(match: Match[str]) -> Quantity | None:
    unit = (match["ru"] or match["rlou"] or "").strip()
    low = parse_number(match["rlo"])
    if not match["rhi"][0].isdigit() and match["rhi"][0] not in ".\u00b7":
        return Quantity(Kind.INTERVAL, match.start(), match.end(), low, None, why="pair")
    return _pair(match, low, parse_number(match["rhi"]), unit)


# "survival rose from 3.1 to 3.8 months": two values, not a range
_A_SIZE = re.compile(r"\s*(?:cm|mm|mg|Gy|kg|g/dL|ng|mL|m2|cycles|courses|lines|points|lesions|nodes|cells)\b")
_CHANGED_FROM = re.compile(
    r"\b(?:went|gone up|climb\w+|rose|rise\w*|rais\w+|increas\w+|improv\w+|fell|declin\w+|dropp\w+"
    r"|chang\w+|decreas\w+|grew|doubl\w+|tripl\w+"
    r"|prolong\w+|extend\w+|shorten\w+|lengthen\w+|reduc\w+)\b[^.;]{0,90}\bfrom\s+\Z"
)


def tells_a_change(text: str, at: int) -> bool:
    """Whether "from" in front of two values is said of a change in time, not of a range over groups."""
    change = _CHANGED_FROM.search(text, max(0, at - 110), at)
    return change is not None and _OVER_GROUPS.search(text, max(0, at - 110), at) is None


_OVER_GROUPS = re.compile(r"\b(?:[Aa]cross|[Aa]mong|[Bb]etween|depending|according|rang\w+)\b")


def both_ends(match: Match[str]) -> Iterator[Quantity]:
    """The two values of a change."""
    unit = (match["ru"] or "").strip()
    for name, stop in (
        ("rlo", match.end("rlou") if match["rlou"] else match.end("rlo")),
        ("rhi", match.end()),
    ):
        value, start = parse_number(match[name]), match.start(name)
        if unit and unit[0] in "%p":
            yield Quantity(Kind.PERCENT, start, stop, value)
        else:
            yield Quantity(Kind.TIME, start, stop, to_months(value, unit), unit=unit)


def _between(match: Match[str]) -> Quantity | None:
    if not match["bu"] and _A_SIZE.match(match.string, match.end()):
        return nothing("a size or a dose", match)  # "between 3 and 7 cm"
    return _pair(match, parse_number(match["blo"]), parse_number(match["bhi"]), (match["bu"] or "").strip())


def _pair(match: Match[str], low: float, high: float, unit: str) -> Quantity:
    if unit and unit[0] not in "%p":
        low, high = to_months(low, unit), to_months(high, unit)
    kind = {"": "plain"}.get(unit, "percent" if unit and unit[0] in "%p" else "time")
    return Quantity(Kind.INTERVAL, match.start(), match.end(), low, high, why=f"pair {kind}")


def _value(match: Match[str]) -> Quantity | None:
    if match["none"]:
        return nothing("a dose, an age or a number of things", match)
    value = parse_number(match["vn"])
    if match["pm"]:  # "18.6 \u00b1 2.1 months": what follows the sign is no part of the value
        start, end = match.start("vn"), match.end("pmu" if match["pmu"] else "vn")
        unit = (match["pmu"] or match["pct"] or match["tu"] or "").strip()
        if re.fullmatch(PERCENT, unit):
            return Quantity(Kind.PERCENT, start, end, value, stop=match.end())
        if unit:
            return Quantity(Kind.TIME, start, end, to_months(value, unit), unit=unit, stop=match.end())
        return Quantity(Kind.PLAIN, start, end, value, stop=match.end())
    if match["pct"]:
        return Quantity(Kind.PERCENT, match.start(), match.end(), value)
    if match["tu"]:
        return Quantity(
            Kind.TIME, match.start(), match.end(), to_months(value, match["tu"]), unit=match["tu"].strip()
        )
    return Quantity(Kind.PLAIN, match.start(), match.end(), value)


def _not_reached(match: Match[str]) -> Quantity:
    return Quantity(Kind.NOT_REACHED, match.start(), match.end())


_NEITHER = re.compile(
    r"\b[Nn]either\b[^.;]*\bnor\b[^.;]*\b(?:was|were|been|is|has|have)\s+(?:yet\s+|been\s+)*\Z"
)


def _neither_reached(match: Match[str]) -> Quantity | None:
    """ "neither PFS nor OS was reached"."""
    if _NEITHER.search(match.string, max(0, match.start() - 140), match.start()) is None:
        return None
    return Quantity(Kind.NOT_REACHED, match.start(), match.end(), why="neither")


_NAMED_P = re.compile(rf"P\s(?P<n>{NUMBER})\Z")
_WITH_INTERVAL = re.compile(r"\s*[(\[]\s*9\d\s*%")


def _p_value(match: Match[str]) -> Quantity:
    named = _NAMED_P.fullmatch(match["p"])
    if named is not None and _WITH_INTERVAL.match(
        match.string, match.end()
    ):  # "A vs P 0.85 (95% CI 0.7-1.1)"
        return Quantity(Kind.PLAIN, match.end() - len(named["n"]), match.end(), parse_number(named["n"]))
    return nothing("a p-value", match)


def _label(match: Match[str]) -> Quantity:
    return nothing("a grade, stage, dose level or the like", match)


def _size(match: Match[str]) -> Quantity:
    return nothing("a group size", match)


def _spread(match: Match[str]) -> Quantity:
    return nothing("a standard deviation", match)


def _bracketed(match: Match[str]) -> Quantity:
    high = match["brhi"]
    return Quantity(
        Kind.INTERVAL,
        match.start(),
        match.end(),
        parse_number(match["brlo"]),
        parse_number(high) if high[0].isdigit() or high[0] in ".\u00b7" else None,
        why="pair plain",
    )


def _zero(match: Match[str]) -> Quantity:
    return Quantity(Kind.PERCENT, match.start(), match.end(), 0.0, why="zero")


def _heterogeneity(match: Match[str]) -> Quantity:
    return nothing("a measure of heterogeneity", match)


def _bare_level(match: Match[str]) -> Quantity:
    return nothing("a confidence level", match)


READERS = {
    "cix": _bare_level,
    "br": _bracketed,
    "zero": _zero,
    "i2": _heterogeneity,
    "p": _p_value,
    "ci": _confidence,
    "cil": _one_bound,
    "mm": _minimum_maximum,
    "sd": _spread,
    "n": _size,
    "label": _label,
    "at": _at,
    "adj": _adjective,
    "ady": _short_adjective,
    "adr": _numbered,
    "cp": _count_percent,
    "every": _everybody,
    "rc": _responses_among,
    "c": _count,
    "nei": _neither_reached,
    "r": _range,
    "bt": _between,
    "v": _value,
    "nr": _not_reached,
    "nrs": _not_reached,
}
