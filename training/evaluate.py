"""Replay a folder of finished reviews and measure, each with what was learned from the others only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import mean

import numpy as np

from classifier.ranking import Ranker
from data.errors import ReadError, ScreeningError
from data.files import check_free
from data.protocol import Protocol, read_protocol
from models.metrics import ScreeningMetrics, measure_screening
from models.prior import RelevancePrior, SeenReview, fit_prior, no_opinion
from training.simulate import (
    LabelledRecord,
    Shown,
    read_labelled,
    read_priors,
    simulate,
    write_trace,
)

_ABSTRACT_LABEL = "label_abstract_screening"


@dataclass(frozen=True, slots=True)
class Review:
    """A finished review: `NAME.csv`, with its protocol `NAME.picos.json` or `NAME.toml` if there is one."""

    name: str
    path: Path
    protocol: Protocol | None


@dataclass(frozen=True, slots=True)
class Replay:
    """One simulated reading and what it measured (records without text left out, as the scorer does).

    Attributes
    ----------
    seed : int or None
        Entry of the priors file; None where the protocol alone was the start.
    shown : tuple of Shown
        Every record in the order of reading.
    labels : tuple of int
        Labels of those with text, in that order: what the metrics are of.
    """

    name: str
    seed: int | None
    metrics: ScreeningMetrics
    shown: tuple[Shown, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Job:
    review: Review
    seed: int | None
    prior: RelevancePrior | None
    with_protocol: bool
    label: str
    learn_from: str | None


def find_reviews(folder: Path) -> list[Review]:
    """The finished reviews of a folder, by name.

    Raises
    ------
    ReadError
        There is no CSV in it.
    """
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise ReadError(f"{folder}: no finished review here; expected NAME.csv files with labels")
    return [Review(path.stem, path, _protocol_of(path)) for path in paths]


def _protocol_of(path: Path) -> Protocol | None:
    for suffix in (".picos.json", ".toml"):
        candidate = path.with_suffix(suffix)
        if candidate.exists():
            return read_protocol(candidate)
    return None


def see_review(review: Review, *, label: str = "label_included") -> SeenReview | None:
    """A review as the prior learns it; None without a protocol or without both kinds of label."""
    if review.protocol is None:
        return None
    rows = read_labelled(review.path, label=label, learn_from=_advanced_label(review.path))
    rows = [r for r in rows if r.record.has_text]
    pool = [(i, r.record) for i, r in enumerate(rows)]
    ranker = Ranker(pool, review.protocol, prior=no_opinion())
    order = ranker.record_ids
    included = np.array([rows[i].label for i in order], dtype=np.int64)
    advanced = np.array([rows[i].learned for i in order], dtype=np.int64)
    if not all(0 < y.sum() < len(y) for y in (included, advanced)):
        return None
    return SeenReview(review.name, ranker.seen, included, advanced)


def learn_prior(reviews: Sequence[SeenReview]) -> RelevancePrior:
    """A prior from finished reviews, fingerprinted by their names and labels."""
    told = hashlib.sha256()
    for review in sorted(reviews, key=lambda r: r.name):
        told.update(review.name.encode() + review.included.tobytes() + review.advanced.tobytes())
    return fit_prior(reviews, labels_fingerprint=told.hexdigest()[:16])


def evaluate_ranking(
    folder: Path,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    protocols: bool = True,
    priors: bool = True,
    label: str = "label_included",
    learn_from: str | None = None,
    traces: Path | None = None,
    force: bool = False,
    workers: int = 1,
    on_replay: Callable[[int, int], None] = lambda n_done, n_all: None,
) -> list[Replay]:
    """Replay every review of a folder; what is learned across reviews leaves the one at hand out.

    Parameters
    ----------
    folder : Path
        Holds `NAME.csv`, `NAME.priors.json` and, for use of the protocol, `NAME.picos.json` or `NAME.toml`.
    seeds : sequence of int
        Entries of the priors files; without `priors` each review is read once. A review without a priors
        file starts from one included and one excluded record, drawn by the seed.
    protocols : bool
        Whether the protocols are used.
    priors : bool
        Whether to start from the labels in the priors file, else from the protocol alone.
    traces : Path or None
        Folder for a trace of each reading, `NAME__seedN.csv`.
    force : bool
        Whether earlier traces there are replaced; else they are refused before the first reading.
    workers : int
        Processes.
    on_replay : callable
        Called with (replays done, replays to do) at the start and after each.
    """
    if not priors and not protocols:
        raise ScreeningError(
            "neither priors nor protocols: nothing to start from; give --protocols or leave out --no-priors"
        )
    reviews = find_reviews(folder)
    starts: Sequence[int | None] = seeds if priors else (None,)
    if traces is not None:
        for review in reviews:
            for seed in starts:
                check_free(_trace(traces, review.name, seed), force=force)
    seen = [s for r in reviews if (s := see_review(r, label=label)) is not None]
    jobs = [
        _Job(review, seed, _without(review, seen), protocols, label, learn_from)
        for review in reviews
        for seed in starts
    ]
    replays: list[Replay] = []
    on_replay(0, len(jobs))
    for replay in _run(jobs, workers):
        replays.append(replay)
        if traces is not None:
            traces.mkdir(parents=True, exist_ok=True)
            write_trace(_trace(traces, replay.name, replay.seed), replay.shown)
        on_replay(len(replays), len(jobs))
    return replays


def _trace(folder: Path, name: str, seed: int | None) -> Path:
    return folder / f"{name}__seed{seed or 0}.csv"


def _without(review: Review, seen: Sequence[SeenReview]) -> RelevancePrior | None:
    """What the other reviews teach; None (the released prior) where there is no other."""
    others = [s for s in seen if s.name != review.name]
    return learn_prior(others) if others else None


def _run(jobs: Sequence[_Job], workers: int) -> Iterator[Replay]:
    if workers <= 1:
        yield from map(_replay, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_replay, jobs)


def _replay(job: _Job) -> Replay:
    rows = read_labelled(job.review.path, label=job.label, learn_from=job.learn_from)
    known = () if job.seed is None else _known_at_start(job.review, rows, job.seed)
    shown = simulate(
        rows,
        priors=known,
        protocol=job.review.protocol if job.with_protocol else None,
        seed=job.seed or 0,
        prior=job.prior,
    )
    with_text = {r.record_id for r in rows if r.record.has_text}
    labels = tuple(s.label for s in shown if s.record_id in with_text)
    if not 0 < sum(labels) < len(labels):
        raise ScreeningError(
            f"{job.review.name}: {sum(labels)} of {len(labels)} records to read are included;"
            " nothing to measure"
        )
    return Replay(job.review.name, job.seed, measure_screening(labels), tuple(shown), labels)


def _known_at_start(review: Review, rows: Sequence[LabelledRecord], seed: int) -> tuple[str, ...]:
    """The prior records of a seed: those of the priors file, or one of each label drawn by lot."""
    path = review.path.with_suffix(".priors.json")
    if path.exists():
        return read_priors(path, seed=seed)
    rng = np.random.default_rng(seed)
    kinds = [sorted(r.record_id for r in rows if r.learned == label) for label in (1, 0)]
    return tuple(str(rng.choice(ids)) for ids in kinds if ids)


def average(replays: Sequence[Replay]) -> dict[str, dict[str, float]]:
    """Mean of each measure by review over its seeds, and over the reviews as "MACRO"."""
    names = sorted({r.name for r in replays})
    measures = [f.name for f in fields(ScreeningMetrics)]
    table = {
        name: {m: mean(float(getattr(r.metrics, m)) for r in replays if r.name == name) for m in measures}
        for name in names
    }
    table["MACRO"] = {m: mean(table[name][m] for name in names) for m in measures}
    return table


def table_lines(table: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The table of `average` as lines of text."""
    columns = {
        "records": ("n_records", ".0f"),
        "included": ("n_relevant", ".0f"),
        "loss": ("loss", ".3f"),
        "recall@10%": ("recall_10", ".3f"),
        "recall@20%": ("recall_20", ".3f"),
        "WSS@95": ("wss_95", ".3f"),
        "WSS@100": ("wss_100", ".3f"),
    }
    width = max(len(name) for name in (*table, "review"))
    lines = ["review".ljust(width) + "".join(f"{c:>12}" for c in columns)]
    for name, row in table.items():
        lines.append(name.ljust(width) + "".join(f"{row[m]:>12{f}}" for m, f in columns.values()))
    return lines


def _advanced_label(path: Path) -> str | None:
    with path.open(encoding="utf-8-sig") as file:
        return _ABSTRACT_LABEL if _ABSTRACT_LABEL in file.readline() else None
