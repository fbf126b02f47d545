"""Study designs: measure the classifier by cross-validation, and fit the bundle that ships.

    python benchmarks/design.py                       the table
    python benchmarks/design.py --fit FOLDER          fit on everything and write the bundle

Reads `../shared/benchmarks/design` and `../shared/benchmarks/extraction` (real records, labelled) and
`data/samples/designs.jsonl` (synthetic, this project's own).
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold

from data.records import Design, Record
from models.design import DesignModel
from models.design_fit import fit_design_model

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "benchmarks"
SYNTHETIC = ROOT / "data" / "samples" / "designs.jsonl"
LABELS = {
    "randomized_trial": Design.RCT,
    "human_intervention": Design.NONRANDOMISED_TRIAL,
    "systematic_review": Design.SYSTEMATIC_REVIEW,
    "meta_analysis": Design.META_ANALYSIS,
    "protocol": Design.PROTOCOL,
    "rodent": Design.PRECLINICAL,
}
SIDES = {
    "clinical trial": {Design.RCT, Design.NONRANDOMISED_TRIAL},
    "real-world study": {Design.OBSERVATIONAL},
}
# The file has one label for everything else. Where title or abstract says plainly what it is, the
# record stands for that design in the fit; all of these count as "misc" in the table.
_PLAIN = (
    (Design.CASE_REPORT, re.compile(r"case reports?\b|\ba case of\b|case series|about a case", re.I), None),
    (
        Design.CASE_REPORT,
        None,
        re.compile(
            r"\b(?:we|authors) (?:report|present|describe) (?:a|the|two|an unusual) (?:rare )?"
            r"(?:case|patient)|"
            r"\d+[- ]year[- ]old (?:man|woman|boy|girl|male|female|patient)",
            re.I,
        ),
    ),
    (
        Design.OPINION,
        re.compile(
            r"editorial|commentary|\bletter\b|guidelines?\b|consensus|recommendations|position "
            r"(?:statement|paper)|viewpoint|\breply\b|comment on",
            re.I,
        ),
        None,
    ),
    (
        Design.NARRATIVE_REVIEW,
        re.compile(
            r"\breview\b|overview|recent advances|perspectives?\b|update\b|state of the art|current "
            r"(?:status|concepts|knowledge)",
            re.I,
        ),
        None,
    ),
    (
        Design.NARRATIVE_REVIEW,
        None,
        re.compile(
            r"\b(?:this|the present|our|mini) ?review\b|\bwe (?:review|summari[sz]e)\b|in this review|"
            r"in this article we|(?:is|are) (?:reviewed|summari[sz]ed)\b",
            re.I,
        ),
    ),
    (
        Design.OBSERVATIONAL,
        re.compile(
            r"cohort|cross-sectional|case-control|retrospective|registry|survey|prevalence|incidence|"
            r"population-based|risk factors|real-world|predictors",
            re.I,
        ),
        None,
    ),
    (
        Design.OBSERVATIONAL,
        None,
        re.compile(
            r"retrospective(?:ly)?\b|cross-sectional|case-control study|cohort (?:study|of)|"
            r"(?:medical|hospital|patient) records|questionnaires? (?:was|were)|population-based",
            re.I,
        ),
    ),
)
_TRIALS = 0.3  # weight of the oncology trials, which are nearly all of one design
_HUMAN = re.compile(
    r"\b(?:patients?|participants|women|men|adults|children|people|individuals|students)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One record with its design, how much the label counts, and the label in its own file."""

    record: Record
    design: Design
    weight: float
    source: str
    own_label: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, or fit and write a bundle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--fit", type=Path, metavar="FOLDER", help="write the fitted bundle here")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if not SHARED.is_dir():
        print(f"{SHARED}: the benchmarks are not here; nothing can be measured", file=sys.stderr)
        return 2
    labelled = [*development(), *trials(), *synthetic()]
    rows, macro = cross_validate(labelled, seed=options.seed)
    print_table(rows, macro)
    print_sides(cross_validate_own(labelled, seed=options.seed))
    if options.fit:
        metrics = {f"f1_{name}": round(f1, 4) for name, _, _, f1, _ in rows} | {"macro_f1": round(macro, 4)}
        fit(labelled).save_with(options.fit, metrics=metrics)
        print(f"written to {options.fit}")
    return 0


def development() -> list[Labelled]:
    """The 2,572 labelled PubMed records."""
    path = SHARED / "design" / "study_design_dev.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        record = Record(title=row["title"], abstract=row["abstract"])
        known = LABELS.get(row["design"])
        design, weight = (known, 1.0) if known else _plain_design(record)
        found.append(Labelled(record, design, weight, "pubmed", row["design"]))
    return found


def trials() -> list[Labelled]:
    """The real abstracts of the extraction sets, whose annotation names the design."""
    found = []
    for name in ("dev", "other"):
        texts = _jsonl(SHARED / "extraction" / f"{name}.texts.jsonl")
        gold = _jsonl(SHARED / "extraction" / f"{name}.gold.jsonl")
        designs = {g["record_id"]: g["design"] for g in gold if g.get("type") == "record"}
        for row in texts:
            word = designs[row["record_id"]]
            if word in list(Design) and word != Design.OTHER:
                title, _, abstract = str(row["text"]).partition(". ")
                record = Record(title=title, abstract=abstract)
                found.append(Labelled(record, Design(word), _TRIALS, "trials", str(word)))
    return found


def synthetic() -> list[Labelled]:
    """This project's own labelled abstracts, all designs and the grey cases."""
    if not SYNTHETIC.exists():
        return []
    return [
        Labelled(
            Record(title=row["title"], abstract=row["abstract"]),
            Design(row["design"]),
            1.0,
            "synthetic",
            str(row["design"]),
        )
        for row in _jsonl(SYNTHETIC)
    ]


def fit(labelled: Sequence[Labelled]) -> DesignModel:
    """Fit on the labelled records."""
    return fit_design_model(
        [x.record for x in labelled],
        [x.design for x in labelled],
        weights=[x.weight for x in labelled],
    )


def cross_validate(
    labelled: Sequence[Labelled], *, seed: int
) -> tuple[list[tuple[str, float, float, float, int]], float]:
    """Five folds over the development file; everything else only ever helps to fit.

    Returns
    -------
    rows : list of (label, precision, recall, F1, n)
    macro : float
        Mean F1 over the seven labels of the file.
    """
    measured = [x for x in labelled if x.source == "pubmed"]
    helping = [x for x in labelled if x.source != "pubmed"]
    y = np.array([x.own_label for x in measured])
    predicted = np.empty(len(y), dtype=object)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(y[:, None], y):
        model = fit([*(measured[i] for i in train), *helping])
        for i, design in zip(test, model.predict([measured[i].record for i in test]), strict=True):
            predicted[i] = next((k for k, v in LABELS.items() if v == design), "misc")
    names = [*LABELS, "misc"]
    p, r, f, n = precision_recall_fscore_support(y, predicted.astype(str), labels=names, zero_division=0)
    rows = list(zip(names, p.tolist(), r.tolist(), f.tolist(), n.tolist(), strict=True))
    reviews = {"systematic_review", "meta_analysis"}
    p, r, f, _ = precision_recall_fscore_support(
        [x in reviews for x in y], [x in reviews for x in predicted], average="binary"
    )
    joined = (
        "systematic review or meta-analysis",
        float(p),
        float(r),
        float(f),
        sum(x in reviews for x in y),
    )
    return [*rows, joined], float(np.mean([row[3] for row in rows]))


def cross_validate_own(labelled: Sequence[Labelled], *, seed: int) -> list[tuple[Labelled, Design]]:
    """Five folds over the synthetic abstracts and the oncology ones; the development file helps to fit.

    Returns
    -------
    list of (Labelled, Design)
        Each record with the design that a model said which had not seen it.
    """
    measured = [x for x in labelled if x.source != "pubmed"]
    helping = [x for x in labelled if x.source == "pubmed"]
    y = np.array([str(x.design) for x in measured])
    found = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(y[:, None], y):
        model = fit([*(measured[i] for i in train), *helping])
        held_out = [measured[i] for i in test]
        found += list(zip(held_out, model.predict([x.record for x in held_out]), strict=True))
    return found


def print_sides(found: Sequence[tuple[Labelled, Design]]) -> None:
    """Print how well each design, and each side of trial and real world, is told apart."""
    for source in ("synthetic", "trials"):
        own = [(x.design, said) for x, said in found if x.source == source]
        if not own:
            continue
        print(f"\n{source}, by models that had not seen them: {len(own)} abstracts")
        print(f"{'design':36}{'precision':>10}{'recall':>8}{'F1':>7}{'n':>6}")
        for name, wanted in (*((str(d), {d}) for d in Design), *SIDES.items()):
            n = sum(true in wanted for true, _ in own)
            if n:
                p, r, f, _ = precision_recall_fscore_support(
                    [true in wanted for true, _ in own],
                    [said in wanted for _, said in own],
                    average="binary",
                    zero_division=0,
                )
                print(f"{name:36}{p:10.3f}{r:8.3f}{f:7.3f}{n:6d}")


def print_table(rows: Sequence[tuple[str, float, float, float, int]], macro: float) -> None:
    """Print precision, recall and F1 of each label."""
    print(f"{'label':36}{'precision':>10}{'recall':>8}{'F1':>7}{'n':>6}")
    for name, precision, recall, f1, n in rows:
        print(f"{name:36}{precision:10.3f}{recall:8.3f}{f1:7.3f}{n:6d}")
    print(f"macro F1 of the seven labels: {macro:.3f}")


def _plain_design(record: Record) -> tuple[Design, float]:
    """What a record of no stated design plainly is, with a smaller weight; else OTHER."""
    for design, in_title, in_abstract in _PLAIN:
        if design is Design.OBSERVATIONAL and not _HUMAN.search(record.text):
            continue
        if (in_title and in_title.search(record.title)) or (
            in_abstract and in_abstract.search(record.abstract)
        ):
            return design, 0.7
    return Design.OTHER, 1.0


def _jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
