"""Widgets that scripts made: choosing in comboboxes, lists and menus, and moving sliders, with real input."""

from __future__ import annotations

from dataclasses import dataclass

from webdreamer_app.browser.capture import script
from webdreamer_app.browser.inputs import ActionFailed, check, point, send, typing_limit
from webdreamer_app.browser.tab import Tab
from webdreamer_app.browser.worlds import World

OPTIONS_LIMIT_S = 3.0
"""How long a list may take to show something new; five times as long in all."""
_MOST_KEYS = 300
_MOST_MOVES = 8
_SHOWN_OPTIONS = 20


@dataclass(frozen=True, slots=True)
class _Options:
    found: str | None
    off: bool
    options: tuple[str, ...]
    editable: bool
    open: bool


async def choose(tab: Tab, world: World, bid: str, wanted: str, target: str) -> tuple[float, float]:
    """Open the list and find the option in it: where to click.

    Raises ActionFailed, naming what there is, and OutcomeUnknown where the page never answers.
    """
    wanted = " ".join(wanted.split())
    options = await _options(tab, world, bid, "look", wanted)
    if options.found is None and not options.open:
        x, y = await point(tab, bid, "click")
        if not await tab.frames.is_pointed_at(bid, x, y):
            raise ActionFailed("something else lies over its frame there.")
        await send(tab, tab.page.mouse.click(x, y), "select_option", target)
        options = await _options(tab, world, bid, "wait", wanted)
    if options.found is None and options.editable:
        check(await tab.frames.worlds.call(world, script("edit"), bid, "fill", wanted))
        await tab.guard(tab.page.keyboard.type(wanted), typing_limit(wanted))
        options = await _options(tab, world, bid, "wait", wanted)
    if options.found is None:
        known = ", ".join(repr(one) for one in options.options[:_SHOWN_OPTIONS])
        raise ActionFailed(
            f"it has no option {wanted!r} ({'it has: ' + known if known else 'it shows none when clicked'})."
        )
    if options.off:
        raise ActionFailed(f"its option {options.found!r} is disabled.")
    found = await tab.frames.worlds.call(world, script("choose"), bid, "point", wanted, 0)
    found = check(await tab.frames.outward(bid, found))
    return float(str(found["x"])), float(str(found["y"]))


async def _options(tab: Tab, world: World, bid: str, want: str, wanted: str) -> _Options:
    limit_ms = OPTIONS_LIMIT_S * 1000
    told = await tab.frames.worlds.call(
        world, script("choose"), bid, want, wanted, limit_ms, limit_s=7 * OPTIONS_LIMIT_S
    )
    found = check(told)
    name = found["found"]
    return _Options(
        found=None if name is None else str(name),
        off=bool(found["off"]),
        options=tuple(map(str, found["options"])),
        editable=bool(found["editable"]),
        open=bool(found["open"]),
    )


@dataclass(frozen=True, slots=True)
class _Slider:
    now: float
    low: float
    high: float
    upright: bool
    track: dict[str, float]


async def slide(tab: Tab, world: World, bid: str, text: str, target: str) -> None:
    """Move a slider to a number: by keys, else by its handle.

    Raises ActionFailed where it stops elsewhere, and OutcomeUnknown where the page never answers.
    """
    try:
        wanted = float(text)
    except ValueError as error:
        raise ActionFailed(f"it takes a number, not {text[:60]!r}.") from error
    slider = await _slider(tab, world, bid)
    if not slider.low <= wanted <= slider.high:
        raise ActionFailed(f"it goes from {slider.low:g} to {slider.high:g}, not to {wanted:g}.")
    now = await _by_keys(tab, world, bid, slider.now, wanted, target)
    if now == slider.now and now != wanted:
        now = await _by_handle(tab, world, bid, wanted, target)
    if abs(now - wanted) > 1e-6 * max(1.0, abs(wanted)):
        raise ActionFailed(f"it does not take {wanted:g}; it is at {now:g} now.")


async def _slider(tab: Tab, world: World, bid: str) -> _Slider:
    return _Slider(**check(await tab.frames.worlds.call(world, script("slide"), bid)))


async def _by_keys(tab: Tab, world: World, bid: str, now: float, wanted: float, target: str) -> float:
    """Press page and arrow keys while they bring it nearer; where it is then."""
    focused = await tab.frames.worlds.call(world, script("edit"), bid, "focus", "")
    if "problem" in (focused or {}):  # some are made for the mouse only
        return now
    sizes = ["Page", "Arrow", "Side"]
    for _ in range(_MOST_KEYS):
        if now == wanted or not sizes:
            break
        up = wanted > now
        after = await _pressed(tab, world, bid, sizes[0], up, target)
        is_past = after > wanted if up else after < wanted
        if after == now or is_past or (after < now) == up:
            size = sizes.pop(0)
            if abs(after - wanted) > abs(now - wanted):
                after = await _pressed(tab, world, bid, size, not up, target)
        now = after
    return now


async def _pressed(tab: Tab, world: World, bid: str, size: str, up: bool, target: str) -> float:
    key = ("ArrowRight" if up else "ArrowLeft") if size == "Side" else f"{size}{'Up' if up else 'Down'}"
    await send(tab, tab.page.keyboard.press(key), "fill", target)
    return (await _slider(tab, world, bid)).now


async def _by_handle(tab: Tab, world: World, bid: str, wanted: float, target: str) -> float:
    """Drag along the track, correcting by what it tells; where it is then."""
    mouse = tab.page.mouse
    inside = check(await tab.frames.worlds.call(world, script("locate"), bid, "click"))
    outside = check(await tab.frames.outward(bid, dict(inside)))
    x, y = float(outside["x"]), float(outside["y"])
    if not await tab.frames.is_pointed_at(bid, x, y):
        raise ActionFailed("something else lies over its frame there.")
    slider = await _slider(tab, world, bid)  # it may have been scrolled to
    left, top = slider.track["x"] + x - float(inside["x"]), slider.track["y"] + y - float(inside["y"])
    span = max(slider.high - slider.low, 1e-9)
    share = (wanted - slider.low) / span
    await send(tab, mouse.move(x, y), "fill", target)
    await send(tab, mouse.down(), "fill", target)
    try:
        for _ in range(_MOST_MOVES):
            share = min(max(share, 0.0), 1.0)
            if slider.upright:
                y = top + (1 - share) * slider.track["height"]
            else:
                x = left + share * slider.track["width"]
            await send(tab, mouse.move(x, y, steps=3), "fill", target)
            now = (await _slider(tab, world, bid)).now
            if now == wanted:
                break
            share += (wanted - now) / span
    finally:
        await send(tab, mouse.up(), "fill", target)
    return (await _slider(tab, world, bid)).now
