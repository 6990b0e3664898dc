"""Tasks come from a seed, say everything that the agent needs, and never mix the splits."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from functools import cache

import pytest

from tasks.forms.catalogue import FORMS
from tasks.forms.showing import lexicon, showing
from tasks.forms.telling import groups, phrases
from tasks.forms.values import values
from tasks.site.themes import THEMES, of_split
from tasks.task import Task
from tests.tasks.forms.walks import SUITE

DIGESTS = {
    "train": "28e74a36361f2ba2e2a07b3aa1ea044aebb752303e98d123c49c13f54d68ad99",
    "validation": "2110caaf97ce642bd00f650d4e44c24277a739c75cd5734e9cff40879ed0fbc3",
    "test": "814c3858836bc06122192e6bfe961d8effc09e2c8eb81c90f3f42e9a4b778edc",
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


def test_there_are_sixty_patterns_in_groups_that_belong_to_one_split() -> None:
    found = {split: groups(split) for split in SUITE.splits}
    patterns = [one for split in SUITE.splits for group in found[split].values() for one in group]
    assert len(patterns) == len(set(patterns)) >= 60 and sum(map(len, found.values())) >= 6
    for first, second in itertools.combinations(SUITE.splits, 2):
        assert set(found[first]).isdisjoint(found[second])
    for split in SUITE.splits:
        assert {task.answer["group"] for task in many(split)} == set(found[split])


def test_wordings_of_the_splits_are_disjoint() -> None:
    for form in FORMS:
        goals = phrases()[form]["goal"]
        for first, second in itertools.combinations(SUITE.splits, 2):
            assert set(goals[first]).isdisjoint(goals[second])
        for name, unit in phrases()[form]["details"].items():
            for train, other in itertools.product((0, 1), (2, 3)):
                assert unit["full"][train] != unit["full"][other], (form, name)


@pytest.mark.parametrize("name", ["first_names", "last_names", "streets", "cities", "employers", "events", "positions"])
def test_values_of_the_splits_are_disjoint(name: str) -> None:
    for first, second in itertools.combinations(SUITE.splits, 2):
        assert set(values(first)[name]).isdisjoint(values(second)[name])


@pytest.mark.parametrize("split", SUITE.splits)
def test_instructions_read_as_sentences(split: str) -> None:
    for task in many(split):
        text = task.instruction
        assert not re.search(r"[{}]|  | [.,;?]|\.\.|^[a-z]|say:|_", re.sub(r"\w+\.txt", "file", text)), text
        assert text[-1] in ".?!)", text


def said_of(task: Task) -> list[str]:
    """What the instruction must say in the very words that go into the form."""
    own = set(task.profile.values())
    fields = {name: value for name, value in task.answer["fields"].items() if value not in own}
    form = FORMS[task.answer["form"]]
    told = [
        value
        for name, value in fields.items()
        if not form.item(name).options and form.item(name).kind not in ("date", "amount", "checkbox", "stepper")
    ]
    told = [value for value in told if value != "new" and not (task.answer["form"] == "appointment" and ":" in value)]
    return [re.sub(r" \(••\d+\)$", "", value) for value in told] + [
        one["name"] for one in task.answer["files"].values()
    ]


@pytest.mark.parametrize("split", SUITE.splits)
def test_instruction_states_everything_that_is_asked_for(split: str) -> None:
    for task in many(split):
        for value in said_of(task):
            assert value in task.instruction, (value, task.instruction)


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


@pytest.mark.parametrize("split", SUITE.splits)
def test_no_sentence_gives_away_that_a_task_can_not_be_done(split: str) -> None:
    """What is said where an obstacle waits is said at least as often where none does."""
    tasks = SUITE.sample(split, 1200, 21)
    for detail, obstacle in (("only_then", "slot"), ("one_payment", "amount")):
        said = [task.answer["obstacle"] == obstacle for task in tasks if says(task, detail)]
        assert len(said) > 10 and sum(said) <= 0.7 * len(said), (detail, sum(said), len(said))


def says(task: Task, detail: str) -> bool:
    """Whether the instruction holds one of the ways to say a detail."""
    told = next(form["details"][detail] for form in phrases().values() if detail in form.get("details", {}))
    return any(way.strip(".").lower() in task.instruction.lower() for way in (*told["short"], *told["full"]))
