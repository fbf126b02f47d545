"""MEDLINE text (NBIB) as PubMed writes it."""

from __future__ import annotations

import io

import pytest
from Bio import Medline

from data.readers import Reject
from data.records import Record
from tests.data.readers.reading import entries

FIRST = """PMID- 31000001
OWN - NLM
STAT- MEDLINE
IS  - 1234-5678 (Print)
VI  - 10
IP  - 2
DP  - 2019 Jan-Feb
TI  - A trial of one drug in a disease with a title so long
      that it is wrapped.
PG  - 11-9
LID - S0000-0000(19)00001-1 [pii]
LID - 10.1000/nbib.1 [doi]
AB  - BACKGROUND: First. METHODS: Second, with 10(9) cells and a
      wrapped line. CONCLUSION: Last.
FAU - Adams, Bernard
AU  - Adams B
FAU - Clarke, Dana E
AU  - Clarke DE
CN  - Study Group
LA  - eng
SI  - ClinicalTrials.gov/NCT01234567
PT  - Journal Article
PT  - Clinical Trial, Phase II
TA  - Blood
JT  - Blood
MH  - Humans
MH  - Multiple Myeloma/*drug therapy
OT  - retreatment
SO  - Blood. 2019 Jan;10(2):11-9. doi: 10.1000/nbib.1.
"""
SECOND = """PMID- 31000002
TI  - Another trial.
AID - 10.1000/nbib.2 [doi]
PT  - Meeting Abstract
SO  - Blood. 2020.
"""


def test_an_entry_is_read_whole(tmp_path):
    (record,) = entries(tmp_path, FIRST, format="MEDLINE")
    assert record == Record(
        title="A trial of one drug in a disease with a title so long that it is wrapped.",
        abstract="BACKGROUND: First. METHODS: Second, with 10(9) cells and a wrapped line. CONCLUSION: Last.",
        authors=("Adams, Bernard", "Clarke, Dana E", "Study Group"),
        year=2019,
        journal="Blood",
        volume="10",
        issue="2",
        pages="11-9",
        doi="10.1000/nbib.1",
        pmid="31000001",
        language="eng",
        publication_types=("Journal Article", "Clinical Trial, Phase II"),
        keywords=(
            "Humans",
            "Multiple Myeloma/*drug therapy",
            "retreatment",
            "ClinicalTrials.gov/NCT01234567",
        ),
        external_id="31000001",
        raw=FIRST,
        line=1,
    )


def test_a_clean_file_reads_as_biopython_reads_it(tmp_path):
    text = f"{FIRST}\n{SECOND}"
    judged = list(Medline.parse(io.StringIO(text)))  # type: ignore[no-untyped-call]
    found = entries(tmp_path, text)
    assert [(r.pmid, r.title, r.abstract, r.publication_types) for r in found] == [
        (j["PMID"], j["TI"], j.get("AB", ""), tuple(j["PT"])) for j in judged
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{FIRST}\n{SECOND}", ["31000001", "31000002"], id="two"),
        pytest.param(f"{FIRST}{SECOND}", ["31000001", "31000002"], id="no blank line between"),
        pytest.param(
            f"\n\n{FIRST}\n\n\n{SECOND}\n\n".replace("\n", "\r\n"), ["31000001", "31000002"], id="CRLF"
        ),
        pytest.param(f"\ufeff{FIRST}", ["31000001"], id="byte-order mark"),
        pytest.param(
            f"{FIRST}\n{SECOND[:30]}", ["31000001", "the file ends inside this entry"], id="truncated"
        ),
        pytest.param("PMID- 1\nTI  - No source.\n", ["1"], id="no source line anywhere"),
    ],
)
def test_no_entry_is_lost(tmp_path, text, expected):
    found = entries(tmp_path, text, format="MEDLINE")
    assert [e.reason[:31] if isinstance(e, Reject) else e.pmid for e in found] == expected


def test_a_meeting_abstract_is_marked(tmp_path):
    (record,) = entries(tmp_path, SECOND)
    assert (record.conference, record.doi, record.year) == ("Meeting Abstract", "10.1000/nbib.2", None)
