"""The wheel holds code, SQL, templates and the sample review, and nothing of anybody's work."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.command import ROOT


def test_the_wheel_holds_every_room_and_no_working_file(tmp_path: Path) -> None:
    stray = ROOT / "data" / "review.sqlite"
    made = not stray.exists()
    stray.touch()
    try:
        words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    finally:
        if made:
            stray.unlink()
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "cli.py",
        "data/template.toml",
        "data/migrations/env.py",
        "data/migrations/versions/0001_first_schema.py",
        "data/samples/anti_cd38/medline.ris",
        "models/bundle.py",
        "review/confirm.py",
        "training/dataset.py",
        "classifier/ranking.py",
    ):
        assert needed in names
    assert not [
        n for n in names if n.endswith((".sqlite", ".pyc")) or n.startswith(("tests/", "benchmarks/"))
    ]
