"""The words of a text, sentence by sentence, for the facts of a record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.extraction.facts.patient_words import KIND_OF_WORD, OF_TWO_KINDS
from classifier.extraction.text.sentences import Sentence

_WORD = re.compile(
    r"[a-z]\w*(?:['\u2019/-]\w+)*"
    r"|\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+(?![\w%]|[.,]\d)"  # 1,234
    r"|\d\w*(?:[.,\u00b7:/\u2010-\u2013-]\w+)*"  # 40, 3.5, 28-day, 2010-2014, 1:1
    r"|\S"
)


@dataclass(slots=True)
class Words:
    """A sentence cut into words, in lower case, with what kind of word each is (`patient_words.py`)."""

    low: list[str]
    kinds: list[str]
    section: str = ""

    def at(self, i: int) -> str:
        """The word at a place; "" outside."""
        return self.low[i] if 0 <= i < len(self.low) else ""

    def kind(self, i: int) -> str:
        """The kind of the word at a place; "" outside."""
        return self.kinds[i] if 0 <= i < len(self.kinds) else ""


def read_words(text: str, sentences: Sequence[Sentence]) -> list[Words]:
    """Cut each sentence into words.

    Examples
    --------
    >>> from classifier.extraction.text.sentences import split_sentences
    >>> text = "In all, 1,204 women took part."
    >>> read_words(text, split_sentences(text))[0].low
    ['in', 'all', ',', '1,204', 'women', 'took', 'part', '.']
    """
    found = []
    for sentence in sentences:
        part = text[sentence.start : sentence.end].lower().replace("\u2011", "-").replace("\u2010", "-")
        low = _WORD.findall(part)
        found.append(Words(low, _kinds(low), sentence.section))
    return found


def _kinds(low: list[str]) -> list[str]:
    kinds = [KIND_OF_WORD.get(w, "") for w in low]
    if not OF_TWO_KINDS.keys().isdisjoint(low):
        for k, word in enumerate(low):
            if word in OF_TWO_KINDS:
                kinds[k] = OF_TWO_KINDS[word][not (k and kinds[k - 1] == "be")]
    return kinds
