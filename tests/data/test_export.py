"""What is written is read back whole, and no spreadsheet runs it."""

from __future__ import annotations

import csv
import string
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import ScreeningError
from data.export import COLUMNS, NOTES, Exported, write_csv, write_ris, write_xlsx
from data.readers import count_entries, label_columns, open_records, read
from data.readers.values import meeting_type, once, short
from data.records import Record

WRITERS = {"RIS": write_ris, "CSV": write_csv, "XLSX": write_xlsx}


# Line ends are LF once a file was read, and no file with a NUL in it is.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")


TEXT = st.text(CHARACTERS, max_size=60).map(str.strip)
LINE = st.text(CHARACTERS, max_size=30).map(short)
# Values that spreadsheets turn into numbers ("3.0") come back as such.
PLAIN = st.text(string.ascii_letters + "-–; é", max_size=12).map(short)
WORDS = st.lists(LINE, max_size=4).map(once)


@st.composite
def records(draw):
    types = draw(
        st.lists(st.sampled_from(["Article", "Conference Abstract", "Book chapter", "x;y"])).map(once)
    )
    accession = draw(st.sampled_from(["", "WOS:1", "L200"]))
    return Record(
        title=draw(TEXT),
        abstract=draw(TEXT),
        authors=draw(st.one_of(WORDS, st.just(("Adams B, Clarke DE",)))),
        year=draw(st.none() | st.integers(1500, 2099)),
        journal=draw(PLAIN),
        volume=draw(PLAIN),
        issue=draw(PLAIN),
        pages=draw(st.sampled_from(["", "1-9", "e12", "-", "7-7", "S1 - S2", "-3", "a-b-c"])),
        doi=draw(st.sampled_from(["", "10.1000/a(b)c", "none"])),
        pmid=draw(st.sampled_from(["", "123"])),
        accession=accession,
        language=draw(PLAIN),
        publication_types=types,
        keywords=draw(WORDS),
        conference=draw(PLAIN) or meeting_type(types),
        url=draw(st.sampled_from(["", "https://a.example/x"])),
        external_id=draw(PLAIN) or accession,
    )


def read_back(path: Path) -> list[Record]:
    opened = open_records(path)
    found: list[Any] = list(read(opened))
    assert count_entries(opened) == len(found)
    names = [name for name in Record.__slots__ if name not in ("raw", "line")]
    return [Record(**{name: getattr(record, name) for name in names}) for record in found]


@pytest.mark.parametrize("name", WRITERS)
@given(written=st.lists(records(), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(tmp_path, name, written):
    kept = [r for r in written if any(getattr(r, field) for field in COLUMNS.values())]
    kept = kept or [Record(title="A")]
    path = tmp_path / "out"
    assert WRITERS[name](path, [Exported(record=r, decision="include", study="S 1") for r in kept]) == len(
        kept
    )
    assert read_back(path) == kept


@pytest.mark.parametrize("name", WRITERS)
def test_an_empty_export_is_a_file_without_records(tmp_path, name):
    path = tmp_path / "out"
    assert WRITERS[name](path, []) == 0
    assert path.exists()


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "＝1", '=HYPERLINK("x")']


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path, text):
    path = tmp_path / "out.csv"
    write_csv(path, [Exported(record=Record(title=text, keywords=(text,)), reason=text)])
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.reader(file))[1]
    assert [c for c in cells if c.strip() and c.strip()[0] in "=+-@＝＋－＠"] == []
    assert [c for c in cells if text.strip() in c] != []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_workbook_is_a_formula(tmp_path, text):
    path = tmp_path / "out.xlsx"
    write_xlsx(path, [Exported(record=Record(title=text), reason=text)])
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")] == []


def test_decisions_are_written_and_are_known_as_labels(tmp_path):
    path = tmp_path / "out.csv"
    row = Exported(
        record=Record(title="A"),
        picosieve_id="7",
        decision="exclude",
        reason="population",
        decided_by="Reviewer 1",
        stage="title_abstract",
        reference_group="3",
        study="Study 2",
    )
    write_csv(path, [row])
    with path.open(encoding="utf-8-sig", newline="") as file:
        (shown,) = csv.DictReader(file)
    assert [shown[name] for name in NOTES] == [
        "7", "exclude", "population", "Reviewer 1", "title_abstract", "3", "Study 2"
    ]  # fmt: skip
    assert label_columns(open_records(path)) == ("decision",)


def test_ris_carries_the_notes(tmp_path):
    path = tmp_path / "out.ris"
    write_ris(path, [Exported(record=Record(title="A"), decision="include", study="Study 2")])
    assert path.read_text() == (
        "TY  - JOUR\nTI  - A\nN1  - picosieve decision: include\nN1  - picosieve study: Study 2\nER  - \n\n"
    )


def test_what_a_ris_entry_holds_beyond_the_fields_survives(tmp_path):
    first, second, third = tmp_path / "a.ris", tmp_path / "b.ris", tmp_path / "c.ris"
    first.write_text(
        "TY  - JOUR\nTI  - A\nAB  - Text.\nAD  - One place\nN1  - My note\nsecond line of it\n"
        "SN  - 1234-5678\nC5  - 31000001\nDB  - Embase\nER  - \n"
    )
    (record,) = (e for e in read(open_records(first)) if isinstance(e, Record))
    write_ris(second, [Exported(record=record, decision="include")])
    assert second.read_text() == (
        "TY  - JOUR\nTI  - A\nAB  - Text.\nPM  - 31000001\nN1  - picosieve decision: include\n"
        "AD  - One place\nN1  - My note\nN1  - second line of it\n"
        "SN  - 1234-5678\nC5  - 31000001\nDB  - Embase\nER  - \n\n"
    )
    (again,) = (e for e in read(open_records(second)) if isinstance(e, Record))
    write_ris(third, [Exported(record=again, decision="exclude")])
    assert third.read_text() == second.read_text().replace("include", "exclude")


def test_a_text_too_long_for_a_workbook_is_named_and_nothing_is_written(tmp_path):
    path = tmp_path / "out.xlsx"
    rows = [Exported(record=Record(title="A")), Exported(record=Record(title="B", abstract="x" * 40_000))]
    with pytest.raises(ScreeningError, match="record 2 of the export: its abstract has 40000 characters"):
        write_xlsx(path, rows)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ScreeningError, match="cannot be written"):
        write_csv(tmp_path / "absent" / "out.csv", [])
