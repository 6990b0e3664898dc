"""Tasks from a seed: a person, a wish, the session that it meets, and the words of the request."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tasks.forms import telling
from tasks.forms.catalogue import FORMS, SLOTS
from tasks.forms.checks import write_amount
from tasks.forms.showing import showing
from tasks.forms.specs import Form, Item, is_asked
from tasks.forms.values import past_day, person
from tasks.forms.wishes import Wish, wish
from tasks.site.themes import Theme, pick
from tasks.site.wide import voice
from tasks.task import Task

_OTHER_CHANCE = 0.15
"""Share of tasks that also ask to delete the draft of another form."""
_NEWSLETTER_CHANCE = 0.15
"""Share of the forms with a newsletter whose sender wants it."""


def make_task(split: str, seed: int, index: int) -> Task:
    """The task of this split, seed and index; the same on every machine."""
    task = Task(f"forms/{split}/{seed}/{index}", "forms", split, seed, index, "", {}, {})
    return asked(task, drawn(task))


@dataclass(slots=True)
class Drawn:
    """A wish with the session that it meets, and how it will be said."""

    wish: Wish
    world: dict[str, Any]
    extras: dict[str, dict[str, str]]
    group: str
    pattern: str


def drawn(task: Task) -> Drawn:
    """What is wanted, where, and in which words: by the task's id, of which a variant's number is no part."""
    chance = random.Random(task.id.split("~")[0])
    split = voice(task.split, task.seed)
    profile = person(chance, split)
    group, pattern = telling.pick_pattern(split, chance)
    made = wish(chance.choice(tuple(FORMS)), split, chance, profile)
    world = _world(made, pick(task.split, task.seed, task.index))
    return Drawn(made, world, _extras(made, group, world), group, pattern)


def asked(task: Task, of: Drawn) -> Task:
    """The task with its instruction and answer."""
    made = of.wish
    instruction = telling.tell(made, of.pattern, of.extras)
    answer = {
        "form": made.form,
        "fields": made.fields,
        "files": {item: {"name": file, "sha256": sha256(made.documents[file])} for item, file in made.files.items()},
        "obstacle": made.obstacle,
        "said": [*made.details, *of.extras],
        "delete": next((key for key in of.world["drafts"] if "delete" in of.extras and key != made.form), ""),
        "group": of.group,
        "pattern": of.pattern,
        "world": of.world,
    }
    return replace(task, instruction=instruction, profile=made.profile, answer=answer, files=made.documents)


def is_offered(item: Item, value: str, world: Mapping[str, Any]) -> bool:
    """Whether the session's own list for an item has a value that can be taken."""
    if item.choices == "slots":
        return True
    return value == "new" or (value in world["choices"].get(item.choices, ()) and value not in world["taken"])


def moved(task: Task, onto: Task) -> Task:
    """The same request in the session where another task happens; `onto` where it can't be.

    It has to be the same form, with choices that the other session offers, and can be done in both.
    """
    answer, world = task.answer, onto.answer["world"]
    if answer["form"] != onto.answer["form"] or answer["obstacle"] or onto.answer["obstacle"] or answer["delete"]:
        return onto
    fields, form = answer["fields"], FORMS[answer["form"]]
    if any(
        item.choices and not is_offered(item, fields[item.name], world) for item in form.items if item.name in fields
    ):
        return onto
    if "slot" in fields and not _slot_is_next(answer, world["taken"]):
        return onto
    if int(fields.get("amount", 0)) > world["limit"]:
        return onto
    mine = {**world, "profile": answer["world"]["profile"]}
    return replace(task, answer={**answer, "world": mine})


def _slot_is_next(answer: Mapping[str, Any], taken: Sequence[str]) -> bool:
    """Whether the wanted slot is free, and those asked for before it are taken, where the session is another one."""
    fields, mine = answer["fields"], answer["world"]["taken"]
    passed = [slot for slot in SLOTS[: SLOTS.index(fields["slot"])] if f"{fields['day']} {slot}" in mine]
    asked_first = passed if "fallback" in answer["said"] else []
    is_free = f"{fields['day']} {fields['slot']}" not in taken
    return is_free and all(f"{fields['day']} {slot}" in taken for slot in asked_first)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _extras(made: Wish, group: str, world: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What is said besides the details; what it asks for goes into the wish."""
    chance = made.chance
    boxes = [item.name for item in FORMS[made.form].items if item.kind == "checkbox"]
    extras: dict[str, dict[str, str]] = {}
    if group != "profile" and chance.random() < 0.35:
        extras["profile"] = {}
    for name in boxes:  # agreed to only where it is asked for; refusals are said in half of the other requests
        is_wanted = name == "newsletter" and group != "negations" and chance.random() < _NEWSLETTER_CHANCE
        made.fields[name] = "yes" if is_wanted else "no"
        if is_wanted:
            extras["newsletter_wanted"] = {}
        elif group != "negations" and chance.random() < 0.5:
            extras[name] = {}
    if chance.random() < (0.6 if made.form in world["drafts"] else 0.25):
        extras["old_draft"] = {}
    others = [key for key in world["drafts"] if key != made.form]
    if others and chance.random() < _OTHER_CHANCE * 2:
        for key in others[1:]:
            del world["drafts"][key]
        noun = chance.choice(telling.phrases()[others[0]]["draft"][made.split])
        extras["delete"] = {"other": noun}
    return extras


def _world(made: Wish, theme: Theme) -> dict[str, Any]:
    """What the session holds when the task begins."""
    chance = made.chance
    drafts = {}
    if chance.random() < 0.35:
        drafts[made.form] = _draft(made.form, made, theme)
    for key in chance.sample([key for key in FORMS if key != made.form], chance.choice((0, 1, 1, 2))):
        drafts[key] = _draft(key, None, theme, made)
    traps = [name for name, share in (("straight", 0.3), ("confirm", 0.5)) if chance.random() < share]
    return {
        "theme": theme.name,
        "profile": made.profile,
        "choices": made.choices,
        "taken": made.taken,
        "limit": made.limit or 300_000,
        "traps": traps,
        "drafts": drafts,
        "submissions": [_past(made, number) for number in range(chance.choice((0, 1, 2, 3, 5, 14, 70)))],
        "has_banner": chance.random() < 0.35,
    }


def _draft(key: str, like: Wish | None, theme: Theme, session: Wish | None = None) -> dict[str, Any]:
    """An earlier attempt, complete and wrong. `like`: whose wish it gets wrong."""
    of = like or session
    assert of is not None, key
    chance, form = of.chance, FORMS[key]
    other = wish(key, of.split, chance, person(chance, of.split))
    other.choices = of.choices
    values = _fitting(form, other, of)
    if like is not None:
        known = sorted(set(like.fields) - {like.obstacle})
        values |= {name: like.fields[name] for name in chance.sample(known, len(known) // 2)}
        values = {name: value for name, value in values.items() if is_asked(form.item(name), values)}
    values |= {item.name: item.default for item in form.items if item.kind == "checkbox"}
    comma = showing(theme.name).comma
    values = {name: _typed(form.item(name), value, comma) for name, value in values.items()}
    files = {
        item: {"name": name, "sha256": sha256(other.documents[name])}
        for item, name in other.files.items()
        if chance.random() < 0.7 and (like is None or like.files[item] != name)
    }
    return {"values": values, "files": files, "when": past_day(chance).isoformat()}


def _fitting(form: Form, other: Wish, session: Wish) -> dict[str, str]:
    """Another wish's values, with choices that this session offers."""
    found = dict(other.fields)
    for item in form.items:
        if item.choices and item.choices != "slots" and item.name in found:
            offered = [one for one in session.choices[item.choices] if one not in session.taken]
            if found[item.name] not in (*offered, "new"):
                found[item.name] = session.chance.choice(offered)
    return found


def _typed(item: Item, value: str, comma: bool) -> str:
    return write_amount(int(value), comma) if item.kind == "amount" else value


def _past(made: Wish, number: int) -> dict[str, Any]:
    """A form that was sent long ago."""
    key = made.chance.choice(tuple(FORMS))
    other = wish(key, made.split, made.chance, made.profile)
    return {
        "number": f"R-{4001 + number}",
        "form": key,
        "values": other.fields,
        "files": {item: {"name": name, "sha256": ""} for item, name in other.files.items()},
        "when": past_day(made.chance).isoformat(),
    }


def rebind(task: Task, profile: Mapping[str, str]) -> Task:
    """The same task for another person: what came from the profile changes with it."""
    own = {name: profile[name] for name, value in task.profile.items() if name in profile and value != profile[name]}
    fields = {
        name: own[name] if name in own and value == task.profile[name] else value
        for name, value in task.answer["fields"].items()
    }
    world = {**task.answer["world"], "profile": {**task.answer["world"]["profile"], **own}}
    return replace(task, profile=profile, answer={**task.answer, "fields": fields, "world": world})
