"""Reads and writes sessions. Each write is one transaction, on disk when the call returns."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import BUSY_TIMEOUT_S, READS, open_engine
from storage.errors import RecordRefused, translated
from storage.loading import load_steps
from storage.records import OutcomeRecord, SessionRecord, StepRecord
from storage.schema import sessions, steps, verdicts
from storage.writing import pack, put_outcome, put_step

COMMITS = ("irreversible", "unknown")
"""Effects that an audit looks at."""


class UnknownSession(LookupError):  # noqa: N818
    """No session, or more than one, has this id or prefix."""


class Repository:
    """The sessions of one database. Made by `open_repository`; every method raises StorageError."""

    def __init__(self, engine: AsyncEngine, place: str) -> None:
        self._engine = engine
        self._reading_engine = engine.execution_options(**READS)
        self.place = place

    @contextlib.asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        with translated(self.place):
            async with self._engine.begin() as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        with translated(self.place):
            async with self._reading_engine.connect() as connection:
                yield connection

    async def close(self) -> None:
        await self._engine.dispose()

    async def create_session(
        self,
        instruction: str,
        url: str,
        profile: dict[str, str],
        config: dict[str, Any],
        task_id: str = "",
        session_id: str = "",
    ) -> str:
        """A new session's id: sortable by time, short enough to type."""
        created = time.time()
        async with self._writing() as connection:
            made = session_id or await _free_id(connection, created)
            await connection.execute(
                insert(sessions).values(
                    id=made, created_at=created, instruction=instruction, profile=json.dumps(profile), url=url,
                    task_id=task_id, config=json.dumps(config),
                )
            )  # fmt: skip
        return made

    async def end_session(
        self, session_id: str, status: str, message: str, grade: dict[str, Any] | None = None
    ) -> None:
        """Write down how it ended. Raises UnknownSession."""
        values = {"status": status, "message": message, "ended_at": time.time()}
        await self._change(session_id, values if grade is None else values | {"grade": json.dumps(grade)})

    async def set_url(self, session_id: str, url: str) -> None:
        """Where the session really began, once a bundled site has a port. Raises UnknownSession."""
        await self._change(session_id, {"url": url})

    async def set_instruction(self, session_id: str, instruction: str) -> None:
        """What is asked, where the site's first page says it. Raises UnknownSession."""
        await self._change(session_id, {"instruction": instruction})

    async def reopen_session(self, session_id: str) -> None:
        """Let an ended session go on. Raises UnknownSession."""
        await self._change(session_id, {"status": "running", "ended_at": None, "message": ""})

    async def _change(self, session_id: str, values: dict[str, Any]) -> None:
        async with self._writing() as connection:
            done = await connection.execute(update(sessions).where(sessions.c.id == session_id).values(values))
        if done.rowcount != 1:
            raise self._no_session(session_id)

    async def find_session(self, prefix: str) -> SessionRecord:
        """The session with this id, or the only one whose id starts so. Raises UnknownSession."""
        found = await self._sessions(sessions.c.id.startswith(prefix, autoescape=True), 3) if prefix else []
        exact = [one for one in found if one.id == prefix]
        if len(exact or found) > 1:
            raise UnknownSession(
                f"More than one session starts with {prefix!r} in {self.place}: write more of the id; "
                "`webdreamer sessions` lists them."
            )
        if not found:
            raise self._no_session(prefix)
        return (exact or found)[0]

    async def latest_session(self) -> SessionRecord:
        """The one begun last. Raises UnknownSession where there is none."""
        if not (found := await self.list_sessions(1)):
            raise UnknownSession(f"There is no session in {self.place} yet: `webdreamer demo` makes one.")
        return found[0]

    def _no_session(self, prefix: str) -> UnknownSession:
        return UnknownSession(f"There is no session {prefix!r} in {self.place}: `webdreamer sessions` lists them.")

    async def list_sessions(
        self,
        limit: int = 50,
        task_prefix: str = "",
        *,
        status: str = "",
        containing: str = "",
        since: float | None = None,
    ) -> list[SessionRecord]:
        """Newest first; `containing` looks into the instruction, `since` is in seconds since the epoch."""
        wanted: list[ColumnElement[bool]] = []
        if task_prefix:
            wanted.append(sessions.c.task_id.startswith(task_prefix, autoescape=True))
        if status:
            wanted.append(sessions.c.status == status)
        if containing:
            wanted.append(sessions.c.instruction.icontains(containing, autoescape=True))
        if since is not None:
            wanted.append(sessions.c.created_at >= since)
        return await self._sessions(*wanted, limit)

    async def _sessions(self, *wanted: Any) -> list[SessionRecord]:
        *conditions, limit = wanted
        newest_first = (sessions.c.created_at.desc(), sessions.c.id.desc())
        async with self._reading() as connection:
            rows = await connection.execute(select(sessions).where(*conditions).order_by(*newest_first).limit(limit))
            return [SessionRecord(**row) for row in rows.mappings()]

    async def record_intent(self, session_id: str, step: StepRecord) -> int:
        """Commit a decided step before it runs; its row id. Raises RecordRefused when the number is taken."""
        page = await pack(step.observation)
        async with self._writing() as connection:
            return await put_step(connection, session_id, step, page)

    async def record_outcome(self, step_id: int, outcome: OutcomeRecord) -> None:
        """Commit what followed. Raises RecordRefused when the step has an outcome, or was given up as unknown."""
        page = await pack(outcome.observation) if outcome.observation else None
        async with self._writing() as connection:
            done = await connection.execute(
                update(steps).where(steps.c.id == step_id, steps.c.state == "intent").values(state="done")
            )
            if done.rowcount != 1:
                raise RecordRefused(
                    f"Step row {step_id} in {self.place} has no open intent: its outcome was recorded before, "
                    "or a resumed run gave it up as unknown. The record stays as it is."
                )
            await put_outcome(connection, step_id, outcome, page)

    async def give_up(self, step_id: int) -> None:
        """An intent whose outcome nobody will ever know becomes unknown, for good."""
        async with self._writing() as connection:
            await connection.execute(
                update(steps).where(steps.c.id == step_id, steps.c.state == "intent").values(state="unknown")
            )

    async def mark_unknown(self, session_id: str) -> list[int]:
        """Intents without an outcome become unknown, for good; their step numbers."""
        open_ones = (steps.c.session_id == session_id) & (steps.c.state == "intent")
        async with self._writing() as connection:
            numbers = await connection.execute(select(steps.c.number).where(open_ones).order_by(steps.c.number))
            await connection.execute(update(steps).where(open_ones).values(state="unknown"))
            return list(numbers.scalars())

    async def steps(self, session_id: str, *, start: int = 0, limit: int | None = None) -> list[StepRecord]:
        """A session's steps in order from number `start`, with everything recorded for them."""
        query = select(steps).where(steps.c.session_id == session_id, steps.c.number >= start)
        return await self._load(query.order_by(steps.c.number).limit(limit))

    async def commits(self, session_id: str = "") -> list[StepRecord]:
        """What an audit looks at, of one session or all: what can't be taken back, and what was held or blocked."""
        refused = select(verdicts.c.step_id).where(verdicts.c.decision != "act")
        audited = steps.c.effect.in_(COMMITS) | steps.c.id.in_(refused)
        query = select(steps).where(audited).order_by(steps.c.decided_at, steps.c.id)
        return await self._load(query.where(steps.c.session_id == session_id) if session_id else query)

    async def _load(self, query: Select[Any]) -> list[StepRecord]:
        async with self._reading() as connection:
            return await load_steps(connection, query, self.place)


@contextlib.asynccontextmanager
async def open_repository(place: str | Path, timeout_s: float = BUSY_TIMEOUT_S) -> AsyncIterator[Repository]:
    """Open a database for the length of a block. Raises StorageError."""
    repository = Repository(await open_engine(place, timeout_s), str(place))
    try:
        yield repository
    finally:
        await asyncio.shield(repository.close())


_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: nothing in it is mistaken for something else."""


def new_session_id(now: float) -> str:
    """Ten characters: seven for the second, which sort by time, and three at random."""
    seconds = int(now)
    time_part = "".join(_DIGITS[seconds >> shift & 31] for shift in range(30, -1, -5))
    return time_part + "".join(secrets.choice(_DIGITS) for _ in range(3))


async def _free_id(connection: AsyncConnection, now: float) -> str:
    while True:
        made = new_session_id(now)
        if (await connection.execute(select(sessions.c.id).where(sessions.c.id == made))).first() is None:
            return made
