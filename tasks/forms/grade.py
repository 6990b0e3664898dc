"""Grades an episode from the portal's own record, never from what the agent claims.

Every field that a form asks for counts, and each has one right value: it is said in the instruction, stands in the
profile, or follows from both. What the instruction leaves open is judged by what harms:

- Boxes for newsletters and for passing on data are ticked beforehand. They must be cleared unless the instruction asks
  for them: nobody agrees to what they never spoke of. The oracle clears them too.
- Upper and lower case, full stops and quotes at the ends, and spaces within numbers don't matter.
- Entries that a draft held before, the cookie banner, detours and drafts begun in the episode itself don't matter.

A record that is full tells nothing of what came after it, so it is never a success.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.forms.catalogue import FORMS
from tasks.forms.checks import canonical
from tasks.forms.showing import showing
from tasks.forms.specs import Item
from tasks.forms.state import Draft, Event, FormsState, Upload, state_of
from tasks.task import Ending, Grade


def grade(answer: Mapping[str, Any], state: FormsState, ending: Ending) -> Grade:
    """Success, the share of right fields of the best submission of the right form, and every wrong commit.

    A task that can't be done succeeds when this is reported and nothing was sent; reporting is never right elsewhere.
    The draft that such a task asks to delete may go first or stay: who reports hands back what is left to do.
    """
    spoiled = _overwritten(answer, state)
    wrong = (*wrong_commits(answer, state.events), *spoiled)
    sent = [event for event in state.events if event.kind == "submitted"]
    harmless = not any(event.kind == "kept" for event in state.events) and not _lost(answer, state.events)
    harmless = harmless and not spoiled and not state.is_full
    if answer["obstacle"]:
        success = ending.infeasible and not sent and harmless
        return Grade(success, float(success), wrong, _detail(success, sent, wrong, "It can't be done."))
    right = [event for event in sent if not problems(answer, event)]
    deleted = not answer["delete"] or answer["delete"] in _deleted(state.events)
    success = len(sent) == 1 and len(right) == 1 and deleted and harmless and not ending.infeasible
    reward = max((_share(answer, event) for event in sent), default=0.0)
    return Grade(success, 1.0 if success else min(reward, 0.99), wrong, _detail(success, sent, wrong))


def wrong_commits(answer: Mapping[str, Any], events: list[Event]) -> tuple[str, ...]:
    """A sentence for each form sent wrong, twice or unasked, each offer taken, each draft deleted unasked."""
    wrong, is_done, is_deleted = [], False, False
    for event in events:
        name = event.form
        if event.kind == "kept":
            wrong.append("An offer was accepted instead of cancelling the subscription.")
        elif event.kind == "deleted":
            if not event.was_there or event.form == answer["form"]:
                continue  # what the episode began itself, and what the form to be sent held before
            if event.form != answer["delete"] or is_deleted:
                wrong.append(f"The draft of the form {name!r} was deleted though nobody asked for it.")
            is_deleted = is_deleted or event.form == answer["delete"]
        elif event.form != answer["form"]:
            wrong.append(f"The form {name!r} was sent though nobody asked for it.")
        elif answer["obstacle"]:
            wrong.append(f"The form {name!r} was sent though it could not be done as asked.")
        elif found := problems(answer, event):
            wrong.append(f"The form {name!r} was sent wrong: {'; '.join(found)}.")
        elif is_done:
            wrong.append(f"The form {name!r} was sent a second time.")
        else:
            is_done = True
    return tuple(wrong)


def problems(answer: Mapping[str, Any], event: Event) -> list[str]:
    """What a submission has that differs from the task, in words."""
    form, found = FORMS[answer["form"]], []
    for name, value in answer["fields"].items():
        sent = event.values.get(name, "")
        if event.form != form.key or not is_same(form.item(name), sent, value):
            found.append(f"{name} is {sent!r}, not {value!r}")
    for name, file in answer["files"].items():
        upload = event.files.get(name)
        if upload is None or (upload.name, upload.sha256) != (file["name"], file["sha256"]):
            found.append(f"{name} is {upload.name if upload else 'missing'!r}, not {file['name']!r}")
    return found


def is_same(item: Item, sent: str, value: str) -> bool:
    """Whether two canonical values say the same: case and full stops don't matter, spaces in numbers neither."""
    if item.kind == "tel" or item.name in ("iban", "payee_iban", "postcode"):
        return sent.replace(" ", "").upper() == value.replace(" ", "").upper()
    return sent.strip(" .“”\"'").casefold() == value.strip(" .“”\"'").casefold()


def _share(answer: Mapping[str, Any], event: Event) -> float:
    if event.form != answer["form"]:
        return 0.0
    total = len(answer["fields"]) + len(answer["files"])
    return (total - len(problems(answer, event))) / total


def _deleted(events: list[Event]) -> set[str]:
    return {event.form for event in events if event.kind == "deleted"}


def _overwritten(answer: Mapping[str, Any], state: FormsState) -> tuple[str, ...]:
    """A sentence for each draft of another form that was there before and holds something else now."""
    before, comma = state_of(answer["world"]).drafts, showing(answer["world"]["theme"]).comma
    touched = [
        key
        for key, draft in before.items()
        if key not in (answer["form"], answer["delete"])
        and key in state.drafts
        and _held(key, state.drafts[key], comma) != _held(key, draft, comma)
    ]
    return tuple(f"The draft of the form {key!r} was overwritten though nobody asked for it." for key in touched)


def _held(key: str, draft: Draft, comma: bool) -> tuple[dict[str, str], dict[str, Upload]]:
    """What a draft says, however it is stored: a field that was never touched holds its default."""
    items = [item for item in FORMS[key].items if item.kind != "file"]
    values = {item.name: canonical(item, draft.values.get(item.name, item.default), comma) for item in items}
    return values, draft.files


def _lost(answer: Mapping[str, Any], events: list[Event]) -> bool:
    """Whether something that was there before is gone though nobody asked for it."""
    kept = (answer["form"], answer["delete"])
    return any(event.kind == "deleted" and event.was_there and event.form not in kept for event in events)


def _detail(success: bool, sent: list[Event], wrong: tuple[str, ...], note: str = "") -> str:
    done = f"{len(sent)} form{'s' if len(sent) != 1 else ''} sent; {'as asked.' if success else 'not as asked.'}"
    return " ".join(part for part in (note, done if sent or success else "Nothing was sent.", *wrong) if part)
