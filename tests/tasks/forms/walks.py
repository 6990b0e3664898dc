"""Walks through the portal: after the oracle, with deviations, and at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from functools import cache

from tasks.forms.catalogue import FORMS
from tasks.forms.generate import make_task
from tasks.forms.showing import Showing, showing
from tasks.suites import suite
from tasks.task import Task
from webdreamer_app.rehearsal.text_browser import TextBrowser
from webdreamer_app.types import Element

SUITE = suite("forms")


def words(task: Task) -> Showing:
    """How the task's session is worded."""
    return showing(task.answer["world"]["theme"])


def commits(task: Task) -> set[str]:
    """What must not be pressed by accident."""
    said = words(task).words
    found = {said[f"submit_{key}"] for key in FORMS} | {said["delete_draft"], said["keep"]}
    return found | ({said["next"]} if "straight" in task.answer["world"]["traps"] else set())


@cache
def _made(split: str, seed: int, index: int) -> Task:
    return make_task(split, seed, index)


def find(split: str, wanted: Callable[[Task], bool], seed: int = 3) -> Task:
    """The first task of a split that is as wanted."""
    return next(task for index in range(12_000) if wanted(task := _made(split, seed, index)))


def solve(browser: TextBrowser, task: Task, deviations: int = 0, limit: int = 110) -> list[str]:
    """Follow the oracle, each time any of its actions; on the way, deviations that commit nothing."""
    oracle, chance, done = SUITE.oracle(task), random.Random(task.id), []
    strange = set(chance.sample(range(1, 30), deviations))
    while not browser.is_over and len(done) < limit:
        right = oracle(browser.text)
        assert right and len(set(right)) == len(right), browser.text
        action = chance.choice(right)
        if len(done) in strange and not action.startswith(("send_msg", "report")):
            action = stray(browser, task, chance, commits(task))
        browser.act(action)
        done.append(action)
    return done


def stray(browser: TextBrowser, task: Task, chance: random.Random, avoided: Collection[str] = ()) -> str:
    """Something that can be done on the page, at random."""
    if browser.dialog:
        return "dialog_dismiss()" if avoided or chance.random() < 0.5 else "dialog_accept()"
    usable = [one for one in browser.elements if one.bid and one.name not in avoided and not one.disabled]
    return _on(chance.choice(usable), task, chance) if usable else "noop()"


def _on(element: Element, task: Task, chance: random.Random) -> str:
    if element.options:
        return f"select_option({element.bid!r}, {chance.choice(element.options)!r})"
    if element.input_type == "file":
        return f"upload_file({element.bid!r}, {chance.choice([*task.files, 'other.txt'])!r})"
    if element.value is not None and element.role != "combobox":
        return f"fill({element.bid!r}, {chance.choice(('', '2', '2027-05-05', *task.profile.values()))!r})"
    return f"click({element.bid!r})"
