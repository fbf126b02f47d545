"""The people of a review. Every decision names one; a model is never one of them."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa

from data.errors import StoreError
from data.records import fold
from data.store.connection import now
from data.store.schema import people

MAX_NAME = 200


def find_person(db: sa.Connection, name: str) -> int | None:
    """The id of the person of that name, whatever its case, spacing, punctuation and order of words."""
    return db.execute(sa.select(people.c.id).where(people.c.name_key == _key(name))).scalar()


def _key(name: str) -> str:
    """The words of a name in alphabetical order: "Lovelace, Ada" is Ada Lovelace."""
    return " ".join(sorted(re.findall(r"\w+", fold(name))))


def add_person(db: sa.Connection, name: str) -> int:
    """Register a person; the id of the one who is there already if there is one.

    Raises
    ------
    StoreError
        The name is empty, too long, or one that could pass for another's.
    """
    name = " ".join(name.split())
    key = _key(name)
    if not key:
        raise StoreError("the person's name is empty: every decision is somebody's; give --person NAME")
    if len(name) > MAX_NAME or any(unicodedata.category(c)[0] == "C" for c in name):
        raise StoreError(f"the person's name has invisible characters, or more than {MAX_NAME}; type it anew")
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in name if c.isalpha()}
    if len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
        raise StoreError(f"the person's name {name!r} mixes alphabets; type it in one")
    found = find_person(db, name)
    if found is not None:
        return found
    row = {"name": name, "name_key": key, "created_at": now()}
    return int(db.execute(people.insert().values(row)).inserted_primary_key[0])  # type: ignore[index]


def person_names(db: sa.Connection) -> dict[int, str]:
    """Every person's name by id."""
    return {row.id: row.name for row in db.execute(sa.select(people.c.id, people.c.name))}
