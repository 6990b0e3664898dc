"""Column types that give back exactly what was put in, whatever a page or a model made up."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from sqlalchemy import Float, Text
from sqlalchemy.types import TypeDecorator

_ESCAPED = "\x01json:"
"""Marks a text that is kept as ASCII JSON, because no database takes it as it is."""


class ExactText(TypeDecorator[str]):
    """Any Python text, lone surrogates and NULs included; ordinary text stays readable in the table."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        if value is None or (_is_storable(value) and not value.startswith(_ESCAPED)):
            return value
        return _ESCAPED + json.dumps(value)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        if value is None or not value.startswith(_ESCAPED):
            return value  # type: ignore[no-any-return]
        return str(json.loads(value.removeprefix(_ESCAPED)))


def _is_storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class ExactFloat(TypeDecorator[float]):
    """Any float. SQLite turns NaN into NULL, so there it is kept as text: a NaN is evidence too."""

    impl = Float
    cache_ok = True

    def bind_processor(self, dialect: Any) -> Callable[[float | None], Any] | None:
        """The plain type's own processor would make a float of it again, so it is left out on SQLite."""
        return _nan_as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: Any, dialect: Any) -> float | None:
        return None if value is None else float(value)


def _nan_as_text(value: float | None) -> Any:
    return "NaN" if value is not None and math.isnan(value) else value
