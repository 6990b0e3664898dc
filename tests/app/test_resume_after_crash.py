"""A crash between intent and outcome, over a real database file: nothing lost, nothing done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.repository import open_repository
from tasks.suites import suite
from webdreamer_app.agent import Agent
from webdreamer_app.browser.scripted import Reply, ScriptedBrowser, page
from webdreamer_app.errors import BrowserError, UsageError
from webdreamer_app.gate import Approve, CommitGate
from webdreamer_app.planners.reactive import ReactivePlanner
from webdreamer_app.policies.scripted import ScriptedPolicy
from webdreamer_app.recorder import DatabaseRecorder, load_history
from webdreamer_app.results import Limits, Status
from webdreamer_app.session import resume_plan
from webdreamer_app.types import Element, Form, Goal, History

POST = Form("post", "http://shop.test/orders")
BUY = Element("button", "Place order", bid="1", tag="button", input_type="submit", form=POST)
PAGES = {"review": page("http://shop.test/review", "Review", [BUY])}
GOAL = Goal("buy a mug")


def agent(browser: ScriptedBrowser, recorder: DatabaseRecorder) -> Agent:
    planner = ReactivePlanner(ScriptedPolicy(["click('1')"] * 9, commit_risk=0.0))
    gate = CommitGate(Approve.ALL, None, 0.5)
    return Agent(browser, planner, gate, recorder, lambda event: None, Limits())


async def test_a_commit_under_way_at_a_crash_reads_unknown_and_is_not_done_again(tmp_path: Path) -> None:
    dying: dict[tuple[str, str], Reply] = {("review", "click('1')"): BrowserError("Chromium died")}
    async with open_repository(tmp_path / "sessions.db") as repository:
        session = await repository.create_session(GOAL.instruction, "http://shop.test/review", {}, {})
        with pytest.raises(BrowserError):
            await agent(ScriptedBrowser(PAGES, "review", dying), DatabaseRecorder(repository, session)).run(
                History(GOAL)
            )
    async with open_repository(tmp_path / "sessions.db") as repository:
        history = await load_history(repository, session, GOAL)
        assert [step.outcome.unknown for step in history.steps] == [True]
        browser = ScriptedBrowser(PAGES, "review")
        recorder = DatabaseRecorder(repository, session, len(history.steps))
        result = await agent(browser, recorder).run(history)
        assert browser.executed == []
        assert result.status is Status.BLOCKED
        assert "outcome unknown at step 0; not retried" in result.message
        stored = await load_history(repository, session, GOAL)
        assert [step.index for step in stored.steps] == [0, 1, 2]
        assert [step.action.verb for step in stored.steps] == ["click", "click", "report_infeasible"]


async def test_a_session_whose_task_reads_otherwise_now_is_not_judged_by_it(tmp_path: Path) -> None:
    (task,) = suite("shop").sample("validation", 1, 3)
    async with open_repository(tmp_path / "sessions.db") as repository:
        same = await repository.create_session(task.instruction, "http://shop.test/", {}, {}, task.id)
        other = await repository.create_session("buy a mug", "http://shop.test/", {}, {}, task.id)
        plan, _ = await resume_plan(repository, same)
        assert plan.task == task
        with pytest.raises(UsageError, match=f"{task.id} asks for something else now.*Start a new run"):
            await resume_plan(repository, other)
