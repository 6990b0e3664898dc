"""Oracles of pages on which fields are filled with what the instruction says."""

from __future__ import annotations

import re

from tasks.miniwob.oracles.reading import (
    Solver,
    Steps,
    at,
    between,
    click,
    fill,
    filled,
    lost,
    named,
    ordinal,
    press,
    said,
    submit,
    ticked,
    usable,
)  # fmt: skip
from tasks.pages import Line, Page

_LABELS = {"genre": "genre", "director": "director", "year": "year", "date": "year"}
_DOT = "•"


def _text(goal: str, page: Page) -> Steps:
    wanted = said(goal)
    wanted = wanted.upper() if "upper case" in goal else wanted.lower() if "lower case" in goal else wanted
    return filled(at(usable(page, "textbox"), 0), wanted) or submit(page)


def _passwords(goal: str, page: Page) -> Steps:
    left = [step for box in usable(page, "textbox") for step in _hidden(box, said(goal))]
    return tuple(left) or submit(page)


def _login(goal: str, page: Page) -> Steps:
    boxes = usable(page, "textbox")
    left = filled(at(boxes, 0), said(goal)) + _hidden(at(boxes, 1), said(goal, 1))
    return left or submit(page, "Login")


def _hidden(box: Line, value: str) -> Steps:
    """A password field shows how long its value is, not what it is."""
    return () if box.value == _DOT * len(value) else (fill(box, value),)


def _copied(goal: str, page: Page) -> Steps:
    """Raises LostError where both fields hold different texts: which was there first is not shown."""
    del goal
    boxes = usable(page, "textbox")
    empty, full = [box for box in boxes if not box.value], [box for box in boxes if box.value]
    if empty and full:
        return (fill(empty[0], full[0].value),)
    return submit(page) if at(boxes, 0).value == at(boxes, 1).value else lost("two texts")


def _copied_one_of(goal: str, page: Page) -> Steps:
    boxes = usable(page, "textbox")
    return filled(at(boxes, len(boxes) - 1), at(boxes[:-1], ordinal(goal)).value) or submit(page)


def _searched(goal: str, page: Page) -> Steps:
    """Labels stand before their fields, or all of them behind."""
    values = {
        "genre": between(goal, "Search for ", " movies"),
        "director": between(goal, "directed by ", " from"),
        "year": between(goal, "from year ", r"\."),
    }
    parts = [part for line in page.lines[1:] if (part := line if line.role == "textbox" else _label(line))]
    boxes = [part for part in parts if isinstance(part, Line)]
    labels = [part for part in parts if isinstance(part, str)]
    left = [step for box, label in zip(boxes, labels, strict=False) for step in filled(box, values[label])]
    buttons = [line for line in page.lines if line.bid and line.name in ("Submit", "Search", "Go!")]
    return tuple(left) or (click(at(buttons, 0)),)


def _label(line: Line) -> str:
    if line.role != "text":
        return ""
    return next((_LABELS[word] for word in line.name.lower().strip(":").split() if word in _LABELS), "")


def _spinner(goal: str, page: Page) -> Steps:
    return filled(at(usable(page, "spinbutton"), 0), between(goal, "Select ", " with")) or submit(page)


def _completed(goal: str, page: Page) -> Steps:
    """The list of suggestions is gone through by keys; each takes the place of what was typed."""
    box, parts = at(usable(page, "textbox"), 0), [*re.findall(r'"([^"]*)"', goal), "", ""]
    typed = box.value.startswith(parts[0])
    is_item = box.value != parts[0] or bool(parts[1]) or any(line.name == box.value for line in page.lines if line.bid)
    if typed and is_item and box.value.endswith(parts[1]):
        button = named(page, "button", "Submit")
        return (press(box, "Enter"),) if "covered" in button.flags else (click(button),)
    return (press(box, "ArrowDown"),) if typed else (fill(box, parts[0]),)


def _signed(goal: str, page: Page) -> Steps:
    if goal.startswith("Click the cancel"):
        return submit(page, "Cancel")
    area, name = at(usable(page, "textbox"), 0), at(usable(page, "textbox"), 1)
    if "disabled" in name.flags:
        return (f"scroll(0, 3000, {area.bid!r})",)
    return filled(name, said(goal)) or submit(page, said(goal, 1))


def _guessed(goal: str, page: Page) -> Steps:
    """Only the last hint is shown, so the guess moves by one from it."""
    del goal
    hint = next((m for line in page.lines if (m := re.search(r"is (lower|higher) than (\d+)", line.name))), None)
    guess = 0 if hint is None else int(hint.group(2)) + (1 if hint.group(1) == "higher" else -1)
    return filled(at(usable(page, "spinbutton"), 0), str(guess)) or submit(page)


def _slider(page: Page, place: int, wanted: int, far: int) -> Steps:
    """The slider at this place, by keys. `far`: from this distance on by pages, whose length is not shown."""
    handles = [spot for spot, line in enumerate(page.lines) if line.role == "generic" and line.bid and not line.name]
    if place >= len(handles):
        return lost(f"slider {place}")
    handle, shown = page.lines[handles[place]], page.lines[handles[place] + 1 :][:1]
    if not shown or not re.fullmatch(r"-?\d+", shown[0].name):
        return lost("value of the slider")
    missing = wanted - int(shown[0].name)
    keys = ("PageUp", "PageDown") if abs(missing) >= far else ("ArrowRight", "ArrowLeft")
    return (press(handle, keys[missing < 0]),) if missing else ()


def _one_slider(goal: str, page: Page) -> Steps:
    return _slider(page, 0, int(between(goal, "Select ", " with")), 11) or submit(page)


def _three_sliders(goal: str, page: Page) -> Steps:
    wanted = [int(part) for part in between(goal, r"\[", r"\]").split(",")]
    left = [step for place, value in enumerate(wanted) for step in _slider(page, place, value, 3)]
    return tuple(left) or submit(page)


def _sequence(goal: str, page: Page) -> Steps:
    boxes, wanted = usable(page, "checkbox"), ordinal(goal)
    left = list(_slider(page, 0, int(between(goal, "Select ", " with")), 3))
    left += [step for place, box in enumerate(boxes) for step in ticked(box, place == wanted)]
    return tuple(left) or submit(page)


SOLVERS: dict[str, Solver] = {
    "copy-paste": _copied,
    "copy-paste-2": _copied_one_of,
    "enter-password": _passwords,
    "enter-text": _text,
    "enter-text-2": _text,
    "enter-text-dynamic": _text,
    "form-sequence": _sequence,
    "guess-number": _guessed,
    "login-user": _login,
    "multi-layouts": _searched,
    "multi-orderings": _searched,
    "sign-agreement": _signed,
    "use-autocomplete": _completed,
    "use-autocomplete-nodelay": _completed,
    "use-slider": _one_slider,
    "use-slider-2": _three_sliders,
    "use-spinner": _spinner,
}
