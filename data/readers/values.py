"""Values as sources write them -> values as a record keeps them: years, DOIs, PMIDs, lists, labels."""

from __future__ import annotations

import re
from collections.abc import Iterable

_YES = frozenset({"1", "1.0", "true", "yes", "y", "include", "included", "relevant"})
_NO = frozenset({"0", "0.0", "false", "no", "n", "exclude", "excluded", "irrelevant", "not relevant"})
# No decision was taken: empty, what programs write for empty, and ASReview's "-1".
_UNDECIDED = frozenset({"", "-1", "-1.0", "na", "n/a", "#n/a", "nan", "null", "none"})
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_EMBASE_PUI = re.compile(r"L?\d{6,12}")
_PMID_NOTE = re.compile(r"\b(?:PMID|PUBMED):?\s*(\d{1,8})\b")
_PUBMED_URL = re.compile(r"pubmed\S*?/(\d{1,8})\b")
_MEETING = re.compile(r"\b(conference|meeting|congress)(es|s)?\b", re.IGNORECASE)


def label_of(text: str) -> bool | None:
    """A decision in the words of other programs; None for everything that is none ("-1", "", "maybe").

    Examples
    --------
    >>> [label_of(word) for word in ("1", "Excluded", "-1")]
    [True, False, None]
    """
    word = " ".join(text.casefold().split())
    return True if word in _YES else False if word in _NO else None


def is_undecided(text: str) -> bool:
    """Whether a label says that nothing was decided, rather than something that is not understood.

    Examples
    --------
    >>> [is_undecided(word) for word in ("-1", "NA", " ", "2", "maybe")]
    [True, True, True, False, False]
    """
    return text.strip().casefold() in _UNDECIDED


def year_in(text: str) -> int | None:
    """The first number from 1500 to 2099 in a text such as "2019/08//", "Sep 2019" or "2019.0".

    Examples
    --------
    >>> year_in("2019/08//undefined")
    2019
    >>> year_in("in press") is None
    True
    """
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def doi_in(text: str) -> str:
    """The DOI in a text such as "https://doi.org/10.1000/x" or "doi: 10.1000/x."; "" if there is none.

    Examples
    --------
    >>> doi_in("https://doi.org/10.1000/xyz.1 [doi]")
    '10.1000/xyz.1'
    """
    found = _DOI.search(text)
    return found[0].rstrip(".,;") if found else ""


def accession_and_pmid(
    *,
    accession: str,
    pui: str = "",
    embase_pmid: str = "",
    pmid: str = "",
    database: str = "",
    notes: str = "",
    urls: str = "",
) -> tuple[str, str]:
    """Accession number and PMID, wherever a database put them.

    Ovid and EndNote put the PMID where the accession number goes (told by the database's name);
    Embase.com has its PUI in U2 and the PMID in C5 (`embase_pmid`); Zotero writes "PMID: 1" into the
    notes, the Cochrane Library "PUBMED 1".
    """

    def like_pmid(text: str) -> bool:
        return text.isascii() and text.isdecimal() and len(text) <= 8

    if not pmid and like_pmid(embase_pmid):
        pmid = embase_pmid
    if not pmid and like_pmid(accession) and re.search(r"pubmed|medline|nlm", database, re.IGNORECASE):
        pmid = accession
    if not pmid and (found := _PMID_NOTE.search(notes) or _PUBMED_URL.search(urls)):
        pmid = found[1]
    if not accession and _EMBASE_PUI.fullmatch(pui):
        accession = pui
    return accession, pmid


def meeting_type(types: Iterable[str]) -> str:
    """The publication type that says that something was presented at a meeting; "" if none does.

    Examples
    --------
    >>> meeting_type(["Journal Article", "Conference Abstract"])
    'Conference Abstract'
    """
    return next((t for t in types if _MEETING.search(t)), "")


def clean(text: str) -> str:
    """A text as it is kept: line ends as LF, nothing around it; inside it nothing is touched."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def short(text: str) -> str:
    """A value of one line: white space single."""
    return " ".join(text.split())


def once(values: Iterable[str]) -> tuple[str, ...]:
    """The values, each on one line, without blanks and repetitions, in their order."""
    return tuple(dict.fromkeys(kept for v in values if (kept := short(v))))
