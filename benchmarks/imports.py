"""Import files as databases and reference managers wrote them: every entry in, nothing mangled.

    python -m benchmarks.imports                 a line per file
    python -m benchmarks.imports --sample 30     and this many records of each, to be read by eye

Reads `../shared/benchmarks/imports`. The entries are counted a third time here, by a plain search of the
file's bytes, beside the count that `count_entries` makes and the records that `read` gives.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from pathlib import Path

from data.readers import count_entries, open_records, read
from data.records import Record

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "imports"
MARKS = {"RIS": rb"^(?:\xef\xbb\xbf)?TY  -", "EndNote XML": rb"<record>", "BibTeX": rb"^@\w+\{"}
FIELDS = (
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "pages",
    "doi",
    "accession",
    "language",
    "keywords",
)


def measure(path: Path, *, n_sample: int) -> bool:
    """Print how one file came in; returns whether the three counts agree."""
    started = time.perf_counter()
    opened = open_records(path)
    entries = list(read(opened))
    seconds = time.perf_counter() - started
    records = [e for e in entries if isinstance(e, Record)]
    n_marks = len(re.findall(MARKS[opened.format], path.read_bytes(), re.MULTILINE))
    n_counted = count_entries(opened)
    held = " ".join(f"{name} {sum(bool(getattr(r, name)) for r in records)}" for name in FIELDS)
    print(
        f"{path.name}: {opened.format}, {opened.encoding}; {n_marks} marks in the file, {n_counted} counted, "
        f"{len(records)} in, {len(entries) - len(records)} rejected; {seconds:.2f} s\n    {held}"
    )
    for record in random.Random(0).sample(records, min(n_sample, len(records))):
        start, end = record.abstract[:70].replace("\n", "|"), record.abstract[-50:].replace("\n", "|")
        print(f"    {record.line:>6} {record.title}\n           {start} ... {end}")
    return n_marks == n_counted == len(entries)


def main() -> None:
    """Measure every file of the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, default=0)
    n_sample = parser.parse_args().sample
    if not FOLDER.is_dir():
        sys.exit(f"{FOLDER}: the files are not there; nothing to measure")
    agree = [measure(path, n_sample=n_sample) for path in sorted(FOLDER.iterdir())]
    print(f"the counts of {sum(agree)} of {len(agree)} files agree")


if __name__ == "__main__":
    main()
