"""Runs one action with real input events. What can't be done on the page is an ActionFailed that names the element."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import BrowserContext, Error

from webdreamer_app.browser.capture import script
from webdreamer_app.browser.failures import scheme_of
from webdreamer_app.browser.tab import Tab
from webdreamer_app.browser.worlds import World
from webdreamer_app.types import Action, Element


class ActionFailed(Exception):  # noqa: N818 - reads as the fact it states
    """The action could not be done on this page; the message names the element and the reason."""


class OutcomeUnknown(Exception):  # noqa: N818 - reads as the fact it states
    """The input was sent and the page never answered: whether it did anything, nobody knows."""


class Driven(Protocol):
    """What actions need of the browser."""

    tabs: list[Tab]
    active: int
    context: BrowserContext

    @property
    def tab(self) -> Tab: ...

    async def new_tab(self) -> None: ...


INPUT_LIMIT_S = 10.0
"""How long a page may take to take in a click or a key."""
_DIALOG_VERBS = frozenset({"dialog_accept", "dialog_dismiss", "noop"})


async def perform(browser: Driven, action: Action) -> None:
    """Run the action, without waiting for what follows. Raises ActionFailed."""
    dialog = browser.tab.open_dialog
    if dialog is not None and action.verb not in _DIALOG_VERBS:
        raise ActionFailed(
            f"{action.verb}: a {dialog.kind} dialog is open ({dialog.message[:80]!r}); "
            "answer it with dialog_accept or dialog_dismiss."
        )
    match action.verb:
        case "noop":
            return
        case "expand":
            raise ActionFailed(f"expand: nothing is folded under {action.bid!r}.")
        case "click" | "hover" | "fill" | "select_option" | "press" | "drag_and_drop" | "upload_file":
            await _on_element(browser.tab, action)
        case "dialog_accept" | "dialog_dismiss":
            if dialog is None:
                raise ActionFailed(f"{action.verb}: no dialog is open.")
            text = str(action.value[0]) if action.value else None
            await browser.tab.answer(action.verb == "dialog_accept", text)
        case _:
            await _on_page(browser, action)


async def _on_page(browser: Driven, action: Action) -> None:
    tab = browser.tab
    match action.verb:
        case "scroll":
            await tab.guard(tab.page.mouse.wheel(float(action.value[0]), float(action.value[1])), 5)
        case "goto":
            url = str(action.value[0])
            if scheme_of(url) not in ("http", "https", "about"):
                raise ActionFailed(f"goto: {url[:80]!r} is not a web address.")
            await tab.guard(tab.page.goto(url, wait_until="load"), 60)
        case "go_back" | "go_forward":
            move = tab.page.go_back if action.verb == "go_back" else tab.page.go_forward
            before = tab.page.url
            if await tab.guard(move(wait_until="load"), 60) is None and tab.page.url == before:
                raise ActionFailed(f"{action.verb}: there is no page to go to.")
        case "new_tab":
            await browser.new_tab()
        case "tab_focus":
            index = int(action.value[0])
            if not 0 <= index < len(browser.tabs):
                raise ActionFailed(f"tab_focus: there is no tab {index} (there are {len(browser.tabs)}).")
            browser.active = index
            await browser.tab.page.bring_to_front()
        case "tab_close":
            if len(browser.tabs) == 1:
                raise ActionFailed("tab_close: this is the only tab.")
            await tab.page.close()
        case _:
            raise ActionFailed(f"{action.verb}: this action is unknown to the browser.")


async def _on_element(tab: Tab, action: Action) -> None:
    element = _known(tab, action.bid)
    target = f"{element.role} {element.name!r}" if element else f"element {action.bid!r}"
    world = tab.frames.world_of(action.bid)
    if element is None or world is None:
        raise ActionFailed(f"{action.verb}: {target}: it is not on the page.")
    try:
        match action.verb:
            case "click" | "hover":
                await _point(tab, action, target)
            case "fill":
                await _fill(tab, world, action)
            case "select_option":
                _check(await tab.frames.worlds.call(world, script("edit"), action.bid, "select", str(action.value[0])))
            case "press":
                _check(await tab.frames.worlds.call(world, script("edit"), action.bid, "focus", ""))
                await _send(tab, tab.page.keyboard.press(str(action.value[0])), "press", target)
            case "drag_and_drop":
                await _drag(tab, action)
            case "upload_file":
                await _upload(tab, world, action)
    except ActionFailed as failure:
        raise ActionFailed(f"{action.verb}: {target}: {failure}") from failure
    except Error as error:
        words = str(error)
        if action.verb == "press" and "Unknown key" in words:
            raise ActionFailed(
                f"press: there is no key {str(action.value[0])[:40]!r}; try 'Enter' or 'Control+a'."
            ) from error
        if "context" in words.lower():
            raise ActionFailed(f"{action.verb}: {target}: it is gone with its page.") from error
        raise


def _known(tab: Tab, bid: str) -> Element | None:
    elements = tab.last.elements if tab.last else ()
    return next((element for element in elements if element.bid == bid), None)


def _check(answer: dict[str, object] | None) -> dict[str, object]:
    found = answer or {"problem": "it is gone from the page"}
    if "problem" in found:
        raise ActionFailed(f"{found['problem']}.")
    return found


async def _locate(tab: Tab, bid: str, want: str) -> tuple[float, float]:
    found = _check(await tab.frames.point(bid, want))
    return float(str(found["x"])), float(str(found["y"]))


async def _point(tab: Tab, action: Action, target: str) -> None:
    x, y = await _locate(tab, action.bid, action.verb)
    if not await tab.frames.is_pointed_at(action.bid, x, y):
        raise ActionFailed("something else lies over its frame there.")
    if action.verb == "hover":
        await tab.guard(tab.page.mouse.move(x, y), INPUT_LIMIT_S)
    else:
        await _send(tab, tab.page.mouse.click(x, y), "click", target)


async def _send(tab: Tab, work: Coroutine[Any, Any, None], verb: str, target: str) -> None:
    """Send input that may commit something. Raises OutcomeUnknown when no answer comes."""
    try:
        await tab.guard(work, INPUT_LIMIT_S)
    except TimeoutError as error:
        raise OutcomeUnknown(
            f"{verb}: {target}: the page did not answer within {INPUT_LIMIT_S:g} s; whether it did anything is unknown."
        ) from error


async def _fill(tab: Tab, world: World, action: Action) -> None:
    text = str(action.value[0])
    prepared = _check(await tab.frames.worlds.call(world, script("edit"), action.bid, "fill", text))
    if prepared["how"] == "set":
        return
    keyboard = tab.page.keyboard
    if text:
        await tab.guard(keyboard.insert_text(text), 10)
    elif not prepared.get("empty"):
        await tab.guard(keyboard.press("Delete"), 10)
    held = (await tab.frames.worlds.call(world, script("edit"), action.bid, "held", "")) or {}
    if text and "held" in held and not str(held["held"] or ""):
        raise ActionFailed(f"it did not take {text[:60]!r}.")


async def _drag(tab: Tab, action: Action) -> None:
    mouse = tab.page.mouse
    goal = str(action.value[0])
    if tab.frames.world_of(goal) is None:
        raise ActionFailed(f"the goal {goal!r} is not on the page.")
    x, y = await _locate(tab, action.bid, "click")
    await tab.guard(mouse.move(x, y), 5)
    await tab.guard(mouse.down(), 5)
    try:
        x, y = await _locate(tab, goal, "hover")
        await tab.guard(mouse.move(x, y, steps=8), 10)
    finally:
        await tab.guard(mouse.up(), 5)


async def _upload(tab: Tab, world: World, action: Action) -> None:
    path = Path(str(action.value[0]))
    try:
        found = path.is_file()  # noqa: ASYNC240 - one stat of a local file
    except (OSError, ValueError):  # a name that no file system takes
        found = False
    if not found:
        raise ActionFailed(f"there is no file {str(path)[:200]!r}.")
    object_id = await tab.frames.worlds.node(world, action.bid)
    if object_id is None:
        raise ActionFailed("it is gone from the page.")
    try:
        await tab.guard(
            world.cdp.send("DOM.setFileInputFiles", {"files": [str(path.resolve())], "objectId": object_id}),  # noqa: ASYNC240
            5,
        )
    except Error as error:
        raise ActionFailed("it takes no files.") from error
