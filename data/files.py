"""Files written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from data.errors import ScreeningError

# Names in the folder of a review.
PROTOCOL = "protocol.toml"
DATABASE = "review.sqlite"
DATABASE_URL = "database.url"  # stands there instead when the review lives in PostgreSQL
_SQLITE = b"SQLite format 3\0"


def check_free(target: Path, *, force: bool) -> None:
    """Refuse a file that would be replaced unasked, and what a review rests on always.

    To be asked before the work, not after it.
    """
    if what := _kept_always(target):
        raise ScreeningError(f"{target}: is {what} and is never replaced; give another name")
    if not force and target.exists() and target.stat().st_size:
        raise ScreeningError(f"{target}: is there already; give another name, or --force to replace it")


def _kept_always(target: Path) -> str:
    """What a file is that no list may be written over; "" for all others."""
    if not target.is_file():
        return ""
    with target.open("rb") as file:
        if file.read(len(_SQLITE)) == _SQLITE:
            return "a database"
    in_project = any((target.parent / name).exists() for name in (DATABASE, DATABASE_URL))
    # A file system may take the name in any case for the same file.
    names = {PROTOCOL: "the protocol of a review", DATABASE_URL: "the address of a review"}
    return names.get(target.name.lower(), "") if in_project else ""


@contextmanager
def writing(target: Path, *, force: bool) -> Iterator[TextIO]:
    """A text file that appears whole or not at all, and never in the place of another unasked."""
    check_free(target, force=force)
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            yield file
        partial.replace(target)
    except OSError as err:
        raise ScreeningError(f"{target}: cannot be written ({err.strerror})") from err
    finally:
        partial.unlink(missing_ok=True)
