"""What is tried in clones of a session, and what is still to be had afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tasks.suites import suite
from tasks.task import ClonableSite, Task
from webdreamer_app.rehearsal.episodes import RehearsalOptions, play
from webdreamer_app.rehearsal.outcomes import Explorer, Trial, Visited
from webdreamer_app.types import Action, Effect, History, Observation

STRAIGHT = RehearsalOptions(deviation=0.0, opened=0.0)
SEEDS = {"shop": 1015, "forms": 1015}


@pytest.fixture(scope="module", params=sorted(SEEDS))
def explored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Observation], list[Visited], Task]]:
    """The pages of an episode that nobody looks on, what was tried beside the same one, and its task."""
    found = suite(request.param)
    with found.open(tmp_path_factory.mktemp(request.param) / "site.db") as site:
        assert isinstance(site, ClonableSite)
        for task in found.sample("train", 9, SEEDS[request.param]):
            alone = play(found, site, task, "alone", STRAIGHT)
            if alone.grade is not None and alone.grade.success and not task.answer.get("why_not"):
                break
        pages = [step.observation for step in alone.history.steps]
        explorer = Explorer(found, site, task, "watched", random.Random(3), wrong=3, finished=1.0)
        watched = play(found, site, task, "watched", STRAIGHT, look=explorer)
        assert watched.grade == alone.grade
        yield pages, explorer.visited, task


def trials_of(visited: list[Visited], *, is_right: bool) -> list[Trial]:
    return [trial for one in visited for trial in one.trials if trial.is_right == is_right]


def test_the_episode_goes_on_as_if_nothing_had_been_tried(
    explored: tuple[list[Observation], list[Visited], Task],
) -> None:
    pages, visited, _ = explored
    assert visited[0].observation.text == pages[0].text
    assert all(len(one.history.steps) == place for place, one in enumerate(visited))


def test_right_actions_lead_to_the_end(explored: tuple[list[Observation], list[Visited], Task]) -> None:
    _, visited, _ = explored
    right = trials_of(visited, is_right=True)
    assert len(right) == len(visited) > 2
    assert all(trial.best == 1.0 and not trial.is_wrong_commit for trial in right)
    assert right[-1].is_over and right[-1].to_go == 0 and right[-1].reward == 1.0
    assert all(trial.to_go is not None and trial.after is not None for trial in right)


def test_wrong_ones_cost_steps_or_reward(explored: tuple[list[Observation], list[Visited], Task]) -> None:
    _, visited, _ = explored
    wrong = trials_of(visited, is_right=False)
    assert wrong and all(trial.action not in one.right for one in visited for trial in one.trials if not trial.is_right)
    right = trials_of(visited, is_right=True)
    known = [trial for trial in wrong if trial.best is not None]
    assert known
    mean_right = sum(trial.to_go or 0 for trial in right) / len(right)
    assert sum(trial.to_go or 0 for trial in known) / len(known) > mean_right - 1


def test_effects_are_what_became_of_the_session(explored: tuple[list[Observation], list[Visited], Task]) -> None:
    _, visited, task = explored
    trials = [(one.observation, trial) for one in visited for trial in one.trials]
    filled = [trial for _, trial in trials if trial.action.verb == "fill" and trial.after is not None]
    assert all(trial.effect is Effect.REVERSIBLE for trial in filled if trial.error == "")
    commits = [trial for _, trial in trials if trial.effect is Effect.IRREVERSIBLE]
    assert commits, task.instruction
    assert all(trial.is_wrong_commit != trial.is_right for trial in commits)
    over = [trial for _, trial in trials if trial.is_over]
    assert all(trial.effect is Effect.READ for trial in over)


def test_what_tempts_the_policy_is_tried_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = suite("forms")

    def tempting(page: Observation, history: History) -> list[Action]:
        return [Action("click", element.bid) for element in page.elements if element.is_usable][-3:]

    with found.open(tmp_path_factory.mktemp("tempted") / "site.db") as site:
        assert isinstance(site, ClonableSite)
        task = found.sample("train", 1, 1015)[0]
        explorer = Explorer(found, site, task, "t", random.Random(1), tempting, wrong=1, finished=0.0)
        play(found, site, task, "t", STRAIGHT, look=explorer)
    for one in explorer.visited:
        wanted = [action for action in tempting(one.observation, one.history) if action not in one.right]
        assert [trial.action for trial in one.trials if not trial.is_right] == wanted[:1]
        assert all(trial.to_go is None for trial in one.trials if not trial.is_over)
