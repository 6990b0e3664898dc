"""What a task is, and what a suite offers: sites to run it on, an oracle that proves it solvable, a grader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Oracle = Callable[[str], tuple[str, ...]]
"""Serialized page → acceptable next actions as strings, best first."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do on a site. `answer` is private to oracle and grader."""

    id: str
    """`suite/split/seed/index`"""
    suite: str
    split: str
    seed: int
    index: int
    instruction: str
    profile: Mapping[str, str]
    answer: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    """Documents that the person has at hand: file name → text. `upload_file` finds them by their name."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an episode ended, as far as a site's own database can't know it."""

    infeasible: bool = False
    """Whether the agent said that the task can't be done."""
    page: Any = None
    """What `Readback.ending` gave on the last page; None where the suite has none or the page is gone."""


@dataclass(frozen=True, slots=True)
class Readback:
    """JavaScript expressions for a suite whose pages keep in themselves what others keep on a server.

    They are evaluated in the page beside what the agent sees and does; their values are JSON.
    """

    goal: str = ""
    """On the first page: the instruction. Empty: the task has it."""
    ending: str = ""
    """When the episode is over: what the grader reads."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What the site's own database says of an episode."""

    success: bool
    reward: float
    """Graded reward in 0..1 (WebShop's)."""
    wrong_commits: tuple[str, ...]
    """One sentence for each wrong irreversible commit."""
    detail: str


@dataclass(frozen=True, slots=True)
class Cookie:
    name: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Start:
    """Where an episode begins."""

    url: str
    cookies: tuple[Cookie, ...]


UNREPORTED = Ending()


class Site(Protocol):
    """A running server with state per session."""

    url: str

    def start(self, session: str, task: Task | None = None) -> Start:
        """Create or find the server-side session of this token, with what the task finds there."""
        ...

    def reset(self, session: str) -> None:
        """Forget everything the session did."""
        ...

    def grade(self, task: Task, session: str, ending: Ending = UNREPORTED) -> Grade: ...


class Suite(Protocol):
    """A family of tasks on one site."""

    name: str
    splits: tuple[str, ...]
    readback: Readback

    def sample(self, split: str, count: int, seed: int) -> tuple[Task, ...]: ...

    def task(self, task_id: str) -> Task:
        """The task of this id. Raises ValueError when no such task can exist."""
        ...

    def open(self, database: Path, port: int = 0) -> AbstractContextManager[Site]:
        """Serve the site on loopback; its state lives in `database` and survives a restart."""
        ...

    def oracle(self, task: Task) -> Oracle: ...

    def variant(self, task: Task, number: int) -> Task:
        """The same wish with exactly one constraint changed, in the same kind of sentence; `number` picks which."""
        ...

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        """The same wish by another person: what the answer takes from the profile changes with it."""
        ...

    def moved(self, task: Task, onto: Task) -> Task:
        """The same wish on the site as another task finds it; `onto` itself where that makes no sense."""
        ...
