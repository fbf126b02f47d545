import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ReadError
from models.features import (
    N_COLUMNS,
    CountCache,
    count_grams,
    find_grams,
    inverse_frequency,
    text_digest,
    weigh,
)

texts = st.text(alphabet=st.sampled_from("aabB 1-.éİß\n"), max_size=60)


@given(st.lists(texts, max_size=4))
def test_counts_are_those_of_the_grams_found_one_by_one(some):
    counts = count_grams(some)
    assert counts.shape == (len(some), N_COLUMNS)
    for row, text in enumerate(some):
        begin, end = counts.indptr[row : row + 2]
        got = dict(zip(counts.indices[begin:end].tolist(), counts.data[begin:end].tolist(), strict=True))
        if len(text.lower()) == len(text):
            assert got == Counter(g.column for g in find_grams(text))


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        pytest.param(
            "Pain at 12 weeks", ["Pain", "Pain at", "at", "at 12", "12", "12 weeks", "weeks"], id="plain"
        ),
        pytest.param("non-cancer", ["non", "non-cancer", "cancer"], id="over a hyphen"),
        pytest.param("a b c", [], id="single letters are left out"),
        pytest.param(" .. ", [], id="signs only"),
        pytest.param("", [], id="empty"),
    ],
)
def test_grams_are_words_and_neighbouring_pairs(text, grams):
    assert [text[g.start : g.end] for g in find_grams(text)] == grams


def test_case_does_not_matter_and_word_order_does():
    upper, lower, swapped = count_grams(["PAIN RELIEF", "pain relief", "relief pain"])
    assert (upper != lower).nnz == 0
    assert (lower != swapped).nnz == 2


def test_columns_are_the_same_on_every_machine():
    assert [g.column for g in find_grams("placebo arm")] == [476340, 583866, 977446]


def test_idf_is_the_smoothed_logarithm():
    counts = count_grams(["pain", "pain relief", ""])
    idf = inverse_frequency(counts)
    pain, _, relief = (g.column for g in find_grams("pain relief"))
    assert idf[pain] == pytest.approx(1.0)
    assert idf[relief] == pytest.approx(math.log(3 / 2) + 1)


def test_blank_records_change_no_weight():
    without = inverse_frequency(count_grams(["pain", "pain relief"]))
    np.testing.assert_array_equal(inverse_frequency(count_grams(["", "pain", "", "pain relief"])), without)


def test_weighed_rows_have_length_one_and_blank_ones_none():
    counts = count_grams(["pain pain relief", ""])
    weighed = weigh(counts, inverse_frequency(counts))
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    assert lengths.tolist() == pytest.approx([1.0, 0.0])


def test_a_repeated_word_counts_by_its_logarithm():
    counts = count_grams(["pain pain pain"])
    weighed = weigh(counts, np.ones(N_COLUMNS, dtype=np.float32))
    ratio = weighed.data.max() / weighed.data.min()
    assert ratio == pytest.approx((1 + math.log(3)) / (1 + math.log(2)))


def test_the_cache_gives_the_same_as_counting_anew(tmp_path):
    cache = CountCache(stems=False)
    cache.counts(["old text", "another"])
    some = ["new text", "old text", "", "new text"]
    assert (cache.counts(some) != count_grams(some)).nnz == 0
    assert len(cache) == 4
    cache.save(tmp_path / "counts.npz")
    again = CountCache.load(tmp_path / "counts.npz")
    assert len(again) == 4
    assert (again.counts(some) != count_grams(some)).nnz == 0


def test_a_cache_of_another_version_is_left_aside(tmp_path):
    np.savez(tmp_path / "counts.npz", version=0)
    assert len(CountCache.load(tmp_path / "counts.npz")) == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"no archive"])
def test_a_damaged_cache_is_refused(tmp_path, content):
    path = tmp_path / "counts.npz"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="delete it"):
        CountCache.load(path)


def test_a_cache_with_columns_out_of_range_is_refused(tmp_path):
    path = tmp_path / "counts.npz"
    np.savez(
        path, version=1, stems=True, digests=np.array(["x"]), data=[1.0], indices=[N_COLUMNS], indptr=[0, 1]
    )
    with pytest.raises(ReadError, match="delete it"):
        CountCache.load(path)


def test_digests_tell_texts_apart():
    assert text_digest("a b") == text_digest("a b")
    assert text_digest("a b") != text_digest("a  b")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("randomised trials", "Randomized trial", True, id="spelling and plural"),
        pytest.param("treated", "treatments", True, id="endings"),
        pytest.param("dose", "doses", True, id="short words"),
        pytest.param("control", "contrast", False, id="other words"),
    ],
)
def test_stems_share_a_column(one, other, same):
    a, b = count_grams([one, other], stems=True)
    assert ((a != b).nnz == 0) is same
    assert next(g.column for g in find_grams(one, stems=True)) in a.indices
