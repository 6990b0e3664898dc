"""How well scores tell one thing from another, and how far probabilities are from what comes."""

from __future__ import annotations

import torch
from torch import Tensor


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
