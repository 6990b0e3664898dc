"""What can go wrong with the session database, as sentences for people.

StorageError
├── DatabaseLocked   another process holds it
├── DatabaseCorrupt  the file is no database, or damaged
├── DatabaseNewer    written by a newer version of the program
└── DatabaseUnwritable no space, no permission, not a file
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator


class StorageError(Exception):
    """The session database can't be used; the message names the file and what to do."""


class DatabaseLocked(StorageError):  # noqa: N818
    """Another process has been writing for longer than we wait."""


class DatabaseCorrupt(StorageError):  # noqa: N818
    """The file is damaged, or is no database at all."""


class DatabaseNewer(StorageError):  # noqa: N818
    """The schema is one that this version doesn't know."""


class DatabaseUnwritable(StorageError):  # noqa: N818
    """The file can't be created or written."""


def _translated(error: BaseException, place: str) -> StorageError | None:
    from sqlalchemy.exc import DBAPIError

    cause = error.orig if isinstance(error, DBAPIError) else error
    words = str(cause).lower()
    if "locked" in words or "busy" in words:
        return DatabaseLocked(f"The database {place} is locked by another process: end it, or name another with --db.")
    if "malformed" in words or "not a database" in words or "disk image" in words or "no such table" in words:
        return DatabaseCorrupt(
            f"{place} is damaged or no session database ({cause}): move it away, or name another with --db."
        )
    if isinstance(cause, sqlite3.Error | OSError) or isinstance(error, DBAPIError):
        return DatabaseUnwritable(
            f"The database {place} can't be used ({cause}): check its folder, or name another with --db."
        )
    return None


@contextlib.contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn driver errors into StorageErrors that name the database."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        better = _translated(error, place)
        if better is None:
            raise
        raise better from error
