"""XLSX: one sheet of references; bombs are not opened."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from data.errors import ReadError
from data.readers import count_entries, open_records, read, read_labels
from data.readers.base import Label
from tests.data.readers.reading import entries


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_cells_become_fields(tmp_path):
    rows: list[list[object]] = [
        ["Title", "Abstract", "Year", "PMID", "Date", "Authors", "label_included"],
        ["A", "x\ny", 2019, 31000001.0, dt.date(2019, 8, 1), "Adams, B.; Clarke, D.", 1],
        [None, None, None],
        [" ", None, None],
        ["B", None, "in press", None, None, None, None],
    ]
    first, second = entries(tmp_path, workbook(rows), format="XLSX")
    assert (first.title, first.abstract, first.year, first.pmid) == ("A", "x\ny", 2019, "31000001")
    assert (first.authors, first.line, first.raw[:6]) == (("Adams, B.", "Clarke, D."), 2, "A\tx\ny\t")
    assert (second.title, second.year, second.line) == ("B", None, 5)


def test_the_sheet_with_a_title_column_is_read(tmp_path):
    (record,) = entries(tmp_path, workbook([["Notes"], ["x"]], [["Title"], ["A"]]))
    assert record.title == "A"


def test_labels_are_read_only_by_name(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(workbook([["Title", "included"], ["A", 1], ["B", "no"], ["C", None]]))
    found = list(read_labels(open_records(path), column="included"))
    assert found == [Label(2, True), Label(3, False), Label(4, None)]


def with_sheet(edit: Callable[[bytes], bytes]) -> bytes:
    """A workbook whose sheet is edited by hand."""
    target = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(workbook([["Title"], ["A"]])))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.infolist():
            content = source.read(part)
            archive.writestr(part.filename, edit(content) if "sheet1" in part.filename else content)
    return target.getvalue()


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(
            lambda xml: xml.replace(b'r="2"', b'r="99999999999"'), id="a row number beyond any sheet"
        ),
        pytest.param(lambda xml: xml.replace(b"</row>", b""), id="rows that never end"),
        pytest.param(lambda xml: xml.replace(b"</row>", b"<row>" * 200_000), id="many rows that never end"),
        pytest.param(lambda xml: xml.replace(b"<v>", b"<x>" * 100_000 + b"<v>"), id="huge nesting"),
        pytest.param(lambda xml: xml.replace(b"A1:A2", b"A1:XFD9999999"), id="a sheet that says it is huge"),
    ],
)
def test_a_hostile_sheet_is_refused_or_read_and_never_hangs(tmp_path, edit):
    path = tmp_path / "x"
    path.write_bytes(with_sheet(edit))
    try:
        opened = open_records(path)
        assert count_entries(opened) == len(list(read(opened)))
    except ReadError as refused:
        message = str(refused)
        assert str(path) in message


def zipped(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><workbook/>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(workbook([["Name"], ["x"]]), "no title column", id="no title column"),
        pytest.param(workbook([]), "no sheet with cells|no title column", id="no cells"),
        pytest.param(
            workbook([["Title"], ["A"]], [["Title"], ["B"]]), "2 sheets have a title", id="two sheets"
        ),
        pytest.param(workbook([["Title"], ["A"]])[:-200], "not a whole XLSX workbook", id="cut off"),
        pytest.param(zipped(a_txt=b"x"), "no XLSX workbook", id="another zip"),
        pytest.param(
            zipped(xl__workbook_xml=b"x"), "not a workbook that can be read", id="no workbook in it"
        ),
        pytest.param(zipped(xl__workbook_xml=ENTITY), "has a document type", id="entities"),
        pytest.param(
            zipped(xl__workbook_xml=b"x", bomb=bytes(30_000_000)), "unpacks to 30000000", id="zip bomb"
        ),
        pytest.param(b"PK\x03\x04 and nothing more", "not a whole XLSX workbook", id="only the mark"),
    ],
)
def test_what_is_no_sheet_of_references_is_refused(tmp_path, content, message):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=message):
        open_records(path)
