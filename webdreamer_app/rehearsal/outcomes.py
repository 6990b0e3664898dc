"""What right and wrong actions lead to: each is tried by a twin of the visitor, in a clone of the session."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.task import ClonableSite, Ending, Footprint, Grade, Oracle, Suite, Task
from webdreamer_app.actions import format_action
from webdreamer_app.effects import classify
from webdreamer_app.foresight.transitions import Followed, Situation, Story, with_ways_to_go
from webdreamer_app.rehearsal.episodes import Played
from webdreamer_app.rehearsal.text_browser import TextBrowser
from webdreamer_app.straying import deviation
from webdreamer_app.types import Action, Effect, Goal, History, Observation, Step

_MAX_STEPS = 40
"""The longest way to an end that is looked for."""
_ANY_CLICK = 0.5
"""How often a wrong action is any click, one that commits something too, instead of an edit or a step aside."""
_GRAVE = 0.5
"""How often a click that is known to be irreversible is tried where it would be wrong."""

Tempting = Callable[[Observation, History], Sequence[Action]]
"""What a policy would do on a page, most probable first."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """A state as it was met: what was right in it, what the session had done, and what was tried."""

    page: Observation
    right: tuple[Action, ...]
    footprint: Footprint
    grade: Grade
    tried: tuple[Followed, ...]


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
    _looked: list[_Looked] = field(default_factory=list)
    _count: int = 0

    def __call__(self, visitor: TextBrowser, history: History, right: Sequence[Action]) -> None:
        page = visitor.observation
        wanted = {self.chance.choice(list(right)): True}
        for action in self._wrong(page, history, right):
            if action not in wanted and len(wanted) <= self.wrong:
                wanted[action] = False
        footprint, grade = self.site.footprint(self.session), self._graded(visitor, self.session)
        tried = tuple(self._trial(visitor, action, is_right, footprint, grade) for action, is_right in wanted.items())
        self._looked.append(_Looked(page, tuple(right), footprint, grade, tried))

    def story(self, played: Played, id: str, facts: Mapping[str, Any] | None = None) -> Story:
        """The episode once it is over: what was done in each state, and what else was tried there."""
        found = []
        for place, (looked, step) in enumerate(zip(self._looked, played.history.steps, strict=False)):
            is_last = place + 1 == len(self._looked)
            grade = played.grade if is_last else self._looked[place + 1].grade
            footprint = self.site.footprint(self.session) if is_last else self._looked[place + 1].footprint
            done = _done(looked, step, footprint, grade)
            others = [one for one in looked.tried if one.action != done.action]
            found.append(Situation(played.history.steps[:place], looked.page, (done, *others)))
        reward = played.grade.reward if played.grade is not None and _ended(played) else None
        return Story(id, played.history.goal, with_ways_to_go(found, reward), dict(facts or {}))

    def _wrong(self, page: Observation, history: History, right: Sequence[Action]) -> Iterator[Action]:
        """Wrong actions: the policy's best, now and then one that can't be taken back, then any."""
        if self.tempting is not None:
            yield from [one for one in self.tempting(page, history) if one not in right][:1]
        if self.chance.random() < _GRAVE:
            clicks = (Action("click", element.bid) for element in page.elements if element.is_usable)
            yield from [one for one in clicks if classify(one, page) is Effect.IRREVERSIBLE and one not in right][:1]
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
    ) -> Followed:
        self._count += 1
        copy = f"{self.session}~{self._count}"
        twin = visitor.fork(self.site.clone(self.session, copy))
        try:
            twin.act(format_action(action))
        except (LookupError, ValueError, StopIteration) as problem:
            return Followed(action, None, is_right, error=f"{action.verb}: {problem}")
        after, is_over = twin.observation, twin.is_over
        grade, left = self._graded(twin, copy), self.site.footprint(copy)
        to_go, best = (0, grade.reward) if is_over else (None, None)
        if not is_over and self.chance.random() < self.finished:
            to_go = _to_end(twin, self.suite.oracle(self.task))
            best = None if to_go is None else self._graded(twin, copy).reward
        return Followed(
            action,
            after,
            is_right,
            _effect(footprint, left, visitor.observation, after),
            _is_wrong(graded, grade),
            grade.reward,
            is_over,
            to_go,
            best,
        )

    def _graded(self, visitor: TextBrowser, session: str) -> Grade:
        return self.site.grade(self.task, session, Ending(infeasible=visitor.reported, message=visitor.message))


def _done(looked: _Looked, step: Step, footprint: Footprint, grade: Grade | None) -> Followed:
    """The step that the episode itself took."""
    after, is_right = step.outcome.observation, step.action in looked.right
    if after is None or step.outcome.error:
        return Followed(step.action, None, is_right, error=step.outcome.error, goes_on=True)
    is_known_end = grade is not None and step.outcome.terminated
    return Followed(
        step.action,
        after,
        is_right,
        _effect(looked.footprint, footprint, looked.page, after),
        None if grade is None else _is_wrong(looked.grade, grade),
        None if grade is None else grade.reward,
        step.outcome.terminated,
        0 if is_known_end else None,
        grade.reward if grade is not None and is_known_end else None,
        goes_on=True,
    )


def _ended(played: Played) -> bool:
    return bool(played.history.steps) and played.history.steps[-1].outcome.terminated


def _is_wrong(before: Grade, after: Grade) -> bool:
    return len(after.wrong_commits) > len(before.wrong_commits)


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
