"""Runs one action with real input events. What can't be done on the page is an ActionFailed that names the element."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import BrowserContext, Error
from playwright.async_api import TimeoutError as PlaywrightTimeout

from webdreamer_app.actions import VERBS
from webdreamer_app.browser.capture import script
from webdreamer_app.browser.failures import scheme_of
from webdreamer_app.browser.inputs import INPUT_LIMIT_S, ActionFailed, OutcomeUnknown, check, point, send, typing_limit
from webdreamer_app.browser.tab import Tab
from webdreamer_app.browser.widgets import choose, slide
from webdreamer_app.browser.worlds import World
from webdreamer_app.types import Action, Element


class Driven(Protocol):
    """What actions need of the browser."""

    tabs: list[Tab]
    active: int
    context: BrowserContext

    @property
    def tab(self) -> Tab: ...

    async def new_tab(self) -> None: ...


_CHOOSER_LIMIT_S = 3.0
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
        case verb if VERBS[verb].takes_bid:
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
            await _scroll(tab, action)
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
    bid, target, world = action.bid, _named(tab, action.bid), tab.frames.world_of(action.bid)
    if _known(tab, bid) is None or world is None:
        raise ActionFailed(f"{action.verb}: {target}: it is not on the page.")
    text = str(action.value[0]) if action.value else ""
    try:
        match action.verb:
            case "click":
                await _click(tab, bid, target)
            case "hover":
                await _hover(tab, bid)
            case "fill":
                await _fill(tab, world, bid, text, target)
            case "type":
                await _type(tab, world, bid, text)
            case "paste":
                await _paste(tab, world, bid, text)
            case "select_option":
                await _select(tab, world, bid, text, target)
            case "press":
                await _edit(tab, world, bid, "focus", "")
                await send(tab, tab.page.keyboard.press(text), "press", target)
            case "drag_and_drop":
                await _drag(tab, action)
            case "upload_file":
                await _upload(tab, world, action, target)
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
        if "navigated or closed" in words:
            raise OutcomeUnknown(
                f"{action.verb}: {target}: the page went elsewhere meanwhile; whether all of it was done is unknown."
            ) from error
        raise


def _named(tab: Tab, bid: str) -> str:
    element = _known(tab, bid)
    return f"{element.role} {element.name!r}" if element else f"element {bid!r}"


def _known(tab: Tab, bid: str) -> Element | None:
    elements = tab.last.elements if tab.last else ()
    return next((element for element in elements if element.bid == bid), None)


async def _click(tab: Tab, bid: str, target: str) -> None:
    x, y = await point(tab, bid, "click")
    await _click_at(tab, bid, "click", target, x, y)


async def _click_at(tab: Tab, bid: str, verb: str, target: str, x: float, y: float, *, option: bool = False) -> None:
    if not await tab.frames.is_pointed_at(bid, x, y, option=option):
        raise ActionFailed("something else lies over its frame there.")
    await send(tab, tab.page.mouse.click(x, y), verb, target)


async def _hover(tab: Tab, bid: str) -> None:
    x, y = await point(tab, bid, "hover")
    if not await tab.frames.is_pointed_at(bid, x, y):
        raise ActionFailed("something else lies over its frame there.")
    await tab.guard(tab.page.mouse.move(x, y), INPUT_LIMIT_S)


async def _fill(tab: Tab, world: World, bid: str, text: str, target: str) -> None:
    how = await _edit(tab, world, bid, "fill", text)
    if how["how"] == "keys":
        await slide(tab, world, bid, text, target)
    if how["how"] != "typed":
        return
    if text:
        await tab.guard(tab.page.keyboard.insert_text(text), INPUT_LIMIT_S)
    elif not how.get("empty"):
        await tab.guard(tab.page.keyboard.press("Delete"), INPUT_LIMIT_S)
    if not text or not await _is_empty(tab, world, bid):
        return
    if text.isprintable():  # some fields listen to keys only
        await _edit(tab, world, bid, "fill", text)
        await tab.guard(tab.page.keyboard.type(text), typing_limit(text))
    if await _is_empty(tab, world, bid):
        raise ActionFailed(f"it did not take {text[:60]!r}.")


async def _is_empty(tab: Tab, world: World, bid: str) -> bool:
    """Whether the field holds nothing and never changed: one that took the text and cleared itself did take it."""
    held = (await tab.frames.worlds.call(world, script("edit"), bid, "held", "")) or {}
    return "held" in held and not str(held["held"] or "") and not held.get("heard")


async def _type(tab: Tab, world: World, bid: str, text: str) -> None:
    if "\n" in text or "\r" in text:
        raise ActionFailed("a line break is a key of its own: use press with 'Enter', or paste.")
    await _edit(tab, world, bid, "type", text)
    await tab.guard(tab.page.keyboard.type(text), typing_limit(text))


async def _paste(tab: Tab, world: World, bid: str, text: str) -> None:
    if (await _edit(tab, world, bid, "paste", text))["how"] == "typed":
        await tab.guard(tab.page.keyboard.insert_text(text), INPUT_LIMIT_S)


async def _select(tab: Tab, world: World, bid: str, option: str, target: str) -> None:
    match (await _edit(tab, world, bid, "select", option))["how"]:
        case "typed":
            await _fill(tab, world, bid, option, target)
        case "custom":
            x, y = await choose(tab, world, bid, option, target)
            await _click_at(tab, bid, "select_option", target, x, y, option=True)


async def _edit(tab: Tab, world: World, bid: str, kind: str, text: str) -> dict[str, Any]:
    return check(await tab.frames.worlds.call(world, script("edit"), bid, kind, text))


async def _scroll(tab: Tab, action: Action) -> None:
    dx, dy, *over = action.value
    if over:
        bid = str(over[0])
        if tab.frames.world_of(bid) is None:
            raise ActionFailed(f"scroll: {bid!r} is not on the page.")
        try:
            await _hover(tab, bid)
        except ActionFailed as failure:
            raise ActionFailed(f"scroll: {_named(tab, bid)}: {failure}") from failure
    await tab.guard(tab.page.mouse.wheel(float(dx), float(dy)), INPUT_LIMIT_S)


async def _drag(tab: Tab, action: Action) -> None:
    mouse = tab.page.mouse
    goal = str(action.value[0])
    if tab.frames.world_of(goal) is None:
        raise ActionFailed(f"the goal {goal!r} is not on the page.")
    x, y = await point(tab, action.bid, "click")
    await tab.guard(mouse.move(x, y), 5)
    await tab.guard(mouse.down(), 5)
    try:
        x, y = await point(tab, goal, "hover")
        await tab.guard(mouse.move(x, y, steps=8), 10)
    finally:
        await tab.guard(mouse.up(), 5)


_NO_CHOICE_OF_FILES = frozenset({"textbox", "searchbox", "spinbutton", "combobox", "checkbox", "radio", "link"})


async def _upload(tab: Tab, world: World, action: Action, target: str) -> None:
    path = Path(str(action.value[0]))
    try:
        found = path.is_file()  # noqa: ASYNC240 - one stat of a local file
    except (OSError, ValueError):  # a name that no file system takes
        found = False
    if not found:
        raise ActionFailed(f"there is no file {str(path)[:200]!r}.")
    files = [str(path.resolve())]  # noqa: ASYNC240
    element = _known(tab, action.bid)
    if element is not None and element.role in _NO_CHOICE_OF_FILES:
        raise ActionFailed("it takes no files.")
    if element is not None and element.input_type != "file":
        await _upload_by_button(tab, action.bid, files, target)
        return
    object_id = await tab.frames.worlds.node(world, action.bid)
    if object_id is None:
        raise ActionFailed("it is gone from the page.")
    try:
        await tab.guard(world.cdp.send("DOM.setFileInputFiles", {"files": files, "objectId": object_id}), 5)
    except Error as error:
        raise ActionFailed("it takes no files.") from error


async def _upload_by_button(tab: Tab, bid: str, files: list[str], target: str) -> None:
    """Click what opens the browser's choice of files, and answer that."""
    waiting = asyncio.ensure_future(tab.page.wait_for_event("filechooser", timeout=_CHOOSER_LIMIT_S * 1000))
    try:
        await _click(tab, bid, target)
        chooser = await tab.guard(waiting, _CHOOSER_LIMIT_S + 1)
        await tab.guard(chooser.set_files(files), INPUT_LIMIT_S)
    except PlaywrightTimeout as error:
        raise OutcomeUnknown(f"upload_file: {target}: it was clicked, and asked for no file.") from error
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
