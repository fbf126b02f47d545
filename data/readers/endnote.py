"""EndNote XML: the form of EndNote 8 and later (nested `style`), and the older one in capitals."""

from __future__ import annotations

from lxml import etree

from data.readers.values import accession_and_pmid, doi_in, meeting_type, once, short, year_in
from data.readers.xml import every, flat, one, xml_format
from data.records import Record

# Types that say nothing about the publication.
_PLAIN_TYPES = frozenset({"Journal Article", "Generic", ""})


def _record(entry: etree._Element, raw: str, line: int) -> Record:
    """One entry of the newer form."""
    accession, pmid = accession_and_pmid(
        accession=one(entry, "accession-num"),
        pui=one(entry, "custom4", "custom6"),
        embase_pmid=one(entry, "custom5"),
        database=" ".join(every(entry, "remote-database-name", "remote-database-provider")),
        notes=" ".join(every(entry, "notes", "research-notes")),
        urls=" ".join(every(entry, "urls//url")),
    )
    kind = entry.find("ref-type")
    named = kind.get("name") or "" if kind is not None else ""
    types = once([*([] if named in _PLAIN_TYPES else [named]), *every(entry, "work-type")])
    doi = one(entry, "electronic-resource-num")
    links = every(entry, "urls//url")
    return Record(
        title=flat(entry.find("titles/title")) or one(entry, "titles/translated-title", "titles/short-title"),
        abstract=flat(entry.find("abstract")),
        authors=once(every(entry, "contributors/authors/author")),
        year=year_in(one(entry, "dates/year")) or year_in(one(entry, "dates/pub-dates/date")),
        journal=one(
            entry, "periodical/full-title", "titles/secondary-title", "periodical/abbr-1", "alt-periodical/*"
        ),
        volume=one(entry, "volume"),
        issue=one(entry, "number", "issue"),
        pages=one(entry, "pages"),
        doi=doi_in(doi) or next((d for link in links if (d := doi_in(link))), "") or doi,
        pmid=pmid,
        accession=accession,
        language=", ".join(_split_lines(entry.find("language"))),
        publication_types=types,
        keywords=once(k for element in entry.iterfind("keywords/keyword") for k in _split_lines(element)),
        conference=_conference(entry, types),
        url=next(iter(links), ""),
        external_id=one(entry, "rec-number") or accession,
        raw=raw,
        line=line,
    )


def _old_record(entry: etree._Element, raw: str, line: int) -> Record:
    """One entry of the older form: <RECORD><REFNUM>...<AUTHORS><AUTHOR>."""
    accession, pmid = accession_and_pmid(
        accession=one(entry, "ACCESSION_NUMBER"),
        notes=one(entry, "NOTES"),
        urls=one(entry, "URL"),
    )
    doi = one(entry, "ELECTRONIC_RESOURCE_NUM", "DOI")
    return Record(
        title=flat(entry.find("TITLE")),
        abstract=flat(entry.find("ABSTRACT")),
        authors=once(every(entry, "AUTHORS/AUTHOR")),
        year=year_in(one(entry, "YEAR", "DATE")),
        journal=one(entry, "SECONDARY_TITLE", "ALTERNATE_TITLE"),
        volume=one(entry, "VOLUME"),
        issue=one(entry, "NUMBER"),
        pages=one(entry, "PAGES"),
        doi=doi_in(doi) or doi_in(one(entry, "URL")) or doi,
        pmid=pmid,
        accession=accession,
        language=one(entry, "LANGUAGE"),
        publication_types=once(every(entry, "TYPE_OF_WORK")),
        keywords=once(k for element in entry.iterfind("KEYWORDS/KEYWORD") for k in _split_lines(element)),
        conference=meeting_type(every(entry, "TYPE_OF_WORK")),
        url=one(entry, "URL"),
        external_id=one(entry, "REFNUM") or accession,
        raw=raw,
        line=line,
    )


def _to_record(entry: etree._Element, raw: str, line: int) -> Record:
    return _old_record(entry, raw, line) if entry.tag == "RECORD" else _record(entry, raw, line)


def _split_lines(element: etree._Element | None) -> list[str]:
    """EndNote keeps several values in one element, one under the other."""
    return [kept for row in flat(element).split("\n") if (kept := short(row))]


def _conference(entry: etree._Element, types: tuple[str, ...]) -> str:
    said = meeting_type(types)
    return (one(entry, "titles/tertiary-title", "titles/secondary-title") or said) if said else ""


FORMAT = xml_format(
    "EndNote XML", entry_tags=("record", "RECORD"), root="(?:records|RECORDS)", to_record=_to_record
)
