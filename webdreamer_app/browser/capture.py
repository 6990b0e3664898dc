"""Capture: one pass over each frame's document in an isolated world, turned into elements."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from webdreamer_app.types import Element

_LONE_SURROGATE = re.compile(r"(?<!\\)((?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


@cache
def script(name: str) -> str:
    """A script of this package, by its name without `.js`."""
    return (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")


@cache
def capture_script() -> str:
    """The capture with its parts in place."""
    parts = "\n".join(script(name) for name in ("safe", "names", "reach", "walk"))
    return script("capture").replace("/* parts */", parts)


class FrameCapture(msgspec.Struct, frozen=True):
    """What one frame's document holds."""

    title: str
    url: str
    elements: tuple[Element, ...]
    frames: dict[int, str] = {}
    """The reference of the iframe element at a place in `elements`."""
    next: int = 1
    """The lowest number that no element of this document has."""
    hosts: tuple[str, ...] = ()
    """References of elements that may hold a closed shadow root."""
    asked: tuple[tuple[str, bool], ...] = ()
    """References of custom elements whose role and states only the browser knows, and whether it was asked before."""


_DECODER = msgspec.json.Decoder(FrameCapture)


def read_capture(text: str) -> FrameCapture:
    """Turn the capture's JSON string into elements. Raises ValueError on anything else."""
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        pass
    try:
        return _DECODER.decode(_well_formed(text))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ValueError(f"the capture can't be read: {error}") from error


def _well_formed(text: str) -> str:
    """Halves of surrogate pairs, which pages may hold and no encoding can, become replacement characters.

    JSON.stringify writes whole pairs as they are, so every one that it escapes is a half.
    """
    return _LONE_SURROGATE.sub(r"\1\\ufffd", text).encode("utf-8", "replace").decode()
