"""What goes into the scorer's network and what comes out of it, as padded tensors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from webdreamer_app.policies.scorer.verbs import PAGE_VERBS


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded arrays of B states: N rows, W words, V offered values, H steps, A advice, F fields that take a value."""

    own: Tensor  # (B, N, 384) pooled own text
    context: Tensor  # (B, N, 384) pooled text of the enclosing group
    numeric: Tensor  # (B, N, ROW_FEATURES)
    row_mask: Tensor  # (B, N) bool
    lexical: Tensor  # (B, N, W)
    links: Tensor  # (B, N, 4) int
    verb_mask: Tensor  # (B, N, len(ROW_VERBS)) bool
    fields: Tensor  # (B, F) row of each field
    field_mask: Tensor  # (B, F) bool
    instruction: Tensor  # (B, 384)
    words: Tensor  # (B, W, 384) word pieces
    told: Tensor  # (B, W, 384) the same words as the encoder reads them in their sentences
    word_mask: Tensor  # (B, W) bool
    offered: Tensor  # (B, V, 384) pooled words of what each value is
    offered_facts: Tensor  # (B, V, 3) int: kind, first word, number of words
    offered_mask: Tensor  # (B, V) bool
    history_text: Tensor  # (B, H, 384)
    history: Tensor  # (B, H, HISTORY_FEATURES)
    history_rows: Tensor  # (B, H) int
    history_mask: Tensor  # (B, H) bool
    advice: Tensor  # (B, A, 384)
    advice_rows: Tensor  # (B, A) int
    advice_mask: Tensor  # (B, A) bool
    page: Tensor  # (B, PAGE_FEATURES)
    page_mask: Tensor  # (B, len(PAGE_VERBS)) bool


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits before normalisation; what is impossible is -inf."""

    rows: Tensor  # (B, N, len(ROW_VERBS))
    page: Tensor  # (B, len(PAGE_VERBS))
    spans: Tensor  # (B, F, W, MAX_SPAN): the span of length l+1 from word w, into field f
    offered: Tensor  # (B, F, V)
    copies: Tensor  # (B, F, N): the text of row n, into field f
    commit_wrong: Tensor  # (B, N): logit that committing with this row is wrong
    open: Tensor  # (B, N): logit that something is yet to be done with this row, told before the last layer
    meanings: Tensor | None = None  # (B, N, meanings)


@dataclass(frozen=True, slots=True)
class Hidden:
    """The sequence before its last feed-forward part, from which stochastic passes start."""

    tokens: Tensor  # (B, T, width)
    rows_from: int
    words_from: int
    offered_from: int
    entered: Tensor  # (B, N, width)
    open: Tensor  # (B, N)
    alike: Tensor  # (B, N, W) likeness of rows to words


@dataclass(frozen=True, slots=True)
class LogProbabilities:
    """fp32. A fill is `rows[n, fill]` + `spans[f, w, l]`, `offered[f, v]` or `copies[f, m]` of its field f."""

    rows: Tensor  # (B, N, len(ROW_VERBS)): element and verb, over all rows and page verbs
    page: Tensor  # (B, len(PAGE_VERBS))
    spans: Tensor  # (B, F, W, MAX_SPAN): given that the field is filled
    offered: Tensor  # (B, F, V): given that the field is filled
    copies: Tensor  # (B, F, N): given that the field is filled


def log_probabilities(scores: Scores) -> LogProbabilities:
    """One distribution over the bounded candidate set, factorised into element and verb, and value given those."""
    flat = torch.cat([scores.rows.float().flatten(1), scores.page.float()], dim=1)
    joint = functional.log_softmax(flat, dim=1)
    parts = [scores.spans.float().flatten(2), scores.offered.float(), scores.copies.float()]
    values = functional.log_softmax(torch.cat(parts, dim=2).clamp_min(-1e4), dim=2)
    spans, offered, copies = torch.split(values, [part.shape[2] for part in parts], dim=2)
    return LogProbabilities(
        rows=joint[:, : -len(PAGE_VERBS)].view_as(scores.rows),
        page=joint[:, -len(PAGE_VERBS) :],
        spans=spans.reshape(scores.spans.shape),
        offered=offered,
        copies=copies,
    )
