"""What oracles read off a page and an instruction, and how they write actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from tasks.pages import Line, Page

Steps = tuple[str, ...]
"""Acceptable actions, best first."""
Solver = Callable[[str, Page], Steps]
"""Instruction and page → acceptable actions."""


class LostError(LookupError):
    """The page lacks what a solver needs to go on."""


def lost(what: str) -> NoReturn:
    """Raises LostError."""
    raise LostError(what)


def click(line: Line) -> str:
    return f"click({line.bid!r})"


def fill(line: Line, value: str) -> str:
    return f"fill({line.bid!r}, {value!r})"


def select(line: Line, option: str) -> str:
    return f"select_option({line.bid!r}, {option!r})"


def press(line: Line, key: str) -> str:
    return f"press({line.bid!r}, {key!r})"


def said(goal: str, place: int = 0) -> str:
    """What stands between the first double quotes of the goal, or later ones. Raises LostError."""
    found = re.findall(r'"([^"]*)"', goal)
    return str(found[place]) if place < len(found) else lost(goal)


def between(goal: str, start: str, end: str) -> str:
    """What stands between two patterns. Raises LostError."""
    found = re.search(f"{start}(.*?){end}", goal)
    return found.group(1) if found else lost(goal)


def ordinal(goal: str) -> int:
    """The first of `1st`, `2nd`, `3rd`, … in the goal, counted from 0. Raises LostError."""
    return int(between(goal, r"\b(?=\d+(?:st|nd|rd|th)\b)", "(?:st|nd|rd|th)")) - 1


def usable(page: Page, role: str) -> list[Line]:
    """Lines of this role that can be acted on."""
    return [line for line in page.lines if line.role == role and line.bid]


def named(page: Page, role: str, name: str) -> Line:
    """The first usable line of this role and name. Raises LostError."""
    return at([line for line in usable(page, role) if line.name == name], 0)


def at(lines: Sequence[Line], place: int) -> Line:
    """Raises LostError where there are fewer lines."""
    return lines[place] if 0 <= place < len(lines) else lost(f"no line {place} of {len(lines)}")


def texts(page: Page) -> list[str]:
    """Plain text below the instruction."""
    return [line.name for line in page.lines if line.role == "text"][1:]


def submit(page: Page, name: str = "Submit") -> Steps:
    return (click(named(page, "button", name)),)


def filled(box: Line, value: str) -> Steps:
    """What is left to do on a field: nothing where it holds the value."""
    return () if box.value == value else (fill(box, value),)


def ticked(box: Line, is_wanted: bool) -> Steps:
    """What is left to do on a checkbox."""
    return () if ("checked" in box.flags) == is_wanted else (click(box),)
