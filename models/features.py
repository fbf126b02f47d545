"""Text to hashed counts of words and word pairs: computed once per record, weighed at rank time.

A word or a pair of neighbouring words is a *gram*. Its column is the top `COLUMN_BITS` bits of a 64-bit
mix of the CRC-32 of its words, so that a column never depends on which records came before, and
the inverse document frequency is applied only when a pool is ranked.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from data.errors import ReadError
from models.terms import normal_form

FEATURE_VERSION = 1  # part of every cache key and manifest: raise it when a column or a count changes
COLUMN_BITS = 20  # 10 000 abstracts hold 0.5 million grams, most of them in one record only
N_COLUMNS = 1 << COLUMN_BITS
_CHUNK = 512  # records sorted at once: keeps the keys within the processor's cache

_WORD = re.compile(r"\w\w+")
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)  # the finaliser of MurmurHash3 (Appleby, public domain)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT_33 = np.uint64(33)
_TO_COLUMN = np.uint64(64 - COLUMN_BITS)
_COLUMN_BITS = np.uint64(COLUMN_BITS)

FloatArray = npt.NDArray[np.float32]
UIntArray = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Gram:
    """One word or word pair of a text: its column and its place (code points, end exclusive)."""

    column: int
    start: int
    end: int


class _WordHashes(dict[str, int]):
    """CRC-32 of each word met; the same in every process, unlike `hash`."""

    def __missing__(self, word: str) -> int:
        if len(self) > 1_000_000:  # a stream of records may bring any number of words
            self.clear()
        value = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return value


class _StemHashes(_WordHashes):
    """CRC-32 of the stem of each word met."""

    def __missing__(self, word: str) -> int:
        if len(self) > 1_000_000:
            self.clear()
        value = self[word] = zlib.crc32(stem(word).encode("utf-8", "surrogatepass"))
        return value


_hashes = _WordHashes()
_stem_hashes = _StemHashes()
# Longest first. Of a few lists tried, a light one is enough: ranking needs no dictionary.
_ENDINGS = tuple(
    """ization ically ations ation ments ingly ized izing ally edly ness ment ives ive ing
    ed ly al ic e y""".split()
)


def stem(word: str) -> str:
    """The word less its plural, spelling variant and common ending; at least four letters remain.

    Examples
    --------
    >>> [stem(w) for w in ("randomised", "randomization", "treated", "treatments")]
    ['random', 'random', 'treat', 'treat']
    """
    word = normal_form(word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _mix(x: UIntArray) -> UIntArray:
    x = (x ^ (x >> _SHIFT_33)) * _MIX_1
    x = (x ^ (x >> _SHIFT_33)) * _MIX_2
    return x ^ (x >> _SHIFT_33)


def count_grams(texts: Sequence[str], *, stems: bool = False) -> csr_matrix:
    """Count the words and word pairs of each text.

    Parameters
    ----------
    texts : sequence of str
        Any text; an empty one gives an empty row.
    stems : bool, default=False
        Whether words of one stem share a column.

    Returns
    -------
    csr_matrix of float32, shape (n_texts, N_COLUMNS)
        Column indices sorted within each row.

    Examples
    --------
    >>> counts = count_grams(["pain and pain", ""])
    >>> sorted(counts.data.tolist()), counts.getnnz(axis=1).tolist()
    ([1.0, 1.0, 1.0, 2.0], [4, 0])
    """
    parts = [_count_chunk(texts[i : i + _CHUNK], stems) for i in range(0, len(texts), _CHUNK)]
    n_grams = np.concatenate([[0], *(lengths for _, _, lengths in parts)])
    columns = np.concatenate([np.empty(0, np.int32), *(columns for columns, _, _ in parts)])
    counts = np.concatenate([np.empty(0, np.float32), *(counts for _, counts, _ in parts)])
    matrix = csr_matrix((counts, columns, np.cumsum(n_grams)), shape=(len(texts), N_COLUMNS))
    matrix.has_sorted_indices = matrix.has_canonical_format = True
    return matrix


def _count_chunk(
    texts: Sequence[str], stems: bool
) -> tuple[npt.NDArray[np.int32], FloatArray, npt.NDArray[np.int64]]:
    """Columns and counts of a few texts in a row, and the number of grams of each."""
    words = [_WORD.findall(text.lower()) for text in texts]
    lengths = [len(w) for w in words]
    look_up = (_stem_hashes if stems else _hashes).__getitem__
    hashes = np.fromiter((look_up(w) for ws in words for w in ws), np.uint64, sum(lengths))
    row = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    same_row = row[:-1] == row[1:]
    pairs = _pair(hashes[:-1], hashes[1:])[same_row]
    columns = np.concatenate([_mix(hashes), pairs]) >> _TO_COLUMN
    keys = columns | (np.concatenate([row, row[:-1][same_row]]) << _COLUMN_BITS)
    keys.sort()
    first = (
        np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        if len(keys)
        else keys.astype(np.int64)
    )
    counts = np.diff(np.append(first, len(keys))).astype(np.float32)
    keys = keys[first]
    n_grams = np.bincount((keys >> _COLUMN_BITS).astype(np.int64), minlength=len(texts))
    return (keys & np.uint64(N_COLUMNS - 1)).astype(np.int32), counts, n_grams


def _pair(left: UIntArray, right: UIntArray) -> UIntArray:
    return _mix(left * _STEP + right)


def find_grams(text: str, *, stems: bool = False) -> list[Gram]:
    """Every word and word pair of a text with its column and place, in order of place.

    Examples
    --------
    >>> [(g.start, g.end) for g in find_grams("no pain")]
    [(0, 2), (0, 7), (3, 7)]
    """
    # `lower` may lengthen a text (İ): then places are found in the text as it is, columns stay alike
    lowered = text.lower()
    matches = list(_WORD.finditer(lowered if len(lowered) == len(text) else text))
    known = _stem_hashes if stems else _hashes
    hashes = np.array([known[m[0].lower()] for m in matches], dtype=np.uint64)
    single = (_mix(hashes) >> _TO_COLUMN).tolist()
    pairs = (_pair(hashes[:-1], hashes[1:]) >> _TO_COLUMN).tolist()
    grams = [Gram(c, m.start(), m.end()) for c, m in zip(single, matches, strict=True)]
    grams += [Gram(c, a.start(), b.end()) for c, a, b in zip(pairs, matches[:-1], matches[1:], strict=True)]
    return sorted(grams, key=lambda g: (g.start, g.end))


def inverse_frequency(counts: csr_matrix) -> FloatArray:
    """Smoothed inverse document frequency of every column, shape (N_COLUMNS,).

    `log((1 + n_records) / (1 + n_records_with_it)) + 1`, as scikit-learn's default. Records without text
    are not counted: adding them changes no weight.
    """
    n_records = int(np.count_nonzero(np.diff(counts.indptr)))
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1.0 + n_records) / (1.0 + frequency)) + 1.0, dtype=np.float32)


def weigh(counts: csr_matrix, idf: FloatArray) -> csr_matrix:
    """Counts to TF-IDF: `(1 + log count) * idf`, each row scaled to length 1 (empty rows stay empty)."""
    values = (1.0 + np.log(counts.data)) * idf[counts.indices]
    n_grams = np.diff(counts.indptr)
    squares = np.concatenate([[0.0], np.cumsum(np.square(values, dtype=np.float64))])
    length = np.sqrt(np.maximum(squares[counts.indptr[1:]] - squares[counts.indptr[:-1]], 0.0))
    values = (values / np.repeat(np.where(length > 0, length, 1.0), n_grams)).astype(np.float32)
    weighed = csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)
    weighed.has_sorted_indices = weighed.has_canonical_format = True
    return weighed


def text_digest(text: str) -> str:
    """Fingerprint of a text under this version of the features: the key of the cache."""
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=16, salt=FEATURE_VERSION.to_bytes(2, "big")
    ).hexdigest()


class CountCache:
    """Counts of every text met so far, so that a text is cut and hashed once.

    Keyed by `text_digest`, so a corrected abstract is counted anew and records may come in any order.

    Parameters
    ----------
    stems : bool, default=True
        As for `count_grams`.
    """

    def __init__(self, *, stems: bool = True) -> None:
        self.stems = stems
        self._row: dict[str, int] = {}
        self._counts = count_grams([])

    def __len__(self) -> int:
        return len(self._row)

    def counts(self, texts: Sequence[str]) -> csr_matrix:
        """Counts of the texts, shape (n_texts, N_COLUMNS); only unseen ones are computed."""
        digests = [text_digest(t) for t in texts]
        new = {d: t for d, t in zip(digests, texts, strict=True) if d not in self._row}
        if new:
            self._counts = vstack(
                [self._counts, count_grams(list(new.values()), stems=self.stems)], format="csr"
            )
            self._row.update(zip(new, range(len(self._row), len(self._row) + len(new)), strict=True))
        rows = np.fromiter((self._row[d] for d in digests), np.int64, len(digests))
        return self._counts[rows]

    def save(self, path: Path) -> None:
        """Write the cache as plain arrays (`.npz`)."""
        digests = np.array(list(self._row), dtype="U32")
        c = self._counts
        np.savez_compressed(
            path,
            version=FEATURE_VERSION,
            stems=self.stems,
            digests=digests,
            data=c.data,
            indices=c.indices,
            indptr=c.indptr,
        )

    @classmethod
    def load(cls, path: Path) -> CountCache:
        """Read a cache; one of another feature version is left aside, and the texts are counted anew.

        Raises
        ------
        ReadError
            The file is not a cache of counts, or is damaged. It can simply be deleted.
        """
        cache = cls()
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                if int(arrays["version"]) != FEATURE_VERSION:
                    return cache
                cache.stems = bool(arrays["stems"])
                digests = arrays["digests"].tolist()
                parts = (arrays["data"], arrays["indices"], arrays["indptr"])
            counts = csr_matrix(parts, shape=(len(digests), N_COLUMNS), dtype=np.float32)
            counts.check_format(full_check=True)
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as err:
            raise ReadError(
                f"{path}: not a cache of text features ({err}); delete it, it is made anew"
            ) from err
        cache._row = {digest: row for row, digest in enumerate(digests)}
        cache._counts = counts
        return cache
