"""What every reader shares: the values they give, and text decoded line by line.

A format is one module beside this one with a `FORMAT`, listed in `data.readers.FORMATS`. It says
how sure it is that a file is its own (`sniff`), looks the file over (`check`), streams its entries
(`read`) and counts them a second way (`count`), so that a lost entry shows.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import ReadError
from data.records import Record

HEAD_BYTES = 1 << 16
MAX_ENTRY_CHARS = 1 << 24  # no bibliographic entry is longer; what is, is another kind of file
MAX_RAW_CHARS = 100_000  # of a reject; the rest stands in the file
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
    """

    path: Path
    format: str
    encoding: str
    columns: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of a file, and the text they decode to ("" for binary)."""

    path: Path
    data: bytes
    text: str
    encoding: str


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
    """

    name: str
    sniff: Callable[[Head], int]
    check: Callable[[Head, Columns], Opened]
    read: Callable[[Opened], Iterator[Entry]]
    count: Callable[[Opened], int]


def reject(line: int, reason: str, raw: str) -> Reject:
    """A reject whose raw text is cut where it would fill the store."""
    if len(raw) > MAX_RAW_CHARS:
        raw = f"{raw[:MAX_RAW_CHARS]}\n[cut here, {len(raw) - MAX_RAW_CHARS} more characters in the file]"
    return Reject(line, reason, raw)


def read_head(path: Path) -> bytes:
    """The first `HEAD_BYTES` bytes of a file that must be there, readable and not empty."""
    if not path.exists():
        raise ReadError(f"{path}: no such file; check the name")
    if path.is_dir():
        raise ReadError(f"{path}: is a directory; name the files in it")
    try:
        with path.open("rb") as file:
            data = file.read(HEAD_BYTES)
    except OSError as err:
        raise ReadError(f"{path}: cannot be read ({err.strerror or err})") from err
    if not data.strip(b"\0 \t\r\n\x1a\xef\xbb\xbf\xff\xfe"):
        raise ReadError(f"{path}: is empty; export the search again")
    return data


def find_encoding(path: Path, data: bytes) -> str:
    """The encoding in which the whole file decodes: UTF-8, UTF-16 or Windows-1252, tried in this order.

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
        candidates = ["utf-8", "windows-1252"]
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
    decoder = codecs.getincrementaldecoder("cp1252" if encoding == "windows-1252" else encoding)()
    n_before = 0
    with path.open("rb") as file:
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
    encoding = "cp1252" if opened.encoding == "windows-1252" else opened.encoding
    return opened.path.open(encoding=encoding, errors="replace", newline="")


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


def once(values: list[str]) -> tuple[str, ...]:
    """The values without blanks and repetitions, in their order."""
    return tuple(dict.fromkeys(v.strip() for v in values if v.strip()))
