"""A sentence as a row of items for the question "who is this value about": phrases that may name a group,
and what stands between them (small words, brackets, endpoints, values).

A phrase is a stretch of words that no verb of result, preposition, conjunction, bracket, endpoint or
value interrupts. What a phrase names, is not decided here: that is for the learned choice in `arm_choice.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from classifier.extraction.text.endpoints import KIND
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.tokens import Token

_WORD = re.compile(r"[^\s()\[\];,:|=]+(?:\([^()\s]{1,14}\)[^\s()\[\];,:|=]*)?|[()\[\];,:|=]")
_PREPOSITIONS = frozenset(
    "in with for among on of from after under by to following within without between across at during per"
    " via into over amongst".split()
)
_VERSUS = frozenset("vs vs. v v. versus than compared against over relative".split())
_JOINING = frozenset("and or & nor plus/minus".split())
_VERBS = frozenset(
    "was were is are be been being had has have having did does do showed shown show shows achieved achieve"
    " reached reach experienced demonstrated displayed gave yielded resulted produced led improved prolonged"
    " extended increased decreased reduced raised lowered shortened remained became occurred observed seen"
    " noted recorded reported estimated attained obtained documented found amounted ranged spread varied lay"
    " stood came fell rose differed favored favoured favoring favouring translated exceeded continued"
    " maintained sustained provided offered compared comparing associated predicted identified could may"
    " might would will can should done responded survived died followed showing demonstrating giving"
    " reaching achieving there it they we being given gave whose identified met made went shrank seemed"
    " appeared"
    " tended derived fared lived profited benefited benefitted contrasted conferred revealed suggested"
    " indicated"
    " confirmed exhibited registered doubled tripled halved worsened dropped declined overlapped brought"
    " brings"
    " limited confined restricted favour favor favours favors remains shows reduces improves prolongs"
    " increases exceeds yields confers"
    " hoped expected comprised numbered totalled totaled climbed grew dipped slid slipped sank crept soared"
    " jumped plunged narrowed widened lengthened vanished disappeared persisted approached equalled equaled"
    " surpassed hovered averaged".split()
)
_ADVERBS = frozenset(
    "significantly statistically respectively only also not no however while whereas but which that when if"
    " because although though since as so thus hence never more less longer shorter higher lower better worse"
    " greater superior inferior similar comparable different about approximately nearly almost still even"
    " just slightly markedly substantially consistently yet already i.e. e.g. who whom whose where overall"
    " median mean medians estimated respective corresponding then further least most i.e e.g ditto namely viz"
    " remarkably notably considerably clearly numerically marginally modestly similarly likewise accordingly"
    " consequently subsequently conversely interestingly importantly furthermore moreover additionally"
    " correspondingly finally ultimately generally relatively comparably equally dramatically strongly"
    " roughly"
    " nevertheless therefore instead rather again merely barely hardly essentially virtually apparently"
    " altogether eventually namely systemically".split()
)
_ARTICLES = frozenset("the a an those these both either our their its each this every any".split())
_MORE_THAN = re.compile(
    r"(?:(?:more|less|longer|shorter|greater|fewer|older|younger|lower|higher|later) than"
    r"|over|under|above|below"
    r"|at least) (?=[\d\u2265>]|(?:one|two|three|four|five|six|ten|twelve)\b)"
)
_RESPONDERS = re.compile(r"responders")
_HAVING = re.compile(r"\b(?:with|without|achiev\w+|in|reaching|attaining|of|entered|entering)\s+(?:a\s+)?\Z")
_LIMIT = re.compile(
    r"(?:\bthan|\bto|\bover|\bunder|\bage|\baged|[<>\u2264\u2265]|\bwithin|\bevery|\bbelow|\babove|\bleast)\s*\Z"
)
_BOUND = re.compile(r"[<>\u2264\u2265]\s?\Z")
_OR_MORE = re.compile(r"\s+or (?:more|less|longer|shorter|later|earlier|above|over|fewer|older|younger)\b")
_COMPARATIVES = frozenset("longer shorter higher lower better worse greater".split())
_THE = re.compile(r"[Tt]he \Z")
_GRADED = re.compile(
    r"[- ](?:dose|arm|group|cohort|level|tertile|quartile|stratum|expression|burden|score|value)s?\b(?! of)"
)
_YEAR = re.compile(r" (?:19|20)\d\d")
_NUMERAL = re.compile(r"(?:\d|\b(?:one|two|three|four|five|six))\s*\Z")
_NOT_BUT = re.compile(r"but not (?!in\b|for\b|with\b|on\b|the\b|of\b)\w|not(?<=but not) ")
_SHARE = re.compile(r"\d+/\d+")
_OVER = re.compile(r"(?:[<>\u2264\u2265]\s?|\b(?:over|under|above|below|aged?) )\Z")
_FIRST = frozenset("0123456789otfsen")
_A_NUMBER = re.compile(r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve")
_PERCENT_BEHIND = re.compile(r"\s?[(\[]\d[\d.\u00b7]*\s?%")
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-\u2013]")
_PEOPLE_BOUND = re.compile(
    r"\b(?:patients|pts|aged?|those|women|men|tumou?rs?|disease|people|children)\s+[<>\u2264\u2265]\s?\Z"
)
_OF_GROUP = re.compile(
    r" (?:(?:arm|group|cohort|regimen|schedule|treatment|interval|strateg\w+|course|exposure)s?\b)"
)
_BOUNDED = re.compile(r"(?:over|under|above|below|older|younger|more|less|[<>\u2264\u2265])")
_NO_WORDS = frozenset(("a p-value", "a group size", "a standard deviation", "a confidence level"))


@dataclass(slots=True)
class Item:
    """One item of the row: `kind` is a letter, `word` what it says where that matters.

    A phrase; p preposition; j joining word; x versus; v verb; d adverb; E endpoint; V value; I interval;
    T time point; H hazard ratio; m median or mean; R respectively; N another number; or a punctuation mark.
    """

    kind: str
    start: int
    end: int
    word: str = ""
    token: Token | None = None


_LETTER = {
    "endpoint": "E",
    "value": "V",
    "interval": "I",
    "timepoint": "T",
    "hr": "H",
    "median": "m",
    "mean": "m",
    "respectively": "R",
    "none": "N",
}


def read_items(text: str, start: int, end: int, tokens: list[Token], linked: set[int]) -> list[Item]:
    """The row of items of one sentence, left to right.

    Parameters
    ----------
    linked : set of int
        Starts of the values that an endpoint claims; other bare numbers are words like any other.
    """
    fixed = [t for t in tokens if _is_fixed(text, t, linked)]
    items: list[Item] = []
    at = start
    for token in fixed:
        if token.start < at:
            continue
        _read_words(text, at, token.start, items)
        items.append(Item(_LETTER[token.kind], token.start, token.end, token.key or token.kind, token))
        at = max(token.end, token.after) if token.kind == "value" else token.end
    _read_words(text, at, end, items)
    return items


def _is_fixed(text: str, token: Token, linked: set[int]) -> bool:
    """Whether a token is more than a word: a number inside a name is none ("grade 2", "45 Gy")."""
    q = token.quantity
    match token.kind:
        case "endpoint":
            if _RESPONDERS.search(text, token.start, token.end):
                return False
            if KIND[token.key] == "rate" and token.key != "ORR":
                return not _HAVING.search(text, max(0, token.start - 16), token.start)
            return KIND[token.key] != "other" or token.key == "FOLLOW_UP"
        case "timepoint":
            return not (_BOUNDED.match(text, token.start) or _OF_GROUP.match(text, token.end))
        case "value":
            if q is not None and q.kind is Kind.TIME and _OR_MORE.match(text, token.end):
                return False  # "an interval of 12 months or more"
            if q is not None and q.kind is Kind.PLAIN and _OVER.search(text, token.start - 7, token.start):
                return False  # "\u22652 lines", "over 80"
            if q is not None and q.kind is Kind.PLAIN and text[token.end : token.end + 1].isalnum():
                return False  # "17p"
            if _PEOPLE_BOUND.search(text, max(0, token.start - 24), token.start):
                return False  # "patients \u226465 years"
            if token.start in linked or q is None:
                return token.start in linked
            if q.kind is Kind.TIME and _LIMIT.search(text, token.start - 12, token.start):
                return False
            if q.kind is Kind.PERCENT and _BOUND.search(text, token.start - 2, token.start):
                return False  # "Ki-67 <3%"
            return q.kind is not Kind.PLAIN
        case "interval":
            if _YEARS.match(text, token.start):
                return False
            return q is not None and (q.why != "pair plain" or bool(token.notes))
        case "none":
            return q is not None and q.why in _NO_WORDS
        case "open" | "close":
            return False
    return True


def _read_words(text: str, start: int, end: int, items: list[Item]) -> None:
    open_phrase: Item | None = None
    limits = [m.span() for m in _MORE_THAN.finditer(text, start, end + 2)]
    for match in _WORD.finditer(text, start, end):
        word = match[0]
        counts = word[0] in _FIRST and _is_count(text, word, match.end())
        if counts and open_phrase is not None and word.isdigit():
            counts = (
                not text[open_phrase.start : open_phrase.end].rsplit(" ", 1)[-1].isupper()
            )  # "DAX 60 (36%)"
        if word in "()[];,:|=/" or counts:
            mark = "(" if word in "([" else ")" if word in ")]" else word if len(word) == 1 else "N"
            items.append(Item(mark, *match.span()))
            open_phrase = None
            continue
        bare = word.rstrip(".").casefold() if len(word) > 2 else word.casefold()
        kind = _kind(bare, word, open_phrase)
        if word == "A" and not items:
            kind = ""  # the article that opens a sentence
        elif (
            kind == "d"
            and bare in _COMPARATIVES
            and (_THE.search(text, match.start() - 4, match.start()) or _GRADED.match(text, match.end()))
        ):
            kind = "A"  # "the lower dose"
        elif open_phrase is not None and _NOT_BUT.match(text, match.start()):
            kind = "A"  # "exposed but not refractory"
        elif bare == "both" and (word[-1] == "." or text.startswith((")", ",", ";"), match.end())):
            kind = "A"
        elif bare == "since" and _YEAR.match(text, match.end()):
            kind = "A"
        elif (
            kind == "d" and items and items[-1].word == "or" and _NUMERAL.search(text, start, items[-1].start)
        ):
            kind = "A"  # "two or more lines"
        if kind in ("d", "x", "p") and any(a <= match.start() < b for a, b in limits):
            kind = "A"
        elif kind == "v" and items and items[-1].kind == "p" and bare.endswith("ed"):
            kind = "A"  # "with raised LDH"
        if kind == "":  # an article opens nothing
            continue
        if kind != "A":
            items.append(Item(kind, match.start(), match.end(), bare))
            open_phrase = None
        elif open_phrase is None:
            open_phrase = Item("A", match.start(), match.end())
            items.append(open_phrase)
        else:
            open_phrase.end = match.end()


def _is_count(text: str, word: str, end: int) -> bool:
    """Whether a word only counts: "9/15", or the "seven" of "seven (15%)"."""
    return _SHARE.fullmatch(word) is not None or (
        _A_NUMBER.fullmatch(word) is not None and _PERCENT_BEHIND.match(text, end) is not None
    )


def _kind(bare: str, word: str, open_phrase: Item | None) -> str:
    if len(word) > 1 and word.isupper() and word.isalpha():
        return "A"
    if bare in _ARTICLES:
        return "A" if word == "A" or (open_phrase is not None and bare == "a") else ""
    if bare in _VERSUS and not (bare == "v" and word == "V"):
        return "x"
    if bare in _PREPOSITIONS:
        return "p"
    if bare in _JOINING:
        return "j"
    if bare in _VERBS:
        return "v"
    if bare in _ADVERBS:
        return "d"
    return "A"
