"""A judgement as plain text: the verdicts, and the record with its telling words marked."""

from __future__ import annotations

import textwrap
from typing import Any

from classifier.judgement import Judgement
from data.protocol import CRITERIA
from data.records import Record

LETTERS = dict(zip(CRITERIA, "PICOS", strict=True))
LEGEND = (
    "P population, I intervention, C comparator, O outcomes, S study design, each with its verdict and the"
    " probability\nthat it is met. [P+ words] speak for a criterion; [P- words] against it: unwanted, denied"
    " or set aside there."
)
_WIDTH = 110


def mark_terms(record: Record, judgement: Judgement) -> str:
    """`Record.text` with `[P+ words]` around what speaks for a criterion and `[P- words]` around the rest.

    Words of two criteria carry both marks, overlapping ones are joined: `[P+I+ daratumumab]`.
    """
    text, out, at = record.text, "", 0
    for start, end, marks in _groups(judgement):
        out += f"{text[at:start]}[{marks} {text[start:end]}]"
        at = end
    return out + text[at:]


def explain(record: Record, judgement: Judgement, *, suggest: bool = True) -> str:
    """Verdicts and design on a line each, the suggestion if it may be shown, then the marked text."""
    verdicts = [
        f"{LETTERS[c.criterion]} {c.verdict.replace('_', ' '):8} {c.probability:.2f}"
        for c in judgement.criteria
    ]
    lines = [" | ".join(verdicts), f"design: {judgement.design} {judgement.design_probability:.2f}"]
    if suggest:
        reason = f" ({judgement.reason})" if judgement.reason else ""
        lines.append(f"suggests: {judgement.suggested or 'nothing'}{reason}")
    marked = textwrap.wrap(mark_terms(record, judgement), _WIDTH, break_on_hyphens=False)
    return "\n".join([*lines, *marked])


def plain(record: Record, judgement: Judgement, *, suggest: bool = True) -> dict[str, Any]:
    """A judgement as plain values: what `eligibility --json` prints of a record.

    `suggested` and `reason` are None where they may not be shown.
    """
    text = record.text
    return {
        "title": record.title,
        "criteria": {
            c.criterion: {
                "verdict": str(c.verdict),
                "probability": round(c.probability, 4),
                "spans": [
                    {
                        "start": s.start,
                        "end": s.end,
                        "text": text[s.start : s.end],
                        "term": s.term,
                        "speaks_for": s.wanted,
                    }
                    for s in c.spans
                ],
            }
            for c in judgement.criteria
        },
        "design": str(judgement.design),
        "design_probability": round(judgement.design_probability, 4),
        "suggested": str(judgement.suggested) if suggest and judgement.suggested else None,
        "reason": judgement.reason if suggest else None,
    }


def _groups(judgement: Judgement) -> list[tuple[int, int, str]]:
    """Runs of overlapping spans in order of place, each with the marks of its criteria."""
    spans = [
        (s.start, s.end, LETTERS[c.criterion] + ("+" if s.wanted else "-"))
        for c in judgement.criteria
        for s in c.spans
    ]
    groups: list[tuple[int, int, str]] = []
    for start, end, mark in sorted(spans, key=lambda span: span[:2]):  # stable: criteria keep their order
        if groups and start < groups[-1][1]:
            first, last, marks = groups[-1]
            groups[-1] = (first, max(last, end), marks if mark in marks else marks + mark)
        else:
            groups.append((start, end, mark))
    return groups
