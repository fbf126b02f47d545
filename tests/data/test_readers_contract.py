"""What every reader has to do, whatever the file: a new format is tested by its sample here."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import ReadError
from data.readers import FORMATS, Reject, count_entries, open_records, read
from data.readers.base import MAX_RAW_CHARS, reject
from data.records import Record
from tests.data.readers import (
    test_bibtex,
    test_endnote,
    test_medline,
    test_pubmed_xml,
    test_ris,
    test_table,
    test_xlsx,
)

TABLE = 'title,abstract,year,keywords\nA,"x ""y""\nz",2019,a; b\nB,q,2020,\n'
SAMPLES: dict[str, bytes] = {
    "RIS": (test_ris.OVID + test_ris.EMBASE_COM + test_ris.SCOPUS).encode(),
    "MEDLINE": f"{test_medline.FIRST}\n{test_medline.SECOND}".encode(),
    "PubMed XML": (
        test_pubmed_xml.HEADER + test_pubmed_xml.ARTICLE + test_pubmed_xml.BOOK + test_pubmed_xml.FOOTER
    ).encode(),
    "EndNote XML": test_endnote.wrap(test_endnote.NEW, test_endnote.NEW).encode(),
    "BibTeX": (test_bibtex.STRINGS + test_bibtex.ENTRY * 2).encode(),
    "XLSX": test_xlsx.workbook([["title", "abstract"], ["A", "x"], ["B", "y"]]),
    "CSV": TABLE.encode(),
    "TSV": TABLE.replace(",", "\t").encode(),
}


def read_all(path: Path) -> list[Any] | None:
    """Entries of a file that may be anything; None where it is refused."""
    try:
        opened = open_records(path)
        found = list(read(opened))
        n_seen = count_entries(opened)
    except ReadError as refused:
        message = str(refused)
    else:
        assert n_seen == len(found)
        assert all(isinstance(e, Record | Reject) for e in found)
        return found
    assert str(path) in message
    return None


def test_every_format_has_a_sample():
    assert set(SAMPLES) == {f.name for f in FORMATS}
    assert test_table.__doc__


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_whole_by_its_own_format(tmp_path, name):
    path = tmp_path / "x"
    path.write_bytes(SAMPLES[name])
    opened = open_records(path)
    found: list[Any] = list(read(opened))
    assert opened.format == name
    assert len(found) >= 2
    assert all(isinstance(e, Record) and e.title and e.raw and e.line for e in found)
    lines = [e.line for e in found]
    assert lines == sorted(lines)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "XLSX"])
def test_a_gzip_file_reads_like_what_is_in_it(tmp_path, name):
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.write_bytes(SAMPLES[name])
    packed.write_bytes(gzip.compress(SAMPLES[name]))
    assert read_all(packed) == read_all(plain)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_anywhere_keeps_the_records_before_the_cut(tmp_path, name):
    path = tmp_path / "x"
    whole = SAMPLES[name]
    path.write_bytes(whole)
    titles = [e.title for e in read_all(path) or []]
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:at])
        found = read_all(path) or []
        kept = [e.title for e in found if isinstance(e, Record)]
        assert len(kept) <= len(titles)
        # All but the last are whole; the last may have lost its end where the format cannot tell.
        assert kept[:-1] == titles[: len(kept[:-1])]


@st.composite
def damaged(draw, whole: bytes) -> bytes:
    """A sample with some bytes taken out, put in, doubled or overwritten."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(0, 40))
        piece = draw(
            st.sampled_from(
                [b"", b"\0", b"\xff", b'"', b"\n", b"\r", b"{", b"}", b"<", b">", b"&", b",", b"\\"]
            )
            | st.binary(max_size=8)
            | st.just(bytes(content[:length]))
        )
        content[at : at + draw(st.sampled_from([0, 1, length]))] = piece
    return bytes(content)


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_damage_is_answered_with_rejects_or_a_read_error(tmp_path, name, data):
    path = tmp_path / "x"
    path.write_bytes(data.draw(damaged(SAMPLES[name])))
    read_all(path)


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")))
@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
def test_any_bytes_are_answered(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    read_all(path)


def test_a_gzip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("data.readers.files._GZIP_FREE_BYTES", 1 << 20)
    path = tmp_path / "x.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(20):
            file.write(b"x" * (1 << 20))
    with pytest.raises(ReadError, match="unpacks to over 200 times its size"):
        open_records(path)


def test_the_raw_text_of_a_reject_is_cut():
    found = reject(3, "too long", "x" * (MAX_RAW_CHARS + 5))
    assert found.raw.endswith("\n[cut here, 5 more characters in the file]")


@pytest.mark.parametrize("name", ["PubMed XML", "EndNote XML", "XLSX"])
@pytest.mark.parametrize("size", [1, 7, 300])
def test_the_size_of_the_pieces_read_at_a_time_changes_nothing(tmp_path, monkeypatch, name, size):
    path = tmp_path / "x"
    path.write_bytes(SAMPLES[name])
    whole = read_all(path)
    monkeypatch.setattr("data.readers.xml._CHUNK", size)
    monkeypatch.setattr("data.readers.xlsx._CHUNK", size)
    assert read_all(path) == whole
