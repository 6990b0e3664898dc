"""Oracles of pages on which options are chosen, or sections are opened until one shows what is wanted."""

from __future__ import annotations

from tasks.miniwob.oracles.reading import Solver, Steps, at, between, click, named, said, select, submit, ticked, usable
from tasks.pages import Line, Page

_ALIKE = tuple(
    frozenset(words.split())
    for words in (
        "big large huge enormous gigantic", "small tiny little mini petite", "red scarlet crimson vermillion",
        "happy cheerful joyful gleeful delighted", "sad unhappy sorrowful miserable tragic",
        "angry mad furious irritated", "evil wicked immoral sinful corrupt depraved",
        "wrong incorrect mistaken erroneous", "real genuine actual", "strange odd peculiar unusual weird",
        "stop cease halt end finish", "scared terrified panicked fearful frightened afraid",
        "quiet calm peaceful serene mild", "old aged archaic", "love like adore favor", "kill murder assassinate",
        "keep retain preserve sustain maintain", "hide conceal camouflage", "hate despise loathe detest dislike",
        "funny humorous amusing comical laughable", "fat fleshy plump chubby", "stupid dumb dull unwise",
        "delicious savory delectable appetizing", "cut slice carve chop", "brave courageous fearless",
        "begin start initiate launch", "answer reply response", "television televisions TV TVs",
        "house home houses homes", "fire flame fires flames", "pig pork swine", "rabbit rabbits bunny bunnies",
        "car cars automobile automobiles vehicle vehicles", "water",
    )
)  # fmt: skip


def _option(goal: str, page: Page) -> Steps:
    radio = named(page, "radio", between(goal, "Select ", " and click Submit"))
    return submit(page) if "checked" in radio.flags else (click(radio),)


def _checkboxes(goal: str, page: Page) -> Steps:
    wanted = set(between(goal, "Select ", " and click Submit").split(", "))
    return _boxes(page, wanted)


def _similar(goal: str, page: Page) -> Steps:
    asked = set(between(goal, "similar to ", " and click Submit").split(", "))
    return _boxes(page, set().union(*(group for group in _ALIKE if group & asked)))


def _boxes(page: Page, wanted: set[str]) -> Steps:
    left = [step for box in usable(page, "checkbox") for step in ticked(box, box.name in wanted)]
    return tuple(left) or submit(page)


def _list(goal: str, page: Page) -> Steps:
    box, wanted = at(usable(page, "combobox"), 0), between(goal, "Select ", " from the list")
    return submit(page) if box.value == wanted else (select(box, wanted),)


def _scroll_list(goal: str, page: Page) -> Steps:
    box = at(usable(page, "listbox"), 0)
    chosen = set(box.value.split(", ")) - {""}
    wanted = set(between(goal, "Select ", " from the scroll list").split(", "))
    odd = sorted(chosen ^ wanted)
    return tuple(select(box, name) for name in odd) or submit(page)


def _tab(goal: str, page: Page) -> Steps:
    return (click(named(page, "link", between(goal, "Click on ", r"\.$"))),)


def _in_tabs(goal: str, page: Page) -> Steps:
    """The tabs are gone through in a circle."""
    return _target(goal, page) or (click(_following(page, usable(page, "link"))),)


def _in_sections(goal: str, page: Page) -> Steps:
    return _target(goal, page) or (click(_following(page, usable(page, "tab"))),)


def _target(goal: str, page: Page) -> Steps:
    return tuple(click(line) for line in usable(page, "generic") if line.name == said(goal))


def _following(page: Page, handles: list[Line]) -> Line:
    """The handle of what comes after the open tab or section. Raises LostError."""
    tabs = usable(page, "tab")
    is_open = next((place for place, tab in enumerate(tabs) if "expanded" in tab.flags), -1)
    wanted = at(tabs, (is_open + 1) % max(1, len(tabs)))
    return at([line for line in handles if line.name == wanted.name], 0)


def _section(goal: str, page: Page) -> Steps:
    del goal
    tab = at(usable(page, "tab"), 0)
    return submit(page) if "expanded" in tab.flags else (click(tab),)


SOLVERS: dict[str, Solver] = {
    "choose-list": _list,
    "click-checkboxes": _checkboxes,
    "click-checkboxes-large": _checkboxes,
    "click-checkboxes-soft": _similar,
    "click-checkboxes-transfer": _checkboxes,
    "click-collapsible": _section,
    "click-collapsible-2": _in_sections,
    "click-collapsible-2-nodelay": _in_sections,
    "click-collapsible-nodelay": _section,
    "click-option": _option,
    "click-scroll-list": _scroll_list,
    "click-tab": _tab,
    "click-tab-2": _in_tabs,
    "click-tab-2-easy": _in_tabs,
    "click-tab-2-hard": _in_tabs,
    "click-tab-2-medium": _in_tabs,
}
