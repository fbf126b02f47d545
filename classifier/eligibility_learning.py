"""A model per criterion out of decisions: what `Eligibility` takes as its `criteria_model`.

In a project it is learned from the standing decisions at title and abstract, kept beside the other models,
and learned again as decisions come in (`learn_for`, `learned_for`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier.eligibility import Eligibility
from data.project import Project
from data.protocol import CRITERIA
from data.records import Record
from data.store import decisions
from data.store.imports import all_records
from models.bundle import BundleError
from models.criteria import LEAST, CriteriaModel, Outcome, fit_criteria
from models.features import text_digest

POINTER = "criteria.json"  # in the models of a project: which of them is the newest
_GROWTH = 0.05  # share of new labels from which the model of a project is learned again


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


def can_learn(outcomes: Sequence[Outcome]) -> bool:
    """Whether the decisions teach anything of any criterion: includes, and exclusions for one of them."""
    n_included = sum(o.included for o in outcomes)
    n_excluded = sum(not o.included and o.reason in CRITERIA for o in outcomes)
    return min(n_included, n_excluded) >= LEAST


def learn_for(project: Project, *, at_once: bool = False) -> bool:
    """Learn the criteria of a project from its standing decisions, if that is due.

    Due is a first model, one for a changed protocol, and one that 5% more (or any fewer) decisions
    teach; with `at_once` any change of them. Without enough decisions there is no model.

    Returns
    -------
    bool
        Whether anything changed: `learned_for` says something else than before.
    """
    with project.store.read() as db:
        stated = decisions.stated_outcomes(db)
    told = [(i, Outcome(included, reason)) for i, (included, reason) in stated.items()]
    told = [(i, o) for i, o in told if o.included or o.reason in CRITERIA]
    known = _pointed(project)
    if not can_learn([o for _, o in told]):
        (project.models / POINTER).unlink(missing_ok=True)
        return bool(known)
    print_of = _fingerprint(project, told)
    if known.get("labels") == print_of:
        return False
    grown = len(told) - int(known.get("n_labels", 0))
    same_protocol = known.get("protocol") == project.protocol.sha256
    if not at_once and same_protocol and 0 <= grown < max(1.0, _GROWTH * len(told)):
        return False
    with project.store.read() as db:
        wanted = {i for i, _ in told}
        texts = {s.group_id: s.record for s in all_records(db, representatives=True) if s.group_id in wanted}
    told = [(i, o) for i, o in told if i in texts]
    told.sort(key=lambda x: (text_digest(texts[x[0]].text), x[0]))  # not by the order of any import
    model = learn_criteria(
        Eligibility(project.protocol),
        [texts[i] for i, _ in told],
        [o for _, o in told],
        labels_fingerprint=print_of,
    )
    _keep(project, model, print_of, len(told))
    return True


def newest_for(project: Project) -> str:
    """Name of the newest model of a project's criteria; empty without one for the protocol in force."""
    known = _pointed(project)
    return str(known["model"]) if known.get("protocol") == project.protocol.sha256 else ""


def learned_for(project: Project) -> CriteriaModel | None:
    """The newest model of a project's criteria; None without one for the protocol in force."""
    name = newest_for(project)
    try:
        return CriteriaModel.load(project.models / name) if name else None
    except BundleError:
        return None  # of another version of picosieve: the terms judge until the next one


def _pointed(project: Project) -> Mapping[str, Any]:
    try:
        told = json.loads((project.models / POINTER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _fingerprint(project: Project, told: Sequence[tuple[int, Outcome]]) -> str:
    said = json.dumps([project.protocol.sha256, [[i, o.included, o.reason] for i, o in told]])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _keep(project: Project, model: CriteriaModel, print_of: str, n_labels: int) -> None:
    """Write the model, then point to it; who reads meanwhile reads the one before."""
    folder = project.models / f"criteria-{print_of}"
    partial = folder.with_name(f".{folder.name}.{os.getpid()}")
    before = _pointed(project).get("model")
    if not folder.exists():
        shutil.rmtree(partial, ignore_errors=True)
        model.save(partial)
        try:
            partial.replace(folder)
        except OSError:
            if not folder.exists():
                raise
            shutil.rmtree(partial)  # another process learned the same meanwhile
    told = {
        "model": folder.name,
        "labels": print_of,
        "n_labels": n_labels,
        "protocol": project.protocol.sha256,
    }
    pointer = project.models / f".{POINTER}.{os.getpid()}"
    pointer.write_text(json.dumps(told) + "\n", encoding="utf-8")
    pointer.replace(project.models / POINTER)
    for old in _older(project.models, {folder.name, str(before)}):
        shutil.rmtree(old, ignore_errors=True)


def _older(models: Path, kept: set[str]) -> list[Path]:
    """Models of criteria that nothing points to: each follows from its decisions, so none is missed."""
    return [p for p in models.glob("criteria-*") if p.is_dir() and p.name not in kept]
