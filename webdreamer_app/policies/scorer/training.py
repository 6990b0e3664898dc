"""Trains the embedded policy from packed states. Needs torch, numpy and safetensors only."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from webdreamer_app.policies.scorer.calibration import fit_temperature
from webdreamer_app.policies.scorer.loss import Targets, label_log_probabilities, scorer_loss
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork, log_probabilities
from webdreamer_app.policies.scorer.packing import PackedSet
from worldmodel.checkpoint import Checkpoint, CheckpointFormatError, load, save

KIND = "policy/1"
_PROGRESS = "policy-training/1"


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How the policy is trained."""

    minutes: float = 12.0
    """Time budget; the learning rate falls to zero over it."""
    seed: int = 0
    batch: int = 32
    learning_rate: float = 6e-4
    weight_decay: float = 0.05
    warmup: float = 0.03
    """Share of the budget over which the learning rate rises."""
    history_dropout: float = 0.4
    """How often an example's history is blanked, against copying the last action."""
    ema: float = 0.998
    """Decay of the averaged weights, which are the ones kept."""
    max_steps: int = 1_000_000


def fast_dtype() -> torch.dtype | None:
    """bf16 where the processor multiplies it in hardware, None (fp32) elsewhere."""
    if torch.cuda.is_available():
        return torch.bfloat16
    capable = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else ""
    return torch.bfloat16 if "AVX512" in capable and torch.ops.mkldnn._is_mkldnn_bf16_supported() else None


def targets(packed: PackedSet, indices: Sequence[int]) -> Targets:
    labels = [packed.part("labels", index) for index in indices]
    commits = [packed.part("commits", index) for index in indices]
    padded = np.zeros((len(indices), max(1, *(len(part) for part in labels)), 4), dtype=np.int64)
    committed = np.full((len(indices), max(1, *(len(part) for part in commits)), 2), -1, dtype=np.int64)
    for place in range(len(indices)):
        padded[place, : len(labels[place])] = labels[place]
        committed[place, : len(commits[place])] = commits[place]
    return Targets(torch.from_numpy(padded), torch.from_numpy(committed), packed.weights(indices))


def _batches(packed: PackedSet, size: int, generator: np.random.Generator) -> Iterator[list[int]]:
    """Endless shuffled batches of states of similar length, so that little is padding."""
    while True:
        order = generator.permutation(len(packed))
        for start in range(0, len(order), size * 32):
            pool = sorted(order[start : start + size * 32].tolist(), key=packed.rows)
            groups = [pool[at : at + size] for at in range(0, len(pool), size)]
            for place in generator.permutation(len(groups)):
                yield groups[place]


class Trainer:
    """One training run: budgeted by time, resumable, averaged weights evaluated as it goes."""

    def __init__(self, network: NetworkConfig, config: TrainingConfig, device: str = "cpu") -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.device = torch.device(device)
        self.dtype = fast_dtype()
        self.network = ScorerNetwork(network).to(self.device)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), config.learning_rate, weight_decay=config.weight_decay, betas=(0.9, 0.98)
        )
        self.step = 0
        self.seconds = 0.0

    def start_from(self, path: Path) -> None:
        """Begin with the weights of a trained policy of the same size. Raises CheckpointFormatError."""
        tensors = {name: tensor.float() for name, tensor in load(path, KIND).tensors.items()}
        for module in (self.network, self.average):
            try:
                module.load_state_dict(tensors)
            except RuntimeError as error:
                raise CheckpointFormatError(
                    f"{path} holds a network of another size: train without it, or with the policy of this version."
                ) from error

    def run(self, train: PackedSet, progress: Path, echo: Callable[[str], None]) -> None:
        """Train until the budget is spent; `progress` is rewritten every minute and read by `resume`."""
        generator = np.random.default_rng(self.config.seed + self.step)
        budget = self.config.minutes * 60
        started, spent, saved, reported = time.monotonic(), self.seconds, time.monotonic(), 0.0
        losses: list[float] = []
        for indices in _batches(train, self.config.batch, generator):
            done = max(self.seconds / budget, self.step / self.config.max_steps)
            losses.append(self._update(train, indices, generator, done))
            self.seconds = spent + time.monotonic() - started
            if self.seconds - reported > 15:
                reported = self.seconds
                mean = sum(losses[-200:]) / len(losses[-200:])
                echo(f"{self.seconds / 60:5.1f} of {self.config.minutes:g} min · step {self.step} · loss {mean:.4f}")
            if time.monotonic() - saved > 60:
                saved = time.monotonic()
                self.save_progress(progress)
            if self.seconds >= budget or self.step >= self.config.max_steps:
                break
        self.save_progress(progress)

    def _update(self, train: PackedSet, indices: list[int], generator: np.random.Generator, done: float) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * _schedule(done, self.config.warmup)
        self.network.train()
        batch = train.batch(indices)
        blank = torch.from_numpy(generator.random(len(indices)) < self.config.history_dropout)
        batch.history_mask.masked_fill_(blank.unsqueeze(1), False)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
            scores = self.network(_to(batch, self.device))
        loss, _ = scorer_loss(scores, batch.select_rows.to(self.device), _to(targets(train, indices), self.device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for kept, fresh in zip(self.average.parameters(), self.network.parameters(), strict=True):
                kept.lerp_(fresh, 1 - decay)
        return float(loss.detach())

    def save_progress(self, path: Path) -> None:
        tensors = {f"network.{name}": tensor.detach().cpu() for name, tensor in self.network.state_dict().items()}
        tensors |= {f"average.{name}": tensor.cpu() for name, tensor in self.average.state_dict().items()}
        for place, state in enumerate(self.optimizer.state.values()):
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
        for place, parameter in enumerate(self.network.parameters()):
            prefix = f"adam.{place}."
            state = {name.removeprefix(prefix): v for name, v in checkpoint.tensors.items() if name.startswith(prefix)}
            if state:
                self.optimizer.state[parameter] = dict(state)
        self.step, self.seconds = int(checkpoint.details["step"]), float(checkpoint.details["seconds"])


def _schedule(done: float, warmup: float) -> float:
    """Linear warm-up, then cosine to zero, over the share of the budget that is spent."""
    if done < warmup:
        return max(done / warmup, 1e-3)
    return 0.5 * (1 + math.cos(math.pi * min((done - warmup) / (1 - warmup), 1.0)))


def _to(data: Any, device: torch.device) -> Any:
    if device.type == "cpu":
        return data
    moved = {name: getattr(data, name).to(device) for name in data.__dataclass_fields__}
    return type(data)(**moved)


@torch.inference_mode()
def evaluate(network: ScorerNetwork, packed: PackedSet, size: int = 64) -> tuple[dict[str, float], Tensor, Tensor]:
    """Offline figures of a packed split, and (logits, wrong) of its commits for calibration, in fp32."""
    network.eval()
    right = nll = 0.0
    logits: list[Tensor] = []
    wrong: list[Tensor] = []
    for start in range(0, len(packed), size):
        indices = list(range(start, min(start + size, len(packed))))
        batch, wanted = packed.batch(indices), targets(packed, indices)
        scores = network(batch)
        log = log_probabilities(scores)
        joint = label_log_probabilities(log, batch.select_rows, wanted.labels)
        best = torch.cat([log.rows.flatten(1), log.page], dim=1).exp()
        nll += float((-torch.logsumexp(joint.clamp_min(-1e4), 1)).clamp_max(50).sum())
        right += float((torch.logsumexp(joint.clamp_min(-1e4), 1).exp() > 0.5).sum())
        del best
        present = wanted.commits[..., 0] >= 0
        logits.append(scores.commit_wrong.gather(1, wanted.commits[..., 0].clamp_min(0))[present])
        wrong.append(wanted.commits[..., 1][present])
    all_logits, all_wrong = torch.cat(logits), torch.cat(wrong)
    figures = {
        "states": float(len(packed)),
        "nll": nll / max(1, len(packed)),
        "mass_on_right": right / max(1, len(packed)),
    }
    return figures | commit_figures(all_logits, all_wrong), all_logits, all_wrong


def commit_figures(logits: Tensor, wrong: Tensor) -> dict[str, float]:
    """AUROC of "wrong" and the share of wrong commits; AUROC is left out where a class is missing."""
    bad, good = logits[wrong == 1], logits[wrong == 0]
    figures = {"commits": float(len(wrong)), "commits_wrong": float((wrong == 1).float().mean()) if len(wrong) else 0.0}
    if len(bad) and len(good):
        order = torch.cat([good, bad]).argsort().argsort().double() + 1
        figures["commit_auroc"] = float(
            (order[len(good) :].sum() - len(bad) * (len(bad) + 1) / 2) / (len(bad) * len(good))
        )
    return figures


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
    details = {
        "network": asdict(sizes),
        "training": asdict(config) | {"started_from": start.name if start is not None else ""},
        "steps": trainer.step,
        "data": {"train": train_set.facts | {"states": len(train_set)}, "validation": validation_set.facts},
        "validation": figures,
        "commit_temperature": fit_temperature(logits, wrong),
    }
    tensors = {name: tensor.to(torch.bfloat16) for name, tensor in kept.state_dict().items()}
    save(out, Checkpoint(KIND, tensors, details))
    progress.unlink(missing_ok=True)
    return details
