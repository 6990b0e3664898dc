"""Records oracle episodes with light randomisation, as data for training.

Every state is recorded with the oracle's acceptable actions as proposals; what was executed may deviate from them,
so that the oracle's way back is seen too.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from storage.repository import Repository, open_repository
from tasks.task import Site, Suite, Task
from webdreamer_app.actions import is_final, parse
from webdreamer_app.assemble import browser_options
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.config import Config
from webdreamer_app.effects import classify
from webdreamer_app.episode import Episode, grade_data, open_episode
from webdreamer_app.errors import BrowserError
from webdreamer_app.protocols import Policy
from webdreamer_app.recorder import DatabaseRecorder
from webdreamer_app.results import Status
from webdreamer_app.straying import deviation, opening
from webdreamer_app.suites import find_suite
from webdreamer_app.types import Action, Decision, History, Observation, Plan, Proposal, Step, Verdict

_MAX_BROKEN = 5
"""How many episodes of one worker may break their browser, one after the other."""


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """What is collected."""

    suite: str = "shop"
    split: str = "train"
    episodes: int = 100
    seed: int = 0
    workers: int = 2
    deviation: float = 0.15
    """Share of steps on which something else than the oracle's action is executed."""
    student_share: float = 0.0
    """Share of steps that the given policy decides, so that its own mistakes are seen."""
    max_steps: int = 70


@dataclass(slots=True)
class Collected:
    """What became of the episodes of one call."""

    added: int = 0
    lost: int = 0
    """Episodes in which the oracle knew no way on, or the browser broke; they are tried again next time."""


_OPENED = 0.6
"""How often a list that shows nothing while it is closed is opened first."""

Progress = Callable[[int, int], None]
"""Called with (finished, wanted) episodes."""


async def collect(
    options: CollectOptions,
    config: Config,
    database: Path,
    policy: Policy | None = None,
    progress: Progress = lambda done, wanted: None,
) -> Collected:
    """Collect until `episodes` are in the database; finished ones are kept. Raises WebDreamerErrors.

    An episode that breaks its browser is lost, and the rest go on in a new one.
    """
    suite = find_suite(options.suite, config)
    tasks = suite.sample(options.split, options.episodes, options.seed)
    async with open_repository(database) as repository:
        finished = {one.task_id for one in await repository.list_sessions(1_000_000) if one.status == "collected"}
        waiting = [task for task in tasks if task.id not in finished]
        queue: asyncio.Queue[Task] = asyncio.Queue()
        for task in waiting:
            queue.put_nowait(task)
        counter = _Counter(len(tasks) - len(waiting), len(tasks), progress)
        with suite.open(database.with_suffix(".site.db")) as site:
            worker = _Worker(options, suite, site, repository, policy, queue, counter)
            async with asyncio.TaskGroup() as group:
                for _ in range(min(options.workers, max(1, len(waiting)))):
                    group.create_task(worker.run(browser_options(config)))
    return counter.collected


@dataclass(slots=True)
class _Counter:
    done: int
    wanted: int
    progress: Progress
    collected: Collected = field(default_factory=Collected)

    def add(self, is_lost: bool) -> None:
        self.done += 1
        self.collected.added += not is_lost
        self.collected.lost += is_lost
        self.progress(self.done, self.wanted)


@dataclass(frozen=True, slots=True)
class _Worker:
    """Takes tasks off the queue, each episode in a browser context of its own."""

    options: CollectOptions
    suite: Suite
    site: Site
    repository: Repository
    policy: Policy | None
    queue: asyncio.Queue[Task]
    counter: _Counter

    async def run(self, browser: BrowserOptions) -> None:
        """Take tasks until none is left. Raises BrowserError when one episode after the other breaks its browser."""
        broken = 0
        while not self.queue.empty():
            async with open_browser(browser) as window:
                while not self.queue.empty():
                    task = self.queue.get_nowait()
                    problem = await self._episode(window, task)
                    if problem:
                        broken += 1
                        if broken >= _MAX_BROKEN:
                            raise BrowserError(
                                f"{broken} episodes in a row broke their browser, the last one ({task.id}): {problem} "
                                "What was collected is kept: run `webdreamer doctor`, then the same command to go on."
                            )
                        break
                    broken = 0

    async def _episode(self, window: ChromiumBrowser, task: Task) -> str:
        """Record one; how it broke the browser, empty where it did not."""
        session = await self.repository.create_session(
            task.instruction, self.site.url, dict(task.profile), asdict(self.options), task.id
        )
        try:
            async with open_episode(window, self.suite, self.site, task, session) as episode:
                await self.repository.set_instruction(session, episode.task.instruction)
                count, ended = await self._steps(episode)
                grade = await episode.grade(ended)
        except BrowserError as error:
            await self.repository.end_session(session, "lost", str(error))
            self.counter.add(is_lost=True)
            return str(error)
        status = "lost" if ended is Status.STUCK else "collected"
        await self.repository.end_session(session, status, f"{count} steps", grade_data(grade))
        self.counter.add(is_lost=ended is Status.STUCK)
        return ""

    async def _steps(self, episode: Episode) -> tuple[int, Status]:
        """How many steps were taken, and how they ended; stuck where the oracle knows no way on."""
        page, observation = episode.page, episode.first
        chance = random.Random(f"{episode.task.id}/{self.options.seed}")
        oracle = self.suite.oracle(episode.task)
        recorder = DatabaseRecorder(self.repository, episode.session)
        history = History(episode.goal)
        for number in range(self.options.max_steps):
            right = [parse(text) for text in oracle(observation.text)]
            if not right:
                return number, Status.STUCK
            plan = await self._plan(chance, right, observation, history)
            verdict = Verdict(Decision.ACT, "collecting")
            async with recorder.step(observation, plan, verdict) as record:
                outcome = await page.execute(plan.chosen.action)
                await record.finish(outcome)
            history = history.extend(Step(number, observation, plan, verdict, outcome))
            if outcome.terminated or outcome.observation is None:
                given_up = plan.chosen.action.verb == "report_infeasible"
                return number + 1, Status.INFEASIBLE if given_up else Status.DONE
            observation = outcome.observation
        return self.options.max_steps, Status.STEP_LIMIT

    async def _plan(
        self, chance: random.Random, right: list[Action], observation: Observation, history: History
    ) -> Plan:
        proposals = tuple(Proposal(action, "acceptable", 1 / len(right)) for action in right)
        chosen = chance.choice(right)
        if not is_final(chosen):
            if self.policy is not None and chance.random() < self.options.student_share:
                chosen = await self._students(observation, history, right, chosen)
            elif chance.random() < self.options.deviation:
                chosen = deviation(chance, observation, history.goal) or chosen
            elif chance.random() < _OPENED:
                chosen = opening(chosen, observation) or chosen
        known = next((one for one in proposals if one.action == chosen), Proposal(chosen, "deviation", 0.0))
        return Plan(known, proposals, effect=classify(chosen, observation))

    async def _students(
        self, observation: Observation, history: History, right: list[Action], fallback: Action
    ) -> Action:
        """The policy's choice, unless it would commit or end something that the oracle would not."""
        assert self.policy is not None
        choice = (await self.policy.propose(observation, history))[0].action
        ends = is_final(choice) or classify(choice, observation).is_commit
        return fallback if ends and choice not in right else choice
