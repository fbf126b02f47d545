"""What a file is, in which encoding, and how one that cannot be read is refused."""

from __future__ import annotations

from typing import Any

import pytest

from data.errors import ReadError
from data.readers import Opened, Reject, count_entries, label_columns, open_records, read
from data.records import Record

RIS = "TY  - JOUR\nTI  - Überleben nach β-Blockade\nPY  - 2019\nER  - \n"
CSV = "title,abstract\nÜberleben,naïve\n"


def only(opened: Opened) -> Any:
    """The one entry of a file."""
    (entry,) = read(opened)
    return entry


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(RIS, "RIS", id="RIS"),
        pytest.param("Provider: x\nDatabase: y\n\n" + RIS, "RIS", id="RIS after a preamble"),
        pytest.param(CSV, "CSV", id="commas"),
        pytest.param(CSV.replace(",", ";"), "CSV", id="semicolons"),
        pytest.param("sep=;\n" + CSV.replace(",", ";"), "CSV", id="a sep line of Excel"),
        pytest.param(CSV.replace(",", "\t"), "TSV", id="tabs"),
        pytest.param("Title\nOnly titles here\n", "CSV", id="one column"),
    ],
)
def test_a_format_is_known_by_its_content(tmp_path, text, expected):
    path = tmp_path / "name-that-says.nothing"
    path.write_text(text, encoding="utf-8")
    assert open_records(path).format == expected


@pytest.mark.parametrize("text", [RIS.replace("β", "beta"), CSV], ids=["RIS", "CSV"])
@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("cp1252", "windows-1252"),
    ],
)
def test_an_encoding_is_found_and_reported(tmp_path, text, codec, expected):
    path = tmp_path / "export"
    path.write_bytes(text.encode(codec))
    opened = open_records(path)
    record = only(opened)
    assert (opened.encoding, record.title.split()[0], count_entries(opened)) == (expected, "Überleben", 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \r\n\n", "is empty", id="blank"),
        pytest.param(b"\xef\xbb\xbf", "is empty", id="only a byte-order mark"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not text", id="a picture"),
        pytest.param(b"TY  - JOUR\nTI  - a\x81b\nER  - \n", "0x81", id="a byte that Windows-1252 lacks"),
        pytest.param(b"TY  - JOUR\nTI  - a\0b\nER  - \n", "NUL", id="a NUL byte"),
        pytest.param("title\nx\n".encode("utf-32"), "UTF-32", id="UTF-32"),
        pytest.param(b"name,age\nx,3\n", "no title column among name, age", id="a table without title"),
        pytest.param(b"Dear colleague\nplease find attached\n", "of no format", id="a letter"),
        pytest.param(b"%PDF-1.4\n%abc\n", "of no format", id="a PDF"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(tmp_path, content, message):
    path = tmp_path / "export.ris"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=message) as caught:
        open_records(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    with pytest.raises(ReadError, match="no such file"):
        open_records(tmp_path / "absent.ris")
    with pytest.raises(ReadError, match="is a directory"):
        open_records(tmp_path)


def test_utf8_cut_within_a_character_stays_utf8(tmp_path):
    path = tmp_path / "cut.ris"
    whole = RIS.encode() + "TY  - JOUR\nTI  - Ü".encode()[:-1]
    path.write_bytes(whole)
    opened = open_records(path)
    first, second = read(opened)
    assert isinstance(first, Record)
    assert (opened.encoding, first.title) == ("utf-8", "Überleben nach β-Blockade")
    assert isinstance(second, Reject)


def test_a_few_bad_bytes_do_not_garble_a_utf8_file(tmp_path):
    path = tmp_path / "export.ris"
    path.write_bytes(RIS.encode() * 20 + b"TY  - JOUR\nTI  - b\xffd\nER  - \n")
    opened = open_records(path)
    titles = [e.title for e in read(opened) if isinstance(e, Record)]
    assert opened.encoding == "utf-8 (damaged)"
    assert titles == ["Überleben nach β-Blockade"] * 20 + ["b\ufffdd"]


def test_columns_are_named_by_the_user_where_the_usual_names_do_not_fit(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("Article,Text,title\nA,B,C\n")
    opened = open_records(path, columns={"title": "Article", "abstract": "Text"})
    record = only(opened)
    assert (record.title, record.abstract) == ("A", "B")


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"title": "Titel"}, "no column 'Titel'"), ({"headline": "a"}, "no field 'headline'")],
    ids=["column", "field"],
)
def test_a_column_that_is_not_there_is_refused(tmp_path, columns, message):
    path = tmp_path / "table.csv"
    path.write_text("title,a\nA,B\n")
    with pytest.raises(ReadError, match=message):
        open_records(path, columns=columns)


def test_label_columns_are_recognised_and_never_imported(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("record_id,title,label_included,asreview_label\n7,A,1,0\n")
    opened = open_records(path)
    assert label_columns(opened) == ("label_included", "asreview_label")
    record = only(opened)
    assert record == Record(title="A", external_id="7", raw="7,A,1,0\n", line=2)
