"""One task of a suite in a running browser: where it starts, what is asked, and how it is graded."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tasks.task import Ending, Grade, JoinedSite, Read, Site, Start, Suite, Task
from webdreamer_app.browser.driver import ChromiumBrowser
from webdreamer_app.browser.page_text import task_words
from webdreamer_app.errors import BrowserError
from webdreamer_app.joined import JudgedBrowser, join
from webdreamer_app.protocols import Browser
from webdreamer_app.results import Status
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
    judged: JudgedBrowser | None = None
    """Where the site judges every step: the browser that asks it to."""

    @property
    def goal(self) -> Goal:
        return Goal(self.task.instruction, dict(self.task.profile))

    @property
    def browser(self) -> Browser:
        """What the agent drives."""
        return self.judged or self.page

    async def grade(self, status: Status | None = None, said: str = "") -> Grade:
        """What the site says of it now, when it ended with `status` and the agent `said` so."""
        return await grade(self.suite, self.site, self.task, self.session, self.page, status, said, self.judged)


@contextlib.asynccontextmanager
async def open_episode(
    window: ChromiumBrowser, suite: Suite, site: Site, task: Task, session: str
) -> AsyncIterator[Episode]:
    """Start the task in a context of its own of a running browser. Raises BrowserError.

    A site that joins the agent's browser gets one of its own, beside the running one.
    """
    if isinstance(site, JoinedSite):
        async with join(window.options, site, task, session) as (judged, first, asked_for):
            yield Episode(suite, site, asked_for, session, judged.page, first, judged)
        return
    start = site.start(session, task)
    with documents(task) as folder:
        async with window.fresh(
            cookies_of(start), task_words(task.instruction), folder, storage_state=start.storage_state
        ) as page:
            await open_more(page, start)
            first = await page.goto(start.url)
            stated = await asked(suite, task, page)
            if stated is not task:
                first = await page.observe()
            yield Episode(suite, site, stated, session, page, first)


def cookies_of(start: Start) -> tuple[tuple[str, str, str], ...]:
    return tuple((cookie.name, cookie.value, cookie.url) for cookie in start.cookies)


async def open_more(page: ChromiumBrowser, start: Start) -> None:
    """Open what the task has in further tabs; the first stays the one that is looked at. Raises BrowserError."""
    for url in start.more:
        await page.new_tab()
        await page.goto(url)
    page.active = 0


async def asked(suite: Suite, task: Task, page: ChromiumBrowser) -> Task:
    """The task with the instruction that its first page gives, where the suite's pages do; its words are wanted."""
    if not suite.readback.goal:
        return task
    instruction = str(await page.value_of(suite.readback.goal) or task.instruction)
    page.want(task_words(instruction))
    return replace(task, instruction=instruction)


async def grade(
    suite: Suite,
    site: Site,
    task: Task,
    session: str,
    page: ChromiumBrowser,
    status: Status | None = None,
    said: str = "",
    judged: JudgedBrowser | None = None,
) -> Grade:
    """What the site says of an episode that ended with `status`. What it reads may take the browser elsewhere."""
    url = page.tab.page.url if page.tabs else ""
    last = await _ending(suite, site, task, session, page) if suite.readback.ending else None
    ending = Ending(infeasible=status is Status.INFEASIBLE, page=last, message=said, url=url)
    ending = replace(ending, reads=tuple([await _read(page, one) for one in task.reads]))
    if judged is not None:
        await judged.judge(ending)
    return site.grade(task, session, ending)


async def _ending(suite: Suite, site: Site, task: Task, session: str, page: ChromiumBrowser) -> Any:
    """What the pages know of the ending, asked where the task began when the agent left; None where that is lost."""
    expression, start = suite.readback.ending, site.start(session, task).url
    try:
        found = await page.value_of(expression)
        if found is None and page.tabs and page.tab.page.url.partition("#")[0] != start:
            await page.goto(start)
            found = await page.value_of(expression)
    except BrowserError:
        return None
    return found


async def _read(page: ChromiumBrowser, wanted: Read) -> Any:
    if wanted.url:
        try:
            await page.goto(wanted.url)
        except BrowserError:
            return None
    for expression in wanted.before:
        await page.value_of(expression)
    return await page.value_of(wanted.expression)


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
