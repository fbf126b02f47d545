"""People's decisions, one at a time or as a file, put into the log under their names."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from data.errors import ReadError, ScreeningError, StoreError
from data.finding_form import make_finding, parse_changes
from data.project import Project
from data.protocol import Stage
from data.store import decisions, findings
from data.store.decisions import Decision, Verdict
from data.store.findings import FindingDecision, FindingVerdict
from data.store.imports import find_record, load_record

COLUMNS = ("person", "record_id", "finding_id", "verdict", "reason", "stage", "note", "fields")
_RECORD_VERDICTS = (*Verdict, "undo", "add")
_FINDING_VERDICTS = (*FindingVerdict, "undo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One decision as it was typed: ids as people see them (R12, F3), fields as text.

    `verdict` is include, exclude, maybe, undo or add with a record; confirm, correct, reject or undo
    with a finding.
    """

    person: str
    verdict: str
    record: str = ""
    finding: str = ""
    reason: str = ""
    stage: str = ""
    note: str = ""
    fields: Mapping[str, object]
    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """What an order led to: `about` is R12 or F3, `outcome` where that stands now."""

    about: str
    outcome: str
    is_new: bool


def carry_out(db: sa.Connection, project: Project, order: Order) -> Done:
    """Put one order into the log.

    Raises
    ------
    StoreError
        An unknown id, verdict, reason, stage or field, or nobody named; nothing was written.
    """
    for word in (
        order.person,
        order.note,
        order.record,
        order.finding,
        order.key,
        *map(str, order.fields.values()),
    ):
        if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in word):
            raise StoreError(f"{word[:40]!r}: holds a character that no text can hold; type it anew")
    if not order.key.strip():
        raise StoreError("the idempotency key is empty; leave --key out or give one")
    if bool(order.record) == bool(order.finding):
        raise StoreError("a decision is about one record or one finding: give record_id or finding_id")
    if order.finding:
        return _on_finding(db, order)
    record_id = find_record(db, order.record)
    if order.verdict not in _RECORD_VERDICTS:
        raise StoreError(f"verdict {order.verdict!r} of a record is none of {', '.join(_RECORD_VERDICTS)}")
    if order.verdict == "add":
        return _add(db, order, record_id)
    stage = _stage(order.stage)
    if order.verdict == "undo":
        written = decisions.undo(
            db, person=order.person, record_id=record_id, stage=stage, note=order.note, key=order.key
        )
    else:
        decision = Decision(
            person=order.person,
            record_id=record_id,
            verdict=Verdict(order.verdict),
            stage=stage,
            reason=order.reason or None,
            note=order.note,
            key=order.key,
        )
        written = decisions.decide(db, decision, protocol=project.protocol)
    return Done(f"R{record_id}", str(written.outcome), written.is_new)


def carry_out_file(project: Project, path: Path) -> list[Done]:
    """Put a file of decisions into the log, all of it or, on an error, nothing.

    The same file sent twice is written once.

    Raises
    ------
    ScreeningError
        The file is no such CSV, or a line of it cannot be carried out; names file and line.
    """
    text, digest = _read_text(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in reader.fieldnames or ()]
        missing = {"person", "verdict"} - set(header)
        unknown = set(header) - set(COLUMNS)
        if missing or unknown:
            problem = (
                f"lacks {', '.join(sorted(missing))}" if missing else f"has {', '.join(sorted(unknown))}"
            )
            raise ReadError(f"{path}:1: {problem}; the columns are {','.join(COLUMNS)}")
        reader.fieldnames = header
        done = []
        with project.store.write() as db:
            for number, row in enumerate(reader, 1):
                try:
                    done.append(carry_out(db, project, _order(row, key=f"file:{digest}:{number}")))
                except ScreeningError as err:
                    raise ReadError(
                        f"{path}:{reader.line_num}: {err}; nothing of this file was kept"
                    ) from err
    except csv.Error as err:
        raise ReadError(f"{path}:{reader.line_num}: not valid CSV: {err}; nothing of it was kept") from err
    if not done:
        raise ReadError(f"{path}: holds no decision")
    return done


def _read_text(path: Path) -> tuple[str, str]:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        # The same decisions with other line ends are the same file.
        return text, hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()
    except OSError as err:
        raise ReadError(f"{path}: cannot be read ({err.strerror})") from err
    except UnicodeDecodeError as err:
        raise ReadError(f"{path}: is not UTF-8 text; save it as CSV UTF-8") from err


def _order(row: Mapping[str | None, str | None], *, key: str) -> Order:
    if None in row:
        raise StoreError("has more cells than the header")
    cells = {str(name): (value or "").strip() for name, value in row.items()}
    try:
        values = json.loads(cells.get("fields") or "{}")
    except json.JSONDecodeError as err:
        raise StoreError(f"fields is not valid JSON: {err.msg}") from err
    if not isinstance(values, dict):
        raise StoreError('fields must be a JSON object, such as {"value": 4.6}')
    return Order(
        person=cells["person"],
        verdict=cells["verdict"].lower(),
        record=cells.get("record_id", ""),
        finding=cells.get("finding_id", ""),
        reason=cells.get("reason", ""),
        stage=cells.get("stage", ""),
        note=cells.get("note", ""),
        fields=values,
        key=key,
    )


def _stage(word: str) -> Stage:
    if word and word not in list(Stage):
        raise StoreError(f"stage {word!r} is none of {', '.join(Stage)}")
    return Stage(word) if word else Stage.TITLE_ABSTRACT


def _on_finding(db: sa.Connection, order: Order) -> Done:
    finding_id = _finding_id(order.finding)
    if order.verdict not in _FINDING_VERDICTS:
        raise StoreError(f"verdict {order.verdict!r} of a finding is none of {', '.join(_FINDING_VERDICTS)}")
    if order.reason:
        raise StoreError("a reason goes with the exclusion of a record; for a finding give a note")
    if order.verdict == "undo":
        written = findings.undo_finding(
            db, person=order.person, finding_id=finding_id, note=order.note, key=order.key
        )
    else:
        decision = FindingDecision(
            person=order.person,
            finding_id=finding_id,
            verdict=FindingVerdict(order.verdict),
            changes=order.fields,
            note=order.note,
            key=order.key,
        )
        written = findings.decide_finding(db, decision)
    return Done(f"F{finding_id}", str(written.outcome), written.is_new)


def _add(db: sa.Connection, order: Order, record_id: int) -> Done:
    where = f"record R{record_id}: new finding"
    values = dict(order.fields)
    quote = values.pop("quote", None)
    parsed = parse_changes(values, where=where)
    if parsed.get("start") is None and not parsed.get("locator"):
        text = load_record(db, record_id).record.text
        parsed |= place_of(text, str(parsed.get("value_text") or ""), str(quote or ""), where)
    finding = make_finding(parsed, where=where)
    findings.check_place(db, record_id, finding)
    finding = findings.with_words(db, record_id, finding)
    written = findings.add_finding(
        db, person=order.person, record_id=record_id, finding=finding, note=order.note, key=order.key
    )
    return Done(f"F{written.finding_id}", str(written.outcome), written.is_new)


def place_of(text: str, value_text: str, quote: str, where: str) -> dict[str, int]:
    """Offsets of a value given by its words, and by the words around it where it stands twice."""
    if not value_text:
        raise StoreError(
            f"{where}: say where it stands: value_text='4.6 months' (and quote='the words around it'),"
            " or locator='p. 7, table 2' for the full text"
        )
    around = quote or value_text
    if text.count(around) != 1:
        found = "is not in the text" if around not in text else "stands there more than once"
        raise StoreError(f"{where}: {around!r} {found}; give quote='a longer piece of the text'")
    if value_text not in around:
        raise StoreError(f"{where}: the quote does not hold {value_text!r}")
    evidence_start = text.index(around)
    start = evidence_start + around.index(value_text)
    return {
        "start": start,
        "end": start + len(value_text),
        "evidence_start": evidence_start,
        "evidence_end": evidence_start + len(around),
    }


def _finding_id(word: str) -> int:
    digits = word.strip().lstrip("Ff")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise StoreError(f"finding {word!r}: give its key (F1, F2, ...); `picosieve findings` lists them")
    return int(digits)
