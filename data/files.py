"""Files written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from data.errors import ScreeningError

_DATABASE = b"SQLite format 3\0"


def check_free(target: Path, *, force: bool) -> None:
    """Refuse a file that would be replaced unasked, and a database always: before the work, not after it."""
    if not force and target.exists() and target.stat().st_size:
        raise ScreeningError(f"{target}: is there already; give another name, or --force to replace it")
    if target.is_file():
        with target.open("rb") as file:
            if file.read(len(_DATABASE)) == _DATABASE:
                raise ScreeningError(f"{target}: is a database and is never replaced; give another name")


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
