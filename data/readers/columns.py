"""Columns of a table -> fields of a record: names by alias, cells by meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from data.errors import ReadError
from data.readers.values import accession_and_pmid, clean, doi_in, meeting_type, once, short, year_in
from data.records import Record

# Names as spreadsheets, ASReview, Covidence, Rayyan, Scopus, Web of Science, PubMed and Zotero give
# them, best first; compared in lower case with punctuation as spaces.
ALIASES: Mapping[str, tuple[str, ...]] = {
    field: tuple(names.split("|"))
    for field, names in {
        "title": "title|primary title|article title|document title|study title|titles|ti|t1",
        "abstract": "abstract|abstract note|abstract text|abstracts|notes abstract|ab|n2",
        "authors": "authors|author|author s|author names|author full names|first authors|au",
        "year": "year|publication year|published year|pub year|year of publication|py"
        "|publication date|date published|date",
        "journal": "journal|source title|publication title|journal title|journal book|journal name"
        "|secondary title|periodical|source|jo|t2|so",
        "volume": "volume|vol|vl",
        "issue": "issue|number|issue number|is",
        "pages": "pages|page|page numbers|page range",
        "start_page": "start page|page start|beginning page|sp|bp",
        "end_page": "end page|page end|ending page|ep",
        "doi": "doi|digital object identifier|doi link|electronic resource number|do|di",
        "pmid": "pmid|pubmed id|pubmedid|pubmed pmid|pm",
        "accession": "accession|accession number|pui|eid|ut unique wos id|ut|an",
        "language": "language|language of original document|languages|la",
        "publication_types": "publication types|publication type|document type|item type"
        "|reference type|type|pt",
        "keywords": "keywords|author keywords|index keywords|keywords plus|mesh|mesh terms|keyword"
        "|manual tags|automatic tags|kw",
        "conference": "conference|conference name|conference title|meeting name|meeting",
        "url": "url|urls|link|ur",
        "external_id": "record id|external id|ref id|refid|reference id|covidence|key|id",
    }.items()
}
_LABELS = frozenset(
    "label included|included|include|label|labels|final label|final included|label abstract screening"
    "|label abstract included|label title abstract|label title screening|label fulltext screening"
    "|asreview label|decision|decisions|screening decision|inclusion decision|inclusion".split("|")
)
# What R, pandas and spreadsheets write for "nothing here".
_MISSING = frozenset({"NA", "N/A", "#N/A", "nan", "NaN", "NULL", "None"})
# What a spreadsheet may run (OWASP, "CSV injection"), or what stands for nothing; apostrophes before it
# are there because a shield stood there already.
_DANGEROUS = re.compile(rf"'*(?:[=+\-@＝＋－＠\t\r\n]|(?:{'|'.join(_MISSING)})$)")
_LISTS = frozenset({"authors", "keywords", "publication_types"})
_SURNAME_INITIALS = re.compile(r"[^\W\d_][\w'’. -]*\s[A-Z](?:[.\s-]?[A-Z]){0,3}\.?")


def plain(name: str) -> str:
    """A column name for comparing: lower case, punctuation as single spaces.

    Examples
    --------
    >>> plain("Author(s)")
    'author s'
    """
    return " ".join(re.sub(r"[\W_]+", " ", name.casefold()).split())


def map_columns(
    header: Sequence[str], *, asked: Mapping[str, str], where: str
) -> tuple[tuple[str, str], ...]:
    """Column and field of each column that is recognised, in the order of the file.

    Parameters
    ----------
    header : sequence of str
        The column names.
    asked : mapping of str to str
        Field -> column, given by the user; goes before the aliases.
    where : str
        "file:line" for error messages.

    Raises
    ------
    ReadError
        No title column, or one that was asked for is not there.
    """
    field_of: dict[str, str] = {}
    names = list(header)
    for field, column in asked.items():
        if field not in ALIASES:
            raise ReadError(f"{where}: no field {field!r}; there are {', '.join(ALIASES)}")
        if column not in names:
            raise ReadError(f"{where}: no column {column!r} for {field}; there are {', '.join(names)}")
        field_of[column] = field
    known = {alias: field for field, aliases in ALIASES.items() for alias in aliases}
    if {"ut", "pt"} <= {plain(n) for n in names}:
        known["id"] = "keywords"  # in the two-letter columns of Web of Science
    for field, aliases in ALIASES.items():
        present = [
            n for a in aliases for n in names if plain(n) == a and n not in field_of and known[a] == field
        ]
        if field in asked:
            continue
        for name in present if field in _LISTS and field != "authors" else present[:1]:
            field_of[name] = field
    if "title" not in field_of.values():
        raise ReadError(
            f"{where}: no title column among {', '.join(n for n in names if n) or 'its columns'}; "
            "name it with --column title=NAME"
        )
    return tuple((n, field_of[n]) for n in dict.fromkeys(names) if n in field_of)


def field_cells(
    columns: Sequence[tuple[str, str]], header: Sequence[str], cells: Sequence[str]
) -> dict[str, list[str]]:
    """The cells of one row by field; of two columns with one name the first counts."""
    field_of = dict(columns)
    found: dict[str, list[str]] = {}
    for name, cell in zip(header, cells, strict=False):
        if field := field_of.pop(name, ""):
            found.setdefault(field, []).append(cell)
    return found


def find_labels(header: Sequence[str]) -> tuple[str, ...]:
    """The columns that hold decisions by their names."""
    return tuple(dict.fromkeys(n for n in header if plain(n) in _LABELS))


def n_recognised(header: Sequence[str]) -> int:
    """How many of these look like columns of references; 0 without a title."""
    names = {plain(name) for name in header}
    known = {alias for aliases in ALIASES.values() for alias in aliases}
    return len(names & known) if names & set(ALIASES["title"]) else 0


def split_list(cell: str) -> tuple[str, ...]:
    """The items of a cell "a; b"; a semicolon inside an item is written with a backslash before it.

    Examples
    --------
    >>> split_list("one; two\\\\; still two")
    ('one', 'two; still two')
    """
    parts = re.split(r"(?<!\\);", cell)
    return once([part.replace("\\;", ";") for part in parts])


def join_list(items: Iterable[str]) -> str:
    """One cell that `split_list` takes apart into the same items."""
    # A backslash at the end of an item would speak for the semicolon behind it.
    escaped = (item.replace(";", "\\;") + (" " if item.endswith("\\") else "") for item in items)
    return "; ".join(escaped)


def shield(text: str) -> str:
    """A text that no spreadsheet runs as a formula or takes for a missing value.

    Examples
    --------
    >>> shield("=1+1"), unshield("'=1+1"), unshield("'t Hart")
    ("'=1+1", '=1+1', "'t Hart")
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def unshield(cell: str) -> str:
    """The text that `shield` was given."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell[1:]) else cell


def split_authors(cell: str) -> tuple[str, ...]:
    """The authors in a cell, apart by semicolons, or by commas where each is a surname with initials.

    Examples
    --------
    >>> split_authors("Adams B, Clarke DE")
    ('Adams B', 'Clarke DE')
    >>> split_authors("Adams, Bernard")
    ('Adams, Bernard',)
    """
    by_comma = [part.strip() for part in cell.split(",")]
    if ";" not in cell and len(by_comma) > 1 and all(_SURNAME_INITIALS.fullmatch(p) for p in by_comma):
        return once(by_comma)
    return split_list(cell)


def _number(cell: str) -> str:
    """An identifier without what a spreadsheet made of it ("123.0")."""
    return re.sub(r"(?<=\d)\.0$", "", short(cell))


def to_record(cells: Mapping[str, Sequence[str]], *, line: int, raw: str) -> Record:
    """A record from the cells of one row, by field (several cells where several columns share a field)."""

    def one(field: str) -> str:
        texts = (clean(cell) for cell in cells.get(field, ()))
        return next(
            (unshield(t) for t in texts if t and (t not in _MISSING or field in ("title", "authors"))), ""
        )

    def several(field: str) -> tuple[str, ...]:
        texts = (clean(cell) for cell in cells.get(field, ()))
        return once(item for t in texts if t not in _MISSING for item in split_list(unshield(t)))

    pages = short(one("pages"))
    if not pages:
        pages = "-".join(dict.fromkeys(p for p in (short(one("start_page")), short(one("end_page"))) if p))
    url = short(one("url"))
    accession, pmid = accession_and_pmid(
        accession=_number(one("accession")), pmid=_number(one("pmid")), urls=url
    )
    types = several("publication_types")
    return Record(
        title=one("title"),
        abstract=one("abstract"),
        authors=split_authors(one("authors")),
        year=year_in(one("year")),
        journal=short(one("journal")),
        volume=_number(one("volume")),
        issue=_number(one("issue")),
        pages=pages,
        doi=doi_in(one("doi")) or doi_in(url) or short(one("doi")),
        pmid=pmid,
        accession=accession,
        language=short(one("language")),
        publication_types=types,
        keywords=several("keywords"),
        conference=short(one("conference")) or meeting_type(types),
        url=url,
        external_id=_number(one("external_id")) or accession,
        raw=raw,
        line=line,
    )
