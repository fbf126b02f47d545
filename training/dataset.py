"""A frozen, fingerprinted snapshot of what people confirmed, as a Hugging Face dataset with a card.

The folder loads without this program: `datasets.load_dataset(DIR)` gives the records,
`datasets.load_dataset(DIR, "findings")` the findings.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import ScreeningError
from data.project import Project
from data.store import integrity
from data.store.dataset import ConfirmedFinding, ConfirmedRecord, confirmed_findings, confirmed_records
from data.store.imports import load_record
from data.store.schema import CONTENT_FIELDS

_TEXTS = pa.list_(pa.string())
RECORDS_SCHEMA = pa.schema(
    {
        "record_id": pa.string(),
        "external_id": pa.string(),
        "title": pa.string(),
        "abstract": pa.string(),
        "authors": _TEXTS,
        "year": pa.int64(),
        "journal": pa.string(),
        "doi": pa.string(),
        "pmid": pa.string(),
        "label": pa.string(),
        "stage": pa.string(),
        "mode": pa.string(),
        "reasons": _TEXTS,
        "decided_by": _TEXTS,
        "decided_at": pa.string(),
    }
)
_FINDING_TYPES = {
    **dict.fromkeys(
        ("value", "value_max", "ci_lower", "ci_upper", "ci_level", "timepoint_months"), pa.float64()
    ),
    **dict.fromkeys(("count", "total", "start", "end", "evidence_start", "evidence_end"), pa.int64()),
    **dict.fromkeys(("not_reached", "adjusted"), pa.bool_()),
}
FINDINGS_SCHEMA = pa.schema(
    {
        "finding_id": pa.string(),
        "record_id": pa.string(),
        "record_label": pa.string(),
        **{name: _FINDING_TYPES.get(name, pa.string()) for name in CONTENT_FIELDS},
        "evidence": pa.string(),
        "verdict": pa.string(),
        "mode": pa.string(),
        "extractor": pa.string(),
        "decided_by": _TEXTS,
        "decided_at": pa.string(),
    }
)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a snapshot holds; `fingerprint` is the same for the same confirmed content."""

    n_records: int
    n_findings: int
    fingerprint: str


def freeze(project: Project, folder: Path, *, force: bool = False) -> Frozen:
    """Write the dataset of a project: nothing but what people confirmed is in it.

    Raises
    ------
    ScreeningError
        The folder holds something already (and `force` is not given), or cannot be written.
    """
    with project.store.read() as db:
        integrity.check(db)
        records, findings = confirmed_records(db), confirmed_findings(db)
        labels = {r.group_id: r.label for r in records}
        texts = {r.record_id: r.record.text for r in records}
        for record_id in {f.record_id for f in findings} - texts.keys():
            texts[record_id] = load_record(db, record_id).record.text
    record_rows = [_record_row(r) for r in records]
    finding_rows = [_finding_row(f, labels.get(f.group_id), texts[f.record_id]) for f in findings]
    frozen = Frozen(len(record_rows), len(finding_rows), _fingerprint(record_rows, finding_rows))
    _check_free(folder, force=force)
    target = folder.absolute()
    partial = target.with_name(f"{target.name}.part")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for name, schema, rows in (
            ("records", RECORDS_SCHEMA, record_rows),
            ("findings", FINDINGS_SCHEMA, finding_rows),
        ):
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), partial / f"{name}.parquet")
        (partial / "README.md").write_text(_card(project, frozen, records), encoding="utf-8")
        told = {"records": frozen.n_records, "findings": frozen.n_findings, "fingerprint": frozen.fingerprint}
        (partial / "fingerprint.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        _put_in_place(partial, target)
    except OSError as err:
        raise ScreeningError(f"{folder}: the dataset cannot be written here ({err.strerror})") from err
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return frozen


def _check_free(folder: Path, *, force: bool) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not force:
        raise ScreeningError(
            f"{folder}: holds something already; choose another folder, or --force to replace it"
        )
    if not (folder / "fingerprint.json").exists():
        raise ScreeningError(
            f"{folder}: is not a frozen dataset, so --force does not remove it; choose another"
        )


def _put_in_place(partial: Path, folder: Path) -> None:
    """The new snapshot stands whole before the old one goes."""
    if folder.exists():
        old = folder.with_name(f"{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        partial.rename(folder)
        shutil.rmtree(old)
    else:
        partial.rename(folder)


def _record_row(confirmed: ConfirmedRecord) -> dict[str, Any]:
    record = confirmed.record
    return {
        "record_id": f"R{confirmed.record_id}",
        "external_id": record.external_id,
        "title": record.title,
        "abstract": record.abstract,
        "authors": list(record.authors),
        "year": record.year,
        "journal": record.journal,
        "doi": record.doi,
        "pmid": record.pmid,
        "label": confirmed.label,
        "stage": confirmed.stage,
        "mode": confirmed.mode,
        "reasons": list(confirmed.reasons),
        "decided_by": list(confirmed.people),
        "decided_at": confirmed.decided_at,
    }


def _finding_row(confirmed: ConfirmedFinding, label: str | None, text: str) -> dict[str, Any]:
    finding = confirmed.finding
    content = {name: getattr(finding, name) for name in CONTENT_FIELDS}
    for name in ("endpoint", "statistic", "unit", "source"):
        content[name] = str(content[name])
    located = finding.evidence_start is not None
    return {
        "finding_id": f"F{confirmed.finding_id}",
        "record_id": f"R{confirmed.record_id}",
        "record_label": label,
        **content,
        "evidence": text[finding.evidence_start : finding.evidence_end] if located else None,
        "verdict": confirmed.verdict,
        "mode": confirmed.mode,
        "extractor": confirmed.extractor,
        "decided_by": list(confirmed.people),
        "decided_at": confirmed.decided_at,
    }


def _fingerprint(*tables: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over every row but its times: who agreed on what, not when."""
    digest = hashlib.sha256()
    for rows in tables:
        for row in rows:
            told = {name: value for name, value in row.items() if name != "decided_at"}
            digest.update(json.dumps(told, sort_keys=True, ensure_ascii=True).encode() + b"\n")
        digest.update(b"\x00")
    return digest.hexdigest()


def _configs(frozen: Frozen) -> str:
    """The tables that `datasets` can load: it refuses one without rows, whatever its format."""
    lines = ""
    if frozen.n_records:
        lines += "- config_name: records\n  data_files: records.parquet\n  default: true\n"
    if frozen.n_findings:
        lines += "- config_name: findings\n  data_files: findings.parquet\n"
        lines += "" if frozen.n_records else "  default: true\n"
    return f"configs:\n{lines}" if lines else ""


def _card(project: Project, frozen: Frozen, records: Sequence[ConfirmedRecord]) -> str:
    n_included = sum(r.label == "include" for r in records)
    people = sorted({name for r in records for name in r.people})
    title = project.protocol.title.replace("\n", " ")
    return f"""---
pretty_name: {json.dumps(title, ensure_ascii=False)}
{_configs(frozen)}---

# {title}

{project.protocol.question}

Screening decisions and outcome results of a systematic review, frozen on
{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC by picosieve. Every row was decided by people; no
prediction is in it.

| what | number |
| --- | --- |
| records | {frozen.n_records} |
| of these included | {n_included} |
| confirmed findings | {frozen.n_findings} |

Fingerprint (SHA-256 of the content, times left out): `{frozen.fingerprint}`

Decided by: {", ".join(people) or "nobody yet"}

- `records`: one row per reference with a consensus. `label` (include | exclude) at `stage`, reached
  under `mode`; `reasons` of an exclusion.
  (A table without rows is there as a Parquet file, but `datasets` does not load it.)
- `findings`: one row per confirmed result. Times in months, shares in percent. `start`, `end` count
  code points in `title + " " + abstract` of the record, end exclusive; a result read in the full
  text has a `locator` instead. `record_label` is empty while its record has no consensus.
"""
