"""Fit the weights by which the number of patients is chosen, and measure them.

    python -m benchmarks.patients        figures of what models are fitted on, cross-validated by record
    python -m benchmarks.patients fit    write classifier/extraction/facts/patient_weights.py as well

The choice is a conditional logit over the candidates of a text (`models.outcome_spans.ArmChoice`). It starts
from hand-set weights, for kinds of sentences of which the annotated abstracts hold few examples.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.annotated import FITTED, SETS, AnnotatedText, load_records
from classifier.extraction.facts.designs import study_design
from classifier.extraction.facts.patient_counts import counts
from classifier.extraction.facts.patients import not_stated
from classifier.extraction.facts.words import read_words
from classifier.extraction.text.sentences import split_sentences
from models.outcome_spans import ArmChoice

WEIGHTS = Path(__file__).resolve().parents[1] / "classifier" / "extraction" / "facts" / "patient_weights.py"
PENALTY = 1.0  # 0.5 to 4 differ by less than 0.01 of F1, cross-validated
LEAST = 0.3  # a feature that weighs less is left out, and the rest is fitted again

Unit = tuple[list[dict[str, float]], list[int | None]]

PRIOR = {
    "sum shared verb": 3.0,
    "in a shared sum": -2.0,
    "none people": 2.0,
    "in an even sum treated": -0.5,
    "none protocol": 6.0,
    "included, after more found": 3.0,
    "included, after more seen": 3.0,
    "none other": 3.0,
    "included, after more ": 2.0,
    "included, after more treated": 2.0,
    "included, after more became": 2.0,
    "treated, after more found": 1.5,
    "then done": 1.5,
    "after more screened": 1.0,
    "included, after more screened": 1.0,
    "after done": 1.0,
    "of done": 1.0,
    "sum all stated": 1.0,
    "parts": 1.0,
    "sum even assigned": 1.0,
    "bare then done": 0.5,
    "stated": 0.5,
    "sum first done": 0.5,
    "sum then to": 0.5,
    "sum arm before": 0.5,
    "people stated": 0.5,
    "sum last after and": 0.3,
    "sum even": 0.3,
    "in an even sum": -0.2,
    "sum": -0.5,
    "denominator": -0.5,
    "sum bare": -0.5,
    "in an even sum assigned": -0.5,
    "later planned": -1.0,
    "sum one percent": -1.0,
    "found, before fewer treated": -1.0,
    "percent": -1.0,
    "sum some": -1.0,
    "under ten": -1.5,
    "then planned": -2.0,
    "bare then planned": -2.0,
    "planned before": -4.0,
    "after planned": -3.0,
    "sum one planned before": -2.0,
    "early before": -2.0,
    ", before fewer included": -2.0,
    "treated, before fewer included": -2.0,
    "became, before fewer included": -2.0,
    "things meant": -2.0,
    "then screened": -3.0,
    "bare then screened": -3.0,
    "name screened": -3.0,
    "sum one then screened": -3.0,
    "found, before fewer included": -3.0,
    "seen, before fewer included": -3.0,
    "things": -3.0,
}


def fit(units: Sequence[Unit], totals: Sequence[int | None]) -> ArmChoice:
    """Fit on the candidates of each text and its number of patients; features of little weight left out."""
    names = {name for rows, _ in units for row in rows for name in row}
    for _ in range(2):
        prior = {name: weight for name, weight in PRIOR.items() if name in names}
        kept = [
            ([{n: 1.0 for n in row if n in names} for row in rows], [int(v == total) for v in values])
            for (rows, values), total in zip(units, totals, strict=True)
        ]
        model = ArmChoice(penalty=PENALTY, prior=prior).fit(kept)
        names = {name for name, weight in model.weights_.items() if abs(weight) >= LEAST}
    return model


def candidates(record: AnnotatedText) -> Unit:
    """The features of each candidate of a text, and the number it stands for (None: not stated)."""
    sentences = split_sentences(record.text)
    words = read_words(record.text, sentences)
    found = counts(words)
    rows = [dict.fromkeys(c.features, 1.0) for c in found]
    none = not_stated(words, found, study_design(words))
    return [*rows, dict.fromkeys(none, 1.0)], [*(c.n for c in found), None]


def choose(model: ArmChoice, unit: Unit) -> int | None:
    """The number of the candidate that weighs most."""
    rows, values = unit
    return values[max(range(len(rows)), key=lambda i: model.score(rows[i]))]


def cross_validate(
    units: Sequence[Unit], totals: Sequence[int | None], *, n_folds: int = 10, seed: int = 0
) -> list[int | None]:
    """What is chosen for each text by weights fitted without its fold."""
    fold = np.random.default_rng(seed).permutation(len(units)) % n_folds
    found: list[int | None] = [None] * len(units)
    for k in range(n_folds):
        train = [int(i) for i in np.flatnonzero(fold != k)]
        model = fit([units[i] for i in train], [totals[i] for i in train])
        for i in map(int, np.flatnonzero(fold == k)):
            found[i] = choose(model, units[i])
    return found


def f1(totals: Sequence[int | None], found: Sequence[int | None]) -> float:
    """F1 of the numbers that are stated."""
    right = sum(a is not None and a == b for a, b in zip(totals, found, strict=True))
    stated = sum(a is not None for a in totals) + sum(b is not None for b in found)
    return 2 * right / stated if stated else 1.0


def write(weights: Mapping[str, float]) -> None:
    """Write the weights as a module."""
    rows = "".join(f'    "{k}": {v:.2f},\n' for k, v in sorted(weights.items(), key=lambda kv: -kv[1]))
    WEIGHTS.write_text(
        '"""Weights of what is said of a number, fitted by `python -m benchmarks.patients fit`."""\n\n'
        f"WEIGHTS = {{\n{rows}}}\n",
        encoding="utf-8",
    )


def main(argv: Sequence[str]) -> None:
    """Print the figures; write the weights where asked to."""
    records = load_records(*FITTED)
    units = [candidates(r) for r in records]
    totals = [r.facts.get("n_total") for r in records]
    found = cross_validate(units, totals)
    for name in (*SETS, "all"):
        of = [i for i, r in enumerate(records) if name in (r.set_name, "all")]
        print(f"{name:12} {len(of):4} patients F1 {f1([totals[i] for i in of], [found[i] for i in of]):.3f}")
    if list(argv) == ["fit"]:
        write(fit(units, totals).weights_)


if __name__ == "__main__":
    main(sys.argv[1:])
