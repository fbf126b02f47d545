"""Records of a project judged criterion by criterion."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from classifier.eligibility import Eligibility
from classifier.eligibility_learning import learn_for, learned_for, newest_for
from classifier.judgement import Judgement
from data.project import Project
from data.records import Record
from data.store.imports import all_records, find_record, load_record


@dataclass(frozen=True, slots=True)
class Judged:
    """A record of a project and what its protocol makes of it."""

    record_id: int
    record: Record
    judgement: Judgement


def judge_records(project: Project, *, record: str | None = None, n_records: int = 10) -> list[Judged]:
    """Judge one record, or the first ones of a project, with all that its decisions teach by now."""
    with project.store.read() as db:
        if record is not None:
            chosen = [load_record(db, find_record(db, record))]
        else:
            chosen = list(islice(all_records(db, representatives=True), n_records))
    judgements = judge_all(project, [s.record for s in chosen])
    return [
        Judged(stored.record_id, stored.record, judgement)
        for stored, judgement in zip(chosen, judgements, strict=True)
    ]


def judge_all(project: Project, records: Sequence[Record]) -> list[Judgement]:
    """Judge records by the criteria of a project, with all that its decisions teach by now."""
    learn_for(project, at_once=True)
    return eligibility_of(project).judge(records)


def eligibility_of(project: Project) -> Eligibility:
    """The project's criteria, with the model learned from its decisions once there is one.

    The same object is given until a newer model is written, so it may be asked for at every record.
    """
    key = (project.folder.resolve(), project.protocol.sha256, newest_for(project))
    with _lock:
        if key not in _prepared:
            _prepared.clear()
            _prepared[key] = Eligibility(project.protocol, criteria_model=learned_for(project))
        return _prepared[key]


_lock = threading.Lock()  # the routes of a server run in threads
_prepared: dict[tuple[Path, str, str], Eligibility] = {}  # the one project of this process
