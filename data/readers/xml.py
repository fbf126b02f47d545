"""Entries of an XML file, cut out of it and parsed one by one.

Each entry is a small document of its own: there is no document type in it, so no entity can be
declared, no file or address fetched, and one broken entry costs only itself. lxml refuses nesting
deeper than 256; an entry longer than `MAX_ENTRY_CHARS` is a reject.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from lxml import etree

from data.errors import ReadError
from data.readers.base import MAX_ENTRY_CHARS, Columns, Entry, Format, Head, Opened, reject
from data.readers.files import open_text
from data.readers.values import clean, short
from data.records import Record

_CHUNK = 1 << 18
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# What XML 1.0 does not allow, as itself or as a numeric reference.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\\d|3[01]));",
    re.I,
)
_BARE = re.compile(r"&(?!#?\w{1,32};)|<(?![/!?A-Za-z])")
_SCRIPT = re.compile(r"[\d+\u2212-][\d.,+\u2212-]*")
_CUT_OFF = "the file ends"
_LONGEST_TAG = 1 << 12


@dataclass(frozen=True, slots=True)
class _Cut:
    """One entry as it stood; `problem` says why it cannot be parsed."""

    line: int
    raw: str
    problem: str = ""


def xml_format(
    name: str,
    *,
    entry_tags: tuple[str, ...],
    root: str,
    to_record: Callable[[etree._Element, str, int], Record],
) -> Format:
    """A format whose entries are the elements `entry_tags` of an XML file that `root` closes."""
    tags = "|".join(entry_tags)
    starts = re.compile(rf"<({tags})(?=[\s/>])")
    begins = re.compile(rf"<(?:{root}|{tags})(?=[\s/>])")

    def sniff(head: Head) -> int:
        return 2 if head.text.lstrip().startswith("<") and begins.search(head.text) else 0

    def check(head: Head, columns: Columns) -> Opened:
        return Opened(head.path, name, head.encoding)

    def read(opened: Opened) -> Iterator[Entry]:
        for cut in _cuts(opened, starts, root):
            yield _entry(cut, to_record)

    return Format(name, sniff, check, read, partial(_count, tags=tags, root=root))


def _entry(cut: _Cut, to_record: Callable[[etree._Element, str, int], Record]) -> Entry:
    if cut.problem:
        return reject(cut.line, cut.problem, cut.raw)
    try:
        element = parse(cut.raw)
    except etree.XMLSyntaxError as err:
        return reject(cut.line, f"not well-formed XML: {err.msg}", cut.raw)
    return to_record(element, cut.raw, cut.line)


def parse(raw: str) -> etree._Element:
    """The element in a text; faults that exporters make are put right only where it does not parse.

    Raises
    ------
    lxml.etree.XMLSyntaxError
        It is no XML even so.
    """
    text = _ILLEGAL.sub(" ", raw)
    try:
        return _parse_strictly(text)
    except etree.XMLSyntaxError:
        named = _NAMED.sub(lambda m: m[0] if m[1] in _XML_NAMES else html.unescape(m[0]), text)
        return _parse_strictly(_BARE.sub(lambda m: html.escape(m[0]), named))


def _parse_strictly(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    prefixes = 'xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink"'
    root = etree.fromstring(f"<entry {prefixes}>{text}</entry>".encode(), parser)
    return root[0]


def _cuts(opened: Opened, starts: re.Pattern[str], root: str) -> Iterator[_Cut]:
    """The entries of the file in order, in constant memory; the last one may say that the file was cut."""
    roots = re.compile(rf"<{root}(?=[\s/>])|(</){root}>")
    buffer, line, n_open, at_end, cut_off = "", 1, 0, False, False
    with open_text(opened) as file:
        while not at_end:
            chunk = file.read(_CHUNK)
            at_end = not chunk
            buffer += chunk
            done = counted = 0
            while start := starts.search(buffer, done):
                stop, problem = _extent(buffer, start, starts, at_end)
                if not stop:
                    break
                cut_off = problem.startswith(_CUT_OFF)
                line += buffer.count("\n", counted, start.start())
                yield _Cut(line, buffer[start.start() : stop], problem)
                counted = start.start()
                done = stop
            keep = start.start() if start else _before_split_tag(buffer, done, at_end)
            n_open += sum(-1 if m[1] else 1 for m in roots.finditer(buffer, 0, keep))
            line += buffer.count("\n", counted, keep)
            buffer = buffer[keep:]
            if len(buffer) > MAX_ENTRY_CHARS:
                raise ReadError(
                    f"{opened.path}:{line}: an entry of more than {MAX_ENTRY_CHARS} characters; "
                    f"not a {opened.format} file"
                )
    if n_open > 0 and not cut_off:
        yield _Cut(line, "", f"{_CUT_OFF} before its closing tag: was it cut off?")


def _before_split_tag(buffer: str, done: int, at_end: bool) -> int:
    """Where the text ends that holds no half of a tag; the rest waits for the next chunk."""
    if at_end:
        return len(buffer)
    opening = buffer.rfind("<", max(done, len(buffer) - _LONGEST_TAG))
    return opening if opening >= 0 else len(buffer)


def _extent(buffer: str, start: re.Match[str], starts: re.Pattern[str], at_end: bool) -> tuple[int, str]:
    """Where the entry that begins at `start` ends (0: not in the buffer yet), and what is wrong with it."""
    end = buffer.find(f"</{start[1]}>", start.end())
    following = starts.search(buffer, start.end(), end if end >= 0 else len(buffer))
    if following:
        return following.start(), f"the next entry begins before </{start[1]}>"
    if end >= 0:
        return end + len(start[1]) + 3, ""
    if at_end:
        return len(buffer), f"{_CUT_OFF} inside this entry (no </{start[1]}>): was it cut off?"
    return 0, ""


def _count(opened: Opened, *, tags: str, root: str) -> int:
    """Start tags of entries, and one more where the file ends between entries before its closing tag."""
    token = re.compile(rf"<({tags}|{root})(?=[\s/>])|</({tags}|{root})>")
    is_entry = re.compile(tags)
    n_entries = n_open = 0
    inside = ""
    rest = ""
    with open_text(opened) as file:
        while chunk := file.read(_CHUNK):
            rest += chunk
            # The text behind the last "<" may be half a tag; it waits for the next chunk.
            upto = rest.rfind("<")
            upto = upto if len(rest) - upto < _LONGEST_TAG else len(rest)
            for found in token.finditer(rest, 0, upto):
                n_entries, n_open, inside = _step(found, is_entry, n_entries, n_open, inside)
            rest = rest[upto:]
        for found in token.finditer(rest):
            n_entries, n_open, inside = _step(found, is_entry, n_entries, n_open, inside)
    return n_entries + (n_open > 0 and not inside)


def _step(
    found: re.Match[str], is_entry: re.Pattern[str], n_entries: int, n_open: int, inside: str
) -> tuple[int, int, str]:
    """Entries so far, open roots, and the tag of the entry that the next token is in, if any."""
    started, ended = found[1] or "", found[2] or ""
    if started and is_entry.fullmatch(started):
        return n_entries + 1, n_open, started
    if ended and is_entry.fullmatch(ended):
        return n_entries, n_open, "" if ended == inside else inside
    return n_entries, n_open + (1 if started else -1), inside


def flat(element: etree._Element | None) -> str:
    """The text in an element and below it; an exponent keeps its sign: 10<sup>9</sup> is "10^9"."""
    if element is None:
        return ""
    return clean("".join(_pieces(element)))


def _pieces(element: etree._Element) -> Iterator[str]:
    raised = element.tag in ("sup", "SUP") or "superscript" in (element.get("face") or "")
    if raised and _SCRIPT.fullmatch(str(element.xpath("string()")).strip()):
        yield "^"
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces(child)
        yield child.tail or ""


def one(element: etree._Element, *paths: str) -> str:
    """The text at the first of these paths that has one, on one line."""
    for path in paths:
        for found in element.iterfind(path):
            if text := short(flat(found)):
                return text
    return ""


def every(element: etree._Element, *paths: str) -> list[str]:
    """The text at each of these paths, each on one line."""
    return [text for path in paths for found in element.iterfind(path) if (text := short(flat(found)))]
