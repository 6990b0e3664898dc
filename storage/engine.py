"""Opens the session database: the engine, its pragmas, and the migrations."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.errors import DatabaseCorrupt, DatabaseNewer, DatabaseUnwritable, StorageError, translated

REVISIONS = ("0001", "0002")
"""Every schema that this version can read or bring up to date, oldest first; one migration each."""
HEAD = REVISIONS[-1]
BUSY_TIMEOUT_S = 5.0
READS = {"reads_only": True}
"""Execution options of a connection that won't write: it needs no write lock and sees one moment."""


def database_url(place: str | Path) -> URL:
    """A path or URL as the URL of an asynchronous driver. Raises StorageError."""
    raw = str(place)
    if "://" not in raw:
        return URL.create("sqlite+aiosqlite", database=str(Path(raw).expanduser()))
    try:
        url = make_url(raw)
    except ArgumentError as error:
        raise StorageError(f"{raw!r} is not a database URL: write a path, or sqlite:///PATH.") from error
    return url.set(drivername="sqlite+aiosqlite") if url.drivername == "sqlite" else url


async def open_engine(place: str | Path, timeout_s: float = BUSY_TIMEOUT_S) -> AsyncEngine:
    """Open a database, creating and migrating it where needed; `timeout_s` bounds the wait for other writers.

    Raises StorageError.
    """
    url = database_url(place)
    with translated(str(place)):
        engine = await _sqlite(url, timeout_s) if url.get_backend_name() == "sqlite" else _other(url)
        try:
            await _migrate(engine, str(place))
        except BaseException:
            await engine.dispose()
            raise
    return engine


def _other(url: URL) -> AsyncEngine:
    try:
        return create_async_engine(url)
    except ModuleNotFoundError as error:
        raise StorageError(
            f"The driver {error.name} of {url.render_as_string()} is not installed: "
            f"install it, or name a path with --db."
        ) from error


async def _sqlite(url: URL, timeout_s: float) -> AsyncEngine:
    if not url.database or url.database == ":memory:":
        raise StorageError("A database in memory would lose what was decided: name a file with --db.")
    await asyncio.to_thread(_prepare_folder, Path(url.database))
    engine = create_async_engine(url, connect_args={"timeout": timeout_s}, pool_size=1, max_overflow=0)
    _set_pragmas(engine.sync_engine)
    return engine


def _prepare_folder(path: Path) -> None:
    if path.is_dir():
        raise DatabaseUnwritable(f"{path} is a folder, not a database file: name a file.")
    path.parent.mkdir(parents=True, exist_ok=True)


def _set_pragmas(engine: Any) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # BEGIN is said below
        try:
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()  # the pool does not know it yet, and its thread would stay
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads_only", False)
        # a writer waits at its start, bounded: a lock that is asked for later fails at once
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


async def _migrate(engine: AsyncEngine, place: str) -> None:
    """Bring the schema to HEAD; two short queries when it is there already."""
    async with engine.execution_options(**READS).connect() as connection:
        if await connection.run_sync(_revision, place) == HEAD:
            return
    async with engine.begin() as connection:  # asked again under the lock: another process may have been first
        if await connection.run_sync(_revision, place) != HEAD:
            await connection.run_sync(_upgrade)


def _revision(connection: Connection, place: str) -> str | None:
    """The schema's revision, None for an empty database. Raises DatabaseNewer, DatabaseCorrupt."""
    names = set(connection.dialect.get_table_names(connection))
    if not names:
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first() if _ours(names) else None
    if row is None:
        raise DatabaseCorrupt(f"{place} holds other tables than sessions: name another database with --db.")
    if row[0] not in REVISIONS:
        raise DatabaseNewer(
            f"{place} was written by a newer webdreamer (schema {row[0]}, this one knows {HEAD}): "
            "upgrade webdreamer, or name another database with --db."
        )
    return str(row[0])


def _ours(names: set[str]) -> bool:
    return {"alembic_version", "sessions", "steps"} <= names


def _upgrade(connection: Connection) -> None:
    from alembic import command  # a third of a second to import, needed once a database
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
