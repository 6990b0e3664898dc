"""What the world model is trained for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from worldmodel.network import Decoded, Encoded, Judged, Stepped, WorldModel, nearness_to, sampled
from worldmodel.scenes import CHANGED, SAME, Deeds, Outcomes, Scenes

_FREE_NATS = 1.0
_FATE_WEIGHTS = (2.0, 1.0, 8.0)
_MEMBER_SHARE = 7
"""Of ten samples, how many each member of the ensemble learns from."""
_FROM_PRIOR = 0.5
"""Share of the transitions that are decoded from what the prior expects, as they will be when nobody knows more."""
_GOOD = 0.8
"""A prediction is right where this share of what it says of rows that don't stay as they are is."""


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each part counts."""

    edits: float = 1.0
    base: float = 0.5
    came: float = 1.0
    sources: float = 0.3
    dynamics: float = 0.5
    representation: float = 0.1
    value: float = 0.5
    pairs: float = 0.5
    heads: float = 0.5
    consistency: float = 0.5
    unrolled: float = 0.5
    """Of everything, for the steps that start from predicted slots."""


class _Step(NamedTuple):
    losses: dict[str, Tensor]
    slots: Tensor


def world_model_loss(
    model: WorldModel, scenes: Scenes, deeds: Deeds, outcomes: Outcomes, weights: LossWeights, horizon: int = 3
) -> tuple[Tensor, dict[str, float]]:
    """Total and its parts. The episode's own steps are also taken from predicted slots, `horizon` steps deep."""
    encoded = model.encode(scenes)
    everything = torch.arange(len(deeds.scene), device=deeds.scene.device)
    first = _one_step(model, scenes, encoded, deeds, outcomes, everything, encoded.slots[deeds.scene])
    total, told = _total(first.losses, weights), {name: float(one.detach()) for name, one in first.losses.items()}
    came_from = predecessors(deeds, outcomes)
    slots, reached = first.slots, everything
    for depth in range(1, horizon):
        where = torch.full_like(everything, -1)
        where[reached] = torch.arange(len(reached), device=where.device)
        before = came_from[everything]
        known = (before >= 0) & (where[before.clamp_min(0)] >= 0)
        if not known.any():
            break
        chosen = everything[known]
        started = slots[where[before[known]]]
        later = _one_step(model, scenes, encoded, deeds, outcomes, chosen, started)
        real = functional.layer_norm(encoded.slots[deeds.scene[chosen]].detach(), started.shape[-1:])
        later.losses["consistency"] = (functional.layer_norm(started, started.shape[-1:]) - real).pow(2).mean()
        total = total + weights.unrolled**depth * _total(later.losses, weights)
        told |= {f"{name}@{depth + 1}": float(one.detach()) for name, one in later.losses.items()}
        slots, reached = later.slots, chosen
    return total, told


def predecessors(deeds: Deeds, outcomes: Outcomes) -> Tensor:
    """(M,) for each transition the one by which the episode came to its scene, -1 where that isn't here."""
    scenes = int(deeds.scene.max()) + 2
    by_scene = torch.full((scenes,), -1, dtype=torch.long, device=deeds.scene.device)
    leads = (outcomes.next_scene >= 0) & (outcomes.next_scene < scenes - 1)
    by_scene[outcomes.next_scene[leads]] = leads.nonzero().squeeze(1)
    return by_scene[deeds.scene]


def _total(losses: dict[str, Tensor], weights: LossWeights) -> Tensor:
    parts = [getattr(weights, name) * loss for name, loss in losses.items()]
    return torch.stack([part.float() for part in parts]).sum()


def _one_step(
    model: WorldModel,
    scenes: Scenes,
    encoded: Encoded,
    deeds: Deeds,
    outcomes: Outcomes,
    chosen: Tensor,
    slots: Tensor,
) -> _Step:
    """The losses of the transitions `chosen`, from `slots` (K, slots, width), and the slots that they lead to."""
    deed = Deeds(*(getattr(deeds, name)[chosen] for name in Deeds.__slots__))
    action = model.act(scenes, encoded, deed)
    whole = encoded.whole[deed.scene]
    stepped = model.step(slots, action, whole, deed.visited, deed.visited_mask)
    base_scene = outcomes.base_scene[chosen]
    rows, fates = encoded.rows[base_scene], outcomes.fates[chosen]
    posterior = model.explained(stepped, rows, fates, outcomes.base[chosen], outcomes.came[chosen])
    losses = _divergence(model, stepped, posterior, outcomes.number[chosen])
    member = torch.randint(len(stepped.priors), (len(chosen),), device=chosen.device)
    prior = stepped.priors[member, torch.arange(len(chosen), device=chosen.device)]
    blind = torch.rand(len(chosen), 1, 1, device=chosen.device) < _FROM_PRIOR
    settled = model.settled(stepped, sampled(torch.where(blind, prior, posterior)))
    decoded = model.decode(settled, action, rows, nearness_to(scenes, deed, base_scene))
    losses["base"] = functional.cross_entropy(stepped.base.float(), outcomes.base[chosen])
    losses["edits"] = _edit_loss(decoded.fates, decoded.bits, decoded.values, outcomes, chosen)
    came = functional.binary_cross_entropy_with_logits(decoded.came.float(), outcomes.came[chosen], reduction="none")
    losses["came"] = came.sum(1).mean() / 20
    losses["sources"] = _source_loss(model, decoded, encoded, scenes, deed, outcomes, chosen)
    judged = model.judge(settled, action, whole, facts_of_target(scenes, deed))
    losses |= _judgement_losses(model, judged, decoded, outcomes, chosen)
    return _Step(losses, settled)


def facts_of_target(scenes: Scenes, deeds: Deeds) -> Tensor:
    """What the policy says of the rows that are acted on: (M, FACTS)."""
    return scenes.facts[deeds.scene, deeds.row.clamp_min(0)] * (deeds.row >= 0).unsqueeze(-1)


def _divergence(model: WorldModel, stepped: Stepped, posterior: Tensor, number: Tensor) -> dict[str, Tensor]:
    """Balanced KL with free nats (DreamerV3); each member of the ensemble on its own share of the transitions."""
    config = model.config
    if not config.learned_prior:
        uniform = -torch.log(torch.tensor(float(config.classes)))
        divergence = (posterior.exp() * (posterior - uniform)).sum((-1, -2)).clamp_min(_FREE_NATS).mean()
        return {"representation": divergence * 10, "dynamics": divergence * 0}
    fixed = posterior.detach()
    each = (fixed.exp() * (fixed - stepped.priors)).sum((-1, -2))  # (E, M)
    members = torch.arange(len(each), device=number.device).unsqueeze(1)
    learns = (number * 7919 + members * 104729) % 10 < _MEMBER_SHARE
    dynamics = (each.clamp_min(_FREE_NATS) * learns).sum() / learns.sum().clamp_min(1)
    mean = (torch.logsumexp(stepped.priors, 0) - torch.log(torch.tensor(float(len(each))))).detach()
    back = (posterior.exp() * (posterior - mean)).sum((-1, -2)).clamp_min(_FREE_NATS).mean()
    return {"dynamics": dynamics, "representation": back}


def _edit_loss(fates: Tensor, bits: Tensor, values: Tensor, outcomes: Outcomes, chosen: Tensor) -> Tensor:
    wanted = outcomes.fates[chosen]
    weight = fates.new_tensor(_FATE_WEIGHTS, dtype=torch.float32)
    there = wanted >= 0
    each = functional.cross_entropy(fates.float()[there], wanted[there], weight, reduction="none")
    loss = each.sum() / there.sum().clamp_min(1)
    changed = wanted == CHANGED
    if changed.any():
        loss = loss + functional.binary_cross_entropy_with_logits(bits.float()[changed], outcomes.bits[chosen][changed])
        loss = loss + 0.5 * functional.cross_entropy(values.float()[changed], outcomes.values[chosen][changed])
    return loss


def _source_loss(
    model: WorldModel,
    decoded: Decoded,
    encoded: Encoded,
    scenes: Scenes,
    deeds: Deeds,
    outcomes: Outcomes,
    chosen: Tensor,
) -> Tensor:
    where = torch.full((int(outcomes.came.shape[0]),), -1, dtype=torch.long, device=chosen.device)
    where[chosen] = torch.arange(len(chosen), device=chosen.device)
    sources = outcomes.sources[where[outcomes.sources[:, 0]] >= 0]
    if not len(sources):
        return encoded.slots.sum() * 0.0
    which = where[sources[:, 0]]
    logits = model.sources(decoded, encoded.rows[deeds.scene], scenes.offered[deeds.scene], which, sources[:, 1])
    return functional.cross_entropy(logits.float(), sources[:, 2])


def value_targets(worth: Tensor, bins: int) -> Tensor:
    """HL-Gauss: (M,) of 0..1 → (M, bins), a Gaussian of three quarters of a bin cut into bins."""
    edges = torch.linspace(-0.5, bins - 0.5, bins + 1, device=worth.device) / (bins - 1)
    spread = 0.75 / (bins - 1) * 2**0.5
    reached = torch.erf((edges - worth.float().unsqueeze(-1)) / spread)
    mass = reached[..., 1:] - reached[..., :-1]
    return mass / mass.sum(-1, keepdim=True)


def expected_value(logits: Tensor) -> Tensor:
    """(M, bins) → (M,) of 0..1."""
    places = torch.linspace(0, 1, logits.shape[-1], device=logits.device)
    return torch.softmax(logits.float(), dim=-1) @ places


def _judgement_losses(
    model: WorldModel, judged: Judged, decoded: Decoded, outcomes: Outcomes, chosen: Tensor
) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    value: Tensor = judged.value.float()
    worth = outcomes.worth[chosen]
    known = ~worth.isnan()
    zero = value.sum() * 0.0
    wanted = value_targets(worth[known], model.config.bins)
    found["value"] = functional.cross_entropy(value[known], wanted) if known.any() else zero
    found["pairs"] = _pair_loss(expected_value(value), outcomes, chosen)
    effect = outcomes.effect[chosen]
    heads = zero
    if (effect >= 0).any():
        heads = heads + functional.cross_entropy(judged.effect.float(), effect, ignore_index=-1)
    commits = (effect == 2) & (outcomes.wrong_commit[chosen] >= 0)
    pairs = [
        (judged.right_commit, 1 - outcomes.wrong_commit[chosen], commits),
        (judged.over, outcomes.over[chosen], outcomes.over[chosen] >= 0),
        (judged.failed, outcomes.failed[chosen], outcomes.failed[chosen] >= 0),
        (judged.moved, outcomes.moved[chosen], outcomes.moved[chosen] >= 0),
        (judged.reward, outcomes.reward[chosen], ~outcomes.reward[chosen].isnan()),
        (judged.confidence, _is_good(decoded, outcomes, chosen), torch.ones_like(commits)),
    ]
    for logits, labels, there in pairs:
        if there.any():
            heads = heads + functional.binary_cross_entropy_with_logits(logits.float()[there], labels.float()[there])
    found["heads"] = heads
    return found


def _pair_loss(value: Tensor, outcomes: Outcomes, chosen: Tensor) -> Tensor:
    """What is right is worth more than what is wrong in the same state."""
    group, right = outcomes.group[chosen], outcomes.right[chosen]
    better = (group.unsqueeze(1) == group.unsqueeze(0)) & (right.unsqueeze(1) == 1) & (right.unsqueeze(0) == 0)
    if not better.any():
        return value.sum() * 0.0
    margin = value.unsqueeze(1) - value.unsqueeze(0)
    return functional.softplus(-10.0 * margin[better] + 0.5).mean()


@torch.no_grad()
def _is_good(decoded: Decoded, outcomes: Outcomes, chosen: Tensor) -> Tensor:
    """(M,) whether most of what isn't as it was is told rightly."""
    wanted = outcomes.fates[chosen]
    told = decoded.fates.argmax(-1)
    there = wanted >= 0
    either = there & ((wanted != SAME) | (told != SAME))
    common = (either & (wanted == told)).sum(1).float()
    came = decoded.came > 0
    real = outcomes.came[chosen] > 0
    common, every = common + (came & real).sum(1), either.sum(1) + (came | real).sum(1)
    return (common >= _GOOD * every).long()
