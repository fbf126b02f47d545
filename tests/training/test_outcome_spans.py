"""Findings that people judged move the extraction model, which is promoted only if it helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from classifier.extraction import load_extractor
from classifier.extraction.current import project_extractor
from data.project import Project, init_project
from data.store import findings, registry
from data.store.findings import FindingDecision, FindingVerdict, record_findings
from review.proposals import propose_findings
from tests.builders import a_record, add_records
from tests.command import picosieve
from training.outcome_spans import judged_texts, refit_extraction

N_RECORDS = 12
ITCH = "Itch response rates were {}% in the survey arm."


def abstract(i: int) -> str:
    return f"Median PFS was {4 + i}.2 months. Median OS was {11 + i}.5 months. " + ITCH.format(20 + i)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Twelve records with two results each, and a response rate that is none of a tumour."""
    with init_project(tmp_path / "review") as made:
        records = [a_record(f"Study {i}", abstract=abstract(i)) for i in range(N_RECORDS)]
        add_records(made.store, *records)
        propose_findings(made)
        yield made


def judge(project: Project, *, n_records: int = N_RECORDS) -> None:
    """One person confirms the survival times and rejects the itch."""
    with project.store.write() as db:
        for stored in record_findings(db, range(1, n_records + 1)):
            itch = stored.finding.endpoint == "ORR"
            verdict = FindingVerdict.REJECT if itch else FindingVerdict.CONFIRM
            decision = FindingDecision(person="Ada", finding_id=stored.finding_id, verdict=verdict)
            findings.decide_finding(db, decision)


def test_the_shipped_model_takes_the_itch_for_a_response() -> None:
    found = load_extractor().extract("Title " + abstract(0)).findings
    assert [(str(f.endpoint), f.value) for f in found] == [("PFS", 4.2), ("OS", 11.5), ("ORR", 20.0)]


def test_few_judged_findings_teach_nothing(project: Project) -> None:
    assert refit_extraction(project) is None
    judge(project, n_records=3)
    assert refit_extraction(project) is None
    with project.store.read() as db:
        assert registry.listed(db) == []


def test_a_refit_learns_what_was_rejected_and_is_used_from_then_on(project: Project) -> None:
    judge(project)
    done = refit_extraction(project)
    assert done is not None
    assert (done.n_right, done.n_wrong, done.promoted, done.is_new) == (24, 12, True, True)
    assert done.log_loss < done.of_shipped
    found = project_extractor(project).extract("A new record. " + abstract(3)).findings
    assert [(str(f.endpoint), f.value) for f in found] == [("PFS", 7.2), ("OS", 14.5)]
    with project.store.read() as db:
        assert [(m.model_id, m.status) for m in registry.listed(db)] == [(done.model_id, "current")]


def test_nothing_new_makes_no_second_model_and_a_rollback_leads_to_the_shipped_one(project: Project) -> None:
    judge(project)
    first = refit_extraction(project)
    second = refit_extraction(project)
    assert first is not None
    assert second is not None
    assert (second.model_id, second.is_new, second.promoted) == (first.model_id, False, False)
    with project.store.write() as db:
        assert registry.roll_back(db, kind="outcome_spans") == "outcome_spans-shipped"
    found = project_extractor(project).extract("A new record. " + abstract(3)).findings
    assert [str(f.endpoint) for f in found] == ["PFS", "OS", "ORR"]


def test_a_model_that_judges_worse_stays_a_candidate(project: Project) -> None:
    with project.store.write() as db:
        for n, stored in enumerate(record_findings(db)):  # verdicts that follow nothing in the text
            verdict = FindingVerdict.REJECT if (n * 7) % 5 < 2 else FindingVerdict.CONFIRM
            findings.decide_finding(
                db, FindingDecision(person="Ada", finding_id=stored.finding_id, verdict=verdict)
            )
    done = refit_extraction(project)
    assert done is not None
    assert done.promoted == (done.log_loss <= done.of_shipped)
    with project.store.read() as db:
        current = registry.current(db, kind="outcome_spans")
    assert current is not None
    assert (current.model_id == done.model_id) == done.promoted


def test_a_corrected_result_is_right_as_corrected_and_wrong_as_proposed(project: Project) -> None:
    with project.store.write() as db:
        first = record_findings(db, [1])[0]
        decision = FindingDecision(
            person="Ada",
            finding_id=first.finding_id,
            verdict=FindingVerdict.CORRECT,
            changes={"endpoint": "OS"},
        )
        findings.decide_finding(db, decision)
    (judged,) = judged_texts(project)
    assert [str(f.endpoint) for f in judged.right] == ["OS"]
    assert [str(f.endpoint) for f in judged.wrong] == ["PFS"]


def test_from_the_command_line_what_was_rejected_is_not_proposed_again(tmp_path: Path) -> None:
    project, search = tmp_path / "review", tmp_path / "search.csv"
    rows = [f'a{i},Study {i},"{abstract(i)}"' for i in range(N_RECORDS + 1)]
    search.write_text("record_id,title,abstract\n" + "\n".join(rows) + "\n", encoding="utf-8")
    picosieve("init", "--project", project)
    picosieve("import", search, "--project", project)
    picosieve("extract", "--project", project)
    found = picosieve("findings", "--project", project, "--json").json
    last = f"R{N_RECORDS + 1}"  # its findings nobody judges
    decisions = [
        f"Ada,{f['finding_id']},{'reject' if f['endpoint'] == 'ORR' else 'confirm'}"
        for f in found
        if f["record_id"] != last
    ]
    screened = [f"Ada,R{i + 1},{'include' if i % 2 else 'exclude'}" for i in range(N_RECORDS)]
    for name, head, lines in (
        ("findings.csv", "person,finding_id,verdict", decisions),
        ("screened.csv", "person,record_id,verdict", screened),
    ):
        (tmp_path / name).write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        picosieve("decide", "--project", project, "--file", tmp_path / name)

    def proposed() -> list[str]:
        picosieve("extract", "--project", project)
        listed = picosieve("findings", "--project", project, "--record", last, "--json").json
        return [row["endpoint"] for row in listed]

    assert proposed() == ["PFS", "OS", "ORR"]
    told = picosieve("retrain", "--project", project).out
    assert "fitted to 24 confirmed and 12 rejected findings" in told
    assert proposed() == ["PFS", "OS"]
    picosieve("models", "rollback", "--project", project, "--kind", "outcome_spans")
    assert proposed() == ["PFS", "OS", "ORR"]
