"""What a world model learns from: a page, what was done on it and what followed, as far as anyone knows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from webdreamer_app.actions import describe, format_action
from webdreamer_app.foresight.changes import describe_changes
from webdreamer_app.identity import page_path
from webdreamer_app.policies.scorer.rows import page_rows
from webdreamer_app.types import Action, Effect, Goal, History, Observation, Step
from worldmodel.scenes import MAX_VISITED


@dataclass(frozen=True, slots=True)
class Followed:
    """An action on a page, and what followed. None: nobody knows."""

    action: Action
    after: Observation | None
    """None where it could not be done, or nobody saw what came of it."""
    is_right: bool | None = None
    """Whether the oracle would have done it."""
    effect: Effect | None = None
    """What it did to the session on the site."""
    is_wrong_commit: bool | None = None
    reward: float | None = None
    """Graded reward of the session as it stood then."""
    is_over: bool = False
    to_go: int | None = None
    """How many steps are left to the best end from there."""
    best: float | None = None
    """The reward at that end."""
    error: str = ""
    goes_on: bool = False
    """Whether the episode itself went this way, not only a trial."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A page of an episode with everything that was done, or tried, on it."""

    steps: tuple[Step, ...]
    """What was done before."""
    observation: Observation
    followed: tuple[Followed, ...]
    to_go: int | None = None
    """How many right steps are left from this page; None where nobody knows."""
    best: float | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """An episode as situations in order."""

    id: str
    goal: Goal
    situations: tuple[Situation, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    """Suite, split, seed, theme, where they are known."""


def visited_pages(steps: Sequence[Step], now: Observation) -> list[int]:
    """Indices of the steps whose pages a prediction can point into besides the present one, most recent first.

    Of every address the page as it was seen last, and not the address of the present page.
    """
    seen, found = {page_path(now.url)}, []
    for place in range(len(steps) - 1, -1, -1):
        path = page_path(steps[place].observation.url)
        if path not in seen:
            seen.add(path)
            found.append(place)
    return found[:MAX_VISITED]


def with_ways_to_go(situations: Sequence[Situation], reward: float | None) -> tuple[Situation, ...]:
    """The same, each told how many right steps are left where the rest of the episode was right, and its reward.

    `reward`: at the end of the episode; None where it isn't known.
    """
    found, left = [], None if reward is None else 0
    for one in reversed(situations):
        way = next((each for each in one.followed if each.goes_on), None)
        left = left + 1 if left is not None and way is not None and way.is_right else None
        found.append(one if left is None else Situation(one.steps, one.observation, one.followed, left, reward))
    return tuple(reversed(found))


def of_history(history: History, id: str, facts: dict[str, Any] | None = None) -> Story:
    """A recorded episode, from a session's own log: what was done, and what followed as the browser saw it.

    What the oracle would have done is known where it was recorded among the proposals (`webdreamer collect`).
    """
    situations = []
    for place, step in enumerate(history.steps):
        outcome = step.outcome
        if not outcome.executed or outcome.unknown:
            continue
        right = [one.action for one in step.plan.proposals if one.rationale == "acceptable"]
        followed = Followed(
            step.action,
            outcome.observation,
            is_right=step.action in right if right else None,
            reward=outcome.reward if outcome.terminated else None,
            is_over=outcome.terminated,
            error=outcome.error,
            goes_on=True,
        )
        situations.append(Situation(history.steps[:place], step.observation, (followed,)))
    ended = history.steps[-1].outcome if history.steps else None
    reward = ended.reward if ended is not None and ended.terminated else None
    return Story(id, history.goal, with_ways_to_go(situations, reward), dict(facts or {}))


def lines_of(story: Story) -> Iterator[str]:
    """JSON lines, one a transition: both pages as text, the action, what changed in words, and what is known of it."""
    for number, situation in enumerate(story.situations):
        before = page_rows(situation.observation)
        for one in situation.followed:
            after = page_rows(one.after) if one.after is not None else None
            yield json.dumps(
                {
                    "episode": story.id,
                    **story.facts,
                    "state": number,
                    "instruction": story.goal.instruction,
                    "done": [describe(step.action, step.observation) for step in situation.steps],
                    "before": situation.observation.text,
                    "action": format_action(one.action),
                    "action_in_words": describe(one.action, situation.observation),
                    "after": one.after.text if one.after is not None else None,
                    "changes": describe_changes(before, after) if after is not None else None,
                    "is_right": one.is_right,
                    "effect": str(one.effect) if one.effect is not None else None,
                    "is_wrong_commit": one.is_wrong_commit,
                    "reward": one.reward,
                    "is_over": one.is_over,
                    "to_go": one.to_go,
                    "best": one.best,
                    "error": one.error,
                    "goes_on": one.goes_on,
                },
                ensure_ascii=False,
            )


def distinct(stories: Iterable[Story]) -> Iterator[Story]:
    """Each episode once, by what it asked, showed and did."""
    seen = set()
    for story in stories:
        key = (
            story.goal.instruction,
            tuple((one.observation.text, one.followed[0].action) for one in story.situations if one.followed),
        )
        if key not in seen:
            seen.add(key)
            yield story
