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
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, state BLOB NOT NULL, beginning BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (name TEXT PRIMARY KEY, state BLOB NOT NULL, beginning BLOB) WITHOUT ROWID;
"""
"""`beginning`: the state in which the session's task begins; none where somebody just looks around."""


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
                for table in ("sessions", "snapshots"):
                    self._complete(table)
            except sqlite3.Error:
                self._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise ServerError(
                f"The site's database {database} can't be used ({error}): "
                "close what else uses it, or name another file."
            ) from error

    def _complete(self, table: str) -> None:
        """Files of earlier versions don't keep beginnings."""
        if all(row[1] != "beginning" for row in self._connection.execute(f"PRAGMA table_info({table})")):
            self._connection.execute(f"ALTER TABLE {table} ADD COLUMN beginning BLOB")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def exists(self, token: str) -> bool:
        return self._value("sessions", "state", "token", token) is not None

    def ensure(self, token: str, state: State | None = None) -> None:
        """Make the session unless it is there; with `state`, or as a new visitor finds the site."""
        with self._lock:
            self._connection.execute(
                "INSERT OR IGNORE INTO sessions VALUES (?, ?, NULL)", (token, self._encode(state or self._new()))
            )

    def begin(self, token: str, beginning: State) -> None:
        """Make the session unless it is there, and remember where its task begins."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO sessions VALUES (?1, ?2, ?2) ON CONFLICT (token) DO UPDATE SET beginning = ?2",
                (token, self._encode(beginning)),
            )

    def begins(self, token: str) -> bool:
        """Whether the session has a task."""
        return self._value("sessions", "beginning", "token", token) is not None

    def reset(self, token: str) -> None:
        """Put the session back to where its task begins, or to what a new visitor finds."""
        with self._lock:
            beginning = self._value("sessions", "beginning", "token", token)
            self._write(token, self._encode(self._new()) if beginning is None else beginning)

    def write(self, token: str, state: State) -> None:
        with self._lock:
            self._write(token, self._encode(state))

    def _write(self, token: str, state: bytes) -> None:
        self._connection.execute(
            "INSERT INTO sessions VALUES (?1, ?2, NULL) ON CONFLICT (token) DO UPDATE SET state = ?2", (token, state)
        )

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
        """Another session with the same state and the same beginning. Raises UnknownVisit."""
        self._copy("sessions", "token", token, "sessions", copy)

    def save(self, token: str, name: str) -> None:
        """Keep the state under a name. Raises UnknownVisit."""
        self._copy("sessions", "token", token, "snapshots", name)

    def restore(self, token: str, name: str) -> None:
        """Put a kept state back; the session keeps the beginning that it has. Raises UnknownVisit."""
        with self._lock:
            beginning = self._value("sessions", "beginning", "token", token)
            self._copy("snapshots", "name", name, "sessions", token)
            if beginning is not None:
                self._connection.execute("UPDATE sessions SET beginning = ? WHERE token = ?", (beginning, token))

    def _copy(self, source: str, column: str, name: str, target: str, copy: str) -> None:
        with self._lock:
            done = self._connection.execute(
                f"INSERT OR REPLACE INTO {target} SELECT ?, state, beginning FROM {source} WHERE {column} = ?",
                (copy, name),
            )
            if not done.rowcount:
                raise UnknownVisit(f"There is nothing called {name!r} among the site's {source}.")

    def _must(self, table: str, column: str, name: str) -> bytes:
        found = self._value(table, "state", column, name)
        if found is None:
            raise UnknownVisit(f"There is nothing called {name!r} among the site's {table}.")
        return found

    def _value(self, table: str, wanted: str, column: str, name: str) -> bytes | None:
        with self._lock:
            rows = self._connection.execute(f"SELECT {wanted} FROM {table} WHERE {column} = ?", (name,)).fetchall()
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else None
