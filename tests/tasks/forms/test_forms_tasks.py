"""Tasks come from a seed, say everything that the agent needs, and never mix the splits."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from functools import cache

import pytest

from tasks.forms.catalogue import FORMS
from tasks.forms.showing import lexicon, showing
from tasks.forms.values import values
from tasks.site.themes import THEMES, of_split
from tasks.task import Task
from tests.tasks.forms.walks import SUITE

DIGESTS = {
    "train": "815a2a68766741d9116bf062cdfe364ecb9c0fa49b50a3c5d3db2b99854cc2c1",
    "validation": "b9a939569ebe0030866f9d62bf6e6f9ae851069a943ade9ca60104fef52f571a",
    "test": "6871b82288763e8f3c77c401fba899e15f7661ae9293c6b89ea241bb52503ba9",
}
COMMITS = [*(f"submit_{key}" for key in FORMS), "delete_draft", "keep", "next"]


@cache
def many(split: str) -> tuple[Task, ...]:
    return SUITE.sample(split, 400, 5)


@pytest.mark.parametrize("split", SUITE.splits)
def test_tasks_are_the_same_on_every_machine(split: str) -> None:
    told = [
        (task.id, task.instruction, dict(task.profile), task.answer, dict(task.files)) for task in many(split)[:100]
    ]
    data = json.dumps(told, sort_keys=True)
    assert hashlib.sha256(data.encode()).hexdigest() == DIGESTS[split]


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
    assert {world["theme"] for world in worlds} == {theme.name for theme in of_split(split)}
    assert all(40 < sum(trap in world["traps"] for world in worlds) < 360 for trap in ("straight", "confirm"))
    assert 15 < sum(bool(task.answer["obstacle"]) for task in many(split)) < 80
    assert sum(bool(task.answer["delete"]) for task in many(split)) > 20


@pytest.mark.parametrize("key", COMMITS)
def test_no_commit_label_of_another_split_occurs_in_training(key: str) -> None:
    shown = {words for lists in lexicon().entries.values() for words in lists["train"]}
    for split in ("validation", "test"):
        assert shown.isdisjoint(lexicon().entries[key][split])
        assert len(lexicon().entries[key][split]) == 2
    assert len(lexicon().entries[key]["train"]) >= 4


def test_all_words_of_the_splits_are_disjoint() -> None:
    for key, lists in lexicon().entries.items():
        for first, second in itertools.combinations(SUITE.splits, 2):
            assert set(lists[first]).isdisjoint(lists[second]), key


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_controls_of_a_form_have_names_of_their_own(theme) -> None:  # type: ignore[no-untyped-def]
    said = showing(theme.name)
    shared = [said.words[key] for key in ("next", "save", "delete_draft", "back", "home", "profile", "keep", "decline")]
    shared += [said.words[key] for key in ("review", "services", "receipt", "offer", "so_far", "edit")]
    for form in FORMS.values():
        names = [said.label(item) for item in form.items if item.kind != "radio"]
        names += [said.words[key] for item in form.items if item.kind == "radio" for key in item.options]
        names += [said.words[f"submit_{form.key}"], said.title(form.key)]
        names += [said.words[f"sheet_{sheet.key}"] for sheet in form.sheets]
        twice = [name for name, count in Counter(names + shared).items() if count > 1]
        assert not twice, (form.key, twice)


def test_another_person_brings_their_own_details() -> None:
    task = next(one for one in many("train") if one.answer["form"] == "claim" and "iban" in one.answer["fields"])
    other = next(one for one in many("train") if one.profile["iban"] != task.profile["iban"])
    bound = SUITE.rebind(task, other.profile)
    assert bound.answer["fields"]["iban"] == other.profile["iban"] == bound.answer["world"]["profile"]["iban"]
    assert bound.answer["fields"]["description"] == task.answer["fields"]["description"]
