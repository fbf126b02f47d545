"""How common a word is in biomedical abstracts at large: rare words say more by their absence.

The bundle holds the document frequency of each word (as a hashed column) found in half a percent of
the abstracts that the design model is fitted on; any other word counts as rare.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bundle import ArraySpec, Bundle, BundleError, load_bundle, save_bundle
from models.features import FEATURE_VERSION, find_grams
from models.terms import normal_form

MODEL_VERSION = 1
_ARRAYS = {"columns": ArraySpec("int32", (None,)), "frequency": ArraySpec("int32", (None,))}
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Background:
    """Document frequencies of common words.

    Attributes
    ----------
    frequency : mapping of int to int
        Hashed column of a word's normal form -> abstracts that hold it.
    n_records : int
        Abstracts counted.
    """

    frequency: dict[int, int]
    n_records: int
    recipe: dict[str, Any]

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a word, 0 (in every abstract) to `log(n_records)`."""
        grams = find_grams(normal_form(word))
        if not grams:
            return 0.0
        return math.log((1 + self.n_records) / (1 + self.frequency.get(grams[0].column, 1)))

    def save(self, folder: Path) -> Path:
        """Write the frequencies as a bundle."""
        columns = np.array(sorted(self.frequency), dtype=np.int32)
        counts = np.array([self.frequency[int(c)] for c in columns], dtype=np.int32)
        return save_bundle(
            Bundle(
                kind="background",
                model_version=MODEL_VERSION,
                recipe=self.recipe | {"n_records": self.n_records, "features": FEATURE_VERSION},
                arrays={"columns": columns, "frequency": counts},
            ),
            folder,
        )


def count_background(texts: Iterable[str], *, least_share: float = 0.002) -> Background:
    """Count in how many texts each word stands; words in fewer than `least_share` of them are left out."""
    counts: dict[int, int] = {}
    n_records = 0
    for text in texts:
        n_records += 1
        columns = {g.column for w in set(_WORD.findall(text)) for g in find_grams(normal_form(w))[:1]}
        for column in columns:
            counts[column] = counts.get(column, 0) + 1
    least = least_share * n_records
    kept = {c: n for c, n in counts.items() if n >= least}
    return Background(kept, n_records, {"least_share": least_share})


@cache
def load_background() -> Background:
    """The frequencies that ship."""
    return _load(files("models").joinpath("released").joinpath("background"))


def _load(folder: Path | Traversable) -> Background:
    bundle = load_bundle(folder, kind="background", model_version=MODEL_VERSION, arrays=_ARRAYS)
    n_records = bundle.recipe.get("n_records")
    if bundle.recipe.get("features") != FEATURE_VERSION or not isinstance(n_records, int):
        raise BundleError(f"{folder}: counted with other text features; count the background again")
    columns: npt.NDArray[np.int32] = bundle.arrays["columns"]
    frequency = dict(zip(columns.tolist(), bundle.arrays["frequency"].tolist(), strict=True))
    return Background(frequency, n_records, dict(bundle.recipe))
