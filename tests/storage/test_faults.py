"""Killed processes, other writers, full disks and damaged rows: nothing acknowledged is lost, nothing is misread."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage.errors import DatabaseCorrupt, DatabaseLocked, DatabaseUnwritable
from storage.repository import Repository, open_repository

Make = Callable[..., Any]
ROOT = Path(__file__).parents[2]
KILLS = 25


@contextmanager
def forking_writer(place: Path, session: str) -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, str(Path(__file__).with_name("forking_writer.py")), str(place), session]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdin is not None
        yield process
        process.stdin.close()


def kill_after(process: subprocess.Popen[str], acknowledged: int, delay_s: float) -> list[str]:
    """Let a child record, kill it a moment after so many acknowledgements; every acknowledgement it gave."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    given: list[str] = []
    child = 0
    for line in process.stdout:
        word, _, number = line.strip().partition(" ")
        if word == "child":
            child = int(number)
        elif word == "dead":
            break
        else:
            given.append(line.strip())
        if child and len(given) == acknowledged:
            time.sleep(delay_s)  # the random moment of the kill, not a wait for something
            os.kill(child, signal.SIGKILL)
    return given


def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(place: Path) -> None:
    chance = random.Random(5)

    async def begin() -> str:
        async with open_repository(place) as repository:
            return await repository.create_session("record", "", {}, {})

    async def stored(session: str) -> list[Any]:
        async with open_repository(place) as repository:
            return await repository.steps(session)

    session, given = asyncio.run(begin()), []
    with forking_writer(place, session) as process:
        for _ in range(KILLS):
            given += kill_after(process, chance.randint(1, 12), chance.random() * 0.01)
    steps = {step.number: step for step in asyncio.run(stored(session))}
    intents = [int(line.split()[1]) for line in given if line.startswith("intent")]
    outcomes = [int(line.split()[1]) for line in given if line.startswith("outcome")]
    assert len(intents) == len(set(intents)) >= KILLS
    assert set(intents) <= set(steps)
    assert {steps[number].state for number in outcomes} == {"done"}
    assert all(steps[number].outcome.observation.data()["step"] == number for number in outcomes)
    assert sorted(steps) == list(range(len(steps)))
    assert {step.state for step in steps.values()} <= {"done", "unknown", "intent"}
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@contextmanager
def held(place: Path) -> Iterator[sqlite3.Connection]:
    """Another writer, in the middle of its transaction."""
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


async def test_another_writer_is_waited_for_within_bounds_and_reading_goes_on(
    repository: Repository, session: str, place: Path, make_step: Make
) -> None:
    await repository.record_intent(session, make_step(0))
    with held(place) as other:
        async with open_repository(place, timeout_s=0.3) as second:
            began = time.perf_counter()
            with pytest.raises(DatabaseLocked) as caught:
                await second.record_intent(session, make_step(1))
            waited = time.perf_counter() - began
            assert 0.25 < waited < 3
            assert str(place) in str(caught.value) and "another process" in str(caught.value)
            assert [step.number for step in await second.steps(session)] == [0]
            other.execute("ROLLBACK")
            await second.record_intent(session, make_step(1))
    assert [step.number for step in await repository.steps(session)] == [0, 1]


async def test_a_short_write_of_another_process_only_delays(
    repository: Repository, session: str, place: Path, make_step: Make
) -> None:
    with held(place) as other:
        writing = asyncio.create_task(repository.record_intent(session, make_step()))
        done, _ = await asyncio.wait((writing,), timeout=0.2)
        assert not done
        other.execute("COMMIT")
    await writing
    assert len(await repository.steps(session)) == 1


async def test_an_exclusively_locked_database_does_not_open(repository: Repository, place: Path) -> None:
    await repository.close()
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseLocked, match=r"sessions\.db is locked"):
            async with open_repository(place, timeout_s=0.2):
                pass


async def test_many_tasks_record_through_one_repository(repository: Repository, make_step: Make) -> None:
    async def run() -> list[int]:
        session = await repository.create_session("one of many", "", {}, {})
        for number in range(10):
            await repository.record_intent(session, make_step(number))
        return [step.number for step in await repository.steps(session)]

    assert await asyncio.gather(*(run() for _ in range(8))) == [list(range(10))] * 8


async def test_a_full_disk_is_said_and_what_was_recorded_stays(
    repository: Repository, session: str, place: Path, make_step: Make, make_page: Make
) -> None:
    await repository.record_intent(session, make_step(0))
    noise = random.Random(1).randbytes(400_000).hex()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, before[1]))
    try:
        with pytest.raises(DatabaseUnwritable, match="free space") as caught:
            await repository.record_intent(session, make_step(1, observation=make_page(noise)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(place) in str(caught.value)
    assert [step.number for step in await repository.steps(session)] == [0]
    await repository.record_intent(session, make_step(1, observation=make_page(noise)))
    assert len(await repository.steps(session)) == 2


def change(place: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute(statement, values).rowcount == 1
        connection.commit()


async def test_a_changed_page_is_named_and_not_read(
    repository: Repository, session: str, place: Path, make_step: Make
) -> None:
    await repository.record_intent(session, make_step(0))
    with closing(sqlite3.connect(place)) as connection:
        key, content = connection.execute("SELECT sha256, content FROM observations").fetchone()
    flipped = bytearray(content)
    flipped[len(flipped) // 2] ^= 4
    change(place, "UPDATE observations SET content = ?", bytes(flipped))
    with pytest.raises(DatabaseCorrupt, match=f"sessions.db is damaged: the observation {key}"):
        await repository.steps(session)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM verdicts", "verdict"),
        ("DELETE FROM outcomes", "outcome"),
        ("UPDATE steps SET state = 'intent'", "outcome"),
        ("UPDATE steps SET observation = 'gone'", "observation gone"),
        ("UPDATE outcomes SET observation = 'gone'", "observation gone"),
    ],
)
async def test_rows_that_were_removed_or_changed_from_outside_name_the_step(
    repository: Repository, session: str, place: Path, make_step: Make, make_outcome: Make, statement: str, named: str
) -> None:
    key = await repository.record_intent(session, make_step(0))
    await repository.record_outcome(key, make_outcome())
    change(place, statement)
    with pytest.raises(DatabaseCorrupt, match=f"sessions.db is damaged: step 0 of session {session} .*{named}"):
        await repository.steps(session)
