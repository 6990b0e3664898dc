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
