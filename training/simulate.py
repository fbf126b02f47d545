"""Replay a finished review: show records in ranked order, learn each label, see when the includes come."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.ranking import Ranker
from data.errors import ReadError, ScreeningError
from data.protocol import Protocol
from data.records import Record
from models.features import text_digest
from models.prior import RelevancePrior

_LABELS_PER_STEP = 200  # one more record is read between two fits for each so many labels


@dataclass(frozen=True, slots=True)
class LabelledRecord:
    """A record of a finished review: the label to find, and the label that reading it teaches."""

    record_id: str
    record: Record
    label: int
    learned: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One step of a simulated reading; the position counts from 1, priors left out."""

    position: int
    record_id: str
    label: int


def read_labelled(
    path: Path, *, label: str = "label_included", learn_from: str | None = None
) -> list[LabelledRecord]:
    """Read a finished review: a CSV with `record_id`, `title`, `abstract` and the label columns.

    Raises
    ------
    ReadError
        The file is no such CSV; the message names file, line and column.
    """
    csv.field_size_limit(10**9)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = set(reader.fieldnames or ())
            for column in ("record_id", "title", "abstract", label, learn_from or label):
                if column not in columns:
                    raise ReadError(
                        f"{path}: no column {column!r}; found {', '.join(sorted(columns)) or 'none'}"
                    )
            rows = [
                _row(path, reader.line_num, row, label=label, learn_from=learn_from or label)
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as err:
        raise ReadError(f"{path}: cannot be read as CSV in UTF-8 ({err})") from err
    seen: set[str] = set()
    for row in rows:
        if row.record_id in seen:
            raise ReadError(f"{path}: record_id {row.record_id!r} stands twice; each record needs its own")
        seen.add(row.record_id)
    if not rows:
        raise ReadError(f"{path}: holds no record")
    return rows


def _row(
    path: Path, line: int, row: Mapping[str, str | None], *, label: str, learn_from: str
) -> LabelledRecord:
    for column in ("record_id", label, learn_from):
        value = (row[column] or "").strip()
        if not value or (column != "record_id" and value not in ("0", "1", "0.0", "1.0")):
            raise ReadError(
                f"{path}:{line}: {column} is {value!r}; expected {'0 or 1' if value else 'a value'}"
            )
    return LabelledRecord(
        record_id=str(row["record_id"]),
        record=Record(title=row["title"] or "", abstract=row["abstract"] or "", line=line),
        label=int(float(row[label] or 0)),
        learned=int(float(row[learn_from] or 0)),
    )


def read_priors(path: Path, *, seed: int) -> tuple[str, ...]:
    """The prior records of a seed: `[{"seed": 0, "included": ID, "excluded": ID}, ...]`."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as err:
        raise ReadError(f"{path}: cannot be read as a priors file in JSON ({err})") from err
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ReadError(f"{path}: expected a list of objects with seed, included and excluded")
    for entry in entries:
        if entry.get("seed") == seed:
            chosen = [entry.get("included"), entry.get("excluded")]
            ids = [i for c in chosen for i in (c if isinstance(c, list) else [c])]
            if any(not isinstance(i, (int, str)) or isinstance(i, bool) for i in ids):
                raise ReadError(
                    f"{path}: seed {seed}: included and excluded must be record ids, not {chosen}"
                )
            return tuple(str(i) for i in ids)
    seeds = ", ".join(str(e.get("seed")) for e in entries)
    raise ReadError(f"{path}: no entry for seed {seed}; there are {seeds or 'none'}")


def simulate(
    rows: Sequence[LabelledRecord],
    *,
    priors: Sequence[str] = (),
    protocol: Protocol | None = None,
    seed: int = 0,
    prior: RelevancePrior | None = None,
    on_step: Callable[[int, int], None] = lambda n_done, n_all: None,
) -> list[Shown]:
    """Read a finished review in ranked order, learning as it is read.

    Each label is learned before the next record is chosen while there are fewer than 200, then two, then
    three at a time ...: a label among many moves little, and fitting to many takes longest.

    Parameters
    ----------
    rows : sequence of LabelledRecord
        The review, in any order: the trace does not depend on it.
    priors : sequence of str
        Ids of the records whose labels are known from the start; they are not in the trace. Empty:
        start from the protocol alone.
    protocol : Protocol or None
    seed : int, default=0
        Seed of the ranker.
    prior : RelevancePrior or None
        What finished reviews taught about protocols; None for the released prior.
    on_step : callable
        Called with (records shown, records to show) after each record.

    Returns
    -------
    list of Shown
        Every other record once.
    """
    ordered = sorted(rows, key=lambda row: (text_digest(row.record.text), row.record_id))
    number = {row.record_id: i for i, row in enumerate(ordered)}
    missing = [p for p in priors if p not in number]
    if missing:
        raise ScreeningError(f"prior record {missing[0]!r} is not in the data; check record_id and --seed")
    ranker = Ranker([(i, row.record) for i, row in enumerate(ordered)], protocol, seed=seed, prior=prior)
    labels = {number[p]: ordered[number[p]].learned for p in priors}
    shown: list[Shown] = []
    while len(labels) < len(ordered):
        ids, _ = ranker.order(labels)
        for i in ids[: 1 + len(labels) // _LABELS_PER_STEP].tolist():
            row = ordered[i]
            labels[i] = row.learned
            shown.append(Shown(len(shown) + 1, row.record_id, row.label))
            on_step(len(shown), len(ordered) - len(priors))
    return shown


def write_trace(path: Path, shown: Sequence[Shown]) -> None:
    """Write a trace as CSV: position,record_id,label."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["position", "record_id", "label"])
        writer.writerows((s.position, s.record_id, s.label) for s in shown)
