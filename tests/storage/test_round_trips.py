"""What is read back is what was recorded, to the character and the bit."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.records import (
    BranchRecord,
    ImaginedStepRecord,
    ObservationRecord,
    OutcomeRecord,
    ProposalRecord,
    StepRecord,
    VerdictRecord,
)
from storage.replay import stream
from storage.repository import Repository, open_repository

Make = Callable[..., Any]
any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


def count(place: Path, table: str) -> int:
    with closing(sqlite3.connect(place)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def test_a_step_with_branches_and_outcome_comes_back_equal(
    repository: Repository, session: str, make_step: Make, make_outcome: Make
) -> None:
    wanted = make_step(0)
    key = await repository.record_intent(session, wanted)
    assert await repository.steps(session) == [replace(wanted, session_id=session)]
    await repository.record_outcome(key, make_outcome())
    done = replace(wanted, session_id=session, state="done", outcome=make_outcome())
    assert await repository.steps(session) == [done]


async def test_proposals_that_were_not_offered_stay_apart(
    repository: Repository, session: str, make_step: Make
) -> None:
    offered = make_step().proposals
    extra = (
        replace(offered[1], action="noop()", offered=False),
        replace(offered[1], action="tab_close()", offered=False),
    )
    await repository.record_intent(session, make_step(proposals=(*offered, *extra)))
    [found] = await repository.steps(session)
    assert found.proposals == (*offered, *extra)


@settings(max_examples=40, deadline=None)
@given(any_text, any_text)
@example("\ud800 lone", "NUL \0 inside")
@example("\x01json:", '\x01json:"like the mark"')
@example("\r\n\u2028\ufeff", "\U0010ffff'\"\\")
def test_any_text_comes_back_exactly(first: str, second: str) -> None:
    async def put_and_get(folder: str) -> tuple[Any, StepRecord]:
        async with open_repository(Path(folder) / "s.db") as repository:
            session = await repository.create_session(first, second, {first: second}, {})
            await repository.end_session(session, "done", second)
            step, outcome = made_of(first, second)
            await repository.record_outcome(await repository.record_intent(session, step), outcome)
            return await repository.find_session(session), (await repository.steps(session))[0]

    with TemporaryDirectory() as folder:
        found, step = asyncio.run(put_and_get(folder))
    wanted, outcome = made_of(first, second)
    assert (found.instruction, found.url, found.message) == (first, second, second)
    assert step == replace(wanted, session_id=found.id, state="done", outcome=outcome)


def made_of(first: str, second: str) -> tuple[StepRecord, OutcomeRecord]:
    """A step and its outcome with these texts wherever there is a text."""
    page = ObservationRecord.of(first, second, {"text": first, "title": second}, {"changes": [first]})
    step = StepRecord(
        0, page, first, second, "read", 0, 1.0, (ProposalRecord(first, second, 1.0, None, True),),
        VerdictRecord("act", first, None, None, None),
        (BranchRecord(first, 0.0, 0.0, (ImaginedStepRecord(first, second, 0.0, None, None),), 0),),
    )  # fmt: skip
    return step, OutcomeRecord(page, second, True, 0.0, False, False, (first, second), 5.0)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 5e-324, 0.1])
async def test_any_number_of_a_model_is_kept_as_evidence(
    repository: Repository, session: str, make_step: Make, number: float
) -> None:
    plain = make_step()
    branch = replace(plain.branches[0], value=number, uncertainty=number)
    verdict = replace(plain.verdict, risk=number, threshold=None)
    await repository.record_intent(session, make_step(branches=(branch,), verdict=verdict))
    [found] = await repository.steps(session)
    kept = (found.branches[0].value, found.branches[0].uncertainty, found.verdict.risk)
    assert [repr(one) for one in kept] == [repr(number)] * 3
    assert found.verdict.threshold is None


async def test_a_page_of_ten_megabytes_comes_back_exactly(
    repository: Repository, session: str, make_step: Make, make_page: Make
) -> None:
    text = "é\ud800\0x'" * 2_000_000
    seen = make_page(text)
    await repository.record_intent(session, make_step(observation=seen))
    [found] = await repository.steps(session)
    assert found.observation.data()["text"] == text


async def test_the_same_page_is_stored_once_however_often_it_is_seen(
    repository: Repository, session: str, place: Path, make_step: Make, make_outcome: Make, make_page: Make
) -> None:
    for number in range(5):
        seen = make_page("the same", step=number, changes=[f"change {number}"])
        key = await repository.record_intent(session, make_step(number, observation=seen))
        await repository.record_outcome(key, make_outcome(observation=seen))
    assert count(place, "observations") == 1
    moments = [one.observation.data()["changes"] for one in await repository.steps(session)]
    assert moments == [[f"change {number}"] for number in range(5)]


async def test_a_long_session_streams_in_order_and_from_the_middle(
    repository: Repository, session: str, make_step: Make
) -> None:
    for number in range(70):
        await repository.record_intent(session, make_step(number))
    assert [one.number async for one in stream(repository, session)] == list(range(70))
    assert [one.number async for one in stream(repository, session, start=66)] == [66, 67, 68, 69]
    assert [one async for one in stream(repository, session)] == await repository.steps(session)


async def test_hundreds_of_steps_are_read_whole(repository: Repository, session: str, make_step: Make) -> None:
    for number in range(300):
        await repository.record_intent(session, make_step(number))
    found = await repository.steps(session)
    assert [one.observation for one in found] == [make_step(number).observation for number in range(300)]
    assert all(one.branches == make_step(one.number).branches for one in found)
