"""Values against the fields they were typed into."""

from __future__ import annotations

import pytest

from webdreamer_app.browser.scripted import page
from webdreamer_app.gate import Approve, CommitGate
from webdreamer_app.typed_check import IMPLAUSIBLE, check_typed
from webdreamer_app.types import (
    Action,
    Decision,
    Effect,
    Element,
    Goal,
    History,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)


def filled(*fields: tuple[str, str], error: str = "", input_type: str = "text") -> History:
    history = History(Goal("Buy a mug"))
    for number, (label, value) in enumerate(fields):
        form = page("http://a.test/", "", [Element("textbox", label, bid="1", tag="input", input_type=input_type)])
        chosen = Proposal(Action("fill", "1", (value,)))
        outcome = Outcome(form, error=error)
        history = history.extend(Step(number, form, Plan(chosen, (chosen,)), Verdict(Decision.ACT, ""), outcome))
    return history


@pytest.mark.parametrize(
    ("label", "value", "fits"),
    [
        ("Email", "anna@example.com", True),
        ("Your e-mail", "Subscribe to the", False),
        ("Postcode", "14901", True),
        ("ZIP code", "SW1A 1AA", True),
        ("Postcode", "kraft", False),
        ("Phone", "+49 (30) 1234-56", True),
        ("Telephone", "call me", False),
        ("Street and number", "12 Hill Road", True),
        ("Street and number", "109", False),
        ("Street and number", "Elif", False),
        ("City", "Bad Homburg v.d.H.", True),
        ("City", "56390", False),
        ("Full name", "Anna Berg", True),
        ("Full name", "Anna", False),
        ("Full name", "Jean-Luc O'Neill d'Arc", True),
        ("Comment", "109", True),
        ("City", "", True),
        ("Email or mobile phone number", "0171 2345678", True),
        ("Email or username", "jdoe", True),
        ("Email subject", "Hello", True),
        ("City, State, ZIP", "Springfield, IL 62704", True),
        ("PLZ / Ort", "10115 Berlin", True),
        ("Full name", "田中太郎", True),
    ],
)
def test_a_value_is_held_against_what_its_field_asks_for(label: str, value: str, fits: bool) -> None:
    evidence = check_typed(filled((label, value)))
    assert evidence.risk == (0.0 if fits else IMPLAUSIBLE)
    assert (value in evidence.reason) is not fits or not value


def test_only_the_value_typed_last_counts_and_only_where_typing_worked() -> None:
    assert check_typed(filled(("Postcode", "kraft"), ("Postcode", "14901"))).risk == 0.0
    assert check_typed(filled(("Postcode", "kraft"), error="it is read-only")).risk == 0.0


def test_the_type_of_a_field_tells_its_kind_as_well() -> None:
    assert check_typed(filled(("Login", "anna"), input_type="email")).risk == IMPLAUSIBLE


async def test_the_gate_blocks_a_commit_after_an_implausible_value() -> None:
    seen = page("http://a.test/", "", [Element("button", "Place order", bid="2", tag="button", input_type="submit")])
    chosen = Proposal(Action("click", "2"), commit_risk=0.01)
    gate = CommitGate(Approve.GATE, None, 0.5)
    for value, decision in (("kraft", Decision.BLOCK), ("14901", Decision.ACT)):
        plan = Plan(chosen, (chosen,), effect=Effect.IRREVERSIBLE)
        assert (await gate.judge(plan, seen, filled(("Postcode", value)))).decision is decision
