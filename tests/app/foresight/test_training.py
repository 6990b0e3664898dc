"""The world model learns from packed transitions: what is read back is what was packed, and losses fall."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tasks.suites import suite
from tasks.task import ClonableSite
from webdreamer_app.foresight.changes import slot_of
from webdreamer_app.foresight.packing import TransitionPacker
from webdreamer_app.policies.scorer.calibration import CommitScore
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork
from webdreamer_app.rehearsal.episodes import RehearsalOptions, play
from webdreamer_app.rehearsal.outcomes import Explorer
from worldmodel.checkpoint import load
from worldmodel.network import WorldModel, WorldModelConfig, disagreement, nearness_to, sampled
from worldmodel.scenes import CHANGED, FIRST_ROW, MAX_VISITED, REMOVED, SAME
from worldmodel.text_encoder import TextEncoder
from worldmodel.training.data import DISCOUNT, TransitionsError, TransitionSet, Vocabulary
from worldmodel.training.evaluation import evaluate
from worldmodel.training.losses import LossWeights, expected_value, value_targets, world_model_loss
from worldmodel.training.train import KIND, Trainer, TrainingConfig, train

TOKEN = 32
POLICY = NetworkConfig(width=TOKEN, layers=2, heads=2, mixed=16, inner=32, pointer=16, dropout=0.0)
TINY = WorldModelConfig(
    token=TOKEN, width=48, heads=4, row_layers=1, slots=4, step_layers=1, groups=6, classes=4, ensemble=3, hidden=48,
    dropout=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two explored episodes of the forms."""
    torch.manual_seed(5)
    folder = tmp_path_factory.mktemp("transitions")
    packer = TransitionPacker(Decider(ScorerNetwork(POLICY), TextEncoder.load(verify=False), CommitScore()))
    forms = suite("forms")
    with forms.open(folder / "site.db") as site:
        assert isinstance(site, ClonableSite)
        for task in forms.sample("train", 2, 1033):
            explorer = Explorer(forms, site, task, task.id, random.Random(2), wrong=2, finished=0.3)
            played = play(forms, site, task, task.id, RehearsalOptions(), look=explorer)
            packer.add(explorer.story(played, task.id), lambda row: slot_of(row.text))
    packer.write(folder / "two.transitions", {"episodes": 2, "seed": 1033})
    return folder / "two.transitions"


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors this small are slower with more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def examples(file: Path) -> TransitionSet:
    found = TransitionSet()
    found.add(file)
    found.number(prototypes=20)
    return found


def test_what_is_read_back_is_what_was_packed(examples: TransitionSet) -> None:
    scenes, deeds, outcomes = examples.batch(range(len(examples)))
    assert len(deeds.scene) == examples.count_transitions() == len(outcomes.right)
    assert scenes.rows.shape[-1] == TOKEN and scenes.row_mask.any(1).all()
    here = scenes.row_mask[outcomes.base_scene]
    assert ((outcomes.fates >= 0) == here).all()
    assert set(outcomes.fates[here].tolist()) == {REMOVED, SAME, CHANGED}
    assert (outcomes.base_scene[outcomes.base == 0] == deeds.scene[outcomes.base == 0]).all()
    assert deeds.visited.shape[1:] == (MAX_VISITED, TOKEN)
    assert (deeds.visited[~deeds.visited_mask] == 0).all()
    inside = outcomes.sources[:, 2] < FIRST_ROW + scenes.rows.shape[1] + scenes.offered.shape[1]
    assert inside.all() and (outcomes.came[outcomes.sources[:, 0], outcomes.sources[:, 1]] == 1).all()
    known = outcomes.worth[~outcomes.worth.isnan()]
    assert len(known) and ((known >= 0) & (known <= 1)).all()
    goes_on = outcomes.next_scene >= 0
    assert goes_on.any() and (outcomes.next_scene[goes_on] > deeds.scene[goes_on]).all()
    ends = outcomes.over == 1
    assert ends.any() and (outcomes.next_scene[ends] == -1).all()


def test_long_pages_are_cut_but_not_what_is_acted_on(examples: TransitionSet) -> None:
    scenes, deeds, outcomes = examples.batch(range(len(examples)), rows=12)
    whole, all_deeds, _ = examples.batch(range(len(examples)))
    assert scenes.rows.shape[1] == 12 and outcomes.fates.shape[1] == 12
    assert ((deeds.row >= 0) == (all_deeds.row >= 0)).all()
    acted = deeds.row >= 0
    cut = scenes.rows[deeds.scene[acted], deeds.row[acted]]
    assert cut.equal(whole.rows[all_deeds.scene[acted], all_deeds.row[acted]])


def test_windows_follow_the_episode_and_hold_every_state_once(examples: TransitionSet) -> None:
    windows = examples.windows(3)
    assert sorted(state for one in windows for state in one) == list(range(len(examples)))
    assert max(map(len, windows)) == 3
    for window in windows:
        _, _, outcomes = examples.batch(window)
        reached = set(outcomes.next_scene[outcomes.next_scene >= 0].tolist())
        assert len(reached) == len(window) - 1 and 0 not in reached


def test_the_loss_falls_and_goes_through_predicted_slots(examples: TransitionSet) -> None:
    torch.manual_seed(0)
    vocabulary = examples.vocabulary
    assert vocabulary is not None
    sizes = replace(TINY, prototypes=len(vocabulary.prototypes), roles=len(vocabulary.roles))
    trainer = Trainer(sizes, TrainingConfig(learning_rate=5e-3), LossWeights())
    chosen = list(examples.windows(3)[0])
    before, _ = trainer.learn(examples, chosen, 0.1)
    assert {"edits", "edits@2", "consistency@2", "edits@3"} <= before.keys()
    for _ in range(50):
        after, _ = trainer.learn(examples, chosen, 0.1)
    for name in ("edits", "came", "base", "edits@2", "value"):
        assert after[name] < 0.8 * before[name] + 0.05, name
    assert all(np.isfinite(value) for value in after.values())


@pytest.mark.parametrize("learned", [True, False])
def test_every_part_gets_gradients(examples: TransitionSet, learned: bool) -> None:
    torch.manual_seed(0)
    vocabulary = examples.vocabulary
    assert vocabulary is not None
    sizes = replace(TINY, prototypes=len(vocabulary.prototypes), roles=len(vocabulary.roles), learned_prior=learned)
    model = WorldModel(sizes)
    loss, _ = world_model_loss(model, *examples.batch(range(len(examples))), LossWeights())
    loss.backward()  # type: ignore[no-untyped-call]
    without = {name for name, one in model.named_parameters() if one.requires_grad and one.grad is None}
    assert without == set()
    fixed = {name for name, one in model.named_parameters() if not one.requires_grad}
    assert fixed and all(".fixed." in name for name in fixed)


def test_training_writes_a_checkpoint_and_goes_on(examples: TransitionSet, tmp_path: Path) -> None:
    told: list[str] = []
    config = TrainingConfig(minutes=5, max_steps=4, windows=4, seed=3)
    kept = train(examples, tmp_path / "wm.safetensors", config, model=TINY, echo=told.append)
    found = load(tmp_path / "wm.safetensors", KIND)
    vocabulary = Vocabulary.of(found.details["vocabulary"])
    assert vocabulary == examples.vocabulary and found.details["steps"] == 4
    sizes = WorldModelConfig(**found.details["model"])
    again = WorldModel(sizes)
    again.load_state_dict({name: one.float() for name, one in found.tensors.items()})
    assert all(one.equal(other) for one, other in zip(kept.parameters(), again.parameters(), strict=True))
    assert not list(tmp_path.glob("*.progress.*"))
    interrupted = Trainer(sizes, config, LossWeights())
    interrupted.run(examples, tmp_path / "wm.progress.safetensors", told.append)
    more = replace(config, max_steps=6)
    train(examples, tmp_path / "wm.safetensors", more, model=TINY, resume=True, echo=told.append)
    assert any("step 4" in line for line in told)
    assert load(tmp_path / "wm.safetensors", KIND).details["steps"] == 6


def test_an_untrained_model_is_measured(examples: TransitionSet) -> None:
    torch.manual_seed(0)
    vocabulary = examples.vocabulary
    assert vocabulary is not None
    sizes = replace(TINY, prototypes=len(vocabulary.prototypes), roles=len(vocabulary.roles))
    figures = evaluate(WorldModel(sizes), examples, windows=3)
    assert {"rows_f1@1", "rows_f1@2", "rows_f1@3", "pair_strict", "uncertainty_auroc"} <= figures.keys()
    shares = {name: value for name, value in figures.items() if name != "commits" and not np.isnan(value)}
    assert all(0 <= value <= 1 for value in shares.values()), shares


def test_foreign_files_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.transitions").write_bytes(b"no")
    save_file({"x": torch.zeros(1)}, tmp_path / "b.transitions")
    for name, problem in (("a", "not a readable file"), ("b", "no transitions of this version")):
        with pytest.raises(TransitionsError, match=problem):
            TransitionSet().add(tmp_path / f"{name}.transitions")


def test_values_are_distributions_whose_mean_is_the_value() -> None:
    worth = torch.tensor([0.0, 0.3, DISCOUNT**3, 1.0])
    targets = value_targets(worth, 51)
    assert targets.sum(-1).allclose(torch.ones(4)) and (targets >= 0).all()
    assert expected_value(targets.clamp_min(1e-9).log()).allclose(worth, atol=0.02)


def test_disagreement_is_zero_where_all_members_say_the_same() -> None:
    torch.manual_seed(2)
    one = torch.log_softmax(torch.randn(1, 3, 4, 5), dim=-1)
    assert disagreement(one.expand(5, -1, -1, -1)).allclose(torch.zeros(3), atol=1e-5)
    sure = torch.log_softmax(20 * torch.eye(4).view(4, 1, 1, 4), dim=-1)
    assert disagreement(sure)[0] == pytest.approx(np.log(4), abs=1e-3)


def test_samples_are_one_hot_and_pass_gradients_on() -> None:
    logits = torch.randn(2, 3, 4, requires_grad=True)
    found = sampled(torch.log_softmax(logits, dim=-1), torch.Generator().manual_seed(1))
    assert found.detach().sum(-1).allclose(torch.ones(2, 3)) and set(found.detach().round().unique().tolist()) == {0, 1}
    found[..., 0].sum().backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None and logits.grad.abs().sum() > 0
    certain = torch.log_softmax(torch.tensor([[0.0, 50.0, 0.0]]), dim=-1)
    assert sampled(certain).round().tolist() == [[0, 1, 0]]


def test_nearness_tells_the_row_that_is_acted_on(examples: TransitionSet) -> None:
    scenes, deeds, outcomes = examples.batch(range(len(examples)))
    near = nearness_to(scenes, deeds, outcomes.base_scene)
    same = (outcomes.base == 0) & (deeds.row >= 0)
    assert near[same, :, 0].sum(1).eq(1).all()
    assert near[same, deeds.row[same], 0].eq(1).all() and near[same, deeds.row[same], 3].allclose(torch.ones(1))
    assert near[deeds.row < 0].abs().sum() == 0
    assert near[(outcomes.base > 0), :, :2].abs().sum() == 0


def test_rows_of_a_page_are_numbered_by_role(examples: TransitionSet) -> None:
    vocabulary = examples.vocabulary
    assert vocabulary is not None and vocabulary.roles[0] == "" and "button" in vocabulary.roles
    assert len(vocabulary.prototypes) == 20 and len(set(vocabulary.prototypes)) == 20
    assert Vocabulary.of(vocabulary.as_json()) == vocabulary
    said = dict(zip(vocabulary.prototypes, vocabulary.words, strict=True))
    assert all(bool(words) for (_, function, _), words in said.items() if function != "<>")
    with pytest.raises(ValueError, match="words for"):
        Vocabulary.of(vocabulary.as_json() | {"words": ["one"]})
