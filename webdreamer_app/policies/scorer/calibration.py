"""Temperature scaling of a binary score on held-out data (Guo et al. 2017), with an offset for the base rate."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

NATURAL_WRONG = 0.25
"""Share of wrong ones among the commits that a policy means to do; relabelled pages have many more."""


def fit_temperature(logits: Tensor, labels: Tensor, share: float | None = None) -> tuple[float, float]:
    """(temperature, offset) minimising the cross-entropy of `labels` (0 or 1) under sigmoid(logit / t + offset).

    `share`: as if so many of the labels were 1, by weight; None: as they are. (1.0, 0.0) where there is one class only.
    """
    if len(labels) == 0 or labels.min() == labels.max():
        return 1.0, 0.0
    scale = torch.zeros((), dtype=torch.float64, requires_grad=True)
    offset = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, offset], lr=0.5, max_iter=100)
    inputs, wanted = logits.detach().clone().double(), labels.double()
    known = float(wanted.mean())
    told = known if share is None else share
    weights = torch.where(wanted == 1, told / known, (1 - told) / (1 - known))

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(inputs * torch.exp(-scale) + offset, wanted, weight=weights)
        loss = loss + 1e-3 * (scale**2 + offset**2)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return float(torch.exp(scale.detach())), float(offset.detach())


def expected_calibration_error(probabilities: Tensor, labels: Tensor, bins: int = 10) -> float:
    """Mean distance between what was said and what came, over bins of equal width (Guo et al. 2017).

    `probabilities`, `labels`: (M,); 0.0 for none.
    """
    place = (probabilities * bins).long().clamp(0, bins - 1)
    total = 0.0
    for one in range(bins):
        inside = place == one
        if inside.any():
            total += float((probabilities[inside].mean() - labels[inside].float().mean()).abs()) * int(inside.sum())
    return total / max(1, len(labels))


def area_under_curve(scores: Tensor, labels: Tensor) -> float:
    """AUROC of scores for labels of 1, ties at half; NaN where a class is missing. Both (M,)."""
    bad, good = scores[labels == 1].double(), scores[labels == 0].double().sort().values
    if not len(bad) or not len(good):
        return float("nan")
    below = torch.searchsorted(good, bad) + torch.searchsorted(good, bad, right=True)
    return float(below.double().mean() / 2 / len(good))
