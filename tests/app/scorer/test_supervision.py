"""What the scorer is taught beside its choice, and in which order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from webdreamer_app.gate import FOREIGN
from webdreamer_app.policies.embedded import EmbeddedPolicy
from webdreamer_app.policies.scorer.arrays import log_probabilities
from webdreamer_app.policies.scorer.curriculum import Curriculum
from webdreamer_app.policies.scorer.evaluation import targets
from webdreamer_app.policies.scorer.familiarity import SUMMARY, Familiarity, fit, summaries
from webdreamer_app.policies.scorer.features import PAGE_FEATURES, ROW_FEATURES, Featurizer
from webdreamer_app.policies.scorer.labels import labels_for
from webdreamer_app.policies.scorer.loss import Targets, open_loss, value_loss
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork
from webdreamer_app.policies.scorer.packing import Example, Numbering, Packer, collate, tables_of, to_sample
from webdreamer_app.policies.scorer.shards import PackedSet
from webdreamer_app.policies.scorer.vectors import sentences, told_vectors
from webdreamer_app.types import (
    Action,
    Decision,
    Element,
    Goal,
    History,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)
from worldmodel.text_encoder import TextEncoder

GOAL = Goal("Claim 849.00 euros for the fire. My name is Anna Berg.", {"full_name": "Anna Berg", "city": "Ghent"})
SMALL = NetworkConfig(width=32, layers=2, heads=2, mixed=16, inner=32, pointer=16, dropout=0.0)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load(verify=False)


def form(name: str = "", amount: str = "", cause: str = "Choose…", hint: str = "Such as 12,50") -> Observation:
    elements = (
        Element("textbox", "Your name", 0, "1", value=name, required=True),
        Element("textbox", "Amount", 0, "2", value=amount, required=True),
        Element("text", hint, 0),
        Element("combobox", "Cause", 0, "3", value=cause, options=("Choose…", "Fire", "Water")),
        Element("button", "Next", 0, "4"),
    )
    return Observation("http://site.test/form", "Form", elements, f"{name}/{amount}/{cause}")


def packed_form(encoder: TextEncoder, folder: Path, pages: list[tuple[Observation, list[Action]]]) -> PackedSet:
    packer, featurizer = Packer(), Featurizer(encoder, GOAL)
    for page, right in pages:
        state = featurizer(page, ())
        packer.add(Example(state, labels_for(right, state), ()))
    packer.write(folder / "one.shard", {})
    found = PackedSet()
    found.add(folder / "one.shard")
    found.embed(encoder, torch.float32)
    return found


RIGHT = [Action("fill", "1", ("Anna Berg",)), Action("fill", "2", ("849,00",)), Action("select_option", "3", ("Fire",))]


def test_every_field_that_is_open_counts_and_not_only_one(encoder: TextEncoder, tmp_path: Path) -> None:
    packed = packed_form(encoder, tmp_path, [(form(), RIGHT)])
    batch = packed.batch([0])
    wanted = targets(packed, [0], batch.own.shape[1])
    scores = ScorerNetwork(SMALL).eval()(batch)
    texts = [row.text for row in Featurizer(encoder, GOAL)(form(), ()).rows]
    open_rows = [text in ("Your name", "Amount", "Fire") for text in texts]
    perfect = torch.where(torch.tensor([open_rows]), 20.0, -20.0)
    assert float(open_loss(replace(scores, open=perfect), batch, wanted)) < 1e-6
    one = perfect.clone()
    one[0, texts.index("Amount")] = -20.0
    assert float(open_loss(replace(scores, open=one), batch, wanted)) > 1.0


def test_the_value_of_a_field_that_is_not_taken_is_learned_too(encoder: TextEncoder, tmp_path: Path) -> None:
    packed = packed_form(encoder, tmp_path, [(form(), RIGHT)])
    batch = packed.batch([0])
    wanted = targets(packed, [0], batch.own.shape[1])
    torch.manual_seed(0)
    scores = ScorerNetwork(SMALL).eval()(batch)
    name, amount = 0, 1  # fields of the batch
    taken = scores.rows.detach().clone()
    taken[0, name] += 50.0  # as good as taken
    offered = scores.offered.detach().requires_grad_()
    log = log_probabilities(replace(scores, rows=taken, offered=offered))
    (gradient,) = torch.autograd.grad(value_loss(log, batch, wanted), offered)
    assert gradient[0, name].abs().sum().item() > 0.01
    assert gradient[0, amount].abs().sum().item() > 0.01


def test_nothing_to_type_costs_nothing(encoder: TextEncoder, tmp_path: Path) -> None:
    packed = packed_form(encoder, tmp_path, [(form(), [Action("click", "4")])])
    batch = packed.batch([0])
    wanted: Targets = targets(packed, [0], batch.own.shape[1])
    assert value_loss(log_probabilities(ScorerNetwork(SMALL)(batch)), batch, wanted).item() == 0.0


def test_hard_states_come_more_often_while_the_curriculum_is_focused(encoder: TextEncoder, tmp_path: Path) -> None:
    packed = packed_form(encoder, tmp_path, [(form(), RIGHT)] * 100)
    losses = np.where(np.arange(100) < 10, 4.0, 0.01)
    curriculum = Curriculum(packed, 10, 0.5, np.random.default_rng(1))
    curriculum.learned(list(range(100)), losses, is_focused=True)
    pool = next(curriculum._pools())
    first = pool[:20]
    assert sum(index < 10 for index in first) >= 8
    curriculum.learned(list(range(100)), losses, is_focused=False)
    assert sorted(next(curriculum._pools()).tolist()) == list(range(100))


def test_wishes_that_differ_in_a_detail_share_their_sentences() -> None:
    one = ["Please", "book", "the", "room.", "It", "is", "for", "3", "people,", "on", "12", "May", "2027."]
    other = ["Please", "book", "the", "room.", "It", "is", "for", "4", "people,", "on", "13", "May", "2028."]
    assert sentences(one) == sentences(other) == ["Please book the room.", "It is for 0 people, on 00 May 0000."]
    assert [len(part.split()) for part in sentences(["word"] * 70)] == [32, 32, 6]


def test_words_are_read_in_their_sentence(encoder: TextEncoder) -> None:
    money, river = ["Go", "to", "the", "bank", "and", "pay."], ["Sit", "on", "the", "bank", "of", "the", "river."]
    vectors = told_vectors([money, river], encoder).astype(np.float32)
    assert vectors.shape == (len(money) + len(river), 384)
    first, second = vectors[money.index("bank")], vectors[len(money) + river.index("bank")]
    assert float(first @ second / np.linalg.norm(first) / np.linalg.norm(second)) < 0.9
    assert told_vectors([], encoder).shape == (0, 384)


def test_rows_tell_how_amounts_are_written_and_what_was_left_alone(encoder: TextEncoder) -> None:
    comma, point = (Featurizer(encoder, GOAL)(form(hint=hint), ()) for hint in ("Such as 12,50", "Such as 1,012.50"))
    assert comma.numeric.shape[1] == ROW_FEATURES
    assert comma.page.shape == (PAGE_FEATURES,)
    beside = slice(ROW_FEATURES - 14, ROW_FEATURES)
    amount, cause = 1, 3
    assert comma.numeric[amount, beside][2:4].tolist() == [1, 0]
    assert point.numeric[amount, beside][2:4].tolist() == [0, 1]
    assert comma.numeric[cause, beside][6:8].tolist() == [1, 0]
    chosen = Featurizer(encoder, GOAL)(form(cause="Fire"), ())
    assert chosen.numeric[cause, beside][6:8].tolist() == [0, 1]


def test_rows_tell_what_is_new_since_the_last_step(encoder: TextEncoder) -> None:
    page = form()
    action = Proposal(Action("fill", "1", ("Anna Berg",)))
    after = Observation(page.url, page.title, (*form(name="Anna Berg").elements, Element("alert", "Odd.", 0)), "after")
    step = Step(0, page, Plan(action, (action,)), Verdict(Decision.ACT, ""), Outcome(after))
    state = Featurizer(encoder, GOAL)(after, (step,))
    news = state.numeric[:, ROW_FEATURES - 2 :].tolist()
    texts = [row.text for row in state.rows]
    assert news[texts.index("Odd.")] == [1, 0]
    assert news[texts.index("Your name")] == [0, 1]
    assert news[texts.index("Next")] == [0, 0]


def test_a_page_unlike_those_of_training_is_foreign(encoder: TextEncoder) -> None:
    def told(pages: list[Observation]) -> torch.Tensor:
        numbering = Numbering()
        featurizer = Featurizer(encoder, GOAL)
        samples = [to_sample(featurizer(page, ()), numbering) for page in pages]
        return summaries(collate(samples, tables_of(numbering, encoder)))

    generator = np.random.default_rng(2)
    words = ["name", "street", "city", "phone", "amount", "date", "cause", "note", "reference", "account"]

    def drawn() -> Observation:
        fields = [
            Element("textbox", str(word), 0, str(n), value="") for n, word in enumerate(generator.choice(words, 4))
        ]
        return Observation("http://s.test/", "", (*fields, Element("button", "Next", 0, "9")), "")

    manual = Observation(
        "http://m.test/", "", tuple(Element("link", f"fn std::vec::retain_{n}", 0, str(n)) for n in range(80)), ""
    )
    fitted = fit(told([drawn() for _ in range(120)]), told([drawn() for _ in range(60)]))
    ranks = fitted.foreign(fitted.distance(told([drawn() for _ in range(60)])))
    assert ranks.shape == (60,)
    assert 0.2 < float(ranks.mean()) < 0.8
    assert float(fitted.foreign(fitted.distance(told([manual])))[0]) == 1.0
    again = Familiarity.of(fitted.tensors())
    assert torch.equal(again.ranks, fitted.ranks)
    with pytest.raises(KeyError):
        Familiarity.of({})
    for name, odd in (
        ("pages", torch.ones(2, SUMMARY - 1)),
        ("ranks", torch.tensor([1e9])),
        ("ranks", again.ranks + 5),
    ):
        with pytest.raises(ValueError, match=r"odd shape|no distances"):
            Familiarity.of(fitted.tensors() | {f"familiarity.{name}": odd})


async def test_shipped_weights_know_a_manual_from_a_shop(encoder: TextEncoder) -> None:
    policy = EmbeddedPolicy.load(encoder=encoder)
    names = (
        "Vec::retain",
        "impl Iterator for Drain",
        "Struct fields",
        "Trait implementations",
        "unsafe fn from_raw_parts",
    )
    manual = Observation("http://m.test/", "", tuple(Element("link", n, 0, str(i)) for i, n in enumerate(names)), "")
    foreign = [(await policy.propose(page, History(GOAL)))[0].foreign for page in (manual, form())]
    policy.close()
    assert foreign[0] is not None and foreign[1] is not None
    assert foreign[0] >= FOREIGN > foreign[1]
