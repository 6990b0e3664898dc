"""What the world model reads and predicts, as padded tensors."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import torch
from torch import Tensor

MAX_ROWS = 96
"""Rows of a page, real or imagined."""
MAX_VISITED = 8
"""Pages of before that the next one can be made from."""
STATES = 9
"""Bits of a row's state."""
FACTS = 4
"""What the policy says of a row."""
FORMAT = "transitions/1"
"""Of files of packed transitions."""
REMOVED, SAME, CHANGED = range(3)
"""What becomes of a row."""
NEW, FROM_ROW, FROM_ACTION, FROM_OFFERED = range(4)
"""Where words are from: nowhere that was seen, a row, the typed value, a value that could be typed."""
FIRST_ROW = 2
"""Where rows begin among the sources of words that came; before them nowhere and the action, behind them values."""


@dataclass(frozen=True, slots=True)
class Scenes:
    """S pages as the frozen policy reads them, with N rows and V values that could be typed."""

    rows: Tensor  # (S, N, token)
    row_mask: Tensor  # (S, N) bool
    facts: Tensor  # (S, N, FACTS)
    roles: Tensor  # (S, N) int
    bits: Tensor  # (S, N, STATES) 0 or 1
    whole: Tensor  # (S, token)
    offered: Tensor  # (S, V, token)
    offered_mask: Tensor  # (S, V) bool


@dataclass(frozen=True, slots=True)
class Deeds:
    """M actions, each on one of the scenes."""

    scene: Tensor  # (M,) int
    row: Tensor  # (M,) int: place among the scene's rows, -1 without one
    verb: Tensor  # (M,) int
    kind: Tensor  # (M,) int: where a typed value comes from
    value: Tensor  # (M, token), zeros without a value
    visited: Tensor  # (M, MAX_VISITED, token): pages of before as wholes, most recent first
    visited_mask: Tensor  # (M, MAX_VISITED) bool


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What followed M actions, as labels; -1 (NaN for numbers) where nobody knows."""

    base: Tensor  # (M,) int: 0 the page at hand, k the k-th visited
    base_scene: Tensor  # (M,) int: the scene that this is
    fates: Tensor  # (M, N) int: 0 removed, 1 the same, 2 changed; of the base's rows
    bits: Tensor  # (M, N, STATES) of rows that stay
    values: Tensor  # (M, N) int: where what a field holds then is from
    came: Tensor  # (M, P) 0 or 1: which prototypes came
    sources: Tensor  # (K, 3) int: transition, prototype, and where its words are from; of every row that came
    right: Tensor  # (M,) 0, 1 or -1
    effect: Tensor  # (M,) int or -1
    wrong_commit: Tensor  # (M,) 0, 1 or -1
    over: Tensor  # (M,)
    failed: Tensor  # (M,)
    moved: Tensor  # (M,)
    reward: Tensor  # (M,) NaN where unknown
    worth: Tensor  # (M,) the best reward still to be had, discounted by the steps to it; NaN where unknown
    group: Tensor  # (M,) int: transitions of one state share it
    next_scene: Tensor  # (M,) int: the scene that the episode went on to, where it is here; else -1
    number: Tensor  # (M,) int: the same for a transition in every batch


Tensors = TypeVar("Tensors", Scenes, Deeds, Outcomes)


def on(tensors: Tensors, device: torch.device | str) -> Tensors:
    """The same on another device."""
    return type(tensors)(**{one.name: getattr(tensors, one.name).to(device) for one in fields(tensors)})
