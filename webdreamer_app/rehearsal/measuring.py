"""How often a policy brings tasks of a bundled site to their end without a browser: quick, to choose a checkpoint."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from tasks.task import Ending, Grade, Site, Task
from webdreamer_app.planners.reactive import ReactivePlanner
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.rehearsal.episodes import step_of
from webdreamer_app.rehearsal.text_browser import TextBrowser
from webdreamer_app.types import Goal, History, Observation, Proposal


@dataclass(frozen=True, slots=True)
class Attempt:
    """An episode of the policy's own."""

    task: Task
    history: History
    grade: Grade


class DirectPolicy:
    """A decider as a policy, without a thread of its own."""

    name = "embedded"

    def __init__(self, decider: Decider, shown: int = 16) -> None:
        self._decider = decider
        self._shown = shown

    async def propose(self, observation: Observation, history: History) -> tuple[Proposal, ...]:
        found = self._decider.decide(observation, history)[: self._shown]
        return tuple(Proposal(one.action, "", one.probability, one.commit_risk) for one in found)


def attempt(site: Site, task: Task, session: str, decider: Decider, max_steps: int = 40) -> Attempt:
    """The reactive planner on this policy, with every commit allowed."""
    planner = ReactivePlanner(DirectPolicy(decider))
    visitor = TextBrowser(site.start(session, task), task.files)
    history = History(Goal(task.instruction, dict(task.profile)))
    for number in range(max_steps):
        page = replace(visitor.observation, step=number)
        plan = asyncio.run(planner.plan(page, history, lambda event: None))
        history = history.extend(step_of(visitor, number, page, [], plan.chosen.action))
        if visitor.is_over:
            break
    ending = Ending(infeasible=visitor.reported, message=visitor.message)
    return Attempt(task, history, site.grade(task, session, ending))
