"""Records of a project judged criterion by criterion."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from classifier.eligibility import Eligibility
from classifier.eligibility_text import explain
from data.project import Project
from data.store.imports import all_records, find_record, load_record


@dataclass(frozen=True, slots=True)
class Judged:
    """A record and its judgement as text: verdicts, design, suggestion, and the words that say so."""

    record_id: int
    text: str


def judge_records(project: Project, *, record: str | None = None, n_records: int = 10) -> list[Judged]:
    """Judge one record, or the first ones of a project."""
    with project.store.read() as db:
        if record is not None:
            chosen = [load_record(db, find_record(db, record))]
        else:
            chosen = list(islice(all_records(db, representatives=True), n_records))
    judgements = Eligibility(project.protocol).judge([s.record for s in chosen])
    return [
        Judged(stored.record_id, explain(stored.record, judgement))
        for stored, judgement in zip(chosen, judgements, strict=True)
    ]
