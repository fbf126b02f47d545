"""Sentences annotated in line: `PFS was [7.4 months](PFS median 7.4 arm=X)`.

A mark holds endpoint, statistic and value ("NR" for not reached, "1.0-2.8" for a range), then what else
must hold: `arm=the_words` (underscores for spaces), `ci=1.2-3.4` ("NR" for a bound that is not reached),
`t=24`, `n=12/40`.
"""

from __future__ import annotations

import re
from typing import Any

from data.records import Finding

_MARK = re.compile(r"\[([^\[\]]*)\]\(([^()]*)\)")


def unmark(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text, and one row per mark in order."""
    text, rows, at = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        start = len(text)
        text += match[1]
        rows.append({"start": start, "value_text": match[1]} | _fields(match[2]))
        at = match.end()
    return text + marked[at:], rows


def row_of(finding: Finding) -> dict[str, Any]:
    """The fields of a finding that a mark can state."""
    return {
        "start": finding.start,
        "value_text": finding.value_text,
        "endpoint": str(finding.endpoint),
        "statistic": str(finding.statistic),
        "value": finding.value,
        "value_max": finding.value_max,
        "ci": (finding.ci_lower, finding.ci_upper),
        "t": finding.timepoint_months,
        "n": (finding.count, finding.total),
        "arm": finding.arm,
    }


def _fields(words: str) -> dict[str, Any]:
    endpoint, statistic, value, *others = words.split()
    told = dict(part.split("=", 1) for part in others)
    low, _, high = value.partition("-")
    return {
        "endpoint": endpoint,
        "statistic": statistic,
        "value": None if value == "NR" else float(low),
        "value_max": float(high) if high else None,
        "ci": _pair(told.get("ci")),
        "t": float(told["t"]) if "t" in told else None,
        "n": tuple(int(k) for k in told["n"].split("/")) if "n" in told else (None, None),
        "arm": told["arm"].replace("_", " ") if "arm" in told else None,
    }


def _pair(words: str | None) -> tuple[float | None, float | None]:
    if words is None:
        return (None, None)
    low, high = words.split("-")
    return (None if low == "NR" else float(low), None if high == "NR" else float(high))
