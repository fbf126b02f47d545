"""The log of decisions as people read it."""

from __future__ import annotations

import pytest

from data.protocol import Stage
from data.store import decisions, findings, references
from data.store.decisions import Decision, Verdict
from data.store.findings import FindingDecision, FindingVerdict
from review.chronicle import LOG_COLUMNS, log_lines, log_rows
from tests.builders import a_finding, a_record, add_records
from tests.databases import new_review, protocol_of


@pytest.fixture
def store(database_url):
    protocol = protocol_of()
    store = new_review(database_url, protocol)
    add_records(store, a_record(), a_record("Another antibody", doi="10.1/x"))
    with store.write() as db:
        findings.propose(db, 1, [a_finding()], extractor="test")
        for record_id in (1, 2):
            decision = Decision(person="Ada", record_id=record_id, verdict=Verdict.INCLUDE, note="table 2")
            decisions.decide(db, decision, protocol=protocol)
        correct = FindingVerdict.CORRECT
        findings.decide_finding(
            db, FindingDecision(person="Ben", finding_id=1, verdict=correct, changes={"value": 5.0})
        )
        findings.undo_finding(db, person="Ben", finding_id=1)
        references.decide_link(
            db,
            person="Ada",
            kind=references.LinkKind.STUDY,
            records_=(1, 2),
            verdict=references.LinkVerdict.SAME,
        )
        decisions.undo(db, person="Ada", record_id=2, stage=Stage.TITLE_ABSTRACT)
    yield store
    store.close()


def test_a_record_tells_of_its_findings_and_links_too_and_of_no_other_record(store) -> None:
    with store.read() as db:
        told = [line.split("  ", 1)[1] for line in log_lines(db, 1)]
    assert told == [
        "Ada  title_abstract  include  table 2",
        "Ben  findings  correct  F1  PFS median 5 months",
        "Ben  findings  undo  F1",
        "Ada  study  same  R1 R2",
    ]


def test_the_file_holds_every_row_of_every_log_with_keys_that_decide_takes(store) -> None:
    with store.read() as db:
        rows = [dict(zip(LOG_COLUMNS, row, strict=True)) for row in log_rows(db)]
    assert [(r["log"], r["record_id"], r["finding_id"], r["verdict"], r["undoes_id"]) for r in rows] == [
        ("screening", "R1", "", "include", None),
        ("screening", "R2", "", "include", None),
        ("findings", "R1", "F1", "correct", None),
        ("findings", "R1", "F1", "undo", 1),
        ("links", "R1 R2", "", "same", None),
        ("screening", "R2", "", "undo", 2),
    ]
