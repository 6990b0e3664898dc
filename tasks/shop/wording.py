"""How people ask for things: sentence patterns and clauses, each a list a split."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tasks.site.wide import widened

Forms = dict[str, list[str]]
"""Split → forms."""


def _read(name: str) -> dict[str, Any]:
    found = tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return widened(found, Path(__file__).with_name(f"wide_{name}"))


_BUYING = _read("buying.toml")

PATTERNS: dict[str, Forms] = _BUYING["patterns"]
"""Split → group → patterns of purchases: the groups of the splits are not each other's."""
ITEMS: Forms = _BUYING["items"]
LIMITS: Forms = _BUYING["limits"]
LIMITS_FIRST: list[str] = _BUYING["limits_first"]
"""Price limits that begin a sentence, as only training has them."""
OPTIONS: dict[str, Forms] = _BUYING["options"]
"""Name of an option → how its value is said."""
CLAUSES: dict[str, Forms] = _BUYING["clauses"]
"""Kind of further sentence → its forms."""
ACCOUNT: dict[str, Forms] = _read("account.toml")
"""Kind of task in an account, or for the wish list → patterns."""
