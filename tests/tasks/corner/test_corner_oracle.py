"""The oracle solves every task, from any state that a deviation leads to; doing nothing solves none."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tasks.suites import suite
from tasks.task import Site, Task

SHOP = suite("corner")
COMMITS = ("Place order", "Cancel order")
Visit = Callable[..., Any]


def solve(browser: Any, task: Task, chance: random.Random, deviations: int = 0, limit: int = 140) -> list[str]:
    """Follow the oracle, each time any of its actions; on the way, `deviations` random actions that commit nothing."""
    oracle, done = SHOP.oracle(task), []
    strange = set(chance.sample(range(1, 30), deviations))
    while not browser.message and len(done) < limit:
        right = oracle(browser.text)
        assert right and len(set(right)) == len(right)
        action = chance.choice(right)
        if len(done) in strange and not action.startswith("send_msg"):
            action = deviation(browser, task, chance)
        browser.act(action)
        done.append(action)
    return done


def deviation(browser: Any, task: Task, chance: random.Random) -> str:
    usable = [one for one in browser.elements if one.bid and one.name not in COMMITS]
    element = chance.choice(usable)
    if element.options:
        return f"select_option({element.bid!r}, {chance.choice(element.options)!r})"
    if element.role == "spinbutton":
        return f"fill({element.bid!r}, {chance.choice(('0', '2', '5', '99'))!r})"
    if element.role == "textbox":
        return f"fill({element.bid!r}, {chance.choice(('', 'mug', *task.profile.values()))!r})"
    return f"click({element.bid!r})"


@pytest.mark.parametrize("split", SHOP.splits)
def test_oracle_solves_every_task(split: str, site: Site, visit: Visit) -> None:
    for task in SHOP.sample(split, 40, 11):
        session = f"plain-{task.id}"
        browser = visit(session)
        done = solve(browser, task, random.Random(task.id))
        grade = site.grade(task, session)
        assert grade.success and grade.reward == 1.0 and not grade.wrong_commits, (task.instruction, grade, done)
        assert len(done) <= 20


@pytest.mark.parametrize("split", SHOP.splits)
def test_oracle_recovers_from_random_deviations(split: str, site: Site, visit: Visit) -> None:
    for task in SHOP.sample(split, 12, 12):
        session = f"strange-{task.id}"
        browser = visit(session)
        done = solve(browser, task, random.Random(task.id), deviations=8)
        assert site.grade(task, session).success, (task.instruction, browser.text, done)


def test_doing_nothing_scores_zero(site: Site) -> None:
    for task in SHOP.sample("test", 20, 13):
        site.start(f"idle-{task.id}")
        grade = site.grade(task, f"idle-{task.id}")
        assert (grade.success, grade.reward, grade.wrong_commits) == (False, 0.0, ())
        assert grade.detail == "Nothing was ordered."


def ordered(site: Site, visit: Visit, session: str) -> tuple[Any, Task]:
    task = SHOP.sample("train", 1, 14)[0]
    browser = visit(session)
    solve(browser, task, random.Random(0))
    return browser, task


@pytest.mark.parametrize("path", ["/orders", "order"])
def test_oracle_does_not_order_again_what_the_orders_page_shows(path: str, site: Site, visit: Visit) -> None:
    browser, task = ordered(site, visit, f"again-{path}")
    browser.goto(browser.url.partition("?")[0] if path == "order" else site.url + path)
    browser.message = ""
    solve(browser, task, random.Random(1))
    assert browser.message == "Your order has been placed."
    assert site.grade(task, f"again-{path}").success


def test_oracle_orders_anew_when_the_order_was_cancelled(site: Site, visit: Visit) -> None:
    browser, task = ordered(site, visit, "cancelled")
    browser.goto(browser.url.partition("?")[0])
    button = next(one for one in browser.elements if one.name == "Cancel order")
    browser.act(f"click({button.bid!r})")
    browser.message = ""
    solve(browser, task, random.Random(1))
    grade = site.grade(task, "cancelled")
    assert grade.success and len(grade.wrong_commits) == 2


@pytest.mark.parametrize(
    "path", ["/nowhere", "/orders", "/cart", "/category/Garden", "/product/977", "/checkout/review"]
)
def test_oracle_starts_from_any_page(path: str, site: Site, visit: Visit) -> None:
    task = SHOP.sample("validation", 1, 15)[0]
    session = f"from{path}"
    solve(visit(session, path), task, random.Random(3))
    assert site.grade(task, session).success


def test_oracle_dismisses_dialogs() -> None:
    task = SHOP.sample("train", 1, 1)[0]
    text = "page 'Harbour Goods' url='http://127.0.0.1/'\ndialog confirm 'Really?'\nmain"
    assert SHOP.oracle(task)(text) == ("dialog_dismiss()",)


def test_oracle_removes_what_is_wrong_and_what_is_double(site: Site, visit: Visit) -> None:
    task = SHOP.sample("train", 1, 16)[0]
    browser = visit("double")
    for path in ("/product/1", "/product/1"):
        browser.goto(site.url + path)
        button = next(one for one in browser.elements if one.name == "Add to cart")
        browser.act(f"click({button.bid!r})")
    assert browser.text.count("button 'Remove'") == 2
    solve(browser, task, random.Random(4))
    assert site.grade(task, "double").success


def test_oracle_rewrites_a_wrong_address_from_the_review(site: Site, visit: Visit) -> None:
    task = SHOP.sample("train", 1, 17)[0]
    browser, oracle = visit("address"), SHOP.oracle(task)
    while "Place order" not in browser.text:
        wrong = [
            one for one in oracle(browser.text) if one.startswith("fill") and task.answer["address"]["city"] in one
        ]
        browser.act((wrong or oracle(browser.text))[0])
    browser.goto(site.url + "/checkout/address")
    city = next(one for one in browser.elements if one.name == "City")
    browser.act(f"fill({city.bid!r}, 'Elsewhere')")
    browser.act(f"click({next(one.bid for one in browser.elements if one.name == 'Continue to payment')!r})")
    browser.goto(site.url + "/checkout/review")
    change = next(one for one in browser.elements if one.name == "Change address")
    assert oracle(browser.text) == (f"click({change.bid!r})",)
    solve(browser, task, random.Random(5))
    assert site.grade(task, "address").success
