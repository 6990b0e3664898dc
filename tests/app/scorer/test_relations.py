"""How rows, words and values go together before anything is learned."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.features import Featurizer, StateFeatures
from webdreamer_app.policies.scorer.network import _AROUND, NetworkConfig, ScorerNetwork, _near
from webdreamer_app.policies.scorer.packing import Numbering, collate, tables_of, to_sample
from webdreamer_app.policies.scorer.past import MAX_HISTORY, _tells, history_features, remembered, tells
from webdreamer_app.policies.scorer.relations import Adapter, among_choices, likeness_to_words, relations
from webdreamer_app.types import (
    Action,
    Decision,
    Element,
    Goal,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)
from worldmodel.text_encoder import TextEncoder

GOAL = Goal("Register me for the fair. I don't eat any meat. Pay by invoice, please.", {"full_name": "Anna Berg"})
SMALL = NetworkConfig(width=32, layers=2, heads=2, mixed=16, inner=32, pointer=16, dropout=0.0)
VERBS = ("click", "fill", "press", "goto", "go_back", "scroll", "noop", "dialog_accept", "dialog_dismiss")
PAGE = Observation(
    "http://site.test/form",
    "Form",
    (
        Element("link", "Home", 0, "1"),
        Element("link", "Help", 0, "2"),
        Element("group", "Food", 0),
        Element("radio", "Vegetarian", 1, "3", checked=False),
        Element("radio", "Everything", 1, "4", checked=True),
        Element("group", "Payment", 0),
        Element("radio", "At the door", 1, "5", checked=False),
        Element("radio", "Invoice", 1, "6", checked=False),
        Element("combobox", "Hall", 0, "7", value="A", options=("A", "B")),
        Element("textbox", "Name", 0, "8", value=""),
        Element("textbox", "Order number", 0, "9", value=""),
        Element("button", "Next", 0, "10"),
    ),
    "form",
)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load(verify=False)


def state_and_batch(encoder: TextEncoder) -> tuple[StateFeatures, Batch]:
    state, numbering = Featurizer(encoder, GOAL)(PAGE, ()), Numbering()
    return state, collate([to_sample(state, numbering)], tables_of(numbering, encoder))


def step(number: int, verb: str, bid: str, after: Observation) -> Step:
    known = Proposal(Action(verb, bid, ("x",) if verb == "fill" else ()), "", 1.0)
    return Step(number, PAGE, Plan(known, (known,)), Verdict(Decision.ACT, ""), Outcome(after))


def test_a_chore_is_remembered_behind_a_form_full_of_fills() -> None:
    elsewhere = replace(PAGE, url="http://site.test/drafts")
    chores = [step(0, "click", "1", elsewhere), step(1, "dialog_accept", "", PAGE)]
    fills = [step(2 + number, "fill", "8", PAGE) for number in range(9)]
    found = remembered((*chores, *fills))
    assert [one.index for one in found] == [10, 9, 8, 7, 1, 0]
    assert [one.index for one in remembered(tuple(fills))] == [10, 9, 8, 7, 6, 5]
    ways = tuple(step(number, "click", "1", elsewhere) for number in range(9))
    assert [one.index for one in remembered(ways)] == [8, 7, 6, 5, 4, 3] and MAX_HISTORY == 6
    for count in range(9):
        for telling in range(count + 1):
            past = (*ways[:telling], *(replace(one, index=place) for place, one in enumerate(fills, telling)))[:count]
            found = remembered(past)
            assert len(found) == min(count, MAX_HISTORY)
            assert [one.index for one in found] == sorted((one.index for one in found), reverse=True)
            assert {one.index for one in past[-2:]} <= {one.index for one in found}


def test_what_tells_of_a_step_stands_in_its_features() -> None:
    elsewhere = replace(PAGE, url="http://site.test/drafts")
    steps = [
        *(step(number, verb, "1", after) for number, (verb, after) in enumerate(product(VERBS, (PAGE, elsewhere)))),
        replace(step(99, "click", "1", PAGE), outcome=Outcome(PAGE, error="gone")),
    ]
    facts = torch.tensor(np.stack([history_features(one, PAGE) for one in steps]))
    assert tells(facts).tolist() == [_tells(one) for one in steps]
    assert 0 < int(tells(facts).sum()) < len(steps)


def test_choices_are_what_can_be_had_instead(encoder: TextEncoder) -> None:
    state, _ = state_and_batch(encoder)
    texts = [f"{row.text} in {row.context}" if row.is_option else row.text for row in state.rows]
    choice = dict(zip(texts, state.links[:, 3].tolist(), strict=True))
    assert choice["Vegetarian"] == choice["Everything"] != choice["At the door"] == choice["Invoice"]
    assert choice["A in Hall"] == choice["B in Hall"] != choice["Vegetarian"]
    assert choice["Home"] == choice["Help"] != choice["Next"]
    assert choice["Name"] == choice["Order number"] == choice["Hall"] == -1


def test_the_choice_that_means_what_is_asked_stands_out(encoder: TextEncoder) -> None:
    state, batch = state_and_batch(encoder)
    places = {row.text: place for place, row in enumerate(state.rows)}
    alike = likeness_to_words(batch, batch.own, batch.told)
    assert alike.shape == batch.lexical.shape and float(alike.abs().max()) <= 1.001
    found = among_choices(alike, batch)[0]
    for right, wrong in (("Vegetarian", "Everything"), ("Invoice", "At the door")):
        assert found[places[right], 1] > 0 > found[places[wrong], 1]
        assert found[places[right], 2] == 1 and found[places[wrong], 2] == 0
        assert found[places[right], 3] + found[places[wrong], 3] == pytest.approx(1.0, abs=1e-4)
    assert found[places["Name"], 1:].abs().sum() == 0
    word = state.values.words.index("invoice,")
    size = alike.shape[1] + alike.shape[2] + 1
    together = relations(batch, alike, (1, 1, 1, 1, 1 + alike.shape[2]), size)[0, 3]
    row = together[1 + alike.shape[2] + places["Invoice"], 1 : 1 + alike.shape[2]]
    assert int(row.argmax()) == word and float(row.sum()) == pytest.approx(1.0, abs=1e-3)


def test_an_adapter_changes_nothing_until_it_is_trained() -> None:
    adapter, vectors = Adapter(8, 0.1), torch.randn(3, 8)
    assert torch.equal(adapter(vectors), vectors)
    adapter(vectors).sum().backward()
    assert adapter.up.weight.grad is not None and float(adapter.up.weight.grad.abs().sum()) > 0


def test_padding_changes_nothing(encoder: TextEncoder) -> None:
    state, numbering = Featurizer(encoder, GOAL)(PAGE, ()), Numbering()
    other = Featurizer(encoder, Goal(f"{GOAL.instruction} " * 4))(PAGE, ())
    samples = [to_sample(one, numbering) for one in (state, other)]
    tables = tables_of(numbering, encoder)
    alone, both = collate(samples[:1], tables), collate(samples, tables)
    assert both.words.shape[1] > alone.words.shape[1]
    expected = among_choices(likeness_to_words(alone, alone.own, alone.told), alone)[0]
    assert torch.allclose(
        among_choices(likeness_to_words(both, both.own, both.told), both)[0, : len(expected)], expected, atol=1e-5
    )


def test_the_words_around_a_value_are_those_beside_it(encoder: TextEncoder) -> None:
    _, batch = state_and_batch(encoder)
    alike = likeness_to_words(batch, batch.own, batch.told)
    found = _near(alike, batch)[0]
    for field, row in enumerate(batch.fields[0].tolist()):
        words = alike[0, row]
        for place in range(len(words)):
            before, behind = words[max(0, place - _AROUND) : place], words[place + 1 : place + 1 + _AROUND]
            expected = torch.stack([words[place], before.sum() / _AROUND, behind.sum() / _AROUND])
            assert torch.allclose(found[field, place], expected, atol=1e-5)


def test_a_value_that_another_field_calls_for_is_worth_less(encoder: TextEncoder) -> None:
    _, batch = state_and_batch(encoder)
    torch.manual_seed(0)
    network = ScorerNetwork(SMALL).eval()
    values = torch.full((1, batch.fields.shape[1], 3), -1.0)
    values[0, 0, 0], values[0, 1, 0], values[0, 1, 1] = 4.0, 1.0, 1.0
    assert torch.equal(network._against_rivals(values, batch), values)
    with torch.no_grad():
        network.rivalry.fill_(1.0)
    found = network._against_rivals(values, batch)[0]
    assert found[1, 1] > found[1, 0] and found[0, 0] > found[0, 1]
    nowhere = torch.full_like(values, -torch.inf)
    assert torch.equal(network._against_rivals(nowhere, batch), nowhere)
