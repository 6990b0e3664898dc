"""pretix, a ticket shop that others wrote, as a suite of tasks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tasks.pretix.place import default_place
from tasks.pretix.site import PretixSite
from tasks.pretix.tasks import make_task, make_variant, rebound
from tasks.server import ServerError
from tasks.task import Oracle, Readback, Site, Task, read_task_id


class PretixSuite:
    """Tickets in pretix, a shop that nobody here wrote: for tests only, nothing is trained on it."""

    name = "pretix"
    splits = ("test",)
    readback = Readback()

    def __init__(self, data_dir: Path | None = None) -> None:
        self._place = default_place(data_dir)

    def sample(self, split: str, count: int, seed: int) -> tuple[Task, ...]:
        if split not in self.splits:
            raise ValueError(f"pretix has no split {split!r}; there is only: test.")
        return tuple(make_task(seed, index) for index in range(count))

    def task(self, task_id: str) -> Task:
        return make_task(*read_task_id(task_id, self.name, self.splits)[1:])

    @contextlib.contextmanager
    def open(self, database: Path, port: int = 0) -> Iterator[Site]:
        """Raises ServerError where pretix isn't installed, or can't be started."""
        if not self._place.is_installed:
            raise ServerError(
                f"pretix is not installed in {self._place.folder}: `webdreamer sites install pretix` does that "
                "(about ten minutes, once)."
            )
        from tasks.pretix.process import run_worker

        with run_worker(self._place, database, port) as worker:
            yield PretixSite(worker)

    def oracle(self, task: Task) -> Oracle:
        from tasks.pretix.oracle import PretixOracle

        return PretixOracle(task.answer)

    def variant(self, task: Task, number: int) -> Task:
        return make_variant(task, number)

    def moved(self, task: Task, onto: Task) -> Task:
        """The other task: wishes belong to their pages here."""
        return onto

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        return rebound(task, profile)
