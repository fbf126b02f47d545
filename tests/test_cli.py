"""The commands as a user runs them: the whole flow, the gate, and what happens on bad input."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest

from tests.command import picosieve

SEARCH = """record_id,title,abstract,year
a1,Isatuximab after daratumumab,"In myeloma, median PFS was 4.6 months (95% CI 3.5-6.2), ORR 34% (33/97).",
a2,Statins in heart failure,"We randomised 200 patients with heart failure to a statin or placebo.",2019
a3,,,2020
a4,Daratumumab retreatment in relapsed myeloma,"Overall response rate 40%; median OS was not reached.",2024
"""
PROTOCOL = """title = "Anti-CD38 retreatment"
[population]
wanted = ["myeloma"]
[intervention]
wanted = ["isatuximab", "daratumumab"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with four records imported, one of them without text."""
    (tmp_path / "search.csv").write_text(SEARCH, encoding="utf-8")
    (tmp_path / "p.toml").write_text(PROTOCOL, encoding="utf-8")
    folder = tmp_path / "review"
    picosieve("init", "--project", folder, "--protocol", tmp_path / "p.toml")
    picosieve("import", tmp_path / "search.csv", "--project", folder, "--source", "Embase")
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def frozen(project: Path, name: str) -> tuple[int, int]:
    told = picosieve("freeze", "--project", project, "--output", project / name, "--json").json
    return told["records"], told["findings"]


def test_every_command_has_help_that_says_what_it_does() -> None:
    listed = picosieve("--help").out
    names = re.findall(r"^  ([a-z-]+)  +\S", listed.split("Commands:")[1], flags=re.M)
    assert {"init", "import", "rank", "decide", "freeze", "retrain", "score", "simulate", "demo"} <= set(
        names
    )
    for name in names:
        assert len(picosieve(name, "--help").out.splitlines()) > 4


def test_nothing_predicted_enters_the_dataset_and_an_undo_takes_a_record_out(project: Path) -> None:
    ranked = picosieve("rank", "--project", project, "--json").json
    assert sorted(r["external_id"] for r in ranked) == ["a1", "a2", "a3", "a4"]
    assert [r["position"] for r in ranked] == [1, 2, 3, 4]
    assert {ranked[0]["external_id"], ranked[1]["external_id"]} == {"a1", "a4"}
    assert ranked[0]["criteria"]["population"] == "met"
    assert "; P met" in picosieve("rank", "--project", project).out
    picosieve("extract", "--project", project)
    assert frozen(project, "d0") == (0, 0)
    done = picosieve("decide", "--project", project, "--person", "Ada", "--record", "a1", "--include")
    assert (done.out, done.err) == ("R1: include\n", "Ada: registered as a reviewer of this project\n")
    assert frozen(project, "d1") == (1, 0)
    picosieve("decide", "--project", project, "--person", "Ada", "--record", "R1", "--undo")
    assert frozen(project, "d2") == (0, 0)
    history = picosieve("history", "R1", "--project", project).out
    assert [line.split("  ")[3] for line in history.splitlines()] == ["include", "undo"]


def test_findings_are_confirmed_corrected_rejected_and_added(project: Path) -> None:
    picosieve("extract", "--project", project)
    listed = picosieve("findings", "--project", project, "--json").json
    by_what = {(f["record_id"], f["endpoint"]): f for f in listed}
    pfs, orr = by_what["R1", "PFS"], by_what["R1", "ORR"]
    assert (pfs["value"], pfs["ci_lower"], pfs["ci_upper"]) == (4.6, 3.5, 6.2)
    assert (orr["value"], orr["count"], orr["total"]) == (34.0, 33, 97)
    decide = ("decide", "--project", project, "--person", "Ada")
    picosieve(*decide, "--finding", pfs["finding_id"], "--confirm")
    picosieve(*decide, "--finding", orr["finding_id"], "--correct", "value=34.5", "ci_lower=30")
    picosieve(*decide, "--finding", by_what["R4", "ORR"]["finding_id"], "--reject")
    added = ["endpoint=OS", "statistic=median", "value=15.9", "locator=p. 7, table 2"]
    picosieve(*decide, "--record", "R1", "--add-finding", *added)
    assert frozen(project, "d") == (0, 3)
    rows = pq.read_table(project / "d" / "findings.parquet").to_pylist()
    assert [(r["endpoint"], r["value"], r["ci_lower"], r["verdict"], r["locator"]) for r in rows] == [
        ("PFS", 4.6, 3.5, "confirm", None),
        ("ORR", 34.5, 30.0, "correct", None),
        ("OS", 15.9, None, "add", "p. 7, table 2"),
    ]
    assert "median PFS was 4.6 months" in rows[0]["evidence"]
    picosieve(*decide, "--finding", pfs["finding_id"], "--undo")
    assert frozen(project, "e") == (0, 2)


def test_dual_screening_takes_two_people(tmp_path: Path, project: Path) -> None:
    protocol = project / "protocol.toml"
    protocol.write_text(PROTOCOL + '[screening]\nmode = "dual"\n', encoding="utf-8")
    first = picosieve("decide", "--project", project, "--person", "Ada", "--record", "R1", "--include")
    assert "was edited; kept as a new version" in first.err
    assert frozen(project, "d1") == (0, 0)
    picosieve("decide", "--project", project, "--person", "Ben", "--record", "R1", "--include")
    assert frozen(project, "d2") == (1, 0)


def test_a_file_of_decisions_leads_to_a_model_and_scores(tmp_path: Path, project: Path) -> None:
    decisions = tmp_path / "d.csv"
    decisions.write_text(
        "person,record_id,verdict,reason\nAda,a1,include,\nAda,a2,exclude,population\nAda,a4,include,\n"
    )
    told = picosieve("decide", "--project", project, "--file", decisions).out
    assert told.endswith("3 decisions written, 0 were there before\n")
    told = picosieve("decide", "--project", project, "--file", decisions).out
    assert told.endswith("0 decisions written, 3 were there before\n")
    first = picosieve("retrain", "--project", project, "--json").json
    assert (first["promoted"], first["n_included"], first["n_excluded"]) == (True, 2, 1)
    again = picosieve("retrain", "--project", project, "--json").json
    assert (again["promoted"], again["is_new"]) == (False, False)
    later = tmp_path / "later.csv"
    later.write_text(SEARCH.replace("a1,", "b1,"), encoding="utf-8")
    picosieve("score", later, "--output", tmp_path / "scores", "--project", project)
    table = pq.read_table(tmp_path / "scores")
    assert table["record_id"].to_pylist() == ["b1", "a2", "a3", "a4"]
    scores = dict(zip(table["record_id"].to_pylist(), table["score"].to_pylist(), strict=True))
    assert scores["b1"] > scores["a2"]
    assert [f["value"] for f in table["findings"].to_pylist()[0]] == [4.6, 34.0]
    bundle = project / "models" / first["model_id"]
    picosieve("score", later, "--output", tmp_path / "same", "--model", bundle)
    same = pq.read_table(tmp_path / "same")
    assert same["score"].equals(table["score"])
    # A bundle knows no protocol: no verdicts then.
    assert same["population"].to_pylist() == [None] * 4
    assert table["intervention"].to_pylist()[0] == "met"
    assert frozen(project, "d") == (3, 0)
    loaded = datasets.load_dataset(str(project / "d"), cache_dir=str(tmp_path / "cache"))["train"]
    assert dict(zip(loaded["external_id"], loaded["label"], strict=True)) == {
        "a1": "include",
        "a2": "exclude",
        "a4": "include",
    }
    log = tmp_path / "log.csv"
    picosieve("export", "--project", project, "--decisions", log)
    assert [r["verdict"] for r in rows_of(log)] == ["include", "exclude", "include"]


def test_a_snapshot_is_replaced_as_a_whole_and_nothing_else_is(project: Path) -> None:
    picosieve("decide", "--project", project, "--person", "Ada", "--record", "R1", "--include")
    assert frozen(project, "d") == (1, 0)
    picosieve("decide", "--project", project, "--person", "Ada", "--record", "R2", "--exclude")
    words = ("freeze", "--project", project, "--output")
    assert "--force" in picosieve(*words, project / "d", ok=False).err
    before = sorted(p.name for p in project.iterdir())
    assert picosieve(*words, project / "d", "--force", "--json").json["records"] == 2
    assert sorted(p.name for p in project.iterdir()) == before
    (project / "mine").mkdir()
    (project / "mine" / "notes.txt").write_text("keep me")
    assert "is not a frozen dataset" in picosieve(*words, project / "mine", "--force", ok=False).err
    assert (project / "mine" / "notes.txt").read_text() == "keep me"


@pytest.mark.parametrize(
    ("name", "what"), [("review.sqlite", "a database"), ("protocol.toml", "the protocol of a review")]
)
def test_a_review_is_never_written_over_by_a_list(project: Path, name: str, what: str) -> None:
    before = (project / name).read_bytes()
    for force in ((), ("--force",)):
        ran = picosieve("export", "--project", project, "--decisions", project / name, *force, ok=False)
        assert f"is {what} and is never replaced; give another name\n" in ran.err
    assert (project / name).read_bytes() == before
    assert "log of decisions: whole" in picosieve("status", "--project", project).out


def test_a_rollback_names_the_kinds_of_models_that_there_are(project: Path) -> None:
    for kind in ("foo", "queue"):
        ran = picosieve("models", "rollback", "--kind", kind, "--project", project, ok=False)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert f"{kind!r} is no kind of model that is promoted; there are relevance, outcome_spans" in ran.err
    told = picosieve("models", "rollback", "--kind", "outcome_spans", "--project", project, ok=False).err
    assert "there is no earlier outcome_spans model" in told


@pytest.mark.parametrize("command", ["findings", "eligibility"])
def test_an_empty_project_says_what_to_do_next(tmp_path: Path, command: str) -> None:
    picosieve("init", "--project", tmp_path / "r")
    for form, out in ((), ""), (("--json",), "[]\n"):
        ran = picosieve(command, "--project", tmp_path / "r", *form)
        assert ran.out == out
        assert (
            ran.err == f"no record yet; `picosieve import FILE --project {tmp_path / 'r'}` brings them in\n"
        )


def test_a_project_without_findings_says_how_to_get_them(project: Path) -> None:
    told = f"no finding here; `picosieve extract --project {project}` proposes what the texts state\n"
    for words in ((), ("--record", "a2")):
        assert picosieve("findings", "--project", project, *words).err == told
    picosieve("extract", "--project", project)
    ran = picosieve("findings", "--project", project)
    assert (ran.out != "", ran.err) == (True, "")
    judged = picosieve("eligibility", "--project", project)
    assert (judged.out != "", judged.err) == (True, "")


def test_an_endpoint_switched_on_in_the_protocol_is_proposed_and_confirmed(tmp_path: Path) -> None:
    text = "Median DOR was 9.1 months and the CR rate 12% (4/33); median PFS was 4.6 months."
    (tmp_path / "search.csv").write_text(f'record_id,title,abstract\na1,Myeloma,"{text}"\n', encoding="utf-8")
    (tmp_path / "p.toml").write_text(PROTOCOL, encoding="utf-8")
    project = tmp_path / "review"
    picosieve("init", "--project", project, "--protocol", tmp_path / "p.toml")
    picosieve("import", tmp_path / "search.csv", "--project", project)
    picosieve("extract", "--project", project)

    def proposed() -> list[str]:
        return [row["endpoint"] for row in picosieve("findings", "--project", project, "--json").json]

    assert proposed() == ["PFS"]
    with (project / "protocol.toml").open("a", encoding="utf-8") as file:
        file.write('[findings]\nendpoints = ["PFS", "DOR", "CR"]\n')
    picosieve("extract", "--project", project)
    assert proposed() == ["DOR", "CR", "PFS"]
    rows = picosieve("findings", "--project", project, "--json").json
    picosieve("decide", "--project", project, "--person", "Ada", "--record", "R1", "--include")
    for row in rows[:2]:
        picosieve(
            "decide", "--project", project, "--person", "Ada", "--finding", row["finding_id"], "--confirm"
        )
    assert frozen(project, "frozen") == (1, 2)
    found = datasets.load_dataset(str(project / "frozen"), "findings")["train"]
    assert sorted(found["endpoint"]) == ["CR", "DOR"]


def test_the_same_content_has_the_same_fingerprint(project: Path) -> None:
    picosieve("decide", "--project", project, "--person", "Ada", "--record", "R1", "--include")
    told = [
        picosieve("freeze", "--project", project, "--output", project / name, "--json").json for name in "ab"
    ]
    assert told[0] == told[1]


def test_a_simulation_does_not_depend_on_the_order_of_rows_nor_on_labels_not_yet_seen(tmp_path: Path) -> None:
    words = ["myeloma daratumumab survival", "statin heart failure", "asthma inhaler children"]
    rows = [
        {"record_id": str(i), "title": f"Study {i}", "abstract": f"{words[i % 3]} trial number {i * 7}",
         "label_included": str(int(i % 3 == 0))}
        for i in range(24)
    ]  # fmt: skip
    (tmp_path / "p.json").write_text(json.dumps([{"seed": 0, "included": 0, "excluded": 1}]))

    def trace(name: str, table: list[dict[str, str]]) -> list[str]:
        path = tmp_path / f"{name}.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
        out = tmp_path / f"{name}.trace.csv"
        picosieve("simulate", path, "--priors", tmp_path / "p.json", "--seed", 0, "--trace", out)
        return [r["record_id"] for r in rows_of(out)]

    order = trace("plain", rows)
    assert sorted(order, key=int) == [str(i) for i in range(2, 24)]
    assert trace("shuffled", rows[::-1]) == order
    seen = set(order[:8]) | {"0", "1"}
    flipped = [
        r if r["record_id"] in seen else r | {"label_included": str(1 - int(r["label_included"]))}
        for r in rows
    ]
    assert trace("flipped", flipped)[:9] == order[:9]


def test_init_without_a_protocol_writes_a_template_that_the_other_commands_take(tmp_path: Path) -> None:
    picosieve("init", "--project", tmp_path / "new")
    assert "[population]" in (tmp_path / "new" / "protocol.toml").read_text()
    assert picosieve("rank", "--project", tmp_path / "new", "--json").json == []
    assert "0 records" in picosieve("status", "--project", tmp_path / "new").out


def test_a_protocol_is_checked_changed_with_a_reason_and_reopens_what_it_touches(project: Path) -> None:
    assert "has no terms" in picosieve("protocol", "check", "--project", project).out
    words = ("decide", "--project", project, "--person", "Ada", "--record")
    picosieve(*words, "R2", "--exclude", "--reason", "population")
    picosieve(*words, "R1", "--include")
    file = project / "protocol.toml"
    file.write_text(file.read_text().replace('["myeloma"]', '["myeloma", "heart failure"]'))
    told = picosieve("protocol", "update", "--rationale", "wider", "--project", project).out
    assert "kept as a new version" in told
    again = "look again: R2 (population, Ada) Statins in heart failure\n"
    assert told.endswith(again)
    assert picosieve("protocol", "recheck", "--project", project).out == again
    picosieve(*words, "R2", "--exclude", "--reason", "population")
    assert "nothing to look at again" in picosieve("protocol", "recheck", "--project", project).err
    history = picosieve("protocol", "history", "--project", project).out
    assert [line.split("  ")[2] for line in history.splitlines()] == ["(no rationale)", "wider"]
    assert "nothing was kept" in picosieve("protocol", "update", "--rationale", "x", "--project", project).err
    judged = picosieve("eligibility", "--project", project, "--record", "R1").out
    assert "P met" in judged
    assert "[P+ myeloma]" in judged


def test_the_rationale_of_an_edit_that_another_command_kept_is_kept_afterwards(project: Path) -> None:
    words = ("decide", "--project", project, "--person", "Ada", "--record")
    picosieve(*words, "R2", "--exclude", "--reason", "population")
    file = project / "protocol.toml"
    file.write_text(file.read_text().replace('"daratumumab"', '"daratumumab", "felzartamab"'))
    assert "was edited; kept as a new version" in picosieve("rank", "--project", project).err
    update = ("protocol", "update", "--project", project, "--rationale")
    told = picosieve(*update, "newer drug")
    assert told.out == f"{file}: its rationale was kept\n"
    for late in ("another", " "):
        assert "nothing was kept" in picosieve(*update, late).err
    history = picosieve("protocol", "history", "--project", project).out
    whys = [line.split("  ")[2] for line in history.splitlines()]
    assert whys == ["(no rationale)", "(no rationale)", "newer drug"]
    assert "nothing to look at again" in picosieve("protocol", "recheck", "--project", project).err
    assert "log of decisions: whole" in picosieve("status", "--project", project).out


def test_the_short_json_form_of_a_protocol_is_taken(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"title": "T", "population": ["myeloma"], "study_design": ["trial"]}')
    picosieve("init", "--project", tmp_path / "new", "--protocol", tmp_path / "p.json")
    assert "T (protocol version 1)" in picosieve("status", "--project", tmp_path / "new").out


# What a user may do wrong: the words, and what the one line on stderr must say.
def bad(*words: str, says: str, id: str) -> object:
    return pytest.param(words, says, id=id)


BAD_INPUT = [
    bad("import", "{tmp}/none.ris", "-p", "{p}", says="none.ris", id="missing file"),
    bad("import", "{tmp}/empty.ris", "-p", "{p}", says="empty.ris", id="empty file"),
    bad("import", "{tmp}/binary.ris", "-p", "{p}", says="binary.ris", id="binary file"),
    bad("import", "{tmp}/notitle.csv", "-p", "{p}", says="title", id="CSV without a title column"),
    bad("import", "{tmp}/search.csv", "-p", "{p}", says="imported before", id="the same file again"),
    bad("import", "{tmp}/search.csv", "-p", "{p}", "--route", "pigeon", says="--route", id="unknown route"),
    bad("import", "{tmp}/search.csv", "-p", "{p}", "--searched", "soon", says="--searched", id="no date"),
    bad(
        "import", "{tmp}/search.csv", "-p", "{p}", "--label-column", "x",
        says="--labels-by", id="a label column of nobody",
    ),
    bad(
        "import", "{tmp}/new.csv", "-p", "{p}", "--rejects", "{tmp}/bad.csv",
        says="is there already", id="a rejects file that is there",
    ),
    bad("rank", "--project", "{tmp}/nowhere", says="no such folder", id="no such folder"),
    bad("rank", "--project", "{tmp}", says="is not a picosieve project", id="not a project"),
    bad("init", "--project", "{p}", says="holds a project already", id="a project already"),
    bad("init", "-p", "{tmp}/x", "--protocol", "{tmp}/bad.toml", says="bad.toml:3: ", id="protocol error"),
    bad("init", "-p", "{tmp}/x", "--protocol", "{tmp}/none.toml", says="no such protocol", id="no protocol"),
    bad("decide", "-p", "{p}", "--person", "", "--record", "R1", "--maybe", says="is empty", id="nobody"),
    bad("decide", "-p", "{p}", "--record", "R1", "--include", says="--person", id="no person"),
    bad("decide", "-p", "{p}", "--person", "A", "--record", "R99", "--include", says="R99", id="no record"),
    bad("decide", "-p", "{p}", "--person", "A", "--record", "R1", says="give one of", id="no verdict"),
    bad(
        "decide", "-p", "{p}", "--person", "A", "--record", "R1", "--exclude", "--reason", "boring",
        says="'boring' is none of population", id="unknown reason",
    ),
    bad("decide", "-p", "{p}", "--person", "A", "--finding", "F9", "--confirm", says="F9", id="no finding"),
    bad("decide", "-p", "{p}", "--file", "{tmp}/bad.csv", says="bad.csv:3: ", id="bad line of decisions"),
    bad("decide", "-p", "{p}", "--file", "{tmp}/none.csv", says="none.csv", id="no decisions file"),
    bad("retrain", "-p", "{p}", says="needs at least one of each", id="too early to retrain"),
    bad("score", "{tmp}/search.csv", "-p", "{p}", "-o", "{tmp}/s", says="no model yet", id="no model"),
    bad("score", "{tmp}/search.csv", "--model", "{tmp}", "-o", "{tmp}/s", says="manifest", id="not a bundle"),
    bad("extract", "{tmp}/bad.jsonl", "-o", "{tmp}/o.jsonl", says="bad.jsonl:2: ", id="bad line of JSON"),
    bad("extract", "-p", "{p}", "--explain", says="of a file of texts", id="explain without a file"),
    bad("extract", "x", "-o", "y", "--explain", says="of a file of texts", id="explain into a file"),
    bad("extract", "x", "-o", "y", "--also", "QOL", says="'QOL' is none of PFS, OS", id="unknown endpoint"),
    bad("extract", "-p", "{p}", "--also", "CR", says="in its protocol", id="further endpoint of a project"),
    bad("simulate", "{tmp}/search.csv", "--trace", "{tmp}/t.csv", says="label_included", id="no labels"),
    bad("models", "rollback", "-p", "{p}", says="no earlier relevance model", id="nothing to roll back to"),
    bad("models", "promote", "x", "-p", "{p}", says="model 'x'", id="unknown model"),
    bad("status", "-p", "{newer}", says="written by a newer picosieve", id="newer version"),
    bad("status", "-p", "{damaged}", says="review.sqlite", id="damaged database"),
    bad("dedupe", "{tmp}/search.csv", says="--clusters", id="dedupe without an output"),
    bad("frobnicate", says="frobnicate", id="unknown command"),
]  # fmt: skip


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder with a project, and everything that a command should refuse."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "search.csv").write_text(SEARCH, encoding="utf-8")
    (folder / "new.csv").write_text("title,abstract\nNew,text\n")
    (folder / "empty.ris").touch()
    (folder / "binary.ris").write_bytes(bytes(range(256)) * 40)
    (folder / "notitle.csv").write_text("year,journal\n2020,Blood\n")
    (folder / "bad.toml").write_text('title = "T"\n[population]\nwanted = "myeloma"\n')
    (folder / "bad.csv").write_text("person,record_id,verdict\nAda,a1,include\nAda,a99,include\n")
    (folder / "bad.jsonl").write_text('{"record_id": 1, "text": "OS"}\nnonsense\n')
    for name in ("review", "newer", "damaged"):
        picosieve("init", "--project", folder / name)
    picosieve("import", folder / "search.csv", "--project", folder / "review")
    with sqlite3.connect(folder / "newer" / "review.sqlite") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    (folder / "damaged" / "review.sqlite").write_bytes(b"not a database, whatever it is called" * 100)
    return {"tmp": folder, "p": folder / "review", "newer": folder / "newer", "damaged": folder / "damaged"}


@pytest.mark.parametrize(("words", "says"), BAD_INPUT)
def test_bad_input_is_one_clear_line_and_changes_nothing(spoilt, words, says) -> None:
    before = (spoilt["p"] / "review.sqlite").read_bytes()
    ran = picosieve(*(w.format(**spoilt) for w in words), ok=False)
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""
    with sqlite3.connect(spoilt["p"] / "review.sqlite") as db:
        counts = [db.execute(f"SELECT COUNT(*) FROM {t}").fetchone()[0] for t in
                  ("records", "import_batches", "screening_decisions", "people", "models")]  # fmt: skip
    db.close()
    assert counts == [4, 1, 0, 0, 0]
    assert not (spoilt["tmp"] / "x" / "review.sqlite").exists()
    assert before[:16] == (spoilt["p"] / "review.sqlite").read_bytes()[:16]


def test_a_bad_entry_of_a_good_file_is_rejected_by_line_and_the_rest_goes_in(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("title,abstract\nOne,first\nTwo,second,too,many\nThree,third\n")
    picosieve("init", "--project", tmp_path / "r")
    rejects = tmp_path / "rejects.csv"
    ran = picosieve("import", path, "--project", tmp_path / "r", "--json", "--rejects", rejects)
    assert ran.json == [{"file": str(path), "seen": 3, "imported": 2, "already": 0, "rejected": 1}]
    (row,) = rows_of(rejects)
    assert (row["file"], row["line"]) == ("s.csv", "3")
    assert "s.csv:3: rejected: " in ran.err


def test_of_several_files_the_good_ones_go_in_and_the_bad_one_is_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(f"title,abstract\nTitle {name},text of {name}\n")
    (tmp_path / "bad.csv").write_text("year,journal\n2020,Blood\n")
    picosieve("init", "--project", tmp_path / "r")
    files = [tmp_path / f"{name}.csv" for name in ("one", "bad", "two")]
    ran = picosieve("import", *files, "--project", tmp_path / "r", "--json", ok=False)
    assert (ran.code, [row["imported"] for row in ran.json]) == (2, [1, 1])
    assert f"picosieve: {tmp_path / 'bad.csv'}" in ran.err


def test_labels_of_a_file_are_taken_only_under_somebodys_name(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("record_id,title,included,label_abstract\n1,One,1,1\n2,Two,0,1\n3,Three,,0\n")
    for name in ("plain", "labelled"):
        picosieve("init", "--project", tmp_path / name)
    picosieve("import", path, "--project", tmp_path / "plain")
    assert frozen(tmp_path / "plain", "d") == (0, 0)
    words = ("import", path, "--project", tmp_path / "labelled", "--labels-by", "Ada")
    told = picosieve(*words, "--label-column", "included")
    assert "2 decisions of Ada taken" in told.err
    assert frozen(tmp_path / "labelled", "d") == (2, 0)
    preview = picosieve("import", path, "--dry-run").out
    assert "'included' holds decisions; taken only with --labels-by PERSON" in preview


def test_labels_that_are_not_understood_are_told_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    labels = ("2", "yes", "maybe", "", "-1", "NA", "0", "3", "4", "5", "6")
    path.write_text("title,included\n" + "".join(f"Study {i},{w}\n" for i, w in enumerate(labels)))
    picosieve("init", "--project", tmp_path / "r")
    told = picosieve("import", path, "--project", tmp_path / "r", "--labels-by", "Ada").err
    assert "2 decisions of Ada taken" in told
    (line,) = (line for line in told.splitlines() if "not taken" in line)
    assert line.startswith(f"{path}: 6 labels not taken, ")
    assert line.endswith(": line 2 '2', line 4 'maybe', line 9 '3', line 10 '4', line 11 '5' and 1 more")
    path.write_text("title,included\nOne more,1\nYet another,\n")
    assert "not taken" not in picosieve("import", path, "--project", tmp_path / "r", "--labels-by", "Ada").err


def test_duplicates_are_merged_proposed_and_settled_by_people_and_exported(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "title,abstract,authors,year,doi\n"
        "A trial of drug A in relapsed myeloma,Short.,Adams B,2020,10.5555/a\n"
        "A Trial of Drug A in Relapsed Myeloma,A longer abstract of it.,Adams B,2020,10.5555/A\n"
        "Something else altogether in asthma,Inhaled steroids.,Brown C,2018,10.5555/b\n"
    )
    review = tmp_path / "review"
    picosieve("init", "--project", review)
    picosieve("import", path, "--project", review)
    assert picosieve("dedupe", "--project", review).out.startswith("1 records merged with another: 2 ref")
    assert [r["record_id"] for r in picosieve("rank", "--project", review, "--json").json] != []
    (merged,) = [x for x in picosieve("links", "--project", review, "--json").json if x["what"] == "merged"]
    assert (merged["record_a"], merged["record_b"]) == ("R1", "R2")
    assert merged["evidence"]
    link = ("link", "--project", review, "--person", "Ada")
    assert picosieve(*link, "R2", "--separate").out.startswith("R2: stands alone again")
    picosieve("dedupe", "--project", review)
    assert len(picosieve("rank", "--project", review, "--json").json) == 3
    picosieve(*link, "R1", "R3", "--same-study")
    picosieve("decide", "--project", review, "--person", "Ada", "--record", "R1", "--include")
    for name in ("out.csv", "out.ris", "out.xlsx"):
        picosieve("export", tmp_path / name, "--project", review)
        again = tmp_path / f"again-{name}"
        picosieve("init", "--project", again)
        counts = picosieve("import", tmp_path / name, "--project", again, "--json").json[0]
        assert (counts["seen"], counts["imported"]) == (3, 3)
    rows = rows_of(tmp_path / "out.csv")
    assert [(r["decision"], r["study"]) for r in rows] == [("include", "S1"), ("", ""), ("", "S1")]
    picosieve("dedupe", path, "--clusters", tmp_path / "c.csv", "--proposals", tmp_path / "p.csv")
    assert [r["cluster"] for r in rows_of(tmp_path / "c.csv")] == ["1", "1", "3"]
    assert rows_of(tmp_path / "p.csv") == []


def test_what_a_second_person_confirms_is_what_they_are_shown(project: Path) -> None:
    file = project / "protocol.toml"
    file.write_text(PROTOCOL + '[findings]\nmode = "verify"\n', encoding="utf-8")
    picosieve("extract", "--project", project)
    words = ("decide", "--project", project, "--finding", "F1", "--person")
    picosieve(*words, "Ada", "--correct", "value=9.9")
    listed = picosieve("findings", "--project", project, "--record", "R1", "--json").json
    shown = next(f for f in listed if f["finding_id"] == "F1")
    assert (shown["value"], shown["outcome"]) == (9.9, "waiting")


def test_a_merge_never_sets_an_include_against_an_exclude_unasked(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    row = "A trial of drug A in relapsed myeloma,It was short.,Adams B,2020,10.5555/a\n"
    path.write_text("record_id,title,abstract,authors,year,doi\n1," + row + "2," + row, encoding="utf-8")
    review = tmp_path / "review"
    picosieve("init", "--project", review)
    picosieve("import", path, "--project", review)
    words = ("decide", "--project", review, "--person", "Ada", "--record")
    picosieve(*words, "R1", "--include")
    picosieve(*words, "R2", "--exclude")
    told = picosieve("dedupe", "--project", review).out
    assert told.startswith("0 records merged with another: 2 references; 1 pairs in doubt")
    assert frozen(review, "d") == (2, 0)


def test_output_is_never_overwritten_unasked(project: Path, tmp_path: Path) -> None:
    frozen(project, "d")
    ran = picosieve("freeze", "--project", project, "--output", project / "d", ok=False)
    assert (ran.code, "--force" in ran.err) == (2, True)
    picosieve("freeze", "--project", project, "--output", project / "d", "--force")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    words = ("freeze", "--project", project, "--output", tmp_path / "precious", "--force")
    assert picosieve(*words, ok=False).code == 2
    assert (tmp_path / "precious" / "thesis.txt").exists()


def test_the_demo_runs_the_whole_flow_and_gates_its_dataset(tmp_path: Path) -> None:
    out = picosieve("demo", "--project", tmp_path / "demo").out
    assert "the dataset now: 0 records, 0 findings" in out
    told = json.loads((tmp_path / "demo" / "dataset" / "fingerprint.json").read_text())
    assert told["records"] == 114
    assert told["findings"] > 100
    assert (tmp_path / "demo" / "scores" / "_manifest.json").exists()
    again = picosieve("demo", "--project", tmp_path / "demo").out
    assert told["fingerprint"][:16] in again


def test_extract_without_an_output_prints_a_table_for_people(tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    told = "We treated 31 patients. Median PFS was 4.6 months (95% CI 3.5-6.2). Median DOR was 9.1 months."
    texts.write_text(
        json.dumps({"record_id": "a", "text": told})
        + "\n"
        + json.dumps({"record_id": "b", "text": "None."})
        + "\n",
        encoding="utf-8",
    )
    lines = [" ".join(line.split()) for line in picosieve("extract", texts).out.splitlines()]
    assert lines[0] == "a"
    assert lines[1] == "endpoint statistic value interval at n/N group whose confidence"
    assert lines[2].startswith("PFS median 4.6 months 3.5 to 6.2 (95%) own 0.")
    assert lines[3].startswith("patients: 31; median follow-up: not stated; design: ")
    assert lines[5:7] == ["b", "no result stated"]
    also = picosieve("extract", texts, "--also", "DOR").out
    assert "9.1 months" in also
