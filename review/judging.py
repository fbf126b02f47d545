"""Records judged criterion by criterion, as lines to read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from classifier.eligibility import CriterionJudgement, Eligibility
from data.project import Project
from data.records import Record
from data.store.imports import all_records, find_record, load_record

_AROUND = 30  # characters shown on either side of a term


@dataclass(frozen=True, slots=True)
class Judged:
    """A record with a line per criterion, its study design, and the suggestion."""

    record_id: int
    title: str
    lines: tuple[str, ...]


def judge_records(project: Project, *, record: str | None = None, n_records: int = 10) -> list[Judged]:
    """Judge one record, or the first ones of a project."""
    with project.store.read() as db:
        if record is not None:
            chosen = [load_record(db, find_record(db, record))]
        else:
            chosen = list(islice(all_records(db, representatives=True), n_records))
    judgements = Eligibility(project.protocol).judge([s.record for s in chosen])
    return [
        Judged(
            stored.record_id,
            stored.record.title,
            (
                *(_line(c, stored.record) for c in judgement.criteria),
                f"design: {judgement.design} ({judgement.design_probability:.2f})",
                f"suggested: {judgement.suggested or 'nothing'}"
                + (f" ({judgement.reason})" if judgement.reason else ""),
            ),
        )
        for stored, judgement in zip(chosen, judgements, strict=True)
    ]


def _line(judged: CriterionJudgement, record: Record) -> str:
    words = "; ".join(
        _marked(record.text, span.start, span.end, "+" if span.wanted else "-") for span in judged.spans[:4]
    )
    return f"{judged.criterion}: {judged.verdict} ({judged.probability:.2f}){'  ' + words if words else ''}"


def _marked(text: str, start: int, end: int, sign: str) -> str:
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return " ".join(f"…{before}[{sign}{text[start:end]}]{after}…".split())
