"""The protocol's terms as one matcher: ranking, eligibility and highlights all find terms here.

A term matches whatever its case, plural, British or American spelling, and however its words are
joined ("double-blind", "double blind", "doubleblind"; "CD38", "CD-38"). Text is cut into runs of
letters and runs of digits; each run is brought to one normal form and looked up in a trie over the
terms, so that the cost is that of cutting the text, not of the number of terms.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from data.protocol import Criterion, Protocol
from models.drug_names import named_criteria

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][sS]\b)?|\d+")
_WORD_OR_TRUNCATED = re.compile(r"[^\W\d_]+(?:['’][sS]\b)?\*?|\d+")

# Acronyms that are everyday words in lower case match only as they are written ("ALL", not "all").
_EVERYDAY_WORDS = frozenset(
    """a ace act age aid aids air all am an and any arm art as ask at bad bag bar be bed big bit but
    by can cap car case cat cup cut dash did do end era fat few fit for get go had has he her him
    his hot how i if in is it its late lead led let lot low map mat may me men met my net new no nor
    not now of off old on one or our out own pain per pet pit pop put ram rap red rest rise run sad
    sat see set she sit so star stop sun tap team ten that the then this tip to too two up us use
    was we well west who why will with yes you""".split()
)
# Terms that begin like this are also found with the prefix set apart ("nonrandomised", "non-randomised").
_PREFIXES = ("anti", "inter", "intra", "micro", "multi", "non", "over", "peri", "post", "pre", "self", "sub")
_SPELLING = (
    (re.compile(r"^oe(?=[sd])"), "e"),  # oestrogen, oedema
    (re.compile(r"haem"), "hem"),
    (re.compile(r"aem(?=i)"), "em"),  # anaemia, leukaemia
    (re.compile(r"paed"), "ped"),
    (re.compile(r"aesth"), "esth"),
    (re.compile(r"(?<=.)oes(?=o|t)"), "es"),  # antioestrogen
    (re.compile(r"(?<=rh)oe"), "e"),  # diarrhoea
    (re.compile(r"gynaec"), "gynec"),
    (re.compile(r"foet"), "fet"),
    (re.compile(r"(?<=[a-z]{2})isation"), "ization"),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|ing|er|ers)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})ys(?=(?:e|ed|ing)$)"), "yz"),  # analyse
    (re.compile(r"(?<=tum)our|(?<=behavi)our|(?<=col)our|(?<=lab)our|(?<=fav)our|(?<=hum)our"), "or"),
    (re.compile(r"(?<=[a-z]{2})tre(?=s?$)"), "ter"),  # centre, litre
    (re.compile(r"fibre"), "fiber"),
    (re.compile(r"programme"), "program"),
    (re.compile(r"(?<=[a-z]{3})ll(?=(?:ed|ing)$)"), "l"),  # labelled
    (re.compile(r"sulph"), "sulf"),
)
# What a word must hold for any of them to apply: nine words in ten hold none of it.
_SPELT_TWO_WAYS = re.compile(r"ae|oe|is|ys|our|tre|fibre|gramme|ll(?:ed|ing)$|sulph")


@dataclass(frozen=True, slots=True)
class Hit:
    """One term of the protocol at one place of a text.

    Attributes
    ----------
    criterion : str
        Name of the criterion (one of `data.protocol.CRITERIA`).
    term : str
        The term as the protocol writes it.
    wanted : bool
        Whether the term speaks for the criterion (else against it).
    start, end : int
        Code points of the given text, end exclusive.
    """

    criterion: str
    term: str
    wanted: bool
    start: int
    end: int


@dataclass(slots=True)
class _Node:
    """A step in the trie; `terms` are the terms that end here."""

    following: dict[str, _Node] = field(default_factory=dict)
    terms: list[tuple[str, str, bool]] = field(default_factory=list)


@functools.lru_cache(maxsize=100_000)  # several readers of one text ask for the same words
def normal_form(word: str) -> str:
    """Bring one word to the form that its case, plural and spelling variants share.

    Examples
    --------
    >>> [normal_form(w) for w in ("Tumours", "tumor", "randomised", "Randomized", "biopsies")]
    ['tumor', 'tumor', 'randomized', 'randomized', 'biopsy']
    """
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    word = word.casefold()
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    word = _singular(word)
    if len(word) > 4 and _SPELT_TWO_WAYS.search(word):
        for pattern, replacement in _SPELLING:
            word = pattern.sub(replacement, word)
    return word


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("is"):  # diagnosis, metastasis: meet their plurals in -ses
        return word[:-2] + "e"
    return word[:-1]


class Terms:
    """Every term of the given criteria, compiled.

    Parameters
    ----------
    criteria : sequence of Criterion
        Wanted terms with their synonyms, and unwanted terms. A trailing `*` truncates a word
        ("retreat*"). The same words may stand in several criteria.

    Examples
    --------
    >>> c = Criterion(name="population", wanted=("tumour",), synonyms={}, unwanted=("healthy volunteer",))
    >>> text = "Tumors in healthy volunteers"
    >>> [(h.term, h.wanted, text[h.start:h.end]) for h in Terms([c]).find(text)]
    [('tumour', True, 'Tumors'), ('healthy volunteer', False, 'healthy volunteers')]
    """

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        self.criteria = tuple(criteria)
        self._root = _Node()
        self._truncated: dict[str, str] = {}  # stem -> its symbol in the trie
        self._exact: set[str] = set()  # acronyms that must be written as the protocol writes them
        self._symbols: dict[str, tuple[str, ...]] = {}  # word as written -> its symbols; bounded below
        self._dull: set[str] = set()  # the words of it with no symbol: nine in ten
        for criterion in criteria:
            for wanted, terms in ((True, criterion.terms), (False, criterion.unwanted)):
                for term in terms:
                    self._add(criterion.name, term, wanted)
        self._vocabulary = frozenset(_symbols_of(self._root))
        self._stems = tuple(sorted(self._truncated))

    @classmethod
    def of(cls, protocol: Protocol) -> Terms:
        """Compile the terms of a protocol, its drugs under all their names (`models.drug_names`)."""
        return cls(named_criteria(protocol))

    def find(self, text: str) -> list[Hit]:
        """Every hit in the text, in order of place.

        Of hits of one criterion that lie within another only the longest is given ("daratumumab-naive",
        not the "daratumumab" in it); equally long ones are all given. Criteria do not hide each other.
        """
        words = list(_TOKEN.finditer(text))
        known = self._symbols
        found: list[Hit] = []
        dull = self._dull
        for i in [i for i, match in enumerate(words) if match[0] not in dull]:
            word = words[i][0]
            symbols = known.get(word)
            if symbols is None:
                symbols = self._lookup(word)
            if symbols:
                found += self._from(text, words, i)
        return _longest(found)

    def _from(self, text: str, words: list[re.Match[str]], first: int) -> Iterator[Hit]:
        """Hits whose first word is the one given."""
        start = words[first].start()
        if start and text[start - 1].isalnum():  # the middle of a code: no beginning of a word
            return
        nodes, i = [self._root], first
        while nodes and i < len(words):
            word = words[i]
            if i > first and not _joins(text, words[i - 1].end(), word.start()):
                return
            symbols = self._symbols.get(word[0])
            if symbols is None:
                symbols = self._lookup(word[0])
            nodes = [node.following[s] for node in nodes for s in symbols if s in node.following]
            end = word.end()
            if nodes and not (end < len(text) and text[end].isalnum()):
                for node in nodes:
                    for criterion, term, wanted in node.terms:
                        yield Hit(criterion, term, wanted, start, end)
            i += 1

    def _lookup(self, word: str) -> tuple[str, ...]:
        form = normal_form(word)
        symbols = [s for s in (form, "=" + word.removesuffix("s")) if s in self._vocabulary]
        symbols += [self._truncated[s] for s in self._stems if form.startswith(s)]
        if len(self._symbols) > 500_000:  # a stream of records may bring any number of words
            self._symbols.clear()
            self._dull.clear()
        if not symbols:
            self._dull.add(word)
        self._symbols[word] = tuple(symbols)
        return self._symbols[word]

    def _add(self, criterion: str, term: str, wanted: bool) -> None:
        words = _WORD_OR_TRUNCATED.findall(term)
        if len(words) == 1 and words[0].isupper() and words[0].casefold() in _EVERYDAY_WORDS:
            self._insert(["=" + words[0]], (criterion, term, wanted))
            return
        for variant in _variants(words):
            self._insert([self._symbol(w) for w in variant], (criterion, term, wanted))

    def _symbol(self, word: str) -> str:
        if not word.endswith("*"):
            return normal_form(word)
        stem = word[:-1].casefold()
        self._truncated[stem] = stem + "*"
        return stem + "*"

    def _insert(self, symbols: list[str], term: tuple[str, str, bool]) -> None:
        if not symbols:  # a term of signs only matches nothing
            return
        node = self._root
        for symbol in symbols:
            node = node.following.setdefault(symbol, _Node())
        if term not in node.terms:
            node.terms.append(term)


def _symbols_of(node: _Node) -> Iterator[str]:
    for symbol, child in node.following.items():
        yield symbol
        yield from _symbols_of(child)


def _variants(words: list[str]) -> Iterator[list[str]]:
    """The words as they are, each neighbouring pair joined, each prefix set apart."""
    yield words
    for i, (a, b) in enumerate(itertools.pairwise(words)):
        if a.isalpha() and (b.isalpha() or b.endswith("*")):
            yield [*words[:i], a + b, *words[i + 2 :]]
    for i, word in enumerate(words):
        for prefix in _PREFIXES:
            if word.casefold().startswith(prefix) and len(word) - len(prefix) >= 4:
                yield [*words[:i], prefix, word[len(prefix) :], *words[i + 1 :]]


def _joins(text: str, end: int, start: int) -> bool:
    """Whether what stands between two words leaves them in one phrase: nothing, space, hyphen, slash."""
    return all(c in " -‐‑‒–—\t\n\r\xa0/'’" for c in text[end:start]) and start - end <= 3


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Drop each hit that lies strictly within another of its criterion."""
    ordered = sorted(hits, key=lambda h: (h.start, -h.end, h.criterion, h.term, not h.wanted))
    reach: dict[str, tuple[int, int]] = {}
    kept: list[Hit] = []
    for hit in ordered:
        start, end = reach.get(hit.criterion, (-1, -1))
        if hit.end > end or (hit.start, hit.end) == (start, end):
            reach[hit.criterion] = (hit.start, hit.end)
            kept.append(hit)
    return list(dict.fromkeys(kept))
