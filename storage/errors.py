"""What can go wrong with the session database, as sentences for people.

StorageError
├── DatabaseLocked     another process holds it
├── DatabaseCorrupt    the file is no database, or damaged
├── DatabaseNewer      written by a newer version of the program
├── DatabaseUnwritable no space, no permission, not a file
└── RecordRefused      the record contradicts what is stored already
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


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


class RecordRefused(StorageError):  # noqa: N818
    """What should be recorded contradicts what is there: a step or an outcome exists already."""


_DAMAGE = (
    "malformed",
    "not a database",
    "disk image",
    "no such table",
    "no such column",
    "unsupported file format",
    "could not decode",
    "text encoding",
)


def _translated(error: BaseException, place: str) -> StorageError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    words = str(cause).lower()
    other = "or name another with --db."
    if isinstance(error, PoolTimeout) or "locked" in words or "busy" in words:
        return DatabaseLocked(f"The database {place} is locked by another process: end it, {other}")
    if isinstance(cause, UnicodeDecodeError | zlib.error) or any(sign in words for sign in _DAMAGE):
        return DatabaseCorrupt(f"{place} is damaged or no session database ({cause}): move it away, {other}")
    if isinstance(error, IntegrityError):
        return RecordRefused(
            f"{place} refused a record ({cause}): another process may be writing the same session; "
            "end it, then go on with `webdreamer run --resume`."
        )
    if "full" in words or "disk i/o" in words or "no space" in words:
        return DatabaseUnwritable(f"{place} could not be written ({cause}): free space on its disk, {other}")
    return DatabaseUnwritable(f"The database {place} can't be used ({cause}): check its folder, {other}")


@contextlib.contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn driver errors into StorageErrors that name the database."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeDecodeError, zlib.error) as error:
        raise _translated(error, place) from error
