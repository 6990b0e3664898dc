"""The latent world model: slots that an action moves, a stochastic step, and a decoder that edits pages.

Encoder, recurrent transition with a categorical latent, learned prior and posterior follow DreamerV3 (Hafner et al.
2023); the ensemble of priors with fixed random ones beside them, Osband et al. 2018; predicting what changes instead of
pages, Ammanabrolu and Riedl 2021 and Malmi et al. 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from worldmodel.scenes import FACTS, FIRST_ROW, MAX_VISITED, STATES, Deeds, Scenes

FATES = 3
SOURCES = 4
"""Where a field's new value, or the words of a row that came, are from: nowhere seen, a row, the action, an offer."""
_NEARNESS = 4
"""How a row stands to the one that is acted on: it is that one, how near, alike in role, alike in meaning."""


@dataclass(frozen=True, slots=True)
class WorldModelConfig:
    """Sizes."""

    token: int = 128
    """Width of the policy's tokens."""
    width: int = 192
    heads: int = 6
    row_layers: int = 2
    slots: int = 16
    step_layers: int = 2
    groups: int = 32
    """Categorical variables of the latent."""
    classes: int = 16
    """Values of each."""
    ensemble: int = 5
    """Learned priors."""
    hidden: int = 512
    prototypes: int = 512
    """Kinds of rows that can come: role, function and state."""
    roles: int = 32
    verbs: int = 22
    kinds: int = 5
    effects: int = 3
    bins: int = 51
    """Of the value's distribution over 0..1 (HL-Gauss, Farebrother et al. 2024)."""
    dropout: float = 0.1
    unimix: float = 0.01
    """Share of every categorical that is uniform."""
    learned_prior: bool = True
    """Otherwise the latent is regularised to the uniform distribution (the N(0, I) of a categorical)."""


class Encoded(NamedTuple):
    """S scenes as the model holds them."""

    rows: Tensor  # (S, N, width)
    slots: Tensor  # (S, slots, width)
    whole: Tensor  # (S, width)


class Stepped(NamedTuple):
    """M transitions before the latent is known."""

    slots: Tensor  # (M, slots, width)
    action: Tensor  # (M, width)
    base: Tensor  # (M, 1 + MAX_VISITED) logits
    priors: Tensor  # (ensemble, M, groups, classes) log-probabilities


class Decoded(NamedTuple):
    """What M next pages are made of; logits."""

    fates: Tensor  # (M, N, FATES)
    bits: Tensor  # (M, N, STATES)
    values: Tensor  # (M, N, SOURCES)
    came: Tensor  # (M, prototypes)
    slots: Tensor  # (M, slots, width)


class Judged(NamedTuple):
    """What M next states are worth and did; logits."""

    value: Tensor  # (M, bins)
    effect: Tensor  # (M, effects)
    right_commit: Tensor  # (M,)
    over: Tensor  # (M,)
    failed: Tensor  # (M,)
    moved: Tensor  # (M,)
    reward: Tensor  # (M,) of 0..1
    confidence: Tensor  # (M,) that the prediction is right


def _perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.LayerNorm(inputs), nn.Linear(inputs, hidden), nn.GELU(), nn.Linear(hidden, outputs))


class _Block(nn.Module):
    """Attention of some tokens to others, or among themselves, and a feed-forward part; normalised before."""

    def __init__(self, width: int, heads: int, dropout: float, *, looks_elsewhere: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.memory_norm = nn.LayerNorm(width) if looks_elsewhere else None
        self.query, self.pair, self.out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.inner_norm = nn.LayerNorm(width)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, memory: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """(B, T, width) attend to themselves or to (B, K, width), of which `mask` (B, K) is there."""
        normed = self.norm(tokens)
        seen = normed if memory is None or self.memory_norm is None else self.memory_norm(memory)
        size, length, width = tokens.shape
        query = self.query(normed).view(size, length, self.heads, -1).transpose(1, 2)
        key, value = self.pair(seen).view(size, seen.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        allowed = None if mask is None else mask[:, None, None, :]
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        tokens = tokens + self.dropout(self.out(found.transpose(1, 2).reshape(size, length, width)))
        inner = functional.gelu(self.inner(self.inner_norm(tokens)))
        moved: Tensor = tokens + self.dropout(self.outer(inner))
        return moved


class _Prior(nn.Module):
    """One member of the ensemble, beside a fixed random network that keeps it apart from the others."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.learned, self.fixed = _perceptron(inputs, hidden, outputs), _perceptron(inputs, 64, outputs)
        for weight in self.fixed.parameters():
            weight.requires_grad_(False)

    def forward(self, inputs: Tensor) -> Tensor:
        found: Tensor = self.learned(inputs) + self.fixed(inputs)
        return found


class WorldModel(nn.Module):
    """Scenes and deeds → next pages, and what they are worth."""

    def __init__(self, config: WorldModelConfig) -> None:
        super().__init__()
        self.config = config
        width, drop = config.width, config.dropout
        latent = config.groups * config.classes
        self.role = nn.Embedding(config.roles, 32)
        self.enter = nn.Sequential(
            nn.Linear(config.token + FACTS + STATES + 32, width), nn.GELU(), nn.Linear(width, width)
        )
        self.whole = nn.Linear(config.token, width)
        self.row_blocks = nn.ModuleList(_Block(width, config.heads, drop) for _ in range(config.row_layers))
        self.slots = nn.Parameter(torch.randn(config.slots, width) * 0.02)
        self.gather = _Block(width, config.heads, drop, looks_elsewhere=True)
        self.verb = nn.Embedding(config.verbs, width)
        self.kind = nn.Embedding(config.kinds, width)
        self.typed = nn.Linear(config.token, width)
        self.target = nn.Linear(width + FACTS, width)
        self.recency = nn.Embedding(MAX_VISITED, width)
        self.sort = nn.Embedding(4, width)
        self.step_blocks = nn.ModuleList(_Block(width, config.heads, drop) for _ in range(config.step_layers))
        self.stay = _perceptron(width, width, 1)
        self.back = _perceptron(width, width, 1)
        self.priors = nn.ModuleList(_Prior(2 * width, config.hidden, latent) for _ in range(config.ensemble))
        self.seen = nn.Linear(config.prototypes + FATES * width + 1 + MAX_VISITED, width)
        self.posterior = _perceptron(3 * width, config.hidden, latent)
        self.latent = nn.Linear(latent, width)
        self.settle = _Block(width, config.heads, drop, looks_elsewhere=True)
        self.near = nn.Linear(_NEARNESS, width)
        self.look = _Block(width, config.heads, drop, looks_elsewhere=True)
        self.fate = _perceptron(width, width, FATES)
        self.state = _perceptron(width, width, STATES)
        self.value_from = _perceptron(width, width, SOURCES)
        self.prototype = nn.Parameter(torch.randn(config.prototypes, width) * 0.05)
        self.prototype_bias = nn.Parameter(torch.full((config.prototypes,), -4.0))
        self.shown = nn.Linear(width, width)
        self.source = nn.Linear(2 * width, width)
        self.source_kind = nn.Linear(2 * width, FIRST_ROW)
        self.offer = nn.Linear(config.token, width)
        whole = 3 * width + FACTS
        self.value = _perceptron(whole, width, config.bins)
        self.facts = _perceptron(whole, width, config.effects + 6)
        for table in (self.role, self.verb, self.kind, self.recency, self.sort):
            nn.init.normal_(table.weight, std=0.02)

    def encode(self, scenes: Scenes) -> Encoded:
        """Every page once; as many actions as one likes can start from it."""
        entered = torch.cat([scenes.rows, scenes.facts, scenes.bits, self.role(scenes.roles)], dim=-1)
        whole = self.whole(scenes.whole)
        rows = torch.cat([whole.unsqueeze(1), self.enter(entered)], dim=1)
        mask = torch.cat([torch.ones_like(scenes.row_mask[:, :1]), scenes.row_mask], dim=1)
        for block in self.row_blocks:
            rows = block(rows, None, mask)
        slots = self.gather(self.slots.expand(len(rows), -1, -1), rows, mask)
        return Encoded(rows[:, 1:], slots, rows[:, 0])

    def act(self, scenes: Scenes, encoded: Encoded, deeds: Deeds) -> Tensor:
        """The actions as tokens: (M, width)."""
        there = (deeds.row >= 0).unsqueeze(-1)
        place = deeds.row.clamp_min(0)
        target = torch.cat([encoded.rows[deeds.scene, place], scenes.facts[deeds.scene, place]], dim=-1)
        typed = self.typed(deeds.value) * (deeds.kind > 0).unsqueeze(-1)
        found: Tensor = self.verb(deeds.verb) + self.kind(deeds.kind) + self.target(target * there) + typed
        return found

    def step(self, slots: Tensor, action: Tensor, whole: Tensor, visited: Tensor, there: Tensor) -> Stepped:
        """Where actions lead before anything is left to chance.

        `slots` (M, slots, width), `action` and `whole` (M, width), `visited` (M, MAX_VISITED, token) of which `there`
        (M, MAX_VISITED) are.
        """
        count, sort = slots.shape[1], self.sort.weight
        before = self.whole(visited) + self.recency.weight + sort[3]
        tokens = torch.cat(
            [slots + sort[0], (action + sort[1]).unsqueeze(1), (whole + sort[2]).unsqueeze(1), before], dim=1
        )
        mask = torch.cat([there.new_ones(len(slots), count + 2), there], dim=1)
        for block in self.step_blocks:
            tokens = block(tokens, None, mask)
        moved, done, past = tokens[:, :count], tokens[:, count], tokens[:, count + 2 :]
        base = torch.cat([self.stay(done), self.back(past).squeeze(-1).masked_fill(~there, -1e4)], dim=1)
        inputs = torch.cat([moved.mean(1), done], dim=-1)
        return Stepped(moved, done, base, torch.stack([self._mixed(prior(inputs)) for prior in self.priors]))

    def _mixed(self, logits: Tensor) -> Tensor:
        """Log-probabilities (…, groups, classes), a little of them uniform."""
        share, classes = self.config.unimix, self.config.classes
        shaped = logits.float().view(*logits.shape[:-1], self.config.groups, classes)
        return torch.log((1 - share) * torch.softmax(shaped, dim=-1) + share / classes)

    def explained(self, stepped: Stepped, rows: Tensor, fates: Tensor, base: Tensor, came: Tensor) -> Tensor:
        """The posterior, log-probabilities (M, groups, classes), from what really followed.

        `rows` (M, N, width) of the base page and their `fates` (M, N), -1 for padding; `base` (M,); `came` (M, P).
        """
        shares = functional.one_hot(fates.clamp_min(0), FATES).float() * (fates >= 0).unsqueeze(-1)
        usual = shares / shares.sum(1, keepdim=True).clamp_min(1)
        of_fate = (usual.transpose(1, 2) @ rows.float()).flatten(1)
        known = torch.cat([came.float(), of_fate, functional.one_hot(base, 1 + MAX_VISITED).float()], dim=-1)
        seen = self.seen(known)
        return self._mixed(self.posterior(torch.cat([stepped.slots.mean(1), stepped.action, seen], dim=-1)))

    def settled(self, stepped: Stepped, latent: Tensor) -> Tensor:
        """The next slots: (M, slots, width). `latent` (M, groups, classes), one-hot or probabilities."""
        token = self.latent(latent.flatten(1)).unsqueeze(1)
        memory = torch.cat([stepped.slots, token, stepped.action.unsqueeze(1)], dim=1)
        found: Tensor = self.settle(stepped.slots + token, memory)
        return found

    def decode(self, slots: Tensor, action: Tensor, rows: Tensor, nearness: Tensor) -> Decoded:
        """What becomes of the rows (M, N, width) of the base page, and what comes.

        `nearness`: (M, N, 4), of `nearness_to`.
        """
        memory = torch.cat([slots, action.unsqueeze(1)], dim=1)
        looked: Tensor = self.look(rows + self.near(nearness), memory)
        shown = self.shown(slots) @ self.prototype.T  # (M, slots, P)
        came = torch.logsumexp(shown, dim=1) + self.prototype_bias
        return Decoded(self.fate(looked), self.state(looked), self.value_from(looked), came, slots)

    def sources(self, decoded: Decoded, rows: Tensor, offered: Tensor, which: Tensor, prototype: Tensor) -> Tensor:
        """Where the words of rows that came are from: logits (K, FIRST_ROW + N + V).

        Nowhere, the typed value; then rows (M, N, width) of the present page; then values (M, V, token). `which` (K,):
        the transition; `prototype` (K,).
        """
        asked = torch.cat([self.prototype[prototype], decoded.slots.mean(1)[which]], dim=-1)
        query = self.source(asked).unsqueeze(1)
        scale = self.config.width**-0.5
        at_rows = (query @ rows[which].transpose(1, 2)).squeeze(1) * scale
        at_offers = (query @ self.offer(offered)[which].transpose(1, 2)).squeeze(1) * scale
        return torch.cat([self.source_kind(asked), at_rows, at_offers], dim=-1)

    def judge(self, slots: Tensor, action: Tensor, whole: Tensor, facts: Tensor) -> Judged:
        """What the states are worth to the request. `facts` (M, FACTS): of the row that was acted on."""
        seen = torch.cat([slots.mean(1), action, whole, facts], dim=-1)
        found = self.facts(seen)
        effects = self.config.effects
        rest = found[:, effects:].unbind(-1)
        return Judged(self.value(seen), found[:, :effects], *rest)


def nearness_to(scenes: Scenes, deeds: Deeds, base_scene: Tensor) -> Tensor:
    """How the rows of each base page stand to the row that is acted on: (M, N, 4)."""
    rows, roles = scenes.rows[base_scene], scenes.roles[base_scene]
    place = torch.arange(rows.shape[1], device=rows.device)
    here = ((base_scene == deeds.scene) & (deeds.row >= 0)).unsqueeze(-1)
    at = deeds.row.clamp_min(0)
    target = scenes.rows[deeds.scene, at].unsqueeze(1)
    alike = functional.cosine_similarity(rows.float(), target.float(), dim=-1)
    same = roles == scenes.roles[deeds.scene, at].unsqueeze(1)
    distance = (place - at.unsqueeze(1)).abs().float()
    found = torch.stack([(distance == 0) & here, torch.exp(-distance / 4) * here, same, alike], dim=-1)
    return found.float() * (deeds.row >= 0)[:, None, None]


def sampled(log_probabilities: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """One-hot samples with straight-through gradients: (…, classes) → the same."""
    probabilities = log_probabilities.exp()
    noise = torch.rand(probabilities.shape, generator=generator, device=probabilities.device)
    gumbel = -torch.log(-torch.log(noise.clamp(1e-9, 1 - 1e-7)))
    chosen = functional.one_hot((log_probabilities + gumbel).argmax(-1), probabilities.shape[-1]).to(probabilities)
    return chosen + probabilities - probabilities.detach()


def disagreement(priors: Tensor) -> Tensor:
    """Mutual information of the latent and the member of the ensemble, in nats: (E, M, G, C) log-probabilities → (M,).

    What is left of the entropy of the mean once the members' mean entropy is taken off, summed over the groups.
    """
    mean = torch.logsumexp(priors, dim=0) - torch.log(torch.tensor(float(len(priors))))
    joint = -(mean.exp() * mean).sum(-1)
    each = -(priors.exp() * priors).sum(-1).mean(0)
    return (joint - each).clamp_min(0).sum(-1)
