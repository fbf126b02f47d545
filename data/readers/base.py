"""What every reader gives and is: records, rejects, labels, and the format itself.

A format is one module beside this one with a `FORMAT`, listed in `data.readers.FORMATS`. It says
how sure it is that a file is its own (`sniff`), looks the file over (`check`), streams its entries
(`read`) and counts them a second way (`count`), so that a lost entry shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.readers.values import is_undecided, label_of
from data.records import Record

MAX_ENTRY_CHARS = 1 << 24  # no bibliographic entry is longer; what is, is another kind of file
MAX_RAW_CHARS = 100_000  # of a reject; the rest stands in the file


@dataclass(frozen=True, slots=True)
class Reject:
    """One entry that did not become a record: where it stands, why, and what it says."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked at and not yet read.

    Attributes
    ----------
    path : Path
        The file.
    format : str
        "RIS", "CSV", "TSV", ...: a name in `data.readers.FORMATS`.
    encoding : str
        As Python spells it: "utf-8", "utf-8-sig", "utf-16", "windows-1252", "utf-8 (damaged)"
        (see `find_encoding`); "" for a format that says so itself.
    columns : tuple of (str, str)
        Only of tables: column of the file, field of `Record` it goes into, in the order of the file.
    labels : tuple of str
        Columns that hold decisions; they are never read into a record.
    delimiter : str
        Only of CSV and TSV.
    sheet : str
        Only of XLSX: the sheet that is read.
    """

    path: Path
    format: str
    encoding: str
    columns: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of a file, and the text they decode to ("" for binary)."""

    path: Path
    data: bytes
    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Label:
    """Somebody's decision on the entry that begins at `line`; None where none was taken.

    `said` is what stood there where it was not understood, "" elsewhere.
    """

    line: int
    included: bool | None
    said: str = ""


def label_in(cell: str, *, line: int) -> Label:
    """The decision in a cell of a table."""
    included = label_of(cell)
    understood = included is not None or is_undecided(cell)
    return Label(line, included, "" if understood else cell.strip())


Entry = Record | Reject

Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    Attributes
    ----------
    name : str
        Shown to the user.
    sniff : callable
        Head -> 0 not this format, 1 perhaps, 2 surely.
    check : callable
        (Head, columns asked for) -> Opened; raises ReadError.
    read : callable
        Opened -> its records and rejects, in the order of the file, streamed.
    count : callable
        Opened -> the number of entries, found without the parser of `read`.
    labels : callable, optional
        (Opened, label column) -> the decisions that the file holds, by the line of their entry.
    """

    name: str
    sniff: Callable[[Head], int]
    check: Callable[[Head, Columns], Opened]
    read: Callable[[Opened], Iterator[Entry]]
    count: Callable[[Opened], int]
    labels: Callable[[Opened, str], Iterator[Label]] | None = None


def reject(line: int, reason: str, raw: str) -> Reject:
    """A reject whose raw text is cut where it would fill the store."""
    if len(raw) > MAX_RAW_CHARS:
        raw = f"{raw[:MAX_RAW_CHARS]}\n[cut here, {len(raw) - MAX_RAW_CHARS} more characters in the file]"
    return Reject(line, reason, raw)
