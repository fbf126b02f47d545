"""Findings with the words they were read in: what a lead looks at when asked where a number comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.project import Project
from data.records import Finding, Source, Statistic
from data.store.dataset import confirmed_findings
from data.store.findings import FindingOutcome, StoredFinding, record_findings, shown_version
from data.store.imports import find_record, load_record
from data.store.schema import CONTENT_FIELDS


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding, said in one line, with its sentence and the title of its record."""

    stored: StoredFinding
    title: str
    evidence: str

    @property
    def says(self) -> str:
        """The finding in one line."""
        return say(self.stored.finding)

    def as_row(self) -> dict[str, Any]:
        """For JSON: every field of the finding, its keys, and where it stands."""
        finding = self.stored.finding
        return {
            "finding_id": f"F{self.stored.finding_id}",
            "record_id": f"R{self.stored.record_id}",
            "outcome": str(self.stored.outcome),
            **{name: getattr(finding, name) for name in CONTENT_FIELDS},
            "confidence": finding.confidence,
            "evidence": self.evidence,
        }


def list_findings(
    project: Project, *, record: str | None = None, confirmed_only: bool = False
) -> list[Evidence]:
    """The findings of a project or of one record: proposals, or as people settled them."""
    with project.store.read() as db:
        wanted = None if record is None else [find_record(db, record)]
        stored = record_findings(db, wanted)
        settled = {f.finding_id: f.finding for f in confirmed_findings(db)}
        for entry in stored:  # a first person's version is what a second one confirms
            if entry.outcome in (FindingOutcome.WAITING, FindingOutcome.CONFLICT):
                version = shown_version(db, entry.finding_id)
                if version is not None:
                    settled[entry.finding_id] = version
        shown = [
            StoredFinding(
                s.finding_id, s.record_id, settled.get(s.finding_id, s.finding), s.extractor, s.outcome
            )
            for s in stored
            if not confirmed_only or s.outcome is FindingOutcome.ACCEPTED
        ]
        return _with_evidence(db, shown)


def say(finding: Finding) -> str:
    """A finding in one line, such as `PFS median 4.6 months (95% CI 3.5-6.2), refractory patients`."""
    unit = {"percent": "%", "months": " months", "ratio": ""}[finding.unit]
    value = "not reached" if finding.not_reached else _number(finding.value)
    if finding.value_max is not None:
        value += f"-{_number(finding.value_max)}"
    words = [str(finding.endpoint), str(finding.statistic).replace("_", " ")]
    if finding.statistic is Statistic.LANDMARK_RATE and finding.timepoint_months is not None:
        words.append(f"at {_number(finding.timepoint_months)} months")
    words.append(value if finding.not_reached else value + unit)
    if finding.count is not None and finding.total is not None:
        words.append(f"({finding.count}/{finding.total})")
    if finding.ci_lower is not None or finding.ci_upper is not None:
        low, high = (
            _number(n) if n is not None else "not reached" for n in (finding.ci_lower, finding.ci_upper)
        )
        words.append(f"({_number(finding.ci_level or 95)}% CI {low}-{high})")
    said = " ".join(words) + (f", {finding.arm}" if finding.arm else "")
    details = _details(finding)
    return f"{said} [{'; '.join(details)}]" if details else said


def _details(finding: Finding) -> list[str]:
    """By whom, in whom, when and against what: what tells two results with one number apart."""
    told = [
        f"{finding.assessor} assessment" if finding.assessor else None,
        finding.analysis_set,
        f"{finding.analysis} analysis" if finding.analysis in ("interim", "final") else finding.analysis,
        f"from {finding.time_origin}" if finding.time_origin else None,
        finding.criteria,
        f"{finding.treatment} vs {finding.reference}" if finding.treatment and finding.reference else None,
        {True: "adjusted", False: "unadjusted", None: None}[finding.adjusted],
        "prognostic factor" if finding.contrast == "prognostic factor" else None,
        "summarised from other studies" if finding.source is Source.SUMMARISED else None,
        f"of {finding.source_study}" if finding.source is Source.OTHER_STUDY else None,
    ]
    return [words for words in told if words]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _with_evidence(db: sa.Connection, stored: list[StoredFinding]) -> list[Evidence]:
    records = {i: load_record(db, i).record for i in {s.record_id for s in stored}}
    rows = []
    for entry in stored:
        record, finding = records[entry.record_id], entry.finding
        located = finding.evidence_start is not None
        words = (
            record.text[finding.evidence_start : finding.evidence_end] if located else finding.locator or ""
        )
        rows.append(Evidence(entry, record.title, " ".join(words.split())))
    return rows
