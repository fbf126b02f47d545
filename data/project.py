"""A review's folder: its protocol, its database, its models."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from data import files
from data.errors import ScreeningError
from data.protocol import Protocol, read_protocol, template
from data.store import protocols
from data.store.connection import Store, create, open_store, sqlite_url

PROTOCOL = files.PROTOCOL
DATABASE = files.DATABASE
DATABASE_URL = files.DATABASE_URL
MODELS = "models"


class ProjectError(ScreeningError):
    """A folder that is not a project, or cannot be one."""


@dataclass(frozen=True, slots=True)
class Project:
    """An open project; close its store when done."""

    folder: Path
    protocol: Protocol
    store: Store
    # Whether the protocol file had been edited since it was last used, and was kept as a new version.
    protocol_changed: bool = False

    @property
    def models(self) -> Path:
        """Where bundles of fitted models are."""
        return self.folder / MODELS

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()


def init_project(folder: Path, *, protocol: Path | None = None, database: str | None = None) -> Project:
    """Make a new project; without a protocol, one with a commented template.

    Raises
    ------
    ProjectError
        The folder holds a project already, or cannot be written to.
    ProtocolError
        The protocol has an error; nothing was written.
    """
    if (folder / DATABASE).exists() or (folder / DATABASE_URL).exists():
        raise ProjectError(f"{folder}: holds a project already; choose another folder with --project")
    target = folder / PROTOCOL
    if protocol is not None:
        read_protocol(protocol)  # refuse an erroneous one before anything is written
        text = protocol.read_text(encoding="utf-8-sig")
    elif not target.exists():
        text = template()
    else:
        read_protocol(target)
        text = target.read_text(encoding="utf-8")
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            if target.exists():
                raise ProjectError(
                    f"{target}: is there already and differs; move it away or leave out --protocol"
                )
            target.write_text(text, encoding="utf-8")
            made.append(target)
        (folder / MODELS).mkdir(exist_ok=True)
        if database is not None:
            _write_secret(folder / DATABASE_URL, database)
            made.append(folder / DATABASE_URL)
        store = create(_database_url(folder))
    except (OSError, ScreeningError) as err:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(err, OSError):
            raise ProjectError(
                f"{folder}: cannot make a project there ({err.strerror}); choose another"
            ) from err
        raise
    read = read_protocol(target)
    with store.write() as db:
        protocols.keep_protocol(db, read)
    return Project(folder, read, store)


def open_project(folder: Path, *, rationale: str = "") -> Project:
    """Open a project; an edited protocol file is kept as a new, dated version, with its rationale.

    Raises
    ------
    ProjectError
        The folder is not a project.
    ProtocolError, StoreError
        Its protocol has an error; its database cannot be opened or is of a newer version.
    """
    if not folder.is_dir():
        raise ProjectError(f"{folder}: no such folder; `picosieve init --project {folder}` makes a project")
    if not (folder / DATABASE).exists() and not (folder / DATABASE_URL).exists():
        raise ProjectError(
            f"{folder}: is not a picosieve project (no {DATABASE});"
            f" `picosieve init --project {folder}` makes one"
        )
    protocol = read_protocol(folder / PROTOCOL)
    store = open_store(_database_url(folder))
    try:
        with store.read() as db:
            known = protocols.is_newest(db, protocol)
        if not known:
            with store.write() as db:
                protocols.keep_protocol(db, protocol, rationale=rationale)
    except BaseException:
        store.close()
        raise
    return Project(folder, protocol, store, protocol_changed=not known)


def _database_url(folder: Path) -> str:
    secret = folder / DATABASE_URL
    if secret.exists():
        return secret.read_text(encoding="utf-8").strip()
    return sqlite_url(folder / DATABASE)


def _write_secret(path: Path, text: str) -> None:
    """The address may hold a password: readable by its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
