"""Temperature scaling of a binary score on held-out data (Guo et al. 2017), with an offset for the base rate."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def fit_temperature(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """(temperature, offset) minimising the cross-entropy of `labels` (0 or 1) under sigmoid(logit / t + offset).

    (1.0, 0.0) where there is one class only.
    """
    if len(labels) == 0 or labels.min() == labels.max():
        return 1.0, 0.0
    scale = torch.zeros((), dtype=torch.float64, requires_grad=True)
    offset = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, offset], lr=0.5, max_iter=100)
    inputs, wanted = logits.detach().clone().double(), labels.double()

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(inputs * torch.exp(-scale) + offset, wanted)
        loss = loss + 1e-3 * (scale**2 + offset**2)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return float(torch.exp(scale.detach())), float(offset.detach())
