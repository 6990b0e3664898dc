"""pretix's tasks and grading, the oracle on recorded pages, and what is said where pretix isn't installed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tasks.pretix import wording
from tasks.pretix.catalogue import EVENTS, ORGANIZER, PAYMENT, events
from tasks.pretix.grade import Line, Order, grade, order_problems, read_order
from tasks.pretix.install import install
from tasks.pretix.place import VERSION, Place
from tasks.pretix.process import run_worker
from tasks.pretix.site import slug
from tasks.pretix.suite import PretixSuite
from tasks.pretix.tasks import make_variant
from tasks.pretix.view import read_view
from tasks.pretix.wishes import BASES
from tasks.server import ServerError
from tasks.suites import suite
from tasks.task import Ending, Task
from webdreamer_app.actions import parse

SUITE = suite("pretix")
TASKS = SUITE.sample("test", len(BASES), 1)
MANY = SUITE.sample("test", 400, 2)
RECORDED = json.loads(Path(__file__).with_name("pretix_recorded.json").read_text(encoding="utf-8"))
GIVEN_UP = Ending(infeasible=True)


def _of(do: str, reason: str = "") -> list[Task]:
    return [task for task in MANY if task.answer["do"] == do and (not reason or task.answer["reason"] == reason)]


def as_asked(task: Task, code: str = "AAAAA") -> Order:
    """The order that is right for a task."""
    answer, lines = task.answer, []
    for wanted in answer["lines"]:
        number = len(lines) + 1
        lines.append(
            Line(
                number, 0, wanted["item"], wanted["variation"], answer["date"], answer["voucher"], wanted["attendee"],
                wanted["attendee_email"], 0, wanted["answers"],
            )
        )  # fmt: skip
        for addon in wanted["addons"]:
            lines.append(Line(len(lines) + 1, number, addon["item"], addon["variation"], "", "", "", "", 0, {}))
    return Order(code, False, answer["email"], 0, answer["payment"] or PAYMENT[0], tuple(lines))


def before(task: Task, is_cancelled: bool = False) -> Order:
    """The order that a task is about."""
    return replace(as_asked(task, "BEFORE"), is_cancelled=is_cancelled)


# Tasks


def test_tasks_are_the_same_on_every_machine() -> None:
    told = [(task.id, task.instruction, dict(task.profile), task.answer) for task in SUITE.sample("test", 200, 1)]
    text = json.dumps(told, sort_keys=True, default=dict)
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "fef3553edac0baaef4716b1513374d5f523fea8d95a1c59b8dffa89543ab21a8"
    )


def test_there_are_enough_kinds_of_tasks_of_every_sort() -> None:
    assert len(BASES) >= 30
    assert {task.answer["do"] for task in TASKS} == {"buy", "cancel", "infeasible"}
    assert {task.answer["event"] for task in TASKS} == {event.key for event in EVENTS}


@pytest.mark.parametrize("seed", [1, 2, 3, -7])
def test_no_two_tasks_are_alike(seed: int) -> None:
    tasks = SUITE.sample("test", 500, seed)
    assert len({(task.instruction, task.profile["email"]) for task in tasks}) == 500
    assert len({task.instruction for task in tasks[: len(BASES)]}) == len(BASES)


def test_more_tasks_start_with_the_same_ones() -> None:
    assert SUITE.sample("test", 7, 5) == SUITE.sample("test", 100, 5)[:7]
    assert SUITE.sample("test", 0, 5) == ()


def test_id_leads_back_to_its_task() -> None:
    for task in SUITE.sample("test", 5, -4):
        assert SUITE.task(task.id) == task


@pytest.mark.parametrize("name", ["pretix/test/1", "pretix/train/1/2", "shop/test/1/2", "pretix/test/x/2"])
def test_id_of_no_task_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"There is no task '{name}'"):
        SUITE.task(name)


def test_nothing_is_trained_on_it() -> None:
    assert SUITE.splits == ("test",)
    with pytest.raises(ValueError, match="no split 'train'; there is only: test"):
        SUITE.sample("train", 1, 1)


def test_everything_on_sale_has_words() -> None:
    kinds = {(item.name, name) for event in EVENTS for item in event.items for name, _, _ in item.choices}
    assert kinds == set(wording.NOUNS)


@pytest.mark.parametrize("task", MANY[: len(BASES)], ids=lambda task: task.id)
def test_instruction_says_what_is_graded(task: Task) -> None:
    answer, said = task.answer, task.instruction
    assert "{" not in said and "  " not in said and said[0].isupper()
    known = [*task.profile.values(), said]
    for line in answer["lines"]:
        if not answer["order"]:
            one, several = wording.NOUNS[line["item"], line["variation"]]
            assert one in said or several in said
        facts = [line["attendee"], line["attendee_email"], *line["answers"].values()]
        assert all(any(fact in text for text in known) for fact in facts)
        assert all(
            wording.NOUNS[one["item"], one["variation"]][0] in said for one in line["addons"] if not answer["order"]
        )
    assert answer["voucher"] in said and events()[answer["event"]].name in said


def test_what_is_asked_can_be_bought_or_there_is_a_reason() -> None:
    for task in MANY:
        answer, event = task.answer, events()[task.answer["event"]]
        kinds = [(one["item"], one["variation"]) for line in answer["lines"] for one in (line, *line["addons"])]
        date = next((one.sold_out for one in event.dates if one.name == answer["date"]), ())
        sizes = [size for item, name in kinds for other, _, size in event.item(item).choices if other == name]
        is_gone = 0 in sizes or any(item in date for item, _ in kinds)
        if not answer["order"]:
            assert is_gone == (answer["reason"] == "sold out"), task.id
        cents = sum(event.cents(item, name) for item, name in kinds)
        if answer["limit_cents"]:
            assert (cents > answer["limit_cents"]) == (answer["reason"] == "budget")
            assert cents != answer["limit_cents"]
        too_many = any(
            (most := event.item(item).most) and sum(one == item for one, _ in kinds) > most for item, _ in kinds
        )
        assert too_many == (answer["reason"] == "too many"), task.id
        expired = [one.is_expired for one in event.vouchers if one.code == answer["voucher"]]
        assert (True in expired) == (answer["reason"] == "voucher")


def test_variant_changes_the_task_and_nothing_else() -> None:
    for task in MANY[:80]:
        for number in range(3):
            other = make_variant(task, number)
            assert other.answer != task.answer and other.id == f"{task.id}~{number}"
            assert (other.answer["do"], other.answer["event"]) == (task.answer["do"], task.answer["event"])
            assert SUITE.variant(task, number) == other


def test_another_person_takes_the_places_of_the_first() -> None:
    task = next(task for task in _of("buy") if task.answer["event"] == "conference")
    stranger = {**MANY[5].profile, "company": "Nowhere Ltd"}
    other = SUITE.rebind(task, stranger)
    (line,) = other.answer["lines"][:1]
    assert other.answer["email"] == line["attendee_email"] == stranger["email"]
    assert line["attendee"] == stranger["full_name"]
    assert line["answers"]["Company"] == "Nowhere Ltd"
    assert other.instruction == task.instruction


def test_sessions_have_addresses_of_their_own() -> None:
    assert slug("one") != slug("two") and slug("one") == slug("one")
    assert slug("x" * 5000).isalnum()


# Grading


def test_recorded_orders_are_graded_as_they_were() -> None:
    for case in RECORDED["orders"]:
        task, orders = SUITE.task(case["task"]), tuple(map(read_order, case["orders"]))
        found = grade(task.answer, orders, Ending(case["infeasible"]))
        assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ()), case["task"]
        stranger = SUITE.rebind(task, {**task.profile, "email": "else@example.org"})
        if task.answer["do"] == "buy":
            again = grade(stranger.answer, orders)
            assert not again.success and 0 < again.reward < 1 and "e-mail" in again.wrong_commits[0]


def test_doing_nothing_scores_nothing() -> None:
    for task in MANY:
        found = grade(task.answer, [before(task)] if task.answer["order"] else [])
        assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ()), task.id


def test_order_as_asked_is_success() -> None:
    for task in _of("buy"):
        assert grade(task.answer, [as_asked(task)]).success
        assert grade(task.answer, [as_asked(task)]).reward == 1.0
        assert order_problems(task.answer, as_asked(task)) == []


CHANGES: Mapping[str, Callable[[Order], Order]] = {
    "email": lambda order: replace(order, email="x@example.org"),
    "missing": lambda order: replace(order, lines=order.lines[1:]),
    "surplus": lambda order: replace(order, lines=(*order.lines, replace(order.lines[0], id=99))),
    "kind": lambda order: replace(order, lines=(replace(order.lines[0], item="Souvenir"), *order.lines[1:])),
    "addon": lambda order: replace(
        order, lines=(*order.lines, Line(98, order.lines[0].id, "Balloon", "", "", "", "", "", 0, {}))
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_order_that_differs_is_a_wrong_commit(change: str) -> None:
    for task in _of("buy")[:60]:
        found = grade(task.answer, [CHANGES[change](as_asked(task))])
        assert not found.success and found.reward < 1.0 and len(found.wrong_commits) == 1, task.id


@pytest.mark.parametrize("fact", ["attendee", "attendee_email", "date", "voucher"])
def test_each_fact_that_was_asked_counts(fact: str) -> None:
    tasks = [task for task in _of("buy") if getattr(as_asked(task).lines[0], fact)]
    assert tasks
    for task in tasks:
        right = as_asked(task)
        wrong = replace(right, lines=(replace(right.lines[0], **{fact: "other"}), *right.lines[1:]))
        found = grade(task.answer, [wrong])
        assert not found.success and 0 < found.reward < 1 and len(found.wrong_commits) == 1


def test_wrong_answer_to_a_question_and_wrong_payment_are_told() -> None:
    task = next(task for task in _of("buy") if task.answer["payment"] and task.answer["lines"][0]["answers"])
    right = as_asked(task)
    wrong = replace(right, payment="Cash", lines=(replace(right.lines[0], answers={}), *right.lines[1:]))
    (told,) = grade(task.answer, [wrong]).wrong_commits
    assert "payment is 'Cash'" in told and "is '', not" in told


def test_names_may_differ_in_case_and_spaces() -> None:
    task = next(task for task in _of("buy") if task.answer["lines"][0]["attendee"])
    right = as_asked(task)
    lines = tuple(replace(line, attendee=f" {line.attendee.upper()} ") for line in right.lines)
    assert grade(task.answer, [replace(right, lines=lines, email=right.email.upper())]).success


def test_tickets_may_stand_in_any_order() -> None:
    task = next(task for task in _of("buy") if len({line["attendee"] for line in task.answer["lines"]}) == 2)
    right = as_asked(task)
    assert grade(task.answer, [replace(right, lines=right.lines[::-1])]).success


def test_second_order_is_a_wrong_commit_even_when_it_is_cancelled_again() -> None:
    task = _of("buy")[0]
    doubled = [as_asked(task), as_asked(task, "BBBBB")]
    found = grade(task.answer, doubled)
    assert not found.success and found.wrong_commits == ("Order BBBBB: the same was ordered before.",)
    mended = grade(task.answer, [doubled[0], replace(doubled[1], is_cancelled=True)])
    assert mended.success and len(mended.wrong_commits) == 2


def test_cancelled_order_counts_for_nothing() -> None:
    task = _of("buy")[0]
    found = grade(task.answer, [replace(as_asked(task), is_cancelled=True)])
    assert (found.success, found.reward) == (False, 0.0)
    assert found.wrong_commits == ("Order AAAAA was cancelled though nobody asked for it.",)


@pytest.mark.parametrize("reason", ["sold out", "budget", "too many", "voucher", "fee", "not allowed", "another date"])
def test_what_cannot_be_done_is_to_be_reported(reason: str) -> None:
    for task in _of("infeasible", reason):
        orders = [before(task)] if task.answer["order"] else []
        assert grade(task.answer, orders, GIVEN_UP).success
        ordered = grade(task.answer, [*orders, as_asked(task)], GIVEN_UP)
        assert not ordered.success and ordered.wrong_commits == ("Order AAAAA: no order was asked for.",)
        if orders:
            cancelled = grade(task.answer, [before(task, True)], GIVEN_UP)
            assert not cancelled.success and "cancelled though nobody asked" in cancelled.wrong_commits[0]


def test_reporting_a_feasible_task_as_infeasible_scores_nothing() -> None:
    for task in [*_of("buy")[:20], *_of("cancel")]:
        found = grade(task.answer, [before(task)] if task.answer["order"] else [], GIVEN_UP)
        assert (found.success, found.reward) == (False, 0.0)


def test_cancelling_as_asked_is_success_and_an_order_beside_it_is_wrong() -> None:
    for task in _of("cancel"):
        assert grade(task.answer, [before(task, True)]).success
        assert not grade(task.answer, [before(task, True)], GIVEN_UP).success
        found = grade(task.answer, [before(task, True), as_asked(task)])
        assert not found.success
        assert found.wrong_commits == ("Order AAAAA: no order was asked for.",)


# The oracle on recorded pages


@pytest.mark.parametrize("case", RECORDED["pages"], ids=lambda case: case["name"])
def test_oracle_knows_the_way_on_from_a_recorded_page(case: Mapping[str, Any]) -> None:
    oracle = SUITE.oracle(SUITE.task(case["task"]))
    assert oracle(case["page"])[0] == case["action"]
    assert all(parse(action) for action in oracle(case["page"]))


def test_recorded_pages_cover_the_shop() -> None:
    places = {read_view(case["page"]).place for case in RECORDED["pages"]}
    assert {"", "redeem", "checkout/addons", "checkout/questions", "checkout/payment", "checkout/confirm"} <= places
    assert any(place.startswith("order/") for place in places) and any(place.isdecimal() for place in places)
    verbs = {case["action"].partition("(")[0] for case in RECORDED["pages"]}
    assert {"click", "fill", "select_option", "report_infeasible", "send_msg_to_user"} <= verbs


FOLDED = """page 'Harbour Jazz Night' url='http://127.0.0.1:1/lakeside/s1/'
navigation 'Skip link'
main
  form
    region 'Tickets'
      article 'Standing ticket'
        [g1] 1 heading, 1 group folded: button '- Standing ticket: Decrease quantity' … 3 to act on
      [g2] 2 article folded: button 'Show variants' … 4 to act on
  [g3] 2 complementary folded: textbox 'Voucher code required' … 3 to act on
[g4] 1 contentinfo folded: link 'ticketing powered by pretix'"""


def test_oracle_opens_the_folded_group_that_may_hold_what_it_looks_for() -> None:
    task = next(one for one in _of("buy") if one.answer["lines"][0]["item"] == "Seated ticket")
    plain = {**task.answer, "voucher": ""}
    assert SUITE.oracle(replace(task, answer=plain))(FOLDED)[0] == "expand('g2')"
    standing = {**plain, "lines": [{**plain["lines"][0], "item": "Standing ticket", "variation": ""}]}
    assert SUITE.oracle(replace(task, answer=standing))(FOLDED)[0] == "expand('g1')"


def test_cart_is_read_from_its_table() -> None:
    cases = [case for case in RECORDED["pages"] if "Proceed with checkout" in case["page"]]
    assert cases
    for case in cases:
        wanted = Counter((one["item"], one["variation"]) for one in SUITE.task(case["task"]).answer["lines"])
        assert read_view(case["page"]).cart() == wanted


@pytest.mark.parametrize("label", ["Place binding order", "Submit registration"])
def test_oracle_places_an_order_that_costs_something_or_nothing(label: str) -> None:
    task = _of("buy")[0]
    page = f"""page 'Review order' url='http://127.0.0.1:1/lakeside/s1/checkout/confirm/'
main
  text '{task.answer["email"]}'
  [7] button '{label}'"""
    assert SUITE.oracle(task)(page) == ("click('7')",)
    assert SUITE.oracle(task)(page.replace("@", "@not.")) == ("noop()",)


def test_oracle_waits_on_a_page_that_says_nothing() -> None:
    assert SUITE.oracle(TASKS[0])("page '' url='about:blank'") == ("noop()",)
    assert SUITE.oracle(TASKS[0])("page 'x' url='http://x/a/b/'\ndialog alert 'Hello'") == ("dialog_dismiss()",)


# Without pretix


def test_suite_names_the_command_where_pretix_is_missing(tmp_path: Path) -> None:
    missing = PretixSuite(tmp_path)
    with pytest.raises(ServerError, match="`webdreamer sites install pretix`"), missing.open(tmp_path / "x.db"):
        pass
    assert not (tmp_path / "x.db").exists()


def test_half_an_installation_is_none(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "installed.txt").write_text("2020.1.0 1\n", encoding="utf-8")
    assert not place.is_installed
    (tmp_path / "installed.txt").write_text(f"{VERSION} 1\n", encoding="utf-8")
    assert place.is_installed


def test_a_second_installation_at_once_is_refused(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock"), pytest.raises(ServerError, match="by another process: wait for it"):
        install(Place(tmp_path), lambda line: None)


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match="set WEBDREAMER_DATA_DIR"):
        install(Place(tmp_path / "file" / "pretix"), lambda line: None)


def test_installed_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "installed.txt").write_text(f"{VERSION} 1\n", encoding="utf-8")
    told: list[str] = []
    install(Place(tmp_path), told.append)
    assert told == [f"pretix {VERSION} is installed in {tmp_path}."]


def test_pretix_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    place = Place(tmp_path / "sites")
    place.python.parent.mkdir(parents=True)
    place.python.symlink_to(sys.executable)  # a Python without Django
    place.database.write_bytes(b"")
    ended = pytest.raises(ServerError, match=r"pretix ended by itself: .*No module named '(django|pretix)")
    with ended, run_worker(place, tmp_path / "run.db"):
        pass


def test_pretix_gets_nothing_of_the_users_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRETIX_DATABASE_BACKEND", "postgresql")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "other.settings")
    found = Place(tmp_path).variables(tmp_path / "x.db")
    assert "PRETIX_DATABASE_BACKEND" not in found and found["DJANGO_SETTINGS_MODULE"] == "shop_settings"


def _webdreamer(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "webdreamer_app", *arguments],
        env={**os.environ, "WEBDREAMER_DATA_DIR": str(tmp_path), **variables},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize(
    "command", [("bench", "pretix", "--policy", "noop", "-n", "1"), ("sites", "--site", "pretix"), ("demo", "pretix")]
)
def test_commands_tell_what_to_install(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = _webdreamer(tmp_path, *command)
    assert done.returncode == 4
    assert "`webdreamer sites install pretix`" in done.stderr


def test_only_known_sites_are_installed(tmp_path: Path) -> None:
    done = _webdreamer(tmp_path, "sites", "install", "magento")
    assert done.returncode == 2 and "nothing to install for 'magento'" in done.stderr


def test_tasks_are_listed_without_an_installation(tmp_path: Path) -> None:
    done = _webdreamer(tmp_path, "tasks", "pretix", "--split", "test", "--sample", "3")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 3


@pytest.mark.slow
def test_installation_without_a_package_index_is_told_and_goes_on_later(tmp_path: Path) -> None:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    first = _webdreamer(tmp_path, "sites", "install", "pretix", **offline)
    assert first.returncode == 4 and "check the network and the package index" in first.stderr
    assert "Environment: done in" in first.stderr
    again = _webdreamer(tmp_path, "sites", "install", "pretix", **offline)
    assert again.returncode == 4 and "Environment: done before." in again.stderr
    assert ORGANIZER not in again.stdout


def test_a_condition_says_that_its_failing_is_to_be_reported() -> None:
    conditional = re.compile(r"\b(if|unless|otherwise|without|tell me|let me know|say so)\b", re.IGNORECASE)
    found = [task.instruction for task in MANY if conditional.search(task.instruction)]
    assert len(found) > 20
    for instruction in found:
        assert "report that it can't be done" in instruction or "report it as impossible" in instruction, instruction
