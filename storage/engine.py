"""Opens the session database: the engine, its pragmas, and the migrations."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.errors import DatabaseCorrupt, DatabaseNewer, DatabaseUnwritable, StorageError, translated

HEAD = "0001"
BUSY_TIMEOUT_S = 5.0


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
    """Open a database, creating and migrating it where needed. Raises StorageError."""
    url = database_url(place)
    with translated(str(place)):
        if url.database and url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_prepare_folder, Path(url.database))
        await asyncio.to_thread(_migrate, url, timeout_s)
        engine = create_async_engine(url, connect_args={"timeout": timeout_s}, pool_size=1, max_overflow=0)
        _set_pragmas(engine.sync_engine)
    return engine


def _prepare_folder(path: Path) -> None:
    if path.is_dir():
        raise DatabaseUnwritable(f"{path} is a folder, not a database file: name a file with --db.")
    path.parent.mkdir(parents=True, exist_ok=True)


def _set_pragmas(engine: Any) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # we say BEGIN IMMEDIATE ourselves: a writer waits at the start, bounded
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(url: URL, timeout_s: float) -> None:
    """Bring the schema to HEAD; one query when it is there already."""
    sync = url.set(drivername="sqlite") if url.get_backend_name() == "sqlite" else url
    arguments = {"timeout": timeout_s} if url.get_backend_name() == "sqlite" else {}
    engine = create_engine(sync, connect_args=arguments)
    try:
        with engine.connect() as connection:
            found = _revision(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise DatabaseNewer(
                f"{url.database} was written by a newer webdreamer (schema {found}, this one knows {HEAD}): "
                "upgrade webdreamer, or name another database with --db."
            )
        with engine.begin() as connection:
            _upgrade(connection)
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    names = set(connection.dialect.get_table_names(connection))
    if "alembic_version" not in names:
        if names & {"sessions", "steps"}:
            raise DatabaseCorrupt(
                f"{connection.engine.url.database} holds other tables: name another database with --db."
            )
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
