"""Files of references -> records, one module per format.

`open_records` looks at a file's content (never at its name) and says what it is; `read` streams its
records and rejects; `count_entries` counts its entries without the parser, so that

    count_entries(opened) == records + rejects

shows that nothing was lost on the way.

To add a format: write a module with a `FORMAT`, list it in `FORMATS`, give it a file in
`tests/data/readers/`; the tests that every reader has to pass find it by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from data.errors import ReadError
from data.readers import bibtex, endnote, medline, pubmed_xml, ris, table, xlsx
from data.readers.base import Entry, Format, Head, Label, Opened, Reject
from data.readers.files import codec_of, find_encoding, is_zip, read_head

__all__ = [
    "FORMATS",
    "Label",
    "Opened",
    "Reject",
    "count_entries",
    "label_columns",
    "open_records",
    "read",
    "read_labels",
]

FORMATS: tuple[Format, ...] = (
    ris.FORMAT,
    medline.FORMAT,
    pubmed_xml.FORMAT,
    endnote.FORMAT,
    bibtex.FORMAT,
    xlsx.FORMAT,
    table.CSV,
    table.TSV,
)


def open_records(path: Path, *, columns: Mapping[str, str] | None = None) -> Opened:
    """Look at a file and say what it is; nothing is read yet.

    Parameters
    ----------
    path : Path
        A file of references in any of `FORMATS`.
    columns : mapping of str to str, optional
        Only for tables: field of `Record` -> name of the column that holds it, where the usual names
        do not fit: {"title": "Article name"}.

    Returns
    -------
    Opened

    Raises
    ------
    ReadError
        The file is missing, empty, a directory, of no format known here, in no encoding known here,
        or a table without a title column.
    """
    data = read_head(path)
    encoding = "" if is_zip(data) else find_encoding(path, data)
    # A cut at HEAD_BYTES may split a character; it must not decide anything.
    text = data.decode(codec_of(encoding), errors="ignore") if encoding else ""
    head = Head(path, data, text.lstrip("\ufeff"), encoding)
    sure, _, best = max(((f.sniff(head), -n, f) for n, f in enumerate(FORMATS)), key=lambda found: found[:2])
    if not sure and columns:
        sure, best = 1, table.CSV
    if not sure:
        problem = table.why_not(head)
        raise ReadError(f"{path}: {problem}")
    return best.check(head, columns or {})


def read(opened: Opened) -> Iterator[Entry]:
    """Each entry of the file as a Record or a Reject, in order, in constant memory."""
    return _format(opened).read(opened)


def count_entries(opened: Opened) -> int:
    """How many entries the file holds, counted without the parser that `read` uses."""
    return _format(opened).count(opened)


def label_columns(opened: Opened) -> tuple[str, ...]:
    """Columns of a table, or notes of ASReview, that hold decisions; `read` leaves them out."""
    return opened.labels


def read_labels(opened: Opened, *, column: str) -> Iterator[Label]:
    """The decisions in one of `label_columns`, in the order of the file.

    Parameters
    ----------
    opened : Opened
    column : str
        One of `label_columns(opened)`.

    Returns
    -------
    iterator of Label
        `Label.line` is the `Record.line` of the entry it belongs to.
    """
    if column not in opened.labels:
        there = ", ".join(opened.labels) or "none"
        raise ReadError(f"{opened.path}: no label column {column!r}; there is {there}")
    labels = _format(opened).labels
    return labels(opened, column) if labels else iter(())


def _format(opened: Opened) -> Format:
    return next(f for f in FORMATS if f.name == opened.format)
