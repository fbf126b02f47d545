"""A sentence read: its tokens with units spread, counts merged, runs joined and intervals attached."""

from __future__ import annotations

import re

from classifier.extraction.text.intervals import attach_intervals
from classifier.extraction.text.numbers import WORD_NUMBER, Kind, Quantity, parse_number, share
from classifier.extraction.text.sentences import Sentence
from classifier.extraction.text.time_points import read_time_points
from classifier.extraction.text.tokens import Token, join_runs, read_rows, read_tokens
from classifier.extraction.text.units import read_units


def read_sentence(text: str, sentence: Sentence) -> list[Token]:
    """The tokens of a sentence with units spread, runs joined and intervals attached."""
    tokens = read_tokens(text, sentence.start, sentence.end)
    _responders_of(text, sentence, tokens)
    read_rows(text, tokens)
    _counts_in_heads(text, tokens)
    read_units(text, tokens)
    read_time_points(text, tokens)
    tokens = _merge_counts(text, tokens)
    join_runs(text, tokens)
    attach_intervals(text, tokens)
    return tokens


_COUNTS_IN_HEAD = re.compile(r"\s*,?\s*(?:[nN]|[Nn]o\.?|patients)\s*\(%\)\s*[:,]?")


def _counts_in_heads(text: str, tokens: list[Token]) -> None:
    """ "ORR, n (%): 41 (91) | 42 (93)": the percentages stand in the brackets, without their sign."""
    under = False
    for i, token in enumerate(tokens):
        if token.kind == "endpoint":
            under = _COUNTS_IN_HEAD.match(text, token.end, token.end + 24) is not None
        q, before = token.quantity, tokens[i - 2] if i > 1 else None
        if not under or q is None or q.kind is not Kind.PLAIN or q.value is None or before is None:
            continue
        if tokens[i - 1].kind != "open" or before.quantity is None or before.quantity.kind is not Kind.PLAIN:
            continue
        if q.value <= 100 and before.kind == "value":
            token.quantity = Quantity(Kind.PERCENT, q.start, q.end, q.value)
            token.count, before.kind = int(before.quantity.value or 0), "merged"
            if i + 1 < len(tokens) and tokens[i + 1].kind == "close":
                token.depth, token.after = before.depth, tokens[i + 1].end
                tokens[i - 1].kind = tokens[i + 1].kind = "merged"


_OF_N = re.compile(
    rf"\b(?:[Oo]f|[Aa]mong|[Ii]n)\s+(?:the\s+|these\s+|those\s+)?(?P<t>\d{{1,4}}"
    rf"|{WORD_NUMBER})\b[^;.]{{0,90}}?,\s+(?:of whom\s+)?(?:only\s+)?(?P<c>\d{{1,4}}|{WORD_NUMBER}|none"
    rf"|all)\s+(?:responded|did\b|were responders"
    rf"|(?:had|achieved|attained|obtained|showed|experienced|reached) (?:an?|at least an?) (?:"
    rf"(?:objective|partial|overall"
    rf"|confirmed|RECIST|clinical|tumou?r|radiological|partial or complete|complete or partial) )*"
    rf"(?:response|remission|PR\b))"
)


def _responders_of(text: str, sentence: Sentence, tokens: list[Token]) -> None:
    """ "Of the 11 pretreated patients, 9 responded": the 9 is a count of 11."""
    for match in _OF_N.finditer(text, sentence.start, sentence.end):
        total, count = parse_number(match["t"]), parse_number(match["c"])
        if not 0 <= count <= total or total == 0:
            continue
        start, end = match.span("c")
        counted = Quantity(
            Kind.COUNT,
            start,
            end,
            share(int(count), int(total)),
            count=int(count),
            total=int(total),
            why="of those",
        )
        for i, token in enumerate(tokens):
            if token.start == start or (token.kind == "endpoint" and token.start <= start < token.end):
                tokens[i] = Token(
                    "value", start, end, token.depth, quantity=counted, count=int(count), total=int(total)
                )
                break


def _merge_counts(text: str, tokens: list[Token]) -> list[Token]:
    """Join "33/97" to the percentage it states; the percentage stands for both."""
    dropped: set[int] = set()
    values = [i for i, t in enumerate(tokens) if t.kind == "value" and t.quantity is not None]
    for n, i in enumerate(values):
        if n + 1 < len(values) and i not in dropped and values[n + 1] not in dropped:
            j = values[n + 1]
            if _same_share(text, tokens[i], tokens[j]):
                share, count = (i, j) if _is(tokens[i], Kind.PERCENT) else (j, i)
                _give_count(tokens[share], tokens[count])
                dropped.add(count)
                if tokens[share].total is None:
                    _total_behind(text, tokens, share)
                _lift_out_of_brackets(text, tokens, share)
    for i in values:  # "58%, 49% and 21% (51/88, 30/61 and 7/34)": counts listed apart
        if i in dropped or not _is(tokens[i], Kind.COUNT):
            continue
        for j in values:
            if j not in dropped and tokens[j].count is None and _same_count(tokens[j], tokens[i]):
                _give_count(tokens[j], tokens[i])
                dropped.add(i)
                break
    return [t for k, t in enumerate(tokens) if k not in dropped and t.kind != "merged"]


_OF_TOTAL = re.compile(
    r"\s*(?:of|/|out of)\s+(?:the\s+|all\s+|these\s+)?(?P<t>\d{1,5})\b(?!\s*[%(.\u00b7])"
    r"(?:\s+(?:patients?|pts|women|men|participants?|subjects|children|adults))*"
)


def _total_behind(text: str, tokens: list[Token], share: int) -> None:
    """ "30 (31%; 95% CI 21-42) of 97 patients": the total stands behind the bracket of its percentage."""
    value, opening = tokens[share], tokens[share - 1]
    if not share or opening.kind != "open" or value.count is None or value.quantity is None:
        return
    for token in tokens[share + 1 : share + 8]:
        if token.kind == "close" and token.depth == opening.depth:
            match = _OF_TOTAL.match(text, token.end, token.end + 40)
            if match is None or not value.count <= int(match["t"]):
                return
            if abs(100 * value.count / int(match["t"]) - (value.quantity.value or 0.0)) > 1.01:
                return
            value.total, value.depth, value.after = int(match["t"]), opening.depth, match.end()
            opening.kind = token.kind = "merged"
            for other in tokens:
                if token.end <= other.start < match.end():
                    other.kind = "merged"
            return


def _lift_out_of_brackets(text: str, tokens: list[Token], i: int) -> None:
    """ "2/48 (4%) deaths": the percentage stands where its count does, not inside a bracket."""
    if 0 < i < len(tokens) - 1 and tokens[i - 1].kind == "open" and tokens[i + 1].kind == "close":
        if tokens[i - 1].end == tokens[i].start and tokens[i + 1].start == tokens[i].end:
            tokens[i].depth = tokens[i - 1].depth
            tokens[i].after = tokens[i + 1].end
            tokens[i - 1].kind = tokens[i + 1].kind = "merged"


def _is(token: Token, kind: Kind) -> bool:
    return token.quantity is not None and token.quantity.kind is kind


def _give_count(share: Token, count: Token) -> None:
    share.count, share.total = count.count, count.total
    if count.quantity is not None and count.quantity.why in ("responses in", "of those"):
        share.notes.append("responders")


def _same_count(share: Token, count: Token) -> bool:
    a, b = share.quantity, count.quantity
    if a is None or b is None or a.kind is not Kind.PERCENT or a.value is None or b.value is None:
        return False
    return abs(a.value - b.value) <= 0.51


def _same_share(text: str, a: Token, b: Token) -> bool:
    """Whether one is a count and the other the percentage that it makes, close by."""
    qa, qb = a.quantity, b.quantity
    if qa is None or qb is None or b.start - a.end > 80:
        return False
    kinds = {qa.kind, qb.kind}
    if kinds == {Kind.PERCENT, Kind.COUNT} and qa.value is not None and qb.value is not None:
        return abs(qa.value - qb.value) <= 1.01
    if qa.kind is Kind.PLAIN and qb.kind is Kind.PERCENT:  # "33 (28%)"
        between = text[a.end : b.start]
        if re.fullmatch(
            r"(?:\s+(?:of\s+\w+\s+)?(?:patients?|pts|women|men))?\s*[\[(]\s*", between
        ) and qa.value == int(qa.value or 0.5):
            a.count = int(qa.value or 0)
            return True
    return False
