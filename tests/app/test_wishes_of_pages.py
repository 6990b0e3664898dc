"""Suites whose pages make the wish: what runs, measures and records them takes the oracle of the wish as read."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from storage.repository import open_repository
from tasks.miniwob.oracles import SOLVERS
from tasks.suites import suite
from tasks.task import Task
from webdreamer_app.collect import CollectOptions, collect
from webdreamer_app.config import Config
from webdreamer_app.evaluate import BenchOptions, bench
from webdreamer_app.session import SessionPlan, run_session
from webdreamer_app.types import Goal

SUITE = suite("miniwob")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        importlib.util.find_spec("miniwob") is None,
        reason="the pages are in an optional package: pip install 'webdreamer[miniwob]'",
    ),
]


def config(folder: Path, policy: str = "oracle") -> Config:
    return Config(policy=policy, data_dir=folder)


def first_task(split: str, *, solvable: bool) -> Task:
    """The first task of a seed that has an oracle, or none."""
    drawn = (SUITE.sample(split, 1, seed)[0] for seed in range(100))
    return next(task for task in drawn if (task.answer["page"] in SOLVERS) == solvable)


@pytest.mark.parametrize(("policy", "success"), [("oracle", 1.0), ("noop", 0.0)])
async def test_bench_follows_the_oracle_and_grades_idling_with_nothing(
    tmp_path: Path, policy: str, success: float
) -> None:
    options = BenchOptions("miniwob", "train", ("reactive",), 2, (3,))
    data = await bench(options, config(tmp_path, policy), tmp_path / "bench.db", lambda done, wanted: None)
    row = data["planners"]["reactive"]
    assert row["success"]["mean"] == row["reward"]["mean"] == success
    assert row["wrong_commits"]["mean"] == 0.0


async def test_session_is_about_what_its_page_asks(tmp_path: Path) -> None:
    task = first_task("train", solvable=True)
    plan = SessionPlan(Goal(task.instruction), "", "all", task)
    async with open_repository(tmp_path / "sessions.db") as repository:
        done = await run_session(config(tmp_path), plan, repository, lambda event: None, None, interactive=False)
        stored = await repository.find_session(done.session_id)
    assert done.grade is not None
    assert done.grade.success, done.grade
    assert stored.instruction == done.result.history.goal.instruction != task.instruction


@pytest.mark.parametrize(("solvable", "status"), [(True, "collected"), (False, "lost")])
async def test_episode_without_an_oracle_is_not_collected(tmp_path: Path, solvable: bool, status: str) -> None:
    task = first_task("test", solvable=solvable)
    options = CollectOptions("miniwob", "test", 1, task.seed, 1, deviation=0.0)
    found = await collect(options, config(tmp_path), tmp_path / "c.db")
    assert (found.added, found.lost) == ((1, 0) if solvable else (0, 1))
    async with open_repository(tmp_path / "c.db") as repository:
        (session,) = await repository.list_sessions(5)
    assert (session.task_id, session.status) == (task.id, status)
