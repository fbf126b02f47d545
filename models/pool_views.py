"""What can be said of a record before any label, as numbers that mean the same in every review.

Each record of a pool gets the `VIEWS`. Of the protocol: hits of each criterion's terms, likeness of its text
and title to those terms and to the records most like them, the probability of the designs that the
protocol wants. Of the record alone: what it reports (`models.text_views`), and how like the whole pool it
is. They are scaled to the pool (mean 0, standard deviation 1), so that weights learned on finished reviews
carry over to another one. Without a protocol the first kind is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from data.protocol import CRITERIA, Protocol
from data.records import Design, Record
from models.design import DESIGNS, load_design_model
from models.drug_names import named_criteria
from models.features import count_grams, weigh
from models.terms import Hit, Terms
from models.text_views import TEXT_VIEWS, see_texts

VIEWS_VERSION = 2
FloatArray = npt.NDArray[np.float64]
_N_LIKE = 40  # records that a query is widened by; a guess, not tuned
_EXPANDED = ("all", "subject", *CRITERIA[:2], "outcomes", "study_design")
_COUNTED = ("log_hits", "in_title", "log_terms", "two_in_title", "rarity")
_OF_PROTOCOL: tuple[str, ...] = (
    *(f"{c}.{v}" for c in CRITERIA for v in _COUNTED),
    "subject.both",
    "subject.both_in_title",
    "subject.and_design",
    "criteria.number",
    *(f"{c}.text_likeness" for c in CRITERIA),
    "all.text_likeness",
    "title.text_likeness",
    *(f"{q}.widened_likeness" for q in _EXPANDED),
    *(f"{c}.title_likeness" for c in CRITERIA),
    "title.title_likeness",
    "design.wanted",
    "design.never",
)
_OF_RECORD: tuple[str, ...] = (*TEXT_VIEWS, "pool.text_likeness", "pool.title_likeness")
VIEWS: tuple[str, ...] = (*_OF_PROTOCOL, *_OF_RECORD)
N_OF_PROTOCOL = len(_OF_PROTOCOL)  # they come first
_N_TEXT, _N_TITLE = len(CRITERIA) + 2 + len(_EXPANDED), len(CRITERIA) + 1
N_QUERIES = _N_TEXT + _N_TITLE + 2
_NEVER = (Design.NARRATIVE_REVIEW, Design.CASE_REPORT, Design.PRECLINICAL, Design.OPINION)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolViews:
    """The views, fitted to a pool: what is needed to see another record the same way.

    Attributes
    ----------
    protocol : Protocol or None
    wanted : ndarray of bool, shape (len(DESIGNS),)
        Designs that the protocol wants.
    rarity : ndarray of float64, shape (n_terms,)
        Log of pool size over records with each wanted term, in the order of `_wanted_terms`.
    queries : csr_matrix of float32, shape (n_queries, N_COLUMNS)
        Directions in TF-IDF space: text queries, those on titles, the mean text and the mean title.
    mean, scale : ndarray of float64, shape (len(VIEWS),)
    """

    protocol: Protocol | None
    wanted: npt.NDArray[np.bool_]
    rarity: FloatArray
    queries: csr_matrix
    mean: FloatArray
    scale: FloatArray

    def see(self, records: Sequence[Record], rows: csr_matrix, title_rows: csr_matrix) -> FloatArray:
        """Views of records, shape (n_records, len(VIEWS)), scaled to the pool.

        Parameters
        ----------
        records : sequence of Record
        rows, title_rows : csr_matrix, shape (n_records, N_COLUMNS)
            TF-IDF of their texts and titles, as weighed in the pool.
        """
        hits = _all_hits(self.protocol, records)
        raw = _raw_views(self, records, hits, rows, title_rows)
        return (raw - self.mean) / self.scale


def fit_views(
    protocol: Protocol | None,
    wanted: frozenset[Design],
    records: Sequence[Record],
    rows: csr_matrix,
    title_rows: csr_matrix,
    idf: npt.NDArray[np.float32],
    title_idf: npt.NDArray[np.float32],
) -> tuple[PoolViews, FloatArray]:
    """Fit the views to a pool and see its records; parameters as for `PoolViews`.

    Returns
    -------
    views : PoolViews
    seen : ndarray of float64, shape (n_records, len(VIEWS))
    """
    hits = _all_hits(protocol, records)
    n_with = dict.fromkeys(_wanted_terms(protocol), 0)
    for some in hits:
        for key in {(h.criterion, h.term) for h in some if h.wanted}:
            n_with[key] += 1
    n_records = max(len(records), 1)
    views = PoolViews(
        protocol=protocol,
        wanted=np.array([d in wanted for d in DESIGNS]),
        rarity=np.array([np.log(n_records / (1.0 + n)) for n in n_with.values()]),
        queries=_queries(protocol, rows, title_rows, idf, title_idf),
        mean=np.zeros(len(VIEWS)),
        scale=np.ones(len(VIEWS)),
    )
    raw = _raw_views(views, records, hits, rows, title_rows)
    mean = raw.mean(axis=0) if len(raw) else np.zeros(len(VIEWS))
    scale = raw.std(axis=0) if len(raw) else np.ones(len(VIEWS))
    scale[scale < 1e-9] = 1.0
    fitted = PoolViews(
        protocol=protocol,
        wanted=views.wanted,
        rarity=views.rarity,
        queries=views.queries,
        mean=mean,
        scale=scale,
    )
    return fitted, (raw - mean) / scale


def n_terms(protocol: Protocol | None) -> int:
    """Number of wanted terms, the length of `PoolViews.rarity`."""
    return len(dict.fromkeys(_wanted_terms(protocol)))


def _wanted_terms(protocol: Protocol | None) -> list[tuple[str, str]]:
    if protocol is None:
        return []
    return [(c.name, term) for c in named_criteria(protocol) for term in c.terms]


def _all_hits(protocol: Protocol | None, records: Sequence[Record]) -> list[list[Hit]]:
    if protocol is None:
        return [[] for _ in records]
    terms = Terms.of(protocol)
    return [terms.find(r.text) for r in records]


def _texts_of(protocol: Protocol) -> dict[str, list[str]]:
    """The words of each query."""
    by_criterion = {c.name: list(c.terms) for c in protocol.criteria}
    every = [t for terms in by_criterion.values() for t in terms]
    return {
        **by_criterion,
        "all": [protocol.title, *every],
        "title": [protocol.title, protocol.question],
        "subject": [*by_criterion["population"], *by_criterion["intervention"]],
    }


def _queries(
    protocol: Protocol | None,
    rows: csr_matrix,
    title_rows: csr_matrix,
    idf: npt.NDArray[np.float32],
    title_idf: npt.NDArray[np.float32],
) -> csr_matrix:
    """Query directions: as worded, widened by the records most like them, on titles, and the pool's means."""
    means = [_mean(rows), _mean(title_rows)]
    if protocol is None:
        none = csr_matrix((_N_TEXT + _N_TITLE, rows.shape[1]), dtype=np.float32)
        return csr_matrix(vstack([none, *means], format="csr"), dtype=np.float32)
    words = _texts_of(protocol)
    # each term is counted alone: no pairs over the end of one
    asked = {name: _summed(count_grams(terms, stems=True)) for name, terms in words.items()}
    plain = [weigh(asked[q], idf) for q in (*CRITERIA, "all", "title")]
    widened = [_widened(weigh(asked[q], idf), rows) for q in _EXPANDED]
    on_title = [weigh(asked[q], title_idf) for q in (*CRITERIA, "title")]
    return csr_matrix(vstack([*plain, *widened, *on_title, *means], format="csr"), dtype=np.float32)


def _mean(rows: csr_matrix) -> csr_matrix:
    """Mean of the rows over the grams that more than one of them holds."""
    total = _summed(rows)
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    kept = frequency[total.indices] > 1
    starts = [0, int(kept.sum())]
    mean = csr_matrix(
        (total.data[kept] / np.float32(rows.shape[0]), total.indices[kept], starts), total.shape
    )
    return mean


def _widened(query: csr_matrix, rows: csr_matrix) -> csr_matrix:
    """Direction of the records most like a query (Rocchio feedback), of length 1."""
    likeness = np.round(np.asarray((rows @ query.T).todense(), dtype=np.float64).ravel(), 6)
    top = np.argsort(-likeness, kind="stable")[:_N_LIKE]
    top = top[likeness[top] > 0]
    if not len(top):
        return query
    total = _summed(rows[np.sort(top)])
    length = float(np.sqrt(np.square(total.data, dtype=np.float64).sum()))
    return total / np.float32(length or 1.0)


def _summed(rows: csr_matrix) -> csr_matrix:
    """The sum of sparse rows as one sparse row."""
    total = csr_matrix((rows.data.copy(), rows.indices.copy(), [0, rows.nnz]), shape=(1, rows.shape[1]))
    total.sum_duplicates()
    return total


def _raw_views(
    views: PoolViews,
    records: Sequence[Record],
    hits: Sequence[Sequence[Hit]],
    rows: csr_matrix,
    title_rows: csr_matrix,
) -> FloatArray:
    rarity = dict(zip(dict.fromkeys(_wanted_terms(views.protocol)), views.rarity.tolist(), strict=True))
    counted = np.array(
        [_counted(some, len(r.title) + 1, rarity) for some, r in zip(hits, records, strict=True)]
    ).reshape(len(records), len(_COUNTED) * len(CRITERIA) + 4)
    by_text = np.asarray((rows @ views.queries[:_N_TEXT].T).todense())
    by_title = np.asarray((title_rows @ views.queries[_N_TEXT : _N_TEXT + _N_TITLE].T).todense())
    typical = [np.asarray((x @ views.queries[-2 + i].T).todense()) for i, x in enumerate((rows, title_rows))]
    designs = np.zeros((len(records), 2))
    if views.protocol is not None:
        designs = _designs(load_design_model().probabilities(records), views.wanted)
    return np.column_stack([counted, by_text, by_title, designs, see_texts(records), *typical])


def _counted(hits: Sequence[Hit], n_title: int, rarity: dict[tuple[str, str], float]) -> list[float]:
    """Counts of hits of each criterion, then of criteria together."""
    values: list[float] = []
    anywhere, titled = set(), set()
    for criterion in CRITERIA:
        own = [h for h in hits if h.criterion == criterion and h.wanted]
        terms = {h.term for h in own}
        in_title = {h.term for h in own if h.end <= n_title}
        if terms:
            anywhere.add(criterion)
        if in_title:
            titled.add(criterion)
        values += [
            float(np.log1p(len(own))),
            float(bool(in_title)),
            float(np.log1p(len(terms))),
            float(len(in_title) >= 2),
            sum(rarity[criterion, t] for t in sorted(terms)),
        ]
    subject = set(CRITERIA[:2])
    both = subject <= anywhere
    values += [both, subject <= titled, both and "study_design" in anywhere, len(anywhere)]
    return values


def _designs(probabilities: FloatArray, wanted: npt.NDArray[np.bool_]) -> FloatArray:
    """Log-probabilities of the designs that are wanted, and of those that never are evidence.

    A protocol that names no design gets 0 for the first: no design earns a record anything then.
    """
    never = np.array([d in _NEVER for d in DESIGNS]) & ~wanted
    sums = [probabilities[:, mask].sum(axis=1) for mask in (wanted, never)]
    logs = [np.log(s + 0.01) for s in sums]
    if not wanted.any():
        logs[0] = np.zeros(len(probabilities))
    return np.column_stack(logs)
