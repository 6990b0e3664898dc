"""The scorer's network: a small transformer over a sequence of page rows, words and values, with pointers between them.

What is known of how they relate (which row meets which word, what stands in one group, which value a field holds) is
mixed in beside attention, layer by layer, as fixed weighted sums.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from webdreamer_app.policies.scorer.arrays import Batch, Hidden, Scores
from webdreamer_app.policies.scorer.features import CHECKABLE, HISTORY_FEATURES, MAX_ADVICE, PAGE_FEATURES, ROW_FEATURES
from webdreamer_app.policies.scorer.past import MAX_HISTORY
from webdreamer_app.policies.scorer.relations import (
    RELATIONS,
    STANDINGS,
    Adapter,
    among_choices,
    beside,
    likeness_to_words,
    mean_of,
    relations,
)
from webdreamer_app.policies.scorer.rows import MAX_OPTION_ROWS, MAX_ROWS
from webdreamer_app.policies.scorer.values import KINDS, MAX_SPAN, MAX_WORDS
from webdreamer_app.policies.scorer.verbs import FILL, PAGE_VERBS, ROW_VERBS, SELECT, TYPE
from worldmodel.text_encoder import DIMENSION

_POSITIONS = MAX_ROWS + MAX_OPTION_ROWS + 8
_LEFT = 4
"""Features of what is left to do on a page, made here."""
_EXPECTED = 3
"""Features of how a field and the offered values go together, made here."""
_AROUND = 4
"""How many words before and behind a value tell what it is."""
_NEAR = 3
"""Likeness of a field to a word, to the words before it and to those after it."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes of the scorer."""

    width: int = 128
    layers: int = 3
    heads: int = 4
    mixed: int = 64
    """Width in which relations are mixed."""
    inner: int = 320
    """Width of the feed-forward parts."""
    pointer: int = 96
    """Width in which pointers are compared."""
    dropout: float = 0.1
    late_interaction: bool = True
    """Whether rows are held against each word of the instruction, by word pieces and by meaning."""
    adapted: bool = True
    """Whether the encoder's vectors are bent for that by an adapter."""
    meanings: int = 0
    """Classes of an auxiliary loss on what a row's words mean; 0: none. Not shipped."""


class _Layer(nn.Module):
    """Attention beside relations, then the feed-forward part; normalised before."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, config.mixed)
        self.out = nn.Linear(width + (RELATIONS + 2) * config.mixed, width)
        self.inner_norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, config.inner)
        self.outer = nn.Linear(config.inner, width)
        self.dropout = nn.Dropout(config.dropout)

    def attend(self, tokens: Tensor, mask: Tensor, relations: Tensor, beside: Tensor) -> Tensor:
        """(B, T, width) → the same; mask (B, 1, 1, T) bool; relations (B, R, T, T); beside (2, B, T, 1)."""
        size, length, width = tokens.shape
        normed = self.norm(tokens)
        query, key, value = self.qkv(normed).view(size, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        seen = seen.transpose(1, 2).reshape(size, length, width)
        mixed = self.mix(normed)
        related = (relations @ mixed.unsqueeze(1)).permute(0, 2, 1, 3).reshape(size, length, -1)
        before = functional.pad(mixed[:, :-1], (0, 0, 1, 0)) * beside[0]
        after = functional.pad(mixed[:, 1:], (0, 0, 0, 1)) * beside[1]
        found: Tensor = tokens + self.dropout(self.out(torch.cat([seen, related, before, after], dim=-1)))
        return found

    def feed(self, tokens: Tensor) -> Tensor:
        found: Tensor = tokens + self.dropout(self.outer(functional.gelu(self.inner(self.inner_norm(tokens)))))
        return found


class ScorerNetwork(nn.Module):
    """Batch → Scores. Dropout sits behind the text vectors, so that stochastic passes never re-run the text encoder."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        width, pointer = config.width, config.pointer
        self.label_bent, self.word_bent = (
            Adapter(DIMENSION, config.dropout) if config.adapted else nn.Identity() for _ in range(2)
        )
        self.own = nn.Sequential(nn.Linear(DIMENSION, width), nn.GELU(), nn.Linear(width, width))
        self.context = nn.Linear(DIMENSION, pointer)
        self.numeric = nn.Linear(ROW_FEATURES + _EXPECTED + STANDINGS, pointer)
        self.enter = nn.Sequential(nn.Linear(width + 2 * pointer, width), nn.GELU(), nn.Linear(width, width))
        self.row_place = nn.Embedding(_POSITIONS, width)
        self.word = nn.Linear(DIMENSION, width)
        self.told = nn.Linear(DIMENSION, width)
        self.word_place = nn.Embedding(MAX_WORDS, width)
        self.offered = nn.Linear(DIMENSION, width)
        self.kind = nn.Embedding(len(KINDS), width)
        self.past = nn.Sequential(nn.Linear(DIMENSION + HISTORY_FEATURES, width), nn.GELU(), nn.Linear(width, width))
        self.recency = nn.Embedding(MAX_HISTORY, width)
        self.advice = nn.Linear(DIMENSION, width)
        self.advice_place = nn.Embedding(MAX_ADVICE, width)
        self.whole = nn.Linear(DIMENSION + PAGE_FEATURES, width)
        self.wish = nn.Linear(DIMENSION, width)
        self.sort = nn.Embedding(6, width)
        self.open = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 1))
        self.opened = nn.Linear(1, width)
        self.left = nn.Linear(_LEFT, width)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)
        joined = 2 * width + ROW_FEATURES
        self.verbs = nn.Sequential(nn.Linear(joined, width), nn.GELU(), nn.Linear(width, len(ROW_VERBS)))
        self.ends = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, len(PAGE_VERBS)))
        self.field_points = nn.Linear(width, 4 * pointer)
        self.word_points = nn.Linear(width, 2 * pointer)
        self.offered_points = nn.Linear(width, pointer)
        self.copy_points = nn.Linear(width, pointer)
        self.span_length = nn.Linear(width, MAX_SPAN)
        self.likeness = nn.Parameter(torch.tensor(6.0))
        self.near_span = nn.Parameter(torch.zeros(2, _NEAR))
        self.near_offered = nn.Parameter(torch.zeros(_NEAR))
        self.rivalry = nn.Parameter(torch.tensor(0.0))
        self.source = nn.Linear(width, 3)
        self.commit = nn.Sequential(nn.Linear(joined + width, width), nn.GELU(), nn.Linear(width, 1))
        self.meaning = nn.Linear(width, config.meanings) if config.meanings else None
        for table in (self.row_place, self.word_place, self.kind, self.recency, self.advice_place, self.sort):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, batch: Batch, noise: Tensor | None = None) -> Scores:
        return self.decide(self.hidden(batch, noise), batch)

    def hidden(self, batch: Batch, noise: Tensor | None = None) -> Hidden:
        """Everything up to the last feed-forward part.

        `noise`: (B, N, 384), on what rows say to the network, not on what is compared.
        """
        alike = likeness_to_words(batch, self.label_bent(batch.own), self.word_bent(batch.told))
        if not self.config.late_interaction:
            alike, batch = torch.zeros_like(alike), replace(batch, lexical=torch.zeros_like(batch.lexical))
        own, rows = self._rows(batch, alike, noise)
        sort = self.sort.weight
        whole = self.whole(torch.cat([batch.instruction, batch.page], dim=-1)) + self.wish(
            mean_of(batch.told, batch.word_mask)
        )
        whole = whole.unsqueeze(1) + sort[0]
        past = self.past(torch.cat([batch.history_text, batch.history], dim=-1)) + sort[1]
        past = past + self.recency.weight[: past.shape[1]]
        advice = self.advice(batch.advice) + self.advice_place.weight[: batch.advice.shape[1]] + sort[2]
        offered = self.offered(batch.offered) + self.kind(batch.offered_facts[..., 0].clamp_min(0)) + sort[3]
        words = (
            self.word(batch.words) + self.told(batch.told) + self.word_place.weight[: batch.words.shape[1]] + sort[4]
        )
        rows = rows + self.row_place.weight[: rows.shape[1]] + sort[5]
        tokens = torch.cat([whole, past, advice, offered, words, rows], dim=1)
        present = torch.cat(
            [
                torch.ones_like(batch.row_mask[:, :1]), batch.history_mask, batch.advice_mask, batch.offered_mask,
                batch.word_mask, batch.row_mask,
            ],
            dim=1,
        )  # fmt: skip
        starts = [1, 1 + past.shape[1]]
        starts += [starts[-1] + advice.shape[1]]
        starts += [starts[-1] + offered.shape[1]]
        starts += [starts[-1] + words.shape[1]]
        related = relations(batch, alike.detach(), tuple(starts), tokens.shape[1]).to(own.dtype)
        mask, near = present[:, None, None, :], beside(present, tuple(starts)).to(own.dtype)
        *before, last = (cast(_Layer, layer) for layer in self.layers)
        for layer in before:
            tokens = layer.feed(layer.attend(tokens, mask, related, near))
        todo = self.open(tokens[:, starts[4] :]).squeeze(-1)
        tokens = tokens + self._told_open(todo, batch, starts[4])
        return Hidden(last.attend(tokens, mask, related, near), starts[4], starts[3], starts[2], own, todo, alike)

    def _told_open(self, todo: Tensor, batch: Batch, rows_from: int) -> Tensor:
        """What is yet to be done, as every row and the whole page are told of it: (B, T, width)."""
        some = torch.sigmoid(todo) * batch.verb_mask.any(-1)
        edits = takes_something(batch)
        fields, others = some * edits, some * ~edits
        left = torch.stack([part for one in (fields, others) for part in (one.amax(1), one.sum(1).log1p())], dim=-1)
        rows = self.opened(some.unsqueeze(-1))
        between = rows.new_zeros(len(rows), rows_from - 1, rows.shape[-1])
        return torch.cat([self.left(left).unsqueeze(1), between, rows], dim=1)

    def read(self, hidden: Hidden, *, stochastic: bool = False) -> Tensor:
        """What the heads see, (B, T, width): the page, what was done, advice, values, words, rows."""
        last = cast(_Layer, self.layers[-1])
        last.dropout.train(stochastic or self.training)
        tokens: Tensor = self.norm(last.feed(hidden.tokens))
        last.dropout.train(self.training)
        return tokens

    def decide(self, hidden: Hidden, batch: Batch, *, stochastic: bool = False) -> Scores:
        """The last feed-forward part and every head; `stochastic`: with dropout, whatever the mode."""
        tokens = self.read(hidden, stochastic=stochastic)
        rows, whole = tokens[:, hidden.rows_from :], tokens[:, :1]
        joined = torch.cat([rows, whole.expand_as(rows), batch.numeric.to(rows.dtype)], dim=-1)
        fields = rows.gather(1, batch.fields.unsqueeze(-1).expand(-1, -1, rows.shape[-1]))
        points = self.field_points(fields).chunk(4, dim=-1)
        source = self.source(fields)
        words = tokens[:, hidden.words_from : hidden.rows_from]
        offered = tokens[:, hidden.offered_from : hidden.words_from]
        near = _near(hidden.alike, batch)
        spans = self._spans(points[0], points[1], fields, words, near, batch)
        values = self._offered(points[2], offered, near, batch)
        return Scores(
            rows=self.verbs(joined).masked_fill(~batch.verb_mask, -torch.inf),
            page=self.ends(whole.squeeze(1)).masked_fill(~batch.page_mask, -torch.inf),
            spans=self._against_rivals(spans, batch) + source[..., 0, None, None],
            offered=self._against_rivals(values, batch) + source[..., 1, None],
            copies=self._copies(points[3], rows, batch) + source[..., 2, None],
            commit_wrong=self.commit(torch.cat([joined, hidden.entered], dim=-1)).squeeze(-1),
            open=hidden.open,
            meanings=self.meaning(hidden.entered) if self.meaning is not None else None,
        )

    def _rows(self, batch: Batch, alike: Tensor, noise: Tensor | None) -> tuple[Tensor, Tensor]:
        """What the texts mean (B, N, width), and the rows as they enter, their likeness to values and words seen."""
        likeness = batch.own @ batch.offered.transpose(1, 2)  # (B, N, V), cosines
        share = torch.softmax((12 * likeness).float().masked_fill(~batch.offered_mask.unsqueeze(1), -1e4), dim=-1)
        held = batch.links[..., 2]
        is_held = functional.one_hot(held.clamp_min(0), batch.offered.shape[1]).bool() & (held >= 0).unsqueeze(-1)
        expected = torch.stack(
            [
                share.masked_fill(~is_held, 0).sum(-1),
                likeness.float().masked_fill(~batch.offered_mask.unsqueeze(1), 0).amax(-1),
                likeness.float().masked_fill(~is_held, 0).amax(-1),
            ],
            dim=-1,
        ).to(batch.own.dtype)
        own = self.own(batch.own if noise is None else batch.own + noise)
        standing = among_choices(alike, batch).to(batch.own.dtype)
        seen = torch.cat([batch.numeric, expected, standing], dim=-1)
        parts = [own, self.context(batch.context), self.numeric(seen)]
        return own, self.enter(torch.cat(parts, dim=-1))

    def _against_rivals(self, values: Tensor, batch: Batch) -> Tensor:
        """A value that another field calls for more is worth less here: (B, F, …) → the same.

        A dual softmax, as in matching of image features (Sun et al. 2021), with a learned weight.
        """
        bounded = values.clamp_min(-1e4)
        there = batch.field_mask.view(*batch.field_mask.shape, *(1 for _ in values.shape[2:]))
        share = bounded - bounded.masked_fill(~there, -1e4).logsumexp(1, keepdim=True)
        return values + self.rivalry * share.clamp(-20.0, 0.0)

    def _spans(self, start: Tensor, end: Tensor, fields: Tensor, words: Tensor, near: Tensor, batch: Batch) -> Tensor:
        count = words.shape[1]
        first, last = self.word_points(words).chunk(2, dim=-1)
        scale = self.config.pointer**-0.5
        alike = near.to(start.dtype) @ self.near_span.to(start.dtype).T  # (B, F, W, 2)
        begin = start @ first.transpose(1, 2) * scale + alike[..., 0]  # (B, F, W)
        finish = end @ last.transpose(1, 2) * scale + alike[..., 1]
        lengths = self.span_length(fields)
        pieces = []
        for extra in range(MAX_SPAN):
            shifted = functional.pad(finish[:, :, extra:], (0, min(extra, count)))[:, :, :count]
            valid = functional.pad(batch.word_mask[:, extra:], (0, min(extra, count)))[:, :count] & batch.word_mask
            piece = begin + shifted + lengths[:, :, extra : extra + 1]
            pieces.append(piece.masked_fill(~valid.unsqueeze(1), -torch.inf))
        return torch.stack(pieces, dim=-1)

    def _offered(self, points: Tensor, offered: Tensor, near: Tensor, batch: Batch) -> Tensor:
        learned = points @ self.offered_points(offered).transpose(1, 2) * self.config.pointer**-0.5
        own = batch.own.gather(1, batch.fields.unsqueeze(-1).expand(-1, -1, DIMENSION))
        scores = learned + self.likeness * (own @ batch.offered.transpose(1, 2)).to(learned.dtype)
        begins, many = batch.offered_facts[..., 1], batch.offered_facts[..., 2] > 0
        places = begins.clamp_min(0)[:, None, :, None].expand(-1, near.shape[1], -1, _NEAR)
        alike = near.gather(2, places) @ self.near_offered * many.unsqueeze(1)
        scores = scores + alike.to(scores.dtype)
        masked: Tensor = scores.masked_fill(~batch.offered_mask.unsqueeze(1), -torch.inf)
        return masked

    def _copies(self, points: Tensor, rows: Tensor, batch: Batch) -> Tensor:
        scores = points @ self.copy_points(rows).transpose(1, 2) * self.config.pointer**-0.5
        masked: Tensor = scores.masked_fill(~batch.row_mask.unsqueeze(1), -torch.inf)
        return masked


def takes_something(batch: Batch) -> Tensor:
    """(B, N) whether a row is a field, an option or a box, not just a way on."""
    return batch.verb_mask[..., (FILL, TYPE, SELECT)].any(-1) | (batch.numeric[..., CHECKABLE] > 0).any(-1)


def most_left(scores: Scores, batch: Batch) -> Tensor:
    """(B,) the largest logit that something is yet to be done with a field, an option or a box; -30 without one."""
    there = takes_something(batch) & batch.verb_mask.any(-1)
    return scores.open.float().masked_fill(~there, -30.0).amax(-1)


def _near(alike: Tensor, batch: Batch) -> Tensor:
    """(B, F, W, _NEAR): how a field is like each word, the mean of the four before it and that of the four after."""
    own = alike.gather(1, batch.fields.unsqueeze(-1).expand(-1, -1, alike.shape[2]))
    padded = functional.pad(own, (_AROUND, _AROUND)).cumsum(-1)
    count = own.shape[2]
    to_here = padded[..., _AROUND - 1 : _AROUND - 1 + count]
    before = to_here - functional.pad(to_here, (_AROUND, 0))[..., :count]
    behind = padded[..., 2 * _AROUND : 2 * _AROUND + count] - padded[..., _AROUND : _AROUND + count]
    return torch.stack([own, before / _AROUND, behind / _AROUND], dim=-1)
