"""From records to rows, inside a transaction that the repository holds."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import zlib
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import BranchRecord, ObservationRecord, OutcomeRecord, ProposalRecord, StepRecord
from storage.schema import branches, imagined_steps, observations, outcomes, proposals, steps, verdicts

_LARGE = 200_000
"""Characters above which a page is packed in a thread, so that screens don't stall."""


@dataclass(frozen=True, slots=True)
class PackedPage:
    """An observation's content, ready to be stored."""

    sha256: str
    url: str
    title: str
    content: bytes


async def pack(record: ObservationRecord) -> PackedPage:
    """Hash and compress a page: before the transaction, so that the write lock is held for milliseconds."""
    return await asyncio.to_thread(_pack, record) if len(record.content) > _LARGE else _pack(record)


def _pack(record: ObservationRecord) -> PackedPage:
    raw = record.content.encode("ascii")
    return PackedPage(hashlib.sha256(raw).hexdigest(), record.url, record.title, zlib.compress(raw, 3))


async def put_page(connection: AsyncConnection, page: PackedPage) -> str:
    """Store a page unless it is there; its address."""
    known = await connection.execute(select(observations.c.sha256).where(observations.c.sha256 == page.sha256))
    if known.first() is None:
        await connection.execute(insert(observations).values(_plain(page)))
    return page.sha256


async def put_step(connection: AsyncConnection, session_id: str, step: StepRecord, page: PackedPage) -> int:
    """Store a decided step with all that led to it; its row id."""
    made = await connection.execute(
        insert(steps).values(
            session_id=session_id, number=step.number, observation=await put_page(connection, page),
            action=step.action, description=step.description, effect=step.effect, horizon=step.horizon,
            decided_at=step.decided_at, state="intent", moment=step.observation.moment,
        )
    )  # fmt: skip
    step_id = int(made.inserted_primary_key[0])  # type: ignore[index]
    await connection.execute(insert(verdicts).values(step_id=step_id, **_plain(step.verdict)))
    if step.proposals:
        rows = [_proposal(place, one) | {"step_id": step_id} for place, one in enumerate(step.proposals)]
        await connection.execute(insert(proposals), rows)
    if step.branches:
        await _put_branches(connection, step_id, step.branches)
    return step_id


def _proposal(place: int, record: ProposalRecord) -> dict[str, Any]:
    """Ranks below zero are for what the policy did not offer."""
    return _plain(record, "offered") | {"rank": place if record.offered else -1 - place}


async def _put_branches(connection: AsyncConnection, step_id: int, grown: tuple[BranchRecord, ...]) -> None:
    rows = [_plain(one, "steps") | {"step_id": step_id, "rank": rank} for rank, one in enumerate(grown)]
    made = await connection.execute(insert(branches).returning(branches.c.id, sort_by_parameter_order=True), rows)
    imagined = [
        _plain(one) | {"branch_id": branch_id, "number": number}
        for branch_id, branch in zip(made.scalars().all(), grown, strict=True)
        for number, one in enumerate(branch.steps)
    ]
    if imagined:
        await connection.execute(insert(imagined_steps), imagined)


async def put_outcome(
    connection: AsyncConnection, step_id: int, outcome: OutcomeRecord, page: PackedPage | None
) -> None:
    """Store what followed a step."""
    values = _plain(outcome, "observation") | {
        "step_id": step_id,
        "finished_at": outcome.finished_at or time.time(),
        "observation": await put_page(connection, page) if page else None,
        "held_requests": json.dumps(outcome.held_requests),
        "moment": outcome.observation.moment if outcome.observation else None,
    }
    await connection.execute(insert(outcomes).values(values))


def _plain(record: Any, *without: str) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record) if field.name not in without}
