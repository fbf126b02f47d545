"""Facts of a record: how many patients, how long followed, what design."""

from __future__ import annotations

from dataclasses import dataclass

from classifier.extraction.facts.designs import study_design
from classifier.extraction.facts.follow_up import median_follow_up
from classifier.extraction.facts.patients import patient_total
from classifier.extraction.facts.words import read_words
from classifier.extraction.text.sentences import Sentence


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What holds for the whole record.

    Attributes
    ----------
    n_total : int or None
        Patients enrolled, randomised or included.
    follow_up_months : float or None
        Median follow-up.
    design : str
        rct, nonrandomised_trial, observational, review or other (the annotation guide's words).
    """

    n_total: int | None
    follow_up_months: float | None
    design: str


def record_facts(text: str, sentences: list[Sentence]) -> RecordFacts:
    """Read the facts of one text."""
    words = read_words(text, sentences)
    design = study_design(words)
    return RecordFacts(patient_total(words, design), median_follow_up(text), design)
