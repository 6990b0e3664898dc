"""Sites that work in the agent's own browser: they open the first page there and judge the page after every step."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from tasks.task import UNREPORTED, Ending, JoinedSite, JoinError, Judgement, Task
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser
from webdreamer_app.browser.joinable import Joinable, open_joinable
from webdreamer_app.browser.page_text import task_words
from webdreamer_app.errors import BrowserError
from webdreamer_app.types import Action, Observation, Outcome

_log = logging.getLogger(__name__)


class JudgedBrowser:
    """Implements `protocols.Browser`: every action's outcome has the site's reward, and whether it ends the episode."""

    def __init__(self, joinable: Joinable, site: JoinedSite, session: str) -> None:
        self._joinable = joinable
        self._site = site
        self._session = session

    @property
    def page(self) -> ChromiumBrowser:
        return self._joinable.browser

    @property
    def interactions(self) -> int:
        return self.page.interactions

    @interactions.setter
    def interactions(self, value: int) -> None:
        self.page.interactions = value

    async def observe(self) -> Observation:
        return await self.page.observe()

    async def execute(self, action: Action) -> Outcome:
        """Raises BrowserError also where the site can't judge any more."""
        outcome = await self.page.execute(action)
        if outcome.terminated or self.page.tab.dialog:  # a page that waits for an answer can't be asked anything
            return outcome
        judgement = await self._judge(UNREPORTED)
        return replace(outcome, reward=judgement.reward, terminated=judgement.done)

    async def judge(self, ending: Ending) -> None:
        """Let the site judge how it ended. An open dialog stands in the way: then its last judgement stays."""
        if not self.page.tab.dialog:
            await self._judge(ending)

    async def _judge(self, ending: Ending) -> Judgement:
        with _as_browser_errors():
            return await self._site.judge(self._session, await self._joinable.page_id(), ending)


@contextlib.asynccontextmanager
async def join(
    options: BrowserOptions, site: JoinedSite, task: Task, session: str
) -> AsyncIterator[tuple[JudgedBrowser, Observation, Task]]:
    """Let the site set its task up in a browser of its own; the task comes back with what is asked.

    Raises BrowserError.
    """
    try:
        with _as_browser_errors():
            window = await site.window(task, session)
        opening = replace(options, viewport=(window.width, window.height), storage_state=None)
        async with open_joinable(opening, window.locale, window.timezone) as joinable:
            with _as_browser_errors():
                instruction = await site.join(session, joinable.endpoint, await joinable.page_id())
            joinable.browser.look_for(task_words(instruction))
            first = await joinable.browser.observe()
            yield JudgedBrowser(joinable, site, session), first, replace(task, instruction=instruction)
    finally:
        await _leave(site, session)


async def _leave(site: JoinedSite, session: str) -> None:
    try:
        await site.leave(session)
    except JoinError as error:
        _log.warning("The task's surroundings were not cleaned up: %s", error)


@contextlib.contextmanager
def _as_browser_errors() -> Iterator[None]:
    """What a site can't do to the browser ends the episode as a broken browser does."""
    try:
        yield
    except JoinError as error:
        raise BrowserError(str(error)) from error
