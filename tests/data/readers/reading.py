"""Read a file that a test writes, and check on the way that nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.readers import count_entries, open_records, read


def entries(folder: Path, content: str | bytes, *, format: str = "") -> list[Any]:
    """Every record and reject of a file with this content; the independent count must agree."""
    path = folder / "export"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    opened = open_records(path)
    found = list(read(opened))
    assert count_entries(opened) == len(found)
    assert not format or opened.format == format
    return found
