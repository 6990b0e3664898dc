"""How often a policy brings tasks of a bundled site to their end without a browser: quick, to choose a checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tasks.task import Ending, Grade, Site, Suite, Task
from webdreamer_app.actions import parse
from webdreamer_app.effects import classify
from webdreamer_app.planners.reactive import ReactivePlanner
from webdreamer_app.policies.scorer.calibration import CommitSigns
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.rehearsal.episodes import step_of
from webdreamer_app.rehearsal.text_browser import TextBrowser
from webdreamer_app.types import Action, Goal, History, Observation, Proposal

Advise = Callable[[Observation, History], Sequence[str]]
"""What is whispered to the policy before a step."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An episode of the policy's own."""

    task: Task
    history: History
    grade: Grade
    signs: tuple[CommitSigns | None, ...]
    """For each step what the policy said of it, should it commit something."""


class DirectPolicy:
    """A decider as a policy, without a thread of its own."""

    name = "embedded"

    def __init__(self, decider: Decider, advise: Advise | None = None, shown: int = 16) -> None:
        self._decider = decider
        self._advise = advise
        self._shown = shown
        self._signs: dict[Action, CommitSigns | None] = {}

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        advice = self._advise(observation, history) if self._advise is not None else advice
        found = self._decider.decide(observation, history, advice)[: self._shown]
        self._signs = {one.action: one.signs for one in found}
        return tuple(Proposal(one.action, "", one.probability, one.commit_risk) for one in found)

    def signs(self, action: Action) -> CommitSigns | None:
        """What was said of an action that was proposed last."""
        return self._signs.get(action)


@dataclass(frozen=True, slots=True)
class OwnCommit:
    """A click of the policy's own that could not be taken back."""

    risk: float
    """What the policy said beforehand: the probability that it is wrong."""
    is_wrong: bool
    signs: CommitSigns


def own_commits(suite: Suite, tried: Attempt) -> list[OwnCommit]:
    """Every one of an episode; wrong is what the oracle would not have done on that page."""
    oracle, found = suite.oracle(tried.task), []
    for step, signs in zip(tried.history.steps, tried.signs, strict=True):
        right = [parse(text) for text in oracle(step.observation.text)]
        risk = step.plan.chosen.commit_risk
        if risk is not None and signs is not None and classify(step.action, step.observation).is_commit:
            found.append(OwnCommit(risk, step.action not in right, signs))
    return found


def attempt(
    site: Site, task: Task, session: str, decider: Decider, max_steps: int = 40, advise: Advise | None = None
) -> Attempt:
    """The reactive planner on this policy, with every commit allowed."""
    policy = DirectPolicy(decider, advise)
    planner, signs = ReactivePlanner(policy), list[CommitSigns | None]()
    visitor = TextBrowser(site.start(session, task), task.files)
    history = History(Goal(task.instruction, dict(task.profile)))
    for number in range(max_steps):
        page = replace(visitor.observation, step=number)
        plan = asyncio.run(planner.plan(page, history, lambda event: None))
        signs.append(policy.signs(plan.chosen.action))
        done = step_of(visitor, number, page, [], plan.chosen.action)
        history = history.extend(replace(done, plan=plan))
        if visitor.is_over:
            break
    ending = Ending(infeasible=visitor.reported, message=visitor.message)
    return Attempt(task, history, site.grade(task, session, ending), tuple(signs))
