"""A Chromium that another program on this machine may attach to, and that has one context: a profile of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import BrowserContext, Error, async_playwright

from webdreamer_app.browser.chromium import find_chromium, launch_arguments
from webdreamer_app.browser.downloads import Downloads
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser
from webdreamer_app.browser.failures import first_line
from webdreamer_app.errors import BrowserError

_PORT_LIMIT_S = 10.0
_ANSWER_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Joinable:
    """A browser, and where others find it."""

    browser: ChromiumBrowser
    endpoint: str
    """Address of its debugging port."""

    async def page_id(self) -> str:
        """CDP target id of the page that is looked at, by which another program finds it. Raises BrowserError."""
        tab = self.browser.tab
        try:
            answer = await tab.guard(tab.cdp.send("Target.getTargetInfo"), _ANSWER_LIMIT_S)
        except (Error, TimeoutError) as error:
            raise BrowserError(f"The page {tab.page.url} does not answer: {first_line(error)}") from error
        return str(answer["targetInfo"]["targetId"])


@contextlib.asynccontextmanager
async def open_joinable(options: BrowserOptions, locale: str = "", timezone: str = "") -> AsyncIterator[Joinable]:
    """Start Chromium with a debugging port of its own choice on loopback, and end it whatever happens.

    Whoever reaches that port can do in this browser what the agent can; it holds nothing but this episode.
    Raises BrowserError.
    """
    with TemporaryDirectory(prefix="webdreamer-", ignore_cleanup_errors=True) as folder:
        profile, arriving = Path(folder, "profile"), Path(folder, "arriving")
        async with _context(options, profile, arriving, locale, timezone) as context:
            gone = asyncio.Event()
            context.on("close", lambda _: gone.set())
            context.set_default_timeout(options.timeout_s * 1000)
            downloads = Downloads(options.downloads, arriving)
            try:
                first = context.pages
                browser = ChromiumBrowser(context, options, gone, downloads)
                await browser.start()
                for page in first:
                    await page.close()
                yield Joinable(browser, f"http://127.0.0.1:{await _port(profile)}")
            finally:
                await downloads.close()


@contextlib.asynccontextmanager
async def _context(
    options: BrowserOptions, profile: Path, arriving: Path, locale: str, timezone: str
) -> AsyncIterator[BrowserContext]:
    executable = find_chromium(options.executable)
    if executable is None:
        raise BrowserError("No Chromium was found: run `webdreamer doctor --install-browser`, or set `chromium`.")
    width, height = options.viewport
    async with async_playwright() as playwright:
        try:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=executable,
                headless=not options.headed,
                viewport={"width": width, "height": height},
                locale=locale or None,
                timezone_id=timezone or None,
                downloads_path=arriving,
                accept_downloads=options.downloads is not None,
                args=[*launch_arguments(), "--remote-debugging-port=0", "--remote-debugging-address=127.0.0.1"],
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            raise BrowserError(f"Chromium at {executable} did not start: {first_line(error)}") from error
        try:
            yield context
        finally:
            with contextlib.suppress(Error):
                await asyncio.shield(context.close())


async def _port(profile: Path) -> int:
    """The port that Chromium chose: it writes it into its profile."""
    place = profile / "DevToolsActivePort"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PORT_LIMIT_S):
            while True:
                lines = place.read_text(encoding="utf-8").split() if place.is_file() else []
                if lines:
                    return int(lines[0])
                await asyncio.sleep(0.05)
    raise BrowserError("Chromium opened no debugging port: nothing can be attached to it.")
