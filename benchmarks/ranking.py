"""Replay the labelled reviews, each with what the others taught; fit the prior that ships.

    python -m benchmarks.ranking                       the tables, seeds 0 to 2 (every record is a refit)
    python -m benchmarks.ranking --seeds 0 --workers 2
    python -m benchmarks.ranking --calibration PLOT.png   expected calibration error, and its plot
    python -m benchmarks.ranking --fit FOLDER          fit the prior on every review and write the bundle
    python -m benchmarks.ranking --sample              trials and real-world studies of the sample review
    python -m benchmarks.ranking --peer-only           ASReview's table alone (--peer-python: its Python)
    python -m benchmarks.ranking --cold                the first 20 records by the protocol alone

Reads `../shared/benchmarks/ranking`; the sample review ships. The tables come with ASReview's of the same run
where it can be installed, else with what it measured before.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.cycle import peer_python
from benchmarks.eligibility import SAMPLE, load_sample
from benchmarks.ranking_peer import replay_peer
from classifier.ranking import Ranker
from data.protocol import read_protocol
from models.metrics import calibration_error, reliability
from training.evaluate import (
    Replay,
    average,
    evaluate_ranking,
    find_reviews,
    learn_prior,
    see_review,
)
from training.simulate import read_labelled

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "ranking"
MEASURES = ("loss", "recall_10", "recall_20", "wss_95", "wss_100")
# Of ASReview 2.2 with ELAS u4, refitted after every record, same priors, mean of seeds 0 to 2.
PEER = {"loss": 0.124, "recall_10": 0.536, "recall_20": 0.749, "wss_95": 0.448, "wss_100": 0.329}


def measure_peer(given: str | None, seeds: Sequence[int]) -> None:
    """Replay with the peer and print its table."""
    python = peer_python(given)
    if python is not None:
        replays = [r for review in find_reviews(FOLDER) for r in replay_peer(python, review, seeds)]
        print_table("ASReview, ELAS u4, refitted after every record", replays)


def print_table(title: str, replays: Sequence[Replay]) -> None:
    """A line per review, the macro mean, and the peer's of an earlier run."""
    print(f"\n{title}\n{'review':26}" + "".join(f"{m:>11}" for m in MEASURES))
    for name, row in average(replays).items():
        print(f"{name:26}" + "".join(f"{row[m]:11.3f}" for m in MEASURES))
    print(f"{'ASReview 2.2 (MACRO)':26}" + "".join(f"{PEER[m]:11.3f}" for m in MEASURES), flush=True)


def measure_calibration(plot: Path | None) -> None:
    """Probabilities of the unread when a tenth, a quarter and half of a review is read, and their truth."""
    points: dict[float, tuple[list[float], list[int]]] = {}
    seen = {r.name: see_review(r) for r in find_reviews(FOLDER)}
    for review in find_reviews(FOLDER):
        prior = learn_prior([s for name, s in seen.items() if s is not None and name != review.name])
        rows = [r for r in read_labelled(review.path) if r.record.has_text]
        ranker = Ranker([(i, r.record) for i, r in enumerate(rows)], review.protocol, prior=prior)
        labels: dict[int, int] = {}
        for share in (0.1, 0.25, 0.5):
            while len(labels) < share * len(rows):
                ids, _ = ranker.order(labels)
                labels.update({int(i): rows[int(i)].label for i in ids[: 1 + len(labels) // 50]})
            ids, probabilities = ranker.probabilities(labels)
            if not np.isnan(probabilities).any():
                p, y = points.setdefault(share, ([], []))
                p += probabilities.tolist()
                y += [rows[int(i)].label for i in ids]
    print("\nCalibration over the unread records of all reviews\nread    records   included   expected error")
    for share, (p, y) in points.items():
        print(f"{share:4.0%} {len(p):10d} {np.mean(y):10.3f} {calibration_error(p, y):14.3f}")
    if plot is not None:
        _plot_reliability(points, plot)


def _plot_reliability(points: dict[float, tuple[list[float], list[int]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for share, (p, y) in points.items():
        bins = reliability(p, y)
        axes.plot(
            [b.mean_probability for b in bins],
            [b.share_relevant for b in bins],
            marker="o",
            label=f"{share:.0%} read",
        )
    axes.set_xlabel("probability of inclusion")
    axes.set_ylabel("share included")
    axes.legend()
    figure.savefig(path, dpi=120)


def measure_sample() -> None:
    """Where the included trials and real-world studies of the sample review stand, by the protocol alone."""
    labelled = load_sample()
    ranker = Ranker([(i, x.record) for i, x in enumerate(labelled)], read_protocol(SAMPLE / "protocol.toml"))
    places = {int(i): place for place, i in enumerate(ranker.order({})[0].tolist(), 1)}
    kinds = {"trials": ("rct", "nonrandomised_trial"), "real-world": ("observational",)}
    print(f"sample review, {len(labelled)} records (synthetic), no label")
    print(f"{'included':12}{'n':>4}  median place  last")
    for kind, designs in kinds.items():
        found = [places[i] for i, x in enumerate(labelled) if x.verdict == "include" and x.design in designs]
        print(f"{kind:12}{len(found):4d}{np.median(found):14.0f}{max(found):6d}")
    top = [labelled[i].design for i, place in places.items() if place <= 20]
    print("designs of the first 20: " + ", ".join(f"{d} {n}" for d, n in Counter(top).most_common()))


def measure_cold_start() -> None:
    """Included records among the first 20 by the protocol alone, beside what chance would find."""
    reviews = find_reviews(FOLDER)
    seen = [s for r in reviews if (s := see_review(r)) is not None]
    print(f"{'review':26}{'found':>7}{'by chance':>11}")
    for review in reviews:
        prior = learn_prior([s for s in seen if s.name != review.name])
        rows = [r for r in read_labelled(review.path) if r.record.has_text]
        ids, _ = Ranker([(i, r.record) for i, r in enumerate(rows)], review.protocol, prior=prior).order({})
        chance = 20 * sum(r.label for r in rows) / len(rows)
        print(f"{review.name:26}{sum(rows[i].label for i in ids[:20].tolist()):7d}{chance:11.1f}", flush=True)


def main() -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--calibration", type=Path)
    parser.add_argument("--fit", type=Path)
    parser.add_argument("--traces", type=Path)
    parser.add_argument("--peer-python")
    parser.add_argument("--peer-only", action="store_true")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--cold", action="store_true")
    args = parser.parse_args()
    if args.sample:
        measure_sample()
        return 0
    if not FOLDER.is_dir():
        print(f"{FOLDER}: not there; this measure needs the labelled reviews")
        return 0
    if args.fit:
        seen = [s for r in find_reviews(FOLDER) if (s := see_review(r)) is not None]
        print(f"written to {learn_prior(seen).save(args.fit)}")
        return 0
    if args.cold:
        measure_cold_start()
        return 0
    if args.calibration:
        measure_calibration(args.calibration)
        return 0
    measure_peer(args.peer_python, args.seeds)
    if args.peer_only:
        return 0
    runs: dict[str, dict[str, object]] = {
        "With the protocol": {},
        "Without": {"protocols": False},
        "From the protocol alone": {"priors": False},
        "With the protocol, learning from title and abstract": {"learn_from": "label_abstract_screening"},
    }
    for number, (title, options) in enumerate(runs.items()):
        traces = args.traces / str(number) if args.traces else None
        replays = evaluate_ranking(
            FOLDER,
            seeds=args.seeds,
            workers=args.workers,
            traces=traces,
            **options,  # type: ignore[arg-type]
        )
        print_table(title, replays)
    return 0


if __name__ == "__main__":
    sys.exit(main())
