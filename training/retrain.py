"""Confirmed decisions to a new model: fitted, measured against the current one, promoted or not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from classifier.ranking import fit_relevance
from data.errors import ScreeningError
from data.project import Project
from data.protocol import Protocol
from data.records import Record
from data.store import integrity, registry
from data.store.dataset import confirmed_records
from data.store.imports import all_records
from data.store.registry import Model
from models.relevance import RelevanceModel
from training.criteria import keep_criteria
from training.outcome_spans import RefittedExtraction, refit_extraction

KIND = "relevance"
N_FOLDS = 5
_LABELS_FILE = "labels.json"

Pool = Sequence[tuple[int, Record]]
Labels = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Retrained:
    """What a retraining led to.

    `average_precision` is out of fold over the confirmed records; None where a class has fewer than
    two. `of_current` is that of the current model's labels, measured on the same folds.
    """

    model_id: str
    n_included: int
    n_excluded: int
    average_precision: float | None
    of_current: float | None
    promoted: bool
    is_new: bool
    reason: str
    criteria: tuple[str, ...] = ()  # those that the confirmed decisions taught a model of their own
    extraction: RefittedExtraction | None = None  # None while too few findings were judged


def retrain(project: Project, *, seed: int = 0) -> Retrained:
    """Fit the ranking to the confirmed records, and the extraction to the judged findings.

    See `retrain_ranking` and `training.outcome_spans.refit_extraction`; each model becomes the current
    one of its kind if it is not worse.
    """
    done = retrain_ranking(project, seed=seed)
    return replace(done, extraction=refit_extraction(project))


def retrain_ranking(project: Project, *, seed: int = 0) -> Retrained:
    """Fit on the confirmed records and promote the model if it is not worse than the current one.

    Both are measured alike: five folds over the confirmed records, each fold ranked by a model
    fitted on the others, once with all labels and once with only those that the current model knew.

    Raises
    ------
    ScreeningError
        The dataset lacks an include or an exclude.
    """
    with project.store.read() as db:
        integrity.check(db)
        confirmed = confirmed_records(db)
        pool: Pool = [(s.record_id, s.record) for s in all_records(db, representatives=True)]
        current = registry.current(db, kind=KIND)
    labels = {c.group_id: int(c.label == "include") for c in confirmed}
    n_included = sum(labels.values())
    if not 0 < n_included < len(labels):
        raise ScreeningError(
            f"{project.folder}: {n_included} included and {len(labels) - n_included} excluded records are"
            " confirmed; retraining needs at least one of each: decide on more records first"
        )
    model = fit_relevance(pool, labels, project.protocol, seed=seed)
    if current is not None and current.model_id == model.model_id:
        reason = "nothing was confirmed since the current model was fitted"
        if _save(project, model, labels):
            reason = "its bundle was gone and has been written again; nothing was confirmed since"
        learned = keep_criteria(project, model.model_id, confirmed, seed=seed)
        return Retrained(
            model.model_id, n_included, len(labels) - n_included, None, None, False, False, reason, learned
        )
    known = _labels_of(project, current) if current else None
    ours = measure(pool, labels, labels, project.protocol, seed=seed)
    theirs = measure(pool, labels, known, project.protocol, seed=seed) if known is not None else None
    promoted, reason = _verdict(ours, theirs, has_current=current is not None)
    if current is not None and known is None:
        reason = "the current model's labels are gone, so the two cannot be compared; promote it by hand"
    _keep(project, model, labels, ours=ours, theirs=theirs, promoted=promoted, reason=reason)
    learned = keep_criteria(project, model.model_id, confirmed, seed=seed)
    n_excluded = len(labels) - n_included
    return Retrained(model.model_id, n_included, n_excluded, ours, theirs, promoted, True, reason, learned)


def measure(
    pool: Pool, truth: Labels, known: Labels, protocol: Protocol | None, *, seed: int
) -> float | None:
    """Average precision, out of fold, of models that learn from `known` and are asked for `truth`.

    Scores of different folds are put on one scale by their rank within the whole pool's fold, so
    that a fold's threshold does not matter. None where a class has fewer than two records.
    """
    n_folds = min(N_FOLDS, sum(truth.values()), len(truth) - sum(truth.values()))
    if n_folds < 2:
        return None
    records = dict(pool)
    shares: list[npt.NDArray[np.float64]] = []
    answers: list[int] = []
    for fold in _folds(truth, records, n_folds):
        held = set(fold)
        model = fit_relevance(pool, {i: y for i, y in known.items() if i not in held}, protocol, seed=seed)
        everywhere, _ = model.score([record for _, record in pool])
        scores, _ = model.score([records[i] for i in fold])
        shares.append(np.searchsorted(np.sort(everywhere), scores, side="right") / len(everywhere))
        answers += [truth[i] for i in fold]
    return float(average_precision_score(answers, np.concatenate(shares)))


def load_current(project: Project) -> RelevanceModel:
    """The project's current model.

    Raises
    ------
    ScreeningError
        There is none yet.
    """
    with project.store.read() as db:
        current = registry.current(db, kind=KIND)
    if current is None or current.bundle is None:
        raise ScreeningError(f"{project.folder}: has no model yet; `picosieve retrain` fits one")
    if not (project.models / current.bundle).exists():
        raise ScreeningError(
            f"{project.models / current.bundle}: the current model is gone; `picosieve retrain` fits it again"
        )
    return RelevanceModel.load(project.models / current.bundle)


def _folds(truth: Labels, records: Mapping[int, Record], n_folds: int) -> list[list[int]]:
    """Stratified by label; a record's fold follows from its text, not from the order of anything."""
    folds: list[list[int]] = [[] for _ in range(n_folds)]
    for label in (0, 1):
        of_label = [i for i, y in truth.items() if y == label]
        of_label.sort(key=lambda i: (hashlib.sha256(records[i].text.encode()).digest(), i))
        for place, record_id in enumerate(of_label):
            folds[place % n_folds].append(record_id)
    return folds


def _verdict(ours: float | None, theirs: float | None, *, has_current: bool) -> tuple[bool, str]:
    if not has_current:
        return True, "the first model of this review"
    if ours is None or theirs is None:
        return False, "too few records of one class to compare with the current model"
    if ours < theirs:
        return False, f"worse than the current model ({ours:.3f} against {theirs:.3f})"
    return True, f"not worse than the current model ({ours:.3f} against {theirs:.3f})"


def _keep(
    project: Project,
    model: RelevanceModel,
    labels: Labels,
    *,
    ours: float | None,
    theirs: float | None,
    promoted: bool,
    reason: str,
) -> None:
    _save(project, model, labels)
    entry = Model(
        model_id=model.model_id,
        kind=KIND,
        bundle=model.model_id,
        recipe=model.recipe,
        labels_fingerprint=model.labels_fingerprint,
        metrics={"n_labels": len(labels), "average_precision": ours, "average_precision_of_current": theirs},
    )
    with project.store.write() as db:
        registry.register(db, entry, reason=reason)
        if promoted:
            registry.promote(db, model.model_id, reason=reason)


def _save(project: Project, model: RelevanceModel, labels: Labels) -> bool:
    """Write a model's bundle and the labels it learned from, where they are not there already."""
    folder = project.models / model.model_id
    if folder.exists():
        return False
    model.save(folder)
    told = json.dumps(sorted(labels.items()))
    (project.models / f"{model.model_id}.{_LABELS_FILE}").write_text(told + "\n", encoding="utf-8")
    return True


def _labels_of(project: Project, model: Model) -> dict[int, int] | None:
    path: Path = project.models / f"{model.bundle}.{_LABELS_FILE}"
    try:
        return {int(i): int(y) for i, y in json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError):
        return None  # without them the current model cannot be measured again: it stays
