"""Sentences that only the wide tasks of training are told in: what training has, and further ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.site.themes import is_wide

WIDE = "wide"


def voice(split: str, seed: int) -> str:
    """In whose sentences a task is told: its split's, or those of the wide tasks."""
    return WIDE if is_wide(split, seed) else split


def widened(data: Mapping[str, Any], more: Path) -> dict[str, Any]:
    """The same with `wide` beside each `train`: its lists, longer by those of the file.

    The file names each list by its path in `data`.
    """
    further: dict[str, list[str]] = tomllib.loads(more.read_text(encoding="utf-8"))
    found: dict[str, Any] = _widened(data, further, ())
    return found


def _widened(data: Any, further: Mapping[str, list[str]], path: tuple[str, ...]) -> Any:
    if isinstance(data, list):
        return [_widened(one, further, path) for one in data]
    if not isinstance(data, Mapping):
        return data
    found = {key: _widened(value, further, (*path, key)) for key, value in data.items()}
    if "train" in data:
        found[WIDE] = _longer(data["train"], further, (*path, "train"))
    return found


def _longer(data: Any, further: Mapping[str, list[str]], path: tuple[str, ...]) -> Any:
    if isinstance(data, Mapping):
        return {key: _longer(value, further, (*path, key)) for key, value in data.items()}
    return [*data, *further.get("/".join(path), ())]
