"""Files of packed states read back, as one set of training examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.features import VERSION
from webdreamer_app.policies.scorer.packing import FLAT, RAGGED, Array, Numbering, Sample, Tables, collate, tables_of
from webdreamer_app.policies.scorer.vectors import Embeddings
from worldmodel.text_encoder import TextEncoder


def read_shard(path: Path) -> tuple[dict[str, Array], dict[str, Any], dict[str, Any], str]:
    """Arrays, strings, facts of a shard, and which features it holds."""
    tensors = load_file(path)
    with safe_open(path, framework="pt") as file:
        known = file.metadata() or {}
    facts: dict[str, Any] = json.loads(known.get("facts", "{}"))
    strings: dict[str, Any] = json.loads(tensors.pop("strings").numpy().tobytes())
    return {name: tensor.numpy() for name, tensor in tensors.items()}, strings, facts, known.get("features", "")


class ShardError(Exception):
    """A file of packed states doesn't fit this version."""


class PackedSet:
    """Shards in memory as one set of training examples with common tables."""

    def __init__(self) -> None:
        self._shards: list[dict[str, Array]] = []
        self._where: list[tuple[int, int]] = []
        self.numbering = Numbering()
        self.tables: Tables | None = None
        self.sources: list[int] = []
        """For each example the number of its shard's group, as `add` was given it."""
        self.facts: dict[str, Any] = {}
        """What the shards say of themselves, numbers added up."""

    def add(self, path: Path, group: int = 0) -> None:
        """Take in a shard; `embed` must follow. Raises ShardError."""
        arrays, strings, facts, version = read_shard(path)
        if version != str(VERSION):
            raise ShardError(
                f"{path} was made by another version (features {version or 'of old'} instead of {VERSION}): "
                "rehearse or pack it again."
            )
        for name, value in facts.items():
            if isinstance(value, int):
                self.facts[name] = self.facts.get(name, 0) + value
        for names, known, found in (
            (("own", "offered", "history_text"), self.numbering.texts, strings["texts"]),
            (("context", "advice", "instruction"), self.numbering.plain, strings.get("plain", strings["texts"])),
        ):
            used = sorted({int(number) for name in names for number in arrays[name].reshape(-1)})
            moved = np.zeros(len(found), dtype=np.int32)
            moved[used] = known.all([found[number] for number in used])
            for name in names:
                arrays[name] = moved[arrays[name]]
        places = self.numbering.instructions
        starts = {at: places.place(text, count)[0] for text, (at, count) in strings["instructions"].items() if count}
        arrays["words"] = np.array([(starts.get(at, 0), count) for at, count in arrays["words"].tolist()], np.int32)
        shard = len(self._shards)
        self._shards.append(arrays)
        count = len(arrays["weight"])
        self._where += [(shard, place) for place in range(count)]
        self.sources += [group] * count

    def embed(self, encoder: TextEncoder, dtype: torch.dtype, known: Embeddings | None = None) -> None:
        """Vectors of all texts, in a precision."""
        found = tables_of(self.numbering, encoder, known)
        self.tables = Tables(found.pooled.to(dtype), found.plain.to(dtype), found.words, found.told)

    def subset(self, indices: Sequence[int]) -> PackedSet:
        """Some of the examples, by the same tables."""
        found = PackedSet()
        found._shards, found.numbering, found.tables = self._shards, self.numbering, self.tables
        found._where = [self._where[index] for index in indices]
        found.sources = [self.sources[index] for index in indices]
        return found

    def shard(self, index: int) -> int:
        """Which file an example is of, in the order in which they were added; episodes are never in two."""
        return self._where[index][0]

    def __len__(self) -> int:
        return len(self._where)

    def length(self, index: int) -> int:
        """How long the example's sequence is, but for history and advice."""
        shard, place = self._where[index]
        arrays = self._shards[shard]
        rows = int(arrays["own_at"][place + 1] - arrays["own_at"][place])
        offered = int(arrays["offered_at"][place + 1] - arrays["offered_at"][place])
        return rows + offered + int(arrays["words"][place][1])

    def part(self, name: str, index: int) -> Array:
        shard, place = self._where[index]
        arrays = self._shards[shard]
        if name in FLAT or name == "weight":
            value: Array = arrays[name][place]
            return value
        at = arrays[f"{name}_at"]
        piece: Array = arrays[name][int(at[place]) : int(at[place + 1])]
        return piece

    def batch(self, indices: Sequence[int]) -> Batch:
        assert self.tables is not None, "embed() comes before batch()"
        return collate([self._sample(index) for index in indices], self.tables)

    def _sample(self, index: int) -> Sample:
        found = {one.name: self.part(one.name, index) for one in fields(Sample)}
        found[RAGGED] = found[RAGGED].reshape(len(found["own"]), int(found["words"][1]))
        return Sample(**found)
