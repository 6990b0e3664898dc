"""How an episode may end: its limits, its status, and where the time of its steps went."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from webdreamer_app.actions import is_final
from webdreamer_app.types import History


class Status(StrEnum):
    """How an episode ended."""

    DONE = "done"
    INFEASIBLE = "infeasible"
    STEP_LIMIT = "step_limit"
    TIME_LIMIT = "time_limit"
    STUCK = "stuck"
    """The same action changed nothing more than three times in a row."""
    NEEDS_APPROVAL = "needs_approval"
    """A person must decide and none is there; the run can be resumed."""
    BLOCKED = "blocked"
    """Ended undone after the gate blocked commits."""
    FAILED = "failed"
    """The environment ended the episode without success."""

    @property
    def exit_status(self) -> int:
        """0 done, 1 not done, 3 stopped by the gate."""
        if self is Status.DONE:
            return 0
        return 3 if self in (Status.NEEDS_APPROVAL, Status.BLOCKED) else 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an episode."""

    max_steps: int = 40
    """Steps in the whole history, refused ones and those before a resume included."""
    max_seconds: float = 600.0
    """No step is begun, and no plan waited for, after this wall clock."""
    max_looks: int = 2
    """How often a plan may be deepened in one step."""


@dataclass(frozen=True, slots=True)
class StepTimings:
    """Where one step's time went, in milliseconds; `imagine` is what was spent on looking further."""

    observe: float = 0.0
    propose: float = 0.0
    imagine: float = 0.0
    gate: float = 0.0
    act: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """How an episode ended, with everything that was decided in it."""

    status: Status
    message: str
    history: History
    timings: tuple[StepTimings, ...] = ()
    """One for each step taken by this run."""

    @property
    def last_words(self) -> str:
        """What the agent said last: its answer, or why it can't be done; empty where it said nothing."""
        said = [step.action for step in self.history.steps if is_final(step.action) and step.outcome.executed]
        return str(said[-1].value[0]) if said and said[-1].value else ""


@dataclass(slots=True)
class Clock:
    """Collects the time of a step by part."""

    spent: dict[str, float]
    last: float

    @classmethod
    def start(cls) -> Clock:
        return cls({}, time.perf_counter())

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.spent[part] = self.spent.get(part, 0.0) + (now - self.last) * 1000
        self.last = now

    def timings(self) -> StepTimings:
        return StepTimings(**self.spent)
