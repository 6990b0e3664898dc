"""Variants of a task: one thing differs, and the answer says so."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.shop.generate import theme_of
from tasks.shop.suite import ShopSuite
from tasks.task import Task

SUITE = ShopSuite()
PARTS = ("type", "attributes", "options", "quantity", "delivery", "payment", "address")
KEPT = ("kind", "why_not", "coupon", "protection")


def purchases(split: str, seed: int, count: int = 40) -> list[Task]:
    tasks = SUITE.sample(split, count, seed)
    return [task for task in tasks if task.answer["kind"] == "buy" and not task.answer["why_not"]]


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_variant_differs_in_what_it_changes_and_can_be_done(split: str) -> None:
    changed = Counter[str]()
    for task in purchases(split, 3):
        for number in range(8):
            variant = SUITE.variant(task, number)
            assert variant == SUITE.variant(task, number)
            assert variant.answer["acceptable"] and variant.id == f"{task.id}~{number}"
            assert all(variant.answer[part] == task.answer[part] for part in KEPT)
            assert theme_of(variant) == theme_of(task)
            assert variant.answer["site"]["traps"] == task.answer["site"]["traps"]
            different = [part for part in PARTS if variant.answer[part] != task.answer[part]]
            assert len(different) <= 1
            changed.update(different)
    assert set(changed) == set(PARTS) - {"type"}


def test_hardly_a_variant_is_the_task_itself() -> None:
    tasks = purchases("train", 5)
    same = sum(
        all(SUITE.variant(task, number).answer[part] == task.answer[part] for part in PARTS)
        for task in tasks
        for number in range(8)
    )
    assert same / (8 * len(tasks)) < 0.15


def test_a_task_itself_is_not_touched_by_its_variants() -> None:
    task = purchases("train", 9)[0]
    for number in range(5):
        SUITE.variant(task, number)
    assert task == SUITE.task(task.id)


def test_what_buys_nothing_or_can_not_be_done_has_no_variants() -> None:
    others = [task for task in SUITE.sample("train", 80, 6) if task.answer["kind"] != "buy" or task.answer["why_not"]]
    assert len({task.answer["kind"] for task in others}) > 3
    assert all(SUITE.variant(task, number) == task for task in others for number in range(3))


def test_a_variant_asks_for_its_own_values_in_words() -> None:
    for task in purchases("train", 4):
        for number in range(4):
            variant = SUITE.variant(task, number)
            answer, said = variant.answer, variant.instruction.lower()
            values = [
                *answer["options"].values(),
                *answer["attributes"].values(),
                answer["payment"],
                answer["delivery"],
            ]
            assert not [value for value in values if value.lower() not in said]
            if answer["address"]["street"] != variant.profile["street"]:
                assert all(value.lower() in said for value in answer["address"].values())
