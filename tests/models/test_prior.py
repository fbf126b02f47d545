from collections.abc import Iterable

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from data.errors import ScreeningError
from data.protocol import Protocol, parse_protocol
from data.records import Design, Record
from models.features import count_grams, inverse_frequency, weigh
from models.pool_views import N_OF_PROTOCOL, VIEWS, PoolViews, fit_views, n_terms
from models.prior import SeenReview, fit_prior, load_prior, no_opinion

RECORDS = [
    Record(
        title="Alphacept for knee pain", abstract="Forty people with knee pain were randomised to two arms."
    ),
    Record(title="Alphacept in mice", abstract="Mice were given alphacept and their gait was scored daily."),
    Record(title="School meals", abstract="A survey of school meals in forty towns of one country."),
    Record(title="Knee pain", abstract=""),
]


def protocol(text: str = "") -> Protocol:
    return parse_protocol(
        'title = "Pain"\n[population]\nwanted = ["knee pain"]\n'
        f'[intervention]\nwanted = ["alphacept", "betamab"]\n{text}'
    )


def see(
    known: Protocol | None, wanted: Iterable[Design] = ()
) -> tuple[PoolViews, np.ndarray, csr_matrix, csr_matrix]:
    counts = count_grams([r.text for r in RECORDS], stems=True)
    titles = count_grams([r.title for r in RECORDS], stems=True)
    idf, title_idf = inverse_frequency(counts), inverse_frequency(titles)
    rows, title_rows = weigh(counts, idf), weigh(titles, title_idf)
    views, seen = fit_views(known, frozenset(wanted), RECORDS, rows, title_rows, idf, title_idf)
    return views, seen, rows, title_rows


def column(seen: np.ndarray, name: str) -> np.ndarray:
    return np.asarray(seen[:, VIEWS.index(name)])


def test_views_are_scaled_to_the_pool():
    _, seen, _, _ = see(protocol())
    assert seen.shape == (4, len(VIEWS))
    np.testing.assert_allclose(seen.mean(axis=0), 0, atol=1e-6)
    assert set(np.round(seen.std(axis=0), 4).tolist()) <= {0.0, 1.0}


def test_records_that_name_the_criteria_stand_higher():
    _, seen, _, _ = see(protocol())
    assert column(seen, "population.log_hits").argmax() == 0
    assert column(seen, "subject.both").argmax() == 0
    assert (
        column(seen, "intervention.in_title")[[0, 1]].min()
        > column(seen, "intervention.in_title")[[2, 3]].max()
    )
    assert column(seen, "length.no_abstract").argmax() == 3


def test_no_design_earns_anything_where_none_is_asked_for():
    _, seen, _, _ = see(protocol())
    assert not column(seen, "design.wanted").any()


def test_the_design_view_follows_what_the_protocol_wants():
    _, for_trials, _, _ = see(protocol(), {Design.RCT})
    _, for_mice, _, _ = see(protocol(), {Design.PRECLINICAL})
    assert column(for_trials, "design.wanted").argmax() == 0
    assert column(for_mice, "design.wanted").argmax() == 1


def test_fitted_views_see_the_same_record_the_same_way():
    views, seen, rows, title_rows = see(protocol())
    again = views.see(RECORDS[1:3], rows[1:3], title_rows[1:3])
    np.testing.assert_allclose(again, seen[1:3], atol=1e-6)


def test_a_protocol_without_terms_sees_lengths_only():
    _, seen, _, _ = see(parse_protocol('title = "Pain"'))
    assert not column(seen, "criteria.number").any()
    assert column(seen, "length.abstract").any()


def test_terms_are_counted_once_per_criterion():
    assert n_terms(protocol()) == 3
    assert n_terms(protocol('synonyms = { "alphacept" = ["alphacept", "AC-1"] }\n')) == 4


def review(name: str = "a", n: int = 40, seed: int = 0) -> SeenReview:
    rng = np.random.default_rng(seed)
    seen = rng.normal(size=(n, len(VIEWS)))
    y = (seen[:, 5] > 0.5).astype(np.int64)
    return SeenReview(name, seen, y, y)


def test_a_prior_learns_which_view_matters():
    prior = fit_prior([review("a", seed=1), review("b", seed=2)], C=0.01)
    assert int(np.abs(prior.weights).argmax()) == 5
    assert not prior.bare_weights[:N_OF_PROTOCOL].any()
    assert prior.bare_weights[N_OF_PROTOCOL:].any()
    assert prior.recipe["reviews"] == ["a", "b"]


def test_a_prior_is_saved_and_loaded(tmp_path):
    prior = fit_prior([review()])
    prior.save(tmp_path / "p")
    loaded = load_prior(tmp_path / "p")
    assert loaded.weights.tolist() == prior.weights.tolist()
    assert loaded.bare_weights.tolist() == prior.bare_weights.tolist()
    assert loaded.model_id == prior.model_id


def test_the_released_prior_fits_the_views_of_this_version():
    assert load_prior().weights.shape == (len(VIEWS),)


def test_no_opinion_weighs_nothing():
    assert not no_opinion().weights.any()


def test_without_a_protocol_only_the_record_itself_is_seen():
    _, seen, _, _ = see(None)
    assert not seen[:, :N_OF_PROTOCOL].any()
    assert column(seen, "report.past").any()
    assert column(seen, "pool.text_likeness").any()


def test_a_review_with_nothing_included_teaches_nothing():
    empty = review()
    empty = SeenReview("empty", empty.seen, np.zeros(40, np.int64), empty.advanced)
    with pytest.raises(ScreeningError, match="review empty: 0 of 40 included"):
        fit_prior([empty])
    with pytest.raises(ScreeningError, match="at least one"):
        fit_prior([])
