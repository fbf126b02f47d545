"""Intervals to their values: the one beside it, or several dealt out in their order."""

from __future__ import annotations

import re
from dataclasses import replace

from classifier.extraction.text.numbers import Kind, Quantity, to_months
from classifier.extraction.text.tokens import Token


def attach_intervals(text: str, tokens: list[Token]) -> None:
    """Give each confidence interval to the value that it is of."""
    values: list[Token] = []
    for i, token in enumerate(tokens):
        if token.kind == "value":
            values.append(token)
        elif token.notes and token.kind == "interval":
            continue  # dealt out with the ones before it
        elif _deal_out(text, _row_of_intervals(text, tokens, i), values):
            continue
        elif token.kind == "interval" and token.quantity is not None and values:
            q, value = _in_percent(text, token, values[-1]), values[-1]
            if q.why == "ci":
                owners = [v for v in values[:-6:-1] if _holds(q, v) and v.interval is None]
                owners = [v for v in owners if not _counts_things(text, v)] or owners
                value = owners[0] if owners else value
                if value.interval is None and token.start - value.end < 120:
                    value.interval = q
                token.notes.append("an interval")
            elif q.why.startswith("pair") and value.interval is None and _holds(q, value):
                if _NEXT_TO.fullmatch(text[value.end : token.start]):
                    value.interval = q
                    token.notes.append("an interval")


def _in_percent(text: str, token: Token, value: Token) -> Quantity:
    """ "78.4% (95% CI 0.698-0.880)": bounds told as shares of one."""
    q, of = token.quantity, value.quantity
    if q is None or of is None:
        raise ValueError("a token without a quantity")
    if of.kind is not Kind.PERCENT or of.value is None or q.value is None or q.value_max is None:
        return q
    if (
        "%" in text[token.end - 2 : token.end + 1]
        or not 1 < of.value < 100
        or not 0 < q.value <= q.value_max <= 1
    ):
        return q
    if not 100 * q.value <= of.value <= 100 * q.value_max:
        return q
    return replace(q, value=round(100 * q.value, 1), value_max=round(100 * q.value_max, 1))


def _row_of_intervals(text: str, tokens: list[Token], i: int) -> list[Token]:
    """ "95% CIs 1.0-2.9 and 8.1-14.2": a confidence interval and the pairs listed with it."""
    token = tokens[i]
    if token.kind != "interval" or token.quantity is None or token.quantity.why != "ci":
        return []
    row = [token]
    for other in tokens[i + 1 :]:
        listed = other.kind == "interval" and other.quantity is not None
        if not listed or not other.quantity.why.startswith(("ci", "pair")):  # type: ignore[union-attr]
            break
        if not _LISTED.fullmatch(text[row[-1].end : other.start]):
            break
        row.append(other)
    return row


def _deal_out(text: str, row: list[Token], values: list[Token]) -> bool:
    """Give the intervals of a row to as many values before it, in their order, if each holds its own."""
    owners = [v for v in values if v.interval is None and not _counts_things(text, v)][-len(row) :]
    if len(row) < 2 or len(owners) < len(row) or row[0].start - owners[-1].end > 120:
        return False
    quantities = [token.quantity for token in row if token.quantity is not None]
    if not all(_holds(q, owner) for q, owner in zip(quantities, owners, strict=True)):
        return False
    for token, q, owner in zip(row, quantities, owners, strict=True):
        owner.interval = q
        token.notes.append("an interval")
    return True


_LISTED = re.compile(r"\s*[\])]?\s*(?:[,;/]|[,;]?\s*(?:and|versus|vs\.?|or))\s*[\[(]?\s*")
_NEXT_TO = re.compile(
    r"\s*[,;]?\s*[\[(]?\s*(?:(?!range|IQR|min)[A-Za-z\u2265\u2264<>][^()\[\];,]{0,30}[;,]\s*)?"
    r"(?:\d+/\d+\s*[;,]\s*)?(?:95\s?%\s*(?:CI)?[,:]?\s*)?"
)


def _counts_things(text: str, token: Token) -> bool:
    """ "nine PR": a whole number with a noun behind it, which has no interval of its own."""
    q = token.quantity
    return (
        q is not None
        and q.kind is Kind.PLAIN
        and re.match(r"\s+[A-Za-z]", text[token.end : token.end + 3]) is not None
    )


def _holds(q: Quantity, token: Token) -> bool:
    """Whether the value lies within the interval, as far as both are known."""
    if token.quantity is None:
        return False
    value = token.quantity.value
    if value is None:
        return True
    if token.quantity.unit and q.value is not None and not (q.value_max or 1e9) >= value >= q.value:
        # the bounds may be in the value's own unit, written once
        value = float(re.sub(r"[^\d.]", "", str(value)))
        scale = to_months(1000.0, token.quantity.unit) / 1000.0
        value = value / scale if scale else value
    return (q.value is None or q.value <= value + 0.51) and (
        q.value_max is None or value <= q.value_max + 0.51
    )
