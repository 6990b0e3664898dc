"""The suites by name."""

from __future__ import annotations

import difflib
import importlib
from typing import cast

from tasks.task import Suite

_SUITES = {
    "shop": "tasks.shop.suite:ShopSuite",
    "forms": "tasks.forms.suite:FormsSuite",
}
"""Name → module and class; modules are imported when their suite is asked for."""


def names() -> tuple[str, ...]:
    return tuple(_SUITES)


def suite(name: str) -> Suite:
    """The suite of this name. Raises UnknownSuiteError."""
    if name in _SUITES:
        module, _, kind = _SUITES[name].partition(":")
        return cast(Suite, getattr(importlib.import_module(module), kind)())
    near = difflib.get_close_matches(name, _SUITES, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(_SUITES)}."
    raise UnknownSuiteError(f"There is no suite {name!r}; {hint}")


class UnknownSuiteError(LookupError):
    """No suite has this name; the message gives the nearest."""
