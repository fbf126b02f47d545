"""Times that are no results: when a rate was told; and those that look like it and are results."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from classifier.extraction.text.endpoints import KIND
from classifier.extraction.text.numbers import Kind, Quantity, parse_number, to_months
from classifier.extraction.text.tokens import Token


def read_time_points(text: str, tokens: list[Token]) -> None:
    """Tell the times at which rates were told from the times that are results."""
    _lists_told_with_at(text, tokens)
    _shares_of_one(text, tokens)
    _values_told_with_at(text, tokens)
    _times_before_endpoints(text, tokens)
    _thresholds_after_endpoints(text, tokens)
    _times_from_an_event(text, tokens)
    _times_lived(text, tokens)
    _times_without_unit(text, tokens)


_AT_VALUE = re.compile(
    r"[Aa]t\s+(?P<v>(?P<n>\d{1,3}(?P<d>[.\u00b7]\d{1,2})?)\s*(?P<u>months?|mo|mos|weeks|years|days))\b"
)

_ALIKE = re.compile(
    r"(?:\b(?:had its median|stands|identical|alike|similar|the same|longest|shortest|highest|lowest"
    r"|longer|shorter|better|worse|best|worst"
    r"|unchanged|remained|stayed|stood|lay|lies|came out|settled|landed|converged|estimated|equal"
    r"|comparable)\b(?:[^;.]|\.\d){0,60})\s\Z"
)

_AT_LIST = re.compile(
    r"[Aa]t\s+(?P<a>\d{1,3}[.\u00b7]\d{1,2})\s*(?:,|and|versus|vs\.?|,\s*and)\s*"
    r"(?P<b>\d{1,3}[.\u00b7]\d{1,2})"
    r"(?:\s*,?\s*and\s*(?P<c>\d{1,3}[.\u00b7]\d{1,2}))?\s*(?P<u>months?|mo|mos|weeks|years|days)\b"
)


def _lists_told_with_at(text: str, tokens: list[Token]) -> None:
    """ "OS medians lay closer together, at 18.9 and 15.2 months": nobody looks at a rate at 18.9 months."""
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.kind != "timepoint" or token.quantity is None or token.quantity.why != "at":
            continue
        match = _AT_LIST.fullmatch(text, token.start, token.end)
        named = next((t for t in reversed(tokens[:i]) if t.kind == "endpoint"), None)
        if match is None or named is None or KIND[named.key] != "time":
            continue
        made = []
        for name in "abc":
            if match[name]:
                start, end = match.span(name)
                months = to_months(parse_number(match[name]), match["u"])
                if name == ("c" if match["c"] else "b"):
                    end = match.end("u")
                quantity = Quantity(Kind.TIME, start, end, months, unit=match["u"])
                made.append(Token("value", start, end, token.depth, quantity=quantity))
        tokens[i : i + 1] = made


_SHARE = re.compile(r"0?[.\u00b7]\d{2,3}")
_SHARE_WORDS = re.compile(r"\b(?:probabilit\w+|proportions?|fractions?)\b")
_RATE_WAS = re.compile(r"[^.;:,%\d]{0,50}?\b(?:was|were|of)\s+(?=[0.])|\s*[:=]?\s*(?=[0.])")
_THEN_A_TIME = re.compile(r"\s+at\s+(?:\d|one|two|three|five|ten)")


def _shares_of_one(text: str, tokens: list[Token]) -> None:
    """ "The probability of OS was 0.61 at 36 months": a share of one is a percentage."""
    if any(t.kind == "hr" for t in tokens):
        return
    named = next((t for t in tokens if t.kind == "endpoint"), None)
    if named is None or KIND[named.key] == "other":
        return
    if KIND[named.key] == "time" and not any(t.kind == "timepoint" for t in tokens):
        return
    told = False
    for token in tokens:
        q = token.quantity
        if q is None or token.start < named.start or q.value is None or not 0 <= q.value < 1:
            continue
        if token.kind == "value" and q.kind is Kind.PLAIN and _SHARE.fullmatch(text, token.start, token.end):
            told = told or (
                _SHARE_WORDS.search(text, max(0, token.start - 60), token.start) is not None
                or _THEN_A_TIME.match(text, token.end) is not None
                or (
                    KIND[named.key] == "rate"
                    and _RATE_WAS.match(text, named.end, token.start + 1) is not None
                )
            )
            if told:
                token.quantity = Quantity(Kind.PERCENT, q.start, q.end, round(100 * q.value, 1))
        elif told and token.kind == "interval" and (q.value_max or 1.0) <= 1:
            high = None if q.value_max is None else round(100 * q.value_max, 1)
            token.quantity = replace(q, value=round(100 * q.value, 1), value_max=high)


_WITH_INTERVAL = re.compile(r"\s*[(\[,]\s*(?:9\d\s*%\s*)?(?:CI|confidence)")
_NOT_A_VALUE = re.compile(r"['\u2019]?\s+(?:of\s+|median\s+)*follow|\s+(?:was|were|is|the|after|from|of)\b")


def _values_told_with_at(text: str, tokens: list[Token]) -> None:
    """ "median OS was longest in B, at 18.9 weeks": a value, not a time point, where no rate is told."""
    for i, token in enumerate(tokens):
        if token.kind != "timepoint" or token.quantity is None or token.quantity.why != "at":
            continue
        match = _AT_VALUE.fullmatch(text, token.start, token.end)
        if match is None or _NOT_A_VALUE.match(text, token.end):
            continue
        said = _ALIKE.search(text, max(0, token.start - 90), token.start) is not None
        said = said or (match["d"] is not None and _WITH_INTERVAL.match(text, token.end) is not None)
        if not said and any(t.notes == ["told with at"] for t in tokens[:i]):
            said = text[: token.start].endswith(
                ("and ", "but ", ", ")
            )  # "at 5.0 months with A and at 6.9 with B"
        named = next((t for t in reversed(tokens[:i]) if t.kind == "endpoint"), None)
        if not said or named is None or KIND[named.key] != "time":
            continue
        told = tokens[tokens.index(named) :] + [t for t in tokens[:i] if 0 <= token.start - t.end < 60]
        if any(t.quantity is not None and t.quantity.kind is Kind.PERCENT for t in told):
            continue
        start, end = match.span("v")
        months = to_months(parse_number(match["n"]), match["u"])
        token.kind, token.start, token.end, token.after = "value", start, end, end
        token.notes.append("told with at")
        token.quantity = Quantity(Kind.TIME, start, end, months, unit=match["u"])


def _times_before_endpoints(text: str, tokens: list[Token]) -> None:
    """ "6mo and 12mo PFS 45% and 24%": times right before a survival endpoint are its time points."""
    for i, token in enumerate(tokens[:-1]):
        q, after = token.quantity, tokens[i + 1]
        if q is None or token.kind != "value" or q.kind is not Kind.TIME or q.value is None:
            continue
        words = text[token.end : after.start]
        if after.kind != "endpoint" or KIND[after.key] != "time" or not _ADJACENT.fullmatch(words):
            continue
        if not any(
            t.kind == "value" and t.quantity and t.quantity.kind in (Kind.PERCENT, Kind.PLAIN)
            for t in tokens[i + 1 : i + 8]
        ):
            continue
        times, first = [q.value], i
        while (
            first
            and tokens[first - 1].kind == "value"
            and _LISTED.fullmatch(text[tokens[first - 1].end : tokens[first].start])
        ):
            first -= 1
            earlier = tokens[first].quantity
            if earlier is None or earlier.kind is not Kind.TIME or earlier.value is None:
                break
            times.insert(0, earlier.value)
            tokens[first].kind = "merged"
        token.kind = "timepoint"
        token.quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=tuple(times), why="adjective")


_ADJACENT = re.compile(r"\s+(?:estimated |actuarial |cumulative |rates? of )?")

_LISTED = re.compile(r"\s*(?:,|and|or|/|,\s*and)\s*")


def _thresholds_after_endpoints(text: str, tokens: list[Token]) -> None:
    """ "PFS of at least 6 months was seen in 28%": the threshold is the time point."""
    for before, token in itertools.pairwise(tokens):
        q = token.quantity
        if q is None or token.kind != "value" or q.kind is not Kind.TIME or q.value is None:
            continue
        if before.kind not in ("endpoint", "close") or not _THRESHOLD.fullmatch(
            text[before.end : token.start]
        ):
            continue
        token.kind = "timepoint"
        token.quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=(q.value,), why="adjective")


_THRESHOLD = re.compile(
    r"\s*(?:of\s+|for\s+|lasting\s+|exceeding\s+)?(?:[>\u2265]|at least|longer than|more than|beyond"
    r"|> or =|>=)\s*(?:or\s*=\s*)?"
)

_UP_TO_A_COMMA = re.compile(r"[^.;:,()]{4,50},\s+(?:\w+\s+){0,2}")
_FROM_EVENT = re.compile(r"\s+(?:after|from|post|following|since|later)\b")


def _times_from_an_event(text: str, tokens: list[Token]) -> None:
    """ "PFS 18 months after conversion was 72%": the time is the time point."""
    for i, (before, token) in enumerate(itertools.pairwise(tokens)):
        q = token.quantity
        if q is None or token.kind != "value" or q.kind is not Kind.TIME or q.value is None:
            continue
        if before.kind != "endpoint" or text[before.end : token.start].strip():
            continue
        shares = (t for t in tokens[i + 2 : i + 6] if t.quantity and t.quantity.kind is Kind.PERCENT)
        if _FROM_EVENT.match(text, token.end) and any(shares):
            _make_time_points(tokens, i + 1)
    for i, token in enumerate(tokens[:-1]):  # "One year after entry, 57% were alive"
        q, after = token.quantity, tokens[i + 1]
        if (
            q is None
            or token.kind != "value"
            or q.kind is not Kind.TIME
            or not _FROM_EVENT.match(text, token.end)
        ):
            continue
        begins = i == 0 and not text[max(0, token.start - 2) : token.start].strip(" \n.").isalnum()
        if begins and after.quantity is not None and after.quantity.kind is Kind.PERCENT:
            if _UP_TO_A_COMMA.fullmatch(text, token.end, after.start):
                _make_time_points(tokens, i)
    for i, token in enumerate(tokens):  # "the rates 1, 3 and 5 years after surgery were"
        q = token.quantity
        if token.kind == "value" and q is not None and q.kind is Kind.TIME and token.kind != "timepoint":
            first = _first_of_list(text, tokens, i)
            if (
                first < i
                and first
                and tokens[first - 1].kind == "endpoint"
                and _FROM_EVENT.match(text, token.end)
            ):
                times = [t.quantity.value for t in tokens[first : i + 1] if t.quantity and t.quantity.value]
                for other in tokens[first:i]:
                    other.kind = "merged"
                token.kind = "timepoint"
                token.quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=tuple(times), why="adjective")


def _make_time_points(tokens: list[Token], i: int) -> None:
    """Let the time at `i` be a time point."""
    q = tokens[i].quantity
    if q is not None and q.value is not None:
        tokens[i].kind = "timepoint"
        tokens[i].quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=(q.value,), why="adjective")


def _first_of_list(text: str, tokens: list[Token], i: int) -> int:
    """The first of the times that are listed up to the one at `i`."""
    while i and tokens[i - 1].kind == "value" and _LISTED.fullmatch(text, tokens[i - 1].end, tokens[i].start):
        q = tokens[i - 1].quantity
        if q is None or q.kind is not Kind.TIME:
            break
        i -= 1
    return i


_LIVED = re.compile(
    r"(?i:\b(?:alive|survived|surviving|lived|reached|were alive at|survival of)\s+(?:for\s+|beyond\s+)?)\Z"
)


def _times_lived(text: str, tokens: list[Token]) -> None:
    """ "70% of the women survived 10 years", "37% lived for one year": how long is when."""
    for i, token in enumerate(tokens):
        q = token.quantity
        if token.kind != "value" or q is None or q.kind is not Kind.TIME or not q.unit.startswith("y"):
            continue
        shares = [t for t in tokens[:i] if t.quantity is not None and t.quantity.kind is Kind.PERCENT]
        if not shares or token.start - shares[-1].end > 90:
            continue
        if (
            _LIVED.search(text, 0, tokens[_first_of_list(text, tokens, i)].start)
            or not text[shares[-1].end : token.start].strip()
        ):
            first = _first_of_list(text, tokens, i)
            times = tuple(t.quantity.value or 0.0 for t in tokens[first : i + 1] if t.quantity is not None)
            for other in tokens[first:i]:
                other.kind = "merged"
            token.kind = "timepoint"
            token.quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=times, why="at")


_BARE_TIME = re.compile(
    r"\s*(?P<w>at|after|for)\s+(?P<n>[1-9]\d?|two|three|four|five|six|seven|eight|nine|ten)(?=\s*"
    r"(?:[,;.)]|and\b|\Z))"
)


def _times_without_unit(text: str, tokens: list[Token]) -> None:
    """ "77% at one year, 33% at three and 18% at five": the unit is told with the first."""
    told = next(
        (t for t in tokens if t.kind == "timepoint" and t.quantity is not None and t.quantity.times), None
    )
    if told is None:
        return
    unit = re.search(r"years?|months?|weeks?", text[told.start : told.end])
    added = []
    for token in tokens:
        q = token.quantity
        if (
            unit is None
            or token.kind != "value"
            or q is None
            or q.kind is not Kind.PERCENT
            or token.start < told.start
        ):
            continue
        match = _BARE_TIME.match(text, token.end, token.end + 20)
        if match is None:
            continue
        start, end = match.start("w"), match.end("n")
        months = to_months(parse_number(match["n"]), unit[0])
        quantity = Quantity(Kind.TIMEPOINT, start, end, times=(months,), why="at")
        added.append(Token("timepoint", start, end, token.depth, quantity=quantity))
    if added:
        spans = [(t.start, t.end) for t in added]
        tokens[:] = [t for t in tokens if t.kind != "value" or not any(s <= t.start < e for s, e in spans)]
        tokens += added
        tokens.sort(key=_place)


def _place(token: Token) -> tuple[int, int]:
    return (token.start, token.end)
