"""A judgement as plain text: the verdicts, and the record with its telling words marked."""

from __future__ import annotations

from classifier.eligibility import Judgement
from data.protocol import CRITERIA
from data.records import Record

LETTERS = dict(zip(CRITERIA, "PICOS", strict=True))


def mark_terms(record: Record, judgement: Judgement) -> str:
    """`Record.text` with `[P+ words]` around what speaks for a criterion and `[P- words]` around the rest.

    Words of two criteria carry both marks, overlapping ones are joined: `[P+I+ daratumumab]`.
    """
    text, out, at = record.text, "", 0
    for start, end, marks in _groups(judgement):
        out += f"{text[at:start]}[{marks} {text[start:end]}]"
        at = end
    return out + text[at:]


def explain(record: Record, judgement: Judgement) -> str:
    """Verdicts, design and suggestion on a line each, then the marked text."""
    lines = [
        f"{LETTERS[c.criterion]} {c.verdict.replace('_', ' '):8} {c.probability:.2f}"
        for c in judgement.criteria
    ]
    suggested = judgement.suggested or "nothing"
    reason = f" ({judgement.reason})" if judgement.reason else ""
    return "\n".join(
        [
            " | ".join(lines),
            f"design {judgement.design} {judgement.design_probability:.2f}; suggests {suggested}{reason}",
            mark_terms(record, judgement),
        ]
    )


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
