"""Grades come from the record: shares of right fields, and a sentence for every wrong commit."""

from __future__ import annotations

from typing import Any

from tasks.forms.catalogue import FORMS
from tasks.forms.grade import grade, is_same
from tasks.forms.state import MANY, Event, FormsState, Upload, state_of
from tasks.task import Ending
from tests.tasks.forms.walks import SUITE, find

TASK = find("train", lambda task: task.answer["form"] == "claim" and not task.answer["delete"])
HOPELESS = find("train", lambda task: task.answer["obstacle"] == "amount" and not task.answer["delete"])


def sent(answer: Any = None, form: str = "", **changes: str) -> Event:
    answer = answer or TASK.answer
    files = {name: Upload(**file) for name, file in answer["files"].items()}
    return Event("submitted", form or answer["form"], False, {**answer["fields"], **changes}, files)


def judge(*events: Event, answer: Any = None, infeasible: bool = False) -> Any:
    state = FormsState("harbour", events=list(events))
    return grade(answer or TASK.answer, state, Ending(infeasible))


def test_the_right_form_sent_once_is_success() -> None:
    found = judge(sent())
    assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ())


def test_a_wrong_value_costs_its_share_and_is_named() -> None:
    found = judge(sent(description="Something else"))
    total = len(TASK.answer["fields"]) + 1
    assert not found.success and found.reward == (total - 1) / total
    right = TASK.answer["fields"]["description"]
    assert found.wrong_commits == (f"The form 'claim' was sent wrong: description is 'Something else', not {right!r}.",)


def test_a_wrong_file_is_wrong_by_name_or_content() -> None:
    for upload in (
        Upload("other.txt", TASK.answer["files"]["receipt"]["sha256"]),
        Upload(TASK.answer["files"]["receipt"]["name"], "0"),
    ):
        event = sent()
        event.files["receipt"] = upload
        assert "receipt is" in judge(event).wrong_commits[0]


def test_nobody_agrees_to_what_they_never_spoke_of_and_gets_what_they_asked_for() -> None:
    plain = [task for task in SUITE.sample("train", 200, 3) if not (task.answer["obstacle"] or task.answer["delete"])]
    wishes = [(task, task.answer["fields"].get("newsletter")) for task in plain]
    silent = next(task for task, wish in wishes if wish and "news" not in task.instruction)
    wanting = next(task for task, wish in wishes if wish == "yes")
    for task, wrong in ((silent, "yes"), (wanting, "no")):
        assert judge(sent(task.answer), answer=task.answer).success
        found = judge(sent(task.answer, newsletter=wrong), answer=task.answer)
        assert not found.success and f"newsletter is {wrong!r}" in found.wrong_commits[0]


def test_sending_twice_or_another_form_is_wrong() -> None:
    twice, other = judge(sent(), sent()), judge(sent(), sent(form="job"))
    assert twice.wrong_commits == ("The form 'claim' was sent a second time.",) and not twice.success
    assert other.wrong_commits == ("The form 'job' was sent though nobody asked for it.",) and not other.success
    assert judge(sent(form="job")).reward == 0.0


def test_a_deletion_nobody_asked_for_is_wrong_and_one_that_was_asked_for_is_needed() -> None:
    unasked = judge(sent(), Event("deleted", "event", was_there=True))
    assert "deleted though nobody asked" in unasked.wrong_commits[0] and not unasked.success
    assert judge(Event("deleted", "claim"), sent()).success, "its own entries were written anew"
    wanted = {**TASK.answer, "delete": "event"}
    assert not judge(sent(), answer=wanted).success
    found = judge(sent(), Event("deleted", "event", was_there=True), answer=wanted)
    assert found.success and not found.wrong_commits


def test_what_cannot_be_done_must_be_reported_and_not_be_done() -> None:
    answer = HOPELESS.answer
    assert judge(answer=answer, infeasible=True).success and not judge(answer=answer).success
    done = judge(sent(answer), answer=answer, infeasible=True)
    assert not done.success and len(done.wrong_commits) == 1 and done.reward == 0.0
    assert not judge(sent(), infeasible=True).success
    asked = {**answer, "delete": "job"}
    gone = Event("deleted", "job", was_there=True)
    for events in ((), (gone,)):
        found = judge(*events, answer=asked, infeasible=True)
        assert found.success and not found.wrong_commits, "a draft that was to go may go"
    assert not judge(gone, answer=answer, infeasible=True).success


def test_an_offer_that_was_taken_is_wrong() -> None:
    assert len(judge(sent(), Event("kept", "cancel")).wrong_commits) == 1


def test_a_full_record_is_no_success() -> None:
    """What was sent after it is not known."""
    for first, answer, infeasible in ((sent(), TASK.answer, False), (None, HOPELESS.answer, True)):
        for own, is_success in ((MANY - 2, True), (MANY, False)):
            state = FormsState("harbour")
            for event in ([first] if first else []) + [Event("deleted", "claim")] * own:
                state.record(event)
            for _ in range(3 if own == MANY else 0):
                state.record(sent(form="job"))
            assert len(state.events) <= MANY
            assert grade(answer, state, Ending(infeasible)).success == is_success


def test_spaces_in_numbers_and_case_do_not_matter_but_letters_do() -> None:
    claim = FORMS["claim"]
    assert is_same(claim.item("iban"), "de12 3456", "DE123456") and is_same(claim.item("city"), "ashford ", "Ashford")
    assert not is_same(claim.item("city"), "Ashfort", "Ashford")


def test_another_forms_draft_that_was_written_over_is_damage() -> None:
    task = find(
        "train",
        lambda task: (
            not (task.answer["obstacle"] or task.answer["delete"])
            and set(task.answer["world"]["drafts"]) - {task.answer["form"]}
        ),
    )
    state = state_of(task.answer["world"])
    state.events = [sent(task.answer)]
    assert grade(task.answer, state, Ending()).success
    other = next(key for key in state.drafts if key != task.answer["form"])
    text = next(item.name for item in FORMS[other].items if item.kind in ("text", "email"))
    state.drafts[other].values[text] = "something else"
    found = grade(task.answer, state, Ending())
    assert not found.success and f"The draft of the form {other!r} was overwritten" in found.wrong_commits[0]
