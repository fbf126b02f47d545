"""Find a record to jump to: by its words, its id, or the list it is on."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from data.protocol import Stage
from data.store.marks import MarkKind, marked_records

LISTS = ("all", "include", "exclude", "maybe", "discuss", "skip")
MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was found, and one's own verdict on it if there is one."""

    record_id: int
    title: str
    year: int | None
    verdict: str | None


def search_records(
    db: sa.Connection, words: str, *, among: str, person_id: int, stage: Stage, most: int = MOST
) -> list[Found]:
    """References that hold every word in title, abstract or authors, or are named by their id.

    Case is ignored as the database does it (SQLite: of ASCII letters).
    """
    mine = "SELECT group_id, verdict FROM standing_screening WHERE person_id = :person_id AND stage = :stage"
    conditions = ["r.id = r.group_id"]
    values: dict[str, object] = {"person_id": person_id, "stage": str(stage), "most": most}
    name = words.strip()
    if name[:1] in ("R", "r") and name[1:].isascii() and name[1:].isdigit() and len(name) < 11:
        conditions.append("r.id = (SELECT group_id FROM records WHERE id = :id)")
        values["id"] = int(name[1:])
    else:
        for i, word in enumerate(name.split()[:10]):
            like = f"LIKE :w{i} ESCAPE '\\'"
            conditions.append(
                f"(LOWER(r.title) {like} OR LOWER(r.abstract) {like} OR LOWER(r.authors) {like}"
                f" OR r.external_id = :e{i} OR r.pmid = :e{i} OR r.doi = :e{i})"
            )
            escaped = word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values |= {f"w{i}": f"%{escaped}%", f"e{i}": word}
    if among in ("include", "exclude", "maybe"):
        conditions.append("m.verdict = :verdict")
        values["verdict"] = among
    query = sa.text(
        f"SELECT r.id, r.title, r.year, m.verdict FROM records r LEFT JOIN ({mine}) m ON m.group_id = r.id"
        f" WHERE {' AND '.join(conditions)} ORDER BY r.id LIMIT :most"
    )
    if among in ("discuss", "skip"):
        return _aside(db, query, values, MarkKind(among), person_id, stage, most)
    return [Found(*row) for row in db.execute(query, values)]


def _aside(
    db: sa.Connection,
    query: sa.TextClause,
    values: dict[str, object],
    kind: MarkKind,
    person_id: int,
    stage: Stage,
    most: int,
) -> list[Found]:
    """Of the records set aside those that are still undecided."""
    marked = marked_records(db, kind, person_id=person_id, stage=str(stage))
    rows = db.execute(query, values | {"most": 1_000_000})
    return [Found(*row) for row in rows if row[0] in marked and row[3] is None][:most]
