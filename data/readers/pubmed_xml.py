"""PubMed XML (`PubmedArticleSet`): articles and book articles, of E-utilities and the baseline files."""

from __future__ import annotations

from lxml import etree

from data.readers.values import meeting_type, once, short, year_in
from data.readers.xml import every, flat, one, xml_format
from data.records import Record


def _record(article: etree._Element, raw: str, line: int) -> Record:
    is_book = article.tag == "PubmedBookArticle"
    top = article.find("BookDocument" if is_book else "MedlineCitation")
    top = article if top is None else top
    body = top if is_book else top.find("Article")
    body = top if body is None else body
    pmid = one(top, "PMID")
    types = once(every(body, "PublicationTypeList/PublicationType", "PublicationType"))
    return Record(
        title=_title(body),
        abstract=_abstract(body) or _abstract(top, "OtherAbstract"),
        authors=_authors(body),
        year=_year(body, article),
        journal=one(body, "Journal/Title", "Journal/ISOAbbreviation", "Book/BookTitle")
        or one(top, "MedlineJournalInfo/MedlineTA"),
        volume=one(body, "Journal/JournalIssue/Volume", "Book/Volume"),
        issue=one(body, "Journal/JournalIssue/Issue"),
        pages=one(body, "Pagination/MedlinePgn", "ELocationID[@EIdType='pii']") or _pages(body),
        doi=one(
            article,
            ".//ELocationID[@EIdType='doi']",
            "PubmedData/ArticleIdList/ArticleId[@IdType='doi']",
            "BookDocument/ArticleIdList/ArticleId[@IdType='doi']",
        ),
        pmid=pmid,
        language=", ".join(every(body, "Language")),
        publication_types=types,
        keywords=_keywords(top, body),
        conference=meeting_type(types),
        external_id=pmid,
        raw=raw,
        line=line,
    )


def _title(body: etree._Element) -> str:
    for path in ("ArticleTitle", "VernacularTitle", "Book/BookTitle"):
        if text := _running(body.find(path)):
            return text
    return ""


def _running(element: etree._Element | None) -> str:
    """The text of an element; line ends with the indentation that pretty-printing left are one space."""
    return " ".join(part.strip() for part in flat(element).split("\n")).strip()


def _abstract(element: etree._Element, path: str = "Abstract") -> str:
    """The paragraphs, each under the label it has: "METHODS: ..."."""
    abstract = element.find(path)
    if abstract is None:
        return ""
    paragraphs = []
    for part in abstract.iterfind("AbstractText"):
        label = short(part.get("Label") or "")
        text = _running(part)
        if text:
            paragraphs.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return "\n".join(paragraphs)


def _authors(body: etree._Element) -> tuple[str, ...]:
    names = []
    lists = [a for a in body.iterfind("AuthorList") if a.get("Type") != "editors"] or body.findall(
        "Book/AuthorList"
    )
    for author in (a for found in lists for a in found.iterfind("Author")):
        last, first = one(author, "LastName"), one(author, "ForeName", "Initials")
        names.append(", ".join(n for n in (last, first) if n) or one(author, "CollectiveName"))
    return once(names)


def _year(body: etree._Element, article: etree._Element) -> int | None:
    texts = every(
        body,
        "Journal/JournalIssue/PubDate/Year",
        "Journal/JournalIssue/PubDate/MedlineDate",
        "Book/PubDate/Year",
        "Book/PubDate/MedlineDate",
        "ArticleDate/Year",
        "ContributionDate/Year",
    ) + every(article, "PubmedData/History/PubMedPubDate/Year", "PubmedBookData/History/PubMedPubDate/Year")
    return next((year for text in texts if (year := year_in(text))), None)


def _pages(body: etree._Element) -> str:
    return "-".join(once(every(body, "Pagination/StartPage", "Pagination/EndPage")))


def _keywords(top: etree._Element, body: etree._Element) -> tuple[str, ...]:
    """MeSH headings with their qualifiers, chemicals, the authors' keywords and trial numbers."""
    words = []
    for heading in top.iterfind("MeshHeadingList/MeshHeading"):
        name = one(heading, "DescriptorName")
        words.append("/".join([name, *every(heading, "QualifierName")]))
    words += every(top, "ChemicalList/Chemical/NameOfSubstance", "KeywordList/Keyword")
    words += every(body, "DataBankList/DataBank/AccessionNumberList/AccessionNumber")
    return once(words)


FORMAT = xml_format(
    "PubMed XML",
    entry_tags=("PubmedArticle", "PubmedBookArticle"),
    root="PubmedArticleSet",
    to_record=_record,
)
