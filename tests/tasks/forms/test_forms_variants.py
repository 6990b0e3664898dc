"""The same request with one detail changed, and in another session: what a policy learns differences from."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from tasks.forms.catalogue import FORMS
from tasks.forms.grade import grade
from tasks.forms.specs import is_asked
from tasks.forms.state import state_of
from tasks.site.serving import ThemedSite
from tasks.task import Ending, Task
from tests.tasks.forms.conftest import Visit
from tests.tasks.forms.walks import SUITE, solve

TASKS = SUITE.sample("train", 120, 41)


def test_a_variant_changes_one_detail_and_says_so() -> None:
    changed, kinds = 0, set()
    for task in TASKS:
        other = SUITE.variant(task, 1)
        if other is task:
            continue
        changed += 1
        fields, new = task.answer["fields"], other.answer["fields"]
        names = {name for name in fields | new if fields.get(name) != new.get(name)}
        kinds |= names
        depending = {item.name for item in FORMS[task.answer["form"]].items if item.when and item.when[0] in names}
        assert len(names - depending) == 1, (task.id, names)
        assert other.answer["world"] == task.answer["world"] and other.profile == task.profile
        assert other.answer["delete"] == task.answer["delete"]
        assert other.instruction != task.instruction and other.id != task.id
        assert SUITE.variant(task, 1) == other
    assert changed > 80
    assert {"newsletter", "hours", "reminder", "diet", "payee", "currency", "amount"} <= kinds


def test_a_choice_changes_with_what_is_asked_only_because_of_it() -> None:
    found = 0
    for task in TASKS:
        for number in range(8):
            fields = SUITE.variant(task, number).answer["fields"]
            for item in FORMS[task.answer["form"]].items:
                if item.when is not None:
                    assert (item.name in fields) == is_asked(item, fields), (task.id, number, item.name)
                    found += (item.name in fields) != (item.name in task.answer["fields"])
    assert found > 40
    obstructed = (task for task in TASKS if task.answer["obstacle"])
    assert all(SUITE.variant(task, 1) is task for task in obstructed)


def test_a_variant_says_what_it_wants() -> None:
    """In the currency that it wants, within the limit of the session, at the first slot that is asked for."""
    amounts = days = 0
    for task in SUITE.sample("train", 400, 1043):
        for number in range(3):
            other = SUITE.variant(task, number)
            new, old, world = other.answer["fields"], task.answer["fields"], task.answer["world"]
            if "amount" in new and new["amount"] != old["amount"]:
                amounts += 1
                assert task.answer["form"] != "transfer" or int(new["amount"]) <= world["limit"], other.id
            if new.get("currency"):
                sign = {"eur": r"€|euro|EUR", "usd": r"\$|dollar", "gbp": r"£|pound"}
                said = [name for name, words in sign.items() if re.search(words, other.instruction)]
                assert said == [new["currency"]], (other.id, other.instruction)
            if "slot" in new and new["day"] != old["day"]:
                days += 1
                assert new["slot"] in other.instruction and f"{new['day']} {new['slot']}" not in world["taken"]
    assert amounts > 40 and days > 10


def test_variants_and_moved_requests_are_solved_where_they_happen(portal: ThemedSite, visit: Visit) -> None:
    chance, moves = random.Random(3), 0
    for task in chance.sample(TASKS, 12):
        for number in (2, 3):
            check(portal, visit, SUITE.variant(task, number), task, "variant")
        for other in TASKS:
            here = SUITE.moved(other, task)
            if other is not task and here is not task:
                moves += 1
                check(portal, visit, here, task, "moved")
                break
    assert moves > 3


def check(portal: ThemedSite, visit: Visit, wanted: Task, place: Task, what: str) -> None:
    """The wanted request is done in the session of another one, and is wrong for that one where it differs."""
    assert wanted.answer["world"]["theme"] == place.answer["world"]["theme"]
    session = f"{wanted.id}@{place.id}+{what}"
    begun = replace(wanted, files={**place.files, **wanted.files})
    browser = visit(begun, session)
    solve(browser, begun)
    end = Ending(bool(browser.infeasible))
    assert portal.grade(begun, session, end).success, (wanted.id, place.id)
    if what == "variant" and wanted is not place:
        assert not portal.grade(place, session, end).success


def test_what_the_other_session_does_not_offer_stays_where_it_is() -> None:
    applications = [task for task in TASKS if task.answer["form"] == "job" and not task.answer["obstacle"]]
    first = next(task for task in applications if not task.answer["delete"])
    world = {**first.answer["world"], "choices": {**first.answer["world"]["choices"], "positions": []}}
    empty = replace(first, id="forms/train/41/999", answer={**first.answer, "world": world})
    assert SUITE.moved(first, empty) is empty
    assert state_of(world) and not grade(first.answer, state_of(world), Ending(False)).success
