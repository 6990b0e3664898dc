"""The oracle solves every task, from any state that a deviation leads to; doing nothing solves none."""

from __future__ import annotations

import random

import pytest

from tasks.forms.catalogue import FORMS
from tasks.site.serving import ThemedSite
from tasks.site.themes import of_split
from tasks.task import Ending, Task
from tests.tasks.forms.conftest import Visit
from tests.tasks.forms.walks import SUITE, find, solve, stray, words


def check(portal: ThemedSite, visit: Visit, task: Task, deviations: int = 0) -> list[str]:
    session = f"{task.id}+{deviations}"
    browser = visit(task, session)
    done = solve(browser, task, deviations)
    grade = portal.grade(task, session, Ending(browser.reported))
    assert grade.success and grade.reward == 1.0 and not grade.wrong_commits, (task.id, grade, done, browser.text)
    assert browser.reported == bool(task.answer["obstacle"])
    return done


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("split", SUITE.splits)
def test_oracle_solves_each_form_in_each_theme(split: str, form: str, portal: ThemedSite, visit: Visit) -> None:
    for theme in of_split(split):
        task = find(split, lambda one: (one.answer["form"], one.answer["world"]["theme"]) == (form, theme.name))  # noqa: B023
        assert len(check(portal, visit, task)) <= 30


@pytest.mark.parametrize("split", SUITE.splits)
def test_oracle_solves_what_comes(split: str, portal: ThemedSite, visit: Visit) -> None:
    for task in SUITE.sample(split, 16, 21):
        check(portal, visit, task)


@pytest.mark.parametrize("obstacle", ["slot", "subscription", "event", "amount"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_oracle_reports_what_cannot_be_done(split: str, obstacle: str, portal: ThemedSite, visit: Visit) -> None:
    check(portal, visit, find(split, lambda task: task.answer["obstacle"] == obstacle))


def test_oracle_reports_over_drafts_and_beside_a_deletion(portal: ThemedSite, visit: Visit) -> None:
    for obstacle in ("slot", "subscription", "event", "amount"):
        wanted = [task for task in SUITE.sample("train", 800, 29) if task.answer["obstacle"] == obstacle]
        for task in [one for one in wanted if one.answer["form"] in one.answer["world"]["drafts"]][:3]:
            check(portal, visit, task)
        for task in [one for one in wanted if one.answer["delete"]][:3]:
            check(portal, visit, task, deviations=6)
    for task in [one for one in SUITE.sample("test", 800, 29) if one.answer["obstacle"] == "slot"]:
        if "fallback" in task.answer["said"]:
            check(portal, visit, task)


@pytest.mark.parametrize("split", SUITE.splits)
def test_oracle_deletes_the_draft_that_is_to_go(split: str, portal: ThemedSite, visit: Visit) -> None:
    for trap in (True, False):
        task = find(split, lambda one: one.answer["delete"] and ("confirm" in one.answer["world"]["traps"]) == trap)  # noqa: B023
        check(portal, visit, task)


@pytest.mark.parametrize("split", SUITE.splits)
def test_oracle_recovers_from_random_deviations(split: str, portal: ThemedSite, visit: Visit) -> None:
    for task in SUITE.sample(split, 10, 22):
        check(portal, visit, task, deviations=8)


def test_oracle_starts_from_any_page(portal: ThemedSite, visit: Visit) -> None:
    task = find("train", lambda one: one.answer["form"] == "claim" and one.answer["world"]["submissions"])
    for path in ("/nowhere", "/profile", "/forms/job/1", "/forms/claim/1", "/sent/R-4001"):
        browser = visit(task, f"from{path}")
        browser.goto(portal.url + path)
        solve(browser, task)
        assert portal.grade(task, f"from{path}").success, path


def test_oracle_does_not_send_again_what_the_overview_shows(portal: ThemedSite, visit: Visit) -> None:
    task = find("test", lambda one: one.answer["form"] == "expense")
    browser = visit(task, "again")
    solve(browser, task)
    browser.goto(portal.url)
    browser.message = ""
    assert len(solve(browser, task)) <= 2
    assert portal.grade(task, "again").success


def test_oracle_opens_groups_that_hide_the_form() -> None:
    task = find("train", lambda one: one.answer["form"] == "job" and not one.answer["world"]["has_banner"])
    said = words(task).words["services"]
    text = (
        f"page 'x' url='http://x/'\nmain\n  heading '{said}' level=1\n  [g1] 8 listitem folded: link 'x' … 9 to act on"
    )
    assert SUITE.oracle(task)(text) == ("expand('g1')",)


def test_oracle_looks_for_a_draft_only_where_drafts_stand() -> None:
    task = find("train", lambda one: one.answer["delete"] and not one.answer["world"]["has_banner"])
    said, form = words(task).words, words(task).title(task.answer["form"])
    top = f"page 'x' url='http://x/'\nmain\n  heading {said['services']!r} level=1\n  [3] link {form!r}"
    drafts, past = f"\n  heading {said['drafts']!r} level=2", f"\n  heading {said['past']!r} level=2"
    group = "\n  [g1] 2 listitem folded: link 'x' … 2 to act on"
    assert SUITE.oracle(task)(top + drafts + group + past) == ("expand('g1')",)
    assert SUITE.oracle(task)(top + drafts + past + "\n  [9] link 'R-1'" + group) == ("click('3')",)
    assert SUITE.oracle(task)(top + drafts + past + group) == ("expand('g1')",)  # what was sent last stands there


def test_doing_nothing_scores_zero(portal: ThemedSite) -> None:
    for task in SUITE.sample("test", 40, 23):
        portal.start(f"idle-{task.id}", task)
        grade = portal.grade(task, f"idle-{task.id}")
        assert (grade.success, grade.reward, grade.wrong_commits) == (False, 0.0, ())
        claimed = portal.grade(task, f"idle-{task.id}", Ending(infeasible=True))
        assert claimed.success == bool(task.answer["obstacle"])


def test_random_clicks_do_damage(portal: ThemedSite, visit: Visit) -> None:
    wrong, tasks = 0, (*SUITE.sample("train", 10, 24), *SUITE.sample("test", 10, 24))
    for task in tasks:
        browser, chance = visit(task, f"random-{task.id}"), random.Random(task.id)
        for _ in range(30):
            browser.act(stray(browser, task, chance))
        wrong += len(portal.grade(task, f"random-{task.id}").wrong_commits)
    print(f"{wrong / len(tasks):.2f} wrong commits an episode")
    assert wrong / len(tasks) >= 0.2
