"""A browser that another program joins: the page is found by its id, dialogs stay the agent's, nothing is left over."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Error, async_playwright

from webdreamer_app.browser.driver import BrowserOptions
from webdreamer_app.browser.joinable import open_joinable
from webdreamer_app.types import Action

pytestmark = pytest.mark.browser


async def test_another_program_finds_the_page_and_works_in_it(pages: Any) -> None:
    first = pages.put("<h1>First</h1><button onclick=\"confirm('Sure?')\">Ask</button>", "/first")
    options = BrowserOptions(viewport=(640, 480), timeout_s=10)
    async with open_joinable(options, "de-DE", "Asia/Tokyo") as joinable, async_playwright() as playwright:
        assert joinable.endpoint.startswith("http://127.0.0.1:")
        other = await playwright.chromium.connect_over_cdp(joinable.endpoint)
        (context,) = other.contexts
        context.on("dialog", lambda dialog: None)
        (page,) = context.pages
        session = await context.new_cdp_session(page)
        found = await session.send("Target.getTargetInfo")
        assert found["targetInfo"]["targetId"] == await joinable.page_id()
        await page.goto(first)
        seen = await joinable.browser.observe()
        assert "heading 'First'" in seen.text
        where = "[innerWidth, innerHeight, navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]"
        assert await page.evaluate(where) == [640, 480, "de-DE", "Asia/Tokyo"]
        button = next(one.bid for one in seen.elements if one.role == "button")
        outcome = await joinable.browser.execute(Action("click", button))
        assert outcome.observation is not None and outcome.observation.dialogs[0].message == "Sure?"
        outcome = await joinable.browser.execute(Action("dialog_dismiss"))
        assert outcome.observation is not None and not outcome.observation.dialogs
    async with async_playwright() as playwright:
        with pytest.raises(Error):  # the port is closed with the browser
            await playwright.chromium.connect_over_cdp(joinable.endpoint)
