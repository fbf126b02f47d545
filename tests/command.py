"""The command line as a user runs it: same words in, same streams and exit code out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import cli

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def picosieve(*words: object, ok: bool = True) -> Ran:
    """Run a command in this process, from its words to its exit code; `ok`: it has to succeed."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        mock.patch.object(sys, "argv", ["picosieve", *map(str, words)]),
        mock.patch.dict(os.environ, {"COLUMNS": "120"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
    ran = Ran(int(str(code)), out.getvalue(), err.getvalue())
    assert not ok or ran.code == 0, f"{words}: exit {ran.code}\n{ran.out}\n{ran.err}"
    return ran
