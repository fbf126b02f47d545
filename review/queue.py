"""The queue of a project: its unread records in the order in which to read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifier.ranking import Ranked, rank
from data.project import Project
from data.records import Record
from data.store import decisions, registry
from data.store.imports import all_records
from data.store.queue import Prediction, keep_predictions
from data.store.registry import Model


@dataclass(frozen=True, slots=True)
class Queued:
    """A record at its place in the queue, and why it stands there."""

    ranked: Ranked
    record: Record


@dataclass(frozen=True, slots=True)
class Queue:
    """The whole queue, best first, and the model that ordered it."""

    entries: tuple[Queued, ...]
    model_id: str
    n_labels: int


def rank_project(project: Project, *, seed: int = 0) -> Queue:
    """Order the unread references of a project and keep the order as predictions of its model.

    The model learns from every standing decision, settled or not; the dataset does not.
    """
    with project.store.read() as db:
        pool = {s.record_id: s.record for s in all_records(db, representatives=True)}
        labels = decisions.provisional_labels(db)
    result = rank(list(pool.items()), labels, project.protocol, seed=seed)
    # A refit for the queue and a model fitted to the same labels for good are two entries.
    model_id = f"queue-{result.model_id}"
    keep_order(project, result.ranked, model_id, labels, seed=seed)
    entries = tuple(Queued(r, pool[r.record_id]) for r in result.ranked)
    return Queue(entries, model_id, len(labels))


def keep_order(
    project: Project, ranked: tuple[Ranked, ...], model_id: str, labels: Mapping[int, int], *, seed: int
) -> None:
    """Register the refit by its recipe and store its predictions."""
    model = Model(
        model_id=model_id,
        kind="queue",
        bundle=None,
        recipe={"seed": seed, "protocol": project.protocol.sha256},
        labels_fingerprint=model_id.rsplit("-", 1)[-1],
        metrics={"n_labels": len(labels)},
    )
    with project.store.write() as db:
        registry.register(db, model)
        keep_predictions(
            db, model_id, (Prediction(r.record_id, r.position, r.score, r.probability) for r in ranked)
        )
