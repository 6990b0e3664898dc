"""Trains the latent world model: budgeted by time, resumable, averaged weights kept."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from worldmodel.checkpoint import Checkpoint, load, save
from worldmodel.network import WorldModel, WorldModelConfig
from worldmodel.scenes import on
from worldmodel.training.data import TransitionSet
from worldmodel.training.losses import LossWeights, world_model_loss

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


class Trainer:
    """One training run."""

    def __init__(
        self, model: WorldModelConfig, config: TrainingConfig, weights: LossWeights, device: str = "cpu",
        dtype: torch.dtype | None = None,
    ) -> None:  # fmt: skip
        torch.manual_seed(config.seed)
        self.config, self.weights = config, weights
        self.device, self.dtype = torch.device(device), dtype
        self.model = WorldModel(model).to(self.device)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        learned = [weight for weight in self.model.parameters() if weight.requires_grad]
        groups = [
            {"params": [weight for weight in learned if weight.ndim > 1], "weight_decay": config.weight_decay},
            {"params": [weight for weight in learned if weight.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, config.learning_rate, betas=(0.9, 0.98))
        self.step = 0
        self.seconds = 0.0

    def run(self, examples: TransitionSet, progress: Path, echo: Callable[[str], None]) -> None:
        """Train until the budget is spent; `progress` is rewritten every few minutes and read by `resume`."""
        generator = np.random.default_rng(self.config.seed + self.step)
        torch.manual_seed(self.config.seed + self.step)
        budget, spent, started = self.config.minutes * 60, self.seconds, time.monotonic()
        saved, reported, seen = started, self.seconds, 0
        recent: dict[str, list[float]] = {}
        for chosen in self._batches(examples, generator):
            done = max(self.seconds / budget, self.step / self.config.max_steps)
            told, count = self._update(examples, chosen, done)
            seen += count
            for name, value in told.items():
                recent.setdefault(name, []).append(value)
            self.seconds = spent + time.monotonic() - started
            if self.seconds - reported > 20:
                reported = self.seconds
                means = ", ".join(f"{name} {np.mean(values[-100:]):.3f}" for name, values in recent.items())
                echo(
                    f"{self.seconds / 60:5.1f} of {self.config.minutes:g} min · step {self.step} · "
                    f"{seen / (self.seconds - spent):.0f} transitions/s · {means}"
                )
            if time.monotonic() - saved > 180:
                saved = time.monotonic()
                self.save_progress(progress)
            if self.seconds >= budget or self.step >= self.config.max_steps:
                break
        self.save_progress(progress)

    def _batches(self, examples: TransitionSet, generator: np.random.Generator) -> Iterator[list[int]]:
        windows = examples.windows(self.config.length)
        while True:
            order = generator.permutation(len(windows))
            for start in range(0, len(order), self.config.windows):
                yield [state for one in order[start : start + self.config.windows] for state in windows[one]]

    def _update(self, examples: TransitionSet, chosen: list[int], done: float) -> tuple[dict[str, float], int]:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * _schedule(done, self.config.warmup)
        self.model.train()
        scenes, deeds, outcomes = examples.batch(chosen, self.config.rows)
        scenes, deeds, outcomes = on(scenes, self.device), on(deeds, self.device), on(outcomes, self.device)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
            loss, told = world_model_loss(self.model, scenes, deeds, outcomes, self.weights, self.config.horizon)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            kept: list[Tensor] = list(self.average.parameters())
            fresh: list[Tensor] = list(self.model.parameters())
            torch._foreach_lerp_(kept, fresh, 1 - decay)
        return told, len(deeds.scene)

    def save_progress(self, path: Path) -> None:
        tensors = {f"model.{name}": tensor.detach().cpu() for name, tensor in self.model.state_dict().items()}
        tensors |= {f"average.{name}": tensor.cpu() for name, tensor in self.average.state_dict().items()}
        for place, parameter in enumerate(self._ordered()):
            state = self.optimizer.state.get(parameter, {})
            tensors |= {f"adam.{place}.{name}": tensor.cpu() for name, tensor in state.items()}
        save(path, Checkpoint(_PROGRESS, tensors, {"step": self.step, "seconds": self.seconds}))

    def resume(self, path: Path) -> None:
        """Go on from a progress file. Raises CheckpointFormatError."""
        checkpoint = load(path, _PROGRESS)
        for prefix, module in (("model.", self.model), ("average.", self.average)):
            found = {name: value for name, value in checkpoint.tensors.items() if name.startswith(prefix)}
            module.load_state_dict({name.removeprefix(prefix): value for name, value in found.items()})
        for place, parameter in enumerate(self._ordered()):
            prefix = f"adam.{place}."
            found = {name: value for name, value in checkpoint.tensors.items() if name.startswith(prefix)}
            state = {name.removeprefix(prefix): value for name, value in found.items()}
            if state:
                self.optimizer.state[parameter] = {
                    name: value if name == "step" else value.to(self.device) for name, value in state.items()
                }
        self.step, self.seconds = int(checkpoint.details["step"]), float(checkpoint.details["seconds"])

    def _ordered(self) -> list[Tensor]:
        return [weight for group in self.optimizer.param_groups for weight in group["params"]]


def _schedule(done: float, warmup: float) -> float:
    """Linear warm-up, then cosine to zero, over the share of the budget that is spent."""
    if done < warmup:
        return max(done / warmup, 1e-2)
    return 0.5 * (1 + math.cos(math.pi * min((done - warmup) / (1 - warmup), 1.0)))


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
    return kept
