"""From what the network says of a commit to a probability, fitted on held-out data, and how good that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional

NATURAL_WRONG = 0.25
"""Share of wrong ones among the commits that a policy means to do; relabelled pages have many more."""


@dataclass(frozen=True, slots=True)
class CommitSigns:
    """What the network says of a commit that it proposes."""

    logit: float
    """Of the commit head: that it is wrong."""
    log_probability: float
    """Of the action, among all candidates."""
    left: float
    """Largest logit of a field or choice of the page that something is yet to be done with it."""
    so_far: float = 0.0
    """Mean log-probability of what was done before in the episode; 0 at its beginning."""


SIGNS = len(fields(CommitSigns))


@dataclass(frozen=True, slots=True)
class CommitScore:
    """Logistic regression from the signs to the probability that a commit is wrong (cf. Platt 1999)."""

    logit: float = 1.0
    log_probability: float = 0.0
    left: float = 0.0
    so_far: float = 0.0
    offset: float = 0.0

    def risks(self, signs: Tensor) -> Tensor:
        """Of many: (…, SIGNS), in the order of `CommitSigns`, → (…), 0..1."""
        weights = torch.tensor(astuple(self)[:SIGNS], device=signs.device)
        return torch.sigmoid(_bounded(signs.float()) @ weights + self.offset)

    def risk(self, signs: CommitSigns) -> float:
        """Of one."""
        return float(self.risks(torch.tensor(astuple(signs))))

    @classmethod
    def of(cls, details: Mapping[str, float]) -> CommitScore:
        """From a checkpoint's details. Raises TypeError, ValueError."""
        if not isinstance(details, Mapping):
            raise TypeError(f"the commit score is {details!r}, not weights by name")
        found = cls(**{name: float(value) for name, value in details.items()})
        if not all(math.isfinite(value) for value in astuple(found)):
            raise ValueError("the commit score has weights that are no numbers")
        return found

    def details(self) -> dict[str, float]:
        """As a checkpoint keeps it."""
        return asdict(self)


_LIMITS = (12.0, 8.0, 8.0, 8.0)
"""Beyond these signs tell nothing more."""


def _bounded(signs: Tensor) -> Tensor:
    limits = signs.new_tensor(_LIMITS)
    return torch.minimum(torch.maximum(signs, -limits), limits)


def fit_commit_score(signs: Sequence[CommitSigns], wrong: Tensor, strength: float = 0.02) -> CommitScore:
    """Ridge logistic regression of `wrong` (M,) on the signs, standardised; `strength`: of the ridge.

    Raises ValueError where not both right and wrong ones are there.
    """
    if len(wrong) == 0 or wrong.min() == wrong.max():
        raise ValueError(f"{len(wrong)} commits that are all right or all wrong: a score can't be fitted on them.")
    inputs = _bounded(torch.tensor([astuple(one) for one in signs], dtype=torch.float64))
    mean, scale = inputs.mean(0), inputs.std(0).clamp_min(1e-3)
    weights = torch.zeros(SIGNS + 1, dtype=torch.float64, requires_grad=True)
    wanted = wrong.double()
    optimizer = torch.optim.LBFGS([weights], lr=0.5, max_iter=200)

    def closure() -> Tensor:
        optimizer.zero_grad()
        scores = (inputs - mean) / scale @ weights[:SIGNS] + weights[SIGNS]
        loss = functional.binary_cross_entropy_with_logits(scores, wanted) + strength * (weights[:SIGNS] ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    found = weights.detach()[:SIGNS] / scale
    names = [one.name for one in fields(CommitSigns)]
    offset = float(weights.detach()[SIGNS] - found @ mean)
    return CommitScore.of(dict(zip(names, found.tolist(), strict=True)) | {"offset": offset})


def fit_temperature(logits: Tensor, labels: Tensor, share: float | None = None) -> tuple[float, float]:
    """(temperature, offset) minimising the cross-entropy of `labels` (0 or 1) under sigmoid(logit / t + offset).

    Temperature scaling (Guo et al. 2017), with an offset for the base rate.

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
