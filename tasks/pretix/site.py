"""A running pretix: every session has an event of its own, whose orders are its alone."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from tasks.pretix.catalogue import ORGANIZER, events
from tasks.pretix.grade import Order, grade, read_order
from tasks.pretix.process import Worker
from tasks.task import UNREPORTED, Ending, Grade, Start, Task


class PretixSite:
    """Implements `tasks.task.Site`."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.url = worker.url

    def start(self, session: str, task: Task | None = None) -> Start:
        """The address of the session's event, or of the order that the task is about; without a task, all events."""
        if task is None:
            return Start(f"{self.url}/{ORGANIZER}/", ())
        event = events()[task.answer["event"]]
        told = self._worker.ask("start", slug=slug(session), event=asdict(event), order=task.answer["order"])
        return Start(f"{self.url}{told['path']}", ())

    def reset(self, session: str) -> None:
        self._worker.ask("reset", slug=slug(session))

    def orders(self, session: str) -> tuple[Order, ...]:
        """What pretix's database holds for this session, the oldest first."""
        return tuple(map(read_order, self._worker.ask("orders", slug=slug(session))["orders"]))

    def grade(self, task: Task, session: str, ending: Ending = UNREPORTED) -> Grade:
        return grade(task.answer, self.orders(session), ending)


def slug(session: str) -> str:
    """The name of a session's event in addresses."""
    return f"s{hashlib.sha256(session.encode()).hexdigest()[:12]}"
