"""What confirmed decisions teach of each criterion, kept beside the relevance model fitted to them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from classifier.eligibility import Eligibility
from classifier.eligibility_learning import can_learn, learn_criteria
from data.project import Project
from data.store import registry
from data.store.dataset import ConfirmedRecord
from models.bundle import BundleError
from models.criteria import CriteriaModel, Outcome
from models.features import text_digest


def keep_criteria(
    project: Project, model_id: str, confirmed: Sequence[ConfirmedRecord], *, seed: int = 0
) -> tuple[str, ...]:
    """Learn the criteria from the confirmed records and keep them with the model of that id.

    Returns
    -------
    tuple of str
        The criteria that got a model; empty while too few exclusions were given with a reason.
    """
    outcomes = [_outcome(c) for c in confirmed]
    if not can_learn(outcomes):
        return ()
    told = sorted(zip(confirmed, outcomes, strict=True), key=lambda x: (_digest(x[0]), x[0].group_id))
    said = json.dumps([project.protocol.sha256, [[_digest(c), o.included, o.reason] for c, o in told]])
    fingerprint = hashlib.sha256(said.encode()).hexdigest()[:16]
    folder = _folder(project, model_id)
    known = _load(folder)
    if known is not None and known.labels_fingerprint == fingerprint:
        return known.learned
    model = learn_criteria(
        Eligibility(project.protocol),
        [c.record for c, _ in told],
        [o for _, o in told],
        seed=seed,
        labels_fingerprint=fingerprint,
    )
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier retraining to the same verdicts, other reasons
    model.save(folder)
    return model.learned


def current_criteria(project: Project) -> CriteriaModel | None:
    """What the current model's records taught of the criteria; None without a model or enough reasons."""
    with project.store.read() as db:
        current = registry.current(db, kind="relevance")
    return _load(_folder(project, current.model_id)) if current else None


def _outcome(confirmed: ConfirmedRecord) -> Outcome:
    """Excluded for several reasons, a record says of no criterion for certain that it failed."""
    reasons = confirmed.reasons
    return Outcome(confirmed.label == "include", reasons[0] if len(reasons) == 1 else None)


def _digest(confirmed: ConfirmedRecord) -> str:
    return str(text_digest(confirmed.record.text))


def _folder(project: Project, model_id: str) -> Path:
    return project.models / f"{model_id}.criteria"


def _load(folder: Path) -> CriteriaModel | None:
    try:
        return CriteriaModel.load(folder)
    except BundleError:
        return None
