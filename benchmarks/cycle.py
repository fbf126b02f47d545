"""How long one reading cycle takes (fit on 200 labels, order the pool), beside ASReview's in the same run.

    python -m benchmarks.cycle [--sizes 20000 100000] [--peer-python PATH]

The pool is made of the abstracts in `../shared/benchmarks/ranking`, the first half of one joined to the
second half of another, so that it is as large as wanted. The peer runs in an environment of its own,
made with `pip install asreview` unless a Python that has it is given.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.ranking import Ranker
from data.protocol import Protocol, read_protocol
from data.records import Record
from models.features import CountCache, count_grams, inverse_frequency, weigh

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT.parent / "shared" / "benchmarks" / "ranking"
N_LABELS = 200
PEER_HOME = Path(tempfile.gettempdir()) / "picosieve-peer"
PEER_SCRIPT = """
import json, sys, time
import numpy as np, pandas as pd
from asreview.models.balancers import Balanced
from asreview.models.classifiers import SVM
from asreview.models.feature_extractors import Tfidf
from importlib.metadata import version
data = json.load(open(sys.argv[1]))
frame = pd.DataFrame({"title": data["titles"], "abstract": data["abstracts"]})
y = np.array(data["labels"])
begun = time.perf_counter()
tfidf = Tfidf(ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=0.95)
x = tfidf.fit_transform(frame)
vectorised = time.perf_counter() - begun
cycles = []
for _ in range(7):
    begun = time.perf_counter()
    svm = SVM(loss="squared_hinge", C=0.11)
    svm.fit(x[: len(y)], y, sample_weight=Balanced(ratio=9.8).compute_sample_weight(y))
    np.argsort(-svm.decision_function(x[len(y):]), kind="stable")
    cycles.append(time.perf_counter() - begun)
print(json.dumps({"version": version("asreview"), "vectorise": vectorised, "cycle": sorted(cycles)[3]}))
"""


def make_pool(n_records: int, *, seed: int = 0) -> list[Record]:
    """Records joined from the halves of real abstracts, each pair once."""
    csv.field_size_limit(10**9)
    texts: list[tuple[str, str]] = []
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            texts += [(r["title"], r["abstract"]) for r in csv.DictReader(file) if len(r["abstract"]) > 400]
    rng = np.random.default_rng(seed)
    first, second = rng.integers(len(texts), size=(2, n_records))
    return [
        Record(
            title=texts[a][0],
            abstract=texts[a][1][: len(texts[a][1]) // 2] + texts[b][1][len(texts[b][1]) // 2 :],
        )
        for a, b in zip(first, second, strict=True)
    ]


def median_time(work: Callable[[], object], *, n_times: int = 7) -> float:
    """Median seconds of a few runs."""
    taken = []
    for _ in range(n_times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[n_times // 2]


def measure_ours(records: Sequence[Record], labels: Sequence[int], protocol: Protocol) -> dict[str, float]:
    """Seconds to vectorise, to prepare the pool with every view, for a first cycle, and for each next one."""
    texts = [r.text for r in records]
    begun = time.perf_counter()
    counts = count_grams(texts, stems=True)
    weigh(counts, inverse_frequency(counts))
    vectorise = time.perf_counter() - begun
    del counts
    begun = time.perf_counter()
    ranker = Ranker(list(enumerate(records)), protocol, cache=CountCache())
    prepare = time.perf_counter() - begun
    known = dict(enumerate(labels))
    begun = time.perf_counter()
    ranker.order(dict(list(known.items())[:-7]))
    first = time.perf_counter() - begun
    steps = iter(range(len(known) - 6, len(known) + 1))
    following = median_time(lambda: ranker.order(dict(list(known.items())[: next(steps)])))
    return {"vectorise": vectorise, "prepare": prepare, "first": first, "cycle": following}


def peer_python(given: str | None) -> str | None:
    """A Python that has the peer; None, with a word on stderr, where it cannot be had."""
    if given:
        return given
    python = PEER_HOME / "bin" / "python"
    if not python.exists():
        venv.create(PEER_HOME, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", "asreview"], capture_output=True, text=True)
    if done.returncode:
        print(f"the peer cannot be installed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return str(python)


def measure_peer(python: str, records: Sequence[Record], labels: Sequence[int]) -> dict[str, float]:
    """The same of ASReview's ELAS u4."""
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "pool.json", Path(folder) / "peer.py"
        told = {
            "titles": [r.title for r in records],
            "abstracts": [r.abstract for r in records],
            "labels": list(labels),
        }
        data.write_text(json.dumps(told))
        script.write_text(PEER_SCRIPT)
        done = subprocess.run(
            [python, str(script), str(data)], cwd=folder, capture_output=True, text=True, check=True
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--peer-python")
    args = parser.parse_args()
    if not FOLDER.is_dir():
        print(f"{FOLDER}: not there; this measure needs the labelled reviews")
        return 0
    protocol = read_protocol(FOLDER / "ADHD.picos.json")
    peer = peer_python(args.peer_python)
    rng = np.random.default_rng(0)
    labels = [1, 0, *(rng.random(N_LABELS - 2) < 0.15).astype(int).tolist()]
    print(f"{'records':>8} {'who':10} {'vectorise s':>12} {'prepare s':>10} {'first ms':>9} {'cycle ms':>9}")
    for size in args.sizes:
        records = make_pool(size)
        ours = measure_ours(records, labels, protocol)
        print(
            f"{size:8d} {'picosieve':10} {ours['vectorise']:12.1f} {ours['prepare']:10.1f} "
            f"{1000 * ours['first']:9.1f} {1000 * ours['cycle']:9.1f}",
            flush=True,
        )
        if peer:
            theirs = measure_peer(peer, records, labels)
            name = f"ASReview {theirs['version']}"
            print(f"{size:8d} {name:10} {theirs['vectorise']:12.1f} {'':>20} {1000 * theirs['cycle']:9.1f}")
        if size <= 20_000:
            texts = [r.text for r in records]
            begun = time.perf_counter()
            TfidfVectorizer(ngram_range=(1, 2)).fit_transform(texts)
            print(f"{size:8d} {'scikit':10} {time.perf_counter() - begun:12.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
