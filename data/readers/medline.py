"""MEDLINE text (NBIB), as PubMed exports it: four-letter tags, wrapped lines indented by six."""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.errors import ReadError
from data.readers.base import MAX_ENTRY_CHARS, Columns, Entry, Format, Head, Opened, reject
from data.readers.files import lines
from data.readers.values import meeting_type, once, short, year_in
from data.records import Record

_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,3}- ?(.*)", re.DOTALL)
_START = re.compile(r"(?:PMID|UI  )-\s*\S")


def _sniff(head: Head) -> int:
    rows = [row for row in head.text.splitlines() if row.strip()]
    if rows and _START.match(rows[0].lstrip()):
        return 2
    return int(any(_START.match(row) for row in rows) and any(row.startswith("TI  - ") for row in rows))


def _check(head: Head, columns: Columns) -> Opened:
    return Opened(head.path, "MEDLINE", head.encoding)


def _blocks(opened: Opened) -> Iterator[tuple[int, list[str]]]:
    """First line and lines of each entry."""
    start = n_chars = 0
    parts: list[str] = []
    for number, line in lines(opened):
        if _START.match(line.removeprefix("\ufeff")):
            if parts:
                yield start, parts
            start, parts, n_chars = number, [], 0
        n_chars += len(line)
        if n_chars > MAX_ENTRY_CHARS:
            raise ReadError(
                f"{opened.path}:{start}: an entry of more than {MAX_ENTRY_CHARS} characters; "
                "not a MEDLINE file"
            )
        if start:
            parts.append(line)
    if parts:
        yield start, parts


def _fields(parts: list[str]) -> dict[str, list[str]]:
    """Values by tag, wrapped lines joined."""
    found: list[tuple[str, list[str]]] = []
    for part in parts:
        row = part.rstrip("\r\n\x1a")
        tag = _TAG.match(row.lstrip("\ufeff"))
        if tag:
            found.append((tag[1], [tag[2].strip()]))
        elif row.strip() and found:
            found[-1][1].append(row.strip())
    values: dict[str, list[str]] = {}
    for name, rows in found:
        values.setdefault(name, []).append(" ".join(rows).strip())
    return values


def _identifier(values: dict[str, list[str]], kind: str) -> str:
    """The identifier in LID or AID that is marked so: "10.1000/x [doi]"."""
    for text in values.get("LID", []) + values.get("AID", []):
        for found in re.finditer(r"(\S+) \[(\w+)\]", text):
            if found[2] == kind:
                return found[1]
    return ""


def _record(values: dict[str, list[str]], raw: str, line: int) -> Record:
    def first(*tags: str) -> str:
        return next((text for tag in tags for text in values.get(tag, []) if text), "")

    types = once(values.get("PT", []))
    pmid = first("PMID", "UI")
    authors = values.get("FAU") or values.get("AU") or values.get("FED") or values.get("ED") or []
    return Record(
        title=first("TI", "BTI", "TT"),
        abstract=first("AB", "OAB"),
        authors=once([*authors, *values.get("CN", [])]),
        year=year_in(first("DP", "DEP", "PHST", "EDAT")),
        journal=short(first("JT", "TA", "BTI")),
        volume=first("VI"),
        issue=first("IP"),
        pages=first("PG") or _identifier(values, "pii"),
        doi=_identifier(values, "doi"),
        pmid=pmid,
        language=", ".join(once(values.get("LA", []))),
        publication_types=types,
        # MeSH, substances, the authors' keywords, trial numbers.
        keywords=once([*(w for tag in ("MH", "RN", "OT", "SI") for w in values.get(tag, []))]),
        conference=meeting_type(types),
        external_id=pmid,
        raw=raw,
        line=line,
    )


def _read(opened: Opened) -> Iterator[Entry]:
    any_source = False
    previous: tuple[int, list[str]] | None = None
    for block in _blocks(opened):
        if previous:
            entry, has_source = _entry(previous, cut=False)
            any_source = any_source or has_source
            yield entry
        previous = block
    if previous:
        # PubMed ends each entry with its source; the last entry alone without one was cut.
        complete = not any_source and previous[1][-1].endswith(("\n", "\r"))
        yield _entry(previous, cut=not complete)[0]


def _entry(block: tuple[int, list[str]], *, cut: bool) -> tuple[Entry, bool]:
    line, parts = block
    raw = "".join(parts)
    values = _fields(parts)
    has_source = "SO" in values
    if cut and not has_source:
        return reject(line, "the file ends inside this entry (no SO line): was it cut off?", raw), False
    return _record(values, raw, line), has_source


def _count(opened: Opened) -> int:
    """Lines that begin with a PMID tag (UI in old files) and say something."""
    n_entries = 0
    for _, line in lines(opened):
        tag, _, rest = line.removeprefix("\ufeff").partition("-")
        n_entries += tag in ("PMID", "UI  ") and bool(rest.strip())
    return n_entries


FORMAT = Format("MEDLINE", _sniff, _check, _read, _count)
