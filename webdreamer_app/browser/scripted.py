"""A browser made of given pages and transitions: for tests, and for trying policies and gates without Chromium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from webdreamer_app.actions import format_action
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.types import Action, Dialog, Element, Observation, Outcome

Reply = str | Outcome | Exception
"""What follows an action: the name of the next page, a given outcome, or an error that is raised."""


def page(url: str, title: str, elements: Sequence[Element], dialogs: Sequence[Dialog] = ()) -> Observation:
    """An observation of these elements, with the text that a real browser would give."""
    text = serialize(title, url, elements, (), dialogs)
    return Observation(url=url, title=title, elements=tuple(elements), text=text, dialogs=tuple(dialogs))


class ScriptedBrowser:
    """Implements `protocols.Browser` over named pages.

    `replies` maps (page, action text) to what follows; an action without a reply changes nothing, `fill` and
    `select_option` set the field's value, and an element that isn't on the page is an `Outcome.error`.
    """

    def __init__(
        self, pages: Mapping[str, Observation], start: str, replies: Mapping[tuple[str, str], Reply] | None = None
    ) -> None:
        self._pages = dict(pages)
        self._replies = dict(replies or {})
        self._current = start
        self.interactions = 0
        self.executed: list[str] = []

    @property
    def page(self) -> Observation:
        """The page that is shown now."""
        return self._pages[self._current]

    def add(self, name: str, page: Observation) -> None:
        """Put in a page, in the place of the one that had its name."""
        self._pages[name] = page

    def show(self, name: str) -> Observation:
        """Go to a page by itself, as scripts and redirects do."""
        self._current = name
        return self.page

    async def observe(self) -> Observation:
        return self._pages[self._current]

    async def execute(self, action: Action) -> Outcome:
        self.interactions += 1
        text = format_action(action)
        self.executed.append(text)
        before = self._pages[self._current]
        if action.bid and before.find(action.bid) is None:
            return Outcome(before, error=f"there is no element {action.bid} on the page")
        reply = self._replies.get((self._current, text))
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, Outcome):
            return reply
        if reply is not None:
            self._current = reply
        elif action.verb in ("fill", "select_option"):
            self._pages[self._current] = _with_value(before, action)
        return Outcome(self._pages[self._current])


def _with_value(observation: Observation, action: Action) -> Observation:
    elements = [
        element.changed(value=str(action.value[0])) if element.bid == action.bid else element
        for element in observation.elements
    ]
    return page(observation.url, observation.title, elements, observation.dialogs)
