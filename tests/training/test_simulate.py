import csv
import json
import random
from pathlib import Path

import pytest

from data.errors import ReadError, ScreeningError
from data.protocol import Protocol, parse_protocol
from data.records import Record
from training.simulate import (
    LabelledRecord,
    Shown,
    read_labelled,
    read_priors,
    simulate,
    write_trace,
)

DRUGS = ("alphacept", "betamab", "gammafen", "deltatine")
PLACES = ("clinic", "hospital", "ward", "practice", "registry", "school")


def review(n: int = 48) -> list[LabelledRecord]:
    """A made-up review: trials of alphacept are wanted; two records have no text."""
    rows = []
    for i in range(n):
        wanted = i % 8 == 0
        text = f"{DRUGS[0] if wanted else DRUGS[1 + i % 3]} at {PLACES[i % 6]} {i} compared for joint pain"
        record = Record(title=text) if i not in (3, 21) else Record()
        rows.append(LabelledRecord(str(i), record, int(wanted), int(wanted)))
    return rows


def protocol() -> Protocol:
    return parse_protocol('title = "x"\n[intervention]\nwanted = ["alphacept"]\n')


def trace(rows: list[LabelledRecord], **options: object) -> list[Shown]:
    return simulate(rows, **{"priors": ("0", "1"), **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("known", [None, protocol()], ids=["no protocol", "protocol"])
def test_every_record_but_the_priors_is_shown_once_and_includes_come_early(known):
    rows = review()
    shown = trace(rows, protocol=known)
    assert [s.position for s in shown] == list(range(1, 47))
    assert sorted(int(s.record_id) for s in shown) == list(range(2, 48))
    assert {s.record_id: s.label for s in shown} == {r.record_id: r.label for r in rows[2:]}
    assert sum(s.label for s in shown[:9]) == 5


def test_the_protocol_alone_finds_what_it_asks_for():
    shown = simulate(review(), protocol=protocol())
    assert len(shown) == 48
    assert sum(s.label for s in shown[:7]) == 6


def test_the_order_does_not_depend_on_the_order_of_the_rows():
    rows = review()
    shuffled = random.Random(7).sample(rows, len(rows))
    assert trace(shuffled) == trace(rows)


@pytest.mark.parametrize("k", [1, 5, 20])
def test_the_first_records_do_not_depend_on_labels_not_yet_seen(k):
    rows = review()
    first = trace(rows)[:k]
    known = {"0", "1", *(s.record_id for s in first)}
    flipped = [
        r if r.record_id in known else LabelledRecord(r.record_id, r.record, 1 - r.label, 1 - r.learned)
        for r in rows
    ]
    assert [s.record_id for s in trace(flipped)[:k]] == [s.record_id for s in first]


def test_records_without_text_are_neither_first_nor_last():
    places = [s.position for s in trace(review()) if s.record_id in ("3", "21")]
    assert 5 < places[0] < places[1] < 42


def test_it_learns_from_one_label_and_reports_the_other():
    rows = [LabelledRecord(r.record_id, r.record, r.label, 1 - r.label) for r in review()]
    shown = trace(rows)
    assert sum(s.label for s in shown[-10:]) > 3  # taught the opposite, it puts the includes last


@pytest.mark.parametrize("label", [0, 1], ids=["none included", "all included"])
def test_one_class_only_is_read_to_the_end(label):
    rows = [LabelledRecord(r.record_id, r.record, label, label) for r in review(12)]
    assert len(trace(rows)) == 10


def test_a_single_record_is_shown():
    assert simulate(review(1)) == [Shown(1, "0", 1)]


def test_a_prior_that_is_not_there_is_named():
    with pytest.raises(ScreeningError, match="'99' is not in the data"):
        simulate(review(), priors=("0", "99"))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


ROW = {"record_id": "a", "title": "T", "abstract": "A", "label_included": "0", "screened": "1"}


def test_a_finished_review_is_read(tmp_path):
    path = write(tmp_path / "r.csv", [ROW, ROW | {"record_id": "b", "label_included": "1.0"}])
    rows = read_labelled(path, learn_from="screened")
    assert [(r.record_id, r.record.text, r.label, r.learned) for r in rows] == [
        ("a", "T A", 0, 1),
        ("b", "T A", 1, 1),
    ]
    assert [r.learned for r in read_labelled(path)] == [0, 1]


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        pytest.param([ROW, ROW], {}, "'a' stands twice", id="an id twice"),
        pytest.param(
            [ROW | {"label_included": "maybe"}], {}, r"r\.csv:2: label_included is 'maybe'", id="no label"
        ),
        pytest.param([ROW | {"label_included": ""}], {}, "expected a value", id="an empty label"),
        pytest.param([ROW | {"record_id": ""}], {}, "record_id is ''", id="an empty id"),
        pytest.param([ROW], {"label": "relevant"}, "no column 'relevant'", id="another column"),
        pytest.param([ROW], {"learn_from": "seen"}, "no column 'seen'", id="another column to learn from"),
    ],
)
def test_a_bad_review_is_refused(tmp_path, rows, options, message):
    with pytest.raises(ReadError, match=message):
        read_labelled(write(tmp_path / "r.csv", rows), **options)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"record_id,title,abstract,label_included\n"])
def test_a_file_without_records_is_refused(tmp_path, content):
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"r\.csv"):
        read_labelled(path)


def test_priors_are_those_of_the_seed(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(json.dumps([{"seed": 4, "included": 7, "excluded": "x9"}]))
    assert read_priors(path, seed=4) == ("7", "x9")
    with pytest.raises(ReadError, match="no entry for seed 5; there are 4"):
        read_priors(path, seed=5)


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", '[{"seed": 0}]', '[{"seed": 0, "included": 1.5}]'])
def test_a_bad_priors_file_is_refused(tmp_path, content):
    path = tmp_path / "p.json"
    path.write_text(content)
    with pytest.raises(ReadError, match=r"p\.json"):
        read_priors(path, seed=0)


def test_a_trace_is_written_as_the_scorer_reads_it(tmp_path):
    write_trace(tmp_path / "t.csv", [Shown(1, "b", 0), Shown(2, "a", 1)])
    assert (tmp_path / "t.csv").read_text() == "position,record_id,label\n1,b,0\n2,a,1\n"
