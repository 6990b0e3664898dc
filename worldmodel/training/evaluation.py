"""How right a world model is about packed transitions, one step and several steps deep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor

from worldmodel.measures import area_under_curve, expected_calibration_error
from worldmodel.network import Decoded, Stepped, WorldModel, disagreement, nearness_to
from worldmodel.scenes import CHANGED, REMOVED, SAME, Deeds, Outcomes, Scenes
from worldmodel.training.data import TransitionSet
from worldmodel.training.losses import expected_value, facts_of_target, predecessors

WRONG_BELOW = 0.8
"""A prediction of less F1 than this counts as wrong."""


@dataclass(slots=True)
class _Found:
    """What was said of every transition, and what came: lists of tensors (M,)."""

    parts: dict[str, list[Tensor]] = field(default_factory=dict)

    def put(self, **named: Tensor) -> None:
        for name, value in named.items():
            self.parts.setdefault(name, []).append(value.detach().float().cpu())

    def __getitem__(self, name: str) -> Tensor:
        return torch.cat(self.parts[name])


def expected_latent(stepped: Stepped) -> Tensor:
    """What the ensemble expects of the latent, (M, groups, classes): each group's most likely class as one-hot."""
    mean = torch.logsumexp(stepped.priors, dim=0)
    return torch.nn.functional.one_hot(mean.argmax(-1), mean.shape[-1]).to(mean.dtype)


@torch.inference_mode()
def evaluate(
    model: WorldModel, examples: TransitionSet, *, horizon: int = 3, windows: int = 24, threshold: float = 0.0
) -> dict[str, float]:
    """Figures over a set. `threshold`: logit from which a prototype is said to come.

    `rows_f1`: of what is said of rows (gone, or changed to which state) and of prototypes that come, all transitions
    together; nothing is right where the wrong page was taken as the base. `@k`: k steps deep, from predicted slots
    with the actions that were taken. Pairs are right actions against wrong ones in one state, strictly.
    """
    model.eval()
    found = _Found()
    stretches = examples.windows(max(horizon, 3))
    for start in range(0, len(stretches), windows):
        chosen = [state for one in stretches[start : start + windows] for state in one]
        _batch(model, *examples.batch(chosen), found, horizon, threshold, start)
    return _figures(found, horizon)


def _batch(
    model: WorldModel,
    scenes: Scenes,
    deeds: Deeds,
    outcomes: Outcomes,
    found: _Found,
    horizon: int,
    threshold: float,
    number: int,
) -> None:
    encoded = model.encode(scenes)
    before = predecessors(deeds, outcomes)
    reached = torch.arange(len(deeds.scene))
    slots, depth = encoded.slots[deeds.scene], 1
    while True:
        deed = Deeds(*(getattr(deeds, name)[reached] for name in Deeds.__slots__))
        action, whole = model.act(scenes, encoded, deed), encoded.whole[deed.scene]
        stepped = model.step(slots, action, whole, deed.visited, deed.visited_mask)
        settled = model.settled(stepped, expected_latent(stepped))
        base_scene = outcomes.base_scene[reached]
        decoded = model.decode(settled, action, encoded.rows[base_scene], nearness_to(scenes, deed, base_scene))
        counts = _counts(decoded, stepped, outcomes, reached, threshold)
        found.put(**{f"{name}@{depth}": value for name, value in counts.items()})
        if depth == 1:
            judged = model.judge(settled, action, whole, facts_of_target(scenes, deed))
            labels = {name: getattr(outcomes, name) for name in ("right", "effect", "wrong_commit", "over", "worth")}
            found.put(
                **labels,
                group=outcomes.group + 1000 * number,
                value=expected_value(judged.value),
                said_effect=judged.effect.argmax(-1),
                said_commit=torch.softmax(judged.effect.float(), -1)[:, 2],
                said_right=torch.sigmoid(judged.right_commit.float()),
                said_good=torch.sigmoid(judged.confidence.float()),
                uncertainty=disagreement(stepped.priors),
                base_right=stepped.base.argmax(-1) == outcomes.base,
            )
        if depth == horizon:
            break
        where = torch.full((len(deeds.scene),), -1, dtype=torch.long)
        where[reached] = torch.arange(len(reached))
        known = (before >= 0) & (where[before.clamp_min(0)] >= 0)
        if not known.any():
            break
        slots, reached, depth = settled[where[before[known]]], known.nonzero().squeeze(1), depth + 1


def _counts(
    decoded: Decoded, stepped: Stepped, outcomes: Outcomes, chosen: Tensor, threshold: float
) -> dict[str, Tensor]:
    """(M,) each: what is common, said and real of rows and prototypes; and of rows that change in place."""
    wanted, told = outcomes.fates[chosen], decoded.fates.argmax(-1)
    there = wanted >= 0
    same_state = ((decoded.bits > 0).float() == outcomes.bits[chosen]).all(-1)
    gone = (told == REMOVED) & (wanted == REMOVED) & there
    altered = (told == CHANGED) & (wanted == CHANGED) & same_state & there
    came, real = decoded.came > threshold, outcomes.came[chosen] > 0
    right_base = (stepped.base.argmax(-1) == outcomes.base[chosen]).long()
    return {
        "common": ((gone | altered).sum(1) + (came & real).sum(1)) * right_base,
        "said": ((told != SAME) & there).sum(1) + came.sum(1),
        "real": ((wanted != SAME) & there).sum(1) + real.sum(1),
        "came_common": (came & real).sum(1),
        "came_said": came.sum(1),
        "came_real": real.sum(1),
        "altered_common": altered.sum(1),
        "altered_said": ((told == CHANGED) & there).sum(1),
        "altered_real": ((wanted == CHANGED) & there).sum(1),
    }


def _f1(found: _Found, prefix: str, depth: int) -> float:
    common, said, real = (float(found[f"{prefix}{name}@{depth}"].sum()) for name in ("common", "said", "real"))
    return 2 * common / (said + real) if said + real else 1.0


def _figures(found: _Found, horizon: int) -> dict[str, float]:
    figures = {f"rows_f1@{depth}": _f1(found, "", depth) for depth in range(1, horizon + 1)
               if f"common@{depth}" in found.parts}  # fmt: skip
    figures["came_f1"] = _f1(found, "came_", 1)
    figures["altered_f1"] = _f1(found, "altered_", 1)
    common, said, real = (found[f"{name}@1"] for name in ("common", "said", "real"))
    each = torch.where(said + real > 0, 2 * common / (said + real).clamp_min(1), torch.ones_like(said))
    figures["rows_f1_each"] = float(each.mean())
    figures["base_accuracy"] = float(found["base_right"].mean())
    effect = found["effect"]
    known = effect >= 0
    figures["effect_accuracy"] = float((found["said_effect"] == effect)[known].float().mean())
    figures["commit_auroc"] = area_under_curve(found["said_commit"][known], (effect[known] == 2).long())
    commits = (effect == 2) & (found["wrong_commit"] >= 0)
    right = 1 - found["wrong_commit"][commits].long()
    figures["commits"], figures["commits_right"] = float(commits.sum()), float(right.float().mean())
    figures["right_commit_auroc"] = area_under_curve(found["said_right"][commits], right)
    figures["right_commit_ece"] = expected_calibration_error(found["said_right"][commits], right)
    wrong = (each < WRONG_BELOW).long()
    figures["wrong_share"] = float(wrong.float().mean())
    figures["uncertainty_auroc"] = area_under_curve(found["uncertainty"], wrong)
    figures["confidence_auroc"] = area_under_curve(-found["said_good"], wrong)
    figures["confidence_ece"] = expected_calibration_error(found["said_good"], 1 - wrong)
    worth = found["worth"]
    told = ~worth.isnan()
    figures["value_error"] = float((found["value"] - worth)[told].abs().mean())
    pairs, states = _strict(found["value"], found["right"], found["group"])
    figures["pair_strict"], figures["state_strict"] = pairs, states
    return figures


def _strict(value: Tensor, right: Tensor, group: Tensor) -> tuple[float, float]:
    """Share of pairs, and of states in all their pairs, in which what is right is worth strictly more."""
    order = torch.argsort(group, stable=True)
    won = pairs = whole = states = 0
    for places in _runs(group[order]):
        here = order[places[0] : places[1]]
        good, bad = value[here][right[here] == 1], value[here][right[here] == 0]
        if len(good) and len(bad):
            better = good.unsqueeze(1) > bad.unsqueeze(0)
            won, pairs = won + int(better.sum()), pairs + better.numel()
            whole, states = whole + int(better.all()), states + 1
    return won / max(1, pairs), whole / max(1, states)


def _runs(ordered: Tensor) -> Sequence[tuple[int, int]]:
    """Where equal values begin and end."""
    if not len(ordered):
        return []
    edges = [0, *((ordered[1:] != ordered[:-1]).nonzero().squeeze(1) + 1).tolist(), len(ordered)]
    return list(pairwise(edges))
