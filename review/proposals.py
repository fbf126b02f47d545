"""The extractor's findings put before people: proposed in the store, confirmed by nobody yet."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from classifier.extraction.current import project_extractor
from data.project import Project
from data.store import findings
from data.store.imports import all_records

EXTRACTOR = f"picosieve {version('picosieve')}"
_CHUNK = 200  # records per transaction: another writer waits no longer than that takes


def propose_findings(
    project: Project, *, on_record: Callable[[int, int], None] = lambda done, total: None
) -> tuple[int, int]:
    """Extract from every reference and store what is new; returns (records read, findings proposed).

    Proposals that nobody decided on are replaced; whatever a person decided on stays.
    `on_record(done, total)` is called as the work goes on.
    """
    extractor = project_extractor(project)
    with project.store.read() as db:
        pool = [s for s in all_records(db, representatives=True) if s.record.has_text]
    n_findings = 0
    for begin in range(0, len(pool), _CHUNK):
        chunk = pool[begin : begin + _CHUNK]
        extracted = [extractor.extract(s.record.text) for s in chunk]
        with project.store.write() as db:
            for stored, extraction in zip(chunk, extracted, strict=True):
                n_findings += findings.propose(db, stored.record_id, extraction.findings, extractor=EXTRACTOR)
        on_record(begin + len(chunk), len(pool))
    return len(pool), n_findings
