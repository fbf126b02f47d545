"""Measure the extractor on the annotated abstracts.

    python -m benchmarks.extraction              what is open or unread, cross-validated by record
    python -m benchmarks.extraction closed       what stayed closed until the end
    python -m benchmarks.extraction errors [--shipped] [SET ...]
                                                 each error on open records, in its sentence
    python -m benchmarks.extraction fit DIR      fit the models, write their bundle

A third of each set (`sha256(record_id) % 3 == 0`) was set aside before the first rule was written, and scored
once; half of it was opened on 2026-11-22, the other half stayed closed. Of the abstracts annotated for this
project (`written/`) every second or fourth was closed, and some are unread: models are fitted on them, rules
are not tuned on them. The figures of what is unread or closed are reported apart; they are the ones to
expect on new abstracts. What belongs where: `annotated.py`.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.annotated import (
    CLOSED,
    FITTED,
    FOLDER,
    OPEN,
    SETS,
    AnnotatedText,
    gold_findings,
    load_records,
    part_of,
)
from benchmarks.nearest_number import NearestNumber
from classifier.extraction import (
    Extractor,
    facts_row,
    load_extractor,
    mention_row,
)
from classifier.extraction.groups.arm_choice import PRIOR
from classifier.extraction.lessons import arm_lessons, span_lessons
from data.records import CORE_ENDPOINTS, Endpoint, Finding, Statistic, Unit
from models.outcome_spans import ArmChoice, OutcomeSpans, save_outcome_spans

GROUPS = Path(__file__).resolve().parent / "groups.txt"


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """One extractor per record, its model fitted without the record's fold; and how calibrated they are."""

    extractors: list[Extractor]
    calibration_error: float
    n_candidates: int
    n_right: int


def official_score(records: Sequence[AnnotatedText], extractors: Sequence[Extractor]) -> dict[str, Any]:
    """Figures of the sets' own scorer; `extractors[i]` reads `records[i]`."""
    scores: dict[str, Any] = {}
    for name in SETS:
        if not any(r.set_name == name for r in records):
            continue
        with tempfile.TemporaryDirectory() as folder:
            gold, found = Path(folder, "gold.jsonl"), Path(folder, "found.jsonl")
            kept = [_whole(row) for r in records if r.set_name == name for row in (*r.mentions, r.facts)]
            gold.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
            with found.open("w", encoding="utf-8") as handle:
                for record, extractor in zip(records, extractors, strict=True):
                    if record.set_name == name:
                        handle.writelines(json.dumps(row) + "\n" for row in rows_of(record, extractor))
            command = [sys.executable, str(FOLDER / "score_mentions.py"), str(gold), str(found)]
            scores[name] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return scores


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """A gold row with what is left out where it is null."""
    return {"value": None, "n_total": None, "follow_up_months": None, **row}


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that is wrong: its kind, what was due, what was found, and the words around it."""

    record_id: str
    kind: str
    due: object
    found: object
    words: str


def errors(records: Sequence[AnnotatedText], extractors: Sequence[Extractor]) -> Iterator[Error]:
    """Everything that is wrong, by the rules of the sets' own scorer."""
    spec = importlib.util.spec_from_file_location("score_mentions", FOLDER / "score_mentions.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(FOLDER / "score_mentions.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    for record, extractor in zip(records, extractors, strict=True):
        gold = [_whole(m) for m in record.mentions]
        *found, facts = rows_of(record, extractor)
        pairs, missed, spurious = scorer.match(gold, found)

        def error(
            kind: str, at: Mapping[str, Any], due: object, said: object, r: AnnotatedText = record
        ) -> Error:
            before, after = (
                r.text[max(0, at["start"] - 150) : at["start"]],
                r.text[at["end"] : at["end"] + 70],
            )
            words = f"{before}>>>{r.text[at['start'] : at['end']]}<<<{after}"
            return Error(r.record_id, kind, due, said, words)

        for m in missed:
            yield error(f"missed: {m['statistic']}", m, (m["endpoint"], m["value"], m.get("arm")), None)
        for m in spurious:
            what = (m["endpoint"], m["value"], m["rule"], m["confidence"])
            yield error(f"spurious: {m['statistic']}", m, None, what)
        arms = {m.get("arm") for m in gold}
        for g, f in pairs:
            for name, right in scorer.same_details(g, f, arms).items():
                if not right:
                    keys = {
                        "arm": ("arm",),
                        "ci": ("ci_lower", "ci_upper"),
                        "timepoint": ("timepoint_months",),
                    }
                    wanted, said = ([row.get(k) for k in keys[name]] for row in (g, f))
                    yield error(_wrong(g, f, name), g, wanted, said)
        for name in ("n_total", "follow_up_months", "design"):
            stated, read = record.facts.get(name), facts[name]
            same = stated == read if name == "design" else scorer.same_number(stated, read, 0.05)
            if not same:
                yield Error(record.record_id, f"fact: {name}", stated, read, record.text[:100])


def errors_by_kind(records: Sequence[AnnotatedText], extractors: Sequence[Extractor]) -> Counter[str]:
    """How often each kind of error occurs in the mentions."""
    return Counter(e.kind for e in errors(records, extractors) if not e.kind.startswith("fact"))


@cache
def crossed() -> CrossValidated:
    """Every open or unread record with models that were fitted without it."""
    return cross_validate(load_records(*FITTED))


def list_errors(*sets: str, shipped: bool) -> None:
    """Print each error on the open records of some sets; with cross-validated models or the shipped one."""
    records = load_records(*FITTED)
    extractors = [load_extractor()] * len(records) if shipped else crossed().extractors
    kept = [
        (r, e)
        for r, e in zip(records, extractors, strict=True)
        if r.set_name in (sets or SETS) and part_of(r.record_id) in OPEN
    ]
    for e in errors([r for r, _ in kept], [x for _, x in kept]):
        print(f"{e.record_id}\t{e.kind}\tdue {e.due}\tfound {e.found}\t{e.words}")


def _wrong(gold: Mapping[str, Any], found: Mapping[str, Any], name: str) -> str:
    if name != "arm":
        return {"ci": "wrong: confidence interval", "timepoint": "wrong: time point"}[name]
    of = "hazard ratio" if gold["statistic"] == "hazard_ratio" else "value"
    if gold.get("arm") is None:
        return f"group of a {of}: named, where it is everybody's"
    return f"group of a {of}: " + ("not named" if found["arm"] is None else "another one named")


def rows_of(record: AnnotatedText, extractor: Extractor) -> list[dict[str, object]]:
    """What `picosieve extract` writes for one text."""
    extraction = extractor.extract(record.text)
    rows = [mention_row(record.record_id, record.text, f) for f in extraction.findings]
    return [*rows, facts_row(record.record_id, extraction.facts)]


def cross_validate(records: Sequence[AnnotatedText], *, n_folds: int = 5, seed: int = 0) -> CrossValidated:
    """Fit the accept/reject model without each fold's records, and read them with it."""
    rules = Extractor()
    examples = [span_lessons(rules, r.text, gold_findings(r.mentions)) for r in records]
    arms = [arm_lessons(rules, r.text, gold_findings(r.mentions)) for r in records]
    marked = [unit for text, right in marked_groups() for unit in arm_lessons(rules, text, right)]
    fold = np.random.default_rng(seed).permutation(len(records)) % n_folds
    extractors: list[Extractor] = [rules] * len(records)
    probabilities, labels = [], []
    for k in range(n_folds):
        train = [examples[i] for i in range(len(records)) if fold[i] != k]
        model = OutcomeSpans().fit([r for rows, _ in train for r in rows], [y for _, ys in train for y in ys])
        model.arms = ArmChoice(prior=PRIOR).fit(
            [*marked, *(unit for i in range(len(records)) if fold[i] != k for unit in arms[i])]
        )
        for i in np.flatnonzero(fold == k):
            extractors[i] = Extractor(model)
            probabilities += [model.probability(row) for row in examples[i][0]]
            labels += examples[i][1]
    p, y = np.asarray(probabilities), np.asarray(labels)
    bins = np.clip((p * 10).astype(int), 0, 9)
    error = sum(abs(p[bins == b].mean() - y[bins == b].mean()) * np.mean(bins == b) for b in np.unique(bins))
    return CrossValidated(extractors, float(error), len(y), int(y.sum()))


_MARK = re.compile(r"\[(?P<value>[^\]]+)\]\((?P<arm>(?:[^()]|\([^()]*\))*)\)")


def marked_groups() -> list[tuple[str, list[Finding]]]:
    """The synthetic sentences of `groups.txt`: texts, and findings that hold places and groups alone."""
    found = []
    for line in GROUPS.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, at, findings = "", 0, []
        for match in _MARK.finditer(line):
            text += line[at : match.start()]
            place = (len(text), len(text) + len(match["value"]))
            findings += [_placed(endpoint, *place, match["arm"] or None) for endpoint in CORE_ENDPOINTS]
            text, at = text + match["value"], match.end()
        found.append((text + line[at:], findings))
    return found


def _placed(endpoint: Endpoint, start: int, end: int, arm: str | None) -> Finding:
    response = endpoint is Endpoint.ORR
    return Finding(
        endpoint=endpoint,
        statistic=Statistic.RESPONSE_RATE if response else Statistic.MEDIAN,
        value=1.0,
        unit=Unit.PERCENT if response else Unit.MONTHS,
        arm=arm,
        start=start,
        end=end,
        evidence_start=start,
        evidence_end=end,
    )


def report(title: str, scores: Mapping[str, Any]) -> None:
    """Print one line per set."""
    print(title)
    for name, s in scores.items():
        facts = s["records"]
        print(
            f"  {name:10} P {s['all']['precision']:.3f} R {s['all']['recall']:.3f} F1 {s['all']['f1']:.3f}"
            f" | strict {s['strict']['f1']:.3f} | whole {s['whole_abstracts']:.3f}"
            f" | n {facts['n_total']['f1']:.3f} follow-up {facts['follow_up_months']['f1']:.3f}"
            f" | design acc {facts['design_accuracy']:.3f} macro {facts['design_macro_f1']:.3f}"
        )


def bench(*parts: str) -> None:
    """Print the figures of some parts; cross-validated by record where the model is fitted on them."""
    records = load_records(*parts)
    rules, shipped = Extractor(), load_extractor()
    report("nearest number (baseline)", official_score(records, [NearestNumber()] * len(records)))
    report("rules and hand-set weights", official_score(records, [rules] * len(records)))
    if set(parts) <= set(FITTED):
        cross = crossed()
        fitted = dict(zip((r.record_id for r in load_records(*FITTED)), cross.extractors, strict=True))
        scores = official_score(records, [fitted[r.record_id] for r in records])
        report("rules and model, cross-validated by record", scores)
        print(f"  calibration error {cross.calibration_error:.4f} over {cross.n_candidates} candidates")
    else:
        report("rules and shipped model", official_score(records, [shipped] * len(records)))
        fitted = {r.record_id: shipped for r in records}
    for kind, n in sorted(errors_by_kind(records, [fitted[r.record_id] for r in records]).items()):
        print(f"  {n:4}  {kind}")


def fit(out: Path) -> None:
    """Fit the accept/reject model on the open texts and write its bundle to `out`."""
    records = load_records(*FITTED)
    rules = Extractor()
    pairs = [span_lessons(rules, r.text, gold_findings(r.mentions)) for r in records]
    rows, labels = [r for rows, _ in pairs for r in rows], [y for _, ys in pairs for y in ys]
    cross = crossed()
    scores = official_score(records, cross.extractors)
    metrics = {f"f1_{name}_cross_validated": float(s["all"]["f1"]) for name, s in scores.items()}
    metrics["calibration_error_cross_validated"] = round(cross.calibration_error, 4)
    told = (
        f"{len(records)} annotated abstracts (what is open of {', '.join(SETS)}), {len(rows)}"
        f" candidates; {len(marked_groups())} synthetic texts for the groups"
    )
    model = OutcomeSpans().fit(rows, labels)
    model.arms = ArmChoice(prior=PRIOR).fit(
        [
            *(unit for text, right in marked_groups() for unit in arm_lessons(rules, text, right)),
            *(unit for r in records for unit in arm_lessons(rules, r.text, gold_findings(r.mentions))),
        ]
    )
    save_outcome_spans(model, out, trained_on=told, metrics=metrics)


if __name__ == "__main__":
    if not FOLDER.is_dir():
        sys.exit(f"{FOLDER}: the annotated abstracts are not there; nothing to measure")
    match sys.argv[1:]:
        case ["fit", folder]:
            fit(Path(folder))
        case []:
            for part in FITTED:
                print(f"== {part}")
                bench(part)
        case ["closed"]:
            for part in CLOSED:
                print(f"== {part}")
                bench(part)
        case ["errors", "--shipped", *names]:
            list_errors(*names, shipped=True)
        case ["errors", *names]:
            list_errors(*names, shipped=False)
        case _:
            sys.exit(__doc__)
