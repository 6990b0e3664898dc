"""The oracle solves every task, from any state that a deviation leads to; doing nothing solves none."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from tasks.pages import read_page
from tasks.shop.catalogue import by_id
from tasks.shop.generate import theme_of
from tasks.shop.reading import Reader
from tasks.shop.scene import words_of
from tasks.shop.state import OTHER_SELLER
from tasks.shop.wish import INFEASIBLE
from tasks.site.serving import themed
from tasks.site.themes import THEMES
from tasks.suites import suite
from tasks.task import Ending, Grade, Site, Task

SHOP = suite("shop")
Visit = Callable[..., Any]
KINDS = ("buy", "wish", "cancel", "return", "delete_address", "add_address", "default_address", "delete_card")
COMMITS = (
    "place_order", "buy_now", "pays_early", "cancel_order", "return_button", "delete_address", "delete_card",
    "clear_wishes", "unwish", "save_address",
)  # fmt: skip
_NUMBERS = itertools.count()


def solve(browser: Any, task: Task, chance: random.Random, deviations: int = 0, limit: int = 140) -> list[str]:
    """Follow the oracle, each time any of its actions; on the way, `deviations` random actions that commit nothing."""
    oracle, done = SHOP.oracle(task), []
    strange = set(chance.sample(range(1, 30), deviations))
    while not browser.is_over and len(done) < limit:
        right = oracle(browser.text)
        assert right and len(set(right)) == len(right)
        action = chance.choice(right)
        if len(done) in strange and not right[0].startswith("dialog") and not action.startswith(("send_msg", "report")):
            action = deviation(browser, task, chance)
        browser.act(action)
        done.append(action)
    return done


@cache
def commits(theme: str) -> re.Pattern[str]:
    """Labels of this theme's controls that can't be taken back, whatever they name."""
    words = words_of(theme)
    return re.compile("|".join(re.sub(r"\\{\w+\\}", ".*", re.escape(words[key])) for key in COMMITS))


def deviation(browser: Any, task: Task, chance: random.Random) -> str:
    harmful = commits(theme_of(task).name)
    usable = [
        one
        for one in browser.elements
        if one.bid and not one.disabled and one.role != "iframe" and not harmful.fullmatch(one.name)
    ]
    element = chance.choice(usable)
    if element.options:
        return f"select_option({element.bid!r}, {chance.choice(element.options)!r})"
    if element.role == "spinbutton":
        return f"fill({element.bid!r}, {chance.choice(('0', '2', '5', '99'))!r})"
    if element.role == "textbox":
        return f"fill({element.bid!r}, {chance.choice(('', 'mug', *task.profile.values()))!r})"
    return f"click({element.bid!r})"


def graded(site: Site, browser: Any, task: Task) -> Grade:
    return site.grade(task, browser.session, Ending(browser.reported))


def tasks_with(wanted: Callable[[Task], bool], split: str = "train", seed: int = 14) -> Iterator[Task]:
    return (task for task in (SHOP.task(f"shop/{split}/{seed}/{n}") for n in itertools.count()) if wanted(task))


def plain(task: Task) -> bool:
    """A purchase that can be made, with neither frame nor an early end."""
    theme = theme_of(task)
    return (
        task.answer["kind"] == "buy"
        and not task.answer["why_not"]
        and not theme.framed
        and not theme.one_page
        and not {"pays_early", "cookies", "seller"} & set(task.answer["site"]["traps"])
    )


@pytest.fixture
def open_shop(visit: Visit) -> Visit:
    """A browser at the shop of a task, in a session of its own that it remembers."""

    def open_one(task: Task, path: str = "/") -> Any:
        session = f"oracle-{next(_NUMBERS)}-{task.id}"
        browser = visit(session, task, path)
        browser.session = session
        return browser

    return open_one


@pytest.mark.parametrize("split", SHOP.splits)
def test_oracle_solves_every_task(split: str, site: Site, open_shop: Visit) -> None:
    for task in SHOP.sample(split, 40, 11):
        browser = open_shop(task)
        done = solve(browser, task, random.Random(task.id))
        grade = graded(site, browser, task)
        assert grade.success and grade.reward == 1.0 and not grade.wrong_commits, (task, grade, done)
        assert browser.reported == bool(task.answer["why_not"])
        assert len(done) <= 25


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_oracle_solves_ten_tasks_of_each_theme(theme: Any, site: Site, open_shop: Visit) -> None:
    tasks = tasks_with(lambda task: theme_of(task) == theme, theme.split, 21)
    for task in itertools.islice(tasks, 10):
        browser = open_shop(task)
        done = solve(browser, task, random.Random(task.id))
        grade = graded(site, browser, task)
        assert grade.success and not grade.wrong_commits, (task, grade, done)


@pytest.mark.parametrize("kind", KINDS)
def test_oracle_solves_every_kind_and_doing_nothing_scores_zero(kind: str, site: Site, open_shop: Visit) -> None:
    for task in itertools.islice(tasks_with(lambda task: task.answer["kind"] == kind, "test", 22), 4):
        browser = open_shop(task)
        idle = site.grade(task, browser.session)
        assert (idle.success, idle.reward, idle.wrong_commits) == (False, 0.0, ())
        solve(browser, task, random.Random(task.id))
        assert graded(site, browser, task).success, (task, browser.text)


@pytest.mark.parametrize("split", SHOP.splits)
def test_oracle_recovers_from_random_deviations(split: str, site: Site, open_shop: Visit) -> None:
    for task in SHOP.sample(split, 15, 12):
        browser = open_shop(task)
        done = solve(browser, task, random.Random(task.id), deviations=8)
        grade = graded(site, browser, task)
        assert grade.success, (task, grade, browser.text, done)


@pytest.mark.parametrize("goes_on", [False, True])
def test_oracle_takes_back_a_dear_delivery_that_nobody_asked_for(goes_on: bool, site: Site, open_shop: Visit) -> None:
    for task in itertools.islice(tasks_with(lambda task: plain(task) and not task.answer["delivery"]), 3):
        browser, oracle, said = open_shop(task), SHOP.oracle(task), Reader.of(theme_of(task).name).say("to_payment")
        while not any(
            one.name == said and oracle(browser.text) == (f"click({one.bid!r})",) for one in browser.elements
        ):
            browser.act(oracle(browser.text)[0])
        (on,) = oracle(browser.text)
        dear = next(
            one for one in browser.elements if one.name.startswith("Express delivery (") and one.role == "radio"
        )
        browser.act(f"click({dear.bid!r})")
        if goes_on:
            browser.act(on)
        solve(browser, task, random.Random(task.id))
        grade = graded(site, browser, task)
        assert grade.success and not grade.wrong_commits, (task, grade, browser.text)


def test_oracle_never_orders_a_dear_delivery_unasked(site: Site, open_shop: Visit) -> None:
    silent = tasks_with(lambda task: task.answer["kind"] == "buy" and not task.answer["delivery"], seed=24)
    for task in itertools.islice((task for task in silent if not task.answer["why_not"]), 12):
        browser = open_shop(task)
        solve(browser, task, random.Random(task.id), deviations=8)
        orders = themed(site)._store.read(browser.session).orders
        assert orders[-1].checkout.delivery == "Standard delivery", task


def test_doing_nothing_scores_zero(site: Site, open_shop: Visit) -> None:
    details = Counter[str]()
    for task in SHOP.sample("test", 40, 13):
        grade = site.grade(task, open_shop(task).session)
        assert (grade.success, grade.reward, grade.wrong_commits) == (False, 0.0, ())
        details[grade.detail] += 1
    assert set(details) == {
        "Nothing was ordered.",
        "Nothing was done of what was asked.",
        "It can't be done, and that was not said.",
    }


@pytest.mark.parametrize("why", INFEASIBLE)
def test_oracle_says_what_can_not_be_had_and_buys_nothing(why: str, site: Site, open_shop: Visit) -> None:
    for task in itertools.islice(tasks_with(lambda task: task.answer["why_not"] == why, "validation"), 4):
        browser = open_shop(task)
        solve(browser, task, random.Random(task.id))
        grade = graded(site, browser, task)
        assert browser.reported and grade.success and not grade.wrong_commits, (task, grade)


@pytest.mark.parametrize("kind", ["add_address", "default_address", "wish"])
def test_reporting_what_can_be_done_is_no_success(kind: str, site: Site, open_shop: Visit) -> None:
    task = next(tasks_with(lambda task: task.answer["kind"] == kind))
    browser = open_shop(task)
    solve(browser, task, random.Random(1))
    assert graded(site, browser, task).success
    assert not site.grade(task, browser.session, Ending(infeasible=True)).success


def ordered(site: Site, open_shop: Visit) -> tuple[Any, Task]:
    task = next(tasks_with(plain))
    browser = open_shop(task)
    solve(browser, task, random.Random(0))
    assert graded(site, browser, task).success
    browser.message = ""
    return browser, task


@pytest.mark.parametrize("path", ["/orders", "order", "placed"])
def test_oracle_does_not_order_again_what_the_orders_page_shows(path: str, site: Site, open_shop: Visit) -> None:
    browser, task = ordered(site, open_shop)
    address = browser.url.partition("?")[0]
    browser.goto({"order": address, "placed": f"{address}?placed=1"}.get(path, site.url + path))
    solve(browser, task, random.Random(1))
    assert browser.message == "Your order has been placed."
    assert graded(site, browser, task).wrong_commits == ()


def test_oracle_orders_anew_when_the_order_was_cancelled(site: Site, open_shop: Visit) -> None:
    browser, task = ordered(site, open_shop)
    browser.client.post(browser.url.partition("?")[0] + "/cancel", {})
    browser.goto(browser.url.partition("?")[0])
    solve(browser, task, random.Random(1))
    grade = graded(site, browser, task)
    assert grade.success and len(grade.wrong_commits) == 2


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/orders", "/cart", "/category/Garden", "/product/977", "/checkout/review", "/account", "/wishlist"],
)
def test_oracle_starts_from_any_page(path: str, site: Site, open_shop: Visit) -> None:
    for kind in ("buy", "cancel", "wish"):
        task = next(tasks_with(lambda task, kind=kind: task.answer["kind"] == kind, "validation", 15))
        browser = open_shop(task, path)
        solve(browser, task, random.Random(3))
        grade = graded(site, browser, task)
        assert grade.success and not grade.wrong_commits


def test_oracle_dismisses_dialogs_that_nobody_wants() -> None:
    for kind in KINDS:
        task = next(tasks_with(lambda task, kind=kind: task.answer["kind"] == kind))
        for question in ("Really?", "Cancel order 10001? Sure?", "Delete address: 1 Nowhere. Sure?"):
            text = f"page 'Shop' url='http://127.0.0.1/'\ndialog confirm {question!r}\nmain"
            assert read_page(text).dialog
            assert SHOP.oracle(task)(text) == ("dialog_dismiss()",)


@pytest.mark.parametrize("kind", ["cancel", "delete_address", "delete_card"])
def test_oracle_agrees_to_the_question_about_what_is_asked(kind: str, site: Site, open_shop: Visit) -> None:
    asking = tasks_with(lambda task: task.answer["kind"] == kind and "confirm" in task.answer["site"]["traps"])
    task = next(asking)
    browser = open_shop(task)
    done = solve(browser, task, random.Random(6))
    assert done.count("dialog_accept()") == 1
    assert graded(site, browser, task).success


def test_oracle_removes_what_is_wrong_and_what_is_double(site: Site, open_shop: Visit) -> None:
    task = next(tasks_with(plain, seed=16))
    read = Reader.of(theme_of(task).name)
    browser = open_shop(task)
    wrong = by_id()[next(number for number in by_id() if number not in task.answer["alike"])]
    for _ in range(2):
        browser.goto(f"{site.url}/product/{wrong.id}")
        chosen = {name: values[0] for name, values in wrong.options}
        browser.client.post(f"{site.url}/cart/add/{wrong.id}", {**chosen, "quantity": "1"})
    browser.goto(f"{site.url}/cart")
    assert sum(one.name == read.say("remove") for one in browser.elements) == 2
    solve(browser, task, random.Random(4))
    grade = graded(site, browser, task)
    assert grade.success and not grade.wrong_commits


def test_oracle_removes_the_second_of_two_right_lines(site: Site, open_shop: Visit) -> None:
    task = next(tasks_with(plain, seed=17))
    read, answer = Reader.of(theme_of(task).name), task.answer
    right = by_id()[answer["acceptable"][0]]
    form = {name: values[0] for name, values in right.options} | answer["options"] | {"quantity": answer["quantity"]}
    form |= {"protection": "yes"} if answer["protection"] else {}
    browser = open_shop(task)
    for _ in range(2):
        browser.client.post(f"{site.url}/cart/add/{right.id}", form)
    browser.goto(f"{site.url}/cart")
    assert sum(one.name == read.say("remove") for one in browser.elements) == 2
    done = solve(browser, task, random.Random(4))
    grade = graded(site, browser, task)
    assert grade.success and not grade.wrong_commits and len(done) < 20


@pytest.mark.parametrize("named", [False, True])
def test_oracle_keeps_what_another_seller_sells_unless_the_shop_was_named(
    named: bool, site: Site, open_shop: Visit
) -> None:
    def fits(task: Task) -> bool:
        traps = task.answer["site"]["traps"]
        bare = task.answer["kind"] == "buy" and not task.answer["why_not"] and not theme_of(task).framed
        return bare and "seller" in traps and "pays_early" not in traps and task.answer["own_offer"] == named

    task = next(tasks_with(fits, seed=20))
    answer = task.answer
    right = by_id()[answer["acceptable"][0]]
    form = {name: values[0] for name, values in right.options} | answer["options"] | {"quantity": answer["quantity"]}
    form |= {"protection": "yes"} if answer["protection"] else {}
    browser = open_shop(task)
    browser.client.post(f"{site.url}/cart/add/{right.id}?seller=other", form)
    browser.goto(f"{site.url}/cart")
    solve(browser, task, random.Random(4))
    assert graded(site, browser, task) == Grade(True, 1.0, (), "1 order; as asked.")
    assert (OTHER_SELLER in browser.text) != named


def test_oracle_rewrites_a_wrong_address_from_the_review(site: Site, open_shop: Visit) -> None:
    task = next(tasks_with(plain, seed=18))
    read, oracle = Reader.of(theme_of(task).name), SHOP.oracle(task)
    browser = open_shop(task)
    while not any(one.name == read.say("place_order") for one in browser.elements):
        browser.act(oracle(browser.text)[0])
    wrong = {**task.answer["address"], "city": "Elsewhere", "delivery": task.answer["delivery"] or "Standard delivery"}
    browser.client.post(f"{site.url}/checkout/address", wrong)
    browser.goto(f"{site.url}/checkout/review")
    change = next(one for one in browser.elements if one.name == read.say("change_address"))
    assert oracle(browser.text) == (f"click({change.bid!r})",)
    solve(browser, task, random.Random(5))
    assert graded(site, browser, task).success


def test_oracle_takes_back_a_donation_from_the_review(site: Site, open_shop: Visit) -> None:
    task = next(tasks_with(lambda task: plain(task) and "donation" in task.answer["site"]["traps"], seed=19))
    read, oracle = Reader.of(theme_of(task).name), SHOP.oracle(task)
    browser = open_shop(task)
    while not any(one.name == read.say("place_order") for one in browser.elements):
        browser.act(oracle(browser.text)[0])
    payment = task.answer["payment"] or "Invoice"
    browser.client.post(f"{site.url}/checkout/payment", {"payment": payment, "donation": "yes"})
    browser.goto(f"{site.url}/checkout/review")
    assert read.say("donation_line") in browser.text
    change = next(one for one in browser.elements if one.name == read.say("change_payment"))
    assert oracle(browser.text) == (f"click({change.bid!r})",)
    solve(browser, task, random.Random(5))
    assert graded(site, browser, task).success


def test_a_copy_of_a_session_is_solved_like_the_original(site: Site, open_shop: Visit, visit: Visit) -> None:
    task = next(tasks_with(plain, seed=23))
    browser = open_shop(task)
    themed(site).clone(browser.session, f"{browser.session}-copy")
    copy = visit(f"{browser.session}-copy", task)
    solve(copy, task, random.Random(2))
    assert site.grade(task, f"{browser.session}-copy").success
    assert not site.grade(task, browser.session).success
