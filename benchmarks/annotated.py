"""Every annotated abstract that the extractor is measured on, and which of them may be read.

Sets: `dev`, `other` and `challenge` lie in `../shared/benchmarks/extraction`; `pubmed` are real abstracts of
`../shared/benchmarks/design` that speak of survival or response, annotated for this project
(`written/pubmed.gold.jsonl`, places and values only); the others are synthetic (`written/`).

Parts: rules are tuned on what is open, and models fitted on that and on what is unread (rules look better on
texts that they were tuned on, and a model fitted on such texts alone trusts them too much); closed records
are scored and nothing else.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.markup import read_marked
from data.records import Endpoint, Finding, Statistic, Unit

WRITTEN = Path(__file__).resolve().parent / "written"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
FOLDER = SHARED / "extraction"
GIVEN = ("dev", "other", "challenge")
FIELDS = ("myeloma", "haematology", "solid", "breast", "hard", "cohorts")  # synthetic, by subject
SETS = (*GIVEN, "mixed", *FIELDS, "pubmed")
OPEN = ("open", "opened", "written open", "fields open", "fields opened", "pubmed open")
UNREAD = ("fields unread",)
FITTED = (*OPEN, *UNREAD)  # what models are fitted on
CLOSED = ("closed", "written closed", "fields closed", "pubmed closed")


_EVERY = {"written": 2, "fields": 4, "pubmed": 4}  # every second or fourth record is of the first part
_OWN = {
    "W": ("written", "closed", "open"),
    "X": ("fields", "opened", "open"),
    "Y": ("fields", "opened", "open"),
    "Z": ("fields", "closed", "opened"),
    "U": ("fields", "unread", "unread"),
    "D": ("pubmed", "closed", "open"),
}


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """One abstract with its annotated mentions and its facts (rows of the annotation guide)."""

    set_name: str
    record_id: str
    text: str
    mentions: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any]


def is_set_aside(record_id: str) -> bool:
    """Whether the record belongs to the third that no rule may be tuned on.

    Examples
    --------
    >>> is_set_aside("a"), is_set_aside("g")
    (False, True)
    """
    return int(hashlib.sha256(record_id.encode()).hexdigest(), 16) % 3 == 0


def part_of(record_id: str) -> str:
    """The part of a record: open, opened (set aside at first, read since) or closed; others apart.

    Examples
    --------
    >>> [part_of(name) for name in ("a", "g", "h", "W001", "W002")]
    ['open', 'closed', 'opened', 'written closed', 'written open']
    >>> [part_of(name) for name in ("X101", "Y103", "U102", "Z103", "D30410002", "D30410003")]
    ['fields open', 'fields opened', 'fields unread', 'fields closed', 'pubmed open', 'pubmed closed']
    """
    if own := re.fullmatch(r"([WXYZUD])(\d+)", record_id):
        kind, one, others = _OWN[own[1]]
        return f"{kind} {one}" if int(own[2]) % _EVERY[kind] == _EVERY[kind] - 1 else f"{kind} {others}"
    if not is_set_aside(record_id):
        return "open"
    half = int(hashlib.sha256(record_id.encode()).hexdigest(), 16) // 27 % 2
    return "closed" if half else "opened"


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file with one per line."""
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            if line.strip():
                yield json.loads(line)


def load_records(*parts: str, sets: Sequence[str] = SETS) -> list[AnnotatedText]:
    """The annotated abstracts of some sets that belong to one of `parts` (see `part_of`)."""
    return [r for name in sets for r in _read_set(name) if part_of(r.record_id) in parts]


def _read_set(name: str) -> Iterator[AnnotatedText]:
    if name in FIELDS:
        for record_id, text, rows in read_marked(WRITTEN / f"{name}.txt"):
            yield _annotated(name, record_id, text, rows)
        return
    gold: dict[str, list[dict[str, Any]]] = {}
    for row in lines(FOLDER / f"{name}.gold.jsonl" if name in GIVEN else WRITTEN / f"{name}.gold.jsonl"):
        gold.setdefault(str(row["record_id"]), []).append(row)
    for record_id, text in _texts(name):
        if record_id in gold:
            yield _annotated(name, record_id, text, gold[record_id])


def _texts(name: str) -> Iterator[tuple[str, str]]:
    if name == "pubmed":
        with (SHARED / "design" / "study_design_dev.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield f"D{row['pmid']}", " ".join(f"{row['title']} {row['abstract']}".split())
        return
    folder = FOLDER if name in GIVEN else WRITTEN
    for row in lines(folder / f"{name}.texts.jsonl"):
        yield str(row["record_id"]), str(row["text"])


def _annotated(name: str, record_id: str, text: str, rows: Sequence[Mapping[str, Any]]) -> AnnotatedText:
    facts = next(row for row in rows if row.get("type") == "record")
    mentions = tuple(row for row in rows if row.get("type") != "record")
    return AnnotatedText(name, record_id, text, mentions, facts)


def gold_findings(rows: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """The annotated mentions of one text as findings."""
    return [
        Finding(
            endpoint=Endpoint(row["endpoint"]),
            statistic=Statistic(row["statistic"]),
            value=row.get("value"),
            value_max=row.get("value_max"),
            not_reached=bool(row.get("not_reached")),
            unit=Unit(row["unit"]),
            timepoint_months=row.get("timepoint_months"),
            arm=row.get("arm"),
            start=row["start"],
            end=row["end"],
            evidence_start=row["start"],
            evidence_end=row["end"],
        )
        for row in rows
    ]
