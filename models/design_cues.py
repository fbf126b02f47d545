"""Words by which a study tells its design, as columns of the hashed counts of `models.features`.

A cue is a set of words and word pairs that say the same thing ("randomly assigned", "were randomised").
A cue is found in the counts themselves, so it costs no second reading of the text. The phrases are
those of `models.design_phrases`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data.records import Record
from models.design_phrases import CUES
from models.features import N_COLUMNS, find_grams

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_NAMES = tuple(CUES)
_REGISTRY_NUMBER = re.compile(r"NCT\s?0\d{6}|ISRCTN\s?\d{6}|CRD\s?42\d{6}")
_PHASE = re.compile(r"\b[Pp]hase[- ]?(?:[1-4I]|I[IV])\b")


def _forms(phrase: str) -> set[str]:
    """Spelling and plural variants of a phrase."""
    forms = (
        {phrase, phrase.replace("is", "iz")} if re.search(r"is(?:e|ed|es|ing|ation)", phrase) else {phrase}
    )
    return forms | {f + "s" for f in forms if f[-1] in "tlpwn" and not f.endswith(("ion to", "in"))}


@functools.cache
def _membership() -> csr_matrix:
    """Which hashed column belongs to which cue, shape (N_COLUMNS, n_cues)."""
    rows: list[int] = []
    cols: list[int] = []
    for j, phrases in enumerate(CUES.values()):
        columns: set[int] = set()
        for phrase in phrases.split("; "):
            for form in _forms(phrase):
                longest = max(find_grams(form), key=lambda g: g.end - g.start)
                columns.add(longest.column)
        rows += sorted(columns)
        cols += [j] * len(columns)
    return csr_matrix((np.ones(len(rows), np.float32), (rows, cols)), shape=(N_COLUMNS, len(CUES)))


def cue_features(records: Sequence[Record], titles: csr_matrix, texts: csr_matrix) -> FloatArray:
    """What the cues say of each record.

    Parameters
    ----------
    records : sequence of Record
    titles, texts : csr_matrix, shape (n_records, N_COLUMNS)
        Counts of the grams of each title, and of title and abstract together.

    Returns
    -------
    ndarray of float32, shape (n_records, n_features)
        For each cue whether it is there, whether in the title, and how often (log); then the
        conjunctions of `_conjunctions`.
    """
    members = _membership()
    counts = np.asarray((texts @ members).todense(), dtype=np.float32)
    in_title = np.asarray((titles @ members).todense()) > 0
    numbered = np.array([bool(_REGISTRY_NUMBER.search(r.abstract)) for r in records], dtype=bool)
    phased = np.array([bool(_PHASE.search(r.text)) for r in records], dtype=bool)
    phased_title = np.array([bool(_PHASE.search(r.title)) for r in records], dtype=bool)
    counts[:, _NAMES.index("registered")] += numbered
    counts[:, _NAMES.index("phase")] += phased
    in_title[:, _NAMES.index("phase")] |= phased_title
    there = counts > 0
    parts = [there, in_title, np.log1p(counts), _conjunctions(there, in_title)]
    return np.concatenate([np.asarray(p, dtype=np.float32) for p in parts], axis=1)


def _conjunctions(there: BoolArray, in_title: BoolArray) -> BoolArray:
    """Cues that mean something only together: "randomised" in a review, a protocol, an animal study."""
    has = {name: there[:, j] for j, name in enumerate(_NAMES)}
    title = {name: in_title[:, j] for j, name in enumerate(_NAMES)}
    reviewing = has["systematic"] | has["searched"] | has["meta"] | has["appraisal"]
    allotted = has["randomised_action"] | has["randomised_trial"] | has["random_any"]
    planned = has["will"] | has["dissemination"]
    animals = has["rodent"] | has["animal"]
    people = has["humans"]
    trial = (
        allotted & ~reviewing & ~planned & ~animals & ~(has["not_randomised"] & ~title["randomised_trial"])
    )
    columns = [
        trial,
        trial & people,
        has["randomised_action"] & people & ~animals & ~reviewing & ~planned,
        has["randomised_trial"] & has["randomised_action"] & ~reviewing & ~planned,
        has["protocol"] & planned,
        planned & allotted,
        title["protocol"] & planned,
        title["protocol"] & ~planned,
        title["protocol"] & has["results"] & ~planned,
        has["systematic"] & has["meta"],
        has["systematic"] & ~has["meta"] & ~has["pooling"],
        reviewing & has["pooling"],
        title["review"] & has["searched"],
        title["review"] & ~reviewing,
        ~allotted & people & (has["control_group"] | has["single_arm"] | has["phase"]) & ~reviewing,
        ~allotted
        & people
        & (has["cohort"] | has["retrospective"] | has["database"] | has["real_world"])
        & ~reviewing,
        has["retrospective"] & people & ~has["case"],
        animals & ~people,
        has["rodent"] & has["rodent_tissue"] & ~people,
        has["rodent"] & people,
        has["in_vitro"] & ~has["rodent"] & ~people,
        has["systematic"] & planned,
        ~people & ~animals & ~reviewing & ~has["review"] & ~has["case"],
        has["post_hoc"] & (has["phase"] | has["randomised_trial"]),
        has["single_arm"] & has["phase"] & ~allotted,
        title["case"] & has["case"] & ~has["cohort"],
        trial & (has["blinded"] | has["randomised_trial"] | has["randomised_action"]) & people,
        title["not_randomised"],
        allotted & has["not_randomised"] & ~has["randomised_action"],
        *_allocated(has, title, reviewing, planned),
    ]
    return np.stack(columns, axis=1)


def _allocated(
    has: dict[str, BoolArray], title: dict[str, BoolArray], reviewing: BoolArray, planned: BoolArray
) -> list[BoolArray]:
    """Allocation by chance with what confirms or undoes it."""
    allocated, people, named = has["allocated"], has["humans"], title["randomised_trial"]
    reported = ~planned & ~reviewing
    return [
        allocated & people & has["compared"],
        allocated & people & has["control_group"] & reported,
        has["quasi"] & ~allocated,
        has["quasi"] & allocated,
        named & ~title["protocol"] & reported,
        named & title["protocol"],
        has["random_any"] & ~allocated,
        has["trials_listed"] & reviewing,
        has["placebo"] & allocated & people,
        allocated & ~people,
        has["case"] & allocated,
        has["cohort"] & ~allocated & people,
    ]
