"""Wishes in other shops, and shops for people who only look around."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tasks.shop.catalogue import by_id
from tasks.shop.suite import ShopSuite
from tasks.site.themes import THEMES, theme_named
from tasks.suites import suite
from tasks.task import Site

SUITE = ShopSuite()


def test_a_wish_moves_into_the_shop_of_another_task() -> None:
    tasks = SUITE.sample("train", 60, 8)
    moved = [(task, onto, SUITE.moved(task, onto)) for task in tasks for onto in tasks[:10]]
    real = [(task, onto, found) for task, onto, found in moved if found is not onto]
    assert len(real) > 200
    for task, onto, found in real:
        assert (found.instruction, found.profile) == (task.instruction, task.profile)
        assert found.answer["site"] == onto.answer["site"]
        limit = task.answer["limit_cents"]
        for number in found.answer["acceptable"]:
            assert number not in onto.answer["site"]["sold_out"]
            assert limit is None or by_id()[number].cents <= limit


def test_what_can_not_be_had_there_or_names_a_shop_stays_out() -> None:
    tasks = SUITE.sample("train", 200, 9)
    onto = next(task for task in tasks if "seller" not in task.answer["site"]["traps"])
    for task in tasks:
        if task.answer["kind"] != "buy" or task.answer["why_not"] or task.answer["own_offer"]:
            assert SUITE.moved(task, onto) is onto
    picky = next(task for task in tasks if SUITE.moved(task, onto) is not onto)
    empty = {**onto.answer, "site": {**onto.answer["site"], "sold_out": picky.answer["alike"]}}
    sold_out = replace(onto, answer=empty)
    assert SUITE.moved(picky, sold_out) is sold_out


def test_every_theme_can_be_entered(site: Site, client: Any) -> None:
    for theme in (*THEMES, theme_named("look-17")):
        visitor = client()
        assert f"{theme.brand}</title>" in visitor.get(f"{site.url}/enter/{theme.name}").body.replace("&amp;", "&")
        assert theme.brand in visitor.get(f"{site.url}/cart").body.replace("&amp;", "&")
    for name in ("nowhere", "look-10000"):
        missing = client().get(f"{site.url}/enter/{name}")
        assert missing.status == 404 and "Harbour Goods" in missing.body


def test_a_demo_shows_a_purchase_that_can_be_made() -> None:
    for seed in range(12):
        task = SUITE.showcase(seed)
        assert task == SUITE.showcase(seed) and task.split == "train"
        assert task.answer["kind"] == "buy" and task.answer["acceptable"] and len(task.answer["site"]["traps"]) <= 1
    assert len({SUITE.showcase(seed).instruction for seed in range(12)}) == 12


def test_two_sites_in_one_browser_keep_their_sessions_apart(site: Site, tmp_path: Path) -> None:
    with suite("forms").open(tmp_path / "forms.db") as other:
        names = {start.cookies[0].name for start in (site.start("apart"), other.start("apart"))}
    assert len(names) == 2
