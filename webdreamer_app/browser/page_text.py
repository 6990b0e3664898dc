"""The text of the page that a browser shows, and which of its groups were opened."""

from __future__ import annotations

import re
from collections.abc import Hashable

from webdreamer_app.browser.capture import FrameCapture
from webdreamer_app.browser.fold import fold, key
from webdreamer_app.browser.serialize import header, line, serialize
from webdreamer_app.browser.tokens import counter
from webdreamer_app.types import Dialog, Observation, Tab

_MAX_CHANGES = 20
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

    def write(self, capture: FrameCapture, tabs: tuple[Tab, ...], dialogs: tuple[Dialog, ...]) -> str:
        """The page's text. What was not there when this page was written before counts as new."""
        if not self._budget:
            return serialize(capture.title, capture.url, capture.elements, tabs, dialogs)
        keys = frozenset(map(key, capture.elements))
        if capture.url != self._url:
            self._url, self._known, self._opened = capture.url, keys, frozenset()
        folded = fold(
            header(capture.title, capture.url, tabs, dialogs),
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

    def open(self, group: str) -> bool:
        """Show what a group of the last text hides. Whether there is such a group."""
        if group not in self._groups:
            return False
        self._opened |= self._groups[group]
        return True


def changes(before: Observation | None, now: Observation) -> tuple[str, ...]:
    """What appeared and what vanished, line by line."""
    if before is None:
        return ()
    if before.url != now.url:
        return (f"went to {now.url}",)
    if before.elements == now.elements:
        return ()
    old, new = (dict.fromkeys(line(element).strip() for element in one.elements) for one in (before, now))
    appeared = [f"appeared: {text}" for text in new if text not in old]
    vanished = [f"vanished: {text}" for text in old if text not in new]
    return tuple((appeared + vanished)[:_MAX_CHANGES])
