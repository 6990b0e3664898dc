"""Episodes on a bundled site without a browser: the oracle acts, or a policy does and is told what was right."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tasks.task import Ending, Grade, Site, Suite, Task
from webdreamer_app.actions import format_action, is_final, parse
from webdreamer_app.effects import classify
from webdreamer_app.rehearsal.text_browser import TextBrowser
from webdreamer_app.straying import deviation, opening
from webdreamer_app.types import (
    Action,
    Decision,
    Effect,
    Goal,
    History,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)

Choose = Callable[[Observation, History], Action]
"""What a policy would do."""
Look = Callable[[TextBrowser, History, Sequence[Action]], None]
"""Looks on before each step: the visitor, who is to be left as it is, what was done so far, and what is right here."""
_MAX_STILL = 3
"""How often a page may come again before the oracle goes on."""


@dataclass(frozen=True, slots=True)
class RehearsalOptions:
    """How an episode is played."""

    deviation: float = 0.1
    """Share of random steps."""
    student_share: float = 0.0
    """Share of steps that the policy decides."""
    opened: float = 0.6
    """How often a scripted list is opened before something is chosen from it."""
    max_steps: int = 60


@dataclass(frozen=True, slots=True)
class Played:
    """An episode with every step, and what the site says of it."""

    history: History
    grade: Grade | None


def play(
    suite: Suite,
    site: Site,
    task: Task,
    session: str,
    options: RehearsalOptions,
    student: Choose | None = None,
    look: Look | None = None,
) -> Played:
    """One episode. Steps carry the oracle's acceptable actions as their proposals."""
    chance = random.Random(f"{task.id}/{session}")
    visitor = TextBrowser(site.start(session, task), task.files)
    oracle = suite.oracle(task)
    history = History(Goal(task.instruction, dict(task.profile)))
    for number in range(options.max_steps):
        page = replace(visitor.observation, step=number)
        right = [parse(text) for text in oracle(page.text)]
        if not right:
            return Played(history, None)
        if look is not None:
            look(visitor, history, right)
        still = sum(step.observation.text == page.text for step in history.steps)
        chosen = chance.choice(right)
        if student is not None and still < _MAX_STILL and chance.random() < options.student_share:
            chosen = _students(student(page, history), right, chosen, page)
        elif not is_final(chosen) and chance.random() < options.deviation:
            chosen = deviation(chance, page, history.goal) or chosen
        elif chance.random() < options.opened:
            chosen = opening(chosen, page) or chosen
        history = history.extend(step_of(visitor, number, page, right, chosen))
        if visitor.is_over:
            ending = Ending(infeasible=visitor.reported, message=visitor.message)
            return Played(history, site.grade(task, session, ending))
    return Played(history, site.grade(task, session, Ending()))


def step_of(visitor: TextBrowser, number: int, page: Observation, right: list[Action], chosen: Action) -> Step:
    """Do it, and what followed as a step."""
    proposals = tuple(Proposal(action, "acceptable", 1 / len(right)) for action in right)
    known = next((one for one in proposals if one.action == chosen), Proposal(chosen, "deviation", 0.0))
    error = ""
    try:
        visitor.act(format_action(chosen))
    except (LookupError, ValueError, StopIteration) as problem:
        error = f"{chosen.verb}: {problem}"
    after = replace(visitor.observation, step=number + 1)
    outcome = Outcome(after, error=error, terminated=visitor.is_over)
    return Step(
        number, page, Plan(known, proposals, effect=Effect.UNKNOWN), Verdict(Decision.ACT, "rehearsed"), outcome
    )


def _students(choice: Action, right: list[Action], fallback: Action, page: Observation) -> Action:
    """The policy's choice, unless it would commit or end something that the oracle would not."""
    ends = is_final(choice) or classify(choice, page).is_commit
    return fallback if ends and choice not in right else choice
