"""What a task is, and what a suite offers: sites to run it on, an oracle that proves it solvable, a grader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

Oracle = Callable[[str], tuple[str, ...]]
"""Serialized page → acceptable next actions as strings, best first."""


@dataclass(frozen=True, slots=True)
class Read:
    """A JavaScript expression that is evaluated in the agent's browser when the episode is over."""

    expression: str
    url: str = ""
    """Page to open first; empty: the one that is open."""
    before: tuple[str, ...] = ()
    """Expressions that run first; nobody looks at what becomes of them."""


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
    reads: tuple[Read, ...] = ()
    """What the grader wants to know of the live pages when the episode is over."""


def read_task_id(task_id: str, suite: str, splits: Sequence[str]) -> tuple[str, int, int]:
    """Split, seed and index of an id `suite/split/seed/index`. Raises ValueError, which says how ids read."""
    name, *parts = task_id.rsplit("/", 3)
    if name != suite or len(parts) != 3 or parts[0] not in splits or not parts[2].isdecimal():
        raise ValueError(f"There is no task {task_id!r}; ids read like '{suite}/test/1/7'.")
    try:
        split, seed, index = parts[0], int(parts[1]), int(parts[2])
    except ValueError as error:
        raise ValueError(f"There is no task {task_id!r}: its seed is not a whole number.") from error
    if task_id != f"{suite}/{split}/{seed}/{index}":
        raise ValueError(f"There is no task {task_id!r}; did you mean '{suite}/{split}/{seed}/{index}'?")
    return split, seed, index


@dataclass(frozen=True, slots=True)
class Ending:
    """How an episode ended, as far as a site's own database can't know it."""

    infeasible: bool = False
    """Whether the agent said that the task can't be done."""
    page: Any = None
    """What `Readback.ending` gave on the last page; None where the suite has none or the page is gone."""
    message: str = ""
    """The agent's last words: its answer, or why it can't be done."""
    url: str = ""
    """Address of the page that the agent ended on."""
    reads: tuple[Any, ...] = ()
    """What each of `Task.reads` gave; None where a page could not be had or the expression failed."""


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
    undecided: str = ""
    """Why success and reward could not be told; empty where they were."""


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
    more: tuple[str, ...] = ()
    """Pages that are open in further tabs."""
    storage_state: Path | None = None
    """Cookies and local storage that the browser begins with, as Playwright writes them."""


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


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a session has left behind on its site."""

    commits: int
    """How many acts that can't be taken back."""
    digest: str
    """Differs where anything else that the site keeps differs."""


@runtime_checkable
class ClonableSite(Site, Protocol):
    """A site whose sessions can be copied, so that something can be tried in a copy."""

    def clone(self, session: str, copy: str) -> Start:
        """Another session with the same state. Raises LookupError where there is no such session."""
        ...

    def footprint(self, session: str) -> Footprint:
        """Raises LookupError where there is no such session."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """How a browser has to be opened for a task."""

    width: int
    """CSS pixels."""
    height: int
    locale: str = ""
    """`de-DE`; empty: the browser's own."""
    timezone: str = ""
    """`Europe/Berlin`; empty: the machine's."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a joined site says of the page as it is now."""

    reward: float
    done: bool
    """Whether the episode is over."""
    detail: str = ""


@runtime_checkable
class JoinedSite(Site, Protocol):
    """A site that works in the agent's own browser: it opens the first page there, and judges the live one.

    Every method raises JoinError. `page` is the page's CDP target id.
    """

    async def window(self, task: Task, session: str) -> Window:
        """Make the task ready: the browser that it wants."""
        ...

    async def join(self, session: str, browser: str, page: str) -> str:
        """Attach to the browser at this CDP address, open the first page in `page`; the instruction."""
        ...

    async def judge(self, session: str, page: str, ending: Ending = UNREPORTED) -> Judgement: ...

    async def leave(self, session: str) -> None:
        """Let go of the browser. The last judgement stays for `grade`."""
        ...


class JoinError(RuntimeError):
    """A joined site could not do its part; the message says which and why."""


@dataclass(frozen=True, slots=True)
class SuiteSettings:
    """What suites that aren't bundled need to know of this machine."""

    browsergym_python: Path | None = None
    """Python of the environment with BrowserGym; None: the one in `browsergym_folder`, or ours."""
    browsergym_folder: Path | None = None
    """Where that environment is looked for."""
    data_dir: Path | None = None
    """Where sites are installed that aren't bundled; None: in the platform's folder."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Addresses of the sites that task files name: `SHOPPING` → URL."""


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
