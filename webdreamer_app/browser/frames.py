"""A tab's documents as one: every frame's capture in its place, what lies over it, and the way to a point in it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any, Literal

from msgspec.structs import replace
from playwright.async_api import CDPSession, Error, Page

from webdreamer_app.browser.capture import FrameCapture, capture_script, read_capture, script
from webdreamer_app.browser.worlds import FRAME_LIMIT_S, Guard, World, Worlds
from webdreamer_app.types import Box, Element

MAIN_LIMIT_S = 20.0
"""How long the page itself may take; a frame in it has FRAME_LIMIT_S."""
_MAX_FRAMES = 50
_MAX_HOSTS = 100
_MAX_ASKED = 50
_MAX_MOVES = 20
_BETWEEN_MOVES_S = 0.05
_MAX_DEPTH_OF_SHADOWS = 4
_CAPTURE_AGAIN = "(prefix, first) => globalThis.__webdreamer?.capture?.(prefix, first) ?? null"
_CLOSED = "(bid, root) => { const m = globalThis.__webdreamer; m.closed.set(m.nodes.get(bid).deref(), root); }"
_CLEARED = """(bids) => {
  const m = globalThis.__webdreamer;
  for (const bid of bids) {
    const host = m.nodes.get(bid)?.deref();
    if (host) m.cleared.set(host, `${host.offsetWidth}x${host.offsetHeight}`);
  }
}"""
_TOLD_ROLES = """(told) => {
  const m = globalThis.__webdreamer;
  for (const [bid, role, name] of told) {
    const element = m.nodes.get(bid)?.deref();
    if (element) m.roles.set(element, [role, name]);
  }
}"""
_ROLES = frozenset(
    {"button", "link", "checkbox", "radio", "switch", "tab", "option", "menuitem", "menuitemcheckbox", "menuitemradio"}
    | {"textbox", "searchbox", "combobox", "spinbutton", "slider", "treeitem"}
)
_NODES = "(bids) => bids.map((bid) => globalThis.__webdreamer.nodes.get(bid)?.deref())"


_GROUPS = ord("g") - ord("a")


class Interrupted(Exception):  # noqa: N818 - a fact, not a fault
    """A dialog opened while something was awaited."""


class Numbers:
    """Numbers for references, never used twice in one browser: what is gone is gone, in whatever tab or document."""

    def __init__(self) -> None:
        self.next = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame is: its world, and the frame element in the document around it."""

    world: World
    around: str = ""
    """Prefix of the frame around it."""
    owner: str = ""
    """Reference of its frame element there; empty for the page itself."""


class Frames:
    """The frames of a tab as of the last capture."""

    def __init__(self, page: Page, cdp: CDPSession, guard: Guard, numbers: Numbers) -> None:
        self.worlds = Worlds(page, cdp, guard)
        self._page = page
        self._guard = guard
        self._numbers = numbers
        self._places: dict[str, Place] = {}
        self._letters: dict[str, str] = {}
        self._budget = 0

    async def capture(self) -> FrameCapture:
        """The page with its frames; a frame that fails stays empty. Raises what the page itself raises."""
        self._places, self._budget = {}, _MAX_FRAMES
        main = await self._capture(await self.worlds.main(), "", "", "")
        return replace(main, elements=tuple(await self._with_frames(main, "")), frames={}, hosts=())

    def world_of(self, bid: str) -> World | None:
        """The world that a reference belongs to."""
        place = self._places.get(_prefix(bid))
        return place.world if place is not None else None

    async def point(self, bid: str, want: str) -> dict[str, Any] | None:
        """Where in the tab's viewport to point at an element, as {x, y}, or {problem}; scrolls it into view."""
        place = self._places.get(_prefix(bid))
        if place is None:
            return None
        return await self.outward(bid, await self.worlds.call(place.world, script("locate"), bid, want))

    async def outward(self, bid: str, found: dict[str, Any] | None) -> dict[str, Any] | None:
        """A point in the view of an element's frame, in that of the tab; the frames around it scroll into view."""
        place = self._places[_prefix(bid)]
        while found is not None and "problem" not in found and place.owner:
            owner, place = place.owner, self._places[place.around]
            found = await self.worlds.call(place.world, script("through"), owner, found["x"], found["y"])
        return found

    async def is_pointed_at(self, bid: str, x: float, y: float, *, option: bool = False) -> bool:
        """Move the mouse there, until it arrives at the element, or at the `option` that was found for it last.

        Another process learns of its frame's new place a little after it was scrolled, and clicks go by the old one.
        """
        place = self._places.get(_prefix(bid))
        if place is None or not place.owner:
            return True
        await self.worlds.call(place.world, script("pointed"), bid, option)
        for attempt in range(_MAX_MOVES):
            await self._guard(self._page.mouse.move(x + attempt % 2 / 2, y), FRAME_LIMIT_S)
            if await self.worlds.call(place.world, script("pointed"), bid, option):
                return True
            await asyncio.sleep(_BETWEEN_MOVES_S)
        return False

    async def _capture(self, world: World, prefix: str, around: str, owner: str) -> FrameCapture:
        """One frame; a world lost to a navigation is made anew once, closed shadow roots are opened."""
        try:
            captured = await self._read(world, prefix)
        except Error as error:
            if "context" not in str(error).lower():
                raise
            world = await self.worlds.again(world)
            captured = await self._read(world, prefix)
        self._places[prefix] = Place(world, around, owner)
        checked: dict[str, bool | Literal["mixed"]] = {}
        for _ in range(_MAX_DEPTH_OF_SHADOWS):
            opened = bool(captured.hosts) and await self._open_shadows(world, captured.hosts)
            if captured.asked:
                checked |= await self._ask_browser(world, [bid for bid, _ in captured.asked])
            if not opened and all(before for _, before in captured.asked):
                break
            captured = await self._read(world, prefix)
        if not checked:
            return captured
        elements = tuple(one.changed(checked=checked.get(one.bid, one.checked)) for one in captured.elements)
        return replace(captured, elements=elements)

    async def _read(self, world: World, prefix: str) -> FrameCapture:
        limit = FRAME_LIMIT_S if prefix else MAIN_LIMIT_S
        told = (prefix, self._numbers.next)
        text = await self.worlds.call(world, _CAPTURE_AGAIN, *told, limit_s=limit)
        if text is None:
            text = await self.worlds.call(world, capture_script(), *told, limit_s=limit)
        captured = read_capture(text)
        self._numbers.next = max(self._numbers.next, captured.next)
        return captured

    async def _with_frames(self, capture: FrameCapture, prefix: str) -> list[Element]:
        """The frame's elements with those of the frames in it, in its own coordinates."""
        places = list(capture.frames)[: max(0, self._budget)]
        self._budget -= len(places)
        inner = await asyncio.gather(*(self._inside(prefix, capture.frames[place]) for place in places))
        merged: list[Element] = []
        nested = dict(zip(places, inner, strict=True))
        for place, element in enumerate(capture.elements):
            merged.append(element)
            merged += [one.changed(depth=one.depth + element.depth + 1) for one in nested.get(place, ())]
        return merged

    async def _inside(self, prefix: str, owner: str) -> list[Element]:
        """What is in a frame element, in the coordinates of the document around it."""
        try:
            async with asyncio.timeout(2 * FRAME_LIMIT_S):
                around = self._places[prefix].world
                world = await self.worlds.child(around, owner)
                if world is None:
                    return []
                own = self._letters_of(world.frame)
                inner = await self._with_frames(await self._capture(world, own, prefix, owner), own)
                return await self._seen_through(around, owner, inner)
        except (Error, TimeoutError, Interrupted, ValueError, KeyError):
            return []

    async def _seen_through(self, around: World, owner: str, inner: list[Element]) -> list[Element]:
        boxed = [place for place, element in enumerate(inner) if element.box is not None]
        boxes = [[box.x, box.y, box.width, box.height] for place in boxed if (box := inner[place].box) is not None]
        told = await self.worlds.call(around, "(bid, boxes) => globalThis.__webdreamer.over(bid, boxes)", owner, boxes)
        if told is None:
            return inner
        result = list(inner)
        for place, at, covered in zip(boxed, boxes, told["covered"], strict=True):
            moved = Box(at[0] + told["x"], at[1] + told["y"], at[2], at[3])
            element = inner[place]
            hidden = bool(element.bid and element.role != "iframe" and (element.covered or covered))
            result[place] = element.changed(box=moved, covered=hidden)
        return result

    async def _open_shadows(self, world: World, hosts: tuple[str, ...]) -> bool:
        """Let the capture into closed shadow roots. Whether there were any."""
        bids = list(hosts[:_MAX_HOSTS])
        nodes = await self._nodes(world, bids)
        described = await asyncio.gather(
            *(
                self._guard(world.cdp.send("DOM.describeNode", {"objectId": node}), FRAME_LIMIT_S)
                for node in nodes.values()
            )
        )
        cleared, found = [], False
        for bid, one in zip(nodes, described, strict=True):
            roots = [
                root["backendNodeId"]
                for root in one["node"].get("shadowRoots", ())
                if root.get("shadowRootType") == "closed"
            ]
            if not roots:
                cleared.append(bid)
                continue
            resolved = await self._guard(
                world.cdp.send("DOM.resolveNode", {"backendNodeId": roots[0], "executionContextId": world.context}),
                FRAME_LIMIT_S,
            )
            await self.worlds.call_on(
                world, _CLOSED, [{"value": bid}, {"objectId": resolved["object"]["objectId"]}], FRAME_LIMIT_S
            )
            found = True
        await self.worlds.call(world, _CLEARED, cleared)
        return found

    async def _ask_browser(self, world: World, asked: list[str]) -> dict[str, bool | Literal["mixed"]]:
        """Ask the browser what custom elements are that tell nobody else, and which of them are checked or pressed."""
        nodes = await self._nodes(world, asked[:_MAX_ASKED])
        answers = await asyncio.gather(
            *(
                self._guard(
                    world.cdp.send("Accessibility.getPartialAXTree", {"objectId": node, "fetchRelatives": False}),
                    FRAME_LIMIT_S,
                )
                for node in nodes.values()
            )
        )
        told: list[list[str]] = []
        checked: dict[str, bool | Literal["mixed"]] = {}
        for bid, answer in zip(nodes, answers, strict=True):
            one = answer["nodes"][0] if answer["nodes"] else {}
            role = str(one.get("role", {}).get("value", ""))
            named = role in _ROLES
            told.append([bid, role if named else "generic", str(one.get("name", {}).get("value", "")) if named else ""])
            states = {state["name"]: state["value"].get("value") for state in one.get("properties", ())}
            state = states.get("checked", states.get("pressed"))
            if state is not None:
                checked[bid] = "mixed" if state == "mixed" else state in (True, "true")
        await self.worlds.call(world, _TOLD_ROLES, told)
        return checked

    async def _nodes(self, world: World, bids: list[str]) -> dict[str, str]:
        """CDP object ids by reference."""
        answer = await self._guard(
            world.cdp.send(
                "Runtime.callFunctionOn",
                {"functionDeclaration": _NODES, "executionContextId": world.context, "arguments": [{"value": bids}]},
            ),
            FRAME_LIMIT_S,
        )
        listed = await self._guard(
            world.cdp.send("Runtime.getProperties", {"objectId": answer["result"]["objectId"], "ownProperties": True}),
            FRAME_LIMIT_S,
        )
        found = {
            int(one["name"]): one["value"]["objectId"]
            for one in listed["result"]
            if one["name"].isdigit() and "objectId" in one.get("value", {})
        }
        return {bids[place]: node for place, node in sorted(found.items())}

    def _letters_of(self, frame_id: str) -> str:
        """The prefix of a frame's references: a, b, … z, aa, …, without g; the same as long as the tab lives."""
        if frame_id not in self._letters:
            number, letters = len(self._letters), ""
            number += number >= _GROUPS  # no frame is called like a folded group
            while number >= 0:
                letters = chr(ord("a") + number % 26) + letters
                number = number // 26 - 1
            self._letters[frame_id] = letters
        return self._letters[frame_id]


def _prefix(bid: str) -> str:
    match = re.match(r"[a-z]*", bid)
    return match.group() if match else ""
