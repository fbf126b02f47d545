"""CSV and TSV: rows in, one record each."""

from __future__ import annotations

import pytest

from data.readers import Reject
from data.records import Record
from tests.data.readers.reading import entries


def test_every_column_with_a_usual_name_is_read(tmp_path):
    (record,) = entries(
        tmp_path,
        "Authors,Article Title,Source Title,Publication Year,DOI,Pubmed Id,Abstract,Volume,Issue,Start Page,"
        "End Page,Language,Document Type,Author Keywords,UT (Unique WOS ID)\n"
        '"Adams, B; Clarke, DE",A trial,Blood,2019,https://doi.org/10.1000/x,123.0,Text.,3,4,10,19,English,'
        "Meeting Abstract,a; b,WOS:1\n",
    )
    assert record == Record(
        title="A trial",
        abstract="Text.",
        authors=("Adams, B", "Clarke, DE"),
        year=2019,
        journal="Blood",
        volume="3",
        issue="4",
        pages="10-19",
        doi="10.1000/x",
        pmid="123",
        accession="WOS:1",
        language="English",
        publication_types=("Meeting Abstract",),
        conference="Meeting Abstract",
        keywords=("a", "b"),
        external_id="WOS:1",
        raw=record.raw,
        line=2,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('title,abstract\n"A\nB","x ""y"" z"\n', [("A\nB", 'x "y" z', 2)], id="quoted newline"),
        pytest.param('title,abstract\r\n"A\r\nB",x\r\n', [("A\nB", "x", 2)], id="CRLF in a cell"),
        pytest.param("title,abstract\n\nA,x\n\n\nB,y\n\n", [("A", "x", 3), ("B", "y", 6)], id="blank lines"),
        pytest.param("title,abstract\nA,x\n,\n,,,\nB,y\n", [("A", "x", 2), ("B", "y", 5)], id="empty rows"),
        pytest.param("title,abstract\nA,x", [("A", "x", 2)], id="no newline at the end"),
        pytest.param("title,abstract\nA,x,,,\n", [("A", "x", 2)], id="empty cells too many"),
        pytest.param('title,abstract\nA 5" pipe,x\nB,y\n', [('A 5" pipe', "x", 2), ("B", "y", 3)], id="inch"),
        pytest.param("title,abstract\nA,NA\n", [("A", "", 2)], id="NA"),
        pytest.param("title,abstract\n,x\n", [("", "x", 2)], id="no title in one row"),
        pytest.param("title,title\nA,B\n", [("A", "", 2)], id="two title columns"),
        pytest.param("title,abstract\rA,x\rB,y", [("A", "x", 2), ("B", "y", 3)], id="carriage returns only"),
    ],
)
def test_rows_become_records(tmp_path, text, expected):
    assert [(r.title, r.abstract, r.line) for r in entries(tmp_path, text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "title,abstract\nA,x\nB\nC,z\n",
            ["A", Reject(3, "1 cells where the header has 2", "B\n"), "C"],
            id="too few cells",
        ),
        pytest.param(
            "title,abstract\nA,x,y\nC,z\n",
            [Reject(2, "3 cells where the header has 2", "A,x,y\n"), "C"],
            id="too many cells",
        ),
        pytest.param(
            'title,abstract\nA,x\nB,"cut of',
            ["A", Reject(3, "a quote opened in the row of line 3 is never closed", 'B,"cut of')],
            id="truncated within quotes",
        ),
        pytest.param(
            "title,abstract,year\nA,x,2019\nB,cut o",
            ["A", Reject(3, "2 cells where the header has 3", "B,cut o")],
            id="truncated within a row",
        ),
    ],
)
def test_a_bad_row_is_rejected_and_the_rest_goes_in(tmp_path, text, expected):
    found = entries(tmp_path, text)
    assert [e if isinstance(e, Reject) else e.title for e in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,DOI\n"
            '1,A,"Adams B, Clarke DE.",x,Adams B,Blood,2019,2019/01/01,PMC1,10.1000/a\n',
            ("A", ("Adams B", "Clarke DE."), "Blood", 2019, "10.1000/a", "1", ""),
            id="PubMed",
        ),
        pytest.param(
            "Authors,Author full names,Title,Year,Source title,Page start,Page end,DOI,Link,Abstract,EID\n"
            "Adams B.; Clarke D.E.,x,A,2019,Blood,1,9,10.1000/a,https://a.example,T,2-s2.0-1\n",
            ("A", ("Adams B.", "Clarke D.E."), "Blood", 2019, "10.1000/a", "", "2-s2.0-1"),
            id="Scopus",
        ),
        pytest.param(
            "PT\tAU\tTI\tSO\tID\tAB\tDI\tPY\tPM\tUT\n"
            "J\tAdams, B\tA\tBlood\twords\tT\t10.1000/a\t2019\t1\tWOS:1\n",
            ("A", ("Adams, B",), "Blood", 2019, "10.1000/a", "1", "WOS:1"),
            id="Web of Science",
        ),
        pytest.param(
            "Key,Item Type,Publication Year,Author,Title,Publication Title,DOI,Abstract Note\n"
            'K1,journalArticle,2019,"Adams, B.; Clarke, D.",A,Blood,10.1000/a,T\n',
            ("A", ("Adams, B.", "Clarke, D."), "Blood", 2019, "10.1000/a", "", "K1"),
            id="Zotero",
        ),
    ],
)
def test_the_columns_of_databases_are_known(tmp_path, text, expected):
    (r,) = entries(tmp_path, text)
    assert (r.title, r.authors, r.journal, r.year, r.doi, r.pmid, r.external_id) == expected
