"""How many tasks of a suite its own oracle completes in a real Chromium, by what they are about; what idling earns.

`python -m benchmarks.oracle --suite miniwob --split train --count 400 --seed 1 [--only PAGE …] [--json FILE]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tasks.suites import suite as find_suite
from tasks.task import Site, Suite, Task
from webdreamer_app.actions import is_final, parse
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.episode import Episode, open_episode
from webdreamer_app.errors import BrowserError
from webdreamer_app.results import Status

MAX_STEPS = 40
PAGE_TOKENS = 2000
SUBJECTS = ("page", "theme")
"""Names in a task's answer that say what it is about, tried in this order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task."""

    task_id: str
    subject: str
    success: bool
    reward: float
    idle_reward: float
    """What the first page was worth before anything was done."""
    steps: int
    last: str
    """The last action, or why there was none."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="miniwob")
    parser.add_argument("--split", default="train")
    parser.add_argument("--count", type=int, default=40, help="tasks for each seed")
    parser.add_argument("--seed", type=int, nargs="*", default=[1])
    parser.add_argument("--only", nargs="*", default=[], help="what the tasks must be about")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    suite = find_suite(options.suite)
    tasks = [task for seed in options.seed for task in suite.sample(options.split, options.count, seed)]
    chosen = [task for task in tasks if not options.only or subject(task) in options.only]
    outcomes = asyncio.run(run(suite, chosen))
    report(outcomes)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in outcomes], indent=2) + "\n", encoding="utf-8")


def subject(task: Task) -> str:
    """What a task is about: its page, or the theme of its site."""
    places = (task.answer, task.answer.get("site"), task.answer.get("world"))
    found = (place[name] for place in places if isinstance(place, Mapping) for name in SUBJECTS if name in place)
    return str(next(found, task.suite))


async def run(suite: Suite, tasks: Sequence[Task]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder, suite.open(Path(folder) / "site.db") as site:
        async with open_browser(BrowserOptions(page_tokens=PAGE_TOKENS)) as window:
            async for outcome in _outcomes(window, suite, site, tasks):
                outcomes.append(outcome)
                if not outcome.success:
                    print(f"{outcome.subject}: {outcome}", file=sys.stderr)
                elif len(outcomes) % 20 == 0:
                    print(f"{len(outcomes)}/{len(tasks)}", file=sys.stderr)
    return outcomes


async def _outcomes(window: ChromiumBrowser, suite: Suite, site: Site, tasks: Sequence[Task]) -> AsyncIterator[Outcome]:
    for task in tasks:
        try:
            async with open_episode(window, suite, site, task, task.id) as episode:
                idle = await episode.grade()
                steps, last = await _follow(episode)
                grade = await episode.grade(Status.INFEASIBLE if last.startswith("report_infeasible") else Status.DONE)
            yield Outcome(task.id, subject(task), grade.success, grade.reward, idle.reward, steps, last)
        except BrowserError as error:
            yield Outcome(task.id, subject(task), False, 0.0, 0.0, 0, str(error))


async def _follow(episode: Episode) -> tuple[int, str]:
    """Do what the oracle says first until it ends the episode: how many steps, and the last."""
    oracle, observation, last = episode.suite.oracle(episode.task), episode.first, ""
    for number in range(MAX_STEPS):
        right = oracle(observation.text)
        if not right:
            return number, f"lost after {last}"
        outcome = await episode.page.execute(parse(right[0]))
        last = f"{right[0]} {outcome.error}".strip()
        if is_final(parse(right[0])) or outcome.observation is None:
            return number + 1, last
        observation = outcome.observation
    return MAX_STEPS, last


def report(outcomes: Sequence[Outcome]) -> None:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups[one.subject].append(one)
    for name, found in sorted([*groups.items(), ("all", list(outcomes))], key=lambda group: group[0] == "all"):
        won = sum(one.success for one in found)
        mean = sum(one.steps for one in found) / max(1, len(found))
        idle = sum(one.idle_reward for one in found)
        print(f"{name:32} {won:4} of {len(found):4}   steps {mean:5.1f}   idle reward {idle:g}")


if __name__ == "__main__":
    main()
