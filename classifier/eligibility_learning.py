"""A model per criterion out of decisions: what `Eligibility` takes as its `criteria_model`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classifier.eligibility import Eligibility
from data.protocol import CRITERIA
from data.records import Record
from models.criteria import CriteriaModel, Outcome, fit_criteria


def learn_criteria(
    eligibility: Eligibility,
    records: Sequence[Record],
    outcomes: Sequence[Outcome],
    *,
    seed: int = 0,
    labels_fingerprint: str = "",
) -> CriteriaModel:
    """Learn from decided records what the protocol's terms leave open.

    Parameters
    ----------
    eligibility : Eligibility
        The protocol, judged by its terms alone.
    records : sequence of Record
    outcomes : sequence of Outcome
        The decision on each record; only includes and exclusions for a criterion teach anything.
    """
    judged = eligibility.by_terms().judge(records)
    terms = np.array([[c.probability for c in j.criteria] for j in judged], dtype=np.float64).reshape(
        -1, len(CRITERIA)
    )
    return fit_criteria(
        [r.text for r in records], terms, outcomes, seed=seed, labels_fingerprint=labels_fingerprint
    )
