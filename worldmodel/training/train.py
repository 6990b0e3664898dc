"""Trains the latent world model: budgeted by time, resumable, averaged weights kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from worldmodel.checkpoint import Checkpoint, save
from worldmodel.network import WorldModel, WorldModelConfig
from worldmodel.scenes import on
from worldmodel.training.data import TransitionSet
from worldmodel.training.losses import LossWeights, world_model_loss
from worldmodel.training.run import TrainingRun

KIND = "world-model/1"
_PROGRESS = "world-model-training/1"


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How the world model is trained."""

    minutes: float = 60.0
    """Time budget; the learning rate falls to zero over it."""
    seed: int = 0
    windows: int = 12
    """Stretches of an episode in a batch."""
    length: int = 3
    """States of one."""
    horizon: int = 3
    """Steps that are taken from predicted slots, the first from real ones included."""
    learning_rate: float = 6e-4
    weight_decay: float = 0.05
    warmup: float = 0.03
    ema: float = 0.999
    rows: int = 96
    max_steps: int = 1_000_000


class Trainer(TrainingRun[WorldModel]):
    """A world model in training."""

    def __init__(
        self,
        model: WorldModelConfig,
        config: TrainingConfig,
        weights: LossWeights,
        device: str = "cpu",
        dtype: torch.dtype | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        super().__init__(
            WorldModel(model),
            _PROGRESS,
            learning_rate=config.learning_rate,
            weight_decay=config.weight_decay,
            warmup=config.warmup,
            ema=config.ema,
            device=device,
        )
        self.config, self.weights, self.dtype = config, weights, dtype

    def run(self, examples: TransitionSet, progress: Path, echo: Callable[[str], None]) -> None:
        """Train until the budget is spent; `progress` is rewritten every few minutes and read by `resume`."""
        torch.manual_seed(self.config.seed + self.step)
        batches = self._batches(examples, np.random.default_rng(self.config.seed + self.step))

        def learn(chosen: list[int], done: float) -> tuple[dict[str, float], int]:
            return self.learn(examples, chosen, done)

        self.spend(self.config.minutes, self.config.max_steps, batches, learn, progress, echo)

    def _batches(self, examples: TransitionSet, generator: np.random.Generator) -> Iterator[list[int]]:
        windows = examples.windows(self.config.length)
        while True:
            order = generator.permutation(len(windows))
            for start in range(0, len(order), self.config.windows):
                yield [state for one in order[start : start + self.config.windows] for state in windows[one]]

    def learn(self, examples: TransitionSet, chosen: Sequence[int], done: float) -> tuple[dict[str, float], int]:
        """One step on the transitions of some states; its losses, and how many there were."""
        self.network.train()
        scenes, deeds, outcomes = examples.batch(chosen, self.config.rows)
        scenes, deeds, outcomes = on(scenes, self.device), on(deeds, self.device), on(outcomes, self.device)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
            loss, told = world_model_loss(self.network, scenes, deeds, outcomes, self.weights, self.config.horizon)
        self.improve(loss, done)
        return told, len(deeds.scene)


def train(
    examples: TransitionSet,
    out: Path,
    config: TrainingConfig,
    *,
    model: WorldModelConfig | None = None,
    weights: LossWeights | None = None,
    resume: bool = False,
    device: str = "cpu",
    dtype: torch.dtype | None = None,
    facts: dict[str, Any] | None = None,
    echo: Callable[[str], None] = print,
) -> WorldModel:
    """Train, write `out` (bf16), and give back the averaged weights as they are in the file."""
    assert examples.vocabulary is not None, "number the set first"
    parts, vocabulary = weights or LossWeights(), examples.vocabulary
    sizes = replace(model or WorldModelConfig(), roles=len(vocabulary.roles), prototypes=len(vocabulary.prototypes))
    trainer = Trainer(sizes, config, parts, device, dtype)
    progress = out.with_suffix(".progress.safetensors")
    if resume and progress.exists():
        trainer.resume(progress)
        echo(f"Going on after {trainer.seconds / 60:.1f} minutes, step {trainer.step}.")
    trainer.run(examples, progress, echo)
    kept = trainer.average.cpu().to(torch.bfloat16).float()
    details = {
        "model": asdict(sizes),
        "training": asdict(config),
        "weights": asdict(parts),
        "vocabulary": vocabulary.as_json(),
        "steps": trainer.step,
        "data": {"states": len(examples), "transitions": examples.count_transitions()} | (facts or {}),
    }
    tensors = {name: tensor.to(torch.bfloat16) for name, tensor in kept.state_dict().items()}
    save(out, Checkpoint(KIND, tensors, details))
    progress.unlink(missing_ok=True)
    return kept
