"""When two actions, decided on different observations, are the same act: references may change, what they name not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from webdreamer_app.types import Action, Observation

_DIALOG_VERBS = frozenset({"dialog_accept", "dialog_dismiss"})


@dataclass(frozen=True, slots=True)
class Act:
    """An action by what it names: role and name of its target on the page at `path`."""

    verb: str
    role: str
    name: str
    path: str
    value: tuple[str | int | float, ...] = ()


def page_path(url: str) -> str:
    """The page an address names: host and path, without query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a malformed address names only itself
        return url
    return f"{parts.netloc}{parts.path.rstrip('/') or '/'}"


@lru_cache(maxsize=512)
def _without_references(text: str) -> str:
    return re.sub(r"^( *)\[[a-z]*\d+\] ", r"\1", text, flags=re.M)


def looks_alike(one: Observation, other: Observation) -> bool:
    """Whether two pages say the same: a page that is loaded again has new references and nothing else."""
    return one.text == other.text or _without_references(one.text) == _without_references(other.text)


def act_of(action: Action, observation: Observation) -> Act:
    """The act, whichever of several equally named targets it means: two 'Pay' buttons are one act."""
    path = page_path(observation.url)
    if action.verb in _DIALOG_VERBS:
        message = observation.dialogs[0].message if observation.dialogs else ""
        return Act(action.verb, "dialog", message, path)
    target = observation.find(action.bid)
    if target is None:
        return Act(action.verb, "", action.bid, path, action.value)
    return Act(action.verb, target.role, target.name, path, action.value)


def place_of(action: Action, observation: Observation) -> int:
    """Which of the page's equally named elements the action means, from 0; -1 without a target."""
    target = observation.find(action.bid)
    if target is None:
        return -1
    alike = [
        element.bid
        for element in observation.elements
        if element.is_interactive and (element.role, element.name) == (target.role, target.name)
    ]
    return alike.index(action.bid)
