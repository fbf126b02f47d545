"""A sentence read: its tokens with units spread, counts merged, runs joined and intervals attached."""

from __future__ import annotations

import itertools
import re

from classifier.extraction.endpoints import KIND
from classifier.extraction.intervals import attach_intervals
from classifier.extraction.numbers import (
    PERCENT,
    TIME_UNIT,
    WORD_NUMBER,
    Kind,
    Quantity,
    parse_number,
    to_months,
)
from classifier.extraction.sentences import Sentence
from classifier.extraction.tokens import Token, join_runs, read_rows, read_tokens, spread_units


def read_sentence(text: str, sentence: Sentence) -> list[Token]:
    """The tokens of a sentence with units spread, runs joined and intervals attached."""
    tokens = read_tokens(text, sentence.start, sentence.end)
    _responders_of(text, sentence, tokens)
    read_rows(text, tokens)
    _units_behind_brackets(text, tokens)
    _units_in_heads(text, tokens)
    _counts_in_heads(text, tokens)
    _units_at_the_end(text, tokens)
    _values_told_with_at(text, tokens)
    spread_units(text, tokens)
    _times_before_endpoints(text, tokens)
    _thresholds_after_endpoints(text, tokens)
    _times_from_an_event(text, tokens)
    tokens = _merge_counts(text, tokens)
    join_runs(text, tokens)
    attach_intervals(text, tokens)
    return tokens


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
    rf"\s*(?:\(|\[|,|\bin)\s*(?P<u>months|weeks|days|years|mo|{PERCENT})\s*(?:\(95\s?%\s?CI\)\s*)?(?:\)|\]|,|:|\bwas\b|\bwere\b)"
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


_AT_VALUE = re.compile(
    r"[Aa]t\s+(?P<v>(?P<n>\d{1,3}(?P<d>[.\u00b7]\d{1,2})?)\s*(?P<u>months?|mo|mos|weeks|years|days))\b"
)
_ALIKE = re.compile(
    r"(?:\b(?:had its median|stands|identical|alike|similar|the same|longest|shortest|highest|lowest|longer|shorter|better|worse|best|worst"
    r"|unchanged|remained|stayed|stood|estimated|equal|comparable)\b(?:[^;.]|\.\d){0,60})\s\Z"
)
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
        named = next((t for t in reversed(tokens[:i]) if t.kind == "endpoint"), None)
        if not said or named is None or KIND[named.key] != "time":
            continue
        if any(t.quantity is not None and t.quantity.kind is Kind.PERCENT for t in tokens[tokens.index(named) :]):
            continue
        start, end = match.span("v")
        months = to_months(parse_number(match["n"]), match["u"])
        token.kind, token.start, token.end, token.after = "value", start, end, end
        token.quantity = Quantity(Kind.TIME, start, end, months, unit=match["u"])


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
    return False


_DECIMAL = re.compile(r"\d{1,3}[.\u00b7]\d{1,2}")
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


_OF_N = re.compile(
    rf"\b(?:[Oo]f|[Aa]mong|[Ii]n)\s+(?:the\s+|these\s+|those\s+)?(?P<t>\d{{1,4}}"
    rf"|{WORD_NUMBER})\b[^;.]{{0,90}}?,\s+(?:of whom\s+)?(?:only\s+)?(?P<c>\d{{1,4}}|{WORD_NUMBER}|none|all)\s+(?:responded|did\b"
    rf"|had an? (?:objective |partial |overall )*response)"
)


def _responders_of(text: str, sentence: Sentence, tokens: list[Token]) -> None:
    """ "Of the 11 pretreated patients, 9 responded": the 9 is a count of 11."""
    for match in _OF_N.finditer(text, sentence.start, sentence.end):
        total, count = parse_number(match["t"]), parse_number(match["c"])
        if not 0 <= count <= total or total == 0:
            continue
        start, end = match.span("c")
        share = Quantity(
            Kind.COUNT,
            start,
            end,
            round(100 * count / total, 1),
            count=int(count),
            total=int(total),
            why="of those",
        )
        for i, token in enumerate(tokens):
            if token.start == start or (token.kind == "endpoint" and token.start <= start < token.end):
                tokens[i] = Token(
                    "value", start, end, token.depth, quantity=share, count=int(count), total=int(total)
                )
                break


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
            token.kind = "timepoint"
            token.quantity = Quantity(Kind.TIMEPOINT, q.start, q.end, times=(q.value,), why="adjective")


_THRESHOLD = re.compile(
    r"\s*(?:of\s+|for\s+|lasting\s+|exceeding\s+)?(?:[>\u2265]|at least|longer than|more than|beyond"
    r"|> or =|>=)\s*(?:or\s*=\s*)?"
)
_ADJACENT = re.compile(r"\s+(?:estimated |actuarial |cumulative |rates? of )?")
_LISTED = re.compile(r"\s*(?:,|and|or|/|,\s*and)\s*")


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
