"""Records as the pages' scripts read them: text in stretches, never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from classifier.judgement import Judgement
from classifier.judgement import Span as EvidenceSpan
from data.protocol import Stage
from data.records import Record
from data.store.decisions import Entry, history
from data.store.findings import StoredFinding, record_findings
from data.store.imports import StoredRecord, load_record
from data.store.marks import marks_on
from data.store.readings import QueueEntry
from data.store.schema import import_batches, records
from review.evidence import say
from review.highlights import Span, Stretch, judgement_spans, stretches
from review.web.desk import Desk

# An abstract has some dozens of marks; a text with thousands would only slow the page down.
MOST_MARKS = 1000
_SHOWN = ("authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "language", "conference")


def record_payload(
    db: sa.Connection, desk: Desk, record_id: int, *, spans: Sequence[Span] | None = None
) -> dict[str, Any]:
    """A record with its highlights: by default the words by which it is judged and the proposed values."""
    stored = load_record(db, record_id)
    judged = desk.judge(record_id, stored.record)
    found = record_findings(db, [record_id]) if spans is None else []
    if spans is None:
        words = sorted(judgement_spans(judged), key=lambda span: span.start)[:MOST_MARKS]
        spans = [*words, *value_spans(found)]
    title, abstract = stretches(stored.record, spans)
    return {
        "id": record_id,
        "title": [_stretch(s) for s in title],
        "abstract": [_stretch(s) for s in abstract],
        "meta": _meta(db, stored),
        "criteria": _criteria(stored.record, judged),
        "findings": [{"mark": f"value-{f.finding_id}", "says": say(f.finding)} for f in found],
    }


def screening_payload(
    db: sa.Connection, desk: Desk, entry: QueueEntry, *, leased: bool, stage: Stage
) -> dict[str, Any]:
    """A record to be read: with one's own standing decision, without anything that a model said."""
    last = standing_entry(db, desk, entry.record_id, stage)
    aside = marks_on(db, entry.record_id, person_id=desk.person_id, stage=stage)
    notes = [last.note] if last else [note for note in aside.values() if note]
    return record_payload(db, desk, entry.record_id) | {
        "leased": leased,
        "decided": {"id": last.decision_id, "verdict": last.verdict, "reason": last.reason} if last else None,
        "note": notes[0] if notes else "",
        "marks": [str(kind) for kind in aside],
        "can_suggest": entry.kind != "second" and stage is Stage.TITLE_ABSTRACT and leased,
    }


def standing_entry(db: sa.Connection, desk: Desk, group_id: int, stage: Stage) -> Entry | None:
    """The person's own decision that stands on a reference."""
    mine = [e for e in history(db, group_id) if e.person == desk.person and e.stage == stage]
    undone = {e.undoes_id for e in mine}
    standing = [e for e in mine if e.verdict != "undo" and e.decision_id not in undone]
    return standing[-1] if standing else None


def suggestion_payload(record: Record, entry: QueueEntry, judged: Judgement) -> dict[str, Any]:
    """The verdict that the criteria add up to, each with its words; and why the record stands there."""
    words = _criteria(record, judged)
    nothing: dict[str, list[str]] = {"for": [], "against": []}
    criteria = [
        {"criterion": c.criterion, "verdict": str(c.verdict)} | words.get(c.criterion, nothing)
        for c in judged.criteria
    ]
    return {
        "suggestion": str(judged.suggested) if judged.suggested else None,
        "reason": judged.reason,
        "criteria": criteria,
        "design": str(judged.design),
        "design_probability": judged.design_probability,
        "score": entry.score,
        "probability": entry.probability,
        "rank": entry.rank,
        "reasons": [dict(r) for r in entry.reasons],
    }


def value_spans(found: Sequence[StoredFinding]) -> list[Span]:
    """The values of findings as spans."""
    return [
        Span(f"value-{f.finding_id}", f.finding.start, f.finding.end)
        for f in found
        if f.finding.start is not None and f.finding.end is not None
    ]


def _stretch(stretch: Stretch) -> list[Any]:
    return [stretch.text, stretch.at, list(stretch.marks)]


def _criteria(record: Record, judged: Judgement) -> dict[str, dict[str, list[str]]]:
    """The text's own words for each criterion: those that speak for it and those against."""
    told = {
        c.criterion: {
            "for": _words(record, [s for s in c.spans if s.wanted]),
            "against": _words(record, [s for s in c.spans if not s.wanted]),
        }
        for c in judged.criteria
    }
    return {name: sides for name, sides in told.items() if sides["for"] or sides["against"]}


def _words(record: Record, spans: Sequence[EvidenceSpan]) -> list[str]:
    """What the spans hold, each wording once whatever its case and hyphens."""
    words: dict[str, str] = {}
    for span in spans[:MOST_MARKS]:
        said = " ".join(record.text[span.start : span.end].split())
        words.setdefault(said.casefold().replace("-", " "), said)
    return list(words.values())[:12]


def _meta(db: sa.Connection, stored: StoredRecord) -> dict[str, Any]:
    record = stored.record
    meta: dict[str, Any] = {name: getattr(record, name) for name in _SHOWN}
    meta["types"] = record.publication_types
    meta["keywords"] = record.keywords
    query = (
        sa.select(import_batches.c.source, import_batches.c.file_name)
        .join(records, records.c.batch_id == import_batches.c.id)
        .where(records.c.group_id == stored.group_id)
        .order_by(records.c.id)
    )
    meta["sources"] = list(dict.fromkeys(row.source or row.file_name for row in db.execute(query)))
    return meta
