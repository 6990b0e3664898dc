"""How the world model sees a page: as the frozen policy does, row by row, with the request in mind.

The policy's trunk has read each row beside every word of the request; what it made of them is what the world model
starts from. Its text encoder runs once for a real page, and never for an imagined one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from webdreamer_app.policies.scorer.arrays import Batch, Hidden, Scores, log_probabilities
from webdreamer_app.policies.scorer.network import ScorerNetwork
from webdreamer_app.policies.scorer.verbs import ROW_VERBS

ROW_FACTS = 4
"""What the policy says of a row: how much it would act on it, click it, that it is open, that its click is wrong."""
_LEAST = -12.0
_CLICK = ROW_VERBS.index("click")


@dataclass(frozen=True, slots=True)
class Perceived:
    """B pages with N rows and V offered values, as tokens of the policy's width."""

    rows: Tensor  # (B, N, width)
    row_mask: Tensor  # (B, N) bool
    facts: Tensor  # (B, N, ROW_FACTS)
    whole: Tensor  # (B, width)
    words: Tensor  # (B, W, width)
    offered: Tensor  # (B, V, width)
    offered_mask: Tensor  # (B, V) bool


@torch.inference_mode()
def perceive(network: ScorerNetwork, batch: Batch) -> tuple[Perceived, Scores]:
    """What the policy makes of some pages, and its scores, which cost nothing more."""
    hidden = network.hidden(batch)
    scores = network.decide(hidden, batch)
    return perceived(network, hidden, scores, batch), scores


def perceived(network: ScorerNetwork, hidden: Hidden, scores: Scores, batch: Batch) -> Perceived:
    """The same where the policy has read the pages already."""
    tokens, log = network.read(hidden), log_probabilities(scores)
    facts = torch.stack(
        [log.rows.amax(-1) / -_LEAST, log.rows[..., _CLICK] / -_LEAST, scores.open / 8, scores.commit_wrong / 8], dim=-1
    )
    return Perceived(
        rows=tokens[:, hidden.rows_from :],
        row_mask=batch.row_mask,
        facts=facts.float().clamp(-1.0, 1.0) * batch.row_mask.unsqueeze(-1),
        whole=tokens[:, 0],
        words=tokens[:, hidden.words_from : hidden.rows_from],
        offered=tokens[:, hidden.offered_from : hidden.words_from],
        offered_mask=batch.offered_mask,
    )
