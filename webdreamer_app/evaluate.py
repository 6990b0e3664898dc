"""Runs planners side by side on the same tasks and reports means with 95% intervals, paired by task."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from storage.repository import Repository, open_repository
from tasks.task import Site, Suite, Task
from webdreamer_app.actions import format_action
from webdreamer_app.assemble import GATED, browser_options, load_policy, make_agent, make_gate
from webdreamer_app.browser.driver import ChromiumBrowser, open_browser
from webdreamer_app.config import Config
from webdreamer_app.episode import grade_data, open_episode
from webdreamer_app.errors import BrowserError
from webdreamer_app.protocols import Policy
from webdreamer_app.recorder import DatabaseRecorder, load_history
from webdreamer_app.results import Result, Status, StepTimings
from webdreamer_app.suites import find_suite
from webdreamer_app.types import Decision, Goal, History

EPISODE_METRICS = (
    "success",
    "reward",
    "interactions",
    "wrong_commits",
    "needless_blocks",
    "fallbacks",
    "tokens",
    "usd",
)
STEP_METRICS = ("observe", "propose", "imagine", "gate", "act")
_RESAMPLES = 2000
_MAX_BROKEN = 3
"""How many episodes of one worker may break their browser."""


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What is measured."""

    suite: str
    split: str
    planners: tuple[str, ...]
    count: int
    """Tasks for each seed."""
    seeds: tuple[int, ...]
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Episode:
    """One planner on one task."""

    planner: str
    task_id: str
    metrics: dict[str, float]
    """Without success and reward where nobody could tell."""
    timings: tuple[StepTimings, ...] = field(repr=False)
    detail: str = ""
    broken: str = ""
    """Why the browser ended it, empty where it did not."""


Progress = Callable[[int, int], None]


async def bench(options: BenchOptions, config: Config, database: Path, progress: Progress) -> dict[str, Any]:
    """Run every planner on every task and summarise. Raises WebDreamerErrors."""
    suite = find_suite(options.suite, config)
    tasks = [task for seed in options.seeds for task in suite.sample(options.split, options.count, seed)]
    jobs: asyncio.Queue[tuple[str, Task]] = asyncio.Queue()
    for task in tasks:
        for planner in options.planners:
            jobs.put_nowait((planner, task))
    total = jobs.qsize()
    shared = await load_policy(config) if config.policy == "embedded" else None
    episodes: list[Episode] = []

    def done(episode: Episode) -> None:
        episodes.append(episode)
        progress(len(episodes), total)

    async with open_repository(database) as repository:
        with suite.open(database.with_suffix(".site.db")) as site:
            runner = _Runner(config, suite, site, repository, shared, jobs, done)
            async with asyncio.TaskGroup() as group:
                for _ in range(max(1, min(options.workers, total))):
                    group.create_task(runner.work())
    return summary(options, episodes, getattr(shared, "sha256", ""))


@dataclass(frozen=True, slots=True)
class _Runner:
    config: Config
    suite: Suite
    site: Site
    repository: Repository
    shared: Policy | None
    jobs: asyncio.Queue[tuple[str, Task]]
    done: Callable[[Episode], None]

    async def work(self) -> None:
        """Run jobs until none is left; an episode that breaks its browser counts as failed, and gets it a new one."""
        broken = 0
        while not self.jobs.empty():
            async with open_browser(browser_options(self.config)) as window:
                while not self.jobs.empty():
                    episode = await self._episode(window, *self.jobs.get_nowait())
                    self.done(episode)
                    if episode.broken:
                        broken += 1
                        if broken > _MAX_BROKEN:
                            raise BrowserError(f"The browser broke {broken} times, the last time so: {episode.broken}")
                        break

    async def _episode(self, window: ChromiumBrowser, planner: str, task: Task) -> Episode:
        config = replace(self.config, planner=planner.removesuffix(GATED))
        oracle = self.suite.oracle(task)
        gate = make_gate("gate" if planner.endswith(GATED) else "all", config.tau_commit, None, interactive=False)
        session = await self.repository.create_session(
            task.instruction, self.site.url, dict(task.profile), {"planner": planner, "policy": config.policy}, task.id
        )
        recorder = DatabaseRecorder(self.repository, session)
        goal = Goal(task.instruction, dict(task.profile))
        result, broken, interactions, grade = Result(Status.FAILED, "", History(goal)), "", 0, None
        try:
            async with open_episode(window, self.suite, self.site, task, session) as episode:
                goal, oracle = episode.goal, self.suite.oracle(episode.task)
                await self.repository.set_instruction(session, goal.instruction)
                policy = self.shared or await load_policy(config, oracle)
                agent = make_agent(config, episode.browser, policy, gate, recorder, lambda event: None)
                try:
                    result = await agent.run(History(goal))
                finally:
                    interactions = episode.page.interactions
                grade = await episode.grade(result.status, result.last_words)
        except BrowserError as error:
            broken = str(error)
            result = Result(Status.FAILED, broken, await load_history(self.repository, session, goal))
        grade = grade or self.site.grade(task, session)
        await self.repository.end_session(session, result.status.value, result.message, grade_data(grade))
        graded = {} if grade.undecided else {"success": float(grade.success), "reward": grade.reward}
        metrics = graded | {
            "interactions": float(interactions),
            "wrong_commits": float(len(grade.wrong_commits)),
            "needless_blocks": _needless(result.history, oracle),
            "fallbacks": 0.0,
            "tokens": 0.0,
            "usd": 0.0,
        }
        return Episode(planner, task.id, metrics, result.timings, grade.undecided or grade.detail, broken)


def _needless(history: History, oracle: Callable[[str], tuple[str, ...]]) -> float:
    """Share of the right commits that were refused; right is what the oracle would do on that page."""
    right = refused = 0
    for step in history.steps:
        if step.plan.effect.is_commit and format_action(step.action) in oracle(step.observation.text):
            right += 1
            refused += step.verdict.decision is not Decision.ACT
    return refused / right if right else 0.0


def summary(options: BenchOptions, episodes: Sequence[Episode], policy_sha256: str) -> dict[str, Any]:
    """The JSON that scripts rely on."""
    by_planner = {planner: [one for one in episodes if one.planner == planner] for planner in options.planners}
    return {
        "suite": options.suite,
        "split": options.split,
        "n": options.count,
        "seeds": list(options.seeds),
        "policy_sha256": policy_sha256,
        "planners": {planner: _planner_summary(found) for planner, found in by_planner.items()},
        "paired": _paired(options.planners, by_planner),
    }


def _planner_summary(episodes: Sequence[Episode]) -> dict[str, Any]:
    result: dict[str, Any] = {
        name: mean_with_interval([one.metrics[name] for one in episodes if name in one.metrics])
        for name in EPISODE_METRICS
    }
    timings = [timing for one in episodes for timing in one.timings]
    for name in STEP_METRICS:
        values = sorted(getattr(timing, name) for timing in timings)
        result[f"ms_{name}"] = {"p50": _percentile(values, 0.5), "p95": _percentile(values, 0.95)}
    result["counts"] = {"episodes": len(episodes), "steps": len(timings)} | {
        name: round(sum(one.metrics.get(name, 0.0) for one in episodes))
        for name in ("success", "interactions", "wrong_commits")
    }
    undecided = [one for one in episodes if "success" not in one.metrics]
    if undecided:
        result["counts"]["undecided"] = len(undecided)
    return result


def _paired(planners: Sequence[str], found: dict[str, list[Episode]]) -> dict[str, Any]:
    result = {}
    for place, first in enumerate(planners):
        for second in planners[place + 1 :]:
            ours = {one.task_id: one.metrics for one in found[first]}
            theirs = {one.task_id: one.metrics for one in found[second]}
            shared = sorted(ours.keys() & theirs.keys())
            result[f"{first} - {second}"] = {
                name: mean_with_interval(
                    [ours[one][name] - theirs[one][name] for one in shared if name in ours[one] and name in theirs[one]]
                )
                for name in EPISODE_METRICS
            }
    return result


def mean_with_interval(values: Sequence[float], seed: int = 0) -> dict[str, Any]:
    """Mean and its 95% percentile-bootstrap interval (2,000 resamples, seeded)."""
    if not values:
        return {"mean": 0.0, "ci95": [0.0, 0.0]}
    chance = random.Random(seed)
    means = sorted(statistics.fmean(chance.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    low, high = means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1]
    return {"mean": statistics.fmean(values), "ci95": [low, high]}


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def write_json(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
