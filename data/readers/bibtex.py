"""BibTeX and BibLaTeX. The file is cut at its entries here; `bibtexparser` takes each one apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry as BibEntry
from bibtexparser.model import ParsingFailedBlock

from data.readers.base import MAX_ENTRY_CHARS, Columns, Entry, Format, Head, Opened, reject
from data.readers.files import lines
from data.readers.latex import plain_text
from data.readers.values import accession_and_pmid, clean, doi_in, meeting_type, once, short, year_in
from data.records import Record

_START = re.compile(r"\s*@\s*([A-Za-z]+)\s*[{(]")
_JOINED = re.compile(r"(?<=\})\s*(?=@\s*[A-Za-z]+\s*\{)")
_NO_ENTRIES = frozenset({"comment", "preamble", "string"})
_TYPE_NAMES = {
    "inproceedings": "Conference paper",
    "conference": "Conference paper",
    "proceedings": "Conference proceeding",
    "book": "Book",
    "inbook": "Book chapter",
    "incollection": "Book chapter",
    "phdthesis": "Thesis",
    "mastersthesis": "Thesis",
    "thesis": "Thesis",
    "techreport": "Report",
    "report": "Report",
    "patent": "Patent",
    "unpublished": "Unpublished work",
}
_STRING_NAME = re.compile(r"\s*@\w+\s*[{(]\s*([^\s=]+)")
_MAX_STRINGS = 10_000  # abbreviations; no list of journals is longer


@dataclass(slots=True)
class _Block:
    line: int
    kind: str
    parts: list[str] = field(default_factory=list)
    n_chars: int = 0

    def add(self, row: str) -> None:
        self.n_chars += len(row)
        if self.n_chars <= MAX_ENTRY_CHARS:
            self.parts.append(row)


def _sniff(head: Head) -> int:
    found = [m[1].lower() for row in head.text.splitlines() if (m := _START.match(row))]
    if not found or not any(kind not in _NO_ENTRIES for kind in found):
        return 0
    return 2 if head.text.lstrip().startswith(("@", "%")) else 1


def _check(head: Head, columns: Columns) -> Opened:
    return Opened(head.path, "BibTeX", head.encoding)


def _rows(opened: Opened) -> Iterator[tuple[int, str]]:
    """The lines of the file; two entries on one line apart."""
    for number, line in lines(opened):
        if "@" in line and "}" in line:
            for part in _JOINED.split(line):
                yield number, part
        else:
            yield number, line.removeprefix("\ufeff")


def _blocks(opened: Opened) -> Iterator[_Block]:
    block: _Block | None = None
    for number, row in _rows(opened):
        if start := _START.match(row):
            if block:
                yield block
            block = _Block(number, start[1].lower())
        if block:
            block.add(row)
    if block:
        yield block


def _read(opened: Opened) -> Iterator[Entry]:
    strings: list[str] = []
    for block in _blocks(opened):
        raw = "".join(block.parts)
        if block.kind == "string":
            if len(strings) < _MAX_STRINGS:
                strings.append(raw)
        elif block.n_chars > MAX_ENTRY_CHARS:
            yield reject(block.line, f"longer than {MAX_ENTRY_CHARS} characters: no bibliographic entry", raw)
        elif block.kind not in _NO_ENTRIES:
            yield _entry(raw, block.line, strings)


def _entry(raw: str, line: int, strings: list[str]) -> Entry:
    lower = raw.lower()
    used = [s for s in strings if (name := _STRING_NAME.match(s)) and name[1].lower() in lower]
    library = parse_string("".join([*used, raw]))
    entries = [*library.entries, *(b.ignore_error_block for b in library.failed_blocks)]
    found = next((e for e in entries if isinstance(e, BibEntry)), None)
    if found is None:
        return reject(line, f"not a whole BibTeX entry: {_problem(library.failed_blocks)}", raw)
    abbreviations = {name.lower(): str(string.value) for name, string in library.strings_dict.items()}
    return _record(found, raw, line, abbreviations)


def _joined(value: str, abbreviations: dict[str, str]) -> str:
    """The value of `jan # " 2019"`: parts in quotes or braces as they are, names looked up."""
    parts = re.findall(r'"([^"]*)"|\{([^{}]*)\}|([^\s#"{}]+)', value)
    return "".join(
        quoted or braced or abbreviations.get(name.lower(), name) for quoted, braced, name in parts
    )


def _problem(failed: list[ParsingFailedBlock]) -> str:
    """What the parser said, without its own line numbers."""
    said = str(failed[0].error) if failed else "no closing brace"
    return short(re.sub(r"\s*\(?(?:on |at |in )?line \d+\)?", "", said))[:200]


def _record(entry: BibEntry, raw: str, line: int, abbreviations: dict[str, str]) -> Record:
    values: dict[str, str] = {}
    enclosings = entry.parser_metadata.get("removed_enclosing", {})
    for item in entry.fields:
        value = str(item.value)
        if "#" in value and enclosings.get(item.key) == "no-enclosing":
            value = _joined(value, abbreviations)
        values.setdefault(item.key.lower(), clean(value))

    def one(*names: str) -> str:
        return next((text for n in names if (text := short(plain_text(values.get(n, ""))))), "")

    kind = _TYPE_NAMES.get(entry.entry_type.lower(), "")
    types = once([kind, one("type")])
    meeting = meeting_type(types)
    accession, pmid = accession_and_pmid(
        accession=one("accession", "unique-id"), pmid=one("pmid"), notes=one("note"), urls=one("url")
    )
    return Record(
        title=clean(plain_text(values.get("title", ""))) or one("booktitle"),
        abstract=clean(plain_text(values.get("abstract", ""))),
        authors=_authors(values.get("author", "")),
        year=year_in(one("year")) or year_in(one("date")),
        journal=one("journal", "journaltitle", "booktitle", "shortjournal"),
        volume=one("volume"),
        issue=one("number", "issue"),
        pages=re.sub(r"\s*-{1,3}\s*", "-", one("pages")),
        doi=doi_in(one("doi")) or doi_in(one("url")) or one("doi"),
        pmid=pmid,
        accession=accession,
        language=one("language", "langid"),
        publication_types=types,
        keywords=_keywords(one("keywords", "keyword", "mesh")),
        conference=(one("eventtitle", "booktitle") or meeting) if meeting else one("eventtitle"),
        url=one("url"),
        external_id=short(entry.key or ""),
        raw=raw,
        line=line,
    )


def _authors(value: str) -> tuple[str, ...]:
    """Names apart at "and", but not within braces ("{Institute of A and B}")."""
    names, depth, start = [], 0, 0
    for found in re.finditer(r"[{}]|\s+and\s+", value):
        if found[0] in "{}":
            depth += 1 if found[0] == "{" else -1
        elif depth <= 0:
            names.append(value[start : found.start()])
            start = found.end()
    return once(plain_text(name) for name in [*names, value[start:]])


def _keywords(value: str) -> tuple[str, ...]:
    return once(value.split(";") if ";" in value else value.split(","))


def _count(opened: Opened) -> int:
    """An @ with a word and a brace, at the beginning of a line or behind a closing brace."""
    n_entries = 0
    for _, row in _rows(opened):
        kind = re.match(r"\s*@\s*((?!comment\b|preamble\b|string\b)[a-z]+)\s*[{(]", row, re.IGNORECASE)
        n_entries += kind is not None
    return n_entries


FORMAT = Format("BibTeX", _sniff, _check, _read, _count)
