"""What every route works with: the open project, the person at the desk, and the criteria."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from fastapi import Request

from classifier.eligibility import Eligibility
from classifier.judgement import Judgement
from data.project import Project
from data.protocol import Protocol
from data.records import Record
from data.store.people import add_person, person_names
from review.judging import eligibility_of

MOST_REMEMBERED = 300  # judgements


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
    name: str
    token: str
    _judged: dict[int, tuple[Eligibility, Judgement]] = field(default_factory=dict)

    def judge(self, record_id: int, record: Record) -> Judgement:
        """The record judged by the criteria."""
        return self.judge_all({record_id: record})[record_id]

    def judge_all(self, records: Mapping[int, Record]) -> dict[int, Judgement]:
        """Records judged by the criteria, by id: several together take little longer than one.

        The latest judgements are remembered.
        """
        eligibility = eligibility_of(self.project)
        found = {i: self._judged[i][1] for i in records if self._judged.get(i, (None,))[0] is eligibility}
        new = [i for i in records if i not in found]
        found |= dict(zip(new, eligibility.judge([records[i] for i in new]), strict=True))
        self._judged.update({i: (eligibility, found[i]) for i in new})
        for old in list(self._judged)[:-MOST_REMEMBERED]:
            self._judged.pop(old, None)
        return found

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
        name=f"{name}-{person_id}",
        token=secrets.token_hex(16),
    )


def desk_of(request: Request) -> Desk:
    """The desk of the application that answers."""
    desk: Desk = request.app.state.desk
    return desk
