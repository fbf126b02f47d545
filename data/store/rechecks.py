"""Exclusions to look at again: they cite a criterion or a limit that the protocol has changed since.

Nothing is stored of it: it follows from the log, where each decision names the version of the protocol it
was taken under. Deciding again, under the version in force, takes a record off the list.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from data.protocol import CRITERIA, Protocol, parse_protocol
from data.store.imports import load_record
from data.store.schema import protocol_versions


@dataclass(frozen=True, slots=True)
class Recheck:
    """A settled exclusion that rests on words of the protocol which are no longer the same.

    Attributes
    ----------
    record_id : int
        Of the reference (`group_id`).
    stage : str
    reason : str
        The changed criterion or limit that the exclusion cites.
    people : tuple of str
        Who cited it.
    """

    record_id: int
    title: str
    stage: str
    reason: str
    people: tuple[str, ...]


def changed_reasons(old: Protocol, new: Protocol) -> frozenset[str]:
    """The criteria and limits in which two versions differ, as the reasons that cite them."""
    changed = {c for c in CRITERIA if old.criterion(c) != new.criterion(c)}
    if old.languages != new.languages:
        changed.add("language")
    if (old.published_from, old.published_to) != (new.published_from, new.published_to):
        changed.add("date")
    return frozenset(changed)


def exclusions_to_recheck(db: sa.Connection) -> list[Recheck]:
    """The settled exclusions that cite what has changed since they were decided, by record id."""
    kept = db.execute(sa.select(protocol_versions).order_by(protocol_versions.c.id)).all()
    if len(kept) < 2:
        return []
    read = {row.id: parse_protocol(row.source_text, name=f"version {row.id}") for row in kept}
    newest = read[kept[-1].id]
    changed = {version: changed_reasons(protocol, newest) for version, protocol in read.items()}
    standing = sa.text(
        "SELECT s.group_id, s.stage, s.reason, d.protocol_version_id, p.name FROM standing_screening s"
        " JOIN screening_decisions d ON d.id = s.entry_id JOIN people p ON p.id = s.person_id"
        " JOIN stage_consensus c ON c.group_id = s.group_id AND c.stage = s.stage"
        " WHERE c.outcome = 'exclude' AND s.verdict = 'exclude' AND s.reason IS NOT NULL"
        " ORDER BY s.group_id, s.stage, s.entry_id"
    )
    cited: dict[tuple[int, str, str], list[str]] = {}
    for group_id, stage, reason, version, name in db.execute(standing):
        if reason in changed[version]:
            cited.setdefault((int(group_id), stage, reason), []).append(name)
    return [
        Recheck(group_id, load_record(db, group_id).record.title, stage, reason, tuple(names))
        for (group_id, stage, reason), names in cited.items()
    ]
