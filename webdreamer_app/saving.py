"""The browser of a session that can be resumed."""

from __future__ import annotations

import logging
from pathlib import Path

from playwright.async_api import Error as PlaywrightError

from webdreamer_app.browser.driver import ChromiumBrowser
from webdreamer_app.types import Action, Observation, Outcome

_log = logging.getLogger(__name__)


class SavingBrowser:
    """A browser that keeps its cookies and storage on disk after each step, so that a session can be resumed."""

    def __init__(self, browser: ChromiumBrowser, path: Path) -> None:
        self._browser = browser
        self._path = path

    @property
    def interactions(self) -> int:
        return self._browser.interactions

    @interactions.setter
    def interactions(self, value: int) -> None:
        self._browser.interactions = value

    async def observe(self) -> Observation:
        return await self._browser.observe()

    async def execute(self, action: Action) -> Outcome:
        outcome = await self._browser.execute(action)
        if not self._browser.tab.dialog:  # a page that waits for an answer can't be asked for its storage
            try:
                await self._browser.storage_state(self._path)
            except (PlaywrightError, TimeoutError, OSError) as error:
                _log.warning("The browser's state was not saved (%s): a resumed run starts signed out.", error)
        return outcome
