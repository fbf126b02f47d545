import csv
import json

import pytest

from data.errors import ReadError, ScreeningError
from training.evaluate import average, evaluate_ranking, find_reviews

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
    seen: list[tuple[int, int]] = []
    replays = evaluate_ranking(
        folder, seeds=(0, 1), traces=tmp_path / "traces", on_replay=lambda *n: seen.append(n)
    )
    assert [(r.name, r.seed) for r in replays] == [(n, s) for n in sorted(DRUGS) for s in (0, 1)]
    assert seen == [(n, 6) for n in range(7)]
    assert all(sum(r.labels) == r.metrics.n_relevant == 3 for r in replays)
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


def test_a_review_without_a_priors_file_starts_from_records_drawn_by_the_seed(folder):
    for path in folder.glob("*.priors.json"):
        path.unlink()
    once = evaluate_ranking(folder, seeds=(5,))
    assert evaluate_ranking(folder, seeds=(5,)) == once
    assert {len(r.shown) for r in once} == {22}


@pytest.mark.parametrize("protocols", [True, False], ids=["protocols", "no protocols"])
def test_what_is_learned_across_reviews_leaves_the_one_at_hand_out(folder, protocols):
    (before, *_) = evaluate_ranking(folder, seeds=(0,), protocols=protocols)
    path = folder / "one.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    unread = before.shown[-1].record_id  # the last record's label teaches nothing in its own review
    for row in rows[1:]:
        row[4] = str(1 - int(row[4])) if row[0] == unread else row[4]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    (after, *_) = evaluate_ranking(folder, seeds=(0,), protocols=protocols)
    assert [s.record_id for s in after.shown] == [s.record_id for s in before.shown]


def test_another_label_can_be_found(folder):
    path = folder / "one.csv"
    path.write_text(path.read_text().replace("label_included", "kept"))
    for name in ("two", "three"):
        (folder / f"{name}.csv").unlink()
    assert [r.name for r in evaluate_ranking(folder, seeds=(0,), label="kept")] == ["one"]


def test_a_folder_without_reviews_is_refused(tmp_path):
    with pytest.raises(ReadError, match="no finished review here"):
        find_reviews(tmp_path)


def test_there_must_be_something_to_start_from(folder):
    with pytest.raises(ScreeningError, match="nothing to start from"):
        evaluate_ranking(folder, priors=False, protocols=False)
