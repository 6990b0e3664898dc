"""`sessions`, `show`, `replay` and `audit`: what is in the session database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from storage.engine import database_url
from storage.records import SessionRecord, StepRecord
from storage.repository import Repository, open_repository
from webdreamer_app.config import Config
from webdreamer_app.console import stdout, step_data, step_lines, verdict_words
from webdreamer_app.errors import UsageError
from webdreamer_app.recorder import step_from_record
from webdreamer_app.types import Step

_EXCERPT_LINES = 14


@contextlib.asynccontextmanager
async def _stored(config: Config) -> AsyncIterator[Repository]:
    """The database, which is only read: none is made. Raises UsageError where there is none."""
    file = _file(config)
    if file is not None and not await asyncio.to_thread(file.is_file):
        raise UsageError(f"There is no database {config.db}: check --db, or make one with `webdreamer demo`.")
    async with open_repository(config.db) as repository:
        yield repository


def _file(config: Config) -> Path | None:
    """The file behind the database; None where a server holds it."""
    url = database_url(config.db)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


async def sessions(config: Config, limit: int, as_json: bool) -> None:
    """Newest first."""
    found: list[SessionRecord] = []
    file = _file(config)
    if config.has_own_db or file is None or await asyncio.to_thread(file.is_file):
        async with _stored(config) as repository:
            found = await repository.list_sessions(limit)
    for one in found:
        if as_json:
            stdout(json.dumps(_session_data(one)))
        else:
            stdout(
                f"{one.id}  {_when(one.created_at)}  {one.status:<14} {one.task_id or one.url}  {one.instruction[:70]}"
            )
    if not found and not as_json:
        stdout(f"No sessions in {config.db} yet: `webdreamer demo` makes one.")


async def show(config: Config, prefix: str, as_json: bool) -> None:
    """A session and its steps, a line or three each."""
    async with _stored(config) as repository:
        session = await repository.find_session(prefix)
        steps = [step_from_record(one) for one in await repository.steps(session.id)]
    if as_json:
        stdout(json.dumps(_session_data(session)))
        for step in steps:
            stdout(json.dumps(step_data(step)))
        return
    _header(session)
    for step in steps:
        for line in step_lines(step):
            stdout(line)
    _footer(session)


async def replay(config: Config, prefix: str) -> None:
    """Every step as it was decided: the page, what was proposed, the verdict, what followed."""
    async with _stored(config) as repository:
        session = await repository.find_session(prefix)
        records = await repository.steps(session.id)
    _header(session)
    for record in records:
        _replay_step(step_from_record(record), record)
    _footer(session)


def _replay_step(step: Step, record: StepRecord) -> None:
    stdout(f"\n== step {step.index + 1}: {step.observation.title} - {step.observation.url}")
    lines = step.observation.text.split("\n")
    target = f"[{step.action.bid}] " if step.action.bid else "\0"
    at = next((place for place, line in enumerate(lines) if line.lstrip().startswith(target)), 0)
    start = max(0, min(at - _EXCERPT_LINES // 2, len(lines) - _EXCERPT_LINES))
    for line in lines[start : start + _EXCERPT_LINES]:
        stdout(f"   {'>' if line.lstrip().startswith(target) else ' '} {line[:150]}")
    stdout(f"   ({len(lines)} lines in all)")
    for one in record.proposals[:5]:
        risk = (
            f"  commit risk {one.commit_risk:.3f}" if one.commit_risk is not None and step.plan.effect.is_commit else ""
        )
        stdout(f"   {'*' if one.chosen else '-'} {one.probability:6.3f}  {one.action}{risk}")
    for branch in record.branches:
        stdout(f"   branch {branch.action}: value {branch.value:.3f}, uncertainty {branch.uncertainty:.3f}")
    stdout(f"   verdict: {verdict_words(step.verdict)} [{step.plan.effect}]")
    if step.outcome.unknown:
        stdout("   outcome unknown: the run ended before it was recorded; not retried")
        return
    after = step.outcome.observation
    stdout(f"   {step.outcome.error or ('done' if step.outcome.executed else 'not done')}")
    for change in after.changes[:5] if after else ():
        stdout(f"     {change[:150]}")


async def audit(config: Config, prefix: str, as_json: bool) -> None:
    """Each action that can't be taken back: allowed, held or blocked, with the evidence."""
    async with _stored(config) as repository:
        session_id = (await repository.find_session(prefix)).id if prefix else ""
        records = await repository.commits(session_id)
    for record in records:
        step = step_from_record(record)
        if as_json:
            stdout(json.dumps({"session": record.session_id, "decided_at": record.decided_at, **step_data(step)}))
            continue
        stdout(f"{_when(record.decided_at)}  {record.session_id}  step {record.number + 1}  [{record.effect}]")
        stdout(f"    {record.description}   on {step.observation.url}")
        stdout(f"    verdict: {verdict_words(step.verdict)}")
        stdout(f"    outcome: {_outcome_words(step)}")
    if not as_json:
        stdout(_tally(records))


def _outcome_words(step: Step) -> str:
    if step.outcome.unknown:
        return "unknown (the run ended before it was recorded); not retried"
    if not step.outcome.executed:
        return "not done"
    after = step.outcome.observation
    return step.outcome.error or (f"done, then at {after.url}" if after else "done")


def _tally(records: list[StepRecord]) -> str:
    allowed = sum(one.verdict.decision == "act" for one in records)
    blocked = sum(one.verdict.decision == "block" for one in records)
    held = len(records) - allowed - blocked
    actions = "1 action" if len(records) == 1 else f"{len(records)} actions"
    return f"{actions} that needed a verdict: {allowed} allowed, {held} held, {blocked} blocked."


def _header(session: SessionRecord) -> None:
    stdout(f"Session {session.id}, {_when(session.created_at)}: {session.instruction}")
    stdout(f"  at {session.url}{f'  (task {session.task_id})' if session.task_id else ''}")


def _footer(session: SessionRecord) -> None:
    stdout(f"Status: {session.status}. {session.message}".rstrip())
    if session.grade:
        grade = json.loads(session.grade)
        stdout(f"Grade: {_success_words(grade)}, reward {grade['reward']:.2f}. {grade['detail']}")


def _session_data(session: SessionRecord) -> dict[str, Any]:
    grade = json.loads(session.grade) if session.grade else None
    return {
        "session": session.id,
        "created_at": session.created_at,
        "ended_at": session.ended_at,
        "status": session.status,
        "message": session.message,
        "instruction": session.instruction,
        "url": session.url,
        "task": session.task_id,
        "grade": grade,
    }


def _success_words(grade: dict[str, Any]) -> str:
    return "success" if grade["success"] else "not as asked"


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
