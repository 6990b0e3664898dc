"""What right and wrong actions lead to: each is tried by a twin of the visitor, in a clone of the session."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tasks.task import ClonableSite, Ending, Footprint, Grade, Oracle, Suite, Task
from webdreamer_app.actions import format_action
from webdreamer_app.rehearsal.text_browser import TextBrowser
from webdreamer_app.straying import deviation
from webdreamer_app.types import Action, Effect, Goal, History, Observation

_MAX_STEPS = 40
"""The longest way to an end that is looked for."""
_ANY_CLICK = 0.5
"""How often a wrong action is any click, one that commits something too, instead of an edit or a step aside."""

Tempting = Callable[[Observation, History], Sequence[Action]]
"""What a policy would do on a page, most probable first."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one action led to."""

    action: Action
    is_right: bool
    """Whether the oracle would have done it."""
    after: Observation | None
    """None where it could not be done."""
    effect: Effect = Effect.READ
    """What it did to the session: nothing, something, something for good. An edit of the page itself is reversible."""
    is_wrong_commit: bool = False
    """Whether something was done for good, or lost, that nobody asked for."""
    error: str = ""
    is_over: bool = False
    reward: float = 0.0
    """Graded reward of the session as it stands then."""
    to_go: int | None = None
    """How many steps the oracle takes from there to its end; None where that wasn't tried or it found none."""
    best: float | None = None
    """The reward at that end."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A state, and what was tried there."""

    history: History
    observation: Observation
    right: tuple[Action, ...]
    trials: tuple[Trial, ...]


@dataclass(slots=True)
class Explorer:
    """Looks on while an episode is played (`episodes.Look`); tries a right action and some wrong ones in each state.

    `wrong`: how many wrong ones; the first is what the policy is most tempted by, where there is one. `finished`: share
    of the trials that the oracle brings to an end, to see what is still to be had.
    """

    suite: Suite
    site: ClonableSite
    task: Task
    session: str
    chance: random.Random
    tempting: Tempting | None = None
    wrong: int = 2
    finished: float = 0.25
    visited: list[Visited] = field(default_factory=list)
    _count: int = 0

    def __call__(self, visitor: TextBrowser, history: History, right: Sequence[Action]) -> None:
        page = visitor.observation
        tried = {self.chance.choice(list(right)): True}
        for action in self._wrong(page, history, right):
            if action not in tried and len(tried) <= self.wrong:
                tried[action] = False
        before = self.site.footprint(self.session), self._graded(visitor, self.session)
        trials = tuple(self._trial(visitor, action, is_right, *before) for action, is_right in tried.items())
        self.visited.append(Visited(history, page, tuple(right), trials))

    def _wrong(self, page: Observation, history: History, right: Sequence[Action]) -> Iterator[Action]:
        """Wrong actions: the policy's best, then any."""
        if self.tempting is not None:
            yield from [one for one in self.tempting(page, history) if one not in right][:1]
        for _ in range(2 * self.wrong):
            action = self._any(page, history.goal)
            if action is not None and action not in right:
                yield action

    def _any(self, page: Observation, goal: Goal) -> Action | None:
        clicks = [Action("click", element.bid) for element in page.elements if element.is_usable]
        if clicks and self.chance.random() < _ANY_CLICK:
            return self.chance.choice(clicks)
        return deviation(self.chance, page, goal)

    def _trial(
        self, visitor: TextBrowser, action: Action, is_right: bool, footprint: Footprint, graded: Grade
    ) -> Trial:
        self._count += 1
        copy = f"{self.session}~{self._count}"
        twin = visitor.fork(self.site.clone(self.session, copy))
        try:
            twin.act(format_action(action))
        except (LookupError, ValueError, StopIteration) as problem:
            return Trial(action, is_right, None, error=f"{action.verb}: {problem}")
        after, is_over = twin.observation, twin.is_over
        grade, left = self._graded(twin, copy), self.site.footprint(copy)
        to_go, best = (0, grade.reward) if is_over else (None, None)
        if not is_over and self.chance.random() < self.finished:
            to_go = _to_end(twin, self.suite.oracle(self.task))
            best = None if to_go is None else self._graded(twin, copy).reward
        return Trial(
            action,
            is_right,
            after,
            _effect(footprint, left, visitor.observation, after),
            len(grade.wrong_commits) > len(graded.wrong_commits),
            "",
            is_over,
            grade.reward,
            to_go,
            best,
        )

    def _graded(self, visitor: TextBrowser, session: str) -> Grade:
        return self.site.grade(self.task, session, Ending(infeasible=visitor.reported, message=visitor.message))


def _effect(before: Footprint, after: Footprint, page: Observation, shown: Observation) -> Effect:
    if after.commits > before.commits:
        return Effect.IRREVERSIBLE
    is_kept = after.digest != before.digest
    return Effect.REVERSIBLE if is_kept or (page.url == shown.url and _held(page) != _held(shown)) else Effect.READ


def _held(page: Observation) -> list[tuple[str, str, str | None, object]]:
    """What the fields and boxes of a page hold."""
    held = [one for one in page.elements if one.value is not None or one.checked is not None]
    return [(one.role, one.name, one.value, one.checked) for one in held]


def _to_end(twin: TextBrowser, oracle: Oracle) -> int | None:
    """How many steps the oracle takes to its end; None where it finds none."""
    for number in range(_MAX_STEPS):
        right = oracle(twin.text)
        if not right:
            return None
        twin.act(right[0])
        if twin.is_over:
            return number + 1
    return None
