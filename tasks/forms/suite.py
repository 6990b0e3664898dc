"""The portal as a suite of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette

from tasks.forms.app import FormsApp
from tasks.forms.generate import make_task, moved, rebind
from tasks.forms.grade import grade
from tasks.forms.oracle import FormsOracle
from tasks.forms.state import FormsState, state_of
from tasks.forms.variants import make_variant
from tasks.site.serving import ThemedSuite
from tasks.site.store import SessionStore
from tasks.site.visits import Visits
from tasks.task import Ending, Grade, Oracle, Task


class FormsSuite(ThemedSuite[FormsState]):
    """Filling in and sending one of eight forms of the bundled portal."""

    name = "forms"

    def make(self, split: str, seed: int, index: int) -> Task:
        return make_task(split, seed, index)

    def oracle(self, task: Task) -> Oracle:
        return FormsOracle(task.answer)

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        return rebind(task, profile)

    def variant(self, task: Task, number: int) -> Task:
        return make_variant(task, number)

    def moved(self, task: Task, onto: Task) -> Task:
        return moved(task, onto)

    def _store(self, database: Path) -> SessionStore[FormsState]:
        database.parent.mkdir(parents=True, exist_ok=True)
        return SessionStore(database, FormsState, lambda: self._begin(make_task("train", 1, 0)))

    def _application(self, visits: Visits[FormsState], store: SessionStore[FormsState]) -> Starlette:
        return FormsApp(store, visits).application()

    def _begin(self, task: Task) -> FormsState:
        return state_of(task.answer["world"])

    def _judge(self, task: Task, state: FormsState, ending: Ending) -> Grade:
        return grade(task.answer, state, ending)
