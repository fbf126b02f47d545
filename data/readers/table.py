"""CSV and TSV: one row per reference, columns found by name.

Rows are cut here, with the line on which each begins and its raw text; `csv` takes their cells
apart. The independent count goes the other way: `csv` over the whole file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from data.errors import ReadError
from data.readers.base import MAX_ENTRY_CHARS, Columns, Entry, Format, Head, Label, Opened, label_in, reject
from data.readers.columns import field_cells, find_labels, map_columns, n_recognised, to_record
from data.readers.files import lines

DELIMITERS = ",\t;|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*')

# The default of 131,072 characters is a guess about other people's cells; ours is checked per row.
csv.field_size_limit(MAX_ENTRY_CHARS)


def _header(text: str, delimiter: str) -> list[str]:
    """The cells of the first row that is not blank."""
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    try:
        for row in rows:
            if _filled(row) and not _SEPARATOR_LINE.fullmatch(delimiter.join(row)):
                return [cell.strip() for cell in row]
    except csv.Error:
        pass  # what is not a table has no header: asked by every sniff of a file of another format
    return []


def _filled(row: list[str]) -> bool:
    return any(cell.strip(" \t\r\n\x1a") for cell in row)


def _delimiter(head: Head) -> str:
    """The delimiter under which the first row reads like a header; "" if none does."""
    scores = {d: n_recognised(_header(head.text, d)) for d in DELIMITERS}
    best = max(scores, key=lambda d: (scores[d], len(_header(head.text, d))))
    return best if scores[best] else ""


def _sniff_csv(head: Head) -> int:
    return int(_delimiter(head) not in ("", "\t"))


def _sniff_tsv(head: Head) -> int:
    return int(_delimiter(head) == "\t")


def why_not(head: Head) -> str:
    """Why a file that no format claims is not read."""
    first = next((row for row in head.text.splitlines() if row.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    header = _header(head.text, delimiter)
    if len(header) > 1 and not first.lstrip().startswith(("<", "{", "%", "@")):
        shown = ", ".join(name[:40] for name in header[:12])
        return f"no title column among {shown}; name it with --column title=NAME"
    return (
        f"is of no format that import reads; it begins {first[:60]!r}. "
        "Export it as RIS, PubMed, EndNote XML, BibTeX or CSV"
    )


def _check(head: Head, columns: Columns) -> Opened:
    delimiter = _delimiter(head)
    if not delimiter:
        # The user names the columns: the delimiter is the one that shows them.
        shown = {d: len(set(columns.values()) & set(_header(head.text, d))) for d in DELIMITERS}
        delimiter = max(shown, key=lambda d: shown[d])
    header = _header(head.text, delimiter)
    where = str(head.path)
    return Opened(
        head.path,
        "TSV" if delimiter == "\t" else "CSV",
        head.encoding,
        columns=map_columns(header, asked=columns, where=where),
        labels=find_labels(header),
        delimiter=delimiter,
    )


def _open_at_end(line: str, delimiter: str, in_quotes: bool) -> bool:
    """Whether a quoted cell is still open at the end of a line; quotes within a bare cell are text."""
    at = 0
    if not in_quotes and line.startswith('"'):
        in_quotes, at = True, 1
    while True:
        if in_quotes:
            at = line.find('"', at)
            if at < 0:
                return True
            if line.startswith('""', at):
                at += 2
                continue
            in_quotes = False
        at = line.find(delimiter, at)
        if at < 0:
            return False
        at += 1
        if line.startswith('"', at):
            in_quotes, at = True, at + 1


def rows(opened: Opened) -> Iterator[tuple[int, list[str], list[str], bool]]:
    """First line, raw lines, cells of each row that is not blank, and whether its last quote stays open."""
    parts: list[str] = []
    start = n_chars = 0
    in_quotes = False
    for number, line in lines(opened):
        if not parts:
            start, n_chars = number, 0
        parts.append(line)
        n_chars += len(line)
        if n_chars > MAX_ENTRY_CHARS:
            raise ReadError(
                f"{opened.path}:{start}: a quote opened in this row is not closed within "
                f"{MAX_ENTRY_CHARS} characters; close it and import again"
            )
        if in_quotes or '"' in line:
            in_quotes = _open_at_end(line, opened.delimiter, in_quotes)
        if not in_quotes:
            yield from _row(start, parts, opened.delimiter, is_open=False)
            parts = []
    if parts:
        yield from _row(start, parts, opened.delimiter, is_open=True)


def _row(
    start: int, parts: list[str], delimiter: str, *, is_open: bool
) -> Iterator[tuple[int, list[str], list[str], bool]]:
    cells = next(csv.reader(parts, delimiter=delimiter), [])
    if _filled(cells) and not (start == 1 and _SEPARATOR_LINE.fullmatch(delimiter.join(cells))):
        yield start, parts, cells, is_open


def _read(opened: Opened) -> Iterator[Entry]:
    every = rows(opened)
    header = [cell.strip() for cell in next(every)[2]]
    for start, parts, cells, is_open in every:
        raw = "".join(parts)
        if is_open:
            yield reject(start, f"a quote opened in the row of line {start} is never closed", raw)
            continue
        if len(cells) < len(header) or _filled(cells[len(header) :]):
            yield reject(start, f"{len(cells)} cells where the header has {len(header)}", raw)
            continue
        yield to_record(field_cells(opened.columns, header, cells), line=start, raw=raw)


def _count(opened: Opened) -> int:
    """Rows that are not blank, less the header, by `csv` over the whole file."""
    n_rows = 0
    with_text = (line for _, line in lines(opened))
    reader = csv.reader(with_text, delimiter=opened.delimiter)
    try:
        for row in reader:
            if _filled(row) and not (
                reader.line_num == 1 and _SEPARATOR_LINE.fullmatch(opened.delimiter.join(row))
            ):
                n_rows += 1
    except csv.Error as err:
        raise ReadError(f"{opened.path}:{reader.line_num}: {err}; close the quote and import again") from err
    return n_rows - 1


def _labels(opened: Opened, column: str) -> Iterator[Label]:
    every = rows(opened)
    at = [cell.strip() for cell in next(every)[2]].index(column)
    for start, _, cells, is_open in every:
        if not is_open and at < len(cells):
            yield label_in(cells[at], line=start)


CSV = Format("CSV", _sniff_csv, _check, _read, _count, _labels)
TSV = Format("TSV", _sniff_tsv, _check, _read, _count, _labels)
