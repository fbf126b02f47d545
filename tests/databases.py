"""Fresh databases for the tests: an SQLite file, and a PostgreSQL server started on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from data.protocol import Protocol, parse_protocol
from data.store import connection, protocols
from data.store.connection import Store


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl, newest version first; None where PostgreSQL is not installed."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(folders, key=lambda p: int(p.parts[-3].split(".")[0]), default=None)
    return newest.parent if newest else None


@contextmanager
def postgres_server() -> Iterator[str]:
    """A server of our own on a free loopback port; yields the address of its maintenance database."""
    programs = postgres_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="picosieve-pg-"))
    user = _server_user(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*words: str) -> None:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **user)

    run(str(programs / "initdb"), "-D", str(folder / "data"), "-U", "picosieve", "-A", "trust", "-E", "UTF8")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
    control = str(programs / "pg_ctl")
    run(control, "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgresql://picosieve@127.0.0.1:{port}/postgres"
    finally:
        run(control, "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _server_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: hand it to the account that Debian's package makes."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, "postgres")
    return {"user": "postgres", "cwd": str(folder)}


@contextmanager
def fresh_postgres(server: str) -> Iterator[str]:
    """A new, empty database on the server; yields its SQLAlchemy address."""
    name = f"review_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    yield server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres", f"/{name}", 1)
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


def new_review(url: str, protocol: Protocol) -> Store:
    """A review with its protocol kept."""
    store = connection.create(url)
    with store.write() as db:
        protocols.keep_protocol(db, protocol)
    return store


def protocol_of(mode: str = "single", *, findings: str = "single", extra: str = "") -> Protocol:
    """A small protocol in the given modes; `extra` are further lines of `[screening]`."""
    return parse_protocol(
        f'title = "Test"\n[screening]\nmode = "{mode}"\n{extra}\n[findings]\nmode = "{findings}"\n'
        '[population]\nwanted = ["myeloma"]\n'
    )
