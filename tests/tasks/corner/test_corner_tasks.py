"""Tasks come from a seed, say everything that the agent needs, and never mix the splits."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from functools import cache
from typing import Any

import pytest

from tasks.corner import wording
from tasks.corner.catalogue import Product, products, search
from tasks.corner.generate import make_task, split_of, targets
from tasks.suites import suite
from tasks.task import Task

SHOP = suite("corner")
DIGESTS = {
    "train": "a847ef6cd61ebeeaef9c0ec9311277dd080d274f8ca6364bf51499d1ecf53447",
    "validation": "5d7013d35afcc74487180b08068168a98d5a0b28b6b190759bfb2d3cc1eeff3c",
    "test": "8000f26e2b57b99ccba8c6a078ca9709829748a71b932ce87f5d9d16968ee69c",
}


@cache
def _all(split: str) -> tuple[Task, ...]:
    return SHOP.sample(split, 1000, 5)


def many(split: str, count: int = 300) -> tuple[Task, ...]:
    return _all(split)[:count]


def digest(tasks: tuple[Task, ...]) -> str:
    told = [(task.id, task.instruction, dict(task.profile), task.answer, dict(task.files)) for task in tasks]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@pytest.mark.parametrize("split", SHOP.splits)
def test_tasks_are_the_same_on_every_machine(split: str) -> None:
    assert digest(many(split, 100)) == DIGESTS[split]


def test_tasks_of_another_seed_differ() -> None:
    assert {task.instruction for task in SHOP.sample("train", 50, 1)}.isdisjoint(
        task.instruction for task in SHOP.sample("train", 50, 2)
    )


def test_longer_sample_begins_with_the_shorter_one() -> None:
    assert SHOP.sample("test", 12, 3)[:5] == SHOP.sample("test", 5, 3)


def test_target_products_of_the_splits_are_disjoint_and_complete() -> None:
    ids = [{product.id for product in targets(split)} for split in SHOP.splits]
    assert sum(map(len, ids)) == 1000 == len(set.union(*ids))
    assert min(map(len, ids)) > 100
    assert {split_of(product) for product in targets("test")} == {"test"}


def test_sentence_patterns_and_clauses_of_the_splits_are_disjoint() -> None:
    for first, second in itertools.combinations(SHOP.splits, 2):
        for table in (wording.PATTERNS, wording.OPTIONS, wording.LIMITS, wording.LIMITS_FIRST, wording.DELIVERIES,
                      wording.PAYMENTS, wording.RECIPIENTS):  # fmt: skip
            assert set(table[first]).isdisjoint(table[second]), (first, second)


def test_there_are_forty_patterns_and_none_twice() -> None:
    patterns = [one for split in SHOP.splits for one in wording.PATTERNS[split]]
    assert len(patterns) == len(set(patterns)) >= 40


@pytest.mark.parametrize("split", SHOP.splits)
def test_every_pattern_renders(split: str) -> None:
    instructions = [task.instruction for task in many(split, 1000)]
    for pattern in wording.PATTERNS[split]:
        parts = [re.escape(part) for part in re.split(r"\{\w+\}", pattern)]
        form = re.compile(".*".join(parts), re.I)
        assert any(form.fullmatch(text) for text in instructions), pattern


@pytest.mark.parametrize("split", SHOP.splits)
def test_instructions_read_as_sentences(split: str) -> None:
    for task in many(split):
        text = task.instruction
        assert not re.search(r"[{}]|  | [.,;?]|\.\.|^[a-z]|\ba [aeio]|\ban [^aeiou]|None", text), text
        assert not re.search(r"(socks|gloves|headphones) (that|which) is", text), text
        assert not re.search(r"(made|out) of (recycled|vegan|woven|kraft) (?!material|leather|fabric|paper)", text), (
            text
        )
        assert not re.search(r"(limit|most) each", text), text
        assert text[-1] in ".?", text


@pytest.mark.parametrize("split", SHOP.splits)
def test_instruction_states_everything_that_is_asked_for(split: str) -> None:
    for task in many(split):
        said, answer = task.instruction.lower(), task.answer
        wanted = [answer["type"], answer["query"], *answer["attributes"].values(), *answer["options"].values()]
        wanted += [answer["delivery"], answer["payment"]]
        wanted += [str(answer["quantity"])] if answer["quantity"] > 1 else []
        wanted += [f"${answer['limit_cents'] // 100}"] if answer["limit_cents"] else []
        own = {name: task.profile[name] for name in answer["address"]}
        wanted += [] if own == answer["address"] else list(answer["address"].values())
        assert not [value for value in wanted if value.lower() not in said], task.instruction


@pytest.mark.parametrize("split", SHOP.splits)
def test_acceptable_is_every_product_that_satisfies_all_that_was_said(split: str) -> None:
    def fits(product: Product, answer: Any) -> bool:
        shown = {"type": product.type, **dict(product.attributes)}
        wanted = {"type": answer["type"], **answer["attributes"]}
        return wanted.items() <= shown.items() and product.cents <= (answer["limit_cents"] or 10**9)

    for task in many(split):
        expected = [product.title for product in products() if fits(product, task.answer)]
        assert expected == task.answer["acceptable"] and expected
        assert any(split_of(product) == split for product in products() if product.title in expected)


@pytest.mark.parametrize("split", SHOP.splits)
def test_no_product_in_question_costs_exactly_the_limit(split: str) -> None:
    prices = {product.title: product.cents for product in products()}
    for task in many(split, 1000):
        assert task.answer["limit_cents"] not in {prices[title] for title in task.answer["acceptable"]}


@pytest.mark.parametrize("split", SHOP.splits)
def test_query_of_six_words_at_most_finds_an_acceptable_product(split: str) -> None:
    for task in many(split):
        query = task.answer["query"]
        assert len(query.split()) <= 6
        assert {product.title for product in search(query)} & set(task.answer["acceptable"])


def test_kinds_of_wishes_are_mixed() -> None:
    tasks = many("train", 1000)
    foreign = sum(task.answer["address"]["street"] != task.profile["street"] for task in tasks)
    assert 100 < foreign < 200
    assert 600 < sum(task.answer["limit_cents"] is not None for task in tasks) < 900
    assert {task.answer["quantity"] for task in tasks} == {1, 2, 3}
    assert {len(task.answer["attributes"]) for task in tasks} == {1, 2, 3}
    assert sum(len(task.answer["acceptable"]) > 1 for task in tasks) > 150


def test_price_limit_decides_in_some_tasks() -> None:
    def without_limit(answer: Any) -> int:
        return sum(
            one.type == answer["type"] and answer["attributes"].items() <= dict(one.attributes).items()
            for one in products()
        )

    decided = sum(without_limit(task.answer) > len(task.answer["acceptable"]) for task in many("test", 500))
    assert decided > 25


def test_answer_and_profile_are_json() -> None:
    task = make_task("train", 1, 2)
    assert json.loads(json.dumps(task.answer)) == task.answer
    assert json.loads(json.dumps(dict(task.profile))) == task.profile


@pytest.mark.parametrize("split", SHOP.splits)
def test_another_persons_wish_keeps_an_address_that_was_written_out(split: str) -> None:
    other = {"full_name": "Ada Byron", "street": "1 New Road", "city": "Elsewhere", "postcode": "11111"}
    for task in many(split, 60):
        moved = SHOP.rebind(task, other)
        foreign = task.answer["address"]["street"] != task.profile["street"]
        assert moved.profile == other and moved.instruction == task.instruction
        assert moved.answer["address"] == (task.answer["address"] if foreign else other)
