"""Stored pages - saved ones, and those of public data sets - read into what the live capture gives of open ones.

No browser, no scripts, no style sheets: what the markup hides is hidden, everything else shows, nothing is covered.
"""

from __future__ import annotations

import re

from webdreamer_app.browser.capture import FrameCapture
from webdreamer_app.browser.stored.address import absolute
from webdreamer_app.browser.stored.parse import UnreadableMarkup, parse
from webdreamer_app.browser.stored.shown import find_shown
from webdreamer_app.browser.stored.tree import Document, Node
from webdreamer_app.browser.stored.walk import Walk
from webdreamer_app.types import Element

__all__ = ["UnreadableMarkup", "read_html"]

_MAX_FRAMES = 50
_MAX_NESTED = 10
_ASCII_SPACE = re.compile(r"[\t\n\f\r ]+")


def read_html(markup: str | bytes, url: str = "about:blank") -> FrameCapture:
    """What the page holds, references numbered from 1. `url`: where it was, for the addresses in it.

    Documents written into its frames (`srcdoc`) are read as well, other frames stay empty. Raises UnreadableMarkup
    where there is neither an element nor text.
    """
    document = _located(parse(markup), url, url)
    reader = _Reader()
    elements = tuple(reader.elements(document, "", 0))
    return FrameCapture(_title(document), url, elements, next=reader.number + 1)


class _Reader:
    """Reads a page with the documents in its frames."""

    def __init__(self) -> None:
        self.number = 0
        self._frames = 0

    def elements(self, document: Document, prefix: str, nested: int) -> list[Element]:
        """The elements of a document; letters before the number of a reference name its frame."""

        def reference() -> str:
            self.number += 1
            return f"{prefix}{self.number}"

        find_shown(document)
        walk = Walk(document, reference)
        found: list[Element] = []
        for place, element in enumerate(walk.run()):
            found.append(element)
            if (frame := walk.frames.get(place)) is not None:
                found += self._inside(document, frame, element, nested)
        return found

    def _inside(self, around: Document, frame: Node, element: Element, nested: int) -> list[Element]:
        markup = frame.attributes.get("srcdoc")
        if not markup or nested >= _MAX_NESTED or self._frames >= _MAX_FRAMES:
            return []
        try:
            document = _located(parse(markup), "about:srcdoc", around.base)
        except UnreadableMarkup:
            return []
        letters = _letters(self._frames)
        self._frames += 1
        inner = self.elements(document, letters, nested + 1)
        return [one.changed(depth=one.depth + element.depth + 1) for one in inner]


def _located(document: Document, url: str, base: str) -> Document:
    """The document at its address."""
    given = next((node for node in document.nodes if node.tag == "BASE" and "href" in node.attributes), None)
    document.url = url
    document.base = absolute(given.get("href"), base) if given is not None else base
    return document


def _title(document: Document) -> str:
    found = next((node for node in document.nodes if node.tag == "TITLE" and node.root is None), None)
    return _ASCII_SPACE.sub(" ", found.text()).strip(" ") if found is not None else ""


def _letters(number: int) -> str:
    """a, b, … z, aa, …, without g, which folded groups have."""
    letters = ""
    number += number >= ord("g") - ord("a")
    while number >= 0:
        letters = chr(ord("a") + number % 26) + letters
        number = number // 26 - 1
    return letters
