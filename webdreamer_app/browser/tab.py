"""One tab: its CDP session, isolated worlds, dialogs, and what it is busy with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any, TypeVar

from playwright.async_api import CDPSession, Error, Page
from playwright.async_api import Dialog as PageDialog

from webdreamer_app.browser.capture import FrameCapture, script
from webdreamer_app.browser.frames import Frames, Interrupted, Numbers
from webdreamer_app.errors import BrowserError, PageCrashed
from webdreamer_app.types import Dialog

T = TypeVar("T")


ATTACH_LIMIT_S = 8.0
QUIET_MS = 40
_DOM_LIMIT_MS = 1500
_NETWORK_LIMIT_S = 3.0
_WAITED_FOR = frozenset({"Document", "XHR", "Fetch", "Script", "Stylesheet"})


class Tab:
    """Wraps a Playwright page. Everything awaited here ends when the page crashes or a dialog opens."""

    def __init__(self, page: Page, cdp: CDPSession, gone: asyncio.Event, numbers: Numbers) -> None:
        self.page = page
        self.cdp = cdp
        self.dialog: PageDialog | None = None
        self.last: FrameCapture | None = None
        self.windows_opened = 0
        """How many pop-ups this page has asked for."""
        self.frames = Frames(page, cdp, self.guard, numbers)
        self._gone = gone
        self._closed = asyncio.Event()
        self._crashed = asyncio.Event()
        self._dialog_opened = asyncio.Event()
        self._inflight: set[str] = set()
        self._loading = False
        self._changed = asyncio.Event()
        self._pending: set[asyncio.Task[Any]] = set()

    @classmethod
    async def attach(cls, page: Page, gone: asyncio.Event, numbers: Numbers) -> Tab:
        """Raises playwright's Error, and TimeoutError where the page answers nothing."""
        async with asyncio.timeout(ATTACH_LIMIT_S):
            return await cls._attach(page, gone, numbers)

    @classmethod
    async def _attach(cls, page: Page, gone: asyncio.Event, numbers: Numbers) -> Tab:
        tab = cls(page, await page.context.new_cdp_session(page), gone, numbers)
        page.on("dialog", tab._on_dialog)
        page.on("crash", lambda _: tab._crashed.set())
        page.on("close", lambda _: tab._closed.set())
        for event, handler in (
            ("Page.frameStartedLoading", tab._on_started),
            ("Page.frameStoppedLoading", tab._on_stopped),
            ("Page.frameNavigated", tab._on_navigated),
            ("Page.windowOpen", tab._on_window_open),
            ("Network.requestWillBeSent", tab._on_request),
            ("Network.loadingFinished", tab._on_request_over),
            ("Network.loadingFailed", tab._on_request_over),
        ):
            tab.cdp.on(event, handler)
        await tab.cdp.send("Page.enable")
        await tab.cdp.send("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0})
        return tab

    def _on_dialog(self, dialog: PageDialog) -> None:
        self.dialog = dialog
        self._dialog_opened.set()

    def _on_started(self, event: dict[str, Any]) -> None:
        del event
        self._loading = True
        self._changed.set()

    def _on_stopped(self, event: dict[str, Any]) -> None:
        del event
        self._loading = False
        self._changed.set()

    def _on_navigated(self, event: dict[str, Any]) -> None:
        self.frames.worlds.forget(event["frame"]["id"])
        if "parentId" not in event["frame"]:
            self._inflight.clear()

    def _on_window_open(self, event: dict[str, Any]) -> None:
        del event
        self.windows_opened += 1

    def _on_request(self, event: dict[str, Any]) -> None:
        if event.get("type") in _WAITED_FOR:
            self._inflight.add(event["requestId"])

    def _on_request_over(self, event: dict[str, Any]) -> None:
        self._inflight.discard(event["requestId"])
        self._changed.set()

    @property
    def open_dialog(self) -> Dialog | None:
        if self.dialog is None:
            return None
        return Dialog(self.dialog.type, self.dialog.message, self.dialog.default_value)

    @property
    def is_crashed(self) -> bool:
        return self._crashed.is_set()

    @property
    def busy(self) -> bool:
        return self._loading or bool(self._inflight)

    async def guard(self, work: Awaitable[T], limit_s: float) -> T:
        """Await `work`.

        Raises BrowserError when the page or browser dies, Interrupted when a dialog opens, TimeoutError.
        """
        task = asyncio.ensure_future(work)
        ends = [asyncio.ensure_future(event.wait()) for event in (self._gone, self._crashed, self._dialog_opened)]
        try:
            await asyncio.wait([task, *ends], timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self._gone.is_set():
                raise BrowserError("The browser is gone: it crashed or was closed. Run again with --resume to go on.")
            if self._crashed.is_set():
                raise PageCrashed(f"The page {self.page.url} crashed its tab: Chromium could not hold it.")
            if self._dialog_opened.is_set():
                self._keep(task)
                raise Interrupted
            raise TimeoutError
        finally:
            for end in ends:
                end.cancel()
            if not task.done() and task not in self._pending:
                task.cancel()

    def _keep(self, task: asyncio.Future[Any]) -> None:
        """Let a call that a dialog holds up finish later, and drop its result."""
        pending = asyncio.ensure_future(task)
        self._pending.add(pending)

        def done(ended: asyncio.Future[Any]) -> None:
            self._pending.discard(ended)
            if not ended.cancelled():
                ended.exception()

        pending.add_done_callback(done)

    async def answer(self, accept: bool, text: str | None) -> None:
        """Answer the open dialog."""
        dialog, self.dialog = self.dialog, None
        self._dialog_opened.clear()
        assert dialog is not None, "no dialog is open"
        if accept:
            await dialog.accept(text if text is not None else dialog.default_value)
        else:
            await dialog.dismiss()

    async def settle(self, limit_s: float) -> None:
        """Wait until no navigation and no request that pages wait for is under way and the DOM is quiet."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limit_s
        network_deadline = loop.time() + _NETWORK_LIMIT_S
        while self.dialog is None:
            await self._until_idle(deadline, network_deadline)
            try:
                worlds = self.frames.worlds
                await worlds.call(await worlds.main(), script("settle"), QUIET_MS, _DOM_LIMIT_MS)
            except Interrupted:
                return
            except (Error, TimeoutError):  # the document was replaced meanwhile, or the page closed itself
                if loop.time() > deadline or self._closed.is_set() or self.page.is_closed():
                    return
                self.frames.worlds.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closed.wait(), 0.05)
                continue
            now = loop.time()
            if (not self._loading and (not self._inflight or now > network_deadline)) or now > deadline:
                return

    async def _until_idle(self, deadline: float, network_deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while self.busy and self.dialog is None:
            end = deadline if self._loading else min(deadline, network_deadline)
            if loop.time() >= end:
                self._inflight.clear()
                return
            self._changed.clear()
            try:
                await self.guard(self._changed.wait(), max(0.01, end - loop.time()))
            except TimeoutError:
                continue
            except Interrupted:
                return
