"""A training run: weights with their optimizer and their running average, spending a budget of time, resumable."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from worldmodel.checkpoint import Checkpoint, load, save

_REPORT_SECONDS, _SAVE_SECONDS = 20, 180
_RECENT = 200
"""Steps that a report is the mean of."""

Network = TypeVar("Network", bound=nn.Module)
Batch = TypeVar("Batch")
Learn = Callable[[Batch, float], tuple[dict[str, float], int]]
"""One step on a batch at a share of the budget, 0..1: figures of it, and how many examples it had."""


class TrainingRun(Generic[Network]):
    """`kind`: of the progress file. Matrices decay, other weights don't; weights that need no gradient stay."""

    def __init__(
        self,
        network: Network,
        kind: str,
        *,
        learning_rate: float,
        weight_decay: float,
        warmup: float,
        ema: float,
        device: str = "cpu",
    ) -> None:
        self.device = torch.device(device)
        self.network = network.to(self.device)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self._kind, self._learning_rate, self._warmup, self._ema = kind, learning_rate, warmup, ema
        learned = [weight for weight in self.network.parameters() if weight.requires_grad]
        groups = [
            {"params": [weight for weight in learned if weight.ndim > 1], "weight_decay": weight_decay},
            {"params": [weight for weight in learned if weight.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, learning_rate, betas=(0.9, 0.98))
        self.step = 0
        self.seconds = 0.0

    def spend(
        self,
        minutes: float,
        max_steps: int,
        batches: Iterable[Batch],
        learn: Learn[Batch],
        progress: Path,
        echo: Callable[[str], None],
    ) -> None:
        """Learn until the time or the steps are spent; `progress` is rewritten every few minutes, for `resume`."""
        budget, spent, started = minutes * 60, self.seconds, time.monotonic()
        saved, reported, seen = started, self.seconds, 0
        recent: dict[str, list[float]] = {}
        for batch in batches:
            figures, count = learn(batch, max(self.seconds / budget, self.step / max_steps))
            seen += count
            for name, value in figures.items():
                recent.setdefault(name, []).append(value)
            self.seconds = spent + time.monotonic() - started
            if self.seconds - reported > _REPORT_SECONDS:
                reported = self.seconds
                means = ", ".join(f"{name} {_mean(values[-_RECENT:]):.4f}" for name, values in recent.items())
                rate = seen / (self.seconds - spent)
                echo(f"{self.seconds / 60:5.1f} of {minutes:g} min · step {self.step} · {rate:.0f}/s · {means}")
            if time.monotonic() - saved > _SAVE_SECONDS:
                saved = time.monotonic()
                self.save_progress(progress)
            if self.seconds >= budget or self.step >= max_steps:
                break
        self.save_progress(progress)

    def improve(self, loss: Tensor, done: float) -> None:
        """One step down the gradient, at the rate of this share of the budget; the average follows."""
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate * schedule(done, self._warmup)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(self._ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            kept: list[Tensor] = list(self.average.parameters())
            fresh: list[Tensor] = list(self.network.parameters())
            torch._foreach_lerp_(kept, fresh, 1 - decay)

    def save_progress(self, path: Path) -> None:
        tensors = {f"network.{name}": tensor.detach().cpu() for name, tensor in self.network.state_dict().items()}
        tensors |= {f"average.{name}": tensor.cpu() for name, tensor in self.average.state_dict().items()}
        for place, parameter in enumerate(self._ordered()):
            state = self.optimizer.state.get(parameter, {})
            tensors |= {f"adam.{place}.{name}": tensor.cpu() for name, tensor in state.items()}
        save(path, Checkpoint(self._kind, tensors, {"step": self.step, "seconds": self.seconds}))

    def resume(self, path: Path) -> None:
        """Go on from a progress file. Raises CheckpointFormatError."""
        checkpoint = load(path, self._kind)

        def named(prefix: str) -> dict[str, Tensor]:
            found = checkpoint.tensors.items()
            return {name.removeprefix(prefix): value for name, value in found if name.startswith(prefix)}

        self.network.load_state_dict(named("network."))
        self.average.load_state_dict(named("average."))
        for place, parameter in enumerate(self._ordered()):
            state = named(f"adam.{place}.")
            if state:
                self.optimizer.state[parameter] = {
                    name: value if name == "step" else value.to(self.device) for name, value in state.items()
                }
        self.step, self.seconds = int(checkpoint.details["step"]), float(checkpoint.details["seconds"])

    def _ordered(self) -> list[Tensor]:
        return [weight for group in self.optimizer.param_groups for weight in group["params"]]


def schedule(done: float, warmup: float) -> float:
    """Linear warm-up, then cosine to zero, over the share of the budget that is spent."""
    if done < warmup:
        return max(done / warmup, 1e-2)
    return 0.5 * (1 + math.cos(math.pi * min((done - warmup) / (1 - warmup), 1.0)))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
