"""The shop as a suite of tasks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tasks.corner.app import COOKIE, Shop
from tasks.corner.generate import SPLITS, make_task, make_variant
from tasks.corner.grade import grade
from tasks.corner.oracle import CornerOracle
from tasks.corner.state import CornerState
from tasks.server import serve
from tasks.task import UNREPORTED, Cookie, Ending, Grade, Oracle, Readback, Site, Start, Task, read_task_id


class ShopSite:
    """A running shop."""

    def __init__(self, url: str, state: CornerState) -> None:
        self.url = url
        self._state = state

    def start(self, session: str, task: Task | None = None) -> Start:
        self._state.ensure(session)
        return Start(f"{self.url}/", (Cookie(COOKIE, session, self.url),))

    def reset(self, session: str) -> None:
        self._state.reset(session)

    def grade(self, task: Task, session: str, ending: Ending = UNREPORTED) -> Grade:
        return grade(task.answer, self._state.orders(session))


class CornerSuite:
    """Buying one thing in the small bundled shop."""

    name = "corner"
    splits = SPLITS
    readback = Readback()

    def sample(self, split: str, count: int, seed: int) -> tuple[Task, ...]:
        if split not in self.splits:
            raise ValueError(f"The shop has no split {split!r}; there are: {', '.join(self.splits)}.")
        return tuple(make_task(split, seed, index) for index in range(count))

    def task(self, task_id: str) -> Task:
        return make_task(*read_task_id(task_id, self.name, self.splits))

    @contextlib.contextmanager
    def open(self, database: Path, port: int = 0) -> Iterator[Site]:
        state = CornerState(database)
        try:
            with serve(Shop(state).application(), port) as url:
                yield ShopSite(url, state)
        finally:
            state.close()

    def variant(self, task: Task, number: int) -> Task:
        return make_variant(task, number)

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        address = task.answer["address"]
        if any(task.profile[name] != value for name, value in address.items()):
            return replace(task, profile=profile)  # sent to somebody whom the instruction names
        changed = {**task.answer, "address": {name: profile[name] for name in address}}
        return replace(task, profile=profile, answer=changed)

    def moved(self, task: Task, onto: Task) -> Task:
        """The task as it is: every task finds the same shop."""
        return task

    def oracle(self, task: Task) -> Oracle:
        return CornerOracle(task.answer)
