"""Oracles of pages on which one thing is found and clicked."""

from __future__ import annotations

import re

from tasks.miniwob.oracles.reading import Solver, Steps, at, between, click, lost, named, ordinal, said, texts, usable
from tasks.pages import Page

_WAIT = ("noop()",)
"""A mail is built up after its click; a slow page may be read before it is whole."""


def _only_button(goal: str, page: Page) -> Steps:
    del goal
    return (click(at(usable(page, "button"), 0)),)


def _button_in_capitals(goal: str, page: Page) -> Steps:
    return (click(named(page, "button", between(goal, "Click button ", r"\."))),)


def _quoted_button(goal: str, page: Page) -> Steps:
    wanted = said(goal)
    found = tuple(click(line) for line in usable(page, "button") if line.name == wanted)
    return found or lost(wanted)


def _quoted_link(goal: str, page: Page) -> Steps:
    wanted = said(goal)
    found = tuple(click(line) for line in page.lines if line.bid and line.name == wanted)
    return found or lost(wanted)


def _closed_dialog(goal: str, page: Page) -> Steps:
    name = said(goal)
    return (click(named(page, "button", "Close" if name == "x" else name)),)


def _focused(goal: str, page: Page) -> Steps:
    return (click(at(usable(page, "textbox"), ordinal(goal) if "input textbox" in goal else 0)),)


def _menu(goal: str, page: Page) -> Steps:
    """The last part of `A>B>C` is clicked once it is there; until then the mouse rests on the deepest part that is."""
    path = between(goal, "Select ", "$").split(">")
    shown = {line.name: line for line in usable(page, "menuitem")}
    if path[-1] in shown:
        return (click(shown[path[-1]]),)
    deepest = next((shown[name] for name in reversed(path) if name in shown), None)
    return (f"hover({deepest.bid!r})",) if deepest else lost(path[0])


def _greatest(goal: str, page: Page) -> Steps:
    """The card that lies open is plain text."""
    del goal
    cards = [line for line in page.lines[1:] if re.fullmatch(r"-?\d+", line.name)]
    best = at(sorted(cards, key=lambda line: -int(line.name)), 0)
    return (click(best if best.bid else named(page, "button", "Submit")),)


def _generated(goal: str, page: Page) -> Steps:
    shown = texts(page)[:1]
    number = int(shown[0]) if shown and shown[0].isdecimal() else None
    done = number is not None and _fits(goal, number)
    return (click(named(page, "button", "Submit" if done else "Generate")),)


def _fits(goal: str, number: int) -> bool:
    bound = re.search(r"(less|greater) than (\d+)", goal)
    if bound is not None:
        return number < int(bound.group(2)) if bound.group(1) == "less" else number > int(bound.group(2))
    return (number % 2 == 1) == ("odd" in goal)


def _icon(place: int) -> Solver:
    """Open the sender's mail, then click the icon at this place above it; icons have no names."""

    def solve(goal: str, page: Page) -> Steps:
        sender = between(goal, "email by ", r" and click")
        icons = [line for line in usable(page, "generic") if not line.name]
        shown = [line.name for line in page.lines if line.role == "text"]
        if "to me" not in shown:
            mails = [line for line in usable(page, "generic") if line.name.startswith(f"{sender} ")]
            return tuple(click(line) for line in mails) or _WAIT
        wanted = place if sender in shown[: shown.index("to me")] else 0
        return (click(icons[wanted]),) if wanted < len(icons) else _WAIT

    return solve


SOLVERS: dict[str, Solver] = {
    "click-button": _quoted_button,
    "click-dialog": _closed_dialog,
    "click-dialog-2": _closed_dialog,
    "click-link": _quoted_link,
    "click-menu": _menu,
    "click-test": _only_button,
    "click-test-2": _button_in_capitals,
    "click-test-transfer": _button_in_capitals,
    "email-inbox-delete": _icon(1),
    "email-inbox-important": _icon(2),
    "find-greatest": _greatest,
    "focus-text": _focused,
    "focus-text-2": _focused,
    "generate-number": _generated,
    "unicode-test": _quoted_button,
}
