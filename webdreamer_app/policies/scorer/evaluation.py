"""Offline figures of the scorer on packed states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from webdreamer_app.policies.scorer.arrays import Batch, log_probabilities
from webdreamer_app.policies.scorer.loss import Targets, label_log_probabilities
from webdreamer_app.policies.scorer.network import ScorerNetwork
from webdreamer_app.policies.scorer.shards import PackedSet
from webdreamer_app.policies.scorer.verbs import FILL, TYPE
from worldmodel.measures import area_under_curve


def fast_dtype() -> torch.dtype | None:
    """bf16 where the processor multiplies it in hardware, None (fp32) elsewhere."""
    if torch.cuda.is_available():
        return torch.bfloat16
    capable = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else ""
    return torch.bfloat16 if "AVX512" in capable and torch.ops.mkldnn._is_mkldnn_bf16_supported() else None


def targets(packed: PackedSet, indices: Sequence[int], rows: int) -> Targets:
    """Padded targets; `rows` as in the batch."""
    labels = [packed.part("labels", index) for index in indices]
    commits = [packed.part("commits", index) for index in indices]
    padded = np.zeros((len(indices), max(1, *(len(part) for part in labels), 1), 5), dtype=np.int64)
    committed = np.full((len(indices), max(1, *(len(part) for part in commits), 1), 2), -1, dtype=np.int64)
    meanings = np.full((len(indices), rows), -1, dtype=np.int64)
    for place, index in enumerate(indices):
        padded[place, : len(labels[place])] = labels[place]
        committed[place, : len(commits[place])] = commits[place]
        meant = packed.part("meanings", index)
        meanings[place, : len(meant)] = meant
    weights = np.array([float(packed.part("weight", index)[0]) for index in indices], dtype=np.float32)
    return Targets(*(torch.from_numpy(array) for array in (padded, committed, weights, meanings)))


@torch.inference_mode()
def evaluate(network: ScorerNetwork, packed: PackedSet, size: int = 64) -> tuple[dict[str, float], Tensor, Tensor]:
    """Offline figures of a packed split, and (logits, wrong) of its commits for calibration."""
    network.eval()
    nll, mass, top, groups = 0.0, 0.0, 0.0, {group: [0, 0] for group in sorted(set(packed.sources))}
    logits: list[Tensor] = []
    wrong: list[Tensor] = []
    order = sorted(range(len(packed)), key=packed.length)
    for start in range(0, len(order), size):
        indices = order[start : start + size]
        batch = packed.batch(indices)
        wanted = targets(packed, indices, batch.own.shape[1])
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_dtype() is not None):
            scores = network(batch)
        log = log_probabilities(scores)
        joint = label_log_probabilities(log, batch.fields, wanted.labels)
        negative = -torch.logsumexp(joint.clamp_min(-1e4), 1)
        nll += float(negative.clamp_max(50).sum())
        mass += float(((-negative).exp() > 0.5).sum())
        right = best_is_right(log, batch, joint)
        top += float(right.sum())
        for index, hit in zip(indices, right.tolist(), strict=True):
            groups[packed.sources[index]][0] += hit
            groups[packed.sources[index]][1] += 1
        present = wanted.commits[..., 0] >= 0
        logits.append(scores.commit_wrong.float().gather(1, wanted.commits[..., 0].clamp_min(0))[present])
        wrong.append(wanted.commits[..., 1][present])
    all_logits, all_wrong = torch.cat(logits), torch.cat(wrong)
    count = max(1, len(packed))
    figures = {
        "states": float(len(packed)),
        "nll": nll / count,
        "mass_on_right": mass / count,
        "first_choice_right": top / count,
    }
    if len(groups) > 1:
        figures |= {f"first_choice_right_{group}": hits / many for group, (hits, many) in groups.items()}
    return figures | commit_figures(all_logits, all_wrong), all_logits, all_wrong


def best_is_right(log: Any, batch: Batch, joint: Tensor) -> Tensor:
    """(B,) whether the most probable place of the candidate set is a label's, values of fields included."""
    values = torch.cat([log.spans.flatten(2), log.offered, log.copies], dim=2).amax(2)  # (B, F)
    rows = log.rows.clone()
    filled = torch.full(rows.shape[:2], -torch.inf).scatter_reduce(
        1, batch.fields, values.masked_fill(~batch.field_mask, -torch.inf), "amax"
    )
    for verb in (FILL, TYPE):
        rows[..., verb] = rows[..., verb] + filled.masked_fill(filled == -torch.inf, 0.0)
    best = torch.cat([rows.flatten(1), log.page], dim=1).amax(1)
    return joint.amax(1) >= best - 1e-4


def commit_figures(logits: Tensor, wrong: Tensor) -> dict[str, float]:
    """AUROC of "wrong" and the share of wrong commits; AUROC is left out where a class is missing."""
    figures = {"commits": float(len(wrong)), "commits_wrong": float((wrong == 1).float().mean()) if len(wrong) else 0.0}
    area = area_under_curve(logits, wrong)
    if not math.isnan(area):
        figures["commit_auroc"] = area
    return figures
