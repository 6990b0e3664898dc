"""One tab: its CDP session, isolated worlds, dialogs, and what it is busy with."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import CDPSession, Error, Page
from playwright.async_api import Dialog as PageDialog

from webdreamer_app.browser.capture import WORLD, FrameCapture, capture_script, read_capture
from webdreamer_app.errors import BrowserError
from webdreamer_app.types import Dialog

T = TypeVar("T")


class Numbers:
    """Numbers for references, never used twice in one browser: what is gone is gone, in whatever tab or document."""

    def __init__(self) -> None:
        self.next = 1


FRAME_LIMIT_S = 3.0
ATTACH_LIMIT_S = 8.0
QUIET_MS = 40
_DOM_LIMIT_MS = 1500
_NETWORK_LIMIT_S = 3.0
_WAITED_FOR = frozenset({"Document", "XHR", "Fetch", "Script", "Stylesheet"})


@cache
def script(name: str) -> str:
    """A script of this package, by its name without `.js`."""
    return (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")


class Interrupted(Exception):  # noqa: N818 - a fact, not a fault
    """A dialog opened while something was awaited."""


class Tab:
    """Wraps a Playwright page. Everything awaited here ends when the page crashes or a dialog opens."""

    def __init__(self, page: Page, cdp: CDPSession, gone: asyncio.Event, numbers: Numbers) -> None:
        self.page = page
        self.cdp = cdp
        self.dialog: PageDialog | None = None
        self.last: FrameCapture | None = None
        self.windows_opened = 0
        """How many pop-ups this page has asked for."""
        self.contexts: dict[str, int] = {}
        """Isolated world by frame prefix, as of the last capture."""
        self._worlds: dict[str, int] = {}
        self._letters: dict[str, str] = {}
        self._numbers = numbers
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
        self._worlds.pop(event["frame"]["id"], None)
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
                raise BrowserError(f"The page {self.page.url} crashed its tab. Run again with --resume to go on.")
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

    async def call(self, context: int, function: str, *arguments: Any, limit_s: float = FRAME_LIMIT_S) -> Any:
        """Call a JavaScript function in an isolated world, its result by value."""
        result = await self.guard(
            self.cdp.send(
                "Runtime.callFunctionOn",
                {
                    "functionDeclaration": function,
                    "executionContextId": context,
                    "arguments": [{"value": argument} for argument in arguments],
                    "returnByValue": True,
                    "awaitPromise": True,
                },
            ),
            limit_s,
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Error(str(details.get("exception", {}).get("description", details.get("text"))))
        return result["result"].get("value")

    async def world(self, frame_id: str) -> int:
        """The isolated world of a frame."""
        known = self._worlds.get(frame_id)
        if known is None:
            made = await self.guard(
                self.cdp.send("Page.createIsolatedWorld", {"frameId": frame_id, "worldName": WORLD}), FRAME_LIMIT_S
            )
            known = self._worlds[frame_id] = int(made["executionContextId"])
        return known

    async def main_frame(self) -> str:
        tree = await self.guard(self.cdp.send("Page.getFrameTree"), FRAME_LIMIT_S)
        return str(tree["frameTree"]["frame"]["id"])

    async def capture_frame(self, frame_id: str, prefix: str) -> FrameCapture:
        """One frame's capture; a world lost to a navigation is made anew once."""
        for attempt in (0, 1):
            context = await self.world(frame_id)
            try:
                text = await self.call(context, capture_script(), prefix, self._numbers.next)
            except Error as error:
                self._worlds.pop(frame_id, None)
                if attempt or "context" not in str(error).lower():
                    raise
            else:
                self.contexts[prefix] = context
                captured = read_capture(text)
                self._numbers.next = max(self._numbers.next, captured.next)
                return captured
        raise AssertionError("unreachable: the second attempt returns or raises")

    async def child_frame(self, context: int, bid: str) -> str | None:
        """Frame id of an iframe element, None when it has no document in this process."""
        function = "(bid) => globalThis.__webdreamer.nodes.get(bid)?.deref()"
        handle = await self.guard(
            self.cdp.send(
                "Runtime.callFunctionOn",
                {"functionDeclaration": function, "executionContextId": context, "arguments": [{"value": bid}]},
            ),
            FRAME_LIMIT_S,
        )
        object_id = handle["result"].get("objectId")
        if object_id is None:
            return None
        node = await self.guard(self.cdp.send("DOM.describeNode", {"objectId": object_id}), FRAME_LIMIT_S)
        frame_id = node["node"].get("frameId")
        return str(frame_id) if frame_id else None

    def letters_of(self, frame_id: str) -> str:
        """The prefix of a frame's references: a, b, … z, aa, …; the same as long as the tab lives."""
        if frame_id not in self._letters:
            number, letters = len(self._letters), ""
            while number >= 0:
                letters = chr(ord("a") + number % 26) + letters
                number = number // 26 - 1
            self._letters[frame_id] = letters
        return self._letters[frame_id]

    def context_of(self, bid: str) -> int | None:
        """Isolated world that the reference belongs to."""
        match = re.match(r"[a-z]*", bid)
        return self.contexts.get(match.group() if match else "")

    async def settle(self, limit_s: float) -> None:
        """Wait until no navigation and no request that pages wait for is under way and the DOM is quiet."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limit_s
        network_deadline = loop.time() + _NETWORK_LIMIT_S
        while self.dialog is None:
            await self._until_idle(deadline, network_deadline)
            try:
                frame = await self.main_frame()
                await self.call(await self.world(frame), script("settle"), QUIET_MS, _DOM_LIMIT_MS, limit_s=3.0)
            except Interrupted:
                return
            except (Error, TimeoutError):  # the document was replaced meanwhile, or the page closed itself
                if loop.time() > deadline or self._closed.is_set() or self.page.is_closed():
                    return
                self._worlds.clear()
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
