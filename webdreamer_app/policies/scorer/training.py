"""Trains the embedded policy from packed states. Needs torch, numpy and safetensors only."""

from __future__ import annotations

import copy
import math
import time
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


class Trainer:
    """One training run: budgeted by time, resumable, averaged weights evaluated as it goes."""

    def __init__(self, network: NetworkConfig, config: TrainingConfig, device: str = "cpu") -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.device = torch.device(device)
        self.dtype = fast_dtype()
        self.network = ScorerNetwork(network).to(self.device)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        decayed = [weight for weight in self.network.parameters() if weight.ndim > 1]
        others = [weight for weight in self.network.parameters() if weight.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, config.learning_rate, betas=(0.9, 0.98))
        self.step = 0
        self.seconds = 0.0

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
        budget = self.config.minutes * 60
        started, spent, saved, reported = time.monotonic(), self.seconds, time.monotonic(), self.seconds
        losses: list[tuple[float, float]] = []
        seen = 0
        curriculum = Curriculum(train, self.config.batch, self.config.focus, generator)
        for indices in curriculum.batches():
            done = max(self.seconds / budget, self.step / self.config.max_steps)
            total, negative = self._update(train, indices, generator, done)
            losses.append((total, float(negative.mean())))
            curriculum.learned(indices, negative.double().numpy(), is_focused=done < self.config.focused)
            seen += len(indices)
            self.seconds = spent + time.monotonic() - started
            if self.seconds - reported > 20:
                reported = self.seconds
                total, policy = np.mean(losses[-200:], axis=0)
                echo(
                    f"{self.seconds / 60:5.1f} of {self.config.minutes:g} min · step {self.step} · loss {total:.4f} "
                    f"(choice {policy:.4f}) · {seen / (self.seconds - spent):.0f} states/s"
                )
            if time.monotonic() - saved > 180:
                saved = time.monotonic()
                self.save_progress(progress)
            if self.seconds >= budget or self.step >= self.config.max_steps:
                break
        self.save_progress(progress)

    def _update(
        self, train: PackedSet, indices: list[int], generator: np.random.Generator, done: float
    ) -> tuple[float, Tensor]:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * _schedule(done, self.config.warmup)
        self.network.train()
        batch = self._disturbed(train.batch(indices), generator)
        wanted = _to(targets(train, indices, batch.own.shape[1]), self.device)
        batch = _to(batch, self.device)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
            scores = self.network(batch, self._noise(batch))
        loss, negative = scorer_loss(scores, batch, wanted, LossWeights(meaning=0.3 * (1 - done)))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            kept: list[Tensor] = list(self.average.parameters())
            fresh: list[Tensor] = list(self.network.parameters())
            torch._foreach_lerp_(kept, fresh, 1 - decay)
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

    def save_progress(self, path: Path) -> None:
        tensors = {f"network.{name}": tensor.detach().cpu() for name, tensor in self.network.state_dict().items()}
        tensors |= {f"average.{name}": tensor.cpu() for name, tensor in self.average.state_dict().items()}
        for place, parameter in enumerate(self._ordered()):
            state = self.optimizer.state.get(parameter, {})
            tensors |= {f"adam.{place}.{name}": tensor.cpu() for name, tensor in state.items()}
        save(path, Checkpoint(_PROGRESS, tensors, {"step": self.step, "seconds": self.seconds}))

    def resume(self, path: Path) -> None:
        """Go on from a progress file. Raises CheckpointFormatError."""
        checkpoint = load(path, _PROGRESS)
        for prefix, module in (("network.", self.network), ("average.", self.average)):
            module.load_state_dict(
                {
                    name.removeprefix(prefix): value
                    for name, value in checkpoint.tensors.items()
                    if name.startswith(prefix)
                }
            )
        for place, parameter in enumerate(self._ordered()):
            prefix = f"adam.{place}."
            state = {name.removeprefix(prefix): v for name, v in checkpoint.tensors.items() if name.startswith(prefix)}
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
