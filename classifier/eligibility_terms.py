"""What the protocol's terms say of one criterion in one text, and what their absence is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.eligibility_context import Context
from data.protocol import Criterion
from models.background import Background
from models.terms import Hit, normal_form

_WORD = re.compile(r"[^\W\d_]{2,}")
_ENDING = re.compile(r"(?:ing|er|or|ed)$")
_LONG = 8  # letters from which the end of a word is that word: "ethinylestradiol"
_NEIGHBOURS = 3  # characters between an unwanted word and the wanted one that it qualifies


@dataclass(frozen=True, slots=True)
class Mention:
    """A hit with the context it stands in, and whether it speaks for the criterion there."""

    hit: Hit
    context: Context
    speaks_for: bool
    in_title: bool


@dataclass(frozen=True, slots=True)
class TermEvidence:
    """The mentions of one criterion, counted.

    Attributes
    ----------
    n_for, n_against : int
        Mentions that speak for and against it, those of the title included.
    title_for, title_against : int
        The same in the title alone.
    n_unwanted : int
        Those against it that are unwanted terms of the protocol, not wanted ones denied.
    n_own : int
        Mentions for it that no unwanted word qualifies ("newly diagnosed" qualifies the "myeloma"
        after it) and that are not about earlier treatment.
    title_own : int
        The same in the title.
    said : frozenset of str
        Wanted terms (for a synonym the term it stands for) with a mention for it that no unwanted word
        qualifies, about earlier treatment or not.
    """

    n_for: int
    n_against: int
    title_for: int
    title_against: int
    n_unwanted: int
    n_own: int
    title_own: int
    said: frozenset[str]


def weigh_mentions(mentions: Sequence[Mention], root_of: Mapping[str, str]) -> TermEvidence:
    """Count the mentions of one criterion; `root_of` gives the wanted term that a synonym stands for."""
    if not mentions:
        return _NOTHING
    against = [m for m in mentions if not m.speaks_for]
    speaking = [m for m in mentions if m.speaks_for]
    qualified = {
        root_of.get(m.hit.term, m.hit.term)
        for m in speaking
        if any(_qualifies(a.hit, m.hit) for a in against)
    }
    own = [
        m
        for m in speaking
        if m.context is not Context.EARLIER and root_of.get(m.hit.term, m.hit.term) not in qualified
    ]
    return TermEvidence(
        n_for=len(speaking),
        n_against=len(against),
        title_for=sum(m.in_title for m in speaking),
        title_against=sum(m.in_title for m in against),
        n_unwanted=sum(not m.hit.wanted for m in against),
        n_own=len(own),
        title_own=sum(m.in_title for m in own),
        said=frozenset(root_of.get(m.hit.term, m.hit.term) for m in speaking) - qualified,
    )


_NOTHING = TermEvidence(
    n_for=0, n_against=0, title_for=0, title_against=0, n_unwanted=0, n_own=0, title_own=0, said=frozenset()
)


def _qualifies(unwanted: Hit, wanted: Hit) -> bool:
    return (
        -1 <= wanted.start - unwanted.end <= _NEIGHBOURS or -1 <= unwanted.start - wanted.end <= _NEIGHBOURS
    )


class Absence:
    """How much of a criterion's terms a text holds when it holds none of them whole.

    A list of names (drugs, diseases) is closed: a full abstract without any of them is about something
    else. A list of common words ("feedback", "physicians") is open, and its absence says nothing.

    Parameters
    ----------
    criterion : Criterion
    background : Background
    also : iterable of str
        Other phrases for the same thing, of which the title of the review is one.
    """

    def __init__(self, criterion: Criterion, background: Background, *, also: Iterable[str] = ()) -> None:
        own = [_rarities(term, background) for term in criterion.terms]
        self._phrases = [w for w in (*own, *(_rarities(t, background) for t in also)) if w]
        self._long = {w for phrase in self._phrases for w in phrase if len(w) >= _LONG}
        # what a phrase of several words is the name of: "morphine" in "morphine sustained release"
        self._names = {name: w[name] for w in own if w for name in (max(w, key=w.__getitem__),)}
        rarest = [max(w.values()) for w in own if w]
        self.rarity = float(np.median(rarest)) if rarest else 0.0

    def names(self, words: frozenset[str], *, rarity: float) -> bool:
        """Whether the rarest word of a term, at least this rare, is among the words.

        The rest of a term often says form or dose, for which every author has other words.
        """
        return any(found >= rarity and name in words for name, found in self._names.items())

    def coverage(self, words: frozenset[str]) -> float:
        """Share of the best-covered phrase found among the words, rare words counting more: 0 to 1.

        Parameters
        ----------
        words : frozenset of str
            What `words_of` gives. A long word also counts where it ends another ("ethinylestradiol").
        """
        ended = " ".join(words) + " "
        found = {w for w in self._long if f"{w} " in ended}
        return max(
            (
                sum(v for w, v in phrase.items() if w in words or w in found) / sum(phrase.values())
                for phrase in self._phrases
            ),
            default=0.0,
        )


def _rarities(phrase: str, background: Background) -> dict[str, float]:
    found = {stem_of(w): background.rarity(w) for w in _WORD.findall(phrase)}
    return {w: v for w, v in found.items() if v > 0}


def stem_of(word: str) -> str:
    """Normal form without the endings that make one idea two words ("blocking agents", "blockers").

    Examples
    --------
    >>> [stem_of(w) for w in ("blocking", "Blockers", "opioids", "morphine")]
    ['block', 'block', 'opioid', 'morphine']
    """
    form = normal_form(word)
    stem = _ENDING.sub("", form)
    return stem if len(stem) > 3 else form


class WordForms(dict[str, str]):
    """Stem of each word met; a word is brought to it once."""

    def __missing__(self, word: str) -> str:
        if len(self) > 500_000:  # a stream of records may bring any number of words
            self.clear()
        form = self[word] = stem_of(word)
        return form


def words_of(text: str, forms: WordForms) -> frozenset[str]:
    """The stems of the words of a text."""
    return frozenset(map(forms.__getitem__, set(_WORD.findall(text))))
