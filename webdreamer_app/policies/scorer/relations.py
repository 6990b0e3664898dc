"""What is known beforehand of how rows, words and values relate: weighted sums that are mixed in beside attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from webdreamer_app.policies.scorer.arrays import Batch

RELATIONS = 4
_BOTTLENECK = 64
STANDINGS = 5
_SHARPNESS = 20.0
_SCALE = 5.0


class Adapter(nn.Module):
    """Bends the vectors of a frozen encoder a little, and not at all in the beginning (Houlsby et al. 2019)."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.down = nn.Linear(width, _BOTTLENECK)
        self.up = nn.Linear(_BOTTLENECK, width)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, vectors: Tensor) -> Tensor:
        """(…, width) → the same."""
        bent: Tensor = vectors + self.up(self.dropout(functional.gelu(self.down(vectors))))
        return bent


def mean_of(vectors: Tensor, mask: Tensor) -> Tensor:
    """(B, W, D), (B, W) → (B, D) over what is there."""
    there = mask.unsqueeze(-1).to(vectors.dtype)
    return (vectors * there).sum(1) / there.sum(1).clamp_min(1)


def beside(present: Tensor, starts: tuple[int, ...]) -> Tensor:
    """(2, B, T, 1): 1 where the token before, and the one after, is there and of the same sort. `present`: (B, T)."""
    length = present.shape[1]
    sort = torch.zeros(length, dtype=torch.long, device=present.device)
    for start in starts:
        sort[start:] += 1
    joined = present[:, 1:] & present[:, :-1] & (sort[1:] == sort[:-1])  # (B, T - 1)
    pair = torch.stack([functional.pad(joined, (1, 0)), functional.pad(joined, (0, 1))])
    return pair.unsqueeze(-1).float()


def likeness_to_words(batch: Batch, own: Tensor, told: Tensor) -> Tensor:
    """Cosines of what rows say with words as the encoder reads them in their sentences: (B, N, W), 0 for padding.

    The late interaction of retrieval (Khattab and Zaharia 2020), of a whole label with each word. `own` (B, N, D) and
    `told` (B, W, D): those of the batch, or as they are after an adapter each.
    """
    told = functional.normalize(told.float(), dim=-1, eps=1e-6)
    own = functional.normalize(own.float(), dim=-1, eps=1e-6)
    with torch.autocast(own.device.type, enabled=False):  # differences of cosines are small
        return (own @ told.transpose(1, 2)) * (batch.row_mask.unsqueeze(2) & batch.word_mask.unsqueeze(1))


def among_choices(alike: Tensor, batch: Batch) -> Tensor:
    """How rows are like words of the instruction, and how they stand in that among what they are chosen from.

    (B, N, STANDINGS): the best likeness; what it is above the best other one, whether it is the best, its share by
    softmax; and the most that a word speaks for the row more than for the others.
    """
    alike = alike.masked_fill(~batch.word_mask.unsqueeze(1), -1.0)
    choice = batch.links[..., 3]
    same = (choice.unsqueeze(1) == choice.unsqueeze(2)) & (choice >= 0).unsqueeze(1) & (choice >= 0).unsqueeze(2)
    others = same & ~torch.eye(same.shape[1], dtype=torch.bool, device=same.device)
    is_choice = others.any(-1).float()
    best = alike.amax(-1)
    rival = best.unsqueeze(1).expand_as(others).masked_fill(~others, -1.0).amax(-1)
    margin = (best - rival) * is_choice
    weight = (_SHARPNESS * best).exp()
    with torch.autocast(alike.device.type, enabled=False):
        share = weight / (same.float() @ weight.unsqueeze(-1)).squeeze(-1).clamp_min(1e-6) * is_choice
        usual = same.float() @ alike / same.sum(-1, keepdim=True).clamp_min(1)
    above = (alike - usual).masked_fill(~batch.word_mask.unsqueeze(1), -1.0).amax(-1) * is_choice
    return torch.stack([best, _SCALE * margin, (margin > 0).float(), share, _SCALE * above], dim=-1)


def relations(batch: Batch, alike: Tensor, starts: tuple[int, ...], length: int) -> Tensor:
    """(B, RELATIONS, T, T), each row a weighted mean: of words that match, of one group or list, of what is held.

    The third holds what was acted on or is advised as well; the last, words and rows that mean alike.
    """
    past, advice, offered, words, rows = starts
    size, count, _ = batch.lexical.shape
    found = torch.zeros(size, RELATIONS, length, length, dtype=torch.float32, device=batch.own.device)
    found[:, 0, rows:, words:rows] = batch.lexical
    place = torch.arange(words, rows, device=found.device) - words
    first, many = batch.offered_facts[..., 1:2], batch.offered_facts[..., 2:3]
    found[:, 0, offered:words, words:rows] = ((place >= first) & (place < first + many)).float()
    group, parent, held, _ = batch.links.unbind(-1)
    same = (group.unsqueeze(1) == group.unsqueeze(2)) & (group >= 0).unsqueeze(2)
    number = torch.arange(count, device=found.device)
    listed = parent.unsqueeze(2) == number  # (B, N, N): the list of an option
    found[:, 1, rows:, rows:] = (same | listed | listed.transpose(1, 2)).float()
    values = torch.arange(words - offered, device=found.device)
    found[:, 2, rows:, offered:words] = (held.unsqueeze(2) == values).float()
    found[:, 2, past:advice, rows:] = (batch.history_rows.unsqueeze(2) == number).float()
    found[:, 2, advice:offered, rows:] = (batch.advice_rows.unsqueeze(2) == number).float()
    rows_there = batch.row_mask.unsqueeze(2)
    usual = alike.sum(1, keepdim=True) / rows_there.sum(1, keepdim=True).clamp_min(1)  # (B, 1, W)
    found[:, 3, rows:, words:rows] = ((alike - usual).clamp_min(0) * _SCALE) ** 2 * rows_there
    found = torch.maximum(found, found.transpose(2, 3))
    return found / found.sum(-1, keepdim=True).clamp_min(0.5)
