"""The text of the page that a browser shows, and which of its groups were opened."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from webdreamer_app.browser.capture import FrameCapture
from webdreamer_app.browser.fold import fold, key
from webdreamer_app.browser.serialize import header, line, serialize
from webdreamer_app.browser.tokens import counter
from webdreamer_app.types import Dialog, Download, Element, Observation, Tab

_MAX_CHANGES = 20
_LONGEST = (2_000, 500, 120, 40)
"""How long titles, addresses and messages may be, tried in this order."""
_COMMON = frozenset({
    "and", "any", "are", "buy", "but", "can", "could", "each", "find", "for", "from", "get", "has", "have", "less",
    "like", "make", "more", "most", "need", "not", "one", "order", "please", "price", "some", "than", "that", "the",
    "them", "this", "under", "want", "with", "would", "you", "your",
})  # fmt: skip


def task_words(instruction: str) -> frozenset[str]:
    """The words of an instruction that may stand on the pages it is about, in small letters."""
    return frozenset(re.findall(r"\w{3,}", instruction.lower())) - _COMMON


class PageText:
    """Writes captures as text within a budget of tokens; 0 writes them whole. Groups stay open until the page goes."""

    def __init__(self, budget: int, wanted: frozenset[str]) -> None:
        self._budget = budget
        self._wanted = wanted
        self._url = ""
        self._known: frozenset[Hashable] = frozenset()
        self._groups: dict[str, frozenset[Hashable]] = {}
        self._opened: frozenset[Hashable] = frozenset()

    def write(
        self,
        capture: FrameCapture,
        tabs: tuple[Tab, ...] = (),
        dialogs: tuple[Dialog, ...] = (),
        downloads: tuple[Download, ...] = (),
    ) -> str:
        """The page's text. What was not there when this page was written before counts as new."""
        if not self._budget:
            return serialize(capture.title, capture.url, capture.elements, tabs, dialogs, downloads)
        keys = frozenset(map(key, capture.elements))
        if capture.url != self._url:
            self._url, self._known, self._opened = capture.url, keys, frozenset()
        folded = fold(
            self._header(capture, tabs, dialogs, downloads),
            capture.elements,
            self._budget,
            counter(),
            wanted=self._wanted,
            fresh=keys - self._known,
            opened=self._opened,
        )
        self._known = keys
        self._groups = folded.groups
        return folded.text

    def _header(
        self,
        capture: FrameCapture,
        tabs: tuple[Tab, ...],
        dialogs: tuple[Dialog, ...],
        downloads: tuple[Download, ...],
    ) -> list[str]:
        """The lines above the elements, cut until they leave half of the budget to the page."""
        for longest in _LONGEST:
            lines = header(capture.title, capture.url, tabs, dialogs, downloads, longest)
            if sum(counter()(lines)) * 2 <= self._budget:
                break
        return lines

    def want(self, words: frozenset[str]) -> None:
        """Words of the task, in small letters, in place of the earlier ones."""
        self._wanted = words

    def open(self, group: str) -> bool:
        """Show what a group of the last text hides. Whether there is such a group."""
        if group not in self._groups:
            return False
        self._opened |= self._groups[group]
        return True


def changes(before: Observation | None, now: Observation) -> tuple[str, ...]:
    """What appeared, changed and vanished, line by line."""
    if before is None:
        return ()
    if before.url != now.url:
        return (f"went to {now.url}",)
    if before.elements == now.elements:
        return ()
    old, new = _lines(before.elements), _lines(now.elements)
    appeared = [f"appeared: {text}" for name, text in new.items() if name not in old]
    changed = [f"changed: {text} (was {old[name]})" for name, text in new.items() if old.get(name, text) != text]
    vanished = [f"vanished: {text}" for name, text in old.items() if name not in new]
    return tuple((changed + appeared + vanished)[:_MAX_CHANGES])


def _lines(elements: Sequence[Element]) -> dict[Hashable, str]:
    """Lines by reference; what has none goes by what it says."""
    lines = ((element, line(element).strip()) for element in elements)
    return {element.bid or text: text for element, text in lines}
