"""Files of packed transitions as one set of training examples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open

from worldmodel.scenes import (
    FIRST_ROW,
    FORMAT,
    FROM_ACTION,
    FROM_ROW,
    MAX_ROWS,
    MAX_VISITED,
    NEW,
    STATES,
    Deeds,
    Outcomes,
    Scenes,
)

Array = npt.NDArray[Any]
DISCOUNT = 0.95
"""Of the best reward still to be had, for each step that it takes."""
_STRINGS = ("roles", "functions", "texts", "episodes")
_NAMING = (0, 1, 2, 5)
"""Columns of rows that came: role, function, state and words."""


class TransitionsError(Exception):
    """A file holds no transitions of this version."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What roles and prototypes are numbered by; part of a checkpoint."""

    roles: tuple[str, ...]
    prototypes: tuple[tuple[str, str, int], ...]
    """(role, function, state bits), most frequent first."""
    words: tuple[str, ...]
    """What rows of each prototype most often say, figures as noughts."""

    def as_json(self) -> dict[str, Any]:
        return {
            "roles": list(self.roles),
            "prototypes": [list(one) for one in self.prototypes],
            "words": list(self.words),
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> Vocabulary:
        """Inverse of `as_json`. Raises KeyError, TypeError, ValueError."""
        prototypes = tuple((str(role), str(function), int(bits)) for role, function, bits in data["prototypes"])
        words = tuple(str(one) for one in data["words"])
        if len(words) != len(prototypes):
            raise ValueError(f"{len(words)} words for {len(prototypes)} prototypes")
        return cls(tuple(str(role) for role in data["roles"]), prototypes, words)


@dataclass(slots=True)
class _Shard:
    number: int
    arrays: dict[str, Array]
    roles: list[str]
    functions: list[str]
    texts: list[str]
    episodes: list[str]
    role_numbers: Array | None = None
    prototype_numbers: dict[tuple[int, int, int], int] | None = None


class TransitionSet:
    """Shards in memory. An example is a state with everything that was done on it."""

    def __init__(self) -> None:
        self._shards: list[_Shard] = []
        self._states: list[tuple[int, int, int, int]] = []
        self.vocabulary: Vocabulary | None = None
        self.facts: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._states)

    def add(self, path: Path) -> None:
        """Take in a file. Raises TransitionsError."""
        try:
            with safe_open(path, framework="np") as file:
                if (file.metadata() or {}).get("format") != FORMAT:
                    raise TransitionsError(f"{path} holds no transitions of this version ({FORMAT}): collect it again.")
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        except (OSError, SafetensorError) as error:
            raise TransitionsError(f"{path} is not a readable file of transitions ({error}).") from error
        strings = json.loads(bytes(arrays.pop("strings")))
        number = len(self._shards)
        self._shards.append(_Shard(number, arrays, *(strings[name] for name in _STRINGS)))
        of_state = arrays["state"]
        starts = np.searchsorted(of_state, np.arange(of_state.max() + 2 if len(of_state) else 1))
        for state, (first, last) in enumerate(pairwise(starts)):
            if last > first:
                self._states.append((number, state, int(first), int(last)))
        for name, value in strings["facts"].items():
            if isinstance(value, int) and name not in ("seed",):
                self.facts[name] = self.facts.get(name, 0) + value

    def count_transitions(self) -> int:
        return sum(last - first for _, _, first, last in self._states)

    def number(self, vocabulary: Vocabulary | None = None, prototypes: int = 512, roles: int = 32) -> Vocabulary:
        """Number roles and prototypes by a vocabulary, or by how often they are seen here."""
        if vocabulary is None:
            vocabulary = self._counted(prototypes, roles)
        role_numbers = {role: place for place, role in enumerate(vocabulary.roles)}
        known = {one: place for place, one in enumerate(vocabulary.prototypes)}
        for shard in self._shards:
            shard.role_numbers = np.array([role_numbers.get(role, 0) for role in shard.roles])
            came = np.unique(shard.arrays["came"][:, :3], axis=0) if len(shard.arrays["came"]) else ()
            shard.prototype_numbers = {}
            for role, function, bits in ([int(part) for part in one] for one in came):
                name = (shard.roles[role], shard.functions[function], bits)
                if name in known:
                    shard.prototype_numbers[role, function, bits] = known[name]
        self.vocabulary = vocabulary
        return vocabulary

    def _counted(self, prototypes: int, roles: int) -> Vocabulary:
        of_roles, of_rows = Counter[str](), Counter[tuple[str, str, int]]()
        said: dict[tuple[str, str, int], Counter[str]] = {}
        for shard in self._shards:
            found, counts = np.unique(shard.arrays["roles"], return_counts=True)
            for role, count in zip(found, counts, strict=True):
                of_roles[shard.roles[role]] += int(count)
            came, counts = np.unique(shard.arrays["came"][:, _NAMING], axis=0, return_counts=True)
            for (role, function, bits, text), count in zip(came.tolist(), counts.tolist(), strict=True):
                name = shard.roles[role], shard.functions[function], bits
                of_rows[name] += count
                said.setdefault(name, Counter())[shard.texts[text]] += count
        named = ("", *(role for role, _ in of_roles.most_common(roles - 1)))
        kept = tuple(one for one, _ in of_rows.most_common(prototypes))
        return Vocabulary(named, kept, tuple(said[one].most_common(1)[0][0] for one in kept))

    def batch(self, chosen: Sequence[int], rows: int = MAX_ROWS) -> tuple[Scenes, Deeds, Outcomes]:
        """The transitions of some states, with at most `rows` rows of each page."""
        return _Collator(self, rows).collate([self._states[one] for one in chosen])

    def windows(self, length: int) -> list[tuple[int, ...]]:
        """Stretches of at most `length` states that follow each other in an episode; every state is in one."""
        places = {(shard, state): place for place, (shard, state, _, _) in enumerate(self._states)}
        found: list[tuple[int, ...]] = []
        taken: set[int] = set()
        for place in range(len(self._states)):
            if place in taken:
                continue
            window = [place]
            while len(window) < length:
                shard, _, first, last = self._states[window[-1]]
                going_on = int(self._shards[shard].arrays["next_state"][first:last].max())
                following = places.get((shard, going_on))
                if following is None or following in taken or following in window:
                    break
                window.append(following)
            taken.update(window)
            found.append(tuple(window))
        return found


class _Collator:
    def __init__(self, whole: TransitionSet, rows: int) -> None:
        assert whole.vocabulary is not None, "number the set first"
        self._whole, self._rows = whole, rows
        self._kept: list[tuple[_Shard, int, Array]] = []
        """Scenes: shard, state, and which of its rows are kept."""
        self._present: dict[tuple[int, int], int] = {}
        """The scenes in which something is done."""

    def _scene(self, shard: _Shard, state: int, needed: Array) -> int:
        count = int(shard.arrays["rows_at"][state + 1] - shard.arrays["rows_at"][state])
        wanted = [row for row in dict.fromkeys(needed.tolist()) if 0 <= row < count]
        kept = np.sort(np.array([*dict.fromkeys([*wanted, *range(count)])][: self._rows], dtype=np.int64))
        self._kept.append((shard, state, kept))
        return len(self._kept) - 1

    def collate(self, states: Sequence[tuple[int, int, int, int]]) -> tuple[Scenes, Deeds, Outcomes]:
        vocabulary = self._whole.vocabulary
        assert vocabulary is not None
        parts: list[tuple[_Shard, int, int, int, int]] = []  # shard, transition, scene, base scene, group
        for group, (number, state, first, last) in enumerate(states):
            shard = self._whole._shards[number]
            scene = self._scene(shard, state, shard.arrays["deed"][first:last, 0])
            self._present[number, state] = scene
            for at in range(first, last):
                base = int(shard.arrays["base"][at])
                before = int(shard.arrays["visited"][at, base - 1]) if base else state
                parts.append((shard, at, scene, scene if not base else self._scene(shard, before, np.zeros(0)), group))
        scenes = self._scenes()
        deeds = self._deeds(parts, scenes)
        return scenes, deeds, self._outcomes(parts, scenes, len(vocabulary.prototypes))

    def _scenes(self) -> Scenes:
        count, rows = len(self._kept), max(1, *(len(kept) for _, _, kept in self._kept))
        token = self._kept[0][0].arrays["rows"].shape[1]
        found: dict[str, Array] = {
            "rows": np.zeros((count, rows, token), np.float32),
            "row_mask": np.zeros((count, rows), bool),
            "facts": np.zeros((count, rows, 4), np.float32),
            "roles": np.zeros((count, rows), np.int64),
            "bits": np.zeros((count, rows, STATES), np.float32),
            "whole": np.zeros((count, token), np.float32),
        }
        offers = []
        for place, (shard, state, kept) in enumerate(self._kept):
            arrays, start, size = shard.arrays, int(shard.arrays["rows_at"][state]), len(kept)
            assert shard.role_numbers is not None
            found["rows"][place, :size] = arrays["rows"][start + kept]
            found["row_mask"][place, :size] = True
            found["facts"][place, :size] = arrays["facts"][start + kept]
            found["roles"][place, :size] = shard.role_numbers[arrays["roles"][start + kept]]
            found["bits"][place, :size] = _unpacked(arrays["bits"][start + kept])
            found["whole"][place] = arrays["whole"][state]
            offers.append(arrays["offered"][arrays["offered_at"][state] : arrays["offered_at"][state + 1]])
        most = max(1, *(len(one) for one in offers)) if len(offers) > 1 else max(1, len(offers[0]))
        offered, mask = np.zeros((count, most, token), np.float32), np.zeros((count, most), bool)
        for place, one in enumerate(offers):
            offered[place, : len(one)], mask[place, : len(one)] = one, True
        found |= {"offered": offered, "offered_mask": mask}
        return Scenes(**{name: torch.from_numpy(array) for name, array in found.items()})

    def _deeds(self, parts: Sequence[tuple[_Shard, int, int, int, int]], scenes: Scenes) -> Deeds:
        token = scenes.rows.shape[-1]
        rows, visited = [], np.zeros((len(parts), MAX_VISITED, token), np.float32)
        mask = np.zeros((len(parts), MAX_VISITED), bool)
        for place, (shard, at, scene, _, _) in enumerate(parts):
            rows.append(self._place(scene, int(shard.arrays["deed"][at, 0])))
            before = shard.arrays["visited"][at]
            there = before >= 0
            mask[place] = there
            visited[place, there] = shard.arrays["whole"][before[there]]
        deed = np.stack([shard.arrays["deed"][at] for shard, at, _, _, _ in parts]).astype(np.int64)
        value = np.stack([shard.arrays["value"][at] for shard, at, _, _, _ in parts]).astype(np.float32)
        return Deeds(
            scene=torch.tensor([scene for _, _, scene, _, _ in parts]),
            row=torch.tensor(rows),
            verb=torch.from_numpy(deed[:, 1]),
            kind=torch.from_numpy(deed[:, 2]),
            value=torch.from_numpy(value),
            visited=torch.from_numpy(visited),
            visited_mask=torch.from_numpy(mask),
        )

    def _place(self, scene: int, row: int) -> int:
        """Where a row of a state stands among those that are kept, -1 where it isn't."""
        kept = self._kept[scene][2]
        at = int(np.searchsorted(kept, row))
        return at if row >= 0 and at < len(kept) and kept[at] == row else -1

    def _outcomes(
        self, parts: Sequence[tuple[_Shard, int, int, int, int]], scenes: Scenes, prototypes: int
    ) -> Outcomes:
        count, rows = len(parts), scenes.rows.shape[1]
        fates = np.full((count, rows), -1, np.int64)
        values = np.zeros((count, rows), np.int64)
        bits = np.zeros((count, rows, STATES), np.float32)
        came = np.zeros((count, prototypes), np.float32)
        sources: list[tuple[int, int, int]] = []
        labels = np.stack([shard.arrays["labels"][at] for shard, at, _, _, _ in parts]).astype(np.int64)
        for place, (shard, at, scene, base, _) in enumerate(parts):
            arrays, kept = shard.arrays, self._kept[base][2]
            start, size = int(arrays["fates_at"][at]), len(kept)
            fates[place, :size] = arrays["fates"][start + kept]
            values[place, :size] = arrays["new_values"][start + kept]
            bits[place, :size] = _unpacked(arrays["new_bits"][start + kept])
            assert shard.prototype_numbers is not None
            first, last = arrays["came_at_at"][at], arrays["came_at_at"][at + 1]
            for role, function, state, source, there, _ in arrays["came"][first:last].tolist():
                prototype = shard.prototype_numbers.get((role, function, state))
                if prototype is not None:
                    came[place, prototype] = 1.0
                    found = self._source(source, there, scene, rows)
                    if found >= 0:
                        sources.append((place, prototype, found))
        return Outcomes(
            base=torch.tensor([int(shard.arrays["base"][at]) for shard, at, _, _, _ in parts]),
            base_scene=torch.tensor([base for _, _, _, base, _ in parts]),
            fates=torch.from_numpy(fates),
            bits=torch.from_numpy(bits),
            values=torch.from_numpy(values),
            came=torch.from_numpy(came),
            sources=torch.tensor(sources, dtype=torch.long).reshape(-1, 3),
            right=torch.from_numpy(labels[:, 0]),
            effect=torch.from_numpy(labels[:, 1]),
            wrong_commit=torch.from_numpy(labels[:, 2]),
            over=torch.from_numpy(labels[:, 3]),
            failed=torch.from_numpy(labels[:, 4]),
            moved=torch.tensor([int(shard.arrays["moved"][at]) for shard, at, _, _, _ in parts]),
            reward=torch.tensor([_known(float(shard.arrays["worth"][at, 0])) for shard, at, _, _, _ in parts]),
            worth=torch.tensor([_worth(shard.arrays, at) for shard, at, _, _, _ in parts]),
            group=torch.tensor([group for _, _, _, _, group in parts]),
            next_scene=torch.tensor([self._next(shard, at) for shard, at, _, _, _ in parts]),
            number=torch.tensor([hash((shard.number, at)) & 0xFFFFFFF for shard, at, _, _, _ in parts]),
        )

    def _next(self, shard: _Shard, at: int) -> int:
        return self._present.get((shard.number, int(shard.arrays["next_state"][at])), -1)

    def _source(self, source: int, there: int, scene: int, rows: int) -> int:
        if source in (NEW, FROM_ACTION):
            return 0 if source == NEW else 1
        if source == FROM_ROW:
            place = self._place(scene, there)
            return FIRST_ROW + place if place >= 0 else -1
        return FIRST_ROW + rows + there


def _unpacked(bits: Array) -> Array:
    found: Array = (bits[:, None] >> np.arange(STATES) & 1).astype(np.float32)
    return found


def _known(value: float) -> float:
    return value if value >= 0 else float("nan")


def _worth(arrays: dict[str, Array], at: int) -> float:
    """The best reward still to be had after a transition, discounted; NaN where nobody knows."""
    _, to_go, best = (float(one) for one in arrays["worth"][at])
    if to_go < 0 and arrays["next_state"][at] >= 0:
        state = int(arrays["next_state"][at])
        to_go, best = float(arrays["state_to_go"][state]), float(arrays["state_best"][state])
    return best * DISCOUNT**to_go if to_go >= 0 and best >= 0 else float("nan")
