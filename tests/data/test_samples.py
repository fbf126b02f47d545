"""The sample review is what its README says: whole, consistent with itself, and plainly synthetic."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections import Counter
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from data.protocol import CRITERIA, Mode, Protocol, Stage, read_protocol
from data.readers import count_entries, open_records, read
from data.records import Design, Endpoint, Finding, Record, Statistic, Unit, fold

SAMPLE = files("data").joinpath("samples").joinpath("anti_cd38")
FIRST = ("medline.ris", "embase.ris", "congress.csv")
SEARCHES = (*FIRST, "later_search.ris")
STATED = {"met", "unclear", "not_met"}
ELIGIBLE = {"rct", "nonrandomised_trial", "observational"}


@cache
def records(name: str) -> tuple[Record, ...]:
    with as_file(SAMPLE.joinpath(name)) as path:
        opened = open_records(path)
        entries = tuple(read(opened))
        assert count_entries(opened) == len(entries)
    assert all(isinstance(entry, Record) for entry in entries)
    return tuple(entry for entry in entries if isinstance(entry, Record))


def protocol() -> Protocol:
    with as_file(SAMPLE.joinpath("protocol.toml")) as path:
        return read_protocol(path)


def labels() -> list[dict[str, str]]:
    text = SAMPLE.joinpath("labels.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def findings() -> list[dict[str, Any]]:
    text = SAMPLE.joinpath("findings.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def reference(record: Record) -> str:
    return fold(record.title).rstrip(".")


def test_the_files_hold_as_many_entries_as_the_readme_says():
    readme = SAMPLE.joinpath("README.md").read_text(encoding="utf-8")
    said = {name: int(n) for name, n in re.findall(r"\| `([\w.]+)` \|[^|]*\| (\d+) \|", readme)}
    counted = {name: len(records(name)) for name in SEARCHES}
    n_results = sum("type" not in found for found in findings())
    assert said == counted | {"labels.csv": len(labels()), "findings.jsonl": n_results}


def test_the_first_search_is_large_enough_and_most_of_it_is_excluded():
    entries = [(name, record) for name in FIRST for record in records(name)]
    included = {
        fold(row["title"]) for row in labels() if row["verdict"] == "include" and row["file"] in FIRST
    }
    n_references = len({reference(record) for _, record in entries})
    assert (len(entries) >= 120, n_references >= 105) == (True, True)
    assert 0.2 < len(included) / n_references < 0.3


def test_real_world_studies_are_most_of_the_included_ones():
    design_of = {
        fold(row["title"]): row["design"]
        for row in labels()
        if row["verdict"] == "include" and row["file"] in FIRST
    }
    n_real_world = list(design_of.values()).count("observational")
    assert 0.65 <= n_real_world / len(design_of) <= 0.8


def test_the_two_databases_overlap_and_the_congress_does_not():
    medline, embase, congress = ({reference(r) for r in records(name)} for name in FIRST)
    assert len(medline & embase) == 15
    assert (medline | embase) & congress == set()


def test_overlapping_entries_agree_in_doi_and_differ_in_spelling():
    medline = {reference(r): r for r in records("medline.ris")}
    pairs = [(medline[key], r) for r in records("embase.ris") if (key := reference(r)) in medline]
    assert all(b.doi in ("", a.doi) for a, b in pairs)
    assert any(b.doi == "" for _, b in pairs)
    assert any(a.title != b.title for a, b in pairs)
    assert all(a.abstract == b.abstract for a, b in pairs)


def test_no_entry_of_the_later_search_was_there_before():
    before = {reference(r) for name in FIRST for r in records(name)}
    assert {reference(r) for r in records("later_search.ris")} & before == set()


@pytest.mark.parametrize("name", SEARCHES)
def test_every_entry_says_that_it_is_synthetic(name):
    assert [r.title for r in records(name) if "Synthetic record written for picosieve" not in r.raw] == []


@pytest.mark.parametrize("name", SEARCHES)
def test_identifiers_lie_where_no_real_one_can(name):
    for record in records(name):
        assert re.fullmatch(r"(10\.5555/synthetic\.\d{4}\.\d+)?", record.doi)
        assert re.fullmatch(r"(99\d{6})?", record.pmid)
        assert re.fullmatch(r"(99\d{6}|L99\d{8})?", record.accession)
        assert set(re.findall(r"NCT\d+", record.text)) <= {"NCT99000417", "NCT99000620"}


@pytest.mark.parametrize("name", SEARCHES)
def test_the_parsers_keep_each_entry_whole(name):
    for record in records(name):
        assert record.title == " ".join(record.title.split())
        assert "\n" not in record.abstract
        assert "Link to" not in record.text
        assert record.year
        assert record.authors


def test_a_few_records_have_a_title_only():
    titles = [r.title for name in FIRST for r in records(name) if not r.abstract]
    assert len(titles) == 4


def test_the_protocol_parses_with_one_reviewer_and_the_designs_of_the_question():
    found = protocol()
    assert found.modes[Stage.TITLE_ABSTRACT] is Mode.SINGLE
    assert {str(d) for d in found.criterion("study_design").designs} == ELIGIBLE
    assert all(found.criterion(name).terms for name in CRITERIA)


def test_no_term_of_the_protocol_is_wanted_and_unwanted():
    for criterion in protocol().criteria:
        assert {fold(t) for t in criterion.terms} & {fold(t) for t in criterion.unwanted} == set()


def test_every_entry_has_one_label_with_its_own_title():
    entries = [(name, str(n), r.title) for name in SEARCHES for n, r in enumerate(records(name), 1)]
    assert [(row["file"], row["position"], row["title"]) for row in labels()] == entries


@pytest.mark.parametrize("row", labels(), ids=lambda row: f"{row['file']}:{row['position']}")
def test_a_label_is_consistent_with_itself(row):
    states = {name: row[name] for name in CRITERIA}
    assert set(states.values()) <= STATED
    assert row["design"] in list(Design)
    if row["study_design"] != "unclear":
        assert (row["study_design"] == "met") == (row["design"] in ELIGIBLE)
    failed = [name for name in CRITERIA if states[name] == "not_met"]
    unclear = [name for name in CRITERIA if states[name] == "unclear"]
    if row["verdict"] == "include":
        assert (row["reason"], failed, unclear) == ("", [], [])
    else:
        assert row["verdict"] == "exclude"
        assert row["reason"] in protocol().reasons
        if row["reason"] in CRITERIA:
            assert row["reason"] == (failed or unclear)[0]


def test_a_reference_in_two_files_has_one_verdict():
    by_title: dict[str, set[tuple[str, ...]]] = {}
    for row in labels():
        rest = tuple(row[key] for key in ("verdict", "reason", *CRITERIA, "design"))
        by_title.setdefault(fold(row["title"]), set()).add(rest)
    assert {title for title, found in by_title.items() if len(found) > 1} == set()


def test_every_criterion_is_the_reason_of_some_exclusion():
    assert {row["reason"] for row in labels()} >= set(CRITERIA) - {"comparator"}


def test_language_and_date_are_the_reason_where_the_limits_say_so():
    limit = protocol().published_from
    assert limit
    for row in labels():
        record = records(row["file"])[int(row["position"]) - 1]
        too_old = dt.date(record.year or 0, 12, 31) < limit
        assert (row["reason"] == "date") == too_old
        assert (row["reason"] == "language") == (record.language not in ("English", ""))


def test_findings_belong_to_included_entries_and_each_of_these_has_some():
    included = {(r["file"], int(r["position"])) for r in labels() if r["verdict"] == "include"}
    results = [f for f in findings() if "type" not in f]
    about = [f for f in findings() if f.get("type") == "record"]
    assert {(f["file"], f["position"]) for f in results} == included
    assert sorted((f["file"], f["position"]) for f in about) == sorted(included)


def test_each_finding_stands_where_it_says_and_is_a_valid_finding():
    for found in findings():
        if "type" in found:
            continue
        text = records(found["file"])[found["position"] - 1].text
        assert text[found["start"] : found["end"]] == found["value_text"]
        evidence = text[found["evidence_start"] : found["evidence_end"]]
        assert evidence == evidence.strip()
        rest = {k: v for k, v in found.items() if k not in ("file", "position")}
        Finding(
            **rest
            | {
                "endpoint": Endpoint(found["endpoint"]),
                "statistic": Statistic(found["statistic"]),
                "unit": Unit(found["unit"]),
            }
        )


def test_an_arm_is_named_in_the_words_of_the_text():
    strange = [
        (found["file"], found["position"], arm)
        for found in findings()
        if (arm := found.get("arm"))
        and fold(arm) not in fold(records(found["file"])[found["position"] - 1].text)
    ]
    assert strange == []


def test_the_design_of_an_included_entry_is_that_of_its_label():
    design_of = {(r["file"], int(r["position"])): r["design"] for r in labels()}
    assert [
        (f["file"], f["position"])
        for f in findings()
        if f.get("type") == "record" and f["design"] != design_of[f["file"], f["position"]]
    ] == []


def test_every_statistic_and_not_reached_occur():
    results = [f for f in findings() if "type" not in f]
    assert {f["endpoint"] for f in results} == {"PFS", "OS", "ORR"}
    assert {f["statistic"] for f in results} == set(Statistic) - {"mean"}
    assert any(f.get("not_reached") for f in results)


def designs() -> list[dict[str, Any]]:
    text = files("data").joinpath("samples").joinpath("designs.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def rule_of_grey_cases() -> dict[str, set[str]]:
    """`grey` value -> the designs that docs/study-design.md gives it."""
    rows = (Path(__file__).parents[2] / "docs" / "study-design.md").read_text(encoding="utf-8").splitlines()
    cells = [row.split("|") for row in rows if row.startswith("| ") and row.count("|") == 5]
    return {
        grey: set(re.findall(r"`(\w+)`", row[2])) for row in cells for grey in re.findall(r"`(\w+)`", row[3])
    }


def test_the_design_abstracts_cover_every_design_and_the_observational_one_most():
    counted = Counter(line["design"] for line in designs())
    assert set(counted) == set(Design)
    assert counted.most_common(1)[0][0] == "observational"
    assert sum(counted.values()) >= 150
    assert min(n for design, n in counted.items() if design != "other") >= 10


def test_each_design_abstract_is_its_own_and_says_that_it_is_synthetic():
    lines = designs()
    assert [set(line) for line in lines] == [{"title", "abstract", "design", "grey", "synthetic"}] * len(
        lines
    )
    assert [line["title"] for line in lines if line["synthetic"] is not True] == []
    assert len({fold(line["title"]) for line in lines}) == len(lines)
    n_words = [len(line["abstract"].split()) for line in lines]
    assert (min(n_words) >= 60, max(n_words) <= 190) == (True, True)


def test_grey_cases_have_the_design_that_the_rule_gives_them():
    rule = rule_of_grey_cases()
    lines = [line for line in designs() if line["grey"]]
    assert [
        (line["title"], line["grey"]) for line in lines if line["design"] not in rule.get(line["grey"], set())
    ] == []
    assert {line["grey"] for line in lines} == set(rule) - {"grey"}


def test_a_response_rate_agrees_with_its_counts():
    rates = [f for f in findings() if f.get("total")]
    strange = [f for f in rates if abs(f["value"] - 100 * f["count"] / f["total"]) > 0.6]
    assert len(rates) >= 20
    assert strange == []
