"""Trains the embedded policy from packed states. Needs torch, numpy and safetensors only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.calibration import (
    NATURAL_WRONG,
    CommitScore,
    fit_temperature,
)
from webdreamer_app.policies.scorer.curriculum import Curriculum
from webdreamer_app.policies.scorer.deciding import KIND
from webdreamer_app.policies.scorer.evaluation import evaluate, fast_dtype, targets
from webdreamer_app.policies.scorer.familiarity import Familiarity, fit, is_familiarity, summaries
from webdreamer_app.policies.scorer.loss import LossWeights, scorer_loss
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork
from webdreamer_app.policies.scorer.shards import PackedSet
from worldmodel.checkpoint import Checkpoint, CheckpointFormatError, load, save
from worldmodel.training.run import TrainingRun

_PROGRESS = "policy-training/4"
_PAGES = 20_000
"""States of training whose pages the familiarity is fitted on."""
_OTHER_SIZE = "{path} holds a network of another size: train without it, or with the policy of this version."


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How the policy is trained."""

    minutes: float = 60.0
    """Time budget; the learning rate falls to zero over it."""
    seed: int = 0
    batch: int = 48
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.02
    """Share of the budget over which the learning rate rises."""
    history_dropout: float = 0.25
    """How often an example's history is blanked, against copying the last action."""
    advice_dropout: float = 0.0
    """How often an example's advice is left out, beside those that come without any."""
    text_noise: float = 0.02
    """Standard deviation of the noise on text vectors, times their usual component."""
    focus: float = 0.5
    """How much more often hard states come than easy ones: their chance goes with this power of their last loss."""
    focused: float = 0.85
    """Share of the budget in which they do; then every state comes alike, so that probabilities are what they say."""
    ema: float = 0.999
    """Decay of the averaged weights, which are the ones kept."""
    max_steps: int = 1_000_000


class Trainer(TrainingRun[ScorerNetwork]):
    """A policy in training."""

    def __init__(self, network: NetworkConfig, config: TrainingConfig, device: str = "cpu") -> None:
        torch.manual_seed(config.seed)
        super().__init__(
            ScorerNetwork(network),
            _PROGRESS,
            learning_rate=config.learning_rate,
            weight_decay=config.weight_decay,
            warmup=config.warmup,
            ema=config.ema,
            device=device,
        )
        self.config = config
        self.dtype = fast_dtype()

    def start_from(self, path: Path) -> None:
        """Begin with the weights of a trained policy of the same size. Raises CheckpointFormatError."""
        found = load(path, KIND).tensors
        tensors = {name: tensor.float() for name, tensor in found.items() if not is_familiarity(name)}
        for module in (self.network, self.average):
            try:
                missing, surplus = module.load_state_dict(tensors, strict=False)
            except RuntimeError as error:
                raise CheckpointFormatError(_OTHER_SIZE.format(path=path)) from error
            if surplus or any(not name.startswith("meaning.") for name in missing):
                raise CheckpointFormatError(_OTHER_SIZE.format(path=path))

    def run(self, train: PackedSet, progress: Path, echo: Callable[[str], None]) -> None:
        """Train until the budget is spent; `progress` is rewritten every few minutes and read by `resume`."""
        generator = np.random.default_rng(self.config.seed + self.step)
        curriculum = Curriculum(train, self.config.batch, self.config.focus, generator)

        def learn(indices: list[int], done: float) -> tuple[dict[str, float], int]:
            total, negative = self._update(train, indices, generator, done)
            curriculum.learned(indices, negative.double().numpy(), is_focused=done < self.config.focused)
            return {"loss": total, "choice": float(negative.mean())}, len(indices)

        self.spend(self.config.minutes, self.config.max_steps, curriculum.batches(), learn, progress, echo)

    def _update(
        self, train: PackedSet, indices: list[int], generator: np.random.Generator, done: float
    ) -> tuple[float, Tensor]:
        self.network.train()
        batch = self._disturbed(train.batch(indices), generator)
        wanted = _to(targets(train, indices, batch.own.shape[1]), self.device)
        batch = _to(batch, self.device)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
            scores = self.network(batch, self._noise(batch))
        loss, negative = scorer_loss(scores, batch, wanted, LossWeights(meaning=0.3 * (1 - done)))
        self.improve(loss, done)
        return float(loss.detach()), negative.detach().float().cpu()

    def _noise(self, batch: Batch) -> Tensor | None:
        return torch.randn_like(batch.own) * self.config.text_noise if self.config.text_noise else None

    def _disturbed(self, batch: Batch, generator: np.random.Generator) -> Batch:
        """History and advice blanked now and then."""
        blank = torch.from_numpy(generator.random(len(batch.own)) < self.config.history_dropout)
        batch.history_mask.masked_fill_(blank.unsqueeze(1), False)
        batch.history_rows.masked_fill_(blank.unsqueeze(1), -1)
        if self.config.advice_dropout:
            unadvised = torch.from_numpy(generator.random(len(batch.own)) < self.config.advice_dropout)
            batch.advice_mask.masked_fill_(unadvised.unsqueeze(1), False)
            batch.advice_rows.masked_fill_(unadvised.unsqueeze(1), -1)
        return batch


def _to(data: Any, device: torch.device) -> Any:
    if device.type == "cpu":
        return data
    moved = {name: getattr(data, name).to(device) for name in data.__dataclass_fields__}
    return type(data)(**moved)


@torch.inference_mode()
def _familiarity(train_set: PackedSet, validation_set: PackedSet, seed: int) -> Familiarity:
    chosen = np.random.default_rng(seed).permutation(len(train_set))[:_PAGES].tolist()
    return fit(_summed(train_set, chosen), _summed(validation_set, list(range(len(validation_set)))))


def _summed(packed: PackedSet, indices: list[int], size: int = 64) -> Tensor:
    """Summaries of the pages of states, (len(indices), SUMMARY)."""
    ordered = sorted(indices, key=packed.length)
    starts = range(0, len(ordered), size)
    return torch.cat([summaries(packed.batch(ordered[start : start + size])) for start in starts])


def train(
    train_set: PackedSet,
    validation_set: PackedSet,
    out: Path,
    config: TrainingConfig,
    *,
    network: NetworkConfig | None = None,
    start: Path | None = None,
    resume: bool = False,
    device: str = "cpu",
    facts: dict[str, Any] | None = None,
    echo: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train, calibrate the commit score on validation, write `out` (bf16) and return its details.

    `start`: a trained policy whose weights it begins with.
    """
    sizes = network or NetworkConfig()
    trainer = Trainer(sizes, config, device)
    progress = out.with_suffix(".progress.safetensors")
    if resume and progress.exists():
        trainer.resume(progress)
        echo(f"Going on after {trainer.seconds / 60:.1f} minutes, step {trainer.step}.")
    elif start is not None:
        trainer.start_from(start)
        echo(f"Beginning with the weights of {start.name}.")
    trainer.run(train_set, progress, echo)
    kept = trainer.average.cpu().to(torch.bfloat16).float()  # what is shipped is what is measured
    figures, logits, wrong = evaluate(kept, validation_set)
    temperature, offset = fit_temperature(logits, wrong, NATURAL_WRONG)
    details = {
        "network": asdict(sizes) | {"meanings": 0},
        "training": asdict(config) | {"started_from": start.name if start is not None else ""},
        "steps": trainer.step,
        "data": {"labelled": len(train_set)} | (facts or {}),
        "validation": figures,
        "commit_score": CommitScore(1 / temperature, offset=offset).details(),
    }
    tensors = {
        name: tensor.to(torch.bfloat16) for name, tensor in kept.state_dict().items() if not name.startswith("meaning.")
    }
    save(out, Checkpoint(KIND, tensors | _familiarity(train_set, validation_set, config.seed).tensors(), details))
    progress.unlink(missing_ok=True)
    return details
