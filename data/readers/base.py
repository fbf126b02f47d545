"""What every reader shares: the values they give, and text decoded line by line.

A format is one module beside this one with a `FORMAT`, listed in `data.readers.FORMATS`. It says
how sure it is that a file is its own (`sniff`), looks the file over (`check`), streams its entries
(`read`) and counts them a second way (`count`), so that a lost entry shows.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from data.errors import ReadError
from data.records import Record

HEAD_BYTES = 1 << 16
MAX_ENTRY_CHARS = 1 << 24  # no bibliographic entry is longer; what is, is another kind of file
MAX_RAW_CHARS = 100_000  # of a reject; the rest stands in the file
MAX_GZIP_RATIO = 200  # text shrinks 5 to 20 times; what shrinks more is no list of references
_GZIP_FREE_BYTES = 1 << 28  # below this no ratio is too much
_ZIP_START = b"PK\x03\x04"
_GZIP_START = b"\x1f\x8b"
# Declared by an XML file. UTF-16 is told by its bytes, never by what a declaration says.
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.-]{1,40})""")
_DECLARABLE = re.compile(
    r"(iso-?8859-\d+|windows-\d+|cp\d+|us-ascii|gb\w+|big5|shift_jis|euc-\w+|koi8-\w)", re.I
)
_UTF16_NUL_SHARE = 0.3  # Latin text in UTF-16 is half NUL bytes, all in odd or all in even places


@dataclass(frozen=True, slots=True)
class Reject:
    """One entry that did not become a record: where it stands, why, and what it says."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked at and not yet read.

    Attributes
    ----------
    path : Path
        The file.
    format : str
        "RIS", "CSV", "TSV", ...: a name in `data.readers.FORMATS`.
    encoding : str
        As Python spells it: "utf-8", "utf-8-sig", "utf-16", "windows-1252"; "" for a format that says
        so itself.
    columns : tuple of (str, str)
        Only of tables: column of the file, field of `Record` it goes into, in the order of the file.
    labels : tuple of str
        Columns that hold decisions; they are never read into a record.
    delimiter : str
        Only of CSV and TSV.
    sheet : str
        Only of XLSX: the sheet that is read.
    """

    path: Path
    format: str
    encoding: str
    columns: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of a file, and the text they decode to ("" for binary)."""

    path: Path
    data: bytes
    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Label:
    """Somebody's decision on the entry that begins at `line`; None where none was taken."""

    line: int
    included: bool | None


Entry = Record | Reject
Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    Attributes
    ----------
    name : str
        Shown to the user.
    sniff : callable
        Head -> 0 not this format, 1 perhaps, 2 surely.
    check : callable
        (Head, columns asked for) -> Opened; raises ReadError.
    read : callable
        Opened -> its records and rejects, in the order of the file, streamed.
    count : callable
        Opened -> the number of entries, found without the parser of `read`.
    labels : callable, optional
        (Opened, label column) -> the decisions that the file holds, by the line of their entry.
    """

    name: str
    sniff: Callable[[Head], int]
    check: Callable[[Head, Columns], Opened]
    read: Callable[[Opened], Iterator[Entry]]
    count: Callable[[Opened], int]
    labels: Callable[[Opened, str], Iterator[Label]] | None = None


_YES = frozenset({"1", "1.0", "true", "yes", "y", "include", "included", "relevant"})
_NO = frozenset({"0", "0.0", "false", "no", "n", "exclude", "excluded", "irrelevant", "not relevant"})


def label_of(text: str) -> bool | None:
    """A decision in the words of other programs; None for everything that is none ("-1", "", "maybe").

    Examples
    --------
    >>> [label_of(word) for word in ("1", "Excluded", "-1")]
    [True, False, None]
    """
    word = " ".join(text.casefold().split())
    return True if word in _YES else False if word in _NO else None


def reject(line: int, reason: str, raw: str) -> Reject:
    """A reject whose raw text is cut where it would fill the store."""
    if len(raw) > MAX_RAW_CHARS:
        raw = f"{raw[:MAX_RAW_CHARS]}\n[cut here, {len(raw) - MAX_RAW_CHARS} more characters in the file]"
    return Reject(line, reason, raw)


class _Unzipped(io.RawIOBase):
    """The bytes in a gzip file; one that was cut off ends where it was cut."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.n_packed = path.stat().st_size
        self.n_read = 0
        self.file = gzip.open(path, "rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self.file.read1(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return 0
        self.n_read += len(data)
        if self.n_read > max(_GZIP_FREE_BYTES, MAX_GZIP_RATIO * self.n_packed):
            raise ReadError(f"{self.path}: unpacks to over {MAX_GZIP_RATIO} times its size; not read")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.file.close()
        super().close()


def open_bytes(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked if it is a gzip file."""
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP_START
    return cast(BinaryIO, io.BufferedReader(_Unzipped(path))) if is_gzip else path.open("rb")


def is_zip(data: bytes) -> bool:
    """Whether these are the first bytes of a zip archive (an XLSX workbook is one)."""
    return data.startswith(_ZIP_START)


def read_head(path: Path) -> bytes:
    """The first `HEAD_BYTES` bytes of a file that must be there, readable and not empty."""
    if not path.exists():
        raise ReadError(f"{path}: no such file; check the name")
    if not path.is_file():
        what = "a directory; name the files in it" if path.is_dir() else "not a file"
        raise ReadError(f"{path}: is {what}")
    try:
        with open_bytes(path) as file:
            data = file.read(HEAD_BYTES)
    except OSError as err:
        raise ReadError(f"{path}: cannot be read ({err.strerror or err})") from err
    if not data.strip(b"\0 \t\r\n\x1a\xef\xbb\xbf\xff\xfe"):
        raise ReadError(f"{path}: is empty; export the search again")
    return data


def find_encoding(path: Path, data: bytes) -> str:
    """The encoding in which the whole file decodes.

    By its byte-order mark, by what an XML declaration says, else UTF-8, else Windows-1252.

    Raises
    ------
    ReadError
        The file is none of them: it has NUL bytes, or bytes that Windows-1252 does not define.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise ReadError(f"{path}: is UTF-32 text, which is not read; save it as UTF-8")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif guess := _utf16_without_mark(data):
        candidates = [guess]
    else:
        candidates = [*_declared(data), "utf-8", "windows-1252"]
    problems = []
    for encoding in candidates:
        problem = _decoding_problem(path, encoding)
        if not problem:
            return encoding
        problems.append(f"{encoding}: {problem}")
    raise ReadError(
        f"{path}: is not text in UTF-8, UTF-16 or Windows-1252 ({'; '.join(problems)}); "
        "export it again as UTF-8, or name a file of another format"
    )


def _declared(data: bytes) -> list[str]:
    found = _DECLARED.match(data)
    name = found[1].decode("ascii", "replace").lower() if found else ""
    if not _DECLARABLE.fullmatch(name):
        return []
    try:
        return [codecs.lookup(name).name]
    except LookupError:
        return []


def _utf16_without_mark(data: bytes) -> str:
    sample = data[:4096]
    half = max(1, len(sample) // 2)
    for encoding, nul, other in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        if nul.count(0) > 2 * _UTF16_NUL_SHARE * half and not other.count(0):
            return encoding
    return ""


def _decoding_problem(path: Path, encoding: str) -> str:
    """What stops the file from being text in that encoding; "" if nothing does.

    A character that the end of the file cuts in two is no reason to take UTF-8 for Windows-1252.
    """
    decoder = codecs.getincrementaldecoder(codec_of(encoding))()
    n_before = 0
    with open_bytes(path) as file:
        while chunk := file.read(1 << 20):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as err:
                return f"byte 0x{err.object[err.start]:02x} near byte {n_before + err.start} is not valid"
            if (at := text.find("\0")) >= 0:
                return f"a NUL character near byte {n_before + at}"
            n_before += len(chunk)
    return ""


def open_text(opened: Opened) -> io.TextIOWrapper:
    """The file as text; line ends stay as they are. A character cut by the end of the file becomes U+FFFD."""
    return io.TextIOWrapper(
        open_bytes(opened.path), encoding=codec_of(opened.encoding), errors="replace", newline=""
    )


def codec_of(encoding: str) -> str:
    """The codec of an encoding as `Opened` names it."""
    return "cp1252" if encoding == "windows-1252" else encoding


def lines(opened: Opened) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of each line with its end (CR, LF or both), in constant memory."""
    with open_text(opened) as file:
        number = 0
        while line := file.readline(MAX_ENTRY_CHARS):
            number += 1
            if len(line) == MAX_ENTRY_CHARS:
                raise ReadError(
                    f"{opened.path}:{number}: a line of {MAX_ENTRY_CHARS} characters or more; "
                    f"not a {opened.format} file"
                )
            yield number, line


_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


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


_EMBASE_PUI = re.compile(r"L?\d{6,12}")
_PMID_NOTE = re.compile(r"\b(?:PMID|PUBMED):?\s*(\d{1,8})\b")
_PUBMED_URL = re.compile(r"pubmed\S*?/(\d{1,8})\b")


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


_MEETING = re.compile(r"\b(conference|meeting|congress)(es|s)?\b", re.IGNORECASE)


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
