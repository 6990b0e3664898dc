"""Acceptable actions as places in the scorer's candidate set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from webdreamer_app.policies.scorer.features import StateFeatures
from webdreamer_app.policies.scorer.values import normalise
from webdreamer_app.policies.scorer.verbs import PAGE_VERBS, ROW_VERBS
from webdreamer_app.types import Action

_VALUED = ("fill", "type", "upload_file")
MAX_COPY = 80
"""Longest text of a row that may be copied into a field, in characters."""


class LabelKind(IntEnum):
    """Which part of the candidate set a label points into."""

    NONE = 0
    ROW = 1
    SPAN = 2
    OFFERED = 3
    COPY = 4
    PAGE = 5


@dataclass(frozen=True, slots=True)
class Label:
    """ROW: (row, verb) · SPAN: (row, verb, word, length − 1) · OFFERED, COPY: (row, verb, value) · PAGE: (verb)."""

    kind: LabelKind
    first: int = 0
    second: int = 0
    third: int = 0
    fourth: int = 0

    @property
    def numbers(self) -> tuple[int, int, int, int, int]:
        return int(self.kind), self.first, self.second, self.third, self.fourth


def labels_for(actions: Iterable[Action], state: StateFeatures) -> tuple[Label, ...]:
    """Every place in the candidate set that does one of these actions; empty when none can be expressed."""
    places = {row.element.bid: place for place, row in enumerate(state.rows) if row.element.bid and not row.is_option}
    found = [label for action in actions for label in _labels(action, state, places)]
    return tuple(dict.fromkeys(label for label in found if _is_possible(label, state)))


def _is_possible(label: Label, state: StateFeatures) -> bool:
    if label.kind is LabelKind.PAGE:
        return bool(state.page_verbs[label.first])
    return bool(state.verbs[label.first, label.second])


def _labels(action: Action, state: StateFeatures, places: dict[str, int]) -> list[Label]:
    if action.verb in PAGE_VERBS:
        return [Label(LabelKind.PAGE, PAGE_VERBS.index(action.verb))]
    if action.verb == "scroll" and len(action.value) > 2:
        row = places.get(str(action.value[2]))
    else:
        row = places.get(action.bid)
    if row is None:
        return []
    value = str(action.value[0]) if action.value else ""
    if action.verb in _VALUED:
        return _valued(ROW_VERBS.index("type" if action.verb == "type" else "fill"), row, value, state)
    if action.verb == "select_option":
        return _chosen(row, value, state)
    name = f"press {value}" if action.verb == "press" else action.verb
    return [Label(LabelKind.ROW, row, ROW_VERBS.index(name))] if name in ROW_VERBS else []


def _valued(verb: int, row: int, value: str, state: StateFeatures) -> list[Label]:
    values = state.values
    if state.rows[row].element.input_type == "file":
        named = values.offered_equal_to(value)
        return [Label(LabelKind.OFFERED, row, verb, one) for one in named if values.offered[one].kind == "file"]
    found = [Label(LabelKind.SPAN, row, verb, start, length - 1) for start, length in values.spans_equal_to(value)]
    found += [Label(LabelKind.OFFERED, row, verb, place) for place in values.offered_equal_to(value)]
    wanted = normalise(value)
    copies = (place for place, text in enumerate(state.texts) if normalise(text) == wanted)
    return found + [
        Label(LabelKind.COPY, row, verb, place) for place in copies if wanted and may_be_copied(state, place, row)
    ]


def may_be_copied(state: StateFeatures, place: int, field: int) -> bool:
    """Whether the words of a row may be typed into a field: not its own, and not what another field holds."""
    if place >= len(state.texts) or place == field or len(state.texts[place]) > MAX_COPY:
        return False
    element = state.rows[place].element
    return not (element.value is not None and not element.name and element.is_interactive)


def _chosen(row: int, value: str, state: StateFeatures) -> list[Label]:
    """The option's row; of a scripted list, a click on the option that it shows, else on the closed list."""
    wanted, choose, click = normalise(value), ROW_VERBS.index("select_option"), ROW_VERBS.index("click")
    element = state.rows[row].element
    if element.options:
        options = [place for place, one in enumerate(state.rows) if one.parent == row and normalise(one.text) == wanted]
        return [Label(LabelKind.ROW, place, choose) for place in options]
    shown = [
        place
        for place, one in enumerate(state.rows)
        if one.element.role == "option" and not one.is_option and normalise(one.text) == wanted
    ]
    if element.expanded is not True:
        return [Label(LabelKind.ROW, row, click)]
    after = [place for place in shown if place > row]
    return [Label(LabelKind.ROW, place, click) for place in (after[:1] or shown[:1])]
