"""PubMed XML: text with its labels and exponents, dates of every kind, books."""

from __future__ import annotations

import gzip

import pytest

from data.readers import Reject
from data.records import Record
from tests.data.readers.reading import entries

HEADER = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" '
    '"https://dtd.example/pubmed.dtd">\n<PubmedArticleSet>\n'
)
ARTICLE = """<PubmedArticle>
  <MedlineCitation Status="MEDLINE"><PMID Version="1">31000001</PMID>
    <Article PubModel="Print">
      <Journal><JournalIssue><Volume>10</Volume><Issue>2</Issue>
        <PubDate><MedlineDate>2019 Jan-Feb</MedlineDate></PubDate></JournalIssue>
        <Title>Blood</Title><ISOAbbreviation>Blood</ISOAbbreviation></Journal>
      <ArticleTitle>A trial of <i>one</i> drug at 10<sup>9</sup> cells/L &amp; H<sub>2</sub>O.</ArticleTitle>
      <Pagination><MedlinePgn>11-9</MedlinePgn></Pagination>
      <ELocationID EIdType="doi" ValidYN="Y">10.1000/px.1</ELocationID>
      <Abstract>
        <AbstractText Label="METHODS" NlmCategory="METHODS">We gave 5 x 10<sup>-3</sup> mg.</AbstractText>
        <AbstractText Label="RESULTS">The 2<sup>nd</sup> arm did
          better &lt; expected.</AbstractText>
        <AbstractText>No label.</AbstractText>
        <CopyrightInformation>Copyright.</CopyrightInformation>
      </Abstract>
      <AuthorList><Author><LastName>Adams</LastName><ForeName>Bernard</ForeName><Initials>B</Initials></Author>
        <Author><CollectiveName>Study Group</CollectiveName></Author></AuthorList>
      <Language>eng</Language>
      <DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
        <AccessionNumber>NCT01234567</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
      <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
      </PublicationTypeList>
    </Article>
    <MeshHeadingList><MeshHeading><DescriptorName>Humans</DescriptorName></MeshHeading>
      <MeshHeading><DescriptorName>Multiple Myeloma</DescriptorName>
      <QualifierName>drug therapy</QualifierName></MeshHeading></MeshHeadingList>
    <KeywordList><Keyword>retreatment</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData><ArticleIdList><ArticleId IdType="doi">10.1000/px.1</ArticleId></ArticleIdList>
    <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/other</ArticleId></ArticleIdList>
    </Reference></ReferenceList></PubmedData>
</PubmedArticle>
"""
BOOK = """<PubmedBookArticle><BookDocument><PMID>20301000</PMID>
  <ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
  <Book><BookTitle>A Book</BookTitle><PubDate><Year>1993</Year></PubDate></Book>
  <ArticleTitle>A chapter</ArticleTitle><Language>eng</Language>
  <AuthorList Type="authors"><Author><LastName>Clarke</LastName><Initials>DE</Initials></Author></AuthorList>
  <PublicationType>Review</PublicationType><Abstract><AbstractText>Text.</AbstractText></Abstract>
</BookDocument></PubmedBookArticle>
"""
MANY = "".join(ARTICLE.replace("1000001", f"{n:07}") for n in range(400))
FOOTER = "</PubmedArticleSet>\n"


def test_an_article_is_read_whole(tmp_path):
    (record,) = entries(tmp_path, HEADER + ARTICLE + FOOTER, format="PubMed XML")
    assert record == Record(
        title="A trial of one drug at 10^9 cells/L & H2O.",
        abstract="METHODS: We gave 5 x 10^-3 mg.\nRESULTS: The 2nd arm did better < expected.\nNo label.",
        authors=("Adams, Bernard", "Study Group"),
        year=2019,
        journal="Blood",
        volume="10",
        issue="2",
        pages="11-9",
        doi="10.1000/px.1",
        pmid="31000001",
        language="eng",
        publication_types=("Journal Article",),
        keywords=("Humans", "Multiple Myeloma/drug therapy", "retreatment", "NCT01234567"),
        external_id="31000001",
        raw=ARTICLE.strip(),
        line=4,
    )


def test_a_book_article_is_read_whole(tmp_path):
    (record,) = entries(tmp_path, HEADER + BOOK + FOOTER)
    assert record == Record(
        title="A chapter",
        abstract="Text.",
        authors=("Clarke, DE",),
        year=1993,
        journal="A Book",
        pmid="20301000",
        language="eng",
        publication_types=("Review",),
        external_id="20301000",
        raw=BOOK.strip(),
        line=4,
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(HEADER + ARTICLE + BOOK + FOOTER, ["31000001", "20301000"], id="article and book"),
        pytest.param(gzip.compress((HEADER + ARTICLE + FOOTER).encode()), ["31000001"], id="gzip"),
        pytest.param((HEADER + ARTICLE + FOOTER).encode("utf-16"), ["31000001"], id="UTF-16"),
        pytest.param(ARTICLE, ["31000001"], id="an article without its set"),
        pytest.param((HEADER + ARTICLE + FOOTER) * 2, ["31000001", "31000001"], id="two sets in one file"),
        pytest.param(HEADER + ARTICLE + ARTICLE[:500], ["31000001", "the file ends inside"], id="cut inside"),
        pytest.param(HEADER + ARTICLE, ["31000001", "the file ends before"], id="cut between"),
        pytest.param(gzip.compress((HEADER + MANY).encode())[:-900], None, id="gzip cut off"),
        pytest.param(
            HEADER + ARTICLE.replace("</MedlineCitation>", "") + BOOK + FOOTER,
            ["not well-formed XML:", "20301000"],
            id="one article is broken",
        ),
        pytest.param(
            HEADER + ARTICLE.replace("</PubmedArticle>", "") + BOOK + FOOTER,
            ["the next entry begin", "20301000"],
            id="one article is not closed",
        ),
    ],
)
def test_no_entry_is_lost(tmp_path, content, expected):
    found = entries(tmp_path, content, format="PubMed XML")
    if expected is None:
        assert 0 < len(found) < 400
        assert isinstance(found[-1], Reject)
    else:
        assert [e.reason[:20] if isinstance(e, Reject) else e.pmid for e in found] == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("p < 0.05 & more", "p < 0.05 & more"),
        ("caf&eacute;&nbsp;bar", "café\xa0bar"),
        ("bell\x07 and &#11;tab", "bell  and  tab"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math> wide", "x wide"),
        ("a<!-- no -->b<?no?>c", "abc"),
    ],
)
def test_what_exporters_break_is_mended(tmp_path, title, expected):
    article = f"<PubmedArticle><MedlineCitation><Article><ArticleTitle>{title}</ArticleTitle></Article>"
    (record,) = entries(tmp_path, f"{article}</MedlineCitation></PubmedArticle>")
    assert record.title == expected


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><Article><ArticleTitle>{}</ArticleTitle></Article>"
    "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
)


@pytest.mark.parametrize("entity", ["&c;", "&f;"], ids=["entity bomb", "external entity"])
def test_entities_of_the_file_are_never_expanded(tmp_path, entity):
    (found,) = entries(tmp_path, BOMB.format(entity))
    assert isinstance(found, Reject) or found.title == entity


def test_huge_nesting_is_rejected(tmp_path):
    deep = "<i>" * 50_000 + "x" + "</i>" * 50_000
    (found,) = entries(tmp_path, f"<PubmedArticle><a>{deep}</a></PubmedArticle>")
    assert isinstance(found, Reject)
