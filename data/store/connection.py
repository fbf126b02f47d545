"""One review's database: opened, migrated, guarded; read and write transactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from data.errors import StoreError
from data.store import guards

_LOCK = 0x7069636F  # "pico": every writer of a PostgreSQL review queues here, as SQLite's do by itself
_WAIT_SECONDS = 30


def now() -> str:
    """The moment, UTC, ISO 8601: what every time column holds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


class Store:
    """The database of one review. Made by `create` or `open_store`."""

    def __init__(self, engine: sa.Engine, *, name: str) -> None:
        self.engine = engine
        self.name = name

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the data and writes nothing."""
        # PostgreSQL's default shows each statement another state.
        level = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with self._explained(), self.engine.connect().execution_options(**level) as db, db.begin():
            yield db

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that holds the write lock from its beginning; all of it or nothing is kept."""
        with self._explained(), self.engine.connect().execution_options(picosieve_write=True) as db:
            with db.begin():
                if db.dialect.name == "postgresql":
                    db.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield db

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as err:
            raise StoreError(f"{self.name}: {_plain(err)}") from err
        except sa.exc.IntegrityError as err:
            problem = str(err.orig).strip().splitlines()[0]
            raise StoreError(f"{self.name}: the database refused it: {problem}") from err
        except sa.exc.DataError as err:
            problem = str(err.orig).strip().splitlines()[0]
            raise StoreError(f"{self.name}: the database cannot hold that value: {problem}") from err
        except sa.exc.ProgrammingError:
            raise  # a fault of ours
        except sa.exc.DatabaseError as err:
            raise StoreError(f"{self.name}: {_plain(err)}") from err


def _plain(err: sa.exc.DBAPIError) -> str:
    problem = str(err.orig).strip().splitlines()[0]
    hints = {
        "readonly": "the folder cannot be written to; check its permissions",
        "locked": f"another program has held it for {_WAIT_SECONDS} s; end that one or try again",
        "not a database": "it is not a review's database; restore it from a copy",
        "malformed": "it is damaged; restore it from a copy",
        "unable to open": "the file or folder cannot be opened; check that it exists and its permissions",
        "disk is full": "the disk is full; make room and run the command again",
        "disk i/o": "the disk refused; check it has room and is writable",
    }
    hint = next((text for sign, text in hints.items() if sign in problem.lower()), "check the database")
    return f"{problem}: {hint}"


def sqlite_url(path: Path) -> str:
    """The address of a review that is one SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


def create(url: str) -> Store:
    """Make the tables, triggers and views of a new review."""
    store = _connect(url)
    _migrate(store)
    return store


def open_store(url: str) -> Store:
    """Open a review, bringing an older one up to date.

    Raises
    ------
    StoreError
        It cannot be opened, is not a review, or was written by a newer version.
    """
    store = _connect(url)
    try:
        _bring_up_to_date(store)
    except BaseException:
        store.close()
        raise
    return store


def _bring_up_to_date(store: Store) -> None:
    with store.read() as db:
        found = MigrationContext.configure(db).get_current_revision()
    scripts = ScriptDirectory.from_config(_alembic())
    if found is None:
        raise StoreError(f"{store.name}: holds no review; make one with `picosieve init`")
    if found not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            f"{store.name}: was written by a newer picosieve (schema {found}); update with"
            " `pip install --upgrade picosieve`"
        )
    if found != scripts.get_current_head():
        _migrate(store)


def _connect(url: str) -> Store:
    try:
        parsed = sa.make_url(url)
        engine = sa.create_engine(parsed, connect_args=_connect_args(parsed))
    except (sa.exc.ArgumentError, ModuleNotFoundError, ValueError) as err:
        raise StoreError(
            f"database {url!r}: {err}; give postgresql+psycopg://USER@HOST/NAME and"
            " install picosieve[postgres]"
        ) from err
    if parsed.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _configure_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return Store(engine, name=parsed.database or url if engine.dialect.name == "sqlite" else repr(parsed))


def _connect_args(url: sa.URL) -> dict[str, Any]:
    return {"timeout": _WAIT_SECONDS} if url.get_backend_name() == "sqlite" else {}


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins too late and commits before DDL; ours is explicit.
    connection.isolation_level = None
    for pragma in (
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "synchronous = FULL",
        "journal_mode = WAL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(db: sa.Connection) -> None:
    # A writer takes the lock at once: two that begin by reading could not both go on to write.
    writes = db.get_execution_options().get("picosieve_write", False)
    db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("data").joinpath("migrations")).replace("%", "%%"))
    return config


def _migrate(store: Store, *, revision: str = "head") -> None:
    """Upgrade in one transaction, then make triggers and views anew."""
    config = _alembic()
    with store.write() as db:
        config.attributes["connection"] = db
        for view in reversed(list(guards.VIEWS)):
            db.exec_driver_sql(f"DROP VIEW IF EXISTS {view}")
        command.upgrade(config, revision)
        guards.install(db)
