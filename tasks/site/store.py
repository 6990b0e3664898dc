"""Server-side state: one SQLite file, one JSON document a session, so that copying a session is copying a row."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from tasks.server import ServerError

State = TypeVar("State", bound=msgspec.Struct)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (name TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
"""


class UnknownVisit(LookupError):  # noqa: N818 - says what is wrong
    """There is no session or snapshot of this name."""


class SessionStore(Generic[State]):
    """The sessions of one site. Safe from any thread."""

    def __init__(self, database: Path, kind: type[State], new: Callable[[], State]) -> None:
        """Open or make the file. Raises ServerError, which names it."""
        self._lock = threading.RLock()
        self._new = new
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(kind).decode
        try:
            self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None, timeout=10)
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                self._connection.executescript(_SCHEMA)
            except sqlite3.Error:
                self._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise ServerError(
                f"The site's database {database} can't be used ({error}): "
                "close what else uses it, or name another file."
            ) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def new(self) -> State:
        """What a new visitor finds."""
        return self._new()

    def exists(self, token: str) -> bool:
        return self._blob("sessions", "token", token) is not None

    def ensure(self, token: str, state: State | None = None) -> None:
        """Make the session unless it is there; with `state`, or as a new visitor finds the site."""
        with self._lock:
            self._connection.execute(
                "INSERT OR IGNORE INTO sessions VALUES (?, ?)", (token, self._encode(state or self._new()))
            )

    def write(self, token: str, state: State) -> None:
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?)", (token, self._encode(state)))

    def read(self, token: str) -> State:
        """Raises UnknownVisit."""
        return self._decode(self._must("sessions", "token", token))

    @contextlib.contextmanager
    def edit(self, token: str) -> Iterator[State]:
        """The state to change; stored when the block ends well, left alone when it raises. Raises UnknownVisit."""
        with self._lock:
            state = self.read(token)
            yield state
            self.write(token, state)

    def clone(self, token: str, copy: str) -> None:
        """Another session with the same state. Raises UnknownVisit."""
        self._copy("sessions", "token", token, "sessions", copy)

    def save(self, token: str, name: str) -> None:
        """Keep the state under a name. Raises UnknownVisit."""
        self._copy("sessions", "token", token, "snapshots", name)

    def restore(self, token: str, name: str) -> None:
        """Put a kept state back. Raises UnknownVisit."""
        self._copy("snapshots", "name", name, "sessions", token)

    def _copy(self, source: str, column: str, name: str, target: str, copy: str) -> None:
        with self._lock:
            done = self._connection.execute(
                f"INSERT OR REPLACE INTO {target} SELECT ?, state FROM {source} WHERE {column} = ?", (copy, name)
            )
            if not done.rowcount:
                raise UnknownVisit(f"There is nothing called {name!r} among the site's {source}.")

    def _must(self, table: str, column: str, name: str) -> bytes:
        found = self._blob(table, column, name)
        if found is None:
            raise UnknownVisit(f"There is nothing called {name!r} among the site's {table}.")
        return found

    def _blob(self, table: str, column: str, name: str) -> bytes | None:
        with self._lock:
            rows = self._connection.execute(f"SELECT state FROM {table} WHERE {column} = ?", (name,)).fetchall()
        return bytes(rows[0][0]) if rows else None
