"""Exports of ASReview: the records come in, the labels only when they are asked for by name."""

from __future__ import annotations

import pytest

from data.errors import ReadError
from data.readers import label_columns, open_records, read, read_labels
from data.readers.base import Label

CSV = (
    "record_id,title,abstract,asreview_label,asreview_time,asreview_note\n"
    "0,A,x,1,2024-01-01,good\n1,B,y,0,2024-01-02,\n2,C,z,,,\n3,D,z,-1,,\n"
)
RIS = (
    "TY  - JOUR\nTI  - A\nN1  - ASReview_relevant\nER  - \n\n"
    "TY  - JOUR\nTI  - B\nN1  - a note\nN1  - ASReview_irrelevant\nER  - \n\n"
    "TY  - JOUR\nTI  - C\nN1  - ASReview_not_seen\nER  - \n"
)


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        pytest.param(
            CSV,
            "asreview_label",
            [Label(2, True), Label(3, False), Label(4, None), Label(5, None)],
            id="CSV",
        ),
        pytest.param(RIS, "ASReview notes", [Label(1, True), Label(6, False), Label(12, None)], id="RIS"),
    ],
)
def test_labels_are_read_by_name_and_belong_to_their_records(tmp_path, text, column, expected):
    path = tmp_path / "export"
    path.write_text(text)
    opened = open_records(path)
    assert label_columns(opened) == (column,)
    assert list(read_labels(opened, column=column)) == expected
    assert [record.line for record in read(opened)] == [label.line for label in expected]


@pytest.mark.parametrize("text", [CSV.replace("asreview_label", "x"), RIS.replace("ASReview", "")])
def test_a_file_without_labels_has_none_to_ask_for(tmp_path, text):
    path = tmp_path / "export"
    path.write_text(text)
    opened = open_records(path)
    assert label_columns(opened) == ()
    with pytest.raises(ReadError, match="no label column 'included'; there is none"):
        read_labels(opened, column="included")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("1 1.0 yes TRUE Included include relevant", True), ("0 no False excluded irrelevant", False),
     ("-1 maybe ? 2 unsure", None)],
)  # fmt: skip
def test_the_words_of_a_label_are_understood(tmp_path, words, expected):
    path = tmp_path / "table.csv"
    path.write_text("title,included\n" + "".join(f"T,{word}\n" for word in words.split()))
    found = [label.included for label in read_labels(open_records(path), column="included")]
    assert found == [expected] * len(words.split())
