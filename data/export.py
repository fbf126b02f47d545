"""Records out again, with what people decided: RIS, CSV and XLSX that `data.readers` reads without loss."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from data.errors import ScreeningError
from data.readers.columns import join_list, shield, split_authors
from data.readers.ris import OWN_NOTE, TYPE_NAMES, other_fields
from data.records import Record

MAX_XLSX_CHARS = 32_767  # of one cell, by the limits that Microsoft gives for Excel
NOTES = ("picosieve_id", "decision", "reason", "decided_by", "stage", "reference_group", "study")
# Column -> attribute of Record; the names are among the aliases that the readers know.
COLUMNS = {
    "title": "title",
    "abstract": "abstract",
    "authors": "authors",
    "year": "year",
    "journal": "journal",
    "volume": "volume",
    "issue": "issue",
    "pages": "pages",
    "doi": "doi",
    "pmid": "pmid",
    "accession": "accession",
    "language": "language",
    "publication_types": "publication_types",
    "keywords": "keywords",
    "conference": "conference",
    "url": "url",
    "external_id": "external_id",
}
# XML has no place for these; Excel writes them as _x000B_, and an underscore that looks like one as _x005F_.
_ESCAPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_CODES = {name: code for code, name in reversed(TYPE_NAMES.items())}
_RIS_FIELDS = (
    ("JF", "journal"),
    ("VL", "volume"),
    ("IS", "issue"),
    ("DO", "doi"),
    ("PM", "pmid"),
    ("AN", "accession"),
    ("LA", "language"),
    ("CT", "conference"),
    ("UR", "url"),
    ("ID", "external_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A record with what the project knows about it; the notes are for people and are not read back."""

    record: Record
    picosieve_id: str = ""
    decision: str = ""
    reason: str = ""
    decided_by: str = ""
    stage: str = ""
    reference_group: str = ""
    study: str = ""


def write_csv(path: Path, rows: Iterable[Exported]) -> int:
    """Write a CSV (UTF-8 with a byte-order mark, for Excel) and return the number of its records.

    No cell begins with a character that a spreadsheet takes for a formula: such a cell gets an
    apostrophe in front, which the readers take away again.
    """

    def fill(temporary: Path) -> int:
        n_rows = 0
        with temporary.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*COLUMNS, *NOTES])
            for row in rows:
                writer.writerow(_cells(row))
                n_rows += 1
        return n_rows

    return _replacing(path, fill)


def write_xlsx(path: Path, rows: Iterable[Exported]) -> int:
    """Write a workbook with one sheet, every cell a text, and return the number of its records.

    Raises
    ------
    ScreeningError
        A text is longer than an XLSX cell can be.
    """

    def fill(temporary: Path) -> int:
        n_rows = 0
        book = Workbook(write_only=True)
        sheet = book.create_sheet("records")
        sheet.append([*COLUMNS, *NOTES])
        try:
            for row in rows:
                n_rows += 1
                cells = zip([*COLUMNS, *NOTES], _cells(row), strict=True)
                sheet.append([_xlsx_cell(sheet, n_rows, name, text) for name, text in cells])
        except ScreeningError:
            sheet.close()  # else openpyxl complains when the sheet is thrown away
            raise
        book.save(temporary)
        return n_rows

    return _replacing(path, fill)


def write_ris(path: Path, rows: Iterable[Exported]) -> int:
    """Write RIS (UTF-8) and return the number of its records; the notes go into N1 lines.

    What an entry that came as RIS holds beyond the fields of `Record` (notes, addresses) goes out again.
    """

    def fill(temporary: Path) -> int:
        n_rows = 0
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            for row in rows:
                file.writelines(f"{tag}  - {text}\n" for tag, text in _ris_lines(row))
                file.write("\n")
                n_rows += 1
        return n_rows

    return _replacing(path, fill)


def _replacing(path: Path, fill: Callable[[Path], int]) -> int:
    """Let `fill` write a file beside `path` and put it in its place, so that none is ever half-written."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
            temporary = Path(folder) / path.name
            n_rows = fill(temporary)
            temporary.replace(path)
    except OSError as err:
        raise ScreeningError(
            f"{path}: cannot be written ({err.strerror or err}); name another place"
        ) from err
    return n_rows


def _cells(row: Exported) -> list[str]:
    return [
        *(shield(_cell(name, getattr(row.record, name))) for name in COLUMNS.values()),
        *(shield(getattr(row, name)) for name in NOTES),
    ]


def _cell(name: str, value: str | int | tuple[str, ...] | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, tuple):
        return str(value)
    joined = join_list(value)
    # "Adams B, Clarke D" as one name: the semicolon says that it is not two.
    return f"{joined};" if name == "authors" and split_authors(joined) != value else joined


def _xlsx_cell(sheet: Any, n_row: int, name: str, text: str) -> Any:
    escaped = _ESCAPED.sub(lambda m: f"_x{ord(m[0]):04X}_", text)
    if len(escaped) > MAX_XLSX_CHARS:
        raise ScreeningError(
            f"record {n_row} of the export: its {name} has {len(text)} characters, an XLSX cell holds "
            f"{MAX_XLSX_CHARS}; export as CSV or RIS"
        )
    cell = WriteOnlyCell(sheet, value=escaped)
    cell.data_type = "s"  # openpyxl would make a formula of a text that begins with "="
    return cell


def _ris_lines(row: Exported) -> Iterator[tuple[str, str]]:
    record = row.record
    types = list(record.publication_types)
    code = _CODES.get(types[0], "") if types else ""
    if code == "ABST" and not record.conference:
        code = ""  # it would say that there was a conference
    yield "TY", code or "JOUR"
    yield from (("TI", line) for line in record.title.split("\n"))
    if record.abstract:
        yield from (("AB", line) for line in record.abstract.split("\n"))
    yield from (("AU", author) for author in record.authors)
    if record.year is not None:
        yield "PY", str(record.year)
    pages = re.fullmatch(r"([^\s-]+)-([^\s-]+)", record.pages)
    if pages and pages[1] != pages[2]:
        yield from (("SP", pages[1]), ("EP", pages[2]))
    elif record.pages:
        yield "SP", record.pages
    yield from (("M3", text) for text in types[1 if code else 0 :])
    yield from (("KW", text) for text in record.keywords)
    for tag, name in _RIS_FIELDS:
        if text := getattr(record, name):
            yield tag, text
    for name in NOTES:
        if text := " ".join(getattr(row, name).split()):
            yield "N1", f"{OWN_NOTE}{name}: {text}"
    yield from other_fields(record.raw)
    yield "ER", ""
