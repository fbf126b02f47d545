"""How many patients a study has: every number that may count them is weighed by what is said of it.

`patient_counts.py` names what stands around each number, and around sums of neighbours; the weights of these
features (`patient_weights.py`) were fitted on annotated abstracts. One more candidate is that the text does
not say.
"""

from __future__ import annotations

from collections.abc import Sequence

from classifier.extraction.facts.patient_counts import counts
from classifier.extraction.facts.patient_sums import Count, is_of_people
from classifier.extraction.facts.patient_weights import WEIGHTS
from classifier.extraction.facts.words import Words


def patient_total(sentences: Sequence[Words], design: str) -> int | None:
    """Number of patients of the study; None where none is plainly stated.

    Examples
    --------
    >>> from classifier.extraction.text.sentences import split_sentences
    >>> from classifier.extraction.facts.words import read_words
    >>> text = "Drug A in myeloma. Of 143 charts screened, 97 patients were included."
    >>> patient_total(read_words(text, split_sentences(text)), "observational")
    97
    """
    found = counts(sentences)
    best, most = None, _weight(not_stated(sentences, found, design))
    for count in found:
        weight = _weight(count.features)
        if weight > most:
            best, most = count.n, weight
    return best


def not_stated(sentences: Sequence[Words], found: Sequence[Count], design: str) -> list[str]:
    """What speaks for a text that does not say how many patients there were, as named features."""
    features = ["none", f"none {design}"]
    if sentences and not _PROTOCOL.isdisjoint(sentences[0].low):
        if any("will" in words.low or "planned" in words.low for words in sentences):
            features.append("none protocol")
    if any("mice" in words.kinds for words in sentences):
        features.append("none mice")
    if not any(map(is_of_people, found)):
        features.append("none people")
    said = {feature for count in found for feature in count.features}
    if said.isdisjoint(("then done", "after done")):
        features.append("none done")
    return features


_PROTOCOL = frozenset(("protocol", "rationale"))


def _weight(features: Sequence[str]) -> float:
    return sum(WEIGHTS.get(feature, 0.0) for feature in set(features))
