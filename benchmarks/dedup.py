"""Deduplication against two libraries deduplicated by hand, and its growth up to 100,000 records.

    python -m benchmarks.dedup                    precision, recall, every false merge
    python -m benchmarks.dedup --scale 10000 30000 100000

Reads `../shared/benchmarks/dedup` and scores with its `score_dedup.py`. The large files are made by
perturbing the real records of `dedup` and `imports`: words swapped between two records, and a third
of them written twice, with a typing error, without DOI or abstract.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from data.duplicates import Duplicates, find_duplicates
from data.export import Exported, write_ris
from data.readers import count_entries, open_records, read
from data.records import Record
from data.studies import study_links

SHARED = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
LIBRARIES = {"tafenoquine": "tafenoquine.endnote.xml", "asysd_labelled": "asysd_labelled.csv"}
SHARE_TWICE = 0.35


def records_of(path: Path) -> list[Record]:
    """The records of a file; one that is rejected would shift every position."""
    entries = list(read(open_records(path)))
    records = [e for e in entries if isinstance(e, Record)]
    if len(records) != len(entries):
        sys.exit(f"{path}: {len(entries) - len(records)} entries were rejected")
    return records


def write_result(folder: Path, found: Duplicates, n_records: int) -> tuple[Path, Path]:
    """Clusters and proposals as `score_dedup.py` takes them, positions from 1."""
    cluster_of = {position: position for position in range(n_records)}
    for group in found.clusters:
        cluster_of.update(dict.fromkeys(group, group[0]))
    clusters, proposals = folder / "clusters.csv", folder / "proposals.csv"
    with clusters.open("w", newline="") as file:
        rows = [(position + 1, head + 1) for position, head in cluster_of.items()]
        csv.writer(file).writerows([("position", "cluster"), *rows])
    with proposals.open("w", newline="") as file:
        pairs = [(p.a + 1, p.b + 1, p.score) for p in found.proposals]
        csv.writer(file).writerows([("position_a", "position_b", "score"), *pairs])
    return clusters, proposals


def false_merges(gold: Sequence[dict[str, str]], found: Duplicates) -> list[list[int]]:
    """The clusters that lose a reference, by the rules of `score_dedup.py`."""
    if "set" in gold[0]:
        return [g for g in found.clusters if len({gold[p]["set"] for p in g}) > 1]
    return [g for g in found.clusters if len(g) - 1 > sum(int(gold[p]["duplicate"]) for p in g)]


def measure(name: str) -> None:
    """Score one library and list what was merged wrongly."""
    folder = SHARED / "dedup"
    records = records_of(folder / LIBRARIES[name])
    started = time.perf_counter()
    found = find_duplicates(records)
    seconds = time.perf_counter() - started
    with (folder / f"{name}.gold.csv").open(newline="") as file:
        gold = list(csv.DictReader(file))
    with tempfile.TemporaryDirectory() as temporary:
        paths = write_result(Path(temporary), found, len(records))
        command: list[str | Path] = [
            sys.executable,
            folder / "score_dedup.py",
            folder / f"{name}.gold.csv",
            *paths,
        ]
        print(f"{name}: {subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()}")
    wrong = false_merges(gold, found)
    n_links = len(study_links(records, groups=found.clusters))
    print(f"    {seconds:.2f} s; {len(wrong)} false merges; {len(found.proposals)} proposals")
    print(f"    {n_links} study links proposed (nobody labelled these)")
    for group in wrong:
        for position in group:
            r = records[position]
            place = f"{r.journal[:30]} {r.volume} {r.pages} {r.doi}"
            print(f"    {position + 1:>6} {r.year} {r.title[:80]} | {place}")


def perturbed(n_records: int, *, rng: random.Random) -> Iterator[Record]:
    """Records made of two real ones each, a share of them twice."""
    files = [SHARED / "dedup" / name for name in LIBRARIES.values()]
    files += [SHARED / "imports" / name for name in ("zotero_export.xml", "zotero_export.ris")]
    real = [record for path in files for record in records_of(path)]
    n_made = 0
    while n_made < n_records:
        one, other = rng.choice(real), rng.choice(real)
        words, ending = one.title.split(), other.title.split()
        rng.shuffle(words)
        half, rest = one.abstract.split(), other.abstract.split()
        made = replace(
            one,
            title=" ".join(words[: len(words) // 2 + 1] + ending[:8]),
            abstract=" ".join(half[: len(half) // 2] + rest[len(rest) // 2 :]),
            doi=f"10.5555/{n_made}",
            pmid="",
            accession="",
            year=rng.randrange(1990, 2024),
            pages=f"{rng.randrange(1, 3000)}-{n_made % 9}",
            authors=(*rng.sample(one.authors, len(one.authors)), *other.authors[:1]),
        )
        yield made
        n_made += 1
        if n_made < n_records and rng.random() < SHARE_TWICE:
            at = rng.randrange(len(made.title))
            yield replace(
                made,
                title=made.title[:at] + made.title[at + 1 :],
                doi=made.doi if rng.random() < 0.5 else "",
                abstract=made.abstract if rng.random() < 0.7 else "",
            )
            n_made += 1


def scale(path: Path) -> None:
    """Print time and peak memory of reading and of deduplicating one file."""
    started = time.perf_counter()
    opened = open_records(path)
    n_entries, n_records = count_entries(opened), sum(isinstance(e, Record) for e in read(opened))
    read_seconds, read_mb = time.perf_counter() - started, peak_mb()
    started = time.perf_counter()
    # The raw entries are not compared; without them 100,000 records are a few hundred megabytes.
    found = find_duplicates(replace(e, raw="") for e in read(opened) if isinstance(e, Record))
    seconds = time.perf_counter() - started
    print(
        f"{n_entries} entries, {n_records} records: read in {read_seconds:.1f} s at {read_mb} MB peak; "
        f"deduplicated in {seconds:.1f} s at {peak_mb()} MB; {len(found.clusters)} clusters, "
        f"{len(found.proposals)} proposals",
        flush=True,
    )


def peak_mb() -> int:
    """Peak resident memory of this process so far, in megabytes (Linux counts in kilobytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=int, nargs="+", default=[], metavar="N")
    parser.add_argument("--file", type=Path, help="measure this file alone")
    asked = parser.parse_args()
    if asked.file:
        scale(asked.file)
        return
    if not SHARED.is_dir():
        sys.exit(f"{SHARED}: the libraries are not there; nothing to measure")
    if not asked.scale:
        for name in LIBRARIES:
            measure(name)
    for n_records in asked.scale:
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / "large.ris"
            rng = random.Random(0)
            write_ris(path, (Exported(record=record) for record in perturbed(n_records, rng=rng)))
            # A process of its own for each size, so that each shows its own peak.
            subprocess.run([sys.executable, "-m", "benchmarks.dedup", "--file", path], check=True)


if __name__ == "__main__":
    main()
