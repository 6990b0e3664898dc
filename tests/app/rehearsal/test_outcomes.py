"""What is tried in clones of a session, and what is still to be had afterwards."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from tasks.suites import suite
from tasks.task import ClonableSite, Task
from webdreamer_app.actions import parse
from webdreamer_app.foresight.transitions import Followed, Story, distinct, lines_of
from webdreamer_app.rehearsal.episodes import RehearsalOptions, play
from webdreamer_app.rehearsal.outcomes import Explorer
from webdreamer_app.types import Action, Effect, History, Observation

STRAIGHT = RehearsalOptions(deviation=0.0, opened=0.0)


@pytest.fixture(scope="module", params=["forms", "shop"])
def explored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, Task]]:
    """An episode beside which things were tried, as long as what nobody looks on, and its task."""
    found = suite(request.param)
    with found.open(tmp_path_factory.mktemp(request.param) / "site.db") as site:
        assert isinstance(site, ClonableSite)
        for task in found.sample("train", 9, 1015):
            alone = play(found, site, task, "alone", STRAIGHT)
            if alone.grade is not None and alone.grade.success and not task.answer.get("why_not"):
                break
        explorer = Explorer(found, site, task, "watched", random.Random(3), wrong=3, finished=1.0)
        watched = play(found, site, task, "watched", STRAIGHT, look=explorer)
        assert watched.grade == alone.grade
        story = explorer.story(watched, task.id, {"suite": request.param})
        assert [one.observation.text for one in story.situations] == [
            step.observation.text for step in watched.history.steps
        ]
        yield story, task


def trials_of(story: Story, *, is_right: bool) -> list[Followed]:
    return [one for state in story.situations for one in state.followed if one.is_right == is_right]


def test_every_state_has_what_was_done_and_what_was_tried(explored: tuple[Story, Task]) -> None:
    story, task = explored
    oracle = suite(task.suite).oracle(task)
    for place, state in enumerate(story.situations):
        assert len(state.steps) == place
        assert [one.goes_on for one in state.followed] == [True, *(False for _ in state.followed[1:])]
        right = [parse(text) for text in oracle(state.observation.text)]
        assert all((one.action in right) == one.is_right for one in state.followed)
        assert len({one.action for one in state.followed}) == len(state.followed)


def test_right_actions_lead_to_the_end(explored: tuple[Story, Task]) -> None:
    story, _ = explored
    right = trials_of(story, is_right=True)
    assert len(right) >= len(story.situations) > 2
    assert all(one.best == 1.0 for one in right if one.best is not None)
    assert not any(one.is_wrong_commit for one in right)
    last = story.situations[-1].followed[0]
    assert last.is_over and last.to_go == 0 and last.reward == 1.0
    count = len(story.situations)
    assert [one.to_go for one in story.situations] == list(range(count, 0, -1))
    assert {one.best for one in story.situations} == {1.0}


def test_wrong_ones_cost_steps_or_reward(explored: tuple[Story, Task]) -> None:
    story, _ = explored
    costs = [
        (one.to_go is None or one.to_go >= (state.to_go or 0)) or (one.best or 0.0) < 1.0
        for state in story.situations
        for one in state.followed
        if one.is_right is False and one.after is not None and not one.is_over
    ]
    assert costs and sum(costs) > 0.7 * len(costs)


def test_effects_are_what_became_of_the_session(explored: tuple[Story, Task]) -> None:
    story, task = explored
    all_of_them = [one for state in story.situations for one in state.followed if one.after is not None]
    typed = [one for one in all_of_them if one.action.verb == "fill"]
    assert all(one.effect in (Effect.REVERSIBLE, Effect.READ) for one in typed)
    commits = [one for one in all_of_them if one.effect is Effect.IRREVERSIBLE]
    assert commits, task.instruction
    assert all(one.is_wrong_commit != one.is_right for one in commits)
    assert all(one.effect is Effect.READ for one in all_of_them if one.is_over)


def test_a_transition_is_a_line_of_json(explored: tuple[Story, Task]) -> None:
    story, _ = explored
    lines = [json.loads(line) for line in lines_of(story)]
    assert len(lines) == sum(len(state.followed) for state in story.situations)
    first = lines[0]
    assert first["before"] == story.situations[0].observation.text and first["suite"] == story.facts["suite"]
    assert {line["effect"] for line in lines} >= {"read", "irreversible"}
    assert any(line["changes"] not in (None, "Nothing changed.") for line in lines)
    assert list(distinct([story, story])) == [story]


def test_what_tempts_the_policy_is_tried_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = suite("forms")

    def tempting(page: Observation, history: History) -> list[Action]:
        return [Action("click", element.bid) for element in page.elements if element.is_usable][-3:]

    with found.open(tmp_path_factory.mktemp("tempted") / "site.db") as site:
        assert isinstance(site, ClonableSite)
        task = found.sample("train", 1, 1015)[0]
        explorer = Explorer(found, site, task, "t", random.Random(1), tempting, wrong=1, finished=0.0)
        played = play(found, site, task, "t", STRAIGHT, look=explorer)
        story = explorer.story(played, task.id)
    oracle = found.oracle(task)
    for state in story.situations:
        right = [parse(text) for text in oracle(state.observation.text)]
        wanted = [action for action in tempting(state.observation, History(story.goal)) if action not in right]
        assert [one.action for one in state.followed if not one.is_right] == wanted[:1]
        assert all(one.to_go is None for one in state.followed if not one.is_over)
