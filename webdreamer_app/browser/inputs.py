"""Input that is sent to a page, and the ways in which it fails."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from webdreamer_app.browser.tab import Tab

INPUT_LIMIT_S = 10.0
"""How long a page may take to take in a click or a key."""


class ActionFailed(Exception):  # noqa: N818 - reads as the fact it states
    """The action could not be done on this page; the message names the element and the reason."""


class OutcomeUnknown(Exception):  # noqa: N818 - reads as the fact it states
    """The input was sent and the page never answered: whether it did anything, nobody knows."""


def check(answer: dict[str, Any] | None) -> dict[str, Any]:
    """What a script answered. Raises ActionFailed where that is a problem, or nothing."""
    found = answer or {"problem": "it is gone from the page"}
    if "problem" in found:
        raise ActionFailed(f"{found['problem']}.")
    return found


async def point(tab: Tab, bid: str, want: str) -> tuple[float, float]:
    """Where in the tab's viewport to point at an element, scrolled into view. Raises ActionFailed."""
    found = check(await tab.frames.point(bid, want))
    return float(found["x"]), float(found["y"])


def typing_limit(text: str) -> float:
    """Seconds that typing may take, key by key."""
    return INPUT_LIMIT_S + 0.02 * len(text)


async def send(tab: Tab, work: Coroutine[Any, Any, None], verb: str, target: str) -> None:
    """Send input that may commit something. Raises OutcomeUnknown when no answer comes."""
    try:
        await tab.guard(work, INPUT_LIMIT_S)
    except TimeoutError as error:
        raise OutcomeUnknown(
            f"{verb}: {target}: the page did not answer within {INPUT_LIMIT_S:g} s; whether it did anything is unknown."
        ) from error
