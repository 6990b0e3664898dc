"""Stories as arrays: what the policy made of each page, what was done, and what the next page keeps, edits and adds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file

from webdreamer_app.foresight.changes import STATES, Function, align, role_of, state_of
from webdreamer_app.foresight.perception import Perceived, perceive
from webdreamer_app.foresight.transitions import Followed, Situation, Story, visited_pages
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.policies.scorer.features import StateFeatures
from webdreamer_app.policies.scorer.labels import LabelKind, labels_for
from webdreamer_app.policies.scorer.packing import Texts
from webdreamer_app.policies.scorer.rows import Row, page_rows
from webdreamer_app.policies.scorer.values import normalise
from webdreamer_app.policies.scorer.vectors import read_as
from webdreamer_app.policies.scorer.verbs import PAGE_VERBS, ROW_VERBS
from webdreamer_app.types import Action, Effect, History, Observation
from worldmodel.scenes import CHANGED, FORMAT, FROM_ACTION, FROM_OFFERED, FROM_ROW, MAX_VISITED, NEW, REMOVED, SAME

Array = npt.NDArray[Any]

ROW_LIMIT = 160
"""Rows of a page that are kept; a batch holds fewer."""
VERBS = (*ROW_VERBS, *PAGE_VERBS, "other")
"""What an action does, as the world model knows it."""
EFFECTS = (Effect.READ, Effect.REVERSIBLE, Effect.IRREVERSIBLE)
NO_VALUE, SPAN, OFFERED, COPY, OTHER = range(5)
"""Where a typed value comes from."""
_VISITED_MARGIN = 3
"""So many more rows must a page of before share with the next one than the present page does."""
UNKNOWN = -1
_WORDS = 60
"""How much of the words of a row that came is kept, in characters."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An action as the world model reads it."""

    row: int
    """Place among the page's rows, -1 without one."""
    verb: int
    """Index into VERBS."""
    kind: int
    """NO_VALUE, SPAN, OFFERED, COPY or OTHER."""
    value: Array
    """(width,) token of what is typed; zeros without."""


def deed_of(action: Action, state: StateFeatures, seen: Perceived) -> Deed:
    """Where an action lies in the candidate set, and the token of its value."""
    nothing = np.zeros(seen.rows.shape[-1], dtype=np.float32)
    label = next(iter(labels_for([action], state)), None)
    if label is None:
        row = next((place for place, row in enumerate(state.rows) if row.element.bid == action.bid != ""), -1)
        return Deed(row, len(VERBS) - 1, OTHER if action.value else NO_VALUE, nothing)
    match label.kind:
        case LabelKind.PAGE:
            return Deed(-1, len(ROW_VERBS) + label.first, NO_VALUE, nothing)
        case LabelKind.SPAN:
            token = seen.words[0, label.third : label.third + label.fourth + 1].mean(0)
            return Deed(label.first, label.second, SPAN, token.float().numpy())
        case LabelKind.OFFERED:
            return Deed(label.first, label.second, OFFERED, seen.offered[0, label.third].float().numpy())
        case LabelKind.COPY:
            return Deed(label.first, label.second, COPY, seen.rows[0, label.third].float().numpy())
    return Deed(label.first, label.second, NO_VALUE, nothing)


def bits_of(row: Row) -> int:
    """Its state as a number, one bit for each of STATES."""
    held = state_of(row)
    return sum(1 << place for place, name in enumerate(STATES) if name in held)


@dataclass(frozen=True, slots=True)
class Next:
    """How the next page is made of one that was seen."""

    base: int
    """Which: 0 the present page, k the k-th of those visited before."""
    fates: Array
    """(N,) REMOVED, SAME or CHANGED, of each row of that page."""
    bits: Array
    """(N,) state of each row on the next page."""
    values: Array
    """(N,) where what a field holds then is from: NEW, FROM_ROW for what it held, FROM_ACTION."""
    inserted: tuple[tuple[Row, int, int, float], ...]
    """Rows that came: where their words are from, its place there, and how far down the page they stand, 0..1."""


def next_page(pages: Sequence[Sequence[Row]], after: Sequence[Row], deed: Action, state: StateFeatures) -> Next:
    """What the next page keeps of the present one, `pages[0]`, or of one of before, whichever it shares more with."""
    found = [align(page, after) for page in pages]
    shared = [len(one.kept) - (_VISITED_MARGIN if place else 0) for place, one in enumerate(found)]
    base = max(range(len(found)), key=lambda place: (shared[place], -place))
    rows, aligned = pages[base], found[base]
    fates = np.full(len(rows), REMOVED, dtype=np.uint8)
    bits, values = np.zeros(len(rows), dtype=np.uint16), np.full(len(rows), FROM_ROW, dtype=np.uint8)
    typed = normalise(str(deed.value[0])) if deed.value else ""
    for place, then in aligned.kept:
        row, new = rows[place], after[then]
        differs = state_of(row) != state_of(new) or row.text != new.text or _value(row) != _value(new)
        fates[place], bits[place] = CHANGED if differs else SAME, bits_of(new)
        if _value(row) != _value(new):
            values[place] = FROM_ACTION if normalise(_value(new)) == typed != "" else NEW
    known = {row.text: place for place, row in reversed(list(enumerate(pages[0][:ROW_LIMIT]))) if row.text}
    offered = {one.text: place for place, one in reversed(list(enumerate(state.values.offered)))}
    inserted = []
    for place in aligned.inserted:
        row = after[place]
        at = place / max(1, len(after))
        if row.text in known:
            inserted.append((row, FROM_ROW, known[row.text], at))
        elif row.text and normalise(row.text) == typed:
            inserted.append((row, FROM_ACTION, 0, at))
        elif row.text in offered:
            inserted.append((row, FROM_OFFERED, offered[row.text], at))
        else:
            inserted.append((row, NEW, 0, at))
    return Next(base, fates, bits, values, tuple(inserted))


def _value(row: Row) -> str:
    return "" if row.is_option else row.element.value or ""


class TransitionPacker:
    """Collects stories, in the process that made them."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._columns: dict[str, list[Array]] = {}
        self._roles, self._functions, self._texts = Texts(), Texts(), Texts()
        self._episodes: list[str] = []
        self.states = self.transitions = 0

    def add(self, story: Story, function: Function) -> None:
        """Take in an episode. `function`: what its rows are for."""
        numbers = {len(one.steps): self.states + place for place, one in enumerate(story.situations)}
        pages = [page_rows(one.observation) for one in story.situations]
        self._episodes.append(story.id)
        for place, situation in enumerate(story.situations):
            history = History(story.goal, situation.steps)
            state = self._decider.state(situation.observation, history)
            seen, _ = perceive(self._decider.network, self._decider.batch(state))
            self._state(state, seen, situation, function)
            before = [one for one in visited_pages(situation.steps, situation.observation) if one in numbers]
            first = self.states - place
            there = [pages[place], *(pages[numbers[one] - first] for one in before)]
            for followed in situation.followed:
                going_on = numbers.get(len(situation.steps) + 1, UNKNOWN) if followed.goes_on else UNKNOWN
                self._transition(state, seen, situation.observation, followed, there, function)
                self._put("visited", _padded([numbers[one] for one in before], MAX_VISITED, np.int32))
                self._put("next_state", np.int32(going_on))
                self._put("state", np.int32(self.states))
                self.transitions += 1
            self.states += 1

    def _state(self, state: StateFeatures, seen: Perceived, situation: Situation, function: Function) -> None:
        rows = state.rows[:ROW_LIMIT]
        count = len(rows)
        self._ragged("rows", seen.rows[0, :count].float().numpy().astype(np.float16))
        self._ragged("facts", seen.facts[0, :count].numpy().astype(np.float16))
        self._ragged("roles", self._roles.all(role_of(row) for row in rows).astype(np.uint8))
        self._ragged("bits", np.array([bits_of(row) for row in rows], dtype=np.uint16))
        self._ragged("functions", self._functions.all(function(row) for row in rows).astype(np.int16))
        self._ragged("offered", seen.offered[0][seen.offered_mask[0]].float().numpy().astype(np.float16))
        self._put("whole", seen.whole[0].float().numpy().astype(np.float16))
        self._put("state_to_go", np.int16(UNKNOWN if situation.to_go is None else situation.to_go))
        self._put("state_best", np.float32(UNKNOWN if situation.best is None else situation.best))
        self._put("episode", np.int32(len(self._episodes) - 1))

    def _transition(
        self,
        state: StateFeatures,
        seen: Perceived,
        page: Observation,
        followed: Followed,
        pages: Sequence[Sequence[Row]],
        function: Function,
    ) -> None:
        deed = deed_of(followed.action, state, seen)
        after = page_rows(followed.after) if followed.after is not None else pages[0]
        found = next_page(pages, after, followed.action, state)
        self._put("deed", np.array([deed.row, deed.verb, deed.kind], dtype=np.int16))
        self._put("value", deed.value.astype(np.float16))
        self._put("base", np.int16(found.base))
        self._ragged("fates", found.fates[:ROW_LIMIT])
        self._ragged("new_bits", found.bits[:ROW_LIMIT])
        self._ragged("new_values", found.values[:ROW_LIMIT])
        self._ragged("came", self._came(found, function))
        self._ragged("came_at", np.array([at for _, _, _, at in found.inserted], dtype=np.float16))
        effect = UNKNOWN if followed.effect is None else EFFECTS.index(followed.effect)
        told = (followed.is_right, effect, followed.is_wrong_commit, followed.is_over, bool(followed.error))
        self._put("labels", np.array([UNKNOWN if one is None else int(one) for one in told], dtype=np.int8))
        self._put("moved", np.int8(followed.after is not None and followed.after.url != page.url))
        worth = (followed.reward, followed.to_go, followed.best)
        self._put("worth", np.array([UNKNOWN if one is None else one for one in worth], dtype=np.float32))

    def _came(self, found: Next, function: Function) -> Array:
        """(K, 6): role, function, state, where its words are from, the place there, and the words without digits."""
        rows = [
            (
                self._roles.place(role_of(row)),
                self._functions.place(function(row)),
                bits_of(row),
                source,
                place,
                self._texts.place(read_as(row.text)[:_WORDS]),
            )
            for row, source, place, _ in found.inserted
        ]
        return np.array(rows, dtype=np.int32).reshape(-1, 6)

    def _put(self, name: str, value: Any) -> None:
        self._columns.setdefault(name, []).append(np.asarray(value))

    def _ragged(self, name: str, value: Array) -> None:
        self._columns.setdefault(f"{name}*", []).append(value)

    def write(self, path: Path, facts: Mapping[str, object]) -> None:
        """A shard, whole or not at all: arrays, and the strings that they number."""
        tensors: dict[str, torch.Tensor] = {}
        for name, parts in self._columns.items():
            if name.endswith("*"):
                plain = name[:-1]
                tensors[plain] = _tensor(np.concatenate(parts))
                tensors[f"{plain}_at"] = torch.from_numpy(np.cumsum([0, *map(len, parts)], dtype=np.int64))
            else:
                tensors[name] = _tensor(np.stack(parts))
        strings = {
            "roles": list(self._roles.places),
            "functions": list(self._functions.places),
            "texts": list(self._texts.places),
            "episodes": self._episodes,
            "facts": dict(facts),
        }
        tensors["strings"] = torch.frombuffer(bytearray(json.dumps(strings).encode()), dtype=torch.uint8)
        partial = path.with_suffix(".partial")
        save_file(tensors, partial, {"format": FORMAT})
        partial.replace(path)


def _tensor(array: Array) -> torch.Tensor:
    """uint16 is stored as int32: not every torch knows it."""
    if array.dtype == np.uint16:
        array = array.astype(np.int32)
    return torch.from_numpy(np.ascontiguousarray(array))


def _padded(values: Sequence[int], length: int, dtype: Any) -> Array:
    return np.array([*values[:length], *[UNKNOWN] * (length - len(values))], dtype=dtype)
