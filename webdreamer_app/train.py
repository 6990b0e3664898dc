"""From recorded sessions to a trained policy: states are labelled by the oracle, and once more for other wishes.

A page on which one task's order is right is the page on which a neighbouring task's order is wrong; the oracle,
which reads only what is displayed, labels both. So every recorded page teaches more than it was recorded for.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from storage.repository import open_repository
from tasks.suites import suite_name
from tasks.task import Suite, Task
from webdreamer_app.actions import parse
from webdreamer_app.config import Config
from webdreamer_app.effects import classify
from webdreamer_app.policies.scorer.features import Featurizer, StateFeatures
from webdreamer_app.policies.scorer.labels import NO_CLICK, labels_for
from webdreamer_app.policies.scorer.packing import Example, pack, save
from webdreamer_app.policies.scorer.training import fast_dtype
from webdreamer_app.recorder import load_history
from webdreamer_app.suites import find_suite
from webdreamer_app.types import Action, Goal, History, Observation, Step
from worldmodel.text_encoder import TextEncoder

_RELABEL_SHARE = 0.35
_COMMIT_RELABELS = 4
_POOL = 600
_RELABEL_WEIGHT = 0.7


@dataclass(slots=True)
class PackReport:
    """What became of the recorded states."""

    sessions: int = 0
    states: int = 0
    relabelled: int = 0
    unlabelled: int = 0
    """States whose acceptable actions lie outside the candidate set."""
    commits: int = 0
    commits_wrong: int = 0


async def pack_sessions(
    databases: Sequence[Path],
    out: Path,
    config: Config,
    *,
    seed: int = 0,
    limit: int = 1_000_000,
    echo: Callable[[str], None] = print,
) -> PackReport:
    """Label every collected session of these databases and write one packed file."""
    encoder, report = TextEncoder.load(capacity=500_000, fast=fast_dtype() is not None), PackReport()
    examples: list[Example] = []
    async for task, suite, history in _collected(databases, config, limit):
        report.sessions += 1
        builder = _Builder(encoder, suite, task, random.Random(f"{seed}/{task.id}"), report)
        examples += builder.examples(history)
        if report.sessions % 50 == 0:
            echo(f"{report.sessions} sessions, {len(examples)} examples")
    facts: dict[str, object] = {name: getattr(report, name) for name in report.__slots__}
    save(out, pack(examples, encoder), facts | {"seed": seed})
    return report


async def _collected(
    databases: Sequence[Path], config: Config, limit: int
) -> AsyncIterator[tuple[Task, Suite, History]]:
    """Finished sessions of suites, oldest first."""
    for database in databases:
        async with open_repository(database) as repository:
            sessions = [one for one in await repository.list_sessions(limit) if one.status == "collected"]
            for session in reversed(sessions):
                suite = find_suite(suite_name(session.task_id), config)
                goal = Goal(session.instruction, json.loads(session.profile))
                task = replace(suite.task(session.task_id), instruction=session.instruction)
                yield task, suite, await load_history(repository, session.id, goal)


class _Builder:
    """Makes the examples of one session."""

    def __init__(
        self, encoder: TextEncoder, suite: Suite, task: Task, chance: random.Random, report: PackReport
    ) -> None:
        self._encoder = encoder
        self._suite = suite
        self._task = task
        self._chance = chance
        self._report = report
        self._featurizer = Featurizer(encoder, Goal(task.instruction, dict(task.profile)))

    def examples(self, history: History) -> Iterator[Example]:
        for place, step in enumerate(history.steps):
            before = history.steps[:place]
            self._report.states += 1
            yield from self._labelled(self._task, self._featurizer, step.observation, before, 1.0)
            committing = any(_commits(step.observation))
            if committing or self._chance.random() < _RELABEL_SHARE:
                for other in self._others(_COMMIT_RELABELS if committing else 1):
                    self._report.relabelled += 1
                    featurizer = Featurizer(self._encoder, Goal(other.instruction, dict(other.profile)))
                    yield from self._labelled(other, featurizer, step.observation, before, _RELABEL_WEIGHT)

    def _labelled(
        self, task: Task, featurizer: Featurizer, page: Observation, before: tuple[Step, ...], weight: float
    ) -> Iterator[Example]:
        right = [parse(text) for text in self._suite.oracle(task)(page.text)]
        state = featurizer(page, before)
        labels = labels_for(right, state)
        commits = tuple((row, Action("click", bid) not in right) for row, bid in _commit_rows(state, page))
        self._report.commits += len(commits)
        self._report.commits_wrong += sum(wrong for _, wrong in commits)
        if labels:
            yield Example(state, labels, commits, weight)
        else:
            self._report.unlabelled += 1

    def _others(self, count: int) -> list[Task]:
        """Neighbouring wishes: near in words, half of them by the same person; and the same wish by another.

        None where only pages tell what is wished.
        """
        if self._suite.readback.goal:
            return []
        pool = _pool(self._suite, self._task.split, self._encoder)
        words = _words(self._task.instruction)
        drawn = self._chance.sample(pool, min(len(pool), 200))
        near = sorted(drawn, key=lambda other: -len(words & _words(other.instruction)))[:8]
        chosen = self._chance.sample(near, min(count, len(near)))
        result = []
        for place, other in enumerate(chosen):
            if place == 3:
                result.append(self._suite.rebind(self._task, other.profile))
                continue
            here = self._suite.moved(other, self._task)
            if here is not self._task:
                result.append(self._suite.rebind(here, self._task.profile) if place % 2 == 0 else here)
        return result


def _commits(page: Observation) -> Iterator[str]:
    """References whose click could not be taken back."""
    for element in page.elements:
        clickable = element.is_usable and element.role not in NO_CLICK and not element.options
        if clickable and classify(Action("click", element.bid), page).is_commit:
            yield element.bid


def _commit_rows(state: StateFeatures, page: Observation) -> Iterator[tuple[int, str]]:
    wanted = set(_commits(page))
    for place, row in enumerate(state.rows):
        if row.element.bid in wanted:
            yield place, row.element.bid


_POOLS: dict[tuple[str, str], list[Task]] = {}


def _pool(suite: Suite, split: str, encoder: TextEncoder) -> list[Task]:
    """Tasks to relabel with; their texts are encoded together, which is much faster than one by one."""
    key = (suite.name, split)
    if key not in _POOLS:
        _POOLS[key] = list(suite.sample(split, _POOL, 77))
        encoder.encode([text for task in _POOLS[key] for text in (task.instruction, *task.profile.values())])
    return _POOLS[key]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.lower().replace(",", " ").replace(".", " ").split())
