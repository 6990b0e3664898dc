"""The same request in the same session with one detail changed: another value, another choice, or a box it asks for."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tasks.forms.catalogue import FORMS
from tasks.forms.generate import Drawn, asked, drawn, is_offered
from tasks.forms.specs import Item, is_asked
from tasks.forms.values import money
from tasks.forms.wishes import SIGNS, Wish, wish
from tasks.task import Task

_DRAWS = 12
"""How many other wishes are looked at for a changed detail."""
_BOUND = frozenset({"incident", "description", "payee"})
"""Details that other details speak of."""
_BOX = "newsletter"
_NEW = "new"
"""A payee who isn't on the list yet."""
_REFUSED = 0.5
"""How often a box that isn't wanted is refused in words."""


@dataclass(frozen=True, slots=True)
class _Change:
    item: Item
    other: Wish
    """Where the new value comes from, and those of what depends on it."""


def make_variant(task: Task, number: int) -> Task:
    """The task with exactly one detail changed, with what is asked only because of it; some tasks stay as they are.

    Those that can't be done do, and requests in which the changed detail isn't told with words of its own.
    """
    if task.answer["obstacle"]:
        return task
    made = drawn(task)
    chance = random.Random(f"{task.id}~{number}")
    changes = _changes(made.wish, task.answer["world"], chance)
    ways: list[Callable[[], None]] = [partial(_change, made.wish, change, chance) for change in changes]
    if _BOX in made.wish.fields and made.group != "negations":
        ways.append(partial(_tick, made, chance))
    if made.wish.fields.get("payee", _NEW) != _NEW and len(made.wish.choices["payees"]) > 1:
        ways.append(partial(_pay, made.wish, chance))
    if not ways:
        return task
    chance.choice(ways)()
    changed = asked(replace(task, id=f"{task.id}~{number}"), made)
    if changed.instruction == task.instruction:  # a detail that is told with the words of another one
        return task
    return replace(changed, answer={**changed.answer, "world": task.answer["world"]})


def _changes(made: Wish, world: Mapping[str, Any], chance: random.Random) -> list[_Change]:
    """One for each detail that can take another value in this session."""
    found: dict[str, _Change] = {}
    form = FORMS[made.form]
    for _ in range(_DRAWS):
        other = wish(made.form, made.split, chance, made.profile)
        for item in form.items:
            if item.name not in found and _can_change(item, made, other, world):
                found[item.name] = _Change(item, other)
    return [found[item.name] for item in form.items if item.name in found]


def _can_change(item: Item, made: Wish, other: Wish, world: Mapping[str, Any]) -> bool:
    name = item.name
    value, old = other.fields.get(name), made.fields.get(name)
    if name in _BOUND or name in made.profile or value is None or old is None or value == old:
        return False
    if item.options:
        return _is_told(item, made)
    if not (name in made.facts and name in other.facts) or (name == "amount" and int(value) > world["limit"]):
        return False
    if name == "day" and "slot" in made.fields and not _is_first_choice(made, value, world):
        return False
    return not item.choices or (item.choices != "slots" and is_offered(item, value, world))


def _is_first_choice(made: Wish, day: str, world: Mapping[str, Any]) -> bool:
    """Whether the slot that is asked for first is free then, and is the one that is wanted now."""
    return made.fields["slot"] == made.facts["slot"] and f"{day} {made.facts['slot']}" not in world["taken"]


def _is_told(item: Item, made: Wish) -> bool:
    """Whether a choice is named by a detail or a fact of its own."""
    old = made.fields[item.name]
    return old in made.details or made.facts.get(item.name) == f"say:{old}" or item.name in ("ticket", "currency")


def _change(made: Wish, change: _Change, chance: random.Random) -> None:
    name, other = change.item.name, change.other
    old, value = made.fields[name], other.fields[name]
    made.fields[name] = value
    if name == "amount":  # in the currency of this wish
        made.facts[name] = money(int(value), SIGNS[made.fields.get("currency", "eur")], chance)
        return
    if not change.item.options:
        made.facts[name] = other.facts[name]
        return
    if old in made.details:
        made.details[made.details.index(old)] = value
    elif name == "currency":
        made.facts["amount"] = money(int(made.fields["amount"]), SIGNS[value], chance)
    else:
        fact = "ticket_type" if name == "ticket" else name
        made.facts[fact] = other.facts[fact]
    for item in FORMS[made.form].items:
        if item.when is not None and item.when[0] == name:
            _follow(made, item, other)


def _follow(made: Wish, item: Item, other: Wish) -> None:
    """What depends on a choice comes or goes with it."""
    name = item.name
    if not is_asked(item, made.fields):
        made.fields.pop(name, None)
        made.facts.pop(name, None)
        made.details = [detail for detail in made.details if detail != name]
    elif name not in made.fields:
        made.fields[name] = other.fields[name]
        if name in other.facts:
            made.facts[name] = other.facts[name]
        if name in other.details:
            made.details.append(name)


def _tick(made: Drawn, chance: random.Random) -> None:
    """The box is wanted where it wasn't, and the other way round."""
    is_wanted = made.wish.fields[_BOX] != "yes"
    made.wish.fields[_BOX] = "yes" if is_wanted else "no"
    new = f"{_BOX}_wanted" if is_wanted else _BOX if chance.random() < _REFUSED else ""
    said = [name for name in made.extras if name not in (_BOX, f"{_BOX}_wanted")]
    if new:
        said.insert(int("profile" in said), new)  # as requests do: behind what is said of the profile
    made.extras = {name: made.extras.get(name, {}) for name in said}


def _pay(made: Wish, chance: random.Random) -> None:
    """To somebody else on the list, told by the end of the account where the other one is."""
    other = chance.choice([one for one in made.choices["payees"] if one != made.fields["payee"]])
    made.fields["payee"], made.facts["payee"] = other, other.partition(" (")[0]
    if "ending" in made.facts:
        made.facts["ending"] = other[-5:-1]
