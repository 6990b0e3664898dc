"""What one visitor's portal holds: a document that is stored whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

MANY = 150
"""So many submissions and events at most are kept of a session that only clicks."""


class Upload(msgspec.Struct):
    """A file that was handed in."""

    name: str
    sha256: str


class Draft(msgspec.Struct):
    """A form on its way: values as they were typed."""

    values: dict[str, str] = msgspec.field(default_factory=dict)
    files: dict[str, Upload] = msgspec.field(default_factory=dict)
    when: str = ""
    """When it was saved; empty for today."""
    is_offer_declined: bool = False


class Submission(msgspec.Struct):
    """A form that was sent: canonical values."""

    number: str
    form: str
    values: dict[str, str] = msgspec.field(default_factory=dict)
    files: dict[str, Upload] = msgspec.field(default_factory=dict)
    when: str = ""


class Event(msgspec.Struct):
    """One act that can't be taken back. `kind`: submitted, deleted or kept."""

    kind: str
    form: str
    was_there: bool = False
    """Of a deletion: whether the draft was there when the session began."""
    values: dict[str, str] = msgspec.field(default_factory=dict)
    files: dict[str, Upload] = msgspec.field(default_factory=dict)


class FormsState(msgspec.Struct):
    """A session: its look, its traps, and what was done in it."""

    theme: str
    profile: dict[str, str] = msgspec.field(default_factory=dict)
    choices: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """What can be chosen here: events, payees, branches, …"""
    taken: list[str] = msgspec.field(default_factory=list)
    """Choices that can't be had; slots as `2027-03-01 09:30`."""
    limit: int = 0
    """The most that one transfer may be, in cents."""
    traps: list[str] = msgspec.field(default_factory=list)
    """straight: no review before the form is sent; confirm: the browser asks before a draft is deleted."""
    drafts: dict[str, Draft] = msgspec.field(default_factory=dict)
    submissions: list[Submission] = msgspec.field(default_factory=list)
    events: list[Event] = msgspec.field(default_factory=list)
    has_banner: bool = False

    @property
    def is_full(self) -> bool:
        """Whether more may have happened than the events tell."""
        return len(self.events) >= MANY

    def record(self, event: Event) -> None:
        if not self.is_full:
            self.events.append(event)


def state_of(world: Mapping[str, Any]) -> FormsState:
    """The state that a task's private answer describes."""
    return msgspec.convert(world, FormsState)
