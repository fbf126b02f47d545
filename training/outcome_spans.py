"""The extraction model, fitted further on the findings that people confirmed, corrected and rejected.

The fit starts from the shipped weights and departs from them as far as the judgements ask. It is measured
out of fold by record, against the shipped model, before it may take that one's place.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.extraction import Extractor
from classifier.extraction.lessons import arm_lessons, same_result, span_lessons
from data.project import Project
from data.records import Finding
from data.store import integrity, registry
from data.store.dataset import confirmed_findings
from data.store.findings import FindingOutcome, record_findings
from data.store.imports import all_records
from data.store.registry import Model
from models.bundle import save_bundle
from models.outcome_spans import KIND, ArmChoice, OutcomeSpans, load_outcome_spans, outcome_spans_bundle

N_FOLDS = 5
MIN_JUDGED = 20  # findings, in at least as many records as there are folds: fewer cannot be measured

_SHIPPED = Model(
    model_id=f"{KIND}-shipped", kind=KIND, bundle=None, recipe={}, labels_fingerprint="", metrics={}
)

ArmUnit = tuple[list[dict[str, float]], list[int]]


@dataclass(frozen=True, slots=True)
class RefittedExtraction:
    """What a refit of the extraction model led to.

    `log_loss` is out of fold over the judged findings, `of_shipped` the shipped model's on the same ones.
    """

    model_id: str
    n_right: int
    n_wrong: int
    log_loss: float
    of_shipped: float
    promoted: bool
    is_new: bool
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedText:
    """The text of a record with what people said of its findings."""

    text: str
    right: tuple[Finding, ...]
    wrong: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Lesson:
    rows: list[dict[str, float]]
    labels: list[int]
    arms: list[ArmUnit]


def refit_extraction(project: Project) -> RefittedExtraction | None:
    """Refit on the judged findings; None while there are too few of them to measure a fit by.

    The model becomes the current one only if its log loss, out of fold by record, is not above that of
    the shipped model. Either way it is registered, with what was measured.
    """
    texts = judged_texts(project)
    reader = Extractor(endpoints=project.protocol.endpoints)
    lessons = [_lesson(reader, t) for t in texts]
    lessons = [lesson for lesson in lessons if lesson.rows]
    n_right = sum(sum(lesson.labels) for lesson in lessons)
    n_judged = sum(len(lesson.labels) for lesson in lessons)
    if n_judged < MIN_JUDGED or len(lessons) < N_FOLDS:
        return None
    shipped = load_outcome_spans()
    model = fit_further(shipped, lessons)
    ours, theirs = _measure(shipped, lessons)
    bundle = outcome_spans_bundle(
        model,
        trained_on=f"the shipped model and {n_judged} judged findings of {len(lessons)} records",
        metrics={"log_loss": ours, "log_loss_of_shipped": theirs},
        labels_fingerprint=_fingerprint(texts),
    )
    promoted = ours <= theirs
    word = "not above" if promoted else "above"
    reason = f"log loss {ours:.3f}, {word} the shipped model's {theirs:.3f}"
    folder = project.models / bundle.model_id
    if not folder.exists():
        save_bundle(bundle, folder)
    entry = Model(
        model_id=bundle.model_id,
        kind=KIND,
        bundle=bundle.model_id,
        recipe=bundle.recipe,
        labels_fingerprint=bundle.labels_fingerprint,
        metrics={"n_labels": n_judged, **bundle.metrics},
    )
    with project.store.write() as db:
        if registry.current(db, kind=KIND) is None:  # so that a rollback leads back to the shipped model
            registry.register(db, _SHIPPED)
            registry.promote(db, _SHIPPED.model_id, reason="ships with the program")
        is_new = registry.register(db, entry, reason=reason)
        if promoted and is_new:
            registry.promote(db, bundle.model_id, reason=reason)
    if not is_new:
        promoted, reason = False, "no finding was judged since this model was fitted"
    return RefittedExtraction(
        bundle.model_id, n_right, n_judged - n_right, ours, theirs, promoted, is_new, reason
    )


def judged_texts(project: Project) -> list[JudgedText]:
    """Every record with findings that people settled, as the texts that offsets point into.

    A corrected finding is right as corrected; where the correction says another result, what was
    proposed is wrong. Findings with a locator alone have no place in the text and teach nothing.
    """
    with project.store.read() as db:
        integrity.check(db)
        texts = {s.record_id: s.record.text for s in all_records(db)}
        stored = record_findings(db)
        settled = confirmed_findings(db)
    proposed = {s.finding_id: s.finding for s in stored}
    right: dict[int, list[Finding]] = {}
    wrong: dict[int, list[Finding]] = {}
    for c in settled:
        if c.finding.start is not None:
            right.setdefault(c.record_id, []).append(c.finding)
        if c.finding_id in proposed and not same_result(c.finding, proposed[c.finding_id]):
            wrong.setdefault(c.record_id, []).append(proposed[c.finding_id])
    for s in stored:
        if s.outcome is FindingOutcome.REJECTED:
            wrong.setdefault(s.record_id, []).append(s.finding)
    return [
        JudgedText(texts[i], tuple(right.get(i, ())), tuple(wrong.get(i, ())))
        for i in sorted(right.keys() | wrong.keys())
    ]


def fit_further(shipped: OutcomeSpans, lessons: Sequence[_Lesson]) -> OutcomeSpans:
    """The shipped model, moved by what people judged."""
    rows = [row for lesson in lessons for row in lesson.rows]
    model = OutcomeSpans(penalty=shipped.penalty, prior=shipped)
    model.fit(rows, [label for lesson in lessons for label in lesson.labels])
    arms = [unit for lesson in lessons for unit in lesson.arms if 0 < sum(unit[1]) < len(unit[1])]
    model.arms = shipped.arms
    if shipped.arms is not None and arms:
        model.arms = ArmChoice(prior=shipped.arms.weights_).fit(arms)
    return model


def _lesson(reader: Extractor, text: JudgedText) -> _Lesson:
    rows, labels = span_lessons(reader, text.text, text.right, text.wrong)
    return _Lesson(rows, labels, arm_lessons(reader, text.text, text.right))


def _measure(shipped: OutcomeSpans, lessons: Sequence[_Lesson]) -> tuple[float, float]:
    """Mean log loss out of fold of refits, and of the shipped model, over the judged findings."""
    ours, theirs = [], []
    for k in range(N_FOLDS):
        model = fit_further(shipped, [lesson for i, lesson in enumerate(lessons) if i % N_FOLDS != k])
        for lesson in lessons[k::N_FOLDS]:
            for row, label in zip(lesson.rows, lesson.labels, strict=True):
                ours.append(_log_loss(model.probability(row), label))
                theirs.append(_log_loss(shipped.probability(row), label))
    return sum(ours) / len(ours), sum(theirs) / len(theirs)


def _log_loss(probability: float, label: int) -> float:
    return -math.log(max(probability if label else 1.0 - probability, 1e-9))


def _fingerprint(texts: Sequence[JudgedText]) -> str:
    told = [
        [t.text, [[_says(f) for f in side] for side in (t.right, t.wrong)]]
        for t in sorted(texts, key=lambda t: t.text)
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _says(finding: Finding) -> list[str]:
    shown = (finding.endpoint, finding.statistic, finding.value, finding.start, finding.end, finding.arm)
    return [str(part) for part in shown]
