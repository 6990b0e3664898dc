"""The suites by name."""

from __future__ import annotations

import difflib
from typing import cast

from tasks.task import Suite

_NAMES = ("shop",)


class UnknownSuiteError(LookupError):
    """No suite has this name; the message gives the nearest."""


def names() -> tuple[str, ...]:
    return _NAMES


def suite(name: str) -> Suite:
    """The suite of this name. Raises UnknownSuiteError."""
    if name == "shop":
        from tasks.shop.suite import ShopSuite

        return cast(Suite, ShopSuite())
    near = difflib.get_close_matches(name, _NAMES, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(_NAMES)}."
    raise UnknownSuiteError(f"There is no suite {name!r}; {hint}")
