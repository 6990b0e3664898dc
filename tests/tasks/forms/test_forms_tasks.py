"""Tasks come from a seed, say everything that the agent needs, and never mix the splits."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from functools import cache

import pytest

from tasks.forms.catalogue import FORMS
from tasks.forms.values import values
from tasks.site.themes import of_split, theme_named
from tasks.task import Task
from tests.tasks.forms.walks import SUITE

DIGESTS = {
    "train": "dc8e12ec4c15176e438de4b8b2630b318fa70a35c7b1b17c3b03e5c5b85ca39b",
    "validation": "bf24eeaecd50b2c71e12f0f7ed4d90b251e5463cd3739295ab105c73dba01119",
    "test": "e35d528b8dec007f63477fab92f7775e1add73c28e45cf1b2a83a401266cce3d",
}


@cache
def many(split: str) -> tuple[Task, ...]:
    return SUITE.sample(split, 400, 5)


@pytest.mark.parametrize("split", SUITE.splits)
def test_tasks_are_the_same_on_every_machine(split: str) -> None:
    told = [
        (task.id, task.instruction, dict(task.profile), task.answer, dict(task.files)) for task in many(split)[:100]
    ]
    assert hashlib.sha256(json.dumps(told).encode()).hexdigest() == DIGESTS[split]


_TELL = """
import hashlib, json
from tasks.forms.suite import FormsSuite
for split in FormsSuite.splits:
    for task in FormsSuite("semantic").sample(split, 100, 7):
        told = task.id, task.instruction, dict(task.profile), task.answer, dict(task.files)
        print(task.id, hashlib.sha256(json.dumps(told).encode()).hexdigest())
"""


def test_tasks_are_the_same_in_every_process_to_the_order_of_their_keys() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", _TELL],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\n")
        for seed in ("1", "77")
    ]
    assert len(told[0]) > 300
    assert [pair for pair in zip(*told, strict=True) if pair[0] != pair[1]] == []


def test_id_leads_back_to_its_task_and_other_seeds_differ() -> None:
    for task in SUITE.sample("validation", 3, -4):
        assert SUITE.task(task.id) == task
    assert {task.instruction for task in SUITE.sample("test", 40, 1)}.isdisjoint(
        task.instruction for task in SUITE.sample("test", 40, 2)
    )


def test_no_two_test_tasks_are_alike() -> None:
    assert len({task.instruction for task in many("test")}) == len(many("test"))
    assert len({json.dumps(task.answer["fields"], sort_keys=True) for task in many("test")}) == len(many("test"))


@pytest.mark.parametrize("name", ["first_names", "last_names", "streets", "cities", "employers", "events", "positions"])
def test_values_of_the_splits_are_disjoint(name: str) -> None:
    for first, second in itertools.combinations(SUITE.splits, 2):
        assert set(values(first)[name]).isdisjoint(values(second)[name])


@pytest.mark.parametrize("split", SUITE.splits)
def test_every_form_theme_and_trap_occurs(split: str) -> None:
    forms = Counter(task.answer["form"] for task in many(split))
    assert set(forms) == set(FORMS) and min(forms.values()) > 20
    worlds = [task.answer["world"] for task in many(split)]
    looks = {world["theme"] for world in worlds} - {theme.name for theme in of_split(split)}
    assert all(theme_named(name).split == split == "train" for name in looks)
    assert {world["theme"] for world in worlds} >= {theme.name for theme in of_split(split)}
    assert all(40 < sum(trap in world["traps"] for world in worlds) < 360 for trap in ("straight", "confirm"))
    assert 15 < sum(bool(task.answer["obstacle"]) for task in many(split)) < 80
    assert sum(bool(task.answer["delete"]) for task in many(split)) > 20


def test_another_person_brings_their_own_details() -> None:
    task = next(one for one in many("train") if one.answer["form"] == "claim" and "iban" in one.answer["fields"])
    other = next(one for one in many("train") if one.profile["iban"] != task.profile["iban"])
    bound = SUITE.rebind(task, other.profile)
    assert bound.answer["fields"]["iban"] == other.profile["iban"] == bound.answer["world"]["profile"]["iban"]
    assert bound.answer["fields"]["description"] == task.answer["fields"]["description"]
