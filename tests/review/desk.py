"""A small synthetic review to read in: its project, its queue, a client at its desk."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn
from starlette.testclient import TestClient

from data.project import Project, init_project
from data.records import CORE_ENDPOINTS, Endpoint, Finding, Record, Statistic, Unit
from data.store import findings
from review.web.app import create_app
from review.web.serve import listen
from review.worker import Worker
from tests.builders import add_records

PORT = 8000
HERE = f"http://127.0.0.1:{PORT}"
PROTOCOL = """
title = "Second antibody in myeloma (test)"
question = "Does a second antibody help?"
[population]
description = "Adults with myeloma."
wanted = ["myeloma"]
unwanted = ["lymphoma"]
[intervention]
wanted = ["daratumumab", "isatuximab"]
[outcomes]
wanted = ["progression-free survival", "overall survival"]
synonyms = { "progression-free survival" = ["PFS"], "overall survival" = ["OS"] }
[study_design]
wanted = ["cohort"]
[screening]
mode = "MODE"
"""
ABSTRACT = (
    "We followed a cohort with myeloma. Median PFS was 4.6 months (95% CI 3.5-6.2). "
    "Median OS was 15.9 months. In short, median PFS was 4.6 months."
)


def some_records(n: int = 12) -> list[Record]:
    """Records of which every second speaks of the right disease."""
    return [
        Record(
            title=f"Isatuximab in myeloma, report {i}"
            if i % 2 == 0
            else f"Rituximab in lymphoma, report {i}",
            abstract=ABSTRACT if i % 2 == 0 else "Patients with lymphoma were given rituximab.",
            authors=("Writer, A.", "Writer, B."),
            year=2015 + i % 9,
            journal="Journal of Tests",
        )
        for i in range(n)
    ]


def new_project(
    folder: Path,
    records: Sequence[Record] | None = None,
    *,
    mode: str = "single",
    show_suggestions: bool = False,
    endpoints: Sequence[str] = CORE_ENDPOINTS,
) -> Project:
    """A project with records and, where the abstract states them, proposed findings."""
    folder.mkdir(parents=True, exist_ok=True)
    protocol = PROTOCOL.replace("MODE", mode) + f"show_suggestions = {str(show_suggestions).lower()}\n"
    protocol += f"[findings]\nendpoints = {[str(e) for e in endpoints]}\n"
    (folder / "given.toml").write_text(protocol, encoding="utf-8")
    project = init_project(folder / "project", protocol=folder / "given.toml")
    ids = add_records(project.store, *(some_records() if records is None else records))
    with project.store.write() as db:
        for record_id in ids:
            row = db.execute(
                sa.text("SELECT title, abstract FROM records WHERE id = :i"), {"i": record_id}
            ).one()
            if row.abstract == ABSTRACT:
                findings.propose(db, record_id, proposals(f"{row.title} {row.abstract}"), extractor="test")
    return project


def queued_project(folder: Path, records: Sequence[Record] | None = None, **options: Any) -> Project:
    """The same with its queue written, so that a page has records before its worker is up."""
    project = new_project(folder, records, **options)
    refit(project)
    return project


def proposals(text: str) -> list[Finding]:
    """Median PFS (stated twice) and median OS of `ABSTRACT`."""
    first, last = text.index("4.6 months"), text.rindex("4.6 months")
    overall = text.index("15.9 months")
    ends = [text.index("6.2).") + 5, len(text)]
    pfs: dict[str, Any] = {
        "endpoint": Endpoint.PFS,
        "statistic": Statistic.MEDIAN,
        "unit": Unit.MONTHS,
        "value": 4.6,
    }
    return [
        Finding(
            **pfs, ci_lower=3.5, ci_upper=6.2, start=first, end=first + 10, value_text="4.6 months",
            evidence_start=text.index("Median PFS"), evidence_end=ends[0],
        ),
        Finding(
            endpoint=Endpoint.OS, statistic=Statistic.MEDIAN, unit=Unit.MONTHS, value=15.9, start=overall,
            end=overall + 11, value_text="15.9 months", evidence_start=text.index("Median OS"),
            evidence_end=overall + 12,
        ),
        Finding(
            **pfs, start=last, end=last + 10, value_text="4.6 months", evidence_start=text.index("In short"),
            evidence_end=ends[1],
        ),
    ]  # fmt: skip


@dataclass(slots=True)
class Reader:
    """A person at a page of the review, without a browser."""

    project: Project
    person: str = "Ada"
    port: int = PORT
    web: TestClient = field(init=False)

    def __post_init__(self) -> None:
        app = create_app(self.project, person=self.person, port=self.port)
        self.web = TestClient(app, base_url=HERE, raise_server_exceptions=False)
        token = app.state.desk.token
        self.web.headers |= {"origin": HERE, "x-picosieve-token": token}

    def lease(self, n: int = 1, held: Sequence[int] = ()) -> list[dict[str, Any]]:
        answer = self.web.post("/api/leases", json={"n": n, "held": list(held)})
        assert answer.status_code == 200, answer.text
        records: list[dict[str, Any]] = answer.json()["records"]
        return records

    def decide(self, record_id: int, verdict: str = "include", **more: Any) -> Any:
        body = {
            "key": f"decision-{self.person}-{record_id}",
            "record_id": record_id,
            "verdict": verdict,
        } | more
        return self.web.post("/api/decisions", json=body)


def refit(project: Project) -> None:
    """What the worker does when something changed."""
    Worker(project).refit_if_due()


def log_rows(project: Project) -> list[tuple[Any, ...]]:
    """Everything in the log of decisions."""
    with project.store.read() as db:
        return [
            *map(tuple, db.execute(sa.text("SELECT * FROM screening_decisions ORDER BY id"))),
            *map(tuple, db.execute(sa.text("SELECT * FROM finding_decisions ORDER BY id"))),
            *map(tuple, db.execute(sa.text("SELECT * FROM marks ORDER BY id"))),
        ]


@dataclass(slots=True)
class Server:
    """`picosieve review` as a process of its own."""

    folder: Path
    port: int = 0
    person: str = "Ada"
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)

    def start(self) -> str:
        """Start, and return the address once it answers."""
        command = [
            sys.executable, "-c", "import cli; cli.main()", "review", "--project", str(self.folder),
            "--port", str(self.port), "--person", self.person,
        ]  # fmt: skip
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if " reads at " in line:
                address = line.split(" reads at ")[1].split()[0]
                self.port = int(address.rsplit(":", 1)[1])
                threading.Thread(target=self._listen, args=(self.process.stderr,), daemon=True).start()
                return address
        raise AssertionError("".join(self.said))

    def _listen(self, stream: Any) -> None:
        with contextlib.suppress(ValueError):
            self.said.extend(stream)

    def stop(self, *, kill: bool = False) -> None:
        """End it, politely or at once."""
        assert self.process is not None
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(timeout=15)
        if self.process.stderr is not None:
            self.process.stderr.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A running server of the project."""
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def serving_here(project: Project) -> Iterator[str]:
    """The pages and the worker of an open project in threads of this process: up at once; its address."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    app = create_app(project, person="Ada", port=port)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    over = threading.Event()

    def work() -> None:
        worker = Worker(project)
        while not over.is_set():
            if worker.refit_if_due() is None and not worker.explain_more():
                over.wait(0.05)

    threads = [
        threading.Thread(target=work),
        threading.Thread(target=server.run, kwargs={"sockets": [listener]}),
    ]
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        over.set()
        server.should_exit = True
        for thread in threads:
            thread.join(timeout=15)
        listener.close()
