"""The suites by name."""

from __future__ import annotations

import difflib
import importlib
from pathlib import Path
from typing import cast

from tasks.task import Suite

_SUITES = {
    "shop": "tasks.shop.suite:ShopSuite",
    "pretix": "tasks.pretix.suite:PretixSuite",
}
"""Name → module and class; modules are imported when their suite is asked for."""
_INSTALLED = frozenset({"pretix"})
"""Suites whose site is installed into the data folder first."""


def names() -> tuple[str, ...]:
    return tuple(_SUITES)


def suite(name: str, data_dir: Path | None = None) -> Suite:
    """The suite of this name. `data_dir`: where sites are installed that aren't bundled. Raises UnknownSuiteError."""
    if name in _SUITES:
        module, _, kind = _SUITES[name].partition(":")
        make = getattr(importlib.import_module(module), kind)
        return cast(Suite, make(data_dir) if name in _INSTALLED else make())
    near = difflib.get_close_matches(name, _SUITES, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(_SUITES)}."
    raise UnknownSuiteError(f"There is no suite {name!r}; {hint}")


class UnknownSuiteError(LookupError):
    """No suite has this name; the message gives the nearest."""
