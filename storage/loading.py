"""From rows to records: steps with everything recorded for them, a few queries for many steps."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, TypeVar, cast

from sqlalchemy import Column, Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import DatabaseCorrupt
from storage.records import (
    BranchRecord,
    ImaginedStepRecord,
    ObservationRecord,
    OutcomeRecord,
    ProposalRecord,
    StepRecord,
    VerdictRecord,
)
from storage.schema import branches, imagined_steps, observations, outcomes, proposals, verdicts

T = TypeVar("T")
Row = Any
"""A row as a mapping from column names."""
_AT_ONCE = 256
"""Keys in one query, well below what databases allow."""


async def load_steps(connection: AsyncConnection, query: Select[Any], place: str) -> list[StepRecord]:
    """The steps that a query over `steps` selects, in its order.

    Raises DatabaseCorrupt, naming the database (`place`) and the step or page.
    """
    rows = (await connection.execute(query)).mappings().all()
    found: list[StepRecord] = []
    try:
        for some in _portions(rows):
            parts = await _Parts.load(connection, [row["id"] for row in some])
            pages = await _pages(connection, [row["observation"] for row in some] + parts.pages_after())
            found += [_step(row, parts, pages) for row in some]
    except _DamagedRow as error:
        raise DatabaseCorrupt(f"{place} is damaged: {error}") from error
    return found


class _DamagedRow(Exception):  # noqa: N818
    """What is wrong with which row, and what to do."""


class _Parts:
    """Everything that hangs on some steps, by step."""

    def __init__(self) -> None:
        self.verdicts: dict[int, Row] = {}
        self.outcomes: dict[int, Row] = {}
        self.proposals: dict[int, list[Row]] = defaultdict(list)
        self.branches: dict[int, list[Row]] = defaultdict(list)
        self.imagined: dict[int, list[Row]] = defaultdict(list)

    @classmethod
    async def load(cls, connection: AsyncConnection, keys: Sequence[int]) -> _Parts:
        parts = cls()
        parts.verdicts = {row["step_id"]: row for row in await _rows(connection, verdicts, verdicts.c.step_id, keys)}
        parts.outcomes = {row["step_id"]: row for row in await _rows(connection, outcomes, outcomes.c.step_id, keys)}
        for row in await _rows(connection, proposals, proposals.c.step_id, keys):
            parts.proposals[row["step_id"]].append(row)
        for row in await _rows(connection, branches, branches.c.step_id, keys, branches.c.rank):
            parts.branches[row["step_id"]].append(row)
        grown = [row["id"] for some in parts.branches.values() for row in some]
        for row in await _rows(connection, imagined_steps, imagined_steps.c.branch_id, grown, imagined_steps.c.number):
            parts.imagined[row["branch_id"]].append(row)
        return parts

    def pages_after(self) -> list[str]:
        return [row["observation"] for row in self.outcomes.values() if row["observation"]]


async def _rows(
    connection: AsyncConnection,
    table: Table,
    column: Column[Any],
    keys: Sequence[Any],
    order: Column[Any] | None = None,
) -> list[Row]:
    found: list[Row] = []
    for some in _portions(keys):
        query = select(table).where(column.in_(some))
        found += (await connection.execute(query if order is None else query.order_by(order))).mappings().all()
    return found


async def _pages(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, ObservationRecord]:
    wanted = list(dict.fromkeys(keys))
    rows = await _rows(connection, observations, observations.c.sha256, wanted)
    return {row["sha256"]: _page(row) for row in rows}


def _page(row: Row) -> ObservationRecord:
    """The page, held against its address: SQLite's own check misses most flipped bits."""
    try:
        content = zlib.decompress(row["content"])
    except zlib.error as error:
        raise _damaged(row, str(error)) from error
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise _damaged(row, "its content does not match its sha256")
    return ObservationRecord(row["url"], row["title"], content.decode("ascii"))


def _damaged(row: Row, why: str) -> _DamagedRow:
    return _DamagedRow(
        f"the observation {row['sha256']} of {row['url']!r} can't be trusted ({why}). "
        "Sessions without it can still be read; restore the database from a copy to read this one."
    )


def _step(row: Row, parts: _Parts, pages: dict[str, ObservationRecord]) -> StepRecord:
    key = row["id"]
    if key not in parts.verdicts:
        raise _missing(row, "verdict")
    outcome = parts.outcomes.get(key)
    if (outcome is None) == (row["state"] == "done"):
        raise _missing(row, f"outcome (its state is {row['state']!r})")
    offered = sorted(parts.proposals[key], key=lambda one: (one["rank"] < 0, abs(one["rank"])))
    return StepRecord(
        number=row["number"],
        observation=_seen(row, row["observation"], row["moment"], pages),
        action=row["action"],
        description=row["description"],
        effect=row["effect"],
        horizon=row["horizon"],
        decided_at=row["decided_at"],
        proposals=tuple(_pick(ProposalRecord, one, offered=one["rank"] >= 0) for one in offered),
        verdict=_pick(VerdictRecord, parts.verdicts[key]),
        branches=tuple(_branch(one, parts.imagined[one["id"]]) for one in parts.branches[key]),
        outcome=_outcome(row, outcome, pages) if outcome is not None else None,
        state=row["state"],
        session_id=row["session_id"],
    )


def _branch(row: Row, imagined: Sequence[Row]) -> BranchRecord:
    return _pick(BranchRecord, row, steps=tuple(_pick(ImaginedStepRecord, one) for one in imagined))


def _outcome(step: Row, row: Row, pages: dict[str, ObservationRecord]) -> OutcomeRecord:
    seen = _seen(step, row["observation"], row["moment"], pages) if row["observation"] else None
    return _pick(OutcomeRecord, row, observation=seen, held_requests=tuple(json.loads(row["held_requests"])))


def _seen(step: Row, key: str, moment: str | None, pages: dict[str, ObservationRecord]) -> ObservationRecord:
    page = pages.get(key)
    if page is None:
        raise _missing(step, f"observation {key}")
    return ObservationRecord(page.url, page.title, page.content, moment)


def _missing(step: Row, what: str) -> _DamagedRow:
    return _DamagedRow(
        f"step {step['number']} of session {step['session_id']} does not fit its {what}: rows were removed or changed "
        "from outside. Restore the database from a copy, or name another with --db."
    )


def _pick(kind: type[T], row: Row, **given: Any) -> T:
    names = (field.name for field in fields(cast(Any, kind)) if field.name not in given)
    return kind(**{name: row[name] for name in names}, **given)


def _portions(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
