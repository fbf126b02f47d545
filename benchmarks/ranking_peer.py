"""Replay the reviews with ASReview's ELAS u4, refitted after every record, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from models.metrics import measure_screening
from training.evaluate import Replay, Review
from training.simulate import read_labelled, read_priors

SCRIPT = """
import json, sys
import numpy as np, pandas as pd
from asreview.models.balancers import Balanced
from asreview.models.classifiers import SVM
from asreview.models.feature_extractors import Tfidf
data = json.load(open(sys.argv[1]))
frame = pd.DataFrame({"title": data["titles"], "abstract": data["abstracts"]})
y = np.array(data["labels"])
x = Tfidf(ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=0.95).fit_transform(frame)
orders = []
for known in data["known"]:
    read = list(known)
    unread = np.ones(len(y), dtype=bool)
    unread[read] = False
    while unread.any():
        svm = SVM(loss="squared_hinge", C=0.11)
        svm.fit(x[read], y[read], sample_weight=Balanced(ratio=9.8).compute_sample_weight(y[read]))
        pool = np.flatnonzero(unread)
        best = int(pool[np.argmax(svm.decision_function(x[pool]))])
        read.append(best)
        unread[best] = False
    orders.append(read[len(known):])
print(json.dumps(orders))
"""


def replay_peer(python: str, review: Review, seeds: Sequence[int]) -> list[Replay]:
    """The peer's replays of a review: records with text, the same priors, the same measures."""
    rows = [r for r in read_labelled(review.path) if r.record.has_text]
    place = {r.record_id: i for i, r in enumerate(rows)}
    path = review.path.with_suffix(".priors.json")
    known = [[place[i] for i in read_priors(path, seed=s) if i in place] for s in seeds]
    told = {
        "titles": [r.record.title for r in rows],
        "abstracts": [r.record.abstract for r in rows],
        "labels": [r.label for r in rows],
        "known": known,
    }
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "review.json", Path(folder) / "peer.py"
        data.write_text(json.dumps(told))
        script.write_text(SCRIPT)
        done = subprocess.run(
            [python, str(script), str(data)], cwd=folder, capture_output=True, text=True, check=True
        )
    orders: list[list[int]] = json.loads(done.stdout.splitlines()[-1])
    replays = []
    for seed, order in zip(seeds, orders, strict=True):
        labels = tuple(rows[i].label for i in order)
        replays.append(Replay(review.name, seed, measure_screening(labels), (), labels))
    return replays
