"""The scorer's training loss: any acceptable action is right, and a commit must match what was asked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from webdreamer_app.policies.scorer.labels import LabelKind
from webdreamer_app.policies.scorer.network import ROW_VERBS, LogProbabilities, Scores, log_probabilities

_FILL, _SELECT = ROW_VERBS.index("fill"), ROW_VERBS.index("select_option")


@dataclass(frozen=True, slots=True)
class Targets:
    """What was right in a batch of B states."""

    labels: Tensor  # (B, L, 4) int: kind, first, second, third; padded with NONE
    commits: Tensor  # (B, C, 2) int: row, wrong; padded with row -1
    weights: Tensor  # (B,)


def label_log_probabilities(log: LogProbabilities, select_rows: Tensor, labels: Tensor) -> Tensor:
    """Joint log-probability of each label, -inf for padding: (B, L)."""
    kind, first, second, third = labels.unbind(-1)
    state = torch.arange(labels.shape[0]).unsqueeze(1).expand_as(kind)
    result = torch.full(kind.shape, -torch.inf, dtype=log.rows.dtype)

    def put(which: LabelKind, values: Tensor) -> Tensor:
        return torch.where(kind == which, values, result)

    def at(table: Tensor, *places: Tensor) -> Tensor:
        bounded = [place.clamp(0, size - 1) for place, size in zip(places, table.shape[1:], strict=True)]
        return table[(state, *bounded)]

    fill, choose = torch.full_like(first, _FILL), torch.full_like(first, _SELECT)
    result = put(LabelKind.ROW, at(log.rows, first, second))
    result = put(LabelKind.PAGE, at(log.page, first))
    result = put(LabelKind.SPAN, at(log.rows, first, fill) + at(log.spans, first, second, third))
    result = put(LabelKind.KEY, at(log.rows, first, fill) + at(log.keys, first, second))
    select_row = at(select_rows, first)
    return put(LabelKind.OPTION, at(log.rows, select_row, choose) + at(log.options, first, second))


def scorer_loss(
    scores: Scores, select_rows: Tensor, targets: Targets, commit_weight: float = 0.5
) -> tuple[Tensor, Tensor]:
    """(total loss, −log probability of what is acceptable (B,)); Recipes: the order of form fields is free."""
    log = log_probabilities(scores)
    joint = label_log_probabilities(log, select_rows, targets.labels)
    negative = -torch.logsumexp(joint.clamp_min(-1e4), dim=1)
    policy = (negative.clamp_max(50.0) * targets.weights).sum() / targets.weights.sum().clamp_min(1e-6)
    return policy + commit_weight * commit_loss(scores, targets), negative


def commit_loss(scores: Scores, targets: Targets) -> Tensor:
    """Binary cross-entropy of "this commit is wrong" over the rows that would commit something."""
    present = targets.commits[..., 0] >= 0
    if not present.any():
        return scores.commit_wrong.sum() * 0.0
    logits = scores.commit_wrong.gather(1, targets.commits[..., 0].clamp_min(0))
    return functional.binary_cross_entropy_with_logits(
        logits[present].float(), targets.commits[..., 1][present].float()
    )
