"""What a record says of itself, whatever the protocol: does it report results, of how many, of what kind?

Records that a review keeps report something: numbers, shares, tests, people, comparisons, in the past tense.
Opinions, overviews and work on cells or on the fate of a drug in the body do so less. No view tells
one study design from another: what is wanted is for the protocol to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.records import Record

FloatArray = npt.NDArray[np.float64]
# Kinds of word: the counts of each are a view. A word belongs to every kind whose pattern it fits whole.
_KINDS = {
    "past": r"was|were|had",
    "modal": r"may|can|should|could|might|must",
    "effect": r"efficacy|effective(ness)?|improv(ed|ements?)|reduc(ed|tions?)|relief|responders?",
    "compared": r"versus|vs|compar(ed|ing|isons?|ative)",
    "safety": r"adverse|safety|tolerab\w+|tolerated|withdr[ae]w\w*|side",
    "endpoint": r"primary|baseline|itt|endpoints?|intention",
    "significance": r"significant(ly)?",
    "interval": r"ci|confidence",
    "ratio": r"odds|hazard|ratios?|rr|hr",
    "mechanism": r"receptors?|mechanisms?|pathways?|express(ion|ed)|genotyp\w+|polymorphisms?|molecular"
    r"|genes?|enzymes?|mrna|vitro|cells?",
    "kinetics": r"pharmacokinetics?|bioavailab\w+|auc|cmax|metabolites?|half",
    "bolus": r"bolus|intravenous(ly)?|iv|infusions?|injections?",
    "volunteers": r"volunteers?|healthy",
    "centres": r"multi-?cent(er|re)s?|multicent(er|re)|centers?|centres?|international|countries",
    "overview": r"reviews?|reviewed|article|paper|literature|overview|guidelines?|discuss\w*",
    "case": r"cases?",
}
TEXT_VIEWS: tuple[str, ...] = (
    *(f"report.{kind}" for kind in _KINDS),
    "report.numbers",
    "report.percent",
    "report.p_values",
    "report.people",
    "report.sample_size",
    "report.title_in_brackets",
    "report.title_of_overview",
    "length.abstract",
    "length.no_abstract",
    "length.title",
)
_PATTERNS = tuple(re.compile(p) for p in _KINDS.values())
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_P_VALUE = re.compile(r"\bp ?[<=>]")
_PEOPLE = re.compile(
    r"(\d[\d,]{0,8}) (?:[^\W\d_][\w-]* ){0,3}(?:patients|women|men|subjects|participants|children|adults"
    r"|outpatients|individuals|persons|people|physicians|nurses|residents|volunteers)\b"
)
_PEOPLE_COUNTED = re.compile(r"\bn ?= ?\d")
_OVERVIEW = frozenset(
    "review overview update advances perspective perspectives guideline guidelines current approach".split()
)


class _WordKinds(dict[str, tuple[int, ...]]):
    """Which kinds each word met belongs to; a number is of none."""

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) > 500_000:  # a stream of records may bring any number of words
            self.clear()
        found = tuple(i for i, pattern in enumerate(_PATTERNS) if pattern.fullmatch(word))
        self[word] = found
        return found


_kinds = _WordKinds()


def see_texts(records: Sequence[Record]) -> FloatArray:
    """The `TEXT_VIEWS` of records as logarithms of counts, shape (n_records, len(TEXT_VIEWS)).

    Examples
    --------
    >>> row = see_texts([Record(title="A trial", abstract="Pain was less in 40 men (p < 0.05).")])[0]
    >>> dict(zip(TEXT_VIEWS, row.round(2).tolist(), strict=True))["report.sample_size"]
    3.71
    """
    return np.array([_see(r) for r in records], dtype=np.float64).reshape(len(records), len(TEXT_VIEWS))


def _see(record: Record) -> list[float]:
    text = record.text.lower()
    counts = [0] * len(_KINDS)
    n_numbers = 0
    for word in _TOKEN.findall(text):
        if word[0].isdigit():
            n_numbers += 1
            continue
        for kind in _kinds[word]:
            counts[kind] += 1
    people = [int(n.replace(",", "")) for n in _PEOPLE.findall(text)]
    told = [
        *counts,
        n_numbers,
        text.count("%") + text.count("percent"),
        len(_P_VALUE.findall(text)),
        len(_PEOPLE_COUNTED.findall(text)) + len(people),
        max((n for n in people if 5 <= n <= 1_000_000), default=0),
    ]
    title = record.title.lower()
    return [
        *np.log1p(told).tolist(),
        float(title.startswith("[")),
        float(not _OVERVIEW.isdisjoint(_TOKEN.findall(title))),
        float(np.log1p(len(record.abstract))),
        float(len(record.abstract) < 50),
        float(np.log1p(len(record.title))),
    ]
