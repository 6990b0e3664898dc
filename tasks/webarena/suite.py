"""A file of tasks in WebArena's form, as a suite. Its sites are other people's: they are used as they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tasks.suites import UnusableSuiteError
from tasks.task import UNREPORTED, Ending, Grade, Oracle, Readback, Site, Start, SuiteSettings, Task, read_task_id
from tasks.webarena.grading import grade, reads
from tasks.webarena.reading import TaskFileError, WebArenaTask, read_tasks


class WebArenaSite:
    """The sites that the file speaks of: nothing is served, nothing is reset."""

    def __init__(self, file: Path, tasks: Sequence[WebArenaTask]) -> None:
        self.url = tasks[0].start_urls[0]
        self._file = file
        self._tasks = tasks

    def start(self, session: str, task: Task | None = None) -> Start:
        chosen = self._tasks[task.index if task is not None else 0]
        first, *more = chosen.start_urls
        return Start(first, (), tuple(more), login(self._file, chosen))

    def reset(self, session: str) -> None:
        """What was done on other people's sites stays."""

    def grade(self, task: Task, session: str, ending: Ending = UNREPORTED) -> Grade:
        return grade(self._tasks[task.index], ending)


class WebArenaSuite:
    """Tasks of a JSON file in WebArena's form. A seed changes nothing; the first n of the file are taken."""

    splits: tuple[str, ...] = ("test",)
    readback = Readback()

    def __init__(self, file: str, settings: SuiteSettings) -> None:
        self._file = Path(file).expanduser().absolute()
        self.name = f"webarena:{self._file}"
        self._tasks = read_tasks(self._file, settings.addresses)

    def sample(self, split: str, count: int, seed: int) -> tuple[Task, ...]:
        if split not in self.splits:
            raise ValueError(f"Task files have no split {split!r}; there is: test.")
        return tuple(self._task(seed, place) for place in range(min(count, len(self._tasks))))

    def task(self, task_id: str) -> Task:
        _, seed, place = read_task_id(task_id, self.name, self.splits)
        if place >= len(self._tasks):
            last = f"{self.name}/test/{seed}/{len(self._tasks) - 1}"
            raise ValueError(f"There is no task {task_id!r}; the last is {last!r}.")
        return self._task(seed, place)

    def _task(self, seed: int, place: int) -> Task:
        chosen = self._tasks[place]
        login(self._file, chosen)
        return Task(
            id=f"{self.name}/test/{seed}/{place}",
            suite=self.name,
            split="test",
            seed=seed,
            index=place,
            instruction=chosen.intent,
            profile={},
            answer={},
            reads=reads(chosen.evaluation),
        )

    @contextlib.contextmanager
    def open(self, database: Path, port: int = 0) -> Iterator[Site]:
        yield WebArenaSite(self._file, self._tasks)

    def oracle(self, task: Task) -> Oracle:
        """Nobody knows the way."""
        return lambda text: ()

    def variant(self, task: Task, number: int) -> Task:
        raise UnusableSuiteError("Tasks of a file have no variants: train on the bundled suites.")

    def moved(self, task: Task, onto: Task) -> Task:
        """The other task: wishes belong to their pages here."""
        return onto

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        return replace(task, profile=profile)


def login(file: Path, task: WebArenaTask) -> Path | None:
    """The stored cookies that the task begins with. Raises TaskFileError where a login is needed that isn't there."""
    if task.storage_state is None:
        if task.require_login:
            raise TaskFileError(f"Task {task.task_id} of {file} needs a login, and names no storage_state.")
        return None
    given = Path(task.storage_state)
    found = next((place for place in (given, file.parent / given) if place.is_file()), None)
    if found is None and task.require_login:
        raise TaskFileError(
            f"Task {task.task_id} of {file} needs a login: there is no {given}. "
            "Save one with Playwright's storage_state, or set storage_state to where it is."
        )
    return found
