"""The log of decisions as people read it: a line on the screen, a row of a file."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.history import LogEntry, read_log
from review.evidence import say

LOG_COLUMNS = (
    "log",
    "decision_id",
    "record_id",
    "finding_id",
    "person",
    "stage",
    "verdict",
    "reason",
    "content",
    "note",
    "role",
    "undoes_id",
    "decided_at",
)


def log_lines(db: sa.Connection, record_id: int) -> list[str]:
    """One line per decision ever taken on a record's reference, its findings and its links."""
    return [_line(entry) for entry in read_log(db, record_id=record_id)]


def log_rows(db: sa.Connection) -> list[tuple[object, ...]]:
    """The whole log, oldest first, as rows of `LOG_COLUMNS`."""
    return [
        (
            entry.log,
            entry.decision_id,
            _records(entry),
            f"F{entry.finding_id}" if entry.finding_id else "",
            entry.person,
            entry.stage,
            entry.verdict,
            entry.reason,
            say(entry.finding) if entry.finding else "",
            entry.note,
            entry.role,
            entry.undoes_id,
            entry.decided_at,
        )
        for entry in read_log(db)
    ]


def _line(entry: LogEntry) -> str:
    about = f"F{entry.finding_id}" if entry.finding_id else _records(entry) if entry.log == "links" else ""
    role = "as adjudicator" if entry.role == "adjudicator" else ""
    what = say(entry.finding) if entry.finding else ""
    words = (entry.decided_at[:19], entry.person, entry.stage, entry.verdict, about, what, entry.reason)
    return "  ".join(word for word in (*words, role, entry.note) if word)


def _records(entry: LogEntry) -> str:
    return " ".join(f"R{i}" for i in entry.record_ids)
