"""RIS in the dialects that databases and reference managers write."""

from __future__ import annotations

import pytest
import rispy

from data.readers import Reject
from data.records import Record
from tests.data.readers.reading import entries

CUT = "the file ends inside this entry (no ER line): was it cut off?"
OVID = """TY  - JOUR
ID  - 31000001
T1  - A trial of one drug
A1  - Adams, B.
A1  - Clarke, D.E.
Y1  - 2019//
N2  - Background: first.
Conclusion: last.
KW  - Humans
KW  - Multiple Myeloma/dt [Drug Therapy]
JF  - Blood
VL  - 10
IS  - 2
SP  - 11
EP  - 19
LA  - English
M3  - Conference Abstract
DB  - Ovid MEDLINE(R)
AN  - 31000001
DO  - https://dx.doi.org/10.1000/ovid.1
Link to the Ovid Full Text or citation:
https://ovidsp.example/x
ER  - 
"""  # noqa: W291
EMBASE_COM = """TY  - JOUR
M3  - Conference Abstract
TI  - A trial of one drug
AU  - Adams B.
U2  - L2001234567
DB  - Embase
C5  - 31000002
C3  - Annual Congress 2019
T2  - HemaSphere
KW  - first
second
PY  - 2019
AB  - One.
AB  - Two.
L3  - http://dx.doi.org/10.1000/emb.2
ER  - 
"""  # noqa: W291
SCOPUS = """TY  - JOUR
TI  - A trial of one drug
T2  - Blood Advances
J2  - Blood Adv.
VL  - 3
SP  - e1
PY  - 2020
DO  - 10.1000/sc.3
AU  - Adams, B.
AD  - Somewhere
UR  - https://www.scopus.example/x
AB  - Text.
N1  - Export Date: 1 May 2021; Cited By: 3; PubMed ID: x PMID: 31000003
ER  -
"""
# Mendeley writes an abstract on one line, keywords one to a line, dates with slashes, and the file's place.
MENDELEY = (
    "TY  - JOUR\nT1  - A trial of one drug\nA1  - Adams, Bea\nA1  - Brown, Cem\nY1  - 2018/03/14/\n"
    "N2  - One. Two.\nKW  - drug\nKW  - trial\nJF  - Blood\nVL  - 9\nIS  - 4\nSP  - 21\nEP  - 30\n"
    "UR  - https://doi.org/10.1000/men.4\nDO  - 10.1000/men.4\nL1  - file:///C:/papers/adams.pdf\nER  - \n"
)
# EndNote puts its own number under ID, a byte-order mark in front, and indents what goes on.
ENDNOTE = (
    "\ufeffTY  - JOUR\nAU  - Adams, B.\nPY  - 2017\nDA  - May 2\nTI  - A trial of one drug\nT2  - Blood\n"
    "SP  - 5-9\nVL  - 2\nAB  - One.\n      Two.\nSN  - 0006-4971\nDO  - 10.1000/end.5\n"
    "AN  - 31000005\nLA  - eng\nDB  - PubMed\nID  - 412\nER  - \n\n"
)
WOS = (
    "TY  - CPAPER\nAU  - Adams, B\nTI  - A trial\n   of one drug\nT2  - BLOOD\nAB  - One.\n   Two.\n"
    "AD  - One Univ\rAD  - Two Univ\rPY  - 2021\nAN  - WOS:000000000000001\nN1  - Times Cited:  1\n"
    "Total Times Cited:  1\nER  -\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            OVID,
            Record(
                title="A trial of one drug",
                abstract="Background: first.\nConclusion: last.",
                authors=("Adams, B.", "Clarke, D.E."),
                year=2019,
                journal="Blood",
                volume="10",
                issue="2",
                pages="11-19",
                doi="10.1000/ovid.1",
                pmid="31000001",
                accession="31000001",
                language="English",
                publication_types=("Conference Abstract",),
                keywords=("Humans", "Multiple Myeloma/dt [Drug Therapy]"),
                conference="Conference Abstract",
                external_id="31000001",
            ),
            id="Ovid",
        ),
        pytest.param(
            EMBASE_COM,
            Record(
                title="A trial of one drug",
                abstract="One.\nTwo.",
                authors=("Adams B.",),
                year=2019,
                journal="HemaSphere",
                doi="10.1000/emb.2",
                pmid="31000002",
                accession="L2001234567",
                publication_types=("Conference Abstract",),
                keywords=("first", "second"),
                conference="Annual Congress 2019",
                external_id="L2001234567",
            ),
            id="Embase.com",
        ),
        pytest.param(
            SCOPUS,
            Record(
                title="A trial of one drug",
                abstract="Text.",
                authors=("Adams, B.",),
                year=2020,
                journal="Blood Advances",
                volume="3",
                pages="e1",
                doi="10.1000/sc.3",
                pmid="31000003",
                url="https://www.scopus.example/x",
            ),
            id="Scopus",
        ),
        pytest.param(
            WOS,
            Record(
                title="A trial of one drug",
                abstract="One.\nTwo.",
                authors=("Adams, B",),
                year=2021,
                journal="BLOOD",
                accession="WOS:000000000000001",
                publication_types=("Conference paper",),
                conference="BLOOD",
                external_id="WOS:000000000000001",
            ),
            id="Web of Science",
        ),
        pytest.param(
            MENDELEY,
            Record(
                title="A trial of one drug",
                abstract="One. Two.",
                authors=("Adams, Bea", "Brown, Cem"),
                year=2018,
                journal="Blood",
                volume="9",
                issue="4",
                pages="21-30",
                doi="10.1000/men.4",
                keywords=("drug", "trial"),
                url="https://doi.org/10.1000/men.4",
            ),
            id="Mendeley",
        ),
        pytest.param(
            ENDNOTE,
            Record(
                title="A trial of one drug",
                abstract="One.\nTwo.",
                authors=("Adams, B.",),
                year=2017,
                journal="Blood",
                volume="2",
                pages="5-9",
                doi="10.1000/end.5",
                pmid="31000005",
                accession="31000005",
                language="eng",
                external_id="412",
            ),
            id="EndNote",
        ),
    ],
)
def test_a_dialect_is_read_whole(tmp_path, text, expected):
    (record,) = entries(tmp_path, text)
    shown = {name: getattr(record, name) for name in Record.__slots__} | {"raw": "", "line": 0}
    assert Record(**shown) == expected
    assert record.raw.split() == text.lstrip("\ufeff").split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - \n", ["A", "B"], id="a missing ER"),
        pytest.param("TY  - JOUR\nTI  - A\n\nTY  - JOUR\nTI  - B\n", ["A", "B"], id="no ER anywhere"),
        pytest.param("TY - JOUR\nTI - A\nER -\nTY - JOUR\nTI - B\nER -\n", ["A", "B"], id="one space"),
        pytest.param("\ufeffTY  - JOUR\nTI  - A\nER  - \n", ["A"], id="byte-order mark"),
        pytest.param("TY  - JOUR\nTI  - A\nER  - TY  - JOUR\nTI  - B\nER  - ", ["A", "B"], id="joined files"),
        pytest.param("TY  - JOUR\r\nTI  - A\r\nER  - \r\n\x1a", ["A"], id="CRLF and an end-of-file mark"),
        pytest.param("TY  - JOUR\nTI  - A\n\nstray words\nER  - \n", ["A"], id="stray line after a blank"),
        pytest.param("TY  - JOUR\nTI  - A\nLink to the full text\nER  - \n", ["A"], id="Link to"),
        pytest.param("TY  - JOUR\nTI  - A\nhttps://x.example/a\nER  - \n", ["A"], id="bare link"),
        pytest.param("TY  - JOUR\nTI  - A long\ntitle\nER  - \n", ["A long title"], id="wrapped title"),
        pytest.param("TY  - JOUR\nAU  - Adams B\nER  - \n", [""], id="no title"),
        pytest.param(
            "1.\nTY  - JOUR\nTI  - A\nER  - \n2.\nTY  - JOUR\nTI  - B\nER  - \n", ["A", "B"], id="numbered"
        ),
    ],
)
def test_no_entry_is_lost(tmp_path, text, expected):
    assert [r.title for r in entries(tmp_path, text)] == expected


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        pytest.param("AB  - One.\nAB  - Two.", "One.\nTwo.", id="second AB"),
        pytest.param("AB  - Same.\nN2  - Same.", "Same.", id="AB and N2 alike"),
        pytest.param("N2  - Same.\nAB  - Same. And more.", "Same. And more.", id="one holds the other"),
        pytest.param("AB  - One.\n\nTwo.", "One.\nTwo.", id="blank line in an abstract"),
        pytest.param("AB  - One  two.", "One  two.", id="double space kept"),
        pytest.param(
            "AB  - Text\nOS - overall survival", "Text\nOS - overall survival", id="looks like a tag"
        ),
        pytest.param(
            "AB  - Text\nER - positive disease", "Text\nER - positive disease", id="ER in running text"
        ),
    ],
)
def test_an_abstract_is_kept_whole(tmp_path, abstract, expected):
    (record,) = entries(tmp_path, f"TY  - JOUR\nTI  - A\n{abstract}\nER  - \n")
    assert (record.title, record.abstract) == ("A", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "TY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nTI  - B\nAB  - cut o",
            ["A", Reject(4, CUT, "TY  - JOUR\nTI  - B\nAB  - cut o")],
            id="truncated",
        ),
        pytest.param(
            "TY  - JOUR\nER  - \nTY  - JOUR\nTI  - B\nER  - \n",
            [Reject(1, "the entry is empty", "TY  - JOUR\nER  - \n"), "B"],
            id="empty entry",
        ),
        pytest.param(
            "TY  - JOUR\nTI  - A\nER  - \n\nTI  - B\nER  - \n",
            ["A", Reject(5, "the entry has no TY line", "TI  - B\nER  - \n")],
            id="no TY line",
        ),
    ],
)
def test_a_bad_entry_is_rejected_and_the_rest_goes_in(tmp_path, text, expected):
    found = entries(tmp_path, text)
    assert [e if isinstance(e, Reject) else e.title for e in found] == expected


@pytest.mark.parametrize(
    ("text", "doi", "year"),
    [
        ("DO  - doi:10.1000/a.b(c)1", "10.1000/a.b(c)1", None),
        ("UR  - https://doi.org/10.1000/x\nPY  - 2019/08/01/", "10.1000/x", 2019),
        ("DO  - none\nPY  - in press", "none", None),
        ("Y1  - Sep 18 2003\nM3  - 10.1000/old", "10.1000/old", 2003),
    ],
)
def test_identifier_and_year_are_found_where_they_stand(tmp_path, text, doi, year):
    (record,) = entries(tmp_path, f"TY  - JOUR\nTI  - A\n{text}\nER  - \n")
    assert (record.doi, record.year) == (doi, year)


def test_a_clean_file_reads_as_rispy_reads_it(tmp_path):
    text = OVID.replace("Link to the Ovid Full Text or citation:\nhttps://ovidsp.example/x\n", "") * 3
    judged = rispy.loads(text)
    found = entries(tmp_path, text)
    assert [(r.title, r.authors, r.volume, r.keywords, r.language) for r in found] == [
        (j["primary_title"], tuple(j["first_authors"]), j["volume"], tuple(j["keywords"]), j["language"])
        for j in judged
    ]
