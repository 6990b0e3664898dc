"""The parts that the agent loop is made of, as protocols; `webdreamer_app.assemble` chooses among their kinds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from webdreamer_app.events import Emit
from webdreamer_app.types import Action, History, Observation, Outcome, Plan, Proposal, Verdict


class Browser(Protocol):
    """A page that can be read and acted on. `interactions` counts what was really sent to the browser."""

    interactions: int

    async def observe(self) -> Observation:
        """The current page. Raises BrowserError when the browser is gone."""
        ...

    async def execute(self, action: Action) -> Outcome:
        """Run one action, wait until the page settled, observe. A failure on the page is `Outcome.error`."""
        ...


class Policy(Protocol):
    """Proposes actions; frozen while an episode runs."""

    @property
    def name(self) -> str: ...

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        """At least one proposal, most probable first; probabilities over the whole candidate set.

        `advice`: what a planner has to say of this step, in short sentences; a policy may leave it aside.
        """
        ...


class Planner(Protocol):
    """Turns what was seen into a plan."""

    @property
    def name(self) -> str: ...

    async def plan(self, observation: Observation, history: History, emit: Emit) -> Plan: ...

    async def deepen(self, plan: Plan, emit: Emit) -> Plan:
        """Spend more thought on a plan whose verdict was `look_further`."""
        ...


class Gate(Protocol):
    """Gives the verdict without which nothing irreversible happens. Fails closed."""

    async def judge(self, plan: Plan, observation: Observation, history: History) -> Verdict: ...


class StepRecord(Protocol):
    async def finish(self, outcome: Outcome) -> None:
        """Commit the outcome of the step whose intent is already on disk."""
        ...


class Recorder(Protocol):
    """Writes steps down: the intent is committed when `step` is entered, before the action runs."""

    def step(
        self, observation: Observation, plan: Plan, verdict: Verdict
    ) -> AbstractAsyncContextManager[StepRecord]: ...
