"""The extractor of a project: with the model that its people's judgements refitted, or the shipped one."""

from __future__ import annotations

from classifier.extraction.pipeline import Extractor, load_extractor
from data.project import Project
from data.store import registry
from models.outcome_spans import KIND


def project_extractor(project: Project) -> Extractor:
    """The extractor of the endpoints in the protocol, with the project's current extraction model.

    With the shipped model where the project has fitted none.

    Raises
    ------
    BundleError
        The current model's bundle is gone or damaged; `picosieve models rollback` or `retrain` helps.
    """
    with project.store.read() as db:
        current = registry.current(db, kind=KIND)
    bundle = project.models / current.bundle if current is not None and current.bundle else None
    return load_extractor(bundle, endpoints=project.protocol.endpoints)
