"""Any task that BrowserGym (Le Sellier de Chezelles et al. 2024) has registered, as a suite of its seeds."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

from tasks.browsergym.site import BrowserGymSite, find_python
from tasks.suites import UnusableSuiteError
from tasks.task import Oracle, Readback, Site, SuiteSettings, Task, read_task_id

MOST_SEED = 2**31 - 1


class BrowserGymSuite:
    """One BrowserGym task under many seeds: `browsergym:miniwob.click-test`.

    What the task's constructor takes besides follows a question mark: `browsergym:openended?start_url=http://…`.
    """

    splits: tuple[str, ...] = ("test",)
    readback = Readback()

    def __init__(self, which: str, settings: SuiteSettings) -> None:
        task_id, _, query = which.partition("?")
        self._id = task_id.removeprefix("browsergym/")
        self._kwargs = {name: _value(text) for name, text in parse_qsl(query, keep_blank_values=True)}
        self._settings = settings
        self.name = f"browsergym:{self._id}{f'?{query}' if query else ''}"
        if not self._id or "/" in self._id:
            raise UnusableSuiteError(f"{task_id!r} is no id of BrowserGym's: write browsergym:miniwob.click-test.")

    def sample(self, split: str, count: int, seed: int) -> tuple[Task, ...]:
        if split not in self.splits:
            raise ValueError(f"BrowserGym's tasks have no split {split!r}; there is: test.")
        return tuple(self._task(seed, index) for index in range(count))

    def task(self, task_id: str) -> Task:
        return self._task(*read_task_id(task_id, self.name, self.splits)[1:])

    def _task(self, seed: int, index: int) -> Task:
        drawn = random.Random(f"{seed}/{index}").randint(0, MOST_SEED)
        return Task(
            id=f"{self.name}/test/{seed}/{index}",
            suite=self.name,
            split="test",
            seed=seed,
            index=index,
            instruction=str(self._kwargs.get("goal") or f"BrowserGym's task {self._id}, seed {drawn}"),
            profile={},
            answer={"id": self._id, "seed": drawn, "kwargs": self._kwargs},
        )

    @contextlib.contextmanager
    def open(self, database: Path, port: int = 0) -> Iterator[Site]:
        """BrowserGym's side of the episodes: processes of its own environment, none of which outlives this.

        Raises ServerError where there is no BrowserGym.
        """
        site = BrowserGymSite(self._id, find_python(self._settings))
        try:
            yield site
        finally:
            site.close()

    def oracle(self, task: Task) -> Oracle:
        """Nobody knows the way: few tasks of BrowserGym's can cheat, and those drive the page themselves."""
        return lambda text: ()

    def variant(self, task: Task, number: int) -> Task:
        raise UnusableSuiteError("BrowserGym's tasks have no variants: train on the bundled suites.")

    def moved(self, task: Task, onto: Task) -> Task:
        """The other task: wishes belong to their pages here."""
        return onto

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        return replace(task, profile=profile)


def _value(text: str) -> object:
    """JSON where it is, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
