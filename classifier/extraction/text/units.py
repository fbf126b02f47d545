"""Units that stand apart from their number: behind a bracket, with the endpoint, at the end, or once."""

from __future__ import annotations

import re

from classifier.extraction.text.endpoints import KIND
from classifier.extraction.text.numbers import PERCENT, TIME_UNIT, Kind, Quantity, to_months
from classifier.extraction.text.tokens import Token, spread_units


def read_units(text: str, tokens: list[Token]) -> None:
    """Give the bare numbers of a sentence the unit that is theirs."""
    _units_behind_brackets(text, tokens)
    _units_in_heads(text, tokens)
    _units_at_the_end(text, tokens)
    spread_units(text, tokens)
    _units_from_before(text, tokens)


_UNIT_BEHIND = re.compile(rf"\s*[(\[][^()\[\]]{{3,40}}[)\]]\s*(?P<u>{TIME_UNIT}|{PERCENT})")


def _units_behind_brackets(text: str, tokens: list[Token]) -> None:
    """ "6.1 (4.2-8.0) months": the unit stands behind the interval."""
    for token in tokens:
        q = token.quantity
        if token.kind != "value" or q is None or q.kind is not Kind.PLAIN or q.value is None:
            continue
        match = _UNIT_BEHIND.match(text, token.end, token.end + 60)
        if match is None or not text[token.start].isdigit():
            continue
        if match["u"][0] in "%p":
            token.quantity = Quantity(Kind.PERCENT, q.start, q.end, q.value)
        else:
            months = to_months(q.value, match["u"])
            token.quantity = Quantity(Kind.TIME, q.start, q.end, months, unit=match["u"])


_UNIT_IN_HEAD = re.compile(
    rf"\s*(?:\(|\[|,|\bin)\s*(?P<u>months|weeks|days|years|mo|{PERCENT})\s*(?:\(95\s?%\s?CI\)\s*)?(?:\)"
    rf"|\]|,|:|\bwas\b|\bwere\b|\s(?=\d|NR\b|NE\b))"
)


def _units_in_heads(text: str, tokens: list[Token]) -> None:
    """ "Median PFS (months) was 7.2", "PFS in months: 5.2 (A), 6.1 (B)": the unit stands with the"
    " endpoint."""
    unit, depth = "", 0
    for token in tokens:
        if token.kind == "endpoint":
            head = _UNIT_IN_HEAD.match(text, token.end, token.end + 24)
            unit, depth = (head["u"], token.depth) if head else ("", 0)
        elif token.kind == "hr":
            unit = ""
        q = token.quantity
        if not unit or token.kind != "value" or q is None or q.kind is not Kind.PLAIN or q.value is None:
            continue
        if token.depth != depth or not text[token.start].isdigit():
            continue
        if unit[0] in "%p":
            token.quantity = Quantity(Kind.PERCENT, q.start, q.end, q.value)
        else:
            token.quantity = Quantity(Kind.TIME, q.start, q.end, to_months(q.value, unit), unit=unit)


def _units_at_the_end(text: str, tokens: list[Token]) -> None:
    """ "PFS medians: A 5.2, B 3.1 and C 2.0 months": decimals share the unit that ends their row."""
    for i, token in enumerate(tokens):
        q = token.quantity
        if token.kind != "value" or q is None or q.kind is not Kind.PLAIN or q.value is None:
            continue
        if not _DECIMAL.fullmatch(text, token.start, token.end) or not _after_time(text, tokens[:i]):
            continue
        for other in tokens[i + 1 : i + 12]:
            if other.depth != token.depth and other.kind in ("interval", "value"):
                if other.depth < token.depth:
                    break
                continue
            if other.kind in ("hr", "interval") or (other.kind == "endpoint" and KIND[other.key] != "time"):
                break
            if other.kind == "value" and other.quantity is not None:
                unit = other.quantity.unit
                if other.quantity.kind is Kind.TIME and unit.startswith("mo"):
                    token.quantity = Quantity(Kind.TIME, q.start, q.end, to_months(q.value, unit), unit=unit)
                if not _DECIMAL.fullmatch(text, other.start, other.end):
                    break


def _after_time(text: str, before: list[Token]) -> bool:
    """Whether what comes before is a survival endpoint, with nothing but decimals between."""
    for token in reversed(before):
        if token.kind == "endpoint":
            of_ratio = any(t.kind == "hr" and 0 <= token.start - t.end < 8 for t in before)
            return KIND[token.key] == "time" and not of_ratio
        if token.kind in ("median", "open", "close", "respectively"):
            continue
        if token.kind != "value" or not _DECIMAL.match(text, token.start, token.end):
            return False
    return True  # "By line: first, 9.3; second, 7.6 months" goes on with the sentence before


_DECIMAL = re.compile(r"\d{1,3}[.\u00b7]\d{1,2}")


_GOES_ON = re.compile(
    r"\s*(?:[),;.(\[]|(?:and|in|with|without|for|on|under|at|among|by|to|vs?|versus|compared|than|if"
    r"|when|after)\b|\Z)"
)
_ONE_DECIMAL = re.compile(r"\d{1,3}[.\u00b7]\d")
_NOT_A_TIME = re.compile(r"(?:ratio|HRs?|score|index|mg|p|=|\bof|level|factor)\s*\Z")


def _units_from_before(text: str, tokens: list[Token]) -> None:
    """ "6.1 months (8.4 in PS 0-1, 2.9 in PS 2)": the unit is told once, with the first."""
    last: Token | None = None
    for token in tokens:
        q = token.quantity
        if token.kind in ("endpoint", "hr", "timepoint"):
            last = None
        elif token.kind == "value" and q is not None and q.kind is Kind.TIME:
            last = token if q.unit else None
        elif token.kind == "value" and q is not None and q.kind is Kind.PERCENT:
            last = None
        elif last is not None and token.kind == "value" and q is not None and q.kind is Kind.PLAIN:
            between = text[last.end : token.start]
            alone = _ONE_DECIMAL.fullmatch(text, token.start, token.end) and _GOES_ON.match(text, token.end)
            if not alone or len(between) > 90 or _NOT_A_TIME.search(between) or q.value is None:
                continue
            unit = last.quantity.unit if last.quantity is not None else ""
            token.quantity = Quantity(Kind.TIME, q.start, q.end, to_months(q.value, unit), unit=unit)
            last = token
