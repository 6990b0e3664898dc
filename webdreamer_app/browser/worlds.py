"""Isolated worlds of a tab's frames, in its own process and in others."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from playwright.async_api import CDPSession, Error, Frame, Page

WORLD = "webdreamer"
FRAME_LIMIT_S = 3.0
_NODE = "(bid) => globalThis.__webdreamer?.nodes.get(bid)?.deref()"

T = TypeVar("T")


class Guard(Protocol):
    """Awaits, but no longer than the page lives, a limit in seconds, and until a dialog opens."""

    async def __call__(self, work: Awaitable[T], limit_s: float) -> T: ...


@dataclass(frozen=True, slots=True)
class World:
    """Where scripts run beside a document, out of its reach."""

    cdp: CDPSession
    """Session of the process that the frame lives in."""
    context: int
    frame: str
    """CDP id of the frame."""


class Worlds:
    """Makes worlds and calls functions in them. Every call raises what `guard` raises, and playwright's Error."""

    def __init__(self, page: Page, cdp: CDPSession, guard: Guard) -> None:
        self._page = page
        self._cdp = cdp
        self._guard = guard
        self._made: dict[str, World] = {}
        self._sessions: dict[str, tuple[Frame, CDPSession]] = {}

    async def main(self) -> World:
        """The world of the page itself."""
        tree = await self._guard(self._cdp.send("Page.getFrameTree"), FRAME_LIMIT_S)
        return await self._world(str(tree["frameTree"]["frame"]["id"]), self._cdp)

    async def child(self, parent: World, bid: str) -> World | None:
        """The world of the document in a frame element; None when it holds none that can be had."""
        node = await self.node(parent, bid)
        if node is None:
            return None
        described = await self._guard(parent.cdp.send("DOM.describeNode", {"objectId": node}), FRAME_LIMIT_S)
        frame_id = str(described["node"].get("frameId") or "")
        if not frame_id:
            return None
        try:
            return await self._world(frame_id, parent.cdp)
        except Error:  # another process has it
            cdp = await self._session(frame_id)
            return await self._world(frame_id, cdp) if cdp is not None else None

    async def again(self, world: World) -> World:
        """A new world of the same frame, after a navigation ended the first."""
        self.forget(world.frame)
        return await self._world(world.frame, world.cdp)

    async def node(self, world: World, bid: str) -> str | None:
        """CDP object id of a referenced element; None when it is gone."""
        handle = await self._guard(
            world.cdp.send(
                "Runtime.callFunctionOn",
                {
                    "functionDeclaration": _NODE,
                    "executionContextId": world.context,
                    "arguments": [{"value": bid}],
                    "objectGroup": WORLD,
                },
            ),
            FRAME_LIMIT_S,
        )
        found = handle["result"].get("objectId")
        return str(found) if found else None

    async def call(self, world: World, function: str, *arguments: Any, limit_s: float = FRAME_LIMIT_S) -> Any:
        """Call a JavaScript function, its result by value."""
        return await self.call_on(world, function, [{"value": argument} for argument in arguments], limit_s)

    async def call_on(self, world: World, function: str, arguments: list[dict[str, Any]], limit_s: float) -> Any:
        """The same with CDP arguments: values and object ids."""
        result = await self._guard(
            world.cdp.send(
                "Runtime.callFunctionOn",
                {
                    "functionDeclaration": function,
                    "executionContextId": world.context,
                    "arguments": arguments,
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

    def forget(self, frame_id: str) -> None:
        """Drop the world of a frame that was navigated."""
        self._made.pop(frame_id, None)

    def clear(self) -> None:
        self._made.clear()

    async def _world(self, frame_id: str, cdp: CDPSession) -> World:
        known = self._made.get(frame_id)
        if known is None:
            made = await self._guard(
                cdp.send("Page.createIsolatedWorld", {"frameId": frame_id, "worldName": WORLD}), FRAME_LIMIT_S
            )
            known = self._made[frame_id] = World(cdp, int(made["executionContextId"]), frame_id)
        return known

    async def _session(self, frame_id: str) -> CDPSession | None:
        """Session of a frame in another process, None when there is none."""
        attached = {frame for frame, _ in self._sessions.values() if not frame.is_detached()}
        self._sessions = {key: one for key, one in self._sessions.items() if not one[0].is_detached()}
        if frame_id not in self._sessions:
            for frame in self._page.frames[1:]:
                if frame in attached:
                    continue
                with contextlib.suppress(Error):  # most live in the process of the frame around them
                    await self._attach(frame)
        found = self._sessions.get(frame_id)
        return found[1] if found is not None else None

    async def _attach(self, frame: Frame) -> None:
        cdp = await self._guard(self._page.context.new_cdp_session(frame), FRAME_LIMIT_S)
        tree = await self._guard(cdp.send("Page.getFrameTree"), FRAME_LIMIT_S)
        self._sessions[str(tree["frameTree"]["frame"]["id"])] = (frame, cdp)
