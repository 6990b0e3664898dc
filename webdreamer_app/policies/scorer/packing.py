"""States packed for training: variable-length arrays end to end, texts embedded once, one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from torch import Tensor

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.features import HISTORY_FEATURES, VERSION, StateFeatures
from webdreamer_app.policies.scorer.labels import Label
from webdreamer_app.policies.scorer.values import KINDS
from webdreamer_app.policies.scorer.vectors import Embeddings, plain_vectors, text_vectors, told_vectors, word_vectors
from webdreamer_app.policies.scorer.verbs import FILL, TYPE
from worldmodel.text_encoder import DIMENSION, TextEncoder

Array = npt.NDArray[Any]
_LEXICAL_SCALE = 255.0


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled state. `commits` names rows whose click would commit something, and whether that is wrong."""

    state: StateFeatures
    labels: tuple[Label, ...]
    commits: tuple[tuple[int, bool], ...]
    weight: float = 1.0
    meanings: tuple[int, ...] = ()
    """What each row's words mean, -1 where nobody knows; empty: nowhere."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One state, unpadded. Texts are places in tables of vectors, whose first is the empty text.

    Labels (own, offered, history) lie in that of the encoder's pooled vectors, the rest in that of mean word pieces.
    """

    own: Array  # (N,)
    context: Array  # (N,)
    numeric: Array  # (N, ROW_FEATURES) fp16
    lexical: Array  # (N, W) uint8
    links: Array  # (N, 4) int16
    verbs: Array  # (N, len(ROW_VERBS)) uint8
    offered: Array  # (V,)
    offered_facts: Array  # (V, 3) int16
    history_text: Array  # (H,)
    history: Array  # (H, HISTORY_FEATURES) fp16
    history_rows: Array  # (H,) int16
    advice: Array  # (A,)
    advice_rows: Array  # (A,) int16
    page: Array  # (PAGE_FEATURES,) fp16
    page_verbs: Array  # (len(PAGE_VERBS),) uint8
    instruction: Array  # (1,)
    words: Array  # (2,) first word of the instruction in the table of words, and their number


@dataclass(frozen=True, slots=True)
class Tables:
    """What samples point into."""

    pooled: Tensor  # (texts, 384) by the encoder
    plain: Tensor  # (long texts, 384) mean word pieces
    words: Tensor  # (words, 384) mean word pieces
    told: Tensor  # (words, 384) by the encoder, each in its sentence


class Texts:
    """Numbers strings in order of first sight; the empty one is 0."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {"": 0}

    def place(self, text: str) -> int:
        return self.places.setdefault(text, len(self.places))

    def all(self, texts: Iterable[str]) -> Array:
        return np.array([self.place(text) for text in texts], dtype=np.int32)


class Instructions:
    """Numbers the words of instructions, one instruction behind the other."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        self._next = 0

    def place(self, instruction: str, count: int) -> Array:
        if instruction not in self.places:
            self.places[instruction] = (self._next, count)
            self._next += count
        return np.array(self.places[instruction], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Numbering:
    """What numbers the strings of samples."""

    texts: Texts = field(default_factory=Texts)
    plain: Texts = field(default_factory=Texts)
    instructions: Instructions = field(default_factory=Instructions)


def to_sample(state: StateFeatures, numbering: Numbering) -> Sample:
    """The arrays of a state."""
    texts, plain = numbering.texts, numbering.plain
    kinds = [(KINDS.index(one.kind), one.start, one.length) for one in state.values.offered]
    return Sample(
        own=texts.all(state.texts),
        context=plain.all(state.contexts),
        numeric=state.numeric.astype(np.float16),
        lexical=np.rint(state.lexical * _LEXICAL_SCALE).astype(np.uint8),
        links=state.links.astype(np.int16),
        verbs=state.verbs.astype(np.uint8),
        offered=texts.all([one.says for one in state.values.offered]),
        offered_facts=np.array(kinds, dtype=np.int16).reshape(-1, 3),
        history_text=texts.all(state.history_texts),
        history=state.history.astype(np.float16).reshape(-1, HISTORY_FEATURES),
        history_rows=state.history_rows.astype(np.int16),
        advice=plain.all(state.advice),
        advice_rows=np.array([advised_row(one, state) for one in state.advice], dtype=np.int16),
        page=state.page.astype(np.float16),
        page_verbs=state.page_verbs.astype(np.uint8),
        instruction=plain.all([state.instruction]),
        words=numbering.instructions.place(state.instruction, len(state.values.words)),
    )


def advised_row(advice: str, state: StateFeatures) -> int:
    """The first row whose words stand in quotes in a piece of advice, -1 where none do."""
    found = (place for place, row in enumerate(state.rows) if row.text and f"{row.text!r}" in advice)
    return next(found, -1)


def tables_of(numbering: Numbering, encoder: TextEncoder, known: Embeddings | None = None) -> Tables:
    """Vectors of numbered texts, fp32, and of words, fp16. `known`: what was encoded before."""
    pooled = text_vectors(list(numbering.texts.places), encoder, known)
    spoken = numbering.instructions.places
    told = [text.split()[:count] for text, (_, count) in spoken.items()]
    words = [word for one in told for word in one]
    nothing = np.zeros((1, DIMENSION), np.float32)
    return Tables(
        torch.from_numpy(pooled),
        torch.from_numpy(plain_vectors(list(numbering.plain.places), encoder)),
        torch.from_numpy(np.concatenate([word_vectors(words, encoder).astype(np.float16), nothing.astype(np.float16)])),
        torch.from_numpy(np.concatenate([told_vectors(told, encoder), nothing.astype(np.float16)])),
    )


def collate(samples: Sequence[Sample], tables: Tables) -> Batch:
    """Pad to the longest of each axis (at least one, so that no axis is empty)."""
    own, row_mask = _pad([one.own for one in samples], np.int64)
    words, word_mask = _pad([np.arange(one.words[0], one.words[0] + one.words[1]) for one in samples], np.int64)
    offered, offered_mask = _pad([one.offered for one in samples], np.int64)
    past, history_mask = _pad([one.history_text for one in samples], np.int64)
    advice, advice_mask = _pad([one.advice for one in samples], np.int64)
    places = [np.flatnonzero(one.verbs[:, FILL] | one.verbs[:, TYPE]) for one in samples]
    chosen, field_mask = _pad(places, np.int64)
    dtype, pooled, plain = tables.pooled.dtype, tables.pooled, tables.plain
    return Batch(
        own=pooled[own],
        context=plain[_pad([one.context for one in samples], np.int64)[0]],
        numeric=_pad([one.numeric for one in samples], np.float32)[0].to(dtype),
        row_mask=row_mask,
        lexical=_pad_twice([one.lexical for one in samples], own.shape[1], words.shape[1]) / _LEXICAL_SCALE,
        links=_pad([one.links for one in samples], np.int64, -1)[0],
        verb_mask=_pad([one.verbs for one in samples], np.bool_)[0],
        fields=chosen,
        field_mask=field_mask,
        instruction=plain[torch.tensor([int(one.instruction[0]) for one in samples])],
        words=tables.words[words].to(dtype),
        told=tables.told[words].to(dtype),
        word_mask=word_mask,
        offered=pooled[offered],
        offered_facts=_pad([one.offered_facts for one in samples], np.int64)[0],
        offered_mask=offered_mask,
        history_text=pooled[past],
        history=_pad([one.history for one in samples], np.float32)[0].to(dtype),
        history_rows=_pad([one.history_rows for one in samples], np.int64, -1)[0],
        history_mask=history_mask,
        advice=plain[advice],
        advice_rows=_pad([one.advice_rows for one in samples], np.int64, -1)[0],
        advice_mask=advice_mask,
        page=torch.from_numpy(np.stack([one.page for one in samples]).astype(np.float32)).to(dtype),
        page_mask=torch.from_numpy(np.stack([one.page_verbs for one in samples]).astype(bool)),
    )


def _pad(parts: Sequence[Array], dtype: Any, empty: int = 0) -> tuple[Tensor, Tensor]:
    """(B, longest, …) and its (B, longest) mask."""
    longest = max(1, *(len(part) for part in parts)) if len(parts) > 1 else max(1, len(parts[0]))
    result = np.full((len(parts), longest, *parts[0].shape[1:]), empty, dtype=dtype)
    mask = np.zeros((len(parts), longest), dtype=bool)
    for place, part in enumerate(parts):
        result[place, : len(part)] = part
        mask[place, : len(part)] = True
    return torch.from_numpy(result), torch.from_numpy(mask)


def _pad_twice(parts: Sequence[Array], rows: int, columns: int) -> Tensor:
    result = np.zeros((len(parts), rows, columns), dtype=np.float32)
    for place, part in enumerate(parts):
        result[place, : part.shape[0], : part.shape[1]] = part
    return torch.from_numpy(result)


FLAT = frozenset({"page", "page_verbs", "instruction", "words"})
"""Arrays of one size in every sample."""
RAGGED = "lexical"
"""Its second axis varies too: it lies flat, and its width is the number of words."""


class Packer:
    """Collects examples as arrays, in the process that made them."""

    def __init__(self) -> None:
        self.numbering = Numbering()
        self._columns: dict[str, list[Array]] = {}
        self.count = 0

    def add(self, example: Example) -> None:
        sample = to_sample(example.state, self.numbering)
        for one in fields(Sample):
            value = getattr(sample, one.name)
            self._put(one.name, value.reshape(-1) if one.name == RAGGED else value)
        labels = np.array([label.numbers for label in example.labels], dtype=np.int32).reshape(-1, 5)
        self._put("labels", labels)
        self._put("commits", np.array([(row, int(bad)) for row, bad in example.commits], np.int32).reshape(-1, 2))
        known = example.meanings or (-1,) * len(sample.own)
        self._put("meanings", np.array(known, dtype=np.int16))
        self._put("weight", np.array([example.weight], dtype=np.float32))
        self.count += 1

    def _put(self, name: str, value: Array) -> None:
        self._columns.setdefault(name, []).append(value)

    def arrays(self) -> dict[str, Array]:
        """Everything end to end; `*_at` says where each example begins."""
        result: dict[str, Array] = {}
        for name, parts in self._columns.items():
            result[name] = np.stack(parts) if name in FLAT or name == "weight" else np.concatenate(parts)
            if name not in FLAT and name != "weight":
                result[f"{name}_at"] = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)
        return result

    def write(self, path: Path, facts: Mapping[str, object]) -> None:
        """A shard: arrays and the strings that they number."""
        strings = json.dumps(
            {
                "texts": list(self.numbering.texts.places),
                "plain": list(self.numbering.plain.places),
                "instructions": self.numbering.instructions.places,
            }
        )
        tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in self.arrays().items()}
        tensors["strings"] = torch.frombuffer(bytearray(strings.encode()), dtype=torch.uint8)
        save_file(tensors, path, {"facts": json.dumps(facts), "features": str(VERSION)})
