"""What every route works with: the open project, the person at the desk, and the words to look for."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from fastapi import Request

from classifier.eligibility import Eligibility
from data.project import Project
from data.protocol import Protocol
from data.store.people import add_person, person_names
from models.terms import Terms


@dataclass(frozen=True, slots=True)
class Desk:
    """One local person reading in one project.

    Attributes
    ----------
    name : str
        Of this project: what a browser keeps unsent belongs to one project and person only.
    token : str
        Known to pages of this server only.
    """

    project: Project
    person: str
    person_id: int
    terms: Terms
    eligibility: Eligibility
    name: str
    token: str

    @property
    def protocol(self) -> Protocol:
        """The protocol in force."""
        return self.project.protocol


def open_desk(project: Project, *, person: str) -> Desk:
    """Register the person and take their place."""
    with project.store.write() as db:
        person_id = add_person(db, person)
        first = db.execute(sa.text("SELECT sha256, created_at FROM protocol_versions ORDER BY id")).first()
        written = person_names(db)[person_id]
    name = hashlib.sha256(f"{tuple(first or ())}".encode()).hexdigest()[:16]
    return Desk(
        project=project,
        person=written,
        person_id=person_id,
        terms=Terms.of(project.protocol),
        eligibility=Eligibility(project.protocol),
        name=f"{name}-{person_id}",
        token=secrets.token_hex(16),
    )


def desk_of(request: Request) -> Desk:
    """The desk of the application that answers."""
    desk: Desk = request.app.state.desk
    return desk
