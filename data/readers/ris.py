"""RIS, as Ovid, Embase.com, Web of Science, Scopus, Zotero, Mendeley and EndNote write it.

The file is cut into entries at its TY lines here, so that a missing ER costs nothing; tags with one
space, a byte-order mark, stray lines and repeated tags are taken for what they mean. The tests judge
this module by `rispy` on the files that `rispy` reads without loss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from data.readers.base import MAX_ENTRY_CHARS, Columns, Entry, Format, Head, Label, Opened, reject
from data.readers.files import lines
from data.readers.values import accession_and_pmid, doi_in, meeting_type, once, short, year_in
from data.records import Record

# Two spaces and a hyphen make a tag anywhere; one space only where running text is unlikely.
_TAG = re.compile(r"\s{0,4}([A-Z][A-Z0-9])(?:[ \t\u00a0]{2}-|[ \t\u00a0]-(?= |$)) ?(.*)", re.DOTALL)
_TWO_SPACES = re.compile(r"\s{0,4}[A-Z][A-Z0-9][ \t\u00a0]{2}-")
_START = re.compile(r"\s{0,4}TY(?:[ \t\u00a0]{2}-|[ \t\u00a0]-\s*\w+\s*$)")
_ER_THEN_TY = re.compile(r"(\s{0,4}ER[ \t\u00a0]{1,2}-\s*)\ufeff?(TY[ \t\u00a0]{1,2}-.*)", re.DOTALL)
_STRAY = re.compile(
    r"\s*(?:Link to\b|(?:https?|ftp)://\S+\s*$|[\w ]{1,40}:?\s*<?https?://\S+>?\s*$)", re.IGNORECASE
)
_LONG_TAGS = frozenset({"AB", "N2", "N1", "RN"})
_PARAGRAPH_TAGS = frozenset({"AB", "N2", "TI", "T1"})  # repeated at once, they go on
_CONTENT_TAGS = frozenset({"TI", "T1", "AU", "A1", "AB", "N2"})
# Read into a field of `Record`, or an end mark.
_READ_TAGS = frozenset(
    "TY ER TI T1 AB N2 AU A1 PY Y1 DA JF VL VO IS CP SP EP DO DI PM AN LA M3 PT KW UR ID CT".split()
)
OWN_NOTE = "picosieve "  # notes that `data.export` writes
_KNOWN_TAGS = frozenset(
    "TY A1 A2 A3 A4 AB AD AN AU BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DI DO DP ED ET EP FX ID IS"
    " J1 J2 J9 JA JF JI JO JP KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PI PM PP PT PY RI RN RP SE SN"
    " SP ST T1 T2 T3 TA TI TT U1 U2 U3 U4 U5 UR VL VO WE WT Y1 Y2 ER".split()
)
TYPE_NAMES = {
    "ABST": "Abstract",
    "BOOK": "Book",
    "CASE": "Legal case",
    "CHAP": "Book chapter",
    "CONF": "Conference proceeding",
    "CPAPER": "Conference paper",
    "DATA": "Data set",
    "EBOOK": "Electronic book",
    "ECHAP": "Electronic book chapter",
    "EDBOOK": "Edited book",
    "ELEC": "Web page",
    "INPR": "In press",
    "MGZN": "Magazine article",
    "NEWS": "Newspaper article",
    "PAT": "Patent",
    "RPRT": "Report",
    "SLIDE": "Slide",
    "THES": "Thesis",
    "UNPB": "Unpublished work",
    "UNPD": "Unpublished work",
}
ASREVIEW_NOTES = "ASReview notes"
_ASREVIEW = re.compile(r"^N1\s+-\s.*\bASReview_(relevant|irrelevant)\b", re.IGNORECASE | re.MULTILINE)
_MEETING_TYPES = frozenset({"ABST", "CONF", "CPAPER"})


@dataclass(slots=True)
class _Block:
    """The lines of one entry, as they stood."""

    line: int
    has_start: bool
    parts: list[str] = field(default_factory=list)
    n_chars: int = 0
    closed: bool = False

    @property
    def raw(self) -> str:
        return "".join(self.parts)

    def add(self, text: str) -> None:
        self.n_chars += len(text)
        if self.n_chars <= MAX_ENTRY_CHARS:
            self.parts.append(text)


_CELLS = re.compile(r"\btitle\b", re.IGNORECASE)


def _sniff(head: Head) -> int:
    rows = [row for row in head.text.splitlines() if row.strip()]
    if rows and _START.match(rows[0]):
        return 2
    # Some exports begin with lines of their own, never with a row of cells.
    return int(any(_START.match(row) for row in rows) and not _CELLS.search(rows[0]))


def _check(head: Head, columns: Columns) -> Opened:
    labels = (ASREVIEW_NOTES,) if re.search(r"\bASReview_\w+", head.text) else ()
    return Opened(head.path, "RIS", head.encoding, labels=labels)


def _rows(opened: Opened) -> Iterator[tuple[int, str]]:
    """The lines of the file; where two files were joined without a line end, the two halves apart."""
    for number, line in lines(opened):
        line = line.lstrip("\ufeff")
        if joined := _ER_THEN_TY.match(line):
            yield number, joined[1] + "\n"
            yield number, joined[2]
        else:
            yield number, line


def _blocks(opened: Opened) -> Iterator[_Block]:
    """The file cut at its TY lines; lines of an entry that lost its TY line come as a block of their own."""
    block: _Block | None = None
    for number, line in _rows(opened):
        if _START.match(line):
            if block:
                yield block
            block = _Block(number, has_start=True)
            block.add(line)
            continue
        tag = _TAG.match(line)
        if block is None and tag and tag[1] in _CONTENT_TAGS:
            block = _Block(number, has_start=False)
        if block is None:
            continue
        block.add(line)
        if tag and tag[1] == "ER" and _ends(tag[2]):
            block.closed = True
            yield block
            block = None
    if block:
        yield block


def _ends(rest: str) -> bool:
    """Whether what stands behind an ER tag is nothing (running text may begin with "ER - ")."""
    return not rest.replace("\x1a", "").strip()


def _tagged(block: _Block) -> list[tuple[str, list[str]]]:
    """Tag and lines of each field, stray lines left out."""
    rows = re.split(r"\r\n|\r|\n", block.raw)
    two_spaces = bool(_TWO_SPACES.match(rows[0]))
    found: list[tuple[str, list[str]]] = []
    after_blank = False
    for row in rows:
        tag = _TAG.match(row)
        last = found[-1][0] if found else ""
        if tag and _is_tag(row, tag[1], last, two_spaces):
            if tag[1] == last and last in _PARAGRAPH_TAGS:
                found[-1][1].append(tag[2])
            else:
                found.append((tag[1], [tag[2]]))
        elif not row.strip(" \t\x1a"):
            after_blank = True
            continue
        elif found and not _STRAY.match(row) and (last in _LONG_TAGS or not after_blank):
            _continue(found[-1][1], last, row.strip())
        after_blank = False
    return found


def _continue(rows: list[str], tag: str, row: str) -> None:
    """Add a line without a tag to the field above it: a paragraph, a keyword, or a wrapped line."""
    if tag in _LONG_TAGS or tag == "KW":
        rows.append(row)
    else:
        rows[-1] = f"{rows[-1].rstrip()} {row}"


def _is_tag(row: str, tag: str, last: str, two_spaces: bool) -> bool:
    if _TWO_SPACES.match(row):
        return True
    return tag in _KNOWN_TAGS and (not two_spaces or last not in _LONG_TAGS)


class _Fields:
    """The fields of one entry by tag."""

    def __init__(self, tagged: list[tuple[str, list[str]]]) -> None:
        self.values: dict[str, list[list[str]]] = {}
        for tag, rows in tagged:
            self.values.setdefault(tag, []).append(rows)

    def all(self, *tags: str) -> list[str]:
        """Every value of these tags on one line, in the order of the tags given."""
        return [text for tag in tags for rows in self.values.get(tag, []) if (text := short(" ".join(rows)))]

    def texts(self, *tags: str) -> list[str]:
        """Every value of these tags as it is, one line under the other."""
        return [
            text for tag in tags for rows in self.values.get(tag, []) if (text := "\n".join(rows).strip())
        ]

    def first(self, *tags: str) -> str:
        """The first value of the first of these tags that has one."""
        return next(iter(self.all(*tags)), "")


def _abstract(fields: _Fields) -> str:
    """AB and N2 joined; a repetition, or a part of another, is left out."""
    texts = list(dict.fromkeys(fields.texts("AB", "N2")))
    return "\n".join(t for t in texts if not any(t != other and t in other for other in texts))


def _accession_and_pmid(fields: _Fields) -> tuple[str, str]:
    return accession_and_pmid(
        accession=fields.first("AN"),
        pui=fields.first("U2"),
        embase_pmid=fields.first("C5"),
        pmid=fields.first("PM"),
        database=" ".join(fields.all("DB", "DP")),
        notes=" ".join(fields.all("N1", "C2", "C3", "C7", "XR")),
        urls=" ".join(fields.all("UR", "L2", "LK")),
    )


def _doi(fields: _Fields) -> str:
    for text in fields.all("DO", "DI", "M3", "L3", "UR", "LK", "N1"):
        if found := doi_in(text):
            return found
    return fields.first("DO")


def _pages(fields: _Fields) -> str:
    start, end = fields.first("SP"), fields.first("EP")
    return f"{start}-{end}" if start and end and "-" not in start and start != end else start or end


def _types(fields: _Fields) -> tuple[str, ...]:
    named = TYPE_NAMES.get(fields.first("TY").upper(), "")
    return once([named, *(t for t in fields.all("M3", "PT") if not doi_in(t))])


def _conference(fields: _Fields, types: tuple[str, ...]) -> str:
    """Name of the meeting, or the words that say it was one; "" for anything else."""
    said = meeting_type(types)
    if not said and fields.first("TY").upper() not in _MEETING_TYPES:
        return fields.first("CT")
    return fields.first("CT", "C3", "T3", "T2") or said or "conference"


def _record(fields: _Fields, block: _Block) -> Record:
    accession, pmid = _accession_and_pmid(fields)
    types = _types(fields)
    years = (year_in(text) for text in fields.all("PY", "Y1", "DA"))
    return Record(
        title=next(iter(fields.texts("TI", "T1")), "") or fields.first("BT", "TT", "ST"),
        abstract=_abstract(fields),
        authors=once(fields.all("AU", "A1")),
        year=next((y for y in years if y), None),
        journal=fields.first("JF", "T2", "JO", "JA", "J2", "JI", "J1"),
        volume=fields.first("VL", "VO"),
        issue=fields.first("IS", "CP"),
        pages=_pages(fields),
        doi=_doi(fields),
        pmid=pmid,
        accession=accession,
        language=fields.first("LA"),
        publication_types=types,
        keywords=once([row for rows in fields.values.get("KW", []) for row in rows]),
        conference=_conference(fields, types),
        url=fields.first("UR", "LK", "L2"),
        external_id=fields.first("ID") or accession,
        raw=block.raw,
        line=block.line,
    )


def _read(opened: Opened) -> Iterator[Entry]:
    any_closed = False
    previous: _Block | None = None
    for block in _blocks(opened):
        if previous:
            yield _entry(previous, cut=False)
        any_closed = any_closed or block.closed
        previous = block
    if previous:
        # A file whose entries all lack ER is a dialect; one that lacks only the last ER was cut.
        complete = previous.closed or (not any_closed and previous.raw.endswith(("\n", "\r")))
        yield _entry(previous, cut=not complete)


def _entry(block: _Block, *, cut: bool) -> Entry:
    if block.n_chars > MAX_ENTRY_CHARS:
        return reject(
            block.line, f"longer than {MAX_ENTRY_CHARS} characters: no bibliographic entry", block.raw
        )
    if not block.has_start:
        return reject(block.line, "the entry has no TY line", block.raw)
    if cut:
        return reject(block.line, "the file ends inside this entry (no ER line): was it cut off?", block.raw)
    tagged = _tagged(block)
    if not any("".join(rows) for tag, rows in tagged if tag not in ("TY", "ER")):
        return reject(block.line, "the entry is empty", block.raw)
    return _record(_Fields(tagged), block)


def _count(opened: Opened) -> int:
    """TY lines, and entries that lost theirs: content outside any entry, up to the next TY or ER line."""
    n_entries = 0
    inside = orphan = False
    for _, line in _rows(opened):
        tag = line.lstrip()[:2]
        if _START.match(line):
            n_entries += 1
            inside, orphan = True, False
        elif tag in _CONTENT_TAGS and not inside and not orphan and _TAG.match(line):
            n_entries += 1
            orphan = True
        elif tag == "ER" and re.fullmatch(r"\s{0,4}ER[ \t\u00a0]{1,2}-[\s\x1a]*", line):
            inside = orphan = False
    return n_entries


def other_fields(raw: str) -> list[tuple[str, str]]:
    """Tag and value of what a RIS entry holds and `Record` has no field for: notes, addresses, ISSN, ...

    Parameters
    ----------
    raw : str
        `Record.raw`; one that is no RIS entry has no such fields.
    """
    if not _START.match(raw):
        return []
    block = _Block(0, has_start=True, parts=[raw])
    return [
        (tag, row.strip())
        for tag, rows in _tagged(block)
        for row in rows
        if tag not in _READ_TAGS and row.strip() and not row.startswith(OWN_NOTE)
    ]


def _labels(opened: Opened, column: str) -> Iterator[Label]:
    """The notes in which ASReview keeps decisions: ASReview_relevant, ASReview_irrelevant."""
    for block in _blocks(opened):
        found = _ASREVIEW.search(block.raw)
        yield Label(block.line, found[1].lower() != "irrelevant" if found else None)


FORMAT = Format("RIS", _sniff, _check, _read, _count, _labels)
