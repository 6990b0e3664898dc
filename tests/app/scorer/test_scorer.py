"""The scorer: what it reads, what it may answer, and that it learns."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from benchmarks.ablations import ARMS, examples_of
from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS, EmbeddedPolicy
from webdreamer_app.policies.scorer.arrays import Batch, log_probabilities
from webdreamer_app.policies.scorer.calibration import (
    CommitScore,
    CommitSigns,
    fit_commit_score,
    fit_temperature,
)
from webdreamer_app.policies.scorer.deciding import Decider, mutual_information
from webdreamer_app.policies.scorer.decoding import candidates
from webdreamer_app.policies.scorer.evaluation import evaluate
from webdreamer_app.policies.scorer.features import Featurizer, StateFeatures
from webdreamer_app.policies.scorer.labels import Label, LabelKind, labels_for
from webdreamer_app.policies.scorer.lexical import TEXT_FEATURES
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork
from webdreamer_app.policies.scorer.packing import Example, Numbering, Packer, collate, tables_of, to_sample
from webdreamer_app.policies.scorer.rows import page_rows
from webdreamer_app.policies.scorer.shards import PackedSet, ShardError
from webdreamer_app.policies.scorer.training import Trainer, TrainingConfig, train
from webdreamer_app.policies.scorer.values import amounts, cents_of, value_set
from webdreamer_app.policies.scorer.vectors import Embeddings, is_short, read_as
from webdreamer_app.policies.scorer.verbs import PAGE_VERBS, ROW_VERBS
from webdreamer_app.types import Action, Box, Dialog, Element, Goal, History, Observation
from worldmodel.checkpoint import CheckpointFormatError
from worldmodel.measures import area_under_curve, expected_calibration_error
from worldmodel.text_encoder import TextEncoder

GOAL = Goal(
    "Please buy me a large green glass mug for under $30, shipped to my address",
    {"full_name": "Anna Berg", "street": "1 Hill Road"},
)
SMALL = NetworkConfig(width=48, layers=2, heads=2, mixed=16, inner=64, pointer=32, dropout=0.0)


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


def batch_of(encoder: TextEncoder, *states: StateFeatures) -> Batch:
    numbering = Numbering()
    samples = [to_sample(one, numbering) for one in states]
    return collate(samples, tables_of(numbering, encoder))


def test_a_row_carries_the_text_of_its_list_item_and_not_of_its_neighbours() -> None:
    rows = {row.element.bid: row for row in page_rows(results_page()) if row.element.bid and not row.is_option}
    assert rows["7"].context == "Norvik Green Glass Mug $27.00"
    assert rows["2"].context == ""


def test_options_of_a_list_are_rows_that_name_their_list() -> None:
    rows = page_rows(results_page())
    options = [row for row in rows if row.is_option]
    assert [row.text for row in options] == ["Small", "Large"]
    assert {rows[row.parent].element.bid for row in options} == {"90"}


def test_pages_over_the_limit_keep_interactive_rows_first_and_in_order() -> None:
    rows = [row for row in page_rows(results_page(), limit=12) if not row.is_option]
    assert len(rows) == 12
    assert sum(row.element.is_interactive for row in rows) == 11
    assert [row.element.bid for row in rows if row.element.bid] == [*map(str, range(1, 9)), "90", "91", "92"]


def test_the_product_that_meets_most_of_the_instruction_stands_out(state: StateFeatures) -> None:
    relative = state.numeric[:, 2 * TEXT_FEATURES : 2 * TEXT_FEATURES + 3]
    best = [
        row.element.bid
        for row, (_, is_best, is_alone) in zip(state.rows, relative, strict=True)
        if row.element.role == "link" and is_best and is_alone
    ]
    assert best == ["7"]


def test_a_row_meets_the_words_of_the_instruction_that_it_holds(state: StateFeatures) -> None:
    place = next(place for place, row in enumerate(state.rows) if row.element.bid == "7")
    met = {word for word, share in zip(state.values.words, state.lexical[place], strict=True) if share > 0.95}
    assert met == {"green", "glass", "mug"}


def test_amounts_are_read_in_the_ways_people_write_them() -> None:
    assert amounts("under $30 or 25.50 dollars") == (30.0, 25.5)
    assert amounts("2 mugs of 300 ml") == ()
    known = {"1,250": 125_000, "1.250,50": 125_050, "84.9": 8_490, "1,842.00": 184_200, "165": 16_500, "3 653": 365_300}
    assert {text: cents_of(text) for text in known} == known
    assert cents_of("1.2.x") is None


def test_dates_amounts_and_quotations_are_offered_as_fields_take_them() -> None:
    values = value_set(
        "On the 12th of October 2027 pay €3,653 for 2 of us, write “I like it here a lot, really” and attach cv.txt, "
        "or on June 1, 2026 or 2026-10-09 or 10/05/2014.",
        {"full_name": "Anna Berg"},
    )
    offered = {(one.kind, one.text) for one in values.offered}
    assert {
        ("profile", "Anna Berg"), ("date", "2027-10-12"), ("date", "2026-06-01"), ("date", "2026-10-09"),
        ("date", "2014-10-05"), ("point", "3653.00"), ("comma", "3653,00"), ("file", "cv.txt"),
        ("quotation", "I like it here a lot, really"),
    } <= offered  # fmt: skip
    day = next(one for one in values.offered if one.text == "2027-10-12")
    assert values.words[day.start : day.start + day.length] == ("12th", "of", "October", "2027")


def test_spans_of_the_instruction_are_found_whatever_their_case_and_punctuation() -> None:
    values = value_set("Get the Blue Mug, size Large.", {"b": "x", "a": "y"})
    assert values.spans_equal_to("blue mug") == [(2, 2)]
    assert values.spans_equal_to("LARGE") == [(5, 1)]
    assert [one.says for one in values.offered] == ["a", "b"]


def test_labels_point_at_every_way_to_type_a_value(state: StateFeatures) -> None:
    found = labels_for([Action("fill", "1", ("green glass mug",)), Action("fill", "91", ("Anna Berg",))], state)
    assert [label.kind for label in found] == [LabelKind.SPAN, LabelKind.OFFERED]
    assert labels_for([Action("click", "404")], state) == ()
    assert labels_for([Action("click", "92")], state) == ()  # it is disabled
    assert labels_for([Action("fill", "1", ("a value nobody named",))], state) == ()


def test_a_choice_from_a_list_is_labelled_at_the_option(state: StateFeatures) -> None:
    (label,) = labels_for([Action("select_option", "90", ("Large",))], state)
    assert state.rows[label.first].text == "Large"
    assert ROW_VERBS[label.second] == "select_option"


def test_a_scripted_list_is_opened_before_something_is_chosen_from_it(encoder: TextEncoder) -> None:
    closed = Element("combobox", "Size", 0, "1", value="Small", expanded=False)
    wanted = [Action("select_option", "1", ("Large",))]
    page = replace(results_page(), elements=(closed,))
    (label,) = labels_for(wanted, Featurizer(encoder, GOAL)(page, ()))
    assert (label.first, ROW_VERBS[label.second]) == (0, "click")
    shown = (Element("option", "Small", 1, "2"), Element("option", "Large", 1, "3"))
    page = replace(page, elements=(closed.changed(expanded=True), *shown))
    (label,) = labels_for(wanted, Featurizer(encoder, GOAL)(page, ()))
    assert (label.first, ROW_VERBS[label.second]) == (2, "click")


def test_an_open_dialog_leaves_only_its_answers(encoder: TextEncoder) -> None:
    page = replace(results_page(), dialogs=(Dialog("confirm", "Delete the draft?"),))
    state = Featurizer(encoder, GOAL)(page, ())
    assert state.texts[0] == "Delete the draft?"
    assert not state.verbs.any()
    allowed = [verb for verb, possible in zip(PAGE_VERBS, state.page_verbs, strict=True) if possible]
    assert allowed == ["dialog_accept", "dialog_dismiss"]


def test_advice_names_the_row_that_it_speaks_of(encoder: TextEncoder) -> None:
    state = Featurizer(encoder, GOAL)(results_page(), (), ("click link 'Norvik Green Glass Mug'", "be careful"))
    sample = to_sample(state, Numbering())
    assert state.rows[int(sample.advice_rows[0])].element.bid == "7"
    assert sample.advice_rows[1] == -1


def test_probabilities_over_the_candidate_set_sum_to_one_and_skip_what_is_disabled(
    state: StateFeatures, encoder: TextEncoder
) -> None:
    torch.manual_seed(3)
    network = ScorerNetwork(SMALL).eval()
    with torch.inference_mode():
        log = log_probabilities(network(batch_of(encoder, state)))
    everything = log.rows.exp().sum() + log.page.exp().sum()
    assert everything.item() == pytest.approx(1.0, abs=1e-4)
    values = log.spans[0, 0].exp().sum() + log.offered[0, 0].exp().sum() + log.copies[0, 0].exp().sum()
    assert values.item() == pytest.approx(1.0, abs=1e-4)
    found = candidates(state, log)
    assert "92" not in {candidate.action.bid for candidate in found}
    assert len({candidate.action for candidate in found}) == len(found) <= 256


def test_padding_changes_no_score(state: StateFeatures, encoder: TextEncoder) -> None:
    torch.manual_seed(3)
    network = ScorerNetwork(SMALL).eval()
    short = Featurizer(encoder, GOAL)(replace(results_page(), elements=results_page().elements[:4]), ())
    alone = network(batch_of(encoder, short))
    padded = network(batch_of(encoder, short, state))
    count = len(short.rows)
    assert torch.allclose(alone.rows[0, :count], padded.rows[0, :count], atol=1e-4)
    assert torch.allclose(alone.page[0], padded.page[0], atol=1e-4)


def test_a_price_is_encoded_once_and_a_line_to_read_not_at_all() -> None:
    assert read_as("$178.75") == read_as("$923.05") == "$000.00"
    assert is_short("Add to cart")
    assert not is_short("Free returns within 30 days on everything we sell.")


def test_vectors_of_texts_are_kept_in_a_file(encoder: TextEncoder, tmp_path: Path) -> None:
    place = tmp_path / "known.texts"
    first = Embeddings(place).vectors(["Add to cart", "Buy"], encoder)
    again = Embeddings(place).vectors(["Buy", "Sell"], encoder)
    assert np.array_equal(first[1], again[0])
    assert np.allclose(again[1], encoder.encode(["Sell"])[0].pooled, atol=1e-3)


def examples(state: StateFeatures, blank: StateFeatures) -> list[Example]:
    right = labels_for([Action("click", "7")], state)
    fill = labels_for([Action("fill", "1", ("green glass mug",))], blank)
    return [Example(state, right, ((1, True),)), Example(blank, fill, ((1, False),))] * 8


@pytest.fixture(scope="module")
def packed(state: StateFeatures, encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> PackedSet:
    short = replace(results_page(), elements=results_page().elements[:4], url="http://shop.test/")
    packer, place = Packer(), tmp_path_factory.mktemp("packed") / "states.shard"
    for example in examples(state, Featurizer(encoder, GOAL)(short, ())):
        packer.add(example)
    packer.write(place, {"sessions": 2})
    found = PackedSet()
    found.add(place)
    found.embed(encoder, torch.float32)
    return found


def test_a_packed_state_gives_the_batch_that_the_live_state_gives(
    packed: PackedSet, state: StateFeatures, encoder: TextEncoder
) -> None:
    assert packed.facts == {"sessions": 2}
    stored, live = packed.batch([0]), batch_of(encoder, state)
    for name in live.__slots__:
        assert torch.allclose(getattr(stored, name).float(), getattr(live, name).float(), atol=2e-2), name


def test_states_packed_by_another_version_are_refused_by_name(packed: PackedSet, tmp_path: Path) -> None:
    old = tmp_path / "old.shard"
    save_file(
        {
            "numeric": torch.zeros(3, 93),
            "page": torch.zeros(1, 8),
            "strings": torch.frombuffer(bytearray(b"{}"), dtype=torch.uint8),
        },
        old,
    )
    with pytest.raises(ShardError, match=r"old\.shard was made by another version \(features of old"):
        PackedSet().add(old)


def test_the_network_overfits_one_batch(packed: PackedSet, tmp_path: Path) -> None:
    config = TrainingConfig(minutes=60.0, batch=16, max_steps=80, learning_rate=3e-3, ema=0.9, history_dropout=0.0)
    trainer = Trainer(SMALL, config)
    before = evaluate(trainer.average, packed)[0]["nll"]
    trainer.run(packed, tmp_path / "progress.safetensors", lambda line: None)
    figures = evaluate(trainer.average, packed)[0]
    assert before > 1.0 > 0.2 > figures["nll"]
    assert figures["commit_auroc"] == 1.0


def test_some_examples_of_a_set_are_a_set(packed: PackedSet) -> None:
    some = packed.subset([3, 1])
    assert len(some) == 2 and [some.length(0), some.length(1)] == [packed.length(3), packed.length(1)]
    assert torch.equal(some.batch([1]).own, packed.batch([1]).own)
    assert some.shard(0) == packed.shard(3) == 0


def test_arms_of_the_ablations_learn_from_what_their_names_say(
    state: StateFeatures, encoder: TextEncoder, tmp_path: Path
) -> None:
    whole = PackedSet()
    for number in range(4):
        packer, place = Packer(), tmp_path / f"{number}.shard"
        for weight in (1.0, 0.7):
            packer.add(replace(examples(state, state)[0], weight=weight))
        packer.write(place, {})
        whole.add(place)
    kept = {arm: examples_of(arm, whole, uncorrected=3) for arm in ARMS}
    assert {arm: len(found) for arm, found in kept.items()} == {
        "whole": 8, "frozen": 8, "words": 8, "corrections": 6, "wishes": 4, "advice": 8,
        "data/2": 4, "data/4": 2, "data/8": 2, "data/16": 2,
    }  # fmt: skip
    assert [kept["wishes"].shard(index) for index in range(4)] == [0, 1, 2, 3]
    assert {kept["data/2"].shard(index) for index in range(4)} == {0, 2}


@pytest.mark.parametrize(("share", "is_read"), [(0.0, True), (1.0, False)])
def test_advice_is_left_out_as_often_as_training_is_told(share: float, is_read: bool, packed: PackedSet) -> None:
    batch = packed.batch([0, 1])
    told = replace(
        batch,
        advice=torch.ones(2, 1, batch.own.shape[2]),
        advice_rows=torch.zeros(2, 1, dtype=torch.long),
        advice_mask=torch.ones(2, 1, dtype=torch.bool),
    )
    trainer = Trainer(SMALL, TrainingConfig(advice_dropout=share))
    found = trainer._disturbed(told, np.random.default_rng(1))
    assert found.advice_mask.tolist() == [[is_read], [is_read]]
    assert (found.advice_rows >= 0).all().item() is is_read


def test_numerals_are_offered_as_numbers() -> None:
    offered = {one.text: one for one in value_set("I need one ticket, and two for my friends.", {}).offered}
    assert offered.keys() == {"1", "2"} and {one.kind for one in offered.values()} == {"number"}
    assert (offered["1"].start, offered["1"].length) == (2, 1)


def test_a_page_without_anything_on_it_can_be_decided_on(encoder: TextEncoder) -> None:
    blank = Observation("http://shop.test/", "", (), "")
    found = Decider.load(DEFAULT_WEIGHTS, encoder).decide(blank, History(GOAL))
    assert found and all(one.commit_risk is None for one in found)


@pytest.mark.parametrize("part", ["adapted", "late_interaction"])
def test_a_network_can_be_trained_and_read_back_without_a_part(
    part: str, packed: PackedSet, encoder: TextEncoder, tmp_path: Path
) -> None:
    out = tmp_path / "policy.safetensors"
    config = TrainingConfig(minutes=60.0, batch=16, max_steps=2, advice_dropout=1.0)
    train(packed, packed, out, config, network=replace(SMALL, **{part: False}), echo=lambda line: None)
    network = Decider.load(out, encoder).network
    assert not getattr(network.config, part)
    batch = packed.batch([0, 1])
    other = replace(batch, lexical=batch.lexical.flip(2))
    with torch.inference_mode():
        same = torch.equal(network(batch).rows, network(other).rows)
    assert same is (part == "late_interaction")


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
    rare = fit_temperature(logits, labels, 0.25)
    assert rare[1] == pytest.approx(math.log(0.25 / 0.75), abs=0.2)


def test_the_commit_score_weighs_every_sign() -> None:
    torch.manual_seed(0)
    signs = [CommitSigns(float(a), float(-b), float(c), float(-d)) for a, b, c, d in torch.rand(600, 4) * 4]
    wrong = torch.tensor([int(one.logit - 2 * one.log_probability + one.left - one.so_far > 10) for one in signs])
    score = fit_commit_score(signs, wrong, 1e-4)
    assert score.logit > 0 and score.left > 0 and score.log_probability < -1.5 * score.logit
    assert score.so_far < 0
    risks = torch.tensor([score.risk(one) for one in signs])
    assert area_under_curve(risks, wrong) > 0.99
    assert CommitScore.of(score.details()) == score
    assert CommitScore().risk(CommitSigns(-1e9, -1e9, 1e9)) < 1e-5
    with pytest.raises(ValueError, match="no numbers"):
        CommitScore.of({"logit": float("nan")})
    with pytest.raises(TypeError):
        CommitScore.of({"slope": 1.0})
    with pytest.raises(TypeError, match="not weights by name"):
        CommitScore.of([1.0])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="all right or all wrong"):
        fit_commit_score(signs[:3], torch.ones(3))


def test_calibration_error_and_area_by_hand() -> None:
    labels = torch.tensor([0, 0, 1, 1])
    assert area_under_curve(torch.tensor([0.1, 0.4, 0.35, 0.8]), labels) == pytest.approx(0.75)
    assert area_under_curve(torch.ones(4), labels) == pytest.approx(0.5)
    assert math.isnan(area_under_curve(torch.ones(2), torch.ones(2)))
    assert expected_calibration_error(torch.tensor([0.2, 0.2, 0.9, 0.9]), labels) == pytest.approx(0.15)
    assert expected_calibration_error(torch.tensor([1.0, 0.0]), torch.tensor([0, 1])) == pytest.approx(1.0)


def test_label_kinds_are_stored_as_small_integers() -> None:
    assert np.array([int(Label(kind).kind) for kind in LabelKind]).tolist() == list(range(6))


def test_stochastic_passes_differ_by_dropout_alone_and_repeat_under_a_seed(encoder: TextEncoder) -> None:
    torch.manual_seed(1)
    noisy = Decider(ScorerNetwork(replace(SMALL, dropout=0.5)), encoder, CommitScore())
    state = noisy.state(results_page(), History(GOAL))
    once, again, other = noisy.passes(state, 8, seed=3), noisy.passes(state, 8, seed=3), noisy.passes(state, 8, seed=4)
    assert torch.equal(once, again)
    assert not torch.allclose(once, other)
    assert torch.allclose(once.sum(1), torch.ones(8), atol=1e-4)
    assert mutual_information(once) > 1e-4
    calm = Decider(ScorerNetwork(SMALL), encoder, CommitScore())
    assert mutual_information(calm.passes(state, 8)) == pytest.approx(0.0, abs=1e-5)


def test_mutual_information_by_hand() -> None:
    assert mutual_information(torch.tensor([[1.0, 0.0], [0.0, 1.0]])) == pytest.approx(math.log(2))
    assert mutual_information(torch.tensor([[0.3, 0.7], [0.3, 0.7]])) == pytest.approx(0.0, abs=1e-6)


def test_a_word_is_worth_what_its_absence_costs(encoder: TextEncoder) -> None:
    torch.manual_seed(1)
    decider = Decider(ScorerNetwork(SMALL), encoder, CommitScore())
    state = decider.state(results_page(), History(GOAL))
    worth = decider.worth_of_words(state, Action("click", "7"))
    assert [word for word, _ in worth] == GOAL.instruction.split()
    assert any(abs(fall) > 1e-6 for _, fall in worth)
