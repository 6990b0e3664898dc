"""The question before a commit, on a real pseudo-terminal."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from collections.abc import Iterator

import pytest

from webdreamer_app.browser.scripted import page
from webdreamer_app.commands.run import ask_person
from webdreamer_app.types import Action, Effect, Element, Plan, Proposal

BUY = Element("button", "Place order\x1b[8m", bid="3", tag="button")
REVIEW = page("http://shop.test/review", "Review", [BUY])
PROPOSAL = Proposal(Action("click", "3"))
PLAN = Plan(PROPOSAL, (PROPOSAL,), effect=Effect.IRREVERSIBLE)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end of a terminal that a person types at; the other end is the program's stdin."""
    person, program = pty.openpty()
    with os.fdopen(program, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield person
    os.close(person)


async def answered(keyboard: int, typed: bytes) -> bool:
    asking = asyncio.create_task(ask_person(PLAN, REVIEW, 0.71, "the total is higher"))
    await asyncio.sleep(0.05)
    os.write(keyboard, typed)
    return await asyncio.wait_for(asking, 5)


@pytest.mark.parametrize(
    ("typed", "allowed"), [(b"y\n", True), (b" YES \n", True), (b"\n", False), (b"n\n", False), (b"yep\n", False)]
)
async def test_only_a_plain_yes_allows(keyboard: int, typed: bytes, allowed: bool) -> None:
    assert await answered(keyboard, typed) is allowed


async def test_what_was_typed_before_the_question_does_not_answer_it(keyboard: int) -> None:
    os.write(keyboard, b"y\n")
    await asyncio.sleep(0.05)
    assert await answered(keyboard, b"n\n") is False


async def test_the_question_names_action_page_reason_and_risk_without_hidden_text(
    keyboard: int, capsys: pytest.CaptureFixture[str]
) -> None:
    await answered(keyboard, b"n\n")
    shown = capsys.readouterr().err
    for words in ("Review", "http://shop.test/review", "Place order", "irreversible", "the total is higher", "0.71"):
        assert words in shown
    assert "\x1b" not in shown


async def test_an_interrupt_ends_the_question_at_once(keyboard: int) -> None:
    asking = asyncio.create_task(ask_person(PLAN, REVIEW, None, "held"))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asking, 1)
