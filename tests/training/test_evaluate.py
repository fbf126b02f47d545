import csv
import json

import pytest

from data.errors import ReadError, ScreeningError
from training.evaluate import Replay, average, evaluate_ranking, find_reviews

DRUGS = {"one": "alphacept", "two": "betamab", "three": "gammafen"}


@pytest.fixture
def folder(tmp_path):
    """Three made-up finished reviews with protocols and priors."""
    for name, drug in DRUGS.items():
        with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["record_id", "title", "abstract", "label_included", "label_abstract_screening"])
            for i in range(24):
                title = f"{drug if i % 6 == 0 else 'lunch'} study {i}" if i != 7 else ""
                abstract = "In adults with pain." if title else ""
                writer.writerow([i, title, abstract, int(i % 6 == 0), int(i % 3 == 0)])
        (tmp_path / f"{name}.picos.json").write_text(json.dumps({"title": name, "intervention": [drug]}))
        priors = [{"seed": s, "included": 0, "excluded": 1 + s} for s in range(2)]
        (tmp_path / f"{name}.priors.json").write_text(json.dumps(priors))
    return tmp_path


def test_each_review_is_read_from_each_seed(folder, tmp_path):
    seen: list[Replay] = []
    replays = evaluate_ranking(folder, seeds=(0, 1), traces=tmp_path / "traces", progress=seen.append)
    assert [(r.name, r.seed) for r in replays] == [(n, s) for n in sorted(DRUGS) for s in (0, 1)]
    assert seen == replays
    assert all(r.metrics.n_records == 21 for r in replays)  # 24 less two priors and one without text
    assert all(r.metrics.loss < 0.2 for r in replays)
    assert sorted(p.name for p in (tmp_path / "traces").iterdir()) == sorted(
        f"{n}__seed{s}.csv" for n in DRUGS for s in (0, 1)
    )


def test_the_protocol_alone_is_read_once(folder):
    replays = evaluate_ranking(folder, priors=False)
    assert [(r.name, r.seed) for r in replays] == [(n, None) for n in sorted(DRUGS)]
    assert all(r.metrics.recall_20 == 1.0 for r in replays)


def test_several_processes_give_the_same(folder):
    once = evaluate_ranking(folder, seeds=(0,), protocols=False)
    assert evaluate_ranking(folder, seeds=(0,), protocols=False, workers=2) == once


def test_the_table_averages_over_seeds_then_reviews(folder):
    replays = evaluate_ranking(folder, seeds=(0, 1))
    table = average(replays)
    assert list(table) == [*sorted(DRUGS), "MACRO"]
    assert table["MACRO"]["loss"] == pytest.approx(sum(table[n]["loss"] for n in DRUGS) / 3)


def test_a_folder_without_reviews_is_refused(tmp_path):
    with pytest.raises(ReadError, match="no finished review here"):
        find_reviews(tmp_path)


def test_there_must_be_something_to_start_from(folder):
    with pytest.raises(ScreeningError, match="nothing to start from"):
        evaluate_ranking(folder, priors=False, protocols=False)
