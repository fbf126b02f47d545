import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.ranking import Ranker, fit_relevance, labels_fingerprint, rank
from data.errors import ScreeningError
from data.protocol import Protocol, parse_protocol
from data.records import Record
from models.relevance import RelevanceModel

Pool = list[tuple[int, Record]]

TITLES = (
    "Alphacept for knee pain: a randomised trial",
    "Alphacept in children with knee pain",
    "Betamab for knee pain",
    "Betamab in rats",
    "A review of school meals",
    "Teaching hours and school meals",
    "Randomised trial of school meals",
    "Long-term alphacept for hip pain",
)


def pool(n_blank: int = 0) -> Pool:
    texts = [Record(title=t, abstract=f"We saw {i} people.") for i, t in enumerate(TITLES)]
    return list(enumerate([*texts, *(Record() for _ in range(n_blank))], 10))


def protocol() -> Protocol:
    return parse_protocol(
        'title = "x"\n[population]\nwanted = ["knee pain"]\n[intervention]\nwanted = ["alphacept"]\n'
        'unwanted = ["rats"]\n'
    )


def ids(records: Pool, labels: dict[int, int], known: Protocol | None = None) -> list[int]:
    return [r.record_id for r in rank(records, labels, known).ranked]


def test_the_protocol_alone_puts_what_it_wants_first_and_what_it_does_not_last():
    order = ids(pool(), {}, protocol())
    assert set(order[:2]) == {10, 11}
    assert order.index(13) > order.index(12)


def test_labels_teach_what_is_wanted():
    order = ids(pool(), {14: 1, 15: 1, 12: 0})
    assert order[0] == 16


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({}, id="no label"),
        pytest.param({10: 1}, id="one include"),
        pytest.param({10: 0, 11: 0}, id="excludes only"),
        pytest.param({10: 1, 14: 0}, id="both"),
        pytest.param({i: 0 for i in range(10, 18)}, id="all texts excluded"),
        pytest.param({18: 1}, id="a blank record included"),
        pytest.param({18: 1, 19: 0}, id="blank records only"),
    ],
)
@pytest.mark.parametrize("known", [None, protocol()], ids=["no protocol", "protocol"])
def test_every_unread_record_is_ranked_once(labels, known):
    result = rank(pool(n_blank=2), labels, known)
    assert sorted(r.record_id for r in result.ranked) == sorted(set(range(10, 20)) - labels.keys())
    assert [r.position for r in result.ranked] == list(range(1, 11 - len(labels)))
    scores = [r.score for r in result.ranked]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    "text", ["  \n", "nan", "...", "痛み", "Боль в колене", "a", "x" * 100_000, "knee pain " * 5_000]
)
@pytest.mark.parametrize("known", [None, protocol()], ids=["no protocol", "protocol"])
def test_a_record_of_any_text_has_a_place(text, known):
    records = [*pool(), (30, Record(title=text)), (31, Record(abstract=text))]
    ranked = rank(records, {10: 1, 14: 0}, known).ranked
    assert sorted(r.record_id for r in ranked) == [11, 12, 13, 15, 16, 17, 30, 31]
    assert all(np.isfinite(r.score) for r in ranked)


@pytest.mark.parametrize("known", [None, protocol()], ids=["no protocol", "protocol"])
def test_a_single_record_is_ranked(known):
    assert ids(pool()[:1], {}, known) == [10]
    assert ids(pool()[:2], {11: 0}, known) == [10]


def test_an_empty_pool_and_a_fully_read_one_give_an_empty_queue():
    assert rank([], {}, protocol()).ranked == ()
    assert rank(pool(), dict.fromkeys(range(10, 18), 1), None).ranked == ()


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_records_and_labels_changes_nothing(rng: random.Random):
    records, labels = pool(n_blank=2), {10: 1, 14: 0, 13: 0}
    mixed = rng.sample(records, len(records))
    items = list(labels.items())
    rng.shuffle(items)
    assert rank(mixed, dict(items), protocol()) == rank(records, labels, protocol())


def test_the_same_text_twice_stands_together_whatever_its_labels():
    records = [*pool(), (30, pool()[0][1]), (31, pool()[0][1])]
    order = ids(records, {10: 1, 30: 0, 14: 0}, protocol())
    assert sorted(order) == [11, 12, 13, 15, 16, 17, 31]


def test_blank_records_are_spread_over_the_reading():
    order = ids(pool(n_blank=2), {}, protocol())
    places = [i for i, record_id in enumerate(order) if record_id >= 18]
    assert places[0] > 0
    assert places[1] < len(order) - 1
    assert places[1] - places[0] > 2


def test_reasons_are_terms_of_the_record_with_their_criterion():
    result = rank(pool(), {10: 1, 14: 0}, protocol())
    first = result.ranked[0]
    text = dict(pool())[first.record_id].text
    assert first.reasons
    placed = [r for r in first.reasons if r.start >= 0]
    assert [r.term for r in placed] == [text[r.start : r.end] for r in placed]
    assert ("Alphacept", "intervention") in [(r.term, r.criterion) for r in placed]
    assert first.reasons[-1].term == "(all else)"


def test_reasons_add_up_to_the_score():
    ranker = Ranker(pool(), protocol())
    model = ranker.fit({10: 1, 14: 0})
    record_ids, scores = ranker.order({10: 1, 14: 0})
    for record_id, score in zip(record_ids.tolist(), scores.tolist(), strict=True):
        few, all_of_them = (ranker.explain(record_id, model, top=n) for n in (3, 10_000))
        assert sum(r.weight for r in few) == pytest.approx(score, abs=1e-5)
        assert sum(r.weight for r in all_of_them) == pytest.approx(score, abs=1e-5)
        assert all_of_them[-1].weight == pytest.approx(model.intercept, abs=1e-5)


def test_only_the_first_records_are_explained():
    result = rank(pool(), {}, protocol(), explain=1)
    assert [bool(r.reasons) for r in result.ranked] == [True] + [False] * 7


def test_the_model_id_tells_labels_protocol_and_seed_apart():
    def model_id(labels: dict[int, int], known: Protocol | None = None, seed: int = 0) -> str:
        return rank(pool(), labels, known, seed=seed).model_id

    told = [
        model_id({}),
        model_id({10: 1}),
        model_id({10: 0}),
        model_id({}, protocol()),
        model_id({}, seed=1),
    ]
    assert len(set(told)) == 5
    assert model_id({10: 1, 14: 0}) == model_id({14: 0, 10: 1})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        pytest.param({99: 1}, "record 99 has a label but is not in the pool", id="unknown record"),
        pytest.param({10: 2}, "record 10 has label 2", id="no such label"),
    ],
)
def test_bad_labels_are_named(labels, message):
    with pytest.raises(ScreeningError, match=message):
        rank(pool(), labels, None)


def test_an_id_that_stands_twice_is_refused():
    with pytest.raises(ScreeningError, match="stands twice"):
        rank([*pool(), pool()[0]], {}, None)


def test_a_saved_model_scores_a_stream_as_the_queue_did_where_no_record_has_neighbours(tmp_path):
    labels = {10: 1, 14: 0}
    result = rank(pool(), labels, protocol())
    fitted = fit_relevance(pool(), labels, protocol())
    fitted.save(tmp_path / "model")
    loaded = RelevanceModel.load(tmp_path / "model")
    assert loaded.model_id == fitted.model_id == result.model_id
    records = dict(pool())
    scores, probabilities = loaded.score(records[r.record_id] for r in result.ranked)
    assert scores.tolist() == pytest.approx([r.score for r in result.ranked], abs=1e-5)
    assert len(probabilities) == len(scores)


def large_pool() -> Pool:
    """Enough records for neighbours: three drugs in three pains, each record with a word of its own."""
    drugs, pains = ("alphacept", "betamab", "gammafen"), ("knee", "hip", "back")
    texts = [f"{drugs[i % 3]} for {pains[i // 3 % 3]} pain in town number{i}" for i in range(60)]
    return [(i, Record(title=t, abstract=f"We saw {i} people.")) for i, t in enumerate(texts)]


@pytest.mark.parametrize("known", [None, protocol()], ids=["no protocol", "protocol"])
def test_neighbours_are_a_reason_and_reasons_still_add_up(known):
    labels = {0: 1, 1: 0, 2: 0, 9: 1}
    ranker = Ranker(large_pool(), known)
    model = ranker.fit(labels)
    record_ids, scores = ranker.order(labels)
    reasons = [ranker.explain(i, model, top=10_000) for i in record_ids.tolist()]
    assert [sum(r.weight for r in some) for some in reasons] == pytest.approx(scores.tolist(), abs=1e-5)
    assert all("(records most like it)" in [r.term for r in some] for some in reasons)


def test_a_model_ranks_alone_much_as_the_pool_does():
    labels = {0: 1, 1: 0, 2: 0, 9: 1}
    records = dict(large_pool())
    ranker = Ranker(large_pool(), protocol())
    record_ids, scores = ranker.order(labels)
    alone, _ = ranker.fit(labels).score(records[i] for i in record_ids.tolist())
    assert np.corrcoef(alone, scores)[0, 1] > 0.9


def test_only_the_last_model_is_explained():
    ranker = Ranker(pool(), protocol())
    model = ranker.fit({10: 1})
    ranker.fit({10: 0})
    with pytest.raises(ValueError, match="not the last one"):
        ranker.explain(11, model)


def test_fingerprints_ignore_the_order_of_labels():
    assert labels_fingerprint({1: 0, 2: 1}) == labels_fingerprint({2: 1, 1: 0})
    assert labels_fingerprint({1: 0}) != labels_fingerprint({1: 1})
