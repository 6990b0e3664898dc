"""The scorer's training loss: any acceptable action is right, and a commit must match what was asked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from webdreamer_app.policies.scorer.arrays import Batch, LogProbabilities, Scores, log_probabilities
from webdreamer_app.policies.scorer.labels import LabelKind


@dataclass(frozen=True, slots=True)
class Targets:
    """What was right in a batch of B states."""

    labels: Tensor  # (B, L, 5) int: kind and four places; padded with NONE
    commits: Tensor  # (B, C, 2) int: row, wrong; padded with row -1
    weights: Tensor  # (B,)
    meanings: Tensor  # (B, N) int, -1 where a row's words mean nothing that is known


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each part counts beside the choice of the action."""

    commit: float = 0.5
    meaning: float = 0.3
    open: float = 0.5
    """On whether something is yet to be done with each row: every field teaches, not only the one that is taken."""
    value: float = 0.3
    """On the value of each field that is to be filled, whichever field is taken."""


def label_log_probabilities(
    log: LogProbabilities, fields: Tensor, labels: Tensor, *, values_only: bool = False
) -> Tensor:
    """Joint log-probability of each label, -inf for padding: (B, L). `fields`: (B, F), as in the batch.

    `values_only`: of its value, given that its field is filled; -inf for what takes no value.
    """
    kind, first, second, third, fourth = labels.unbind(-1)
    state = torch.arange(labels.shape[0], device=labels.device).unsqueeze(1).expand_as(kind)
    result = torch.full(kind.shape, -torch.inf, dtype=log.rows.dtype, device=labels.device)

    def at(table: Tensor, *places: Tensor) -> Tensor:
        bounded = [place.clamp(0, size - 1) for place, size in zip(places, table.shape[1:], strict=True)]
        return table[(state, *bounded)]

    row = at(log.rows, first, second)
    base = torch.zeros_like(row) if values_only else row
    field = (fields.unsqueeze(1) == first.unsqueeze(2)).float().argmax(-1)  # (B, L)
    choices = [
        (LabelKind.SPAN, base + at(log.spans, field, third, fourth)),
        (LabelKind.OFFERED, base + at(log.offered, field, third)),
        (LabelKind.COPY, base + at(log.copies, field, third)),
    ]
    if not values_only:
        choices += [(LabelKind.ROW, row), (LabelKind.PAGE, at(log.page, first))]
    for which, values in choices:
        result = torch.where(kind == which, values, result)
    return result


def scorer_loss(
    scores: Scores, batch: Batch, targets: Targets, weights: LossWeights | None = None
) -> tuple[Tensor, Tensor]:
    """(total loss, −log probability of what is acceptable (B,)); Recipes: the order of form fields is free."""
    much = weights or LossWeights()
    log = log_probabilities(scores)
    joint = label_log_probabilities(log, batch.fields, targets.labels)
    negative = -torch.logsumexp(joint.clamp_min(-1e4), dim=1)
    policy = (negative.clamp_max(50.0) * targets.weights).sum() / targets.weights.sum().clamp_min(1e-6)
    total = policy + much.commit * commit_loss(scores, targets)
    total = total + much.open * open_loss(scores, batch, targets) + much.value * value_loss(log, batch, targets)
    if scores.meanings is not None and bool((targets.meanings >= 0).any()):
        flat = scores.meanings.float().flatten(0, 1)
        total = total + much.meaning * functional.cross_entropy(flat, targets.meanings.flatten(), ignore_index=-1)
    return total, negative


def commit_loss(scores: Scores, targets: Targets) -> Tensor:
    """Binary cross-entropy of "this commit is wrong" over the rows that would commit something."""
    present = targets.commits[..., 0] >= 0
    if not present.any():
        return scores.commit_wrong.sum() * 0.0
    logits = scores.commit_wrong.gather(1, targets.commits[..., 0].clamp_min(0))
    return functional.binary_cross_entropy_with_logits(
        logits[present].float(), targets.commits[..., 1][present].float()
    )


def open_loss(scores: Scores, batch: Batch, targets: Targets) -> Tensor:
    """Binary cross-entropy of "something acceptable can be done with this row" over the rows that can be acted on."""
    kind, row = targets.labels[..., 0], targets.labels[..., 1]
    on_row = (kind != LabelKind.NONE) & (kind != LabelKind.PAGE)
    wanted = torch.zeros_like(scores.open, dtype=torch.float32)
    wanted.scatter_reduce_(1, row * on_row, on_row.float(), "amax")
    usable = batch.verb_mask.any(-1).float()
    each = functional.binary_cross_entropy_with_logits(scores.open.float(), wanted, reduction="none") * usable
    return (each.sum(1) / ((wanted * usable).sum(1) + 4.0)).mean()


def value_loss(log: LogProbabilities, batch: Batch, targets: Targets) -> Tensor:
    """−log probability of a right value given its field, mean over the labels that hold one."""
    values = label_log_probabilities(log, batch.fields, targets.labels, values_only=True).clamp_min(-1e4)
    kind, row = targets.labels[..., 0], targets.labels[..., 1]
    valued = (kind == LabelKind.SPAN) | (kind == LabelKind.OFFERED) | (kind == LabelKind.COPY)
    if not valued.any():
        return values.sum() * 0.0
    same = (row.unsqueeze(1) == row.unsqueeze(2)) & valued.unsqueeze(1) & valued.unsqueeze(2)  # (B, L, L)
    together = values.unsqueeze(1).expand(same.shape).masked_fill(~same, -1e4).logsumexp(-1)
    return -together[valued].clamp_min(-50.0).mean()
