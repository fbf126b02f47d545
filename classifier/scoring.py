"""A file of records to scores and findings: Parquet parts, committed by a manifest."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from classifier.eligibility import Eligibility
from classifier.extraction import Extractor, load_extractor
from classifier.judgement import Judgement
from data.errors import ScreeningError
from data.protocol import CRITERIA, Protocol, parse_protocol
from data.readers import Reject, open_records, read
from data.records import FINDING_FIELDS, Record
from models.criteria import CriteriaModel
from models.relevance import RelevanceModel

MANIFEST = "_manifest.json"  # readers of Parquet folders pass over names that begin with _ or .
_NO_CRITERIA = parse_protocol('title = "none"')
_BATCH = 1000  # records held at once, and rows of a Parquet row group
_FLOATS = ("value", "value_max", "ci_lower", "ci_upper", "ci_level", "timepoint_months", "confidence")
_INTEGERS = ("count", "total", "start", "end", "evidence_start", "evidence_end")
_FLAGS = ("not_reached", "adjusted")
_FINDING = pa.struct(
    [
        (name, pa.float64() if name in _FLOATS else pa.int64() if name in _INTEGERS else pa.bool_())
        if name in _FLOATS + _INTEGERS + _FLAGS
        else (name, pa.string())
        for name in FINDING_FIELDS
    ]
)
SCHEMA = pa.schema(
    {
        "record_id": pa.string(),  # the source's own id: two entries of a file may share one
        "position": pa.int64(),  # of the entry in the file, from 1: unique
        "title": pa.string(),
        "score": pa.float64(),
        "probability": pa.float64(),
        **dict.fromkeys(CRITERIA, pa.string()),  # met, unclear or not_met; null without a protocol
        "suggested": pa.string(),
        "reason": pa.string(),
        "design": pa.string(),
        "design_probability": pa.float64(),
        "n_total": pa.int64(),
        "follow_up_months": pa.float64(),
        "findings": pa.list_(_FINDING),
        "model_id": pa.string(),
    }
)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a scoring run wrote."""

    n_records: int
    n_rejected: int
    n_findings: int
    model_id: str
    parts: tuple[str, ...]


def score_file(
    path: Path,
    folder: Path,
    *,
    model: RelevanceModel,
    protocol: Protocol | None = None,
    criteria_model: CriteriaModel | None = None,
    extractor: Extractor | None = None,
    on_records: Callable[[int], None] = lambda n_done: None,
) -> Scored:
    """Score every record of a file, streamed in constant memory.

    With a protocol each record also gets a verdict per criterion, by its terms and by what was learned
    from decisions (`criteria_model`). `extractor` reads the findings, the shipped one by default. All of
    it is prediction: nothing here comes near the dataset.

    The folder holds one Parquet part per input file and, written last, `_manifest.json`: a folder
    without it is a run that was cut off.

    Raises
    ------
    ScreeningError
        The folder holds something already or cannot be written; ReadError: the file cannot be read.
    """
    opened = open_records(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ScreeningError(f"{folder}: holds something already; give --output a new folder")
    scorer = _Scorer(
        model,
        extractor or load_extractor(),
        Eligibility(protocol or _NO_CRITERIA, criteria_model=criteria_model),
        protocol is not None,
    )
    counts = {"records": 0, "rejected": 0, "findings": 0}
    rejected: list[dict[str, Any]] = []

    def records() -> Iterator[_Entry]:
        for position, entry in enumerate(read(opened), 1):
            if isinstance(entry, Reject):
                counts["rejected"] += 1
                rejected.append({"line": entry.line, "reason": entry.reason})
            else:
                yield _Entry(_name(path, position, entry), position, entry)

    part = f"part-00000-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}.parquet"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(folder / f".{part}", SCHEMA) as writer:
            for batch in _batches(records()):
                rows = scorer.rows(batch)
                writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
                counts["records"] += len(rows)
                counts["findings"] += sum(len(row["findings"]) for row in rows)
                on_records(counts["records"])
        (folder / f".{part}").replace(folder / part)
        scored = Scored(counts["records"], counts["rejected"], counts["findings"], model.model_id, (part,))
        _commit(folder, path, scored, rejected)
    except OSError as err:
        raise ScreeningError(f"{folder}: scores cannot be written here ({err.strerror})") from err
    return scored


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record with what it is called and where it stands in its file."""

    name: str
    position: int
    record: Record


def _name(path: Path, position: int, record: Record) -> str:
    """The source's own id of a record, else its place in the file."""
    return record.external_id or record.accession or record.pmid or f"{path.name}:{position}"


@dataclass(frozen=True, slots=True)
class _Scorer:
    """Everything that judges a record, loaded once."""

    model: RelevanceModel
    extractor: Extractor
    eligibility: Eligibility
    has_protocol: bool

    def rows(self, batch: Sequence[_Entry]) -> list[dict[str, Any]]:
        """The rows of `SCHEMA` for some records."""
        records = [entry.record for entry in batch]
        scores, probabilities = self.model.score(records)
        judgements = self.eligibility.judge(records)
        rows = []
        for entry, score, probability, judgement in zip(
            batch, scores, probabilities, judgements, strict=True
        ):
            extraction = self.extractor.extract(entry.record.text)
            rows.append(
                {
                    "record_id": entry.name,
                    "position": entry.position,
                    "title": entry.record.title,
                    "score": float(score),
                    "probability": None if np.isnan(probability) else float(probability),
                    **self._verdicts(judgement),
                    "design": str(judgement.design),
                    "design_probability": judgement.design_probability,
                    "n_total": extraction.facts.n_total,
                    "follow_up_months": extraction.facts.follow_up_months,
                    "findings": [_plain(dataclasses.asdict(f)) for f in extraction.findings],
                    "model_id": self.model.model_id,
                }
            )
        return rows

    def _verdicts(self, judgement: Judgement) -> dict[str, str | None]:
        if not self.has_protocol:
            return dict.fromkeys((*CRITERIA, "suggested", "reason"))
        verdicts: dict[str, str | None] = {c.criterion: str(c.verdict) for c in judgement.criteria}
        suggested = str(judgement.suggested) if judgement.suggested else None
        return verdicts | {"suggested": suggested, "reason": judgement.reason}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if name in _FLOATS + _INTEGERS + _FLAGS or value is None else str(value)
        for name, value in values.items()
    }


def _commit(folder: Path, path: Path, scored: Scored, rejected: list[dict[str, Any]]) -> None:
    """Name every part with its hash; the rename makes the run complete in one step."""
    hashes = {part: hashlib.sha256((folder / part).read_bytes()).hexdigest() for part in scored.parts}
    told = {
        "input": path.name,
        "records": scored.n_records,
        "rejected": scored.n_rejected,
        "rejects": rejected,
        "findings": scored.n_findings,
        "model_id": scored.model_id,
        "parts": hashes,
    }
    partial = folder / f".{MANIFEST}"
    partial.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / MANIFEST)


def _batches(records: Iterator[_Entry]) -> Iterator[list[_Entry]]:
    while batch := list(islice(records, _BATCH)):
        yield batch
