"""Drives a real Chromium: opens it, observes it, acts on it, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from webdreamer_app.actions import is_final
from webdreamer_app.browser.capture import FrameCapture
from webdreamer_app.browser.chromium import find_chromium, launch_arguments
from webdreamer_app.browser.downloads import Downloads
from webdreamer_app.browser.execute import perform
from webdreamer_app.browser.failures import first_line, scheme_of
from webdreamer_app.browser.frames import Interrupted, Numbers
from webdreamer_app.browser.inputs import ActionFailed, OutcomeUnknown
from webdreamer_app.browser.opening import open_page
from webdreamer_app.browser.page_text import PageText, changes
from webdreamer_app.browser.tab import Tab
from webdreamer_app.effect_addresses import only_reads
from webdreamer_app.errors import BrowserError, PageCrashed
from webdreamer_app.types import Action, Observation, Outcome
from webdreamer_app.types import Tab as TabInfo

_MAX_TABS = 20
_POP_UP_LIMIT_S = 3.0
_STATE_LIMIT_S = 3.0
_STARTS_DOWNLOAD = "Download is starting"
_GOING = frozenset({"goto", "go_back", "go_forward", "new_tab", "tab_focus", "tab_close", "hover", "scroll"})
"""Verbs that send nothing that could commit."""
_UNCOUNTED = frozenset({"noop", "expand", "send_msg_to_user", "report_infeasible"})


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """How the browser is opened."""

    headed: bool = False
    executable: Path | None = None
    """Chromium to use instead of the one that is found."""
    viewport: tuple[int, int] = (1280, 900)
    timeout_s: float = 20.0
    """Hard limit on loading and settling."""
    cookies: tuple[tuple[str, str, str], ...] = ()
    """(name, value, url)"""
    storage_state: Path | None = None
    """Cookies and local storage of an earlier session."""
    page_tokens: int = 0
    """Budget of a page's text in tokens of the text encoder; 0: the whole page."""
    wanted: frozenset[str] = frozenset()
    """Words of the task, in small letters: lines with them are folded last."""
    downloads: Path | None = None
    """Folder for files that pages hand over; None: they are refused."""
    documents: Path | None = None
    """Folder in which `upload_file` finds files by their bare names."""


class ChromiumBrowser:
    """The `Browser` of real runs. Made by `open_browser`."""

    def __init__(
        self, context: BrowserContext, options: BrowserOptions, gone: asyncio.Event, downloads: Downloads
    ) -> None:
        self.interactions = 0
        self.options = options
        self.context = context
        self.downloads = downloads
        self.tabs: list[Tab] = []
        self._numbers = Numbers()
        self.active = 0
        self._gone = gone
        self._previous: Observation | None = None
        self._text = PageText(options.page_tokens, options.wanted)
        self._attaching: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Event()
        self._pages_seen = 0

    @property
    def tab(self) -> Tab:
        return self.tabs[self.active]

    async def start(self) -> None:
        page = await self.context.new_page()
        self.downloads.watch(page)
        self.tabs.append(await Tab.attach(page, self._gone, self._numbers))
        page.on("close", self._on_close)
        self.context.on("page", self._on_page)

    def _on_page(self, page: Page) -> None:
        if any(tab.page is page for tab in self.tabs):
            return
        self.downloads.watch(page)
        self._pages_seen += 1
        self._arrived.set()
        task = asyncio.get_running_loop().create_task(self._attach(page))
        self._attaching.add(task)
        task.add_done_callback(self._attaching.discard)

    async def _attach(self, page: Page) -> None:
        if len(self.tabs) >= _MAX_TABS:
            await page.close()
            return
        page.on("close", self._on_close)
        try:
            self.tabs.append(await Tab.attach(page, self._gone, self._numbers))
        except TimeoutError:  # it answers nothing, so nobody could see what it shows
            with contextlib.suppress(Error, TimeoutError):
                await asyncio.wait_for(page.close(), _POP_UP_LIMIT_S)
        except Error:  # a pop-up may close itself before it is attached
            return
        else:
            self.active = len(self.tabs) - 1

    def _on_close(self, page: Page) -> None:
        current = self.tabs[self.active] if self.tabs else None
        self.tabs = [tab for tab in self.tabs if tab.page is not page]
        self.active = self.tabs.index(current) if current in self.tabs else max(0, len(self.tabs) - 1)

    async def new_tab(self) -> None:
        page = await self.context.new_page()
        await self._settle_tabs()
        self.active = next((place for place, tab in enumerate(self.tabs) if tab.page is page), self.active)

    async def _await_pop_ups(self, tab: Tab, asked: int, seen: int) -> None:
        """Wait, within bounds, until the pop-ups that the action asked for are there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POP_UP_LIMIT_S):
                while self._pages_seen - seen < min(tab.windows_opened - asked, _MAX_TABS):
                    self._arrived.clear()
                    await self._arrived.wait()

    async def _settle_tabs(self) -> None:
        while self._attaching:
            await asyncio.wait(set(self._attaching), timeout=self.options.timeout_s)
        if not self.tabs:
            raise BrowserError("Every tab was closed: there is no page to go on with.")

    async def goto(self, url: str) -> Observation:
        """Open the start page. Raises BrowserError, in one sentence, when it can't be had."""
        if scheme_of(url) not in ("http", "https", "file", "about"):
            raise BrowserError(f"{url!r} is not a web address: write it with http:// or https://.")
        self.interactions += 1
        if self.tab.is_crashed:
            await self._reopen("")
        status = await open_page(self.tab, url, self.options.timeout_s)
        if status is not None and status >= 400:
            what = "its server failed, try again later" if status >= 500 else "check the address"
            raise BrowserError(f"{url} answered with status {status}: {what}.")
        await self.tab.settle(self.options.timeout_s)
        return await self.observe()

    async def observe(self) -> Observation:
        """The active tab as it is now; while a dialog is open, the page as it was before."""
        await self._settle_tabs()
        tab = self.tab
        dialogs = (tab.open_dialog,) if tab.open_dialog else ()
        capture = tab.last if dialogs and tab.last else await self._capture(tab)
        dialogs = (tab.open_dialog,) if tab.open_dialog else ()
        tabs = tuple(
            TabInfo(place, one.page.url, one.last.title if one.last else "", place == self.active)
            for place, one in enumerate(self.tabs)
        )
        downloads = self.downloads.told()
        observation = Observation(
            url=capture.url,
            title=capture.title,
            elements=capture.elements,
            text=self._text.write(capture, tabs, dialogs, downloads),
            tabs=tabs,
            dialogs=dialogs,
            downloads=downloads,
        )
        observation = replace(observation, changes=changes(self._previous, observation))
        self._previous = observation
        return observation

    async def _capture(self, tab: Tab) -> FrameCapture:
        for attempt in range(3):
            try:
                tab.last = await tab.frames.capture()
            except Interrupted:
                return tab.last or FrameCapture("", tab.page.url, (), {})
            except TimeoutError as error:
                raise BrowserError(f"The page {tab.page.url} does not answer: a script keeps it busy.") from error
            except (Error, ValueError) as error:
                if attempt == 2:
                    raise BrowserError(f"The page {tab.page.url} could not be read: {first_line(error)}") from error
                await tab.settle(self.options.timeout_s)
            else:
                return tab.last
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def execute(self, action: Action) -> Outcome:
        """Run one action and wait for the page to settle."""
        if is_final(action):
            return Outcome(observation=await self.observe(), terminated=True)
        if action.verb == "expand" and self._text.open(action.bid):
            return Outcome(observation=await self.observe())
        await self._settle_tabs()
        self.interactions += action.verb not in _UNCOUNTED
        before = self.tab.last
        try:
            return await self._execute(action)
        except PageCrashed as crash:
            # What was sent may have arrived, so nobody may take it for undone.
            await self._reopen(before.url if before is not None else "")
            error = f"{action.verb}: {crash} Go on from the page that is open now."
            return Outcome(
                observation=await self.observe(), error=error, unknown=action.verb not in _UNCOUNTED | _GOING
            )

    async def _execute(self, action: Action) -> Outcome:
        error, sent = "", False
        acted_on, asked, seen = self.tab, self.tab.windows_opened, self._pages_seen
        try:
            await perform(self, self._with_document(action))
        except ActionFailed as failure:
            error = str(failure)
        except Interrupted:
            pass
        except OutcomeUnknown as failure:
            error, sent = str(failure), True
        except (PlaywrightTimeout, TimeoutError):
            error = f"{action.verb}: the page did not answer in time."
        except Error as failure:
            error = "" if _STARTS_DOWNLOAD in str(failure) else f"{action.verb}: {first_line(failure)}"
        await self._settle_tabs()
        if action.verb not in _UNCOUNTED and not self.tab.dialog:
            await self.tab.settle(self.options.timeout_s)
            await self._await_pop_ups(acted_on, asked, seen)
            await self._settle_tabs()
            if self.tab is not acted_on and not self.tab.dialog:
                await self.tab.settle(self.options.timeout_s)
            await self.downloads.settle(self.options.timeout_s)
        return Outcome(observation=await self.observe(), error=error, unknown=sent)

    def _with_document(self, action: Action) -> Action:
        """The same action, with the place of a document that it names."""
        folder = self.options.documents
        if action.verb != "upload_file" or folder is None:
            return action
        name = str(action.value[0])
        place = folder / name
        return replace(action, value=(str(place),)) if name == place.name and place.is_file() else action

    async def _reopen(self, url: str) -> None:
        """Put a new tab in the place of one that crashed, on the last page that was seen. Raises BrowserError."""
        crashed = self.tab
        page = await self.context.new_page()
        await self._settle_tabs()
        with contextlib.suppress(Error, TimeoutError):
            await asyncio.wait_for(crashed.page.close(), _POP_UP_LIMIT_S)
        self.tabs = [tab for tab in self.tabs if tab is not crashed]
        self.active = next((place for place, tab in enumerate(self.tabs) if tab.page is page), 0)
        if only_reads(url):
            await open_page(self.tab, url, self.options.timeout_s)
            await self.tab.settle(self.options.timeout_s)

    def look_for(self, words: frozenset[str]) -> None:
        """Fold lines with these words last from now on."""
        self._text = PageText(self.options.page_tokens, words)

    async def value_of(self, expression: str) -> Any:
        """What a JavaScript expression gives in the active page; None where no page answers it."""
        if not self.tabs:
            return None
        try:
            return await self.tab.guard(self.tab.page.evaluate(expression), _STATE_LIMIT_S)
        except (Error, Interrupted, TimeoutError, PageCrashed):
            return None

    def want(self, words: frozenset[str]) -> None:
        """From now on these are the words of the task: lines with them are folded last."""
        self._text.want(words)

    @contextlib.asynccontextmanager
    async def fresh(
        self,
        cookies: tuple[tuple[str, str, str], ...] = (),
        wanted: frozenset[str] = frozenset(),
        documents: Path | None = None,
        storage_state: Path | None = None,
    ) -> AsyncIterator[ChromiumBrowser]:
        """Another context of the same Chromium, with nothing but these cookies and documents, and what is stored."""
        browser = self.context.browser
        if browser is None:
            raise BrowserError("The browser is gone: it crashed or was closed.")
        async with open_context(
            browser,
            replace(self.options, cookies=cookies, wanted=wanted, documents=documents, storage_state=storage_state),
            self._gone,
            self.downloads.arriving,
        ) as ours:
            yield ours

    async def storage_state(self, path: Path) -> None:
        """Write cookies and local storage to `path`, whole or not at all, for its owner only.

        Raises TimeoutError when a tab keeps them to itself, playwright's Error and OSError.
        """
        state = await asyncio.wait_for(self.context.storage_state(), _STATE_LIMIT_S)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(state), encoding="utf-8")
        partial.replace(path)


@contextlib.asynccontextmanager
async def open_browser(options: BrowserOptions) -> AsyncIterator[ChromiumBrowser]:
    """Start Chromium, and end it whatever happens. Raises BrowserError."""
    executable = find_chromium(options.executable)
    if executable is None:
        raise BrowserError("No Chromium was found: run `webdreamer doctor --install-browser`, or set `chromium`.")
    gone = asyncio.Event()
    async with async_playwright() as playwright, contextlib.AsyncExitStack() as stack:
        arriving = stack.enter_context(TemporaryDirectory(prefix="webdreamer-", ignore_cleanup_errors=True))
        try:
            browser = await playwright.chromium.launch(
                executable_path=executable,
                headless=not options.headed,
                downloads_path=arriving,
                args=launch_arguments(),
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            raise BrowserError(f"Chromium at {executable} did not start: {first_line(error)}") from error
        browser.on("disconnected", lambda _: gone.set())
        try:
            async with open_context(browser, options, gone, Path(arriving)) as ours:
                yield ours
        finally:
            with contextlib.suppress(Error):
                await asyncio.shield(browser.close())


@contextlib.asynccontextmanager
async def open_context(
    browser: Browser, options: BrowserOptions, gone: asyncio.Event, arriving: Path
) -> AsyncIterator[ChromiumBrowser]:
    """A context with its own cookies in a running browser. `arriving`: where that browser writes what it downloads.

    Raises BrowserError.
    """
    width, height = options.viewport
    stored = options.storage_state if options.storage_state and options.storage_state.is_file() else None
    try:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            storage_state=stored,
            accept_downloads=options.downloads is not None,
        )
    except Error as error:
        if browser.is_connected():
            raise
        raise BrowserError("The browser is gone: it crashed or was closed.") from error
    context.set_default_timeout(options.timeout_s * 1000)
    downloads = Downloads(options.downloads, arriving)
    try:
        if options.cookies:
            await context.add_cookies(
                [{"name": name, "value": value, "url": url} for name, value, url in options.cookies]
            )
        ours = ChromiumBrowser(context, options, gone, downloads)
        await ours.start()
        yield ours
    finally:
        await downloads.close()
        with contextlib.suppress(Error):
            await asyncio.shield(context.close())
