"""BibTeX as Zotero, Mendeley, JabRef and publishers write it."""

from __future__ import annotations

import pytest

from data.readers import Reject
from data.records import Record
from tests.data.readers.reading import entries

ENTRY = r"""@article{adams_trial_2019,
	title = {A trial of {Drug} {A} at 10\textsuperscript{9} cells},
	author = {Adams, B. and {Institute of A and B} and M{\"u}ller, C.},
	abstract = {ORR 45\% (p \textless{} 0.05); cost \$5,000.
Second paragraph.},
	journal = blood # " Advances",
	year = 2019, volume = "10", number = {2}, pages = {11--19},
	doi = {https://doi.org/10.1000/bib.1}, url = {https://a.example/x_y},
	keywords = {one, two}, language = {en}, month = aug
}
"""
STRINGS = '% exported\n@comment{nothing}\n@string{blood = "Blood"}\n@preamble{"x"}\n'


def test_an_entry_is_read_whole(tmp_path):
    (record,) = entries(tmp_path, STRINGS + ENTRY, format="BibTeX")
    assert record == Record(
        title="A trial of Drug A at 10^9 cells",
        abstract="ORR 45% (p < 0.05); cost $5,000.\nSecond paragraph.",
        authors=("Adams, B.", "Institute of A and B", "Müller, C."),
        year=2019,
        journal="Blood Advances",
        volume="10",
        issue="2",
        pages="11-19",
        doi="10.1000/bib.1",
        url="https://a.example/x_y",
        keywords=("one", "two"),
        language="en",
        external_id="adams_trial_2019",
        raw=ENTRY,
        line=5,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("@article{a, title={A}}\n@book{b, title={B}}\n", ["A", "B"], id="two"),
        pytest.param("@article{a, title={A}} @book{b, title={B}}\n", ["A", "B"], id="two on a line"),
        pytest.param("@article{a, title={A}}\n@article{a, title={B}}\n", ["A", "B"], id="one key twice"),
        pytest.param("@article{a, title={A}, title={C}}\n", ["A"], id="one field twice"),
        pytest.param("@ARTICLE {a,\nTITLE = {A}\n}\n", ["A"], id="capitals"),
        pytest.param("@article{a, title={A}}\n@article{b, title={B", ["A", "not a whole"], id="cut off"),
        pytest.param(
            "@article{a, title={A\n@article{b, title={B}}\n", ["not a whole", "B"], id="brace missing"
        ),
        pytest.param(
            "@article{a, title={write to a@b.example}}\n", ["write to a@b.example"], id="an address"
        ),
        pytest.param("@inproceedings{a, title={A}, booktitle={C 2019}}\n", ["A"], id="a conference paper"),
        pytest.param("@article{a, title={50% of all}, x={1}}\n", ["50% of all"], id="a bare percent sign"),
    ],
)
def test_no_entry_is_lost(tmp_path, text, expected):
    found = entries(tmp_path, text, format="BibTeX")
    assert [e.reason[:11] if isinstance(e, Reject) else e.title for e in found] == expected


def test_a_conference_paper_names_its_meeting(tmp_path):
    (record,) = entries(tmp_path, "@inproceedings{a, title={A}, booktitle={Congress 2019}}\n")
    assert (record.conference, record.publication_types) == ("Congress 2019", ("Conference paper",))
