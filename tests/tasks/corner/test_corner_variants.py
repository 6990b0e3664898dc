"""Variants of a task: one thing differs, and the answer says so."""

from __future__ import annotations

import pytest

from tasks.corner.suite import CornerSuite

SUITE = CornerSuite()
PARTS = ("type", "attributes", "options", "quantity", "delivery", "payment", "address")


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_variant_differs_in_what_it_changes_and_can_be_done(split: str) -> None:
    changed: dict[str, int] = {}
    for task in SUITE.sample(split, 30, 3):
        for number in range(8):
            variant = SUITE.variant(task, number)
            assert variant == SUITE.variant(task, number)
            assert variant.answer["acceptable"]
            different = [part for part in PARTS if variant.answer[part] != task.answer[part]]
            assert len(different) <= 1
            for part in different:
                changed[part] = changed.get(part, 0) + 1
    assert set(changed) == set(PARTS) - {"type"}


def test_a_task_itself_is_not_touched_by_its_variants() -> None:
    task = SUITE.sample("train", 1, 9)[0]
    for number in range(5):
        SUITE.variant(task, number)
    assert task == SUITE.task(task.id)


def test_a_variant_asks_for_its_own_values_in_words() -> None:
    for task in SUITE.sample("train", 20, 4):
        variant = SUITE.variant(task, 1)
        for value in (*variant.answer["options"].values(), variant.answer["payment"], variant.answer["delivery"]):
            assert value.lower() in variant.instruction.lower()
