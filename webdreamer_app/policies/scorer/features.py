"""From an observation and its history to the arrays that the scorer's network reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from webdreamer_app.policies.scorer.lexical import TEXT_FEATURES, Floats, Lexical
from webdreamer_app.policies.scorer.past import Past, history_features, remembered, target_text
from webdreamer_app.policies.scorer.rows import Row, page_rows
from webdreamer_app.policies.scorer.values import ValueSet, normalise, value_set
from webdreamer_app.policies.scorer.verbs import ROW_VERBS, page_verbs, row_verbs
from webdreamer_app.types import Goal, Observation, Step
from worldmodel.text_encoder import TextEncoder

ROLES = (
    "link", "button", "textbox", "searchbox", "checkbox", "radio", "combobox", "spinbutton", "slider", "option",
    "listbox", "menuitem", "tab", "switch", "text", "heading", "img", "cell", "alert", "status", "generic", "summary",
    "date", "alertdialog",
)  # fmt: skip
HISTORY_FEATURES = 16
PAGE_FEATURES = 14
LINKS = 4
VERSION = 3
"""Of what the features mean; states packed by another one are refused."""
MAX_ADVICE = 4
_GROUPED = frozenset({"radio", "option", "menuitem", "tab"})
_WAYS = frozenset({"link", "button"})
_STRUCT = 30
_RELATIVE = 6
_STANDING = 14
ROW_FEATURES = 2 * TEXT_FEATURES + _RELATIVE + len(ROLES) + _STRUCT + _STANDING
_COMMA, _POINT = (
    re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[{other}]?\d{{3}})*{mark}\d\d(?!\d)")
    for mark, other in ((",", "."), (r"\.", ","))
)
STRUCTURE = 2 * TEXT_FEATURES + _RELATIVE + len(ROLES)
CHECKABLE = (STRUCTURE + 5, STRUCTURE + 6)
"""Where a row says that it is checked, and that it isn't."""
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class StateFeatures:
    """One decision as arrays. N rows, W instruction words, V offered values, H ≤ 6 steps, A ≤ 4 pieces of advice."""

    rows: tuple[Row, ...]
    values: ValueSet
    instruction: str
    texts: tuple[str, ...]
    """(N,) own text of each row"""
    contexts: tuple[str, ...]
    """(N,)"""
    numeric: Floats
    """(N, ROW_FEATURES)"""
    lexical: Floats
    """(N, W) how well each row meets each word of the instruction"""
    links: Ints
    """(N, 4): group, place of an option's list, offered value that the row holds or says, choice; -1 for none"""
    verbs: npt.NDArray[np.bool_]
    """(N, len(ROW_VERBS))"""
    page_verbs: npt.NDArray[np.bool_]
    """(len(PAGE_VERBS),)"""
    page: Floats
    """(PAGE_FEATURES,)"""
    history_texts: tuple[str, ...]
    """(H,) most recent first"""
    history: Floats
    """(H, HISTORY_FEATURES)"""
    history_rows: Ints
    """(H,) row that a step acted on, where it is still there; else -1"""
    advice: tuple[str, ...]
    """(A,)"""


class Featurizer:
    """Features of the states of one episode; keeps the matches with its instruction."""

    def __init__(self, encoder: TextEncoder, goal: Goal) -> None:
        self.goal = goal
        self.values = value_set(goal.instruction, goal.profile)
        self._lexical = Lexical(encoder, self.values)

    def __call__(self, observation: Observation, steps: tuple[Step, ...], advice: Sequence[str] = ()) -> StateFeatures:
        rows = page_rows(observation)
        own = self._lexical.match([row.text for row in rows])
        around = self._lexical.match([row.context for row in rows])
        recent = remembered(steps)
        held = [self._held(row) for row in rows]
        past = Past(observation, steps)
        asked = bool(observation.dialogs)
        matched = _stacked([match.features for match in own], TEXT_FEATURES)
        numeric = np.concatenate(
            [
                matched,
                _stacked([match.features for match in around], TEXT_FEATURES),
                _relative(rows, matched),
                _stacked([_role(row) for row in rows], len(ROLES)),
                _stacked([self._structure(row, place, past) for place, row in enumerate(rows)], _STRUCT),
                _standing(rows, steps),
            ],
            axis=1,
        )
        return StateFeatures(
            rows=rows,
            values=self.values,
            instruction=self.goal.instruction,
            texts=tuple(row.text for row in rows),
            contexts=tuple(row.context for row in rows),
            numeric=numeric.astype(np.float32),
            lexical=_stacked([match.words for match in own], len(self.values.words)),
            links=np.array(
                [
                    (row.group, row.parent, value, choice)
                    for row, value, choice in zip(rows, held, _choices(rows), strict=True)
                ],
                dtype=np.int32,
            ).reshape(-1, LINKS),
            verbs=np.array([row_verbs(row, dialog=asked) for row in rows], bool).reshape(-1, len(ROW_VERBS)),
            page_verbs=np.array(page_verbs(dialog=asked), dtype=bool),
            page=np.concatenate([past.page(), _page_marks(rows)]),
            history_texts=tuple(target_text(step) for step in recent),
            history=_stacked([history_features(step, observation) for step in recent], HISTORY_FEATURES),
            history_rows=np.array([past.place(step, rows) for step in recent], dtype=np.int32),
            advice=tuple(advice[:MAX_ADVICE]),
        )

    def _held(self, row: Row) -> int:
        element = row.element
        if row.is_option or element.value is None:
            return self._lexical.offered(row.text)
        return self._lexical.offered(element.value)

    def _structure(self, row: Row, place: int, past: Past) -> Floats:
        element = row.element
        value = "" if row.is_option else normalise(element.value or "")
        chosen = row.is_option and element.value == row.text
        key = (element.role, row.text)
        counts = past.counts[key]
        held = self._lexical.offered(value)
        return np.array(
            (
                element.is_interactive, element.disabled or element.covered, element.required, element.readonly,
                bool(element.invalid), element.checked is True, element.checked is False, element.selected is True,
                element.expanded is True, element.expanded is False, element.value == "", bool(value),
                self._lexical.says(value), held >= 0, row.is_option, chosen,
                bool(element.options), len(element.options) / 20, min(element.depth, 20) / 20, element.level / 6,
                row.group >= 0, element.input_type == "submit", element.form is not None,
                element.form is not None and element.form.method == "post",
                min(counts, 4) / 4, past.last == key, min(past.visits[key], 4) / 4, bool(element.href),
                place / 100, element.input_type == "file",
            ),
            dtype=np.float32,
        )  # fmt: skip


def _choices(rows: tuple[Row, ...]) -> list[int]:
    """For each row the number of the choice that it is one of, -1 for none.

    A choice is a list's options; the radio buttons, open options, menu items or tabs of a group, or without one of a
    stretch between headings; all links of a page; all of its buttons.
    """
    numbers: dict[tuple[str, int], int] = {}
    found, run = [], 0
    for row in rows:
        role = row.element.role
        run += role == "heading"
        if row.is_option:
            key = ("option of", row.parent)
        elif role in _GROUPED:
            key = (role, row.group if row.group >= 0 else -1 - run)
        elif role in _WAYS:
            key = (role, 0)
        else:
            found.append(-1)
            continue
        found.append(numbers.setdefault(key, len(numbers)))
    return found


def _relative(rows: tuple[Row, ...], matched: Floats) -> Floats:
    """How a row's match with the instruction stands among the rows of its role and of the page: (N, 6)."""
    result = np.zeros((len(rows), _RELATIVE), dtype=np.float32)
    by_role: dict[tuple[str, bool], list[int]] = {}
    for place, row in enumerate(rows):
        by_role.setdefault((row.element.role, row.is_option), []).append(place)
    for places in by_role.values():
        covered = matched[places, 5]  # words of the instruction that are met
        best = float(covered.max())
        if best > 0:
            result[places, 0] = covered / best
            result[places, 1] = covered >= best - 1e-6
            result[places, 2] = (covered >= best - 1e-6).sum() == 1
        result[places, 3] = matched[places, 0] >= matched[places, 0].max() - 1e-6
    top = float(matched[:, 5].max()) if len(rows) else 0.0
    result[:, 4] = matched[:, 5] / max(top, 1e-6)
    result[:, 5] = min(top, 2.0)
    return result


def _standing(rows: tuple[Row, ...], steps: tuple[Step, ...]) -> Floats:
    """What a row says of itself only beside others: how amounts are written, choices of groups, news: (N, 14)."""
    result = np.zeros((len(rows), _STANDING), dtype=np.float32)
    chosen = {(row.group, row.element.role) for row in rows if row.element.checked and row.group >= 0}
    before, occurrences = _shown_before(steps), Counter[tuple[str, str]]()
    number, parent = 0, -1
    for place, row in enumerate(rows):
        element = row.element
        number, parent = (number + 1 if row.parent == parent else 0), row.parent
        behind = rows[place + 1] if place + 1 < len(rows) else None
        hint = behind.text if behind is not None and behind.element.role in ("text", "status", "alert") else ""
        options, value = element.options, element.value
        edits = element.is_usable and (value is not None or element.checked is not None)
        key = ("option of" if row.is_option else element.role, row.text)
        known = before.get((*key, occurrences[key]))
        occurrences[key] += 1
        result[place] = (
            bool(_COMMA.search(row.text)),
            bool(_POINT.search(row.text)),
            bool(_COMMA.search(hint)),
            bool(_POINT.search(hint)),
            row.is_option and number == 0,
            min(number, 10) / 10 if row.is_option else 0.0,
            bool(options) and value == options[0],
            bool(options) and value in options[1:],
            (row.group, element.role) in chosen,
            edits and value == "" and element.required,
            edits and value == "" and not element.required,
            behind is not None and behind.element.role == element.role,
            bool(before) and known is None,
            known is not None and known != (value, element.checked),
        )
    return result


def _shown_before(steps: tuple[Step, ...]) -> dict[tuple[str, str, int], tuple[str | None, bool | str | None]]:
    """What the page of the last step showed: role, text and which of those alike → value and whether it was checked."""
    if not steps:
        return {}
    found: dict[tuple[str, str, int], tuple[str | None, bool | str | None]] = {}
    alike: Counter[tuple[str, str]] = Counter()
    for row in page_rows(steps[-1].observation):
        key = ("option of" if row.is_option else row.element.role, row.text)
        found[*key, alike[key]] = (row.element.value, row.element.checked)
        alike[key] += 1
    return found


def _page_marks(rows: tuple[Row, ...]) -> Floats:
    """(6,): comma amounts, point amounts, required fields left empty, anything invalid, an alert, lists left alone."""
    listed = [row.element for row in rows if not row.is_option]
    required = [one for one in listed if one.required and one.value is not None]
    lists = [one for one in listed if one.options]
    return np.array(
        (
            any(_COMMA.search(row.text) for row in rows), any(_POINT.search(row.text) for row in rows),
            sum(one.value == "" for one in required) / 4, any(bool(one.invalid) for one in listed),
            any(one.role in ("alert", "alertdialog") for one in listed),
            sum(one.value == one.options[0] for one in lists) / 4,
        ),
        dtype=np.float32,
    )  # fmt: skip


def _stacked(rows: Sequence[Floats], width: int) -> Floats:
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, width), dtype=np.float32)


def _role(row: Row) -> Floats:
    role = "option" if row.is_option else row.element.role
    return np.array([role == known for known in ROLES], dtype=np.float32)
