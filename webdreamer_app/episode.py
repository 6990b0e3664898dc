"""One task of a suite in a running browser: where it starts, what is asked, and how it is graded."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tasks.task import Ending, Grade, Site, Suite, Task
from webdreamer_app.agent import Status
from webdreamer_app.browser.driver import ChromiumBrowser
from webdreamer_app.browser.page_text import task_words
from webdreamer_app.types import Goal, Observation


@dataclass(frozen=True, slots=True)
class Episode:
    """A task whose first page is open."""

    suite: Suite
    site: Site
    task: Task
    session: str
    page: ChromiumBrowser
    first: Observation

    @property
    def goal(self) -> Goal:
        return Goal(self.task.instruction, dict(self.task.profile))

    async def grade(self, status: Status | None = None) -> Grade:
        """What the site says of it now."""
        return await grade(self.suite, self.site, self.task, self.session, self.page, status)


@contextlib.asynccontextmanager
async def open_episode(
    window: ChromiumBrowser, suite: Suite, site: Site, task: Task, session: str
) -> AsyncIterator[Episode]:
    """Start the task in a context of its own of a running browser. Raises BrowserError."""
    start = site.start(session, task)
    cookies = tuple((cookie.name, cookie.value, cookie.url) for cookie in start.cookies)
    with documents(task) as folder:
        async with window.fresh(cookies, task_words(task.instruction), folder) as page:
            first = await page.goto(start.url)
            stated = await asked(suite, task, page)
            if stated is not task:
                first = await page.observe()
            yield Episode(suite, site, stated, session, page, first)


async def asked(suite: Suite, task: Task, page: ChromiumBrowser) -> Task:
    """The task with the instruction that its first page gives, where the suite's pages do; its words are wanted."""
    if not suite.readback.goal:
        return task
    instruction = str(await page.value_of(suite.readback.goal) or task.instruction)
    page.want(task_words(instruction))
    return replace(task, instruction=instruction)


async def grade(
    suite: Suite, site: Site, task: Task, session: str, page: ChromiumBrowser, status: Status | None = None
) -> Grade:
    """What the site says of an episode that ended with `status`."""
    value = await page.value_of(suite.readback.ending) if suite.readback.ending else None
    return site.grade(task, session, Ending(status is Status.INFEASIBLE, value))


@contextlib.contextmanager
def documents(task: Task | None, place: Path | None = None) -> Iterator[Path | None]:
    """The folder with the task's documents, at `place` or for as long as this lasts; None where it has none."""
    if task is None or not task.files:
        yield None
    elif place is not None:
        yield _write(task, place)
    else:
        with TemporaryDirectory(prefix="webdreamer-") as made:
            yield _write(task, Path(made))


def _write(task: Task, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in task.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def grade_data(found: Grade | None) -> dict[str, Any] | None:
    """A grade as it is stored."""
    return None if found is None else {**asdict(found), "wrong_commits": list(found.wrong_commits)}
