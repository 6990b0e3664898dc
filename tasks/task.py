"""What a task is, and what a suite offers: sites to run it on, an oracle that proves it solvable, a grader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
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


class Site(Protocol):
    """A running server with state per session."""

    url: str

    def start(self, session: str) -> Start:
        """Create or find the server-side session of this token."""
        ...

    def reset(self, session: str) -> None:
        """Forget everything the session did."""
        ...

    def grade(self, task: Task, session: str) -> Grade: ...


class Suite(Protocol):
    """A family of tasks on one site."""

    name: str
    splits: tuple[str, ...]

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
