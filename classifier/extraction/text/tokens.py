"""What a sentence says, token by token: endpoints, quantities, cue words and brackets, with their depth."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from classifier.extraction.text.endpoints import find_endpoints
from classifier.extraction.text.numbers import TIME_UNIT, Kind, Quantity, to_months
from classifier.extraction.text.quantities import find_quantities

_CUE = re.compile(
    r"(?<![A-Za-z0-9])(?:(?P<odds>(?:(?:[Ss]ub-?(?:distribution|hazards?)|[Cc]ause-specific)\s+(?:HRs?"
    r"|[Hh]azards?[\s-]+[Rr]atios?))"
    r"|(?:cs|sd?)HRs?|SHRs?|I?RRs?(?=\s*(?:for (?:\w+ )?(?:response|remission"
    r"|[A-Z]{2,3}))?\s*[=:,]?\s*(?:of |was )?\d?[.\u00b7]\d\d))"
    r"|(?P<hr>[Hh]azards?[\s-]+[Rr]atios?|HAZARD RATIOS?|[Hh]azards?(?=\s+(?:of"
    r"|for)\s[a-z\s-]{3,40}\s(?:was|were|fell"
    r"|rose|by)\b)"
    r"|[a-z]{0,2}HRs?(?![+\-\u2010-\u2014\u2212]|[\s,]*(?:positive|negative|status|or HER2|and HER2"
    r"|\+))(?:adj)?)"
    r"|(?P<median>[Mm]edians?|MEDIAN|med\.)|(?P<mean>RMST|[Mm]eans?(?! that| of [a-z])|[Aa]veraged?)"
    r"|(?P<respectively>[Rr]espectively))(?![A-Za-z])"
)
_BRACKET = re.compile(r"[()\[\]]")
LIST_JOIN = re.compile(
    r"\s*(?:[,/|]|,?\s*(?:and|or|to|but)|,?\s*(?:vs?\.?|versus|against|than|as compared (?:with|to)"
    r"|compared (?:with|to)))\s*"
    r"(?:\d+\s*(?:/|of)\s*\d+\s*[\[(]?)?\Z"
)
VERSUS = re.compile(r"\b(?:vs?\.?|versus|against|compared (?:with|to)|than)(?![\w])")


@dataclass(slots=True)
class Token:
    """One thing that a sentence says.

    Attributes
    ----------
    kind : str
        "endpoint", "value", "timepoint", "interval", "none", "hr", "median", "mean",
        "respectively", "open" or "close".
    depth : int
        How many brackets are open around it, in the sentence.
    key : str
        The endpoint table's key.
    quantity : Quantity or None
    interval : Quantity or None
        For a value: the confidence interval that stands with it.
    """

    kind: str
    start: int
    end: int
    depth: int = 0
    key: str = ""
    quantity: Quantity | None = None
    interval: Quantity | None = None
    count: int | None = None
    total: int | None = None
    run: int = -1
    versus: bool = False  # joined to the value before it by "versus"
    joined: bool = False  # joined to the value before it at all
    notes: list[str] = field(default_factory=list)
    after: int = 0  # where the words behind it begin; not before `end`

    def __post_init__(self) -> None:
        """Let the words behind begin at the end unless the quantity says otherwise."""
        stop = self.quantity.stop if self.quantity is not None else 0
        self.after = max(self.after, self.end, stop)


_VALUE_KINDS = {Kind.PERCENT, Kind.TIME, Kind.PLAIN, Kind.COUNT, Kind.NOT_REACHED}


_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(
    r"reached|estim|attained|achiev|calcul|evaluable|unreached|undefined|\bN[RE]\b|\bN[./]R"
    r"|\b[Nn]o\b|\b[Nn]one\b|\b[Aa]ll\b|\b[Bb]oth\b|\b(?:[Zz]ero|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive"
    r"|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Ee]leven|[Tt]welve|\w+teen|[Tt]wenty|[Tt]hirty|[Ff]orty"
    r"|[Ff]ifty|[Ss]ixty|[Ss]eventy|[Ee]ighty|[Nn]inety)\b"
)


def says_a_number(text: str, start: int, end: int) -> bool:
    """Whether a stretch holds anything that may be read as a quantity (the cheap test that comes first)."""
    return _DIGIT.search(text, start, end) is not None or _NUMBER.search(text, start, end) is not None


def read_tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]` in order; offsets are relative to the whole text."""
    found: list[Token] = []
    quantities = list(find_quantities(text, start, end)) if says_a_number(text, start, end) else []
    taken = [(q.start, q.end) for q in quantities]
    for q in quantities:
        kind = "value" if q.kind in _VALUE_KINDS else str(q.kind)
        found.append(Token(kind, q.start, q.end, quantity=q, count=q.count, total=q.total))
    for mention in find_endpoints(text, start, end):
        if _is_group(text, mention.start, mention.end):
            continue
        if mention.key == "ORR":
            taken = _without_parts(found, taken, mention.start, mention.end)
        if not _inside(mention.start, mention.end, taken):
            found.append(Token("endpoint", mention.start, mention.end, key=mention.key))
            months = re.search(r"(?<=PFS)-?(\d+)\Z", text[mention.start : mention.end])
            if months and mention.key == "PFS":  # "PFS-6" is progression-free survival at six months
                q = Quantity(
                    Kind.TIMEPOINT, mention.end, mention.end, times=(float(months[1]),), why="adjective"
                )
                found.append(Token("timepoint", mention.end, mention.end, quantity=q))
    for match in _CUE.finditer(text, start, end):
        if not _inside(match.start(), match.end(), taken):
            if match.lastgroup == "odds":  # a ratio of risks that is no hazard ratio of the endpoint
                found.append(Token("hr", match.start(), match.end(), key="odds"))
            else:
                found.append(Token(str(match.lastgroup), match.start(), match.end()))
    taken += [
        (q.start - 2, q.end + 2) for q in quantities if q.kind is Kind.PERCENT and q.count is not None
    ]  # "116 (74%) of 156": the brackets belong to the count
    for match in _BRACKET.finditer(text, start, end):
        if not _inside(match.start(), match.end(), taken):
            kind = "open" if match[0] in "([" else "close"
            found.append(Token(kind, match.start(), match.end()))
    found.sort(key=_order)
    _set_depth(found)
    return found


def _without_parts(
    found: list[Token], taken: list[tuple[int, int]], start: int, end: int
) -> list[tuple[int, int]]:
    """ "eight complete and 12 partial responses": the 12 inside the name is no value of it."""
    if any(start < s and e < end for s, e in taken):
        found[:] = [t for t in found if t.quantity is None or not (start < t.start and t.end < end)]
        taken = [span for span in taken if not (start < span[0] and span[1] < end)]
    return taken


_RESPONDERS = re.compile(r"(?i:(?:[a-z-]+\s)*(?:non-?)?responders?(?:\s(?:to|in))?)")
_SOME_OF = re.compile(
    r"(?:%|\d|\w)\s+(?<!number )(?<!numbers )of\s+(?:\w+\s+)?(?:non-?)?\Z"
    r"|\b[Oo]f\s+the\s+(?:\w+\s+)?(?:non-?)?\Z"
)
_BY_GROUP = re.compile(
    r"\s+(?:by|per|according to|across)\s[\w\s/-]{1,40}(?::|\s(?:were|was)\b)|\s+(?:numbered|totall?ed"
    r"|amounted|made up|accounted|constituted)\b"
)
_COUNTED = re.compile(r"(?:\b(?:were|was|as|of|number)|\d|%|\)|\bno)\s+(?:non-?)?\Z")


def _is_group(text: str, start: int, end: int) -> bool:
    """ "in slow responders": people who are spoken of, not a result; "12 responders" is one."""
    if _RESPONDERS.fullmatch(text, start, end) is None:
        return False
    if _BY_GROUP.match(text, end):
        return False
    if _SOME_OF.search(text, max(0, start - 30), start):
        return True  # "five of the seven responders"
    return _COUNTED.search(text, max(0, start - 12), start) is None


def _order(token: Token) -> tuple[int, int]:
    return (token.start, token.end)


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    for s, e in spans:
        if s < end and start < e:
            return True
    return False


def _set_depth(tokens: list[Token]) -> None:
    depth = 0
    for token in tokens:
        if token.kind == "close":
            depth = max(0, depth - 1)
        token.depth = depth
        if token.kind == "open":
            depth += 1


def gap(text: str, tokens: list[Token], left: int, right: int) -> str:
    """The text between two tokens, brackets and what is in them left out where both stand outside."""
    start, end = tokens[left].after, tokens[right].start
    depth = tokens[left].depth
    pieces, at, opened = [], start, 0
    for token in tokens[left + 1 : right]:
        if token.kind == "open" and token.depth >= depth:
            if opened == 0:
                pieces.append(text[at : token.start])
            opened += 1
        elif token.kind == "close" and opened:
            opened -= 1
            at = token.end
    if not opened:
        pieces.append(text[at:end])
    return "".join(pieces)


def spread_units(text: str, tokens: list[Token]) -> None:
    """Give the bare numbers of a list the unit that stands after its last: "8.4 and 19.0 months"."""
    after: dict[int, int] = {}  # by depth, the value that follows
    lent: dict[int, Quantity] = {}  # by place, the unit that what was not reached passes on
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.kind != "value" or token.quantity is None:
            continue
        follower = after.get(token.depth)
        if token.quantity.kind is Kind.PLAIN and follower is not None:
            between = gap(text, tokens, i, follower)
            other = lent.get(follower, tokens[follower].quantity)
            if other is not None and len(between) < 30 and LIST_JOIN.match(between):
                _take_unit(text, token, other)
        if token.quantity.kind is Kind.NOT_REACHED:
            _lend_unit(text, tokens, i, follower, lent)
        after = {depth: k for depth, k in after.items() if depth < token.depth}
        after[token.depth] = i


_UNIT_OF_NOTHING = re.compile(rf"\s*(?P<u>{TIME_UNIT})")


def _lend_unit(
    text: str, tokens: list[Token], i: int, follower: int | None, lent: dict[int, Quantity]
) -> None:
    """ "18.8, NE and 11.8 months", "7.9/NR months": what was not reached passes the unit of its list on."""
    token = tokens[i]
    unit = _UNIT_OF_NOTHING.match(text, token.end, token.end + 10)
    if unit is not None:
        lent[i] = Quantity(Kind.TIME, token.start, token.end, unit=unit["u"])
    elif follower is not None and LIST_JOIN.match(gap(text, tokens, i, follower)[:30]):
        other = lent.get(follower, tokens[follower].quantity)
        if other is not None and other.kind is Kind.TIME and other.unit:
            lent[i] = other


_ROW = re.compile(r"\s*,\s*(?P<u>%|months|mo|weeks|years|percent)\s+\Z")


def read_rows(text: str, tokens: list[Token]) -> None:
    """Give the cells of a flattened table row the unit of its head: "ORR, % 70.8 73.1 66.7"."""
    for i, token in enumerate(tokens):
        if token.kind != "endpoint" or i + 2 >= len(tokens):
            continue
        cells = _cells(text, tokens, i + 1)
        head = _ROW.match(text[token.end : tokens[i + 1].start])
        if head is None or len(cells) < 2:
            continue
        unit = head["u"]
        for cell in cells:
            q = cell.quantity
            if q is None or q.value is None:
                continue
            if unit[0] in "%p":
                cell.quantity = Quantity(Kind.PERCENT, q.start, q.end, q.value)
            else:
                cell.quantity = Quantity(Kind.TIME, q.start, q.end, to_months(q.value, unit), unit=unit)
        pairs = [t for t in tokens[i + 1 + len(cells) :][: len(cells)] if t.kind == "interval"]
        if len(pairs) == len(cells):
            for cell, pair in zip(cells, pairs, strict=True):
                cell.interval = pair.quantity
                pair.notes.append("an interval")


def _cells(text: str, tokens: list[Token], first: int) -> list[Token]:
    found: list[Token] = []
    for token in tokens[first:]:
        q = token.quantity
        if token.kind != "value" or q is None or q.kind is not Kind.PLAIN:
            break
        if found and text[found[-1].end : token.start].strip():
            break
        found.append(token)
    return found


_AGE_BEFORE = re.compile(r"\b(?:aged?|ages)\s+(?:over\s+|under\s+|above\s+|below\s+|[<>\u2265\u2264]\s*)?\Z")


def _take_unit(text: str, token: Token, other: Quantity) -> None:
    q = token.quantity
    if q is None or q.value is None or not text[token.start].isdigit():
        return
    if _AGE_BEFORE.search(text, max(0, token.start - 12), token.start):
        return  # "age over 75, 71%"
    if other.kind is Kind.PERCENT and q.value <= 100:
        token.quantity = Quantity(Kind.PERCENT, q.start, q.end, q.value)
    elif other.kind is Kind.TIME:
        token.quantity = Quantity(Kind.TIME, q.start, q.end, to_months(q.value, other.unit), unit=other.unit)


def _each_with_its_unit(a: Token, b: Token) -> bool:
    """Whether both are times written with their unit."""
    return all(
        t.quantity is not None and t.quantity.kind is Kind.TIME and t.end - t.start > 5 for t in (a, b)
    )


def _same_row(text: str, a: Token, b: Token) -> bool:
    """Whether two values are neighbouring cells of a flattened table row."""
    if a.quantity is None or b.quantity is None or a.quantity.kind is not b.quantity.kind:
        return False
    return not text[a.end : b.start].strip() and a.quantity.kind in (Kind.PERCENT, Kind.TIME)


def join_runs(text: str, tokens: list[Token]) -> None:
    """Number the runs of values that are joined as a list, and mark the "versus" among them."""
    n_runs = 0
    before: dict[int, int] = {}  # by depth, the value that came before
    for i, token in enumerate(tokens):
        if token.kind != "value":
            continue
        earlier = before.get(token.depth)
        if earlier is not None:
            between = gap(text, tokens, earlier, i)
            if between.strip() == "," and _each_with_its_unit(tokens[earlier], token):
                pass  # "6.0 months, 3.1 months for X": two statements, not a list
            elif len(between) < 34 and (LIST_JOIN.match(between) or _same_row(text, tokens[earlier], token)):
                token.joined, token.run = True, tokens[earlier].run
                token.versus = bool(VERSUS.search(between))
        if not token.joined:
            token.run, n_runs = n_runs, n_runs + 1
        before = {depth: k for depth, k in before.items() if depth < token.depth}
        before[token.depth] = i
