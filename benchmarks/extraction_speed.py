"""How many abstracts a second one core extracts from, and whether memory stays where it is.

    python -m benchmarks.extraction_speed

Two streams, each text read once: the annotated abstracts that are open, which are dense (3 to 12 results
each), and what searches bring in (the records of the finished reviews of `../shared/benchmarks/ranking` and
of the study designs), of which few state a result. What is counted is the core's own time.
"""

from __future__ import annotations

import csv
import resource
import sys
import time
from collections.abc import Iterable, Iterator

from benchmarks.annotated import GIVEN, OPEN, SHARED, load_records
from classifier.extraction import Extractor, load_extractor


def search_results() -> Iterator[str]:
    """Title and abstract of every record of the finished reviews and of the study designs."""
    csv.field_size_limit(sys.maxsize)
    for path in [*sorted((SHARED / "ranking").glob("*.csv")), SHARED / "design" / "study_design_dev.csv"]:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{row['title']} {row['abstract']}"


def measure(name: str, texts: Iterable[str], extractor: Extractor) -> None:
    """Read a stream and print its speed, and by how much the process grew from its first hundredth on."""
    n_texts = n_findings = spent = 0.0
    grown_from = 0
    for text in texts:
        begin = time.process_time()
        found = extractor.extract(text).findings
        spent += time.process_time() - begin
        n_texts, n_findings = n_texts + 1, n_findings + len(found)
        if n_texts == 100:
            grown_from = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown_from) / 1024
    print(
        f"{name}: {n_texts / spent:.0f} abstracts/s on one core ({n_texts:.0f} texts,"
        f" {n_findings / n_texts:.2f} findings each); memory grew by {grown:.0f} MiB after the first 100"
    )


def main() -> None:
    """Print both streams."""
    if not SHARED.is_dir():
        sys.exit(f"{SHARED}: the labelled records are not there; nothing to measure")
    extractor = load_extractor()
    for record in load_records("open", sets=["challenge"])[:20]:
        extractor.extract(record.text)  # patterns compiled, caches warm: as in any longer run
    measure("search results", search_results(), extractor)
    dense = [r.text for r in load_records(*OPEN, sets=GIVEN)]
    measure("annotated, dense", dense, extractor)


if __name__ == "__main__":
    main()
