"""A themed site while it is served: its sessions, its admin port, and the suite that both bundled sites share."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec
from starlette.applications import Starlette

from tasks.server import serve
from tasks.site.admin import admin_application
from tasks.site.store import SessionStore
from tasks.site.themes import SPLITS
from tasks.site.visits import Visits
from tasks.task import UNREPORTED, Cookie, Ending, Footprint, Grade, Oracle, Readback, Site, Start, Task, read_task_id


class Eventful(Protocol):
    """State of a session that knows what was done in it for good."""

    @property
    def events(self) -> Sequence[Any]: ...


State = TypeVar("State", bound=msgspec.Struct)


class ThemedSite(Generic[State]):
    """A running site. `admin_url` and `admin_key` are for those who run it."""

    def __init__(
        self,
        url: str,
        admin_url: str,
        admin_key: str,
        store: SessionStore[State],
        cookie: str,
        begin: Callable[[Task], State],
        judge: Callable[[Task, State, Ending], Grade],
    ) -> None:
        self.url = url
        self.admin_url = admin_url
        self.admin_key = admin_key
        self._store = store
        self._cookie = cookie
        self._begin = begin
        self._judge = judge

    def start(self, session: str, task: Task | None = None) -> Start:
        if task is None:
            self._store.ensure(session)
        else:
            self._store.begin(session, self._begin(task))
        return Start(f"{self.url}/", (Cookie(self._cookie, session, self.url),))

    def reset(self, session: str) -> None:
        """Put the session back to where its task begins."""
        self._store.reset(session)

    def clone(self, session: str, copy: str) -> Start:
        """Another session with the same state, to try something in."""
        self._store.clone(session, copy)
        return Start(f"{self.url}/", (Cookie(self._cookie, copy, self.url),))

    def footprint(self, session: str) -> Footprint:
        """What the session has done, for good and otherwise."""
        state = self._store.read(session)
        return Footprint(len(cast(Eventful, state).events), hashlib.sha256(msgspec.json.encode(state)).hexdigest())

    def save(self, session: str, name: str) -> None:
        """Keep the session's state under a name."""
        self._store.save(session, name)

    def restore(self, session: str, name: str) -> None:
        """Put a kept state back."""
        self._store.restore(session, name)

    def grade(self, task: Task, session: str, ending: Ending = UNREPORTED) -> Grade:
        return self._judge(task, self._store.read(session), ending)


class ThemedSuite(Generic[State]):
    """What the suites of the bundled sites share; ids read `name/split/seed/index`."""

    name: str
    splits = SPLITS
    readback = Readback()

    def __init__(self, markup: str = "") -> None:
        """`markup`: what the pages of all themes are written in, instead of each one's own."""
        self._markup = markup

    @abstractmethod
    def make(self, split: str, seed: int, index: int) -> Task:
        """The task of this split, seed and index; the same on every machine."""

    @abstractmethod
    def oracle(self, task: Task) -> Oracle: ...

    @abstractmethod
    def _store(self, database: Path) -> SessionStore[State]: ...

    @abstractmethod
    def _application(self, visits: Visits[State], store: SessionStore[State]) -> Starlette: ...

    @abstractmethod
    def _begin(self, task: Task) -> State:
        """What the session holds when the task begins."""

    @abstractmethod
    def _judge(self, task: Task, state: State, ending: Ending) -> Grade: ...

    def variant(self, task: Task, number: int) -> Task:
        """The task itself, where a suite makes no variants."""
        return task

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        """The task itself, where a suite does not bind profiles anew."""
        return task

    def moved(self, task: Task, onto: Task) -> Task:
        """The other task, where a suite does not move wishes."""
        return onto

    def sample(self, split: str, count: int, seed: int) -> tuple[Task, ...]:
        if split not in self.splits:
            raise ValueError(f"{self.name} has no split {split!r}; there are: {', '.join(self.splits)}.")
        return tuple(self.make(split, seed, index) for index in range(count))

    def showcase(self, seed: int) -> Task:
        """A task that shows the site, in one of the looks that policies are trained on."""
        return self.make("train", seed, 0)

    def task(self, task_id: str) -> Task:
        return self.make(*read_task_id(task_id, self.name, self.splits))

    @contextlib.contextmanager
    def open(self, database: Path, port: int = 0) -> Iterator[Site]:
        """Serve pages on `port`, and the admin's calls on another one."""
        store, key, cookie = self._store(database), secrets.token_urlsafe(18), f"{self.name}_session"
        try:
            with (
                serve(self._application(Visits(store, cookie, self._markup), store), port) as url,
                serve(admin_application(store, key)) as admin_url,
            ):
                yield ThemedSite(url, admin_url, key, store, cookie, self._begin, self._judge)
        finally:
            store.close()


def themed(site: Site) -> ThemedSite[Any]:
    """The same site with its admin calls. Raises TypeError where it has none."""
    if not isinstance(site, ThemedSite):
        raise TypeError(f"{type(site).__name__} keeps no sessions that can be copied.")
    return site
