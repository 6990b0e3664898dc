"""How far a page lies from those that a policy was trained on: what tells it that it is out of its depth.

A Gaussian over what pages say and of what they are made, the task left aside (Mahalanobis distance in the directions in
which training pages vary, and the remainder in all others; Lee et al. 2018, "A simple unified framework for detecting
out-of-distribution samples"). The distance becomes a probability by its rank among pages of unseen themes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from webdreamer_app.policies.scorer.features import ROLES, STRUCTURE
from webdreamer_app.policies.scorer.network import Batch
from worldmodel.text_encoder import DIMENSION

_PREFIX = "familiarity."
_DIRECTIONS = 48
_QUANTILES = 200
_KINDS = 3 + len(ROLES)
SUMMARY = 2 * DIMENSION + _KINDS
"""Size of what a page is summed up in."""


def summaries(batch: Batch) -> Tensor:
    """(B, SUMMARY): mean text of what can be acted on and of what cannot, shares of roles, and how much there is."""
    listed = batch.row_mask & (batch.links[..., 1] < 0)  # options count with their list
    usable = batch.verb_mask.any(-1)
    roles = batch.numeric[..., STRUCTURE - len(ROLES) : STRUCTURE].float()
    count = listed.sum(1, keepdim=True).float()
    facts = [
        count.log1p() / 5,
        (batch.row_mask & ~listed).sum(1, keepdim=True).float().log1p() / 5,
        (listed & usable).sum(1, keepdim=True) / count.clamp_min(1),
        (roles * listed.unsqueeze(-1)).sum(1) / count.clamp_min(1),
    ]
    texts = [_mean(batch.own, listed & usable), _mean(batch.own, listed & ~usable)]
    return torch.cat([*texts, *facts], dim=1)


def _mean(vectors: Tensor, mask: Tensor) -> Tensor:
    weights = mask.float()
    return (vectors.float() * weights.unsqueeze(-1)).sum(1) / weights.sum(1, keepdim=True).clamp_min(1)


@dataclass(frozen=True, slots=True)
class Familiarity:
    """A fitted density of pages, fp32."""

    mean: Tensor  # (SUMMARY,)
    basis: Tensor  # (K, SUMMARY) directions of the training pages, scaled to unit variance along each
    rest: Tensor  # (): mean square of what lies outside of them
    ranks: Tensor  # (Q,) distances of pages of unseen themes, rising

    def distance(self, summary: Tensor) -> Tensor:
        """(…, SUMMARY) → (…), about 1 for pages like those of training."""
        moved = summary.float() - self.mean
        along = moved @ self.basis.T
        lengths = self.basis.norm(dim=1)
        inside = (along / lengths.square()) @ self.basis
        outside = (moved - inside).square().sum(-1) / self.rest
        found: Tensor = (along.square().mean(-1) + outside) / 2
        return found

    def foreign(self, distance: Tensor) -> Tensor:
        """The share of pages of unseen themes that lie nearer than this: 0.5 on a usual page, 1 on a foreign one."""
        return torch.searchsorted(self.ranks, distance.float().contiguous(), right=True) / len(self.ranks)

    def tensors(self) -> dict[str, Tensor]:
        """As a checkpoint keeps it."""
        return {f"{_PREFIX}{name}": getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> Familiarity:
        """From a checkpoint's tensors. Raises KeyError, ValueError."""
        found = {name: tensors[f"{_PREFIX}{name}"].float() for name in cls.__slots__}
        if found["basis"].shape[1:] != found["mean"].shape or not len(found["ranks"]):
            raise ValueError("the familiarity of pages has an odd shape")
        return cls(**found)


def is_familiarity(name: str) -> bool:
    """Whether a checkpoint's tensor belongs here and not to the network."""
    return name.startswith(_PREFIX)


def fit(train: Tensor, validation: Tensor) -> Familiarity:
    """From summaries (M, SUMMARY) of training pages, and of pages of unseen themes for the ranks."""
    mean = train.float().mean(0)
    moved = train.float() - mean
    covariance = moved.T @ moved / max(1, len(moved) - 1)
    values, vectors = torch.linalg.eigh(covariance)
    kept = min(_DIRECTIONS, len(train) - 1)
    basis = vectors[:, -kept:].T / values[-kept:].clamp_min(1e-8).sqrt().unsqueeze(1)
    rest = values[:-kept].clamp_min(0).sum().clamp_min(1e-6)
    fitted = Familiarity(mean, basis, rest, torch.zeros(1))
    ranks = torch.quantile(fitted.distance(validation), torch.linspace(0, 1, _QUANTILES))
    return Familiarity(mean, basis, rest, ranks)
