"""The scorer's network: a small transformer over a page's rows, with pointers into instruction, profile and options."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from webdreamer_app.policies.scorer.features import HISTORY_FEATURES, MAX_HISTORY, ROW_FEATURES
from webdreamer_app.policies.scorer.matching import TEXT_FEATURES
from webdreamer_app.policies.scorer.values import MAX_SPAN
from worldmodel.text_encoder import DIMENSION

ROW_VERBS = ("click", "fill", "select_option", "press")
PAGE_VERBS = ("send_msg_to_user", "report_infeasible", "go_back", "noop")


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes of the scorer."""

    width: int = 192
    layers: int = 3
    heads: int = 6
    text_width: int = 96
    """Width to which a pooled text vector is projected."""
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded arrays of B states: N rows, H history items, W words, K profile fields, S selects of O options."""

    own: Tensor  # (B, N, 384) pooled own text
    context: Tensor  # (B, N, 384) pooled text of the enclosing group
    numeric: Tensor  # (B, N, ROW_FEATURES)
    row_mask: Tensor  # (B, N) bool
    instruction: Tensor  # (B, 384)
    words: Tensor  # (B, W, 384)
    word_mask: Tensor  # (B, W) bool
    keys: Tensor  # (B, K, 384) pooled profile keys
    key_mask: Tensor  # (B, K) bool
    history_text: Tensor  # (B, H, 384)
    history: Tensor  # (B, H, HISTORY_FEATURES)
    history_mask: Tensor  # (B, H) bool
    select_rows: Tensor  # (B, S) row of each select
    options: Tensor  # (B, S, O, 384)
    option_numeric: Tensor  # (B, S, O, TEXT_FEATURES)
    option_mask: Tensor  # (B, S, O) bool
    verb_mask: Tensor  # (B, N, len(ROW_VERBS)) bool: which verbs fit which row


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits before normalisation; what is impossible is -inf."""

    rows: Tensor  # (B, N, len(ROW_VERBS))
    page: Tensor  # (B, len(PAGE_VERBS))
    spans: Tensor  # (B, N, W, MAX_SPAN): the span of length l+1 from word w, into row n
    keys: Tensor  # (B, N, K)
    options: Tensor  # (B, S, O)
    commit_wrong: Tensor  # (B, N): logit that committing with this row is wrong


class ScorerNetwork(nn.Module):
    """Batch → Scores. Dropout sits behind the text vectors, so that stochastic passes never re-run the text encoder."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        width, text = config.width, config.text_width
        self.own = nn.Linear(DIMENSION, text)
        self.context = nn.Linear(DIMENSION, text)
        self.numeric = nn.Linear(ROW_FEATURES, text)
        self.enter = nn.Sequential(nn.Linear(3 * text, width), nn.GELU(), nn.Linear(width, width))
        self.page_token = nn.Linear(DIMENSION, width)
        self.history_text = nn.Linear(DIMENSION, text)
        self.history_enter = nn.Sequential(
            nn.Linear(text + HISTORY_FEATURES, width), nn.GELU(), nn.Linear(width, width)
        )
        self.recency = nn.Parameter(torch.zeros(MAX_HISTORY, width))
        self.kind = nn.Parameter(torch.zeros(3, width))
        layer = nn.TransformerEncoderLayer(
            width, config.heads, 4 * width, config.dropout, activation="gelu", batch_first=True, norm_first=True
        )
        self.trunk = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.verbs = nn.Sequential(nn.Linear(width + ROW_FEATURES, width), nn.GELU(), nn.Linear(width, len(ROW_VERBS)))
        self.page = nn.Linear(width, len(PAGE_VERBS))
        self.span_start = nn.Linear(DIMENSION, text)
        self.span_end = nn.Linear(DIMENSION, text)
        self.row_start = nn.Linear(width, text)
        self.row_end = nn.Linear(width, text)
        self.span_length = nn.Linear(width, MAX_SPAN)
        self.key = nn.Linear(DIMENSION, text)
        self.row_key = nn.Linear(width, text)
        self.key_likeness = nn.Parameter(torch.tensor(8.0))
        self.key_bias = nn.Linear(width, 1)
        self.option = nn.Sequential(nn.Linear(DIMENSION + TEXT_FEATURES + width, width), nn.GELU(), nn.Linear(width, 1))
        self.commit = nn.Sequential(nn.Linear(2 * width + ROW_FEATURES, width), nn.GELU(), nn.Linear(width, 1))

    def forward(self, batch: Batch) -> Scores:
        rows, page = self._trunk(batch)
        rows_numeric = torch.cat([rows, batch.numeric], dim=-1)
        verbs = self.verbs(rows_numeric).masked_fill(~batch.verb_mask, -torch.inf)
        spread = page.unsqueeze(1).expand_as(rows)
        return Scores(
            rows=verbs,
            page=self.page(page),
            spans=self._spans(rows, batch),
            keys=self._keys(rows, batch),
            options=self._options(rows, batch),
            commit_wrong=self.commit(torch.cat([rows, spread, batch.numeric], dim=-1)).squeeze(-1),
        )

    def _trunk(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Contextual rows (B, N, width) and the page (B, width)."""
        parts = [self.own(batch.own), self.context(batch.context), self.numeric(batch.numeric)]
        rows = self.enter(torch.cat(parts, dim=-1)) + self.kind[0]
        page = (self.page_token(batch.instruction) + self.kind[1]).unsqueeze(1)
        past = self.history_enter(torch.cat([self.history_text(batch.history_text), batch.history], dim=-1))
        past = past + self.recency[: past.shape[1]] + self.kind[2]
        tokens = torch.cat([page, past, rows], dim=1)  # (B, 1+H+N, width)
        present = torch.cat([torch.ones_like(batch.row_mask[:, :1]), batch.history_mask, batch.row_mask], dim=1)
        hidden = self.norm(self.trunk(tokens, src_key_padding_mask=~present))
        return hidden[:, 1 + past.shape[1] :], hidden[:, 0]

    def _spans(self, rows: Tensor, batch: Batch) -> Tensor:
        count = batch.words.shape[1]
        start = torch.einsum("bnd,bwd->bnw", self.row_start(rows), self.span_start(batch.words))
        end = torch.einsum("bnd,bwd->bnw", self.row_end(rows), self.span_end(batch.words))
        lengths = self.span_length(rows)  # (B, N, MAX_SPAN)
        scale = self.config.text_width**-0.5
        pieces = []
        for extra in range(MAX_SPAN):
            shifted = functional.pad(end[:, :, extra:], (0, min(extra, count)))[:, :, :count]
            valid = functional.pad(batch.word_mask[:, extra:], (0, min(extra, count)))[:, :count] & batch.word_mask
            piece = (start + shifted) * scale + lengths[:, :, extra : extra + 1]
            pieces.append(piece.masked_fill(~valid.unsqueeze(1), -torch.inf))
        return torch.stack(pieces, dim=-1)

    def _keys(self, rows: Tensor, batch: Batch) -> Tensor:
        learned = torch.einsum("bnd,bkd->bnk", self.row_key(rows), self.key(batch.keys)) * self.config.text_width**-0.5
        likeness = torch.einsum("bnd,bkd->bnk", batch.own, batch.keys.to(batch.own.dtype))
        scores = learned + self.key_likeness * likeness + self.key_bias(rows)
        masked: Tensor = scores.masked_fill(~batch.key_mask.unsqueeze(1), -torch.inf)
        return masked

    def _options(self, rows: Tensor, batch: Batch) -> Tensor:
        count = batch.options.shape[2]
        chosen = rows.gather(1, batch.select_rows.unsqueeze(-1).expand(-1, -1, rows.shape[-1]))  # (B, S, width)
        chosen = chosen.unsqueeze(2).expand(-1, -1, count, -1)
        scores = self.option(torch.cat([batch.options, batch.option_numeric, chosen], dim=-1)).squeeze(-1)
        masked: Tensor = scores.masked_fill(~batch.option_mask, -torch.inf)
        return masked


@dataclass(frozen=True, slots=True)
class LogProbabilities:
    """fp32. A fill is `rows[n, fill]` + `spans[n, w, l]` or `keys[n, k]`; of a select + `options[s, o]`."""

    rows: Tensor  # (B, N, len(ROW_VERBS)): element and verb, over all rows and page verbs
    page: Tensor  # (B, len(PAGE_VERBS))
    spans: Tensor  # (B, N, W, MAX_SPAN): given that the row is filled
    keys: Tensor  # (B, N, K): given that the row is filled
    options: Tensor  # (B, S, O): given that the select is chosen


def log_probabilities(scores: Scores) -> LogProbabilities:
    """One distribution over the bounded candidate set, factorised into element and verb, and value given those."""
    flat = torch.cat([scores.rows.float().flatten(1), scores.page.float()], dim=1)
    joint = functional.log_softmax(flat, dim=1)
    values = torch.cat([scores.spans.float().flatten(2), scores.keys.float()], dim=2).clamp_min(-1e4)
    values = functional.log_softmax(values, dim=2)
    cut = scores.spans.shape[2] * scores.spans.shape[3]
    return LogProbabilities(
        rows=joint[:, : -len(PAGE_VERBS)].view_as(scores.rows),
        page=joint[:, -len(PAGE_VERBS) :],
        spans=values[:, :, :cut].view_as(scores.spans),
        keys=values[:, :, cut:],
        options=functional.log_softmax(scores.options.float().clamp_min(-1e4), dim=2),
    )
