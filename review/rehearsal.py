"""The sample review's scripted reviewer: reads the queue and settles findings as its files say.

Its decisions go through the same log as anybody's, under a name that says what it is.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import sqlalchemy as sa

from data.errors import ScreeningError
from data.finding_form import FORM_FIELDS
from data.project import Project
from data.store import decisions, findings
from data.store.decisions import Decision, Verdict
from data.store.findings import FindingDecision, FindingVerdict, StoredFinding
from data.store.schema import import_batches, records
from review.confirm import Order, carry_out
from review.queue import rank_project

PERSON = "Scripted reviewer (sample)"
SEARCHES = (
    ("medline.ris", "MEDLINE", "database"),
    ("embase.ris", "Embase", "database"),
    ("congress.csv", "Congress abstracts", "other"),
)
LATER = "later_search.ris"
REFIT_EVERY = 10  # decisions between two orders of the queue
PAST = {"confirm": "confirmed", "correct": "corrected", "reject": "rejected", "add": "added"}
_MARK = ".picosieve-demo"  # only a folder that holds it is ever cleared
# What a reviewer checks of a value; the other fields describe, and stay as they were proposed.
_CHECKED = ("value", "value_max", "ci_lower", "ci_upper", "timepoint_months", "count", "total", "arm")


def sample_folder() -> Traversable:
    """The sample review that ships: `protocol.toml`, three searches, a later one, the script."""
    return files("data").joinpath("samples", "anti_cd38")


@contextmanager
def stage_set(folder: Path) -> Iterator[Path]:
    """An empty folder for the rehearsal; an earlier rehearsal in it is cleared, anything else is not.

    Raises
    ------
    ScreeningError
        The folder holds something that is not an earlier rehearsal, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / _MARK).is_file():
            raise ScreeningError(
                f"{folder}: holds something that is not a demo; give --project another folder"
            )
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()
    except OSError as err:
        raise ScreeningError(f"{folder}: cannot be written ({err.strerror}); give --project another") from err
    yield folder


@dataclass(frozen=True, slots=True)
class Script:
    """What the scripted reviewer thinks of each entry, by (file, position in it from 1)."""

    verdicts: Mapping[tuple[str, int], tuple[str, str]]
    findings: Mapping[tuple[str, int], tuple[Mapping[str, Any], ...]]


def read_script(folder: Traversable) -> Script:
    """Read `labels.csv` and `findings.jsonl`."""
    rows = csv.DictReader(folder.joinpath("labels.csv").read_text(encoding="utf-8").splitlines())
    verdicts = {(row["file"], int(row["position"])): (row["verdict"], row["reason"]) for row in rows}
    stated: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for line in folder.joinpath("findings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("type") != "record":
            stated.setdefault((row["file"], row["position"]), []).append(row)
    return Script(verdicts, {place: tuple(rows) for place, rows in stated.items()})


@dataclass(frozen=True, slots=True)
class Screened:
    """How the reading went: records read, includes among them, and where the last include stood."""

    n_read: int
    n_included: int
    last_include_at: int


def screen(project: Project, script: Script, order: Iterable[int]) -> Screened:
    """Decide on records in the given order as the script says, one decision at a time."""
    with project.store.read() as db:
        places = _places(db)
    n_read = n_included = last = 0
    for record_id in order:
        verdict, reason = script.verdicts[places[record_id]]
        n_read += 1
        if verdict == Verdict.INCLUDE:
            n_included, last = n_included + 1, n_read
        decision = Decision(
            person=PERSON,
            record_id=record_id,
            verdict=Verdict(verdict),
            reason=reason or None,
            key=f"rehearsal-R{record_id}",
        )
        with project.store.write() as db:
            decisions.decide(db, decision, protocol=project.protocol)
    return Screened(n_read, n_included, last)


def screen_all(project: Project, script: Script) -> Screened:
    """Read the whole queue, ordered anew after every `REFIT_EVERY` decisions."""
    n_read = n_included = last = 0
    while entries := rank_project(project).entries:
        part = screen(project, script, [e.ranked.record_id for e in entries[:REFIT_EVERY]])
        last = n_read + part.last_include_at if part.n_included else last
        n_read, n_included = n_read + part.n_read, n_included + part.n_included
    return Screened(n_read, n_included, last)


def best_scored(folder: Path, *, n_best: int) -> list[str]:
    """The best records of a scoring run, one line each."""
    rows = pq.read_table(folder, columns=["record_id", "title", "score"]).to_pylist()
    rows.sort(key=lambda row: -row["score"])
    return [f"{row['score']:+.2f}  {row['record_id']}  {row['title']}" for row in rows[:n_best]]


def settle_findings(project: Project, script: Script) -> dict[str, int]:
    """Confirm, correct, reject or add findings of the included records; returns how many of each.

    A proposal at the script's place with its numbers is confirmed, with other numbers corrected,
    at no place of the script rejected; what no proposal covers is added.
    """
    with project.store.read() as db:
        places = _places(db)
        included = [
            int(i)
            for i in db.execute(
                sa.text("SELECT group_id FROM dataset_records WHERE label = 'include'")
            ).scalars()
        ]
        proposed: dict[int, list[StoredFinding]] = {}
        for stored in findings.record_findings(db, included):
            proposed.setdefault(stored.record_id, []).append(stored)
    done = dict.fromkeys(("confirm", "correct", "reject", "add"), 0)
    for record_id in included:
        left = list(script.findings.get(places[record_id], ()))
        for stored in proposed.get(record_id, []):
            stated = next((row for row in left if _same_place(stored, row)), None)
            if stated is not None:
                left.remove(stated)
            verdict, changes = _judge(stored, stated)
            decision = FindingDecision(
                person=PERSON,
                finding_id=stored.finding_id,
                verdict=verdict,
                changes=changes,
                key=f"rehearsal-F{stored.finding_id}",
            )
            with project.store.write() as db:
                findings.decide_finding(db, decision)
            done[str(verdict)] += 1
        for number, row in enumerate(left):
            given = {name: row[name] for name in FORM_FIELDS if name in row}
            order = Order(
                person=PERSON,
                verdict="add",
                record=f"R{record_id}",
                fields=given,
                key=f"rehearsal-R{record_id}-{number}",
            )
            with project.store.write() as db:
                carry_out(db, project, order)
            done["add"] += 1
    return done


def _judge(
    stored: StoredFinding, stated: Mapping[str, Any] | None
) -> tuple[FindingVerdict, dict[str, object]]:
    if stated is None:
        return FindingVerdict.REJECT, {}
    changes = {
        name: stated.get(name) for name in _CHECKED if stated.get(name) != getattr(stored.finding, name)
    }
    if changes.get("value", 0) is None:
        changes["not_reached"] = True
    elif "value" in changes:
        changes["not_reached"] = False
    return (FindingVerdict.CORRECT, changes) if changes else (FindingVerdict.CONFIRM, {})


def _same_place(stored: StoredFinding, row: Mapping[str, Any]) -> bool:
    f = stored.finding
    if f.start is None or f.end is None or (f.endpoint, f.statistic) != (row["endpoint"], row["statistic"]):
        return False
    shared = min(f.end, row["end"]) - max(f.start, row["start"])
    return bool(2 * shared >= max(f.end, row["end"]) - min(f.start, row["start"]))


def _places(db: sa.Connection) -> dict[int, tuple[str, int]]:
    """(file, position in it from 1) of every record, as the script names them."""
    query = (
        sa.select(records.c.id, records.c.batch_id, import_batches.c.file_name)
        .join(import_batches, import_batches.c.id == records.c.batch_id)
        .order_by(records.c.id)
    )
    places: dict[int, tuple[str, int]] = {}
    n_before: dict[int, int] = {}
    for record_id, batch_id, file_name in db.execute(query):
        n_before[batch_id] = n_before.get(batch_id, 0) + 1
        places[record_id] = (file_name, n_before[batch_id])
    return places
