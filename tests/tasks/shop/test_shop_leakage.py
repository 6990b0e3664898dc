"""What an agent reads holds nothing but what people see, and test shops don't talk like those of training."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tasks.shop.generate import theme_of
from tasks.shop.suite import ShopSuite
from tasks.site.themes import THEMES, Theme, of_split
from tasks.task import Ending, Site, Task
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.browser.stored.page import read_html

SHOP = ShopSuite()
PATHS = ("/", "/search?q=oak", "/category/Home", "/cart", "/wishlist", "/orders", "/account", "/nowhere")
LINKS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns")
"""Attributes whose value is an id."""
MOST_OVERLAP = 0.60


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shop with each theme in its own markup."""
    database: Path = tmp_path_factory.mktemp("leakage") / "shop.db"
    with SHOP.open(database) as running:
        yield running


@cache
def tasks_of(theme: Theme, seed: int, count: int) -> tuple[Task, ...]:
    """Tasks on this theme's shop; of them, the first buys something."""
    tasks = (SHOP.task(f"shop/{theme.split}/{seed}/{number}") for number in itertools.count())
    mine = [task for task in itertools.islice(tasks, 60 * count) if theme_of(task) == theme]
    first = next(task for task in mine if task.answer["kind"] == "buy")
    return (first, *(task for task in mine if task is not first))[:count]


def stripped(body: str) -> str:
    """The page without comments, hidden inputs and every mark that people don't see; ids say nothing any more."""
    tree = html.document_fromstring(body)
    for node in [*tree.iter(html.etree.Comment), *tree.xpath("//input[@type='hidden']")]:
        node.drop_tree()
    ids = {node.get("id"): f"i{place}" for place, node in enumerate(tree.xpath("//*[@id]"))}
    for node in tree.iter():
        for name, value in list(node.attrib.items()):
            if (name != "name" or node.tag != "slot") and name in (
                "class",
                "name",
                "part",
                "href",
                "action",
                "formaction",
                "onclick",
                "onchange",
                "src",
            ):
                if name == "href" and node.tag == "a":
                    node.set("href", "#")
                else:
                    del node.attrib[name]
            elif name.startswith("data-") or (name == "value" and node.get("type") in ("radio", "checkbox")):
                del node.attrib[name]
            elif name == "id" or name in LINKS:
                node.set(name, " ".join(ids.get(one, "gone") for one in value.split()))
        if node.tag == "option":
            node.set("value", str(len(node.text or "")))
    return str(html.tostring(tree, encoding="unicode", doctype="<!doctype html>"))


def read(body: str) -> str:
    page = read_html(body)
    return serialize(page.title, "", [one for one in page.elements if one.role != "iframe"])


def pages(site: Site, client: Any, theme: Theme) -> Iterator[tuple[str, str]]:
    """Path and markup of the pages that two tasks on this theme lead to."""
    for task in tasks_of(theme, 31, 2):
        session = f"leak-{task.id}"
        site.start(session, task)
        visitor = client(f"shop_session={session}")
        first = task.answer.get("acceptable") or task.answer.get("alike") or [1]
        order = task.answer["site"]["orders"][-1]["id"]
        more = (f"/product/{first[0]}", f"/orders/{order}", f"/orders/{order}/return", "/checkout/address")
        for path in (*PATHS, *more):
            yield path, visitor.get(site.url + path).body


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_pages_read_the_same_without_any_mark_that_people_do_not_see(theme: Theme, own_site: Site, client: Any) -> None:
    count = 0
    for path, body in pages(own_site, client, theme):
        bare = stripped(body)
        assert not re.search(r"<!--|\sdata-|type=.hidden|\sclass=|/product/\d|/orders/\d", bare), path
        assert read(bare) == read(body), path
        count += 1
    assert count == 24


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_pages_hold_nothing_of_the_answer_or_the_traps(theme: Theme, own_site: Site, client: Any) -> None:
    private = re.compile(r"acceptable|alike|why_not|pays_early|get_delete|old_address|infeasible|shop/(train|val|test)")
    for path, body in pages(own_site, client, theme):
        assert "<!--" not in body and not private.search(body), path


def test_the_theme_is_told_by_its_style_sheet_and_the_class_of_its_body_only(own_site: Site, client: Any) -> None:
    for theme in THEMES:
        others = {other.name for other in THEMES} - {theme.brand.lower()}
        for path, body in pages(own_site, client, theme):
            plain = re.sub(r'<link rel="stylesheet"[^>]*>|(?<=<body )class="[^"]*"', "", body)
            named = {name for name in others if re.search(rf'="[^"]*\b{name}\b[^"]*"', plain)}
            assert not named, (theme.name, path, named)


def names_seen(site: Site, visit: Callable[..., Any], theme: Theme, count: int) -> set[str]:
    """Names of elements on the pages that the oracle sees while it solves tasks; those with numbers left out."""
    seen: set[str] = set()
    for task in tasks_of(theme, 32, count):
        session, chance, oracle = f"overlap-{task.id}", random.Random(task.id), SHOP.oracle(task)
        browser = visit(session, task)
        for _ in range(40):
            seen |= {one.name for one in browser.elements if one.name and not re.search(r"\d", one.name)}
            if browser.is_over:
                break
            browser.act(chance.choice(oracle(browser.text)))
        assert site.grade(task, session, Ending(browser.reported)).success, task.id
    return seen


@pytest.mark.slow
def test_test_shops_share_sixty_percent_of_what_they_say_with_training_at_most(
    site: Site, visit: Callable[..., Any]
) -> None:
    known = set().union(*(names_seen(site, visit, theme, 6) for theme in of_split("train")))
    for theme in of_split("test"):
        names = names_seen(site, visit, theme, 10)
        shared = len(names & known) / len(names)
        print(f"{theme.name}: {shared:.1%} of {len(names)} element texts occur in training themes")
        assert len(names) > 100 and shared <= MOST_OVERLAP, sorted(names & known)
