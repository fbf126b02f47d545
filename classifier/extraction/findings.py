"""From an accepted candidate to a `Finding`, and from a finding to a row."""

from __future__ import annotations

import re

from classifier.extraction.attributes import attributes
from classifier.extraction.candidates import Candidate
from classifier.extraction.facts.record_facts import RecordFacts
from classifier.extraction.linking.links import Link
from classifier.extraction.text.numbers import Kind, to_months
from data.records import Endpoint, Finding, Statistic, Unit

_WRITTEN_UNIT = re.compile(r"\b(?:months?|mos?|weeks?|wks?|days?|years?|yrs?)\b")


def make_finding(text: str, candidate: Candidate, *, design: str = "") -> Finding | None:
    """The finding of an accepted candidate; None where no valid finding can be made of it."""
    link, token, q = candidate.link, candidate.link.token, candidate.link.token.quantity
    if q is None:
        return None
    endpoint = Endpoint(link.key)
    statistic = _statistic(link)
    unit = {"median": Unit.MONTHS, "mean": Unit.MONTHS, "hazard_ratio": Unit.RATIO}.get(
        statistic, Unit.PERCENT
    )
    ci = token.interval
    low, high = (ci.value, ci.value_max) if ci is not None else (None, None)
    if ci is not None and unit is Unit.MONTHS and q.unit and not _WRITTEN_UNIT.search(text, ci.start, ci.end):
        low = to_months(low, q.unit) if low is not None else None
        high = to_months(high, q.unit) if high is not None else None
    try:
        return Finding(
            endpoint=endpoint,
            statistic=Statistic(statistic),
            value=None if q.kind is Kind.NOT_REACHED else q.value,
            value_max=q.value_max if q.kind is Kind.INTERVAL else None,
            not_reached=q.kind is Kind.NOT_REACHED,
            unit=unit,
            ci_lower=low,
            ci_upper=high,
            ci_level=(ci.level or 95.0) if ci is not None else None,
            timepoint_months=link.timepoint if statistic == "landmark_rate" else None,
            count=token.count,
            total=token.total if token.count is not None else None,
            arm=candidate.arm,
            start=token.start,
            end=token.end,
            evidence_start=candidate.sentence.start,
            evidence_end=max(candidate.sentence.end, token.end),
            value_text=text[token.start : token.end],
            confidence=candidate.confidence,
            rule=link.how,
            **attributes(text, candidate, design=design),
        )
    except ValueError:
        return None


def _statistic(link: Link) -> str:
    if link.statistic == "rate":
        return "response_rate" if Endpoint(link.key).is_response else "landmark_rate"
    return link.statistic


def mention_row(record_id: str, text: str, finding: Finding) -> dict[str, object]:
    """One JSONL row: the annotation guide's fields, places, confidence and rule."""
    return {
        "record_id": record_id,
        "endpoint": str(finding.endpoint),
        "statistic": str(finding.statistic),
        "value": finding.value,
        "value_max": finding.value_max,
        "not_reached": finding.not_reached,
        "unit": str(finding.unit),
        "ci_lower": finding.ci_lower,
        "ci_upper": finding.ci_upper,
        "ci_level": finding.ci_level,
        "timepoint_months": finding.timepoint_months,
        "count": finding.count,
        "total": finding.total,
        "arm": finding.arm,
        "value_text": finding.value_text,
        "quote": text[finding.evidence_start : finding.evidence_end],
        "source": str(finding.source),
        "source_study": finding.source_study,
        "assessor": finding.assessor,
        "analysis_set": finding.analysis_set,
        "analysis": finding.analysis,
        "time_origin": finding.time_origin,
        "criteria": finding.criteria,
        "treatment": finding.treatment,
        "reference": finding.reference,
        "adjusted": finding.adjusted,
        "contrast": finding.contrast,
        "start": finding.start,
        "end": finding.end,
        "evidence_start": finding.evidence_start,
        "evidence_end": finding.evidence_end,
        "confidence": finding.confidence,
        "rule": finding.rule,
    }


def facts_row(record_id: str, facts: RecordFacts) -> dict[str, object]:
    """The record line: `{"record_id", "type": "record", "n_total", "follow_up_months", "design"}`."""
    return {
        "record_id": record_id,
        "type": "record",
        "n_total": facts.n_total,
        "follow_up_months": facts.follow_up_months,
        "design": facts.design,
    }


CELLS = ("endpoint", "statistic", "value", "interval", "at", "n/N", "group", "whose", "confidence")


def finding_cells(finding: Finding) -> tuple[str, ...]:
    """A finding as the cells of a table for people, under the heads of `CELLS`.

    Examples
    --------
    >>> from classifier.extraction.pipeline import Extractor
    >>> text = "Median PFS was 4.6 months (95% CI 3.5-6.2) with isatuximab."
    >>> finding_cells(Extractor().extract(text).findings[0])
    ('PFS', 'median', '4.6 months', '3.5 to 6.2 (95%)', '', '', 'isatuximab', 'own', '')
    """
    unit = {Unit.PERCENT: "%", Unit.MONTHS: " months", Unit.RATIO: ""}[finding.unit]
    value = "not reached" if finding.value is None else f"{finding.value:g}"
    if finding.value_max is not None:
        value += f" to {finding.value_max:g}"
    bounds = (finding.ci_lower, finding.ci_upper)
    interval = " to ".join("not reached" if b is None else f"{b:g}" for b in bounds)
    if bounds == (None, None):
        interval = ""
    elif finding.ci_level is not None:
        interval += f" ({finding.ci_level:g}%)"
    return (
        str(finding.endpoint),
        str(finding.statistic).replace("_", " "),
        value if finding.not_reached else value + unit,
        interval,
        "" if finding.timepoint_months is None else f"{finding.timepoint_months:g} months",
        "" if finding.count is None else f"{finding.count}/{finding.total or '?'}",
        finding.arm or "",
        finding.source_study or str(finding.source),
        "" if finding.confidence is None else f"{min(finding.confidence, 0.99):.2f}",  # never certain
    )
