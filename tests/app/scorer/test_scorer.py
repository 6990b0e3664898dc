"""The scorer: what it reads, what it may answer, and that it learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from webdreamer_app.policies.embedded import EmbeddedPolicy
from webdreamer_app.policies.scorer import packing
from webdreamer_app.policies.scorer.calibration import fit_temperature
from webdreamer_app.policies.scorer.decoding import candidates
from webdreamer_app.policies.scorer.features import Featurizer, StateFeatures
from webdreamer_app.policies.scorer.labels import Label, LabelKind, labels_for
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork, log_probabilities
from webdreamer_app.policies.scorer.packing import Example, PackedSet, collate, sample
from webdreamer_app.policies.scorer.rows import page_rows
from webdreamer_app.policies.scorer.training import Trainer, TrainingConfig, evaluate, train
from webdreamer_app.policies.scorer.values import amounts, value_set
from webdreamer_app.types import Action, Box, Element, Goal, History, Observation
from worldmodel.checkpoint import CheckpointFormatError
from worldmodel.text_encoder import TextEncoder

GOAL = Goal(
    "Please buy me a large green glass mug for under $30, shipped to my address",
    {"full_name": "Anna Berg", "street": "1 Hill Road"},
)
SMALL = NetworkConfig(width=48, layers=1, heads=2, text_width=32, dropout=0.0)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load()


def results_page() -> Observation:
    elements = [
        Element("banner"),
        Element("textbox", "Search products", 1, "1", value="", box=Box(0, 0, 100, 20)),
        Element("button", "Search", 1, "2"),
        Element("heading", "Results", 1, level=1),
        Element("list", "", 1),
    ]
    for number, (colour, material) in enumerate(
        [(colour, material) for colour in ("Blue", "Green") for material in ("Ceramic", "Glass", "Steel")], start=3
    ):
        elements += [
            Element("listitem", "", 2),
            Element("link", f"Norvik {colour} {material} Mug", 3, str(number)),
            Element("text", f"${20 + number}.00", 3),
        ]
    elements += [
        Element("combobox", "Size", 1, "90", value="Small", options=("Small", "Large")),
        Element("textbox", "Full name", 1, "91", value=""),
        Element("button", "Gone", 1, "92", disabled=True),
    ]
    return Observation("http://shop.test/search?q=mug", "Results", tuple(elements), "page")


@pytest.fixture(scope="module")
def state(encoder: TextEncoder) -> StateFeatures:
    return Featurizer(encoder, GOAL)(results_page(), ())


def test_a_row_carries_the_text_of_its_list_item_and_not_of_its_neighbours() -> None:
    rows = {row.element.bid: row for row in page_rows(results_page()) if row.element.bid}
    assert rows["7"].context == "Norvik Green Glass Mug $27.00"
    assert rows["2"].context == ""


def test_pages_over_the_limit_keep_interactive_rows_first() -> None:
    rows = page_rows(results_page(), limit=12)
    assert len(rows) == 12
    assert sum(row.element.is_interactive for row in rows) == 11
    assert [row.index for row in rows] == sorted(row.index for row in rows)


def test_the_product_that_covers_most_of_the_instruction_stands_out(state: StateFeatures) -> None:
    relative = state.numeric[:, 32:36]
    places = {row.element.bid: place for place, row in enumerate(state.rows)}
    best = [bid for bid in map(str, range(3, 9)) if relative[places[bid], 1] == 1.0]
    assert best == ["7"]


def test_amounts_are_read_in_the_ways_people_write_them() -> None:
    assert amounts("under $30 or 25.50 dollars, not €1,99") == (30.0, 25.5, 1.99)
    assert amounts("2 mugs of 300 ml") == ()


def test_spans_of_the_instruction_are_found_whatever_their_case_and_punctuation() -> None:
    values = value_set("Get the Blue Mug, size Large.", {"b": "x", "a": "y"})
    assert values.spans_equal_to("blue mug") == [(2, 2)]
    assert values.spans_equal_to("LARGE") == [(5, 1)]
    assert values.keys == ("a", "b")


def test_labels_point_at_every_way_to_type_a_value(state: StateFeatures) -> None:
    found = labels_for([Action("fill", "1", ("green glass mug",)), Action("fill", "91", ("Anna Berg",))], state)
    assert [label.kind for label in found] == [LabelKind.SPAN, LabelKind.KEY]
    assert labels_for([Action("click", "404")], state) == ()
    assert labels_for([Action("fill", "1", ("a value nobody named",))], state) == ()


def test_probabilities_over_the_candidate_set_sum_to_one_and_skip_what_is_disabled(
    state: StateFeatures, encoder: TextEncoder
) -> None:
    torch.manual_seed(3)
    network = ScorerNetwork(SMALL).eval()
    with torch.inference_mode():
        log = log_probabilities(network(collate([sample(state, encoder)])))
    everything = log.rows.exp().sum() + log.page.exp().sum()
    assert everything.item() == pytest.approx(1.0, abs=1e-4)
    assert log.spans[0, 0].exp().sum().item() + log.keys[0, 0].exp().sum().item() == pytest.approx(1.0, abs=1e-4)
    found = candidates(state, log)
    assert "92" not in {candidate.action.bid for candidate in found}
    assert len({candidate.action for candidate in found}) == len(found) <= 256


def test_padding_changes_no_score(state: StateFeatures, encoder: TextEncoder) -> None:
    torch.manual_seed(3)
    network = ScorerNetwork(SMALL).eval()
    short = Featurizer(encoder, GOAL)(replace(results_page(), elements=results_page().elements[:4]), ())
    alone = network(collate([sample(short, encoder)]))
    padded = network(collate([sample(short, encoder), sample(state, encoder)]))
    count = len(short.rows)
    assert torch.allclose(alone.rows[0, :count], padded.rows[0, :count], atol=1e-4)
    assert torch.allclose(alone.page[0], padded.page[0], atol=1e-4)


def examples(state: StateFeatures, blank: StateFeatures) -> list[Example]:
    right = labels_for([Action("click", "7")], state)
    fill = labels_for([Action("fill", "1", ("green glass mug",))], blank)
    return [Example(state, right, ((1, True),)), Example(blank, fill, ((1, False),))] * 8


@pytest.fixture(scope="module")
def packed(state: StateFeatures, encoder: TextEncoder) -> PackedSet:
    short = replace(results_page(), elements=results_page().elements[:4], url="http://shop.test/")
    return PackedSet(packing.pack(examples(state, Featurizer(encoder, GOAL)(short, ())), encoder))


def test_a_packed_state_gives_the_batch_that_the_live_state_gives(
    packed: PackedSet, state: StateFeatures, encoder: TextEncoder
) -> None:
    stored, live = packed.batch([0]), collate([sample(state, encoder)])
    for name in live.__slots__:
        assert torch.allclose(getattr(stored, name).float(), getattr(live, name).float(), atol=2e-2), name


def test_the_network_overfits_one_batch(packed: PackedSet, tmp_path: Path) -> None:
    config = TrainingConfig(minutes=60.0, batch=16, max_steps=80, learning_rate=3e-3, ema=0.9, history_dropout=0.0)
    trainer = Trainer(SMALL, config)
    before = evaluate(trainer.average, packed)[0]["nll"]
    trainer.run(packed, tmp_path / "progress.safetensors", lambda line: None)
    figures = evaluate(trainer.average, packed)[0]
    assert before > 1.0 > 0.2 > figures["nll"]
    assert figures["commit_auroc"] == 1.0


def test_training_goes_on_where_it_stopped(packed: PackedSet, tmp_path: Path) -> None:
    progress = tmp_path / "progress.safetensors"
    first = Trainer(SMALL, TrainingConfig(minutes=60.0, max_steps=3))
    first.run(packed, progress, lambda line: None)
    second = Trainer(SMALL, TrainingConfig(minutes=60.0, max_steps=5))
    second.resume(progress)
    assert second.step == 3
    for ours, theirs in zip(first.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    second.run(packed, progress, lambda line: None)
    assert second.step == 5


def test_training_begins_with_the_weights_of_a_trained_policy(packed: PackedSet, tmp_path: Path) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    long = TrainingConfig(minutes=60.0, batch=16, max_steps=80, learning_rate=3e-3, ema=0.9)
    trained = train(packed, packed, first, long, network=SMALL, echo=lambda line: None)
    short = TrainingConfig(minutes=60.0, batch=16, max_steps=1, learning_rate=1e-5)
    more = train(packed, packed, second, short, network=SMALL, start=first, echo=lambda line: None)
    assert more["validation"]["nll"] < 2 * trained["validation"]["nll"] + 0.05
    assert more["training"]["started_from"] == "first.safetensors"
    with pytest.raises(CheckpointFormatError, match="another size"):
        train(packed, packed, second, short, start=first, echo=lambda line: None)


async def test_a_trained_checkpoint_serves_the_policy(packed: PackedSet, encoder: TextEncoder, tmp_path: Path) -> None:
    out = tmp_path / "policy.safetensors"
    config = TrainingConfig(minutes=60.0, batch=16, max_steps=80, learning_rate=3e-3, ema=0.9)
    details = train(packed, packed, out, config, network=SMALL, echo=lambda line: None)
    assert details["validation"]["states"] == 16
    policy = EmbeddedPolicy.load(out, "cpu", encoder)
    proposals = await policy.propose(results_page(), History(GOAL))
    assert proposals[0].action == Action("click", "7")
    assert [p.probability for p in proposals] == sorted((p.probability for p in proposals), reverse=True)
    assert proposals[0].commit_risk is not None
    assert 0 <= proposals[0].commit_risk <= 1
    policy.close()


def test_temperature_scaling_recovers_a_known_temperature() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(4000, generator=generator) * 2
    labels = (torch.rand(4000, generator=generator) < torch.sigmoid(logits)).long()
    temperature, offset = fit_temperature(logits * 3, labels)
    assert temperature == pytest.approx(3.0, rel=0.15)
    assert offset == pytest.approx(0.0, abs=0.15)
    assert fit_temperature(logits, torch.ones(4000).long()) == (1.0, 0.0)


def test_label_kinds_are_stored_as_small_integers() -> None:
    assert np.array([int(Label(kind).kind) for kind in LabelKind]).tolist() == list(range(6))
