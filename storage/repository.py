"""Reads and writes sessions. Each write is one transaction, on disk when the call returns."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import secrets
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import open_engine
from storage.errors import StorageError, translated
from storage.records import (
    BranchRecord,
    ImaginedStepRecord,
    ObservationRecord,
    OutcomeRecord,
    ProposalRecord,
    SessionRecord,
    StepRecord,
    VerdictRecord,
)
from storage.schema import branches, imagined_steps, observations, outcomes, proposals, sessions, steps, verdicts


class UnknownSession(LookupError):  # noqa: N818
    """No session, or more than one, has this id or prefix."""


class Repository:
    """The sessions of one database. Made by `open_repository`."""

    def __init__(self, engine: AsyncEngine, place: str) -> None:
        self._engine = engine
        self.place = place

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        with translated(self.place):
            async with self._engine.begin() as connection:
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
        made = session_id or new_session_id(created)
        async with self._transaction() as connection:
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
        values = {"status": status, "message": message, "ended_at": time.time()}
        if grade is not None:
            values["grade"] = json.dumps(grade)
        async with self._transaction() as connection:
            await connection.execute(update(sessions).where(sessions.c.id == session_id).values(values))

    async def set_url(self, session_id: str, url: str) -> None:
        """Where the session really began, once a bundled site has a port."""
        async with self._transaction() as connection:
            await connection.execute(update(sessions).where(sessions.c.id == session_id).values(url=url))

    async def reopen_session(self, session_id: str) -> None:
        async with self._transaction() as connection:
            await connection.execute(
                update(sessions).where(sessions.c.id == session_id).values(status="running", ended_at=None, message="")
            )

    async def find_session(self, prefix: str) -> SessionRecord:
        """The session whose id starts with `prefix`. Raises UnknownSession."""
        async with self._transaction() as connection:
            query = select(sessions).where(sessions.c.id.startswith(prefix, autoescape=True)).limit(3)
            rows = (await connection.execute(query)).mappings().all()
        if len(rows) != 1 or not prefix:
            problem = "More than one session starts with" if rows and prefix else "There is no session"
            raise UnknownSession(f"{problem} {prefix!r} in {self.place}: `webdreamer sessions` lists them.")
        return SessionRecord(**rows[0])

    async def list_sessions(self, limit: int = 50, task_prefix: str = "") -> list[SessionRecord]:
        """Newest first."""
        query = select(sessions).order_by(sessions.c.created_at.desc(), sessions.c.id.desc()).limit(limit)
        if task_prefix:
            query = query.where(sessions.c.task_id.startswith(task_prefix, autoescape=True))
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [SessionRecord(**row) for row in rows]

    async def record_intent(self, session_id: str, step: StepRecord) -> int:
        """Commit a decided step before it runs; its row id."""
        async with self._transaction() as connection:
            seen = await _put_observation(connection, step.observation)
            made = await connection.execute(
                insert(steps).values(
                    session_id=session_id, number=step.number, observation=seen, action=step.action,
                    description=step.description, effect=step.effect, horizon=step.horizon,
                    decided_at=step.decided_at, state="intent",
                )
            )  # fmt: skip
            step_id = int(made.inserted_primary_key[0])  # type: ignore[index]
            await connection.execute(insert(verdicts).values(step_id=step_id, **_plain(step.verdict)))
            if step.proposals:
                rows = [{"step_id": step_id, "rank": rank, **_plain(one)} for rank, one in enumerate(step.proposals)]
                await connection.execute(insert(proposals), rows)
            for rank, branch in enumerate(step.branches):
                await _put_branch(connection, step_id, rank, branch)
        return step_id

    async def record_outcome(self, step_id: int, outcome: OutcomeRecord) -> None:
        """Commit what followed. Raises StorageError when the step has an outcome already."""
        async with self._transaction() as connection:
            done = await connection.execute(
                update(steps).where(steps.c.id == step_id, steps.c.state == "intent").values(state="done")
            )
            if done.rowcount != 1:
                raise StorageError(
                    f"Step {step_id} in {self.place} has no open intent: its outcome was recorded before."
                )
            seen = await _put_observation(connection, outcome.observation) if outcome.observation else None
            await connection.execute(
                insert(outcomes).values(
                    step_id=step_id, finished_at=time.time(), observation=seen, error=outcome.error,
                    executed=outcome.executed, reward=outcome.reward, terminated=outcome.terminated,
                    truncated=outcome.truncated, held_requests=json.dumps(outcome.held_requests),
                )
            )  # fmt: skip

    async def mark_unknown(self, session_id: str) -> list[int]:
        """Intents without an outcome become unknown, for good; their step numbers."""
        async with self._transaction() as connection:
            open_ones = (steps.c.session_id == session_id) & (steps.c.state == "intent")
            numbers = (await connection.execute(select(steps.c.number).where(open_ones))).scalars().all()
            await connection.execute(update(steps).where(open_ones).values(state="unknown"))
        return list(numbers)

    async def steps(self, session_id: str) -> list[StepRecord]:
        """A session's steps in order, with everything recorded for them."""
        async with self._transaction() as connection:
            query = select(steps).where(steps.c.session_id == session_id).order_by(steps.c.number)
            return await _load(connection, query)

    async def commits(self, session_id: str = "") -> list[StepRecord]:
        """Every step whose effect is irreversible or unknown, of one session or all: what an audit looks at."""
        query = select(steps).where(steps.c.effect.in_(("irreversible", "unknown"))).order_by(steps.c.decided_at)
        if session_id:
            query = query.where(steps.c.session_id == session_id)
        async with self._transaction() as connection:
            return await _load(connection, query)


@contextlib.asynccontextmanager
async def open_repository(place: str | Path) -> AsyncIterator[Repository]:
    """Open a database for the length of a block. Raises StorageError."""
    repository = Repository(await open_engine(place), str(place))
    try:
        yield repository
    finally:
        await asyncio.shield(repository.close())


def new_session_id(now: float) -> str:
    """`yymmdd-hhmmss-xxxx`, in UTC."""
    return f"{time.strftime('%y%m%d-%H%M%S', time.gmtime(now))}-{secrets.token_hex(2)}"


def _plain(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


async def _put_observation(connection: AsyncConnection, record: ObservationRecord) -> str:
    sha256 = hashlib.sha256(record.content.encode("ascii")).hexdigest()
    known = await connection.execute(select(observations.c.sha256).where(observations.c.sha256 == sha256))
    if known.first() is None:
        content = zlib.compress(record.content.encode("ascii"), 3)
        url, title = (text.encode("utf-8", "replace").decode().replace("\0", "") for text in (record.url, record.title))
        await connection.execute(insert(observations).values(sha256=sha256, url=url, title=title, content=content))
    return sha256


async def _put_branch(connection: AsyncConnection, step_id: int, rank: int, branch: BranchRecord) -> None:
    made = await connection.execute(
        insert(branches).values(
            step_id=step_id, rank=rank, action=branch.action, value=branch.value, uncertainty=branch.uncertainty
        )
    )
    branch_id = int(made.inserted_primary_key[0])  # type: ignore[index]
    if branch.steps:
        rows = [{"branch_id": branch_id, "number": number, **_plain(one)} for number, one in enumerate(branch.steps)]
        await connection.execute(insert(imagined_steps), rows)


async def _load(connection: AsyncConnection, query: Any) -> list[StepRecord]:
    rows = (await connection.execute(query)).mappings().all()
    return [await _step(connection, row) for row in rows]


async def _step(connection: AsyncConnection, row: Any) -> StepRecord:
    key = row["id"]
    verdict = (await connection.execute(select(verdicts).where(verdicts.c.step_id == key))).mappings().one()
    outcome = (await connection.execute(select(outcomes).where(outcomes.c.step_id == key))).mappings().first()
    offered = select(proposals).where(proposals.c.step_id == key).order_by(proposals.c.rank)
    grown = select(branches).where(branches.c.step_id == key).order_by(branches.c.rank)
    return StepRecord(
        number=row["number"],
        observation=await _observation(connection, row["observation"]),
        action=row["action"],
        description=row["description"],
        effect=row["effect"],
        horizon=row["horizon"],
        decided_at=row["decided_at"],
        proposals=tuple(_pick(ProposalRecord, one) for one in (await connection.execute(offered)).mappings()),
        verdict=_pick(VerdictRecord, verdict),
        branches=tuple([await _branch(connection, one) for one in (await connection.execute(grown)).mappings().all()]),
        outcome=await _outcome(connection, outcome) if outcome else None,
        state=row["state"],
        session_id=row["session_id"],
    )


async def _branch(connection: AsyncConnection, row: Any) -> BranchRecord:
    query = select(imagined_steps).where(imagined_steps.c.branch_id == row["id"]).order_by(imagined_steps.c.number)
    found = (await connection.execute(query)).mappings()
    inner = tuple(_pick(ImaginedStepRecord, one) for one in found)
    return BranchRecord(row["action"], row["value"], row["uncertainty"], inner)


async def _outcome(connection: AsyncConnection, row: Any) -> OutcomeRecord:
    seen = await _observation(connection, row["observation"]) if row["observation"] else None
    return OutcomeRecord(
        observation=seen,
        error=row["error"],
        executed=row["executed"],
        reward=row["reward"],
        terminated=row["terminated"],
        truncated=row["truncated"],
        held_requests=tuple(json.loads(row["held_requests"])),
        finished_at=row["finished_at"],
    )


async def _observation(connection: AsyncConnection, sha256: str) -> ObservationRecord:
    row = (await connection.execute(select(observations).where(observations.c.sha256 == sha256))).mappings().one()
    return ObservationRecord(row["url"], row["title"], zlib.decompress(row["content"]).decode("ascii"))


def _pick(kind: Any, row: Any) -> Any:
    return kind(**{name: row[name] for name in kind.__dataclass_fields__})
