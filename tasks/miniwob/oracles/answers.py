"""Oracles of pages on which something is read, worked out or dated, and typed in."""

from __future__ import annotations

import re

from tasks.miniwob.oracles.reading import (
    Solver,
    Steps,
    at,
    between,
    click,
    filled,
    lost,
    named,
    ordinal,
    press,
    submit,
    texts,
    usable,
)  # fmt: skip
from tasks.pages import Page

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_BLOCK = "█"


def _answered(page: Page, answer: str) -> Steps:
    boxes = usable(page, "textbox")
    return filled(at(boxes, len(boxes) - 1), answer) or submit(page)


def _table(page: Page) -> dict[str, str]:
    """Its rows of two cells, as names and values."""
    cells: list[str] = []
    for place, line in enumerate(page.lines):
        if line.role == "cell":
            inside = [other.name for other in page.lines[place + 1 : place + 2] if other.depth > line.depth]
            cells.append(line.name or " ".join(inside))
    return dict(zip(cells[::2], cells[1::2], strict=False))


def _value_of(page: Page, name: str) -> str:
    return _table(page).get(name) or lost(name)


def _looked_up(goal: str, page: Page) -> Steps:
    return _answered(page, _value_of(page, between(goal, "value of ", " into")))


def _looked_up_twice(goal: str, page: Page) -> Steps:
    del goal
    left: Steps = ()
    for place, line in enumerate(page.lines):
        if line.role == "textbox" and place:
            label = line.name or page.lines[place - 1].name
            left += filled(line, _value_of(page, label.strip().removesuffix(":")))
    return left or submit(page)


def _word(goal: str, page: Page) -> Steps:
    words = " ".join(texts(page)).split()
    word = words[ordinal(goal)] if ordinal(goal) < len(words) else lost(goal)
    return _answered(page, re.sub(r"[^a-zA-Z]", "", word))


def _last_word(goal: str, page: Page) -> Steps:
    del goal
    words = at(usable(page, "textbox"), 0).value.split()
    return _answered(page, re.sub(r"[^a-zA-Z]", "", words[-1] if words else ""))


def _letters(goal: str, page: Page) -> Steps:
    del goal
    return _answered(page, "".join("".join(texts(page)).split()))


def _arithmetic(goal: str, page: Page) -> Steps:
    del goal
    first, sign, second = _matched(r"(\d+) ([-+x]) (\d+) =", page)
    return _answered(page, str(_result(int(first), sign, int(second))))


def _algebra(goal: str, page: Page) -> Steps:
    del goal
    first, sign, second, result = _matched(r"(\w+) ([-+]) (\w+) = (-?\d+)", page)
    if first == "x":
        answer = _result(int(result), "-" if sign == "+" else "+", int(second))
    else:
        answer = int(result) - int(first) if sign == "+" else int(first) - int(result)
    return _answered(page, str(answer))


def _matched(pattern: str, page: Page) -> tuple[str, ...]:
    found = next((match for text in texts(page) if (match := re.search(pattern, text))), None)
    return found.groups() if found else lost(pattern)


def _result(first: int, sign: str, second: int) -> int:
    return {"+": first + second, "-": first - second, "x": first * second}[sign]


def _date(goal: str, page: Page) -> Steps:
    month, day, year = between(goal, "Enter ", " as").split("/")
    return filled(at(usable(page, "date"), 0), f"{year}-{month}-{day}") or submit(page)


def _time(goal: str, page: Page) -> Steps:
    found = re.search(r"(\d+):(\d+) ([AP])M", goal)
    if found is None:
        return lost(goal)
    hour = int(found.group(1)) % 12 + (12 if found.group(3) == "P" else 0)
    return filled(at(usable(page, "time"), 0), f"{hour:02d}:{found.group(2)}") or submit(page)


def _picked(goal: str, page: Page) -> Steps:
    """The calendar is turned by keys: the words above it that turn it are no elements."""
    wanted = between(goal, "Select ", " as the date")
    box, month = at(usable(page, "textbox"), 0), int(wanted[:2])
    shown = next((match for text in texts(page) if (match := re.fullmatch(r"([A-Z]\w+) \d{4}", text))), None)
    if shown is None:
        return submit(page) if box.value == wanted else (click(box), press(box, "Control+Home"))
    missing = month - 1 - _MONTHS.index(shown.group(1))
    if missing:
        return (press(box, "PageDown" if missing > 0 else "PageUp"),)
    return (click(named(page, "link", str(int(wanted[3:5])))),)


def _typed(goal: str, page: Page) -> Steps:
    """`ls` once, then `rm` on a file that it listed."""
    box, shown = at(usable(page, "textbox"), 0), texts(page)
    lines = [text.removeprefix("user$").replace(_BLOCK, "").strip() for text in shown if text.startswith("user$")]
    listed = next((shown[place + 1 : place + 2] for place, text in enumerate(shown) if text == "user$ ls"), [])
    ending = between(goal, "extension ", "$") if "with the extension" in goal else ""
    files = [name for name in (listed[0].split() if listed else []) if _ends(name, ending)]
    command = "ls" if not files else f"rm {files[0]}"
    if not lines or not command.startswith(lines[-1]):
        return (press(box, "Backspace"),)
    return (press(box, "Enter"),) if lines[-1] == command else (f"type({box.bid!r}, {command[len(lines[-1]) :]!r})",)


def _ends(name: str, ending: str) -> bool:
    return name.endswith(ending) if ending else "." not in name


SOLVERS: dict[str, Solver] = {
    "choose-date": _picked,
    "choose-date-easy": _picked,
    "choose-date-medium": _picked,
    "choose-date-nodelay": _picked,
    "enter-date": _date,
    "enter-time": _time,
    "find-word": _word,
    "read-table": _looked_up,
    "read-table-2": _looked_up_twice,
    "scroll-text": _last_word,
    "simple-algebra": _algebra,
    "simple-arithmetic": _arithmetic,
    "terminal": _typed,
    "text-transform": _letters,
}
