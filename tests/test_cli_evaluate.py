"""The command that replays finished reviews, as a user runs it."""

import csv
import json
from pathlib import Path

import pytest

from tests.command import picosieve
from training.evaluate import average, evaluate_ranking


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A made-up finished review without protocol or priors file."""
    with (tmp_path / "pain.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["record_id", "title", "abstract", "label_included"])
        for i in range(20):
            writer.writerow([i, f"{'alphacept' if i % 5 == 0 else 'lunch'} study", "", int(i % 5 == 0)])
    return tmp_path


def test_the_table_is_that_of_the_plain_function(folder: Path) -> None:
    told = picosieve("evaluate", "ranking", folder, "--seeds", "0,1", "--json").json
    replays = evaluate_ranking(folder, seeds=(0, 1), protocols=False)
    assert told["mean"] == json.loads(json.dumps(average(replays)))
    assert [(r["review"], r["seed"]) for r in told["replays"]] == [("pain", 0), ("pain", 1)]
    lines = picosieve("evaluate", "ranking", folder, "--seeds", "0-1,1").out.splitlines()
    assert [line.split()[0] for line in lines] == ["review", "pain", "MACRO"]
    assert lines[1].split()[1:3] == ["18", "3"]


def test_traces_and_a_plot_are_written(folder: Path) -> None:
    words = ("evaluate", "ranking", folder, "--seeds", "0")
    picosieve(*words, "--traces", folder / "out", "--plot", folder / "recall.png")
    assert [p.name for p in (folder / "out").iterdir()] == ["pain__seed0.csv"]
    assert (folder / "recall.png").read_bytes().startswith(b"\x89PNG")


def test_earlier_traces_and_plots_are_replaced_when_asked_only(folder: Path) -> None:
    words = ("evaluate", "ranking", folder, "--seeds", "0,1")
    (folder / "out").mkdir()
    trace, plot = folder / "out" / "pain__seed1.csv", folder / "recall.png"
    for path in (trace, plot):
        path.write_text("before")
    for option, path in (("--traces", trace), ("--plot", plot)):
        given = path.parent if option == "--traces" else path
        told = picosieve(*words, option, given, ok=False)
        assert (told.code, told.out) == (2, "")
        assert told.err.startswith(f"picosieve: {path}: is there already; ")
        assert path.read_text() == "before"
    assert [p.name for p in (folder / "out").iterdir()] == [trace.name]
    picosieve(*words, "--traces", folder / "out", "--plot", plot, "--force")
    assert len(list((folder / "out").iterdir())) == 2
    assert trace.read_text().startswith("position,record_id,label\n")
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(("--seeds", "one"), "expected numbers such as 0-2", id="no number"),
        pytest.param(("--seeds", "3-1"), "3-1 is no range", id="backward range"),
        pytest.param(("--seeds", "0-99999999999"), "is no range of 1 to 1000", id="endless range"),
        pytest.param(("--plot", "recall.txt"), "a plot ends in .png", id="no plot"),
        pytest.param(("--plot", "none/r.png"), "make the folder none first", id="no folder for the plot"),
        pytest.param(("--traces", __file__), "give --traces a folder", id="traces into a file"),
        pytest.param(("--no-priors",), "nothing to start from; give --protocols", id="nothing known"),
        pytest.param(("--label", "kept"), "no column 'kept'", id="no such label"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(folder: Path, words: tuple[str, ...], message: str) -> None:
    told = picosieve("evaluate", "ranking", folder, *words, ok=False).err
    assert message in told
    assert told.count("\n") == 1
