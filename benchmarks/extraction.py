"""Measure the extractor on the annotated abstracts: `python -m benchmarks.extraction split OUT_DIR`.

A third of each set (`sha256(record_id) % 3 == 0`) is set aside before the first rule is written. Rules
are tuned on the open two thirds only; the figures of the third that was set aside are reported apart.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

SETS = ("dev", "other", "challenge")
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "extraction"


def is_set_aside(record_id: str) -> bool:
    """Whether the record belongs to the third that no rule may be tuned on.

    Examples
    --------
    >>> is_set_aside("a"), is_set_aside("g")
    (False, True)
    """
    return int(hashlib.sha256(record_id.encode()).hexdigest(), 16) % 3 == 0


def lines(path: Path) -> Iterator[dict[str, object]]:
    """The JSON objects of a file with one per line."""
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            if line.strip():
                yield json.loads(line)


def split(out: Path) -> None:
    """Write `open/` and `aside/` copies of each set's texts and golds under `out`."""
    for part, aside in (("open", False), ("aside", True)):
        folder = out / part
        folder.mkdir(parents=True, exist_ok=True)
        for name in SETS:
            for kind in ("texts", "gold"):
                rows = [
                    row
                    for row in lines(FOLDER / f"{name}.{kind}.jsonl")
                    if is_set_aside(str(row["record_id"])) == aside
                ]
                with (folder / f"{name}.{kind}.jsonl").open("w", encoding="utf-8") as handle:
                    handle.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    if not FOLDER.is_dir():
        sys.exit(f"{FOLDER}: the annotated abstracts are not there; nothing to measure")
    split(Path(sys.argv[2]))
