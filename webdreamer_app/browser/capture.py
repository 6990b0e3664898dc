"""Capture: one pass over each frame's document in an isolated world, turned into elements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from webdreamer_app.types import Box, Element, Form

WORLD = "webdreamer"


@cache
def capture_script() -> str:
    return (Path(__file__).parent / "capture.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class FrameCapture:
    """What one frame's document holds. `frames` maps a place in `elements` to the bid of the iframe element there."""

    title: str
    url: str
    elements: tuple[Element, ...]
    frames: dict[int, str]
    next: int = 1
    """The lowest number that no element of this document has."""


def read_capture(text: str) -> FrameCapture:
    """Turn the capture's JSON string into elements. Raises ValueError on anything else."""
    data = json.loads(text)
    nodes = data["nodes"]
    return FrameCapture(
        title=str(data["title"]),
        url=str(data["url"]),
        elements=tuple(_element(node) for node in nodes),
        frames={place: str(node["frame"]) for place, node in enumerate(nodes) if "frame" in node},
        next=int(data["next"]),
    )


def _element(node: dict[str, Any]) -> Element:
    form = node.get("form")
    box = node.get("box")
    return Element(
        role=node["role"],
        name=node.get("name", ""),
        depth=node.get("depth", 0),
        bid=node.get("bid", ""),
        tag=node.get("tag", ""),
        input_type=node.get("input_type", ""),
        value=node.get("value"),
        checked=node.get("checked"),
        disabled=node.get("disabled", False),
        required=node.get("required", False),
        readonly=node.get("readonly", False),
        invalid=node.get("invalid", ""),
        expanded=node.get("expanded"),
        selected=node.get("selected"),
        level=node.get("level", 0),
        options=tuple(node.get("options", ())),
        href=node.get("href", ""),
        hooked=node.get("hooked", False),
        form=Form(str(form[0]).lower(), str(form[1]), int(form[2]), bool(form[3])) if form else None,
        box=Box(*map(float, box)) if box else None,
    )
