"""The people of a review. Every decision names one; a model is never one of them."""

from __future__ import annotations

import sqlalchemy as sa

from data.errors import StoreError
from data.records import fold
from data.store.connection import now
from data.store.schema import people


def find_person(db: sa.Connection, name: str) -> int | None:
    """The id of the person of that name, whatever its case and spacing."""
    return db.execute(sa.select(people.c.id).where(people.c.name_key == fold(name))).scalar()


def add_person(db: sa.Connection, name: str) -> int:
    """Register a person; the id of the one who is there already if there is one.

    Raises
    ------
    StoreError
        The name is empty.
    """
    name = " ".join(name.split())
    if not fold(name):
        raise StoreError("the person's name is empty: every decision is somebody's; give --person NAME")
    found = find_person(db, name)
    if found is not None:
        return found
    row = {"name": name, "name_key": fold(name), "created_at": now()}
    return int(db.execute(people.insert().values(row)).inserted_primary_key[0])  # type: ignore[index]


def person_names(db: sa.Connection) -> dict[int, str]:
    """Every person's name by id."""
    return {row.id: row.name for row in db.execute(sa.select(people.c.id, people.c.name))}
