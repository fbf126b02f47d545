"""XLSX: the sheet that has a title column, read row by row.

A workbook is a zip archive: what it would unpack to is looked at before anything is unpacked, and a
part with a document type (no spreadsheet program writes one) is refused, so neither a zip bomb nor
an entity bomb is ever opened.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape

from data.errors import ReadError
from data.readers.base import MAX_ENTRY_CHARS, Columns, Entry, Format, Head, Label, Opened, label_in, reject
from data.readers.columns import field_cells, find_labels, map_columns, to_record
from data.readers.files import is_zip

MAX_UNPACKED_BYTES = 1 << 31
MAX_RATIO = 200  # of a part over 10 MB; text in a sheet shrinks 5 to 20 times
_FREE_BYTES = 10_000_000
MAX_ROWS = 1_048_576  # of a sheet, by the limits that Microsoft gives for Excel
_HEADER_ROWS = 20  # a header stands no lower
_CHUNK = 1 << 18
_CELL_OR_VALUE = re.compile(r"<(?:\w+:)?c(\s[^>]*)?>|<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>([^<]*)<")
_SHARED = re.compile(r"""\bt\s*=\s*["']s["']""")
# How a zip archive says that it is broken; NotImplementedError and RuntimeError: packed or locked otherwise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    ValueError,
    OverflowError,
)


def _sniff(head: Head) -> int:
    return 2 if is_zip(head.data) else 0


def _check(head: Head, columns: Columns) -> Opened:
    _refuse_bombs(head.path)
    found = []
    problem = ReadError(f"{head.path}: the workbook has no sheet with cells in it")
    with _workbook(head.path) as book:
        for sheet in book.worksheets:
            header = next(
                (
                    [c.strip() for c in row]
                    for _, row in _rows(head.path, sheet, _HEADER_ROWS)
                    if _filled(row)
                ),
                [],
            )
            try:
                found.append((sheet.title, map_columns(header, asked=columns, where=f"{head.path}"), header))
            except ReadError as err:
                problem = err
    if not found:
        raise problem
    if len(found) > 1:
        names = ", ".join(name for name, _, _ in found)
        raise ReadError(
            f"{head.path}: {len(found)} sheets have a title column ({names}); save each by itself"
        )
    sheet_name, mapped, header = found[0]
    return Opened(head.path, "XLSX", "", columns=mapped, labels=find_labels(header), sheet=sheet_name)


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise ReadError(
                    f"{path}: is a zip archive and no XLSX workbook; unpack it and name the files in it"
                )
            total = sum(part.file_size for part in parts)
            for part in parts:
                if (
                    part.file_size > max(_FREE_BYTES, MAX_RATIO * part.compress_size)
                    or total > MAX_UNPACKED_BYTES
                ):
                    raise ReadError(f"{path}: {part.filename} unpacks to {part.file_size} bytes; not read")
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        if re.search(rb"<!\s*(DOCTYPE|ENTITY)", file.read(1 << 16), re.IGNORECASE):
                            raise ReadError(f"{path}: {part.filename} has a document type; not read")
    except _BROKEN as err:
        raise ReadError(f"{path}: not a whole XLSX workbook ({err}); save it again") from err


@contextmanager
def _workbook(path: Path) -> Iterator[Workbook]:
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are not read
        try:
            # An open file: by a path, openpyxl would judge the file by its name.
            book = load_workbook(file, read_only=True, data_only=True)
        except Exception as err:  # openpyxl answers a broken workbook with whatever broke inside it
            raise ReadError(f"{path}: not a workbook that can be read ({err}); save it again") from err
        try:
            yield book
        finally:
            book.close()


def _rows(path: Path, sheet: Any, limit: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """Number (from 1) and cells of each row."""
    # What a sheet says of its own size may be wrong or huge.
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(values_only=True, max_row=limit), 1)
    number = 0
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            return
        except Exception as err:  # as in _workbook
            raise ReadError(f"{path}:{number + 1}: row cannot be read ({err}); save it again") from err
        if number > MAX_ROWS:
            # A row may claim any number, and openpyxl counts its way up to it.
            raise ReadError(f"{path}: a row beyond {MAX_ROWS}, the last one of a sheet; save it again")
        yield number, [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without ".0", dates as 2019-08-01."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return unescape(cell) if "_x" in cell else cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    return str(cell)


def _filled(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _filled_rows(opened: Opened) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, the header first."""
    with _workbook(opened.path) as book:
        for number, cells in _rows(opened.path, book[opened.sheet]):
            if _filled(cells):
                yield number, cells


def _read(opened: Opened) -> Iterator[Entry]:
    rows = _filled_rows(opened)
    _, header = next(rows)
    for number, cells in rows:
        yield _entry(opened, [name.strip() for name in header], cells, number)


def _labels(opened: Opened, column: str) -> Iterator[Label]:
    rows = _filled_rows(opened)
    at = [name.strip() for name in next(rows)[1]].index(column)
    for number, cells in rows:
        yield label_in(cells[at] if at < len(cells) else "", line=number)


def _entry(opened: Opened, header: list[str], cells: list[str], number: int) -> Entry:
    raw = "\t".join(cells)
    if len(cells) > len(header) and _filled(cells[len(header) :]):
        return reject(number, f"{len(cells)} cells where the header has {len(header)}", raw)
    return to_record(field_cells(opened.columns, header, cells), line=number, raw=raw)


def _count(opened: Opened) -> int:
    """Rows of the sheet's XML that hold a value, less the header, without openpyxl."""
    try:
        with zipfile.ZipFile(opened.path) as archive:
            blank = _blank_strings(archive)
            rows = _elements(archive, _sheet_part(archive, opened.sheet), "row")
            return sum(_has_value(row, blank) for row in rows) - 1
    except _BROKEN as err:
        raise ReadError(f"{opened.path}: not a whole XLSX workbook ({err}); save it again") from err


def _elements(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator[str]:
    """Each element of that tag in a part, as text, streamed."""
    start_tag = re.compile(rf"<(?:\w+:)?{tag}(?:\s[^>]*)?>")
    end_tag = re.compile(rf"</(?:\w+:)?{tag}\s*>")
    rest = ""
    with io.TextIOWrapper(archive.open(part), encoding="utf-8", errors="replace") as file:
        while chunk := file.read(_CHUNK):
            rest += chunk
            done = 0
            while start := start_tag.search(rest, done):
                end = start if start[0].endswith("/>") else end_tag.search(rest, start.end())
                if end is None:
                    break
                yield rest[start.start() : end.end()]
                done = end.end()
            rest = rest[done:]
            if len(rest) > MAX_ENTRY_CHARS:
                raise ValueError(f"{part}: more than {MAX_ENTRY_CHARS} characters without the end of a {tag}")


def _blank_strings(archive: zipfile.ZipFile) -> set[str]:
    """Numbers of the shared strings that hold only white space."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return set()
    strings = _elements(archive, "xl/sharedStrings.xml", "si")
    return {str(n) for n, si in enumerate(strings) if not html.unescape(re.sub(r"<[^>]*>", "", si)).strip()}


def _has_value(row: str, blank: set[str]) -> bool:
    """Whether a cell of the row holds something: a value, or a text written into the cell itself."""
    is_shared = False
    for found in _CELL_OR_VALUE.finditer(row):
        if found[2] is None:
            is_shared = bool(_SHARED.search(found[1] or ""))
            continue
        text = html.unescape(found[2]).strip()
        if text and not (is_shared and text in blank):
            return True
    return False


def _sheet_part(archive: zipfile.ZipFile, name: str) -> str:
    """The part of the archive that holds a sheet."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    for sheet in re.finditer(r"<(?:\w+:)?sheet\s([^>]*)>", book):
        shown = re.search(r'\bname="([^"]*)"', sheet[1])
        if shown and html.unescape(shown[1]) == name:
            relation = re.search(r'\b\w+:id="([^"]*)"', sheet[1])
            for found in re.finditer(r"<Relationship\s([^>]*)>", _relations(archive)):
                target = re.search(r'\bTarget="([^"]*)"', found[1])
                if relation and target and f'Id="{relation[1]}"' in found[1]:
                    return target[1].lstrip("/") if target[1].startswith("/") else f"xl/{target[1]}"
    raise ReadError(f"{archive.filename}: has no sheet {name!r}; save it again")


def _relations(archive: zipfile.ZipFile) -> str:
    return archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")


FORMAT = Format("XLSX", _sniff, _check, _read, _count, _labels)
