"""A session's steps as a stream, for showing and replaying however long it is."""

from __future__ import annotations

from collections.abc import AsyncIterator

from storage.records import StepRecord
from storage.repository import Repository

_AT_ONCE = 32


async def stream(repository: Repository, session_id: str, start: int = 0) -> AsyncIterator[StepRecord]:
    """Steps in order from number `start`, complete; a few are in memory at a time. Raises StorageError."""
    while some := await repository.steps(session_id, start=start, limit=_AT_ONCE):
        for step in some:
            yield step
        start = some[-1].number + 1
