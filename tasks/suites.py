"""The suites by name: bundled ones, BrowserGym's tasks, and files of tasks."""

from __future__ import annotations

import difflib
import importlib
from typing import Any, cast

from tasks.task import Suite, SuiteSettings

_SUITES = {
    "shop": "tasks.shop.suite:ShopSuite",
    "corner": "tasks.corner.suite:CornerSuite",
    "forms": "tasks.forms.suite:FormsSuite",
    "miniwob": "tasks.miniwob.suite:MiniWobSuite",
    "pretix": "tasks.pretix.suite:PretixSuite",
}
"""Name → module and class; modules are imported when their suite is asked for."""
_INSTALLED = frozenset({"pretix"})
"""Suites whose site is installed into the data folder first."""
_FAMILIES = {
    "browsergym": ("tasks.browsergym.suite:BrowserGymSuite", "browsergym:miniwob.click-test"),
    "webarena": ("tasks.webarena.suite:WebArenaSuite", "webarena:tasks.json"),
}
"""What stands before the colon → module and class, and how such a name reads."""
_JOINING = frozenset({"browsergym"})
NO_SETTINGS = SuiteSettings()


def names() -> tuple[str, ...]:
    """The bundled suites."""
    return tuple(_SUITES)


def is_bundled(name: str) -> bool:
    """Whether the suite's site is our own, so that nothing done there reaches anybody."""
    return name in _SUITES


def joins_browser(name: str) -> bool:
    """Whether the suite's tasks live in the agent's own browser, and end with it."""
    return name.partition(":")[0] in _JOINING


def suite(name: str, settings: SuiteSettings = NO_SETTINGS) -> Suite:
    """The suite of this name, `FAMILY:WHICH`, or the path of a JSON file. Raises UnknownSuiteError, UnusableSuiteError.

    UnusableSuiteError means that there is no such suite here: a file that can't be read, a task id that is none.
    """
    if name in _SUITES:
        make = _load(_SUITES[name])
        return cast(Suite, make(settings.data_dir) if name in _INSTALLED else make())
    family, _, which = name.partition(":")
    if name.endswith(".json") and family not in _FAMILIES:
        family, which = "webarena", name
    if family in _FAMILIES and which:
        return cast(Suite, _load(_FAMILIES[family][0])(which, settings))
    raise UnknownSuiteError(f"There is no suite {name!r}; {_hint(name)}")


def suite_name(task_id: str) -> str:
    """`shop` of `shop/test/1/7`; the names of other suites may have slashes of their own."""
    return task_id.rsplit("/", 3)[0]


def _hint(name: str) -> str:
    if name.partition(":")[0] in _FAMILIES:
        return f"write {_FAMILIES[name.partition(':')[0]][1]}."
    near = difflib.get_close_matches(name, _SUITES, 1)
    known = [*_SUITES, *(f"{family}:…" for family in _FAMILIES)]
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}."


def _load(place: str) -> Any:
    module, _, kind = place.partition(":")
    return getattr(importlib.import_module(module), kind)


class UnknownSuiteError(LookupError):
    """No suite has this name; the message gives the nearest."""


class UnusableSuiteError(ValueError):
    """The suite can't be had: a task file that is missing or malformed, a task id that is none."""
