"""The recorder over a real database file: intent first, outcome once, everything back as it was."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.repository import Repository, open_repository
from webdreamer_app.codec import observation_from_data, observation_to_data
from webdreamer_app.errors import RecordError
from webdreamer_app.recorder import DatabaseRecorder, load_history, observation_record
from webdreamer_app.types import (
    Action,
    Box,
    Branch,
    Decision,
    Dialog,
    Download,
    Effect,
    Element,
    Form,
    Goal,
    ImaginedStep,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Tab,
    Verdict,
)

GOAL = Goal("buy a mug", {"name": "Elmira"})
PAY = Element(
    "button", "Pay \ud800", 2, "b7", "button", "submit", "", False, True, True, True, "wrong \0", False, True, 3,
    ("Small", "Large"), "http://shop.test/pay", Form("post", "http://shop.test/pay", 2, True),
    Box(1.5, -2.0, 3.0, 4.25), False, True, True, True,
)  # fmt: skip
PAGE = Observation(
    "http://shop.test/cart", "Cart", (Element("text", "plain"), PAY), "page 'Cart'\n  [b7] button",
    (Tab(0, "http://shop.test/cart", "Cart", True),), (Dialog("prompt", "Sure?", "yes"),), ("a price changed",), 4,
    (Download("terms.pdf", "/kept/terms.pdf", 12), Download("film.bin", problem="larger than 100 MB")),
)  # fmt: skip
CLICK = Proposal(Action("click", "b7"), "pays", 0.75, 0.125)
TWIN = replace(CLICK, rationale="the second of two alike")
BACK = Proposal(Action("go_back"), "", 0.25)
PLAN = Plan(
    CLICK,
    (BACK, CLICK),
    (
        Branch(CLICK, (ImaginedStep(Action("noop"), "a page", 0.5, 0.25, None),), 0.5, 0.125),
        Branch(BACK, (), 0.0, 1.0),
    ),
    2,
    Effect.IRREVERSIBLE,
)
ACT = Verdict(Decision.ACT, "risk below threshold", 0.125, 0.25, 0.5)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


@pytest.fixture
async def repository(place: Path) -> AsyncIterator[Repository]:
    async with open_repository(place, timeout_s=1.0) as opened:
        yield opened


@pytest.fixture
async def recorder(repository: Repository) -> DatabaseRecorder:
    session = await repository.create_session(GOAL.instruction, PAGE.url, dict(GOAL.profile), {})
    return DatabaseRecorder(repository, session)


async def recorded(repository: Repository, recorder: DatabaseRecorder) -> tuple[Step, ...]:
    history = await load_history(repository, recorder.session_id, GOAL)
    assert history.goal == GOAL
    return history.steps


def test_the_example_element_differs_from_the_default_in_every_field() -> None:
    default = Element()
    same = [name for name in Element.__struct_fields__ if getattr(PAY, name) == getattr(default, name)]
    assert same == []


async def test_a_step_comes_back_equal(repository: Repository, recorder: DatabaseRecorder) -> None:
    outcome = Outcome(replace(PAGE, step=5, changes=()), "", 0.5, True, True, ("POST http://shop.test/pay",))
    async with recorder.step(PAGE, PLAN, ACT) as record:
        await record.finish(outcome)
    assert await recorded(repository, recorder) == (Step(0, PAGE, PLAN, ACT, outcome),)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(Proposal(Action("noop"), "nothing else"), (CLICK, BACK)),
        Plan(CLICK, ()),
        Plan(TWIN, (CLICK, TWIN)),
        Plan(CLICK, (CLICK,), (Branch(Proposal(Action("fill", "3", ("x",)), "imagined only", 0.0), (), 0.0, 0.0),)),
        Plan(Proposal(Action("send_msg_to_user", "", ("a lone \ud800 and 'quotes'",))), ()),
    ],
    ids=["chosen without an offer", "no offers", "two alike", "imagined without an offer", "hostile text"],
)  # fmt: skip
async def test_any_plan_comes_back_equal(repository: Repository, recorder: DatabaseRecorder, plan: Plan) -> None:
    async with recorder.step(PAGE, plan, ACT) as record:
        await record.finish(Outcome(None, "gone"))
    [step] = await recorded(repository, recorder)
    assert step.plan == plan
    assert step.outcome == Outcome(None, "gone")


async def test_a_nan_in_the_evidence_is_recorded_as_one(repository: Repository, recorder: DatabaseRecorder) -> None:
    plan = replace(PLAN, branches=(replace(PLAN.branches[0], value=math.nan),))
    async with recorder.step(PAGE, plan, replace(ACT, uncertainty=math.nan)) as record:
        await record.finish(Outcome(PAGE))
    [step] = await recorded(repository, recorder)
    assert math.isnan(step.plan.branches[0].value)
    assert step.verdict.uncertainty is not None and math.isnan(step.verdict.uncertainty)


async def test_the_intent_is_on_disk_before_the_body_runs(recorder: DatabaseRecorder, place: Path) -> None:
    async with recorder.step(PAGE, PLAN, ACT) as record:
        with closing(sqlite3.connect(place)) as other:
            seen = other.execute("SELECT number, action, state FROM steps").fetchall()
        assert seen == [(0, "click('b7')", "intent")]
        await record.finish(Outcome(PAGE))


async def test_a_body_that_fails_leaves_the_intent_as_unknown(
    repository: Repository, recorder: DatabaseRecorder
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with recorder.step(PAGE, PLAN, ACT):
            raise ZeroDivisionError
    async with recorder.step(PAGE, PLAN, ACT) as record:
        await record.finish(Outcome(PAGE))
    first, second = await recorded(repository, recorder)
    assert first.outcome == Outcome(observation=None, error="outcome unknown", unknown=True)
    assert (second.index, second.outcome.unknown) == (1, False)
    await repository.mark_unknown(recorder.session_id)
    assert (await recorded(repository, recorder))[0] == first


async def test_a_refused_step_is_recorded_as_not_executed(repository: Repository, recorder: DatabaseRecorder) -> None:
    blocked = Verdict(Decision.BLOCK, "the recipient changed", 0.9, None, 0.5)
    async with recorder.step(PAGE, PLAN, blocked) as record:
        await record.finish(Outcome(PAGE, executed=False))
    [step] = await recorded(repository, recorder)
    assert (step.verdict, step.outcome) == (blocked, Outcome(PAGE, executed=False))
    [audited] = await repository.commits()
    assert (audited.verdict.decision, audited.description) == ("block", "click button 'Pay \\ud800'")


async def test_a_step_finished_twice_is_an_error_and_keeps_the_first_outcome(
    repository: Repository, recorder: DatabaseRecorder
) -> None:
    async with recorder.step(PAGE, PLAN, ACT) as record:
        await record.finish(Outcome(PAGE))
        with pytest.raises(RecordError, match="recorded before"):
            await record.finish(Outcome(None, "second"))
    assert (await recorded(repository, recorder))[0].outcome == Outcome(PAGE)


async def test_without_a_log_there_is_no_action(recorder: DatabaseRecorder, place: Path) -> None:
    acted = False
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordError, match=r"could not be recorded, so nothing more is done: .*locked") as caught:
            async with recorder.step(PAGE, PLAN, ACT):
                acted = True
    assert not acted
    assert caught.value.exit_status == 4


async def test_two_runs_of_one_session_do_not_write_the_same_step(
    repository: Repository, recorder: DatabaseRecorder
) -> None:
    twin = DatabaseRecorder(repository, recorder.session_id)
    async with recorder.step(PAGE, PLAN, ACT) as record:
        await record.finish(Outcome(PAGE))
    with pytest.raises(RecordError, match="another process may be writing the same session"):
        async with twin.step(PAGE, PLAN, ACT):
            pytest.fail("acted without a record")
    assert len(await recorded(repository, recorder)) == 1


async def test_a_resumed_recorder_goes_on_counting(repository: Repository, recorder: DatabaseRecorder) -> None:
    for number in range(2):
        async with DatabaseRecorder(repository, recorder.session_id, number).step(PAGE, PLAN, ACT) as record:
            await record.finish(Outcome(PAGE))
    assert [step.index for step in await recorded(repository, recorder)] == [0, 1]


async def test_a_cancelled_run_still_writes_the_outcome_that_it_knows(
    repository: Repository, recorder: DatabaseRecorder, place: Path
) -> None:
    finishing = asyncio.Event()
    other = sqlite3.connect(place, isolation_level=None)

    async def run() -> None:
        async with recorder.step(PAGE, PLAN, ACT) as record:
            other.execute("BEGIN IMMEDIATE")  # so that the outcome has to wait
            finishing.set()
            await record.finish(Outcome(PAGE))

    with closing(other):
        task = asyncio.create_task(run())
        await finishing.wait()
        await asyncio.wait((task,), timeout=0.05)
        task.cancel()
        await asyncio.wait((task,), timeout=0.05)
        other.execute("ROLLBACK")
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [step.outcome for step in await recorded(repository, recorder)] == [Outcome(PAGE)]


def test_a_page_seen_twice_has_one_content() -> None:
    again = replace(PAGE, step=9, changes=("something",))
    assert observation_record(again).content == observation_record(PAGE).content
    assert observation_record(again) != observation_record(PAGE)


def test_elements_of_a_newer_version_can_be_read() -> None:
    data = observation_to_data(PAGE)
    data["elements"][0]["invented_later"] = 1
    assert observation_from_data(data) == PAGE


texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
numbers = st.floats(allow_nan=False)
elements = st.builds(
    Element, texts, texts, depth=st.integers(0, 9), bid=texts, value=st.none() | texts,
    checked=st.none() | st.booleans(), expanded=st.none() | st.booleans(), selected=st.none() | st.booleans(),
    options=st.lists(texts, max_size=3).map(tuple), form=st.none() | st.builds(Form, texts, texts),
    box=st.none() | st.builds(Box, numbers, numbers, numbers, numbers), visible=st.booleans(),
)  # fmt: skip
observations = st.builds(
    Observation, texts, texts, st.lists(elements, max_size=4).map(tuple), texts,
    st.lists(st.builds(Tab, st.integers(0, 9), texts, texts, st.booleans()), max_size=2).map(tuple),
    st.lists(st.builds(Dialog, texts, texts, texts), max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple), st.integers(0, 99),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(observations)
def test_any_observation_survives_its_record(observation: Observation) -> None:
    assert observation_from_data(observation_record(observation).data()) == observation
