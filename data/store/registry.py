"""The models of a review: registered, promoted, rolled back. Rows only; the files are `models/`'s."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.errors import StoreError
from data.store.connection import now
from data.store.schema import model_events, models

# Of which one model is the current one. A queue's model is registered too, and never promoted; a model of
# the criteria goes with the relevance model that it was fitted with.
KINDS = ("relevance", "outcome_spans")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted model: what it was fitted on, how well it did, and where its files are."""

    model_id: str
    kind: str
    bundle: str | None
    recipe: Mapping[str, Any]
    labels_fingerprint: str
    metrics: Mapping[str, Any]
    status: str = "candidate"  # candidate | current | retired
    created_at: str = ""


def register(db: sa.Connection, model: Model, *, reason: str = "") -> bool:
    """Keep a model as a candidate; False when it is there already."""
    if db.execute(sa.select(models.c.id).where(models.c.id == model.model_id)).first() is not None:
        return False
    row = {
        "id": model.model_id,
        "kind": model.kind,
        "bundle": model.bundle,
        "recipe": json.dumps(dict(model.recipe), sort_keys=True),
        "labels_fingerprint": model.labels_fingerprint,
        "metrics": json.dumps(dict(model.metrics), sort_keys=True),
        "created_at": now(),
    }
    db.execute(models.insert().values(row))
    _note(db, model.model_id, "registered", reason)
    return True


def promote(db: sa.Connection, model_id: str, *, reason: str = "") -> None:
    """Make a model the current one of its kind."""
    _one(db, model_id)
    _note(db, model_id, "promoted", reason)


def roll_back(db: sa.Connection, *, kind: str, reason: str = "") -> str:
    """Make the model that was current before the current one current again; returns its id."""
    if kind not in KINDS:
        raise StoreError(f"{kind!r} is no kind of model that is promoted; there are {', '.join(KINDS)}")
    line = _succession(db, kind)
    if len(line) < 2:
        raise StoreError(f"there is no earlier {kind} model to roll back to; see `picosieve models list`")
    _note(db, line[-1], "rolled_back", reason)
    return line[-2]


def current(db: sa.Connection, *, kind: str) -> Model | None:
    """The current model of a kind."""
    line = _succession(db, kind)
    return _one(db, line[-1]) if line else None


def listed(db: sa.Connection) -> list[Model]:
    """Every model with a bundle, oldest first."""
    query = (
        sa.select(models.c.id).where(models.c.bundle.is_not(None)).order_by(models.c.created_at, models.c.id)
    )
    return [_one(db, model_id) for model_id in db.execute(query).scalars()]


def _succession(db: sa.Connection, kind: str) -> list[str]:
    """The models that were promoted and not rolled back, the current one last."""
    query = (
        sa.select(model_events.c.model_id, model_events.c.event)
        .join(models, models.c.id == model_events.c.model_id)
        .where(models.c.kind == kind)
        .order_by(model_events.c.id)
    )
    line: list[str] = []
    for model_id, event in db.execute(query):
        if event == "promoted" and line[-1:] != [model_id]:
            line.append(model_id)
        elif event == "rolled_back":
            line.pop()
    return line


def _one(db: sa.Connection, model_id: str) -> Model:
    row = db.execute(sa.select(models).where(models.c.id == model_id)).first()
    if row is None:
        raise StoreError(f"model {model_id!r}: there is none; `picosieve models list` shows them")
    line = _succession(db, row.kind)
    status = (
        "current" if line[-1:] == [model_id] else "retired" if _was_promoted(db, model_id) else "candidate"
    )
    return Model(
        model_id=row.id,
        kind=row.kind,
        bundle=row.bundle,
        recipe=json.loads(row.recipe),
        labels_fingerprint=row.labels_fingerprint,
        metrics=json.loads(row.metrics),
        status=status,
        created_at=row.created_at,
    )


def _was_promoted(db: sa.Connection, model_id: str) -> bool:
    promoted = (model_events.c.model_id == model_id) & (model_events.c.event == "promoted")
    return db.execute(sa.select(model_events.c.id).where(promoted)).first() is not None


def _note(db: sa.Connection, model_id: str, event: str, reason: str) -> None:
    row = {"model_id": model_id, "event": event, "reason": reason, "happened_at": now()}
    db.execute(model_events.insert().values(row))
