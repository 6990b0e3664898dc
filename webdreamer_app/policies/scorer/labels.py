"""Acceptable actions as places in the scorer's candidate set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from webdreamer_app.policies.scorer.features import FILLABLE, StateFeatures
from webdreamer_app.policies.scorer.network import PAGE_VERBS, ROW_VERBS
from webdreamer_app.policies.scorer.values import normalise
from webdreamer_app.types import TYPED_ROLES, Action, Element

NO_CLICK = TYPED_ROLES | {"text", "heading", "img", "cell", "alert", "status"}


class LabelKind(IntEnum):
    """Which part of the candidate set a label points into."""

    NONE = 0
    ROW = 1
    SPAN = 2
    KEY = 3
    OPTION = 4
    PAGE = 5


@dataclass(frozen=True, slots=True)
class Label:
    """ROW: (row, verb) · SPAN: (row, word, length − 1) · KEY: (row, key) · OPTION: (select, option) · PAGE: (verb)."""

    kind: LabelKind
    first: int = 0
    second: int = 0
    third: int = 0


def verb_mask(state: StateFeatures) -> npt.NDArray[np.bool_]:
    """Which verbs fit which row: (N, len(ROW_VERBS))."""
    return np.array([_verbs(row.element) for row in state.rows], dtype=bool).reshape(len(state.rows), len(ROW_VERBS))


def _verbs(element: Element) -> tuple[bool, bool, bool, bool]:
    usable = element.is_usable
    types_text = element.role in FILLABLE and not element.options and not element.readonly
    return (
        usable and element.role not in NO_CLICK and not element.options,
        usable and types_text,
        usable and bool(element.options),
        usable and element.role in ("textbox", "searchbox"),
    )


def labels_for(actions: Iterable[Action], state: StateFeatures) -> tuple[Label, ...]:
    """Every place in the candidate set that does one of these actions; empty when none can be expressed."""
    places = {row.element.bid: place for place, row in enumerate(state.rows) if row.element.bid}
    return tuple(label for action in actions for label in _labels(action, state, places))


def _labels(action: Action, state: StateFeatures, places: dict[str, int]) -> list[Label]:
    if action.verb in PAGE_VERBS:
        return [Label(LabelKind.PAGE, PAGE_VERBS.index(action.verb))]
    row = places.get(action.bid)
    if row is None:
        return []
    value = str(action.value[0]) if action.value else ""
    if action.verb == "fill":
        spans = [Label(LabelKind.SPAN, row, start, length - 1) for start, length in state.values.spans_equal_to(value)]
        return spans + [Label(LabelKind.KEY, row, key) for key in state.values.keys_equal_to(value)]
    if action.verb == "select_option":
        return [
            Label(LabelKind.OPTION, place, option)
            for place, (select_row, labels) in enumerate(state.options)
            if select_row == row
            for option, label in enumerate(labels)
            if normalise(label) == normalise(value)
        ]
    if action.verb == "click" or (action.verb == "press" and value == "Enter"):
        return [Label(LabelKind.ROW, row, ROW_VERBS.index(action.verb))]
    return []
