"""A file of unknown encoding, perhaps packed -> its lines of text, in constant memory."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from data.errors import ReadError
from data.readers.base import MAX_ENTRY_CHARS, Opened

HEAD_BYTES = 1 << 16
MAX_GZIP_RATIO = 200  # text shrinks 5 to 20 times; what shrinks more is no list of references
_GZIP_FREE_BYTES = 1 << 28  # below this no ratio is too much
_ZIP_START = b"PK\x03\x04"
_GZIP_START = b"\x1f\x8b"
# Declared by an XML file. UTF-16 is told by its bytes, never by what a declaration says.
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.-]{1,40})""")
_DECLARABLE = re.compile(
    r"(iso-?8859-\d+|windows-\d+|cp\d+|us-ascii|gb\w+|big5|shift_jis|euc-\w+|koi8-\w)", re.I
)
DAMAGED_UTF8 = "utf-8 (damaged)"
# Bytes of whole characters outside ASCII for each that fits nowhere; a Windows-1252 text has hardly any.
GOOD_PER_BAD_BYTE = 20
_UTF16_NUL_SHARE = 0.3  # Latin text in UTF-16 is half NUL bytes, all in odd or all in even places


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

    By its byte-order mark, by what an XML declaration says, else UTF-8, else Windows-1252. A UTF-8
    file with a few bytes that fit nowhere is "utf-8 (damaged)": those become U+FFFD.

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
        if encoding.startswith("utf-8") and _mostly_utf8(path):
            return DAMAGED_UTF8
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


def _mostly_utf8(path: Path) -> bool:
    """Whether a file is UTF-8 but for a few bytes; read as Windows-1252 it would be garbled throughout."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    n_good = n_bad = 0
    with open_bytes(path) as file:
        while chunk := file.read(1 << 20):
            text = decoder.decode(chunk)
            if "\0" in text:
                return False
            n_bad += text.count("\ufffd")
            n_good += len(chunk) - len(chunk.decode("ascii", errors="ignore"))
    return n_good - n_bad >= GOOD_PER_BAD_BYTE * n_bad


def open_text(opened: Opened) -> io.TextIOWrapper:
    """The file as text; line ends stay as they are. A character cut by the end of the file becomes U+FFFD."""
    return io.TextIOWrapper(
        open_bytes(opened.path), encoding=codec_of(opened.encoding), errors="replace", newline=""
    )


def codec_of(encoding: str) -> str:
    """The codec of an encoding as `Opened` names it."""
    return {"windows-1252": "cp1252", DAMAGED_UTF8: "utf-8-sig"}.get(encoding, encoding)


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
