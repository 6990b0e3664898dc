"""What instructions say: in words of their split, in many ways, in accord with the grader, and nothing left out."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache

import pytest

from tasks.forms.catalogue import FORMS, SLOTS
from tasks.forms.pages import Portal
from tasks.forms.showing import showing
from tasks.forms.specs import is_asked
from tasks.forms.state import state_of
from tasks.forms.telling import groups, phrases
from tasks.forms.values import MONTHS
from tasks.site import blocks
from tasks.task import Task
from tests.tasks.forms.walks import SUITE

NUMBERS = {"1": ("one", "just me", "alone", "by myself", "single", "on my own", "only one", "nobody", "one person")}
POSSIBLE = ("appointment", "cancel", "event", "transfer")
"""Forms with tasks that can't be done."""
SIGNS = {"eur": ("€", "euros", "EUR"), "usd": ("$", "dollars"), "gbp": ("£", "pounds")}


@cache
def many(split: str) -> tuple[Task, ...]:
    return tuple(task for seed in (1, 2, 3) for task in SUITE.sample(split, 100, seed))


def details() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Where it stands, and split → wordings, of everything that is said of a form or besides."""
    for name, unit in phrases()["extra"].items():
        yield f"extra {name}", {split: [*unit[split]["short"], *unit[split]["full"]] for split in SUITE.splits}
    for form in FORMS:
        known = phrases()[form]
        for name, unit in known["details"].items():
            yield f"{form} {name}", {split: [*unit[split]["short"], *unit[split]["full"]] for split in SUITE.splits}
        for unit in known.get("together", ()):
            yield f"{form} {unit['of']}", {split: unit[split] for split in SUITE.splits}
        yield f"{form} goal", known["goal"]


def ways(form: str, name: str, split: str) -> list[str]:
    """All ways to say a detail, alone or together with others."""
    known = phrases()[form]
    unit = known["details"][name][split]
    together = [way for one in known.get("together", ()) if name in one["of"] for way in one[split]]
    return [*unit["short"], *unit["full"], *together]


def says(text: str, way: str) -> bool:
    """Whether a text holds a wording, whatever its gaps are filled with."""
    parts = [re.escape(part) for part in re.split(r"\{\w+\}", way.rstrip("."))]
    return re.search(".{1,120}?".join(parts), text, re.I) is not None


def test_there_are_sixty_patterns_in_groups_that_belong_to_one_split() -> None:
    found = {split: groups(split) for split in SUITE.splits}
    patterns = [one for split in SUITE.splits for group in found[split].values() for one in group]
    assert len(patterns) == len(set(patterns)) >= 60 and sum(map(len, found.values())) >= 6
    for first, second in itertools.combinations(SUITE.splits, 2):
        assert set(found[first]).isdisjoint(found[second])
    for split in SUITE.splits:
        assert {task.answer["group"] for task in many(split)} == set(found[split])


@pytest.mark.parametrize("split", SUITE.splits)
def test_no_pattern_is_common(split: str) -> None:
    """One in 16 at most, and hardly any two instructions alike when their values are taken out."""
    count = Counter(task.answer["pattern"] for task in many(split))
    print(f"{split}: {len(count)} patterns, the most frequent in {max(count.values())} of {len(many(split))} tasks")
    assert max(count.values()) <= (0.063 if split == "test" else 0.12) * len(many(split))
    assert max(Counter(skeleton(task) for task in many(split)).values()) <= 0.02 * len(many(split))


def skeleton(task: Task) -> str:
    """An instruction without its values."""
    text = re.sub(r"“[^”]*”|\w+\.txt|[€$£]?\d[\d,.:-]*|" + "|".join(MONTHS), "#", task.instruction)
    return re.sub(r"(?<=[a-z:,] )[A-Z][\w'-]+( [A-Z][\w'-]+)*", "#", text)


def test_wordings_of_the_splits_are_disjoint() -> None:
    for where, unit in details():
        for first, second in itertools.combinations(SUITE.splits, 2):
            said = [{way.casefold() for way in unit[split]} for split in (first, second)]
            assert said[0].isdisjoint(said[1]), (where, said[0] & said[1])


@pytest.mark.parametrize("split", SUITE.splits)
def test_instructions_read_as_sentences(split: str) -> None:
    for task in many(split):
        text = task.instruction
        assert not re.search(r"[{}]|  | [.,;?]|\.\.|^[a-z]|say:|_", re.sub(r"\w+\.txt", "file", text)), text
        assert not re.search(r"[.!?] [a-z](?!\w*\.txt)|\b(\w+) \1\b|\ba [aeio]\w|\ban [^aeiouh]", text), text
        assert text[-1] in '.?!)"', text


@pytest.mark.parametrize("split", SUITE.splits)
def test_every_value_is_said_or_stands_on_file_or_follows_from_the_rules(split: str) -> None:
    for task in many(split):
        answer = task.answer
        asked = {item.name for item in FORMS[answer["form"]].items if is_asked(item, answer["fields"])}
        assert set(answer["fields"]) | set(answer["files"]) == asked, (task.id, "every field has its right value")
        for name, value in answer["fields"].items():
            assert is_told(task, name, value), (task.id, name, value, task.instruction)
        for file in answer["files"].values():
            assert file["name"] in task.instruction and file["name"] in task.files


def is_told(task: Task, name: str, value: str) -> bool:
    """Whether a field's value stands in the instruction in some written form, in the profile, or on the page."""
    form, text = task.answer["form"], task.instruction
    item = FORMS[form].item(name)
    if task.profile.get(name) == value and name not in goal_facts(form):
        return True
    if item.kind == "checkbox":
        wanted = phrases()["extra"]["newsletter_wanted"][task.split]
        is_wanted = any(says(text, way) for way in (*wanted["short"], *wanted["full"]))
        return (value == "yes") == (name == "newsletter" and is_wanted)
    if item.kind == "date":
        return any(form_of_day in text for form_of_day in days(value))
    if item.kind == "amount":
        figures = f"{int(value) // 100:,}"
        return f"{figures}.{int(value) % 100:02d}" in text or (value.endswith("00") and figures in text)
    if item.choices == "slots":
        return value in text or (any(says(text, way) for way in ways(form, "fallback", task.split)) and value in SLOTS)
    if name == "payee":
        return value == "new" or (value[:-9] in text and value in task.answer["world"]["choices"]["payees"])
    if item.kind in ("number", "stepper"):
        words = NUMBERS.get(value, ())
        return re.search(rf"\b{value}\b", text) is not None or any(word in text.lower() for word in words)
    if name == "currency":
        return any(sign in text for sign in SIGNS[value])
    if item.options:
        return is_chosen(task, name, value)
    return value in text


def goal_facts(form: str) -> tuple[str, ...]:
    return ("street", "postcode", "city") if form == "address" else ()


def is_chosen(task: Task, name: str, value: str) -> bool:
    """Whether a choice is said, and none of the others is."""
    known, text = phrases()[task.answer["form"]], task.instruction
    if value in known.get("say", {}):
        return any(way in text for way in known["say"][value][task.split])
    if name == "ticket":
        return re.search(rf"\b{value}\b", text) is not None
    return any(says(text, way) for way in ways(task.answer["form"], value, task.split))


def days(iso: str) -> list[str]:
    day = date.fromisoformat(iso)
    month = MONTHS[day.month - 1]
    ordinal = [f"the {day.day}{end} of {month} {day.year}" for end in ("st", "nd", "rd", "th")]
    return [iso, f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", *ordinal]


@pytest.mark.parametrize("split", SUITE.splits)
def test_the_profile_page_shows_what_the_agent_is_given(split: str) -> None:
    for task in many(split)[:20]:
        portal = Portal(state_of(task.answer["world"]), showing(task.answer["world"]["theme"]))
        facts = next(block for block in portal.profile().main if isinstance(block, blocks.Facts))
        shown = {value for _, value in facts.pairs}
        asked = {name for form in FORMS.values() for name in (item.name for item in form.items)} & set(task.profile)
        assert {"policy_number", "employee_number"} <= asked
        assert all(task.profile[name] in shown for name in asked)


@pytest.mark.parametrize("split", SUITE.splits)
def test_who_speaks_of_us_is_not_alone(split: str) -> None:
    for task in SUITE.sample(split, 500, 8):
        text, fields = f" {task.instruction} ", task.answer["fields"]
        if fields.get("household") == "only_me":
            assert not re.search(r"\b(we|we're|our|us|family)\b", text, re.I), text
        if fields.get("household") == "all_of_us":
            assert not re.search(r"\b(I'm moving|my move|alone|a new flat|by myself)\b", text, re.I), text
        if task.answer["form"] == "event" and fields["seats"] == "1":
            assert not re.search(r"\b(us|we|we're|tickets for)\b", text), text
        if task.answer["form"] == "appointment":
            assert (fields["visitors"] == "1") == (not re.search(r"\b[2-6] (people|of us)\b|: [2-6]\b", text)), text


def test_who_wants_no_extras_says_so_of_newsletters_and_of_data() -> None:
    for pattern in groups("train")["negations"]:
        assert re.search("newsletter|advertising", pattern) and re.search("shar|passed on|partners", pattern), pattern
    for split in SUITE.splits:
        for task in SUITE.sample(split, 300, 9):
            assert task.answer["fields"].get("sharing", "no") == "no"
            if task.answer["group"] == "negations":
                assert task.answer["fields"].get("newsletter", "no") == "no"


@pytest.mark.parametrize("split", SUITE.splits)
def test_some_want_the_newsletter(split: str) -> None:
    said = [task.answer["fields"].get("newsletter") for task in SUITE.sample(split, 300, 9)]
    assert said.count("no") > said.count("yes") >= 6


@pytest.mark.parametrize("split", SUITE.splits)
def test_nothing_gives_away_that_a_task_can_not_be_done(split: str) -> None:
    """Whatever is said or stands in the session: where it does, tasks fail about as often as those of its form."""
    tasks = [task for task in SUITE.sample(split, 5000, 21) if task.answer["form"] in POSSIBLE]
    base = {
        form: sum(share) / len(share)
        for form in POSSIBLE
        if (share := [bool(task.answer["obstacle"]) for task in tasks if task.answer["form"] == form])
    }
    assert all(0.08 < share < 0.25 for share in base.values()), base
    expected: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        for sign in signs(task):
            for form in ("any", task.answer["form"]):
                expected[form, sign] += base[task.answer["form"]]  # type: ignore[assignment]
                found[form, sign] += bool(task.answer["obstacle"])
    checked = [key for key, count in expected.items() if count >= 12]
    wrong = {key: (found[key], expected[key]) for key in checked if not 0.5 < found[key] / expected[key] < 2}
    assert not wrong, wrong
    named = {sign for _, sign in checked}
    assert {"delete", "own draft", "old_draft", "only_then", "fallback", "one_payment", "profile"} <= named


def signs(task: Task) -> Iterator[str]:
    """Kinds of what the instruction says, and of what the session holds from the start."""
    world = task.answer["world"]
    yield from task.answer["said"]
    yield from world["traps"]
    if task.answer["form"] in world["drafts"]:
        yield "own draft"
    if set(world["drafts"]) - {task.answer["form"]}:
        yield "other draft"
    if world["has_banner"]:
        yield "banner"
