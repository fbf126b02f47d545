"""Records, batches and findings for the tests, with only what a test cares about to say."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from data.records import UNIT_OF, Endpoint, Finding, Record, Statistic
from data.store import imports
from data.store.connection import Store

TEXT = "Second antibody in myeloma Median PFS was 4.6 months."


def a_record(title: str = "Second antibody in myeloma", **fields: Any) -> Record:
    return Record(**{"title": title, "abstract": "Median PFS was 4.6 months."} | fields)


def add_records(store: Store, *records: Record, name: str = "search.ris") -> list[int]:
    """Import records as one file; returns the ids that the batch got."""
    batch = imports.Batch(file_name=name, file_sha256=name, format="RIS", encoding="utf-8")
    with store.write() as db:
        batch_id, _ = imports.add_batch(db, batch, records, n_seen=len(records))
        query = sa.text("SELECT id FROM records WHERE batch_id = :b ORDER BY id")
        return list(db.execute(query, {"b": batch_id}).scalars())


def a_finding(value: float | None = 4.6, **fields: Any) -> Finding:
    """Median PFS of `value` months, read at its place in `TEXT`."""
    start = TEXT.index("4.6 months")
    statistic = fields.get("statistic", Statistic.MEDIAN)
    given = {
        "endpoint": Endpoint.PFS,
        "statistic": statistic,
        "unit": UNIT_OF[statistic],
        "value": value,
        "start": start,
        "end": start + len("4.6 months"),
        "evidence_start": TEXT.index("Median"),
        "evidence_end": len(TEXT),
        "value_text": "4.6 months",
    }
    return Finding(**given | fields)
