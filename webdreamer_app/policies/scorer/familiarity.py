"""How far a page lies from those that a policy was trained on: what tells it that it is out of its depth.

A page is summed up in what it says, the task left aside, and compared with a few hundred training pages that stand for
all (a greedy k-center core-set, Sener and Savarese 2018). What the distance to the nearest means, its rank tells among
pages of themes that training never saw: one of fifty of those is beyond 0.98.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.features import STRUCTURE
from webdreamer_app.policies.scorer.relations import mean_of
from worldmodel.text_encoder import DIMENSION

_PREFIX = "familiarity."
_KEPT = 512
_QUANTILES = 200
_FARTHEST = 2.0
"""Largest distance of two summaries."""
SUMMARY = 2 * DIMENSION
"""Size of what a page is summed up in."""


def summaries(batch: Batch) -> Tensor:
    """(B, SUMMARY): mean text of what can be acted on, and of the rest, of unit length; zero for an empty page.

    Options are left out. What lies under a banner counts as ever: the page is none the less known.
    """
    listed = batch.row_mask & (batch.links[..., 1] < 0)
    usable = batch.numeric[..., STRUCTURE] > 0
    texts = [mean_of(batch.own.float(), listed & usable), mean_of(batch.own.float(), listed & ~usable)]
    return functional.normalize(torch.cat(texts, dim=1), dim=1)


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Pages that are known, fp32."""

    pages: Tensor  # (K, SUMMARY)
    ranks: Tensor  # (Q,) distances of pages of unseen themes, rising

    def distance(self, summary: Tensor) -> Tensor:
        """(M, SUMMARY) → (M,): Euclidean, to the nearest page that is known; 0..2."""
        return torch.cdist(summary.float(), self.pages).amin(1)

    def foreign(self, distance: Tensor) -> Tensor:
        """The share of pages of unseen themes that lie nearer than this: 0.5 on a usual page, 1 on a foreign one."""
        return torch.searchsorted(self.ranks, distance.float().contiguous(), right=True) / len(self.ranks)

    def tensors(self) -> dict[str, Tensor]:
        """As a checkpoint keeps it."""
        return {f"{_PREFIX}pages": self.pages.to(torch.bfloat16), f"{_PREFIX}ranks": self.ranks}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> Familiarity:
        """From a checkpoint's tensors. Raises KeyError, ValueError."""
        found = cls(tensors[f"{_PREFIX}pages"].float(), tensors[f"{_PREFIX}ranks"].float())
        if found.pages.shape[1:] != (SUMMARY,) or not len(found.pages) or found.ranks.shape != (_QUANTILES,):
            raise ValueError("the familiarity of pages has an odd shape")
        if bool((found.ranks.diff() < 0).any()) or not 0 <= float(found.ranks[-1]) <= _FARTHEST:
            raise ValueError("the familiarity of pages has ranks that are no distances")
        return found


def is_familiarity(name: str) -> bool:
    """Whether a checkpoint's tensor belongs here and not to the network."""
    return name.startswith(_PREFIX)


def fit(train: Tensor, validation: Tensor) -> Familiarity:
    """From summaries (M, SUMMARY) of training pages, and of pages of unseen themes for the ranks."""
    kept = [0]
    nearest = torch.cdist(train, train[:1]).squeeze(1)
    while len(kept) < min(_KEPT, len(train)) and nearest.max() > 0:
        kept.append(int(nearest.argmax()))
        nearest = torch.minimum(nearest, torch.cdist(train, train[kept[-1:]]).squeeze(1))
    found = Familiarity(train[kept].to(torch.bfloat16).float(), torch.zeros(1))
    ranks = torch.quantile(found.distance(validation), torch.linspace(0, 1, _QUANTILES))
    return Familiarity(found.pages, ranks)
