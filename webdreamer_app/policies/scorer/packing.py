"""States packed for training: variable-length arrays end to end, texts embedded once, one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from webdreamer_app.policies.scorer.features import StateFeatures
from webdreamer_app.policies.scorer.labels import Label, verb_mask
from webdreamer_app.policies.scorer.network import Batch
from webdreamer_app.policies.scorer.values import MAX_PROFILE, MAX_WORDS, spoken_key
from worldmodel.text_encoder import DIMENSION, TextEncoder

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled state. `commits` names rows whose click would commit something, and whether that is wrong."""

    state: StateFeatures
    labels: tuple[Label, ...]
    commits: tuple[tuple[int, bool], ...]
    weight: float = 1.0


@dataclass(slots=True)
class _Texts:
    """Numbers strings in order of first sight."""

    places: dict[str, int]

    def place(self, text: str) -> int:
        return self.places.setdefault(text, len(self.places))


def pack(examples: Iterable[Example], encoder: TextEncoder) -> dict[str, Array]:
    """Arrays of all examples; what varies in length lies end to end with `*_at` offsets."""
    texts = _Texts({"": 0})
    instructions = _Texts({})
    columns: dict[str, list[Array]] = {}
    offsets: dict[str, list[int]] = {}

    def put(name: str, value: Array) -> None:
        columns.setdefault(name, []).append(value)

    def put_many(name: str, value: Array) -> None:
        put(name, value)
        offsets.setdefault(name, [0]).append(offsets[name][-1] + len(value) if name in offsets else len(value))

    for example in examples:
        state = example.state
        put("instruction", np.array([instructions.place(state.instruction)], dtype=np.int32))
        put("weight", np.array([example.weight], dtype=np.float32))
        put_many("own", np.array([texts.place(text) for text in state.texts], dtype=np.int32))
        put_many("context", np.array([texts.place(text) for text in state.contexts], dtype=np.int32))
        put_many("numeric", state.numeric.astype(np.float16))
        put_many("verbs", verb_mask(state).astype(np.uint8))
        put_many("keys", np.array([texts.place(spoken_key(key)) for key in state.values.keys], dtype=np.int32))
        put_many("history_text", np.array([texts.place(text) for text in state.history_texts], dtype=np.int32))
        put_many("history", state.history.astype(np.float16))
        selects = [(row, len(labels)) for row, labels in state.options]
        put_many("selects", np.array(selects, dtype=np.int32).reshape(-1, 2))
        option_ids = [texts.place(label) for _, labels in state.options for label in labels]
        put_many("options", np.array(option_ids, dtype=np.int32))
        matches = [match for match in state.option_matches if len(match)]
        put_many(
            "option_numeric",
            (np.concatenate(matches) if matches else np.zeros((0, 16), np.float32)).astype(np.float16),
        )
        labels = [(int(label.kind), label.first, label.second, label.third) for label in example.labels]
        put_many("labels", np.array(labels, dtype=np.int32).reshape(-1, 4))
        put_many("commits", np.array([(row, int(wrong)) for row, wrong in example.commits], np.int32).reshape(-1, 2))
    arrays = {name: np.concatenate(parts) for name, parts in columns.items()}
    arrays.update({f"{name}_at": np.array(places, dtype=np.int64) for name, places in offsets.items()})
    return arrays | _embed(list(texts.places), list(instructions.places), encoder)


def _embed(texts: Sequence[str], instructions: Sequence[str], encoder: TextEncoder) -> dict[str, Array]:
    pooled = [text.pooled for text in encoder.encode(texts)]
    words = [word_vectors(instruction, encoder) for instruction in instructions]
    return {
        "pooled": np.stack(pooled).astype(np.float16),
        "instruction_pooled": np.stack([text.pooled for text in encoder.encode(instructions)]).astype(np.float16),
        "words": np.concatenate(words).astype(np.float16),
        "words_at": np.cumsum([0] + [len(part) for part in words], dtype=np.int64),
    }


def word_vectors(instruction: str, encoder: TextEncoder) -> npt.NDArray[np.float32]:
    """Mean contextual vector of each whitespace-separated word: (W ≤ 72, 384)."""
    encoded = encoder.encode([instruction])[0]
    count = min(len(instruction.split()), MAX_WORDS)
    result = np.zeros((count, DIMENSION), dtype=np.float32)
    seen = np.zeros(count, dtype=np.float32)
    for vector, word in zip(encoded.contextual, encoded.words, strict=True):
        if word < count:
            result[word] += vector
            seen[word] += 1
    return (result / np.maximum(seen, 1)[:, None]).astype(np.float32)


def save(path: Path, arrays: dict[str, Array], facts: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(arrays, path, metadata={"facts": json.dumps(facts)})


class PackedSet:
    """Packed examples, read back; makes padded batches."""

    def __init__(self, arrays: dict[str, Array], facts: dict[str, object] | None = None) -> None:
        self._arrays = arrays
        self.facts = facts or {}

    @classmethod
    def load(cls, path: Path) -> PackedSet:
        with safe_open(path, framework="np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
        return cls(arrays, facts)

    def __len__(self) -> int:
        return len(self._arrays["instruction"])

    def rows(self, index: int) -> int:
        """Number of rows of an example."""
        at = self._arrays["own_at"]
        return int(at[index + 1] - at[index])

    def part(self, name: str, index: int) -> Array:
        at = self._arrays[f"{name}_at"]
        part: Array = self._arrays[name][int(at[index]) : int(at[index + 1])]
        return part

    def batch(self, indices: Sequence[int]) -> Batch:
        return collate([self._sample(index) for index in indices])

    def weights(self, indices: Sequence[int]) -> torch.Tensor:
        return torch.from_numpy(self._arrays["weight"][list(indices)].astype(np.float32))

    def _sample(self, index: int) -> Sample:
        pooled = self._arrays["pooled"]
        instruction = int(self._arrays["instruction"][index].item())
        words_at = self._arrays["words_at"]
        options, selects, cursor = [], self.part("selects", index), 0
        option_ids, option_numeric = self.part("options", index), self.part("option_numeric", index)
        for _, count in selects.tolist():
            piece = slice(cursor, cursor + count)
            options.append((pooled[option_ids[piece]], option_numeric[piece]))
            cursor += count
        return Sample(
            own=pooled[self.part("own", index)],
            context=pooled[self.part("context", index)],
            numeric=self.part("numeric", index),
            instruction=self._arrays["instruction_pooled"][instruction],
            words=self._arrays["words"][int(words_at[instruction]) : int(words_at[instruction + 1])],
            keys=pooled[self.part("keys", index)],
            history_text=pooled[self.part("history_text", index)],
            history=self.part("history", index),
            select_rows=selects[:, 0],
            options=options,
            verbs=self.part("verbs", index),
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """The arrays of one state, unpadded; shapes as in `Batch` without the first axis."""

    own: Array
    context: Array
    numeric: Array
    instruction: Array
    words: Array
    keys: Array
    history_text: Array
    history: Array
    select_rows: Array
    options: list[tuple[Array, Array]]
    verbs: Array


def sample(state: StateFeatures, encoder: TextEncoder) -> Sample:
    """The arrays of one live state."""

    def pooled(texts: Sequence[str]) -> Array:
        vectors = [text.pooled for text in encoder.encode(texts)]
        return np.stack(vectors) if vectors else np.zeros((0, DIMENSION), np.float32)

    return Sample(
        own=pooled(state.texts),
        context=pooled(state.contexts),
        numeric=state.numeric,
        instruction=encoder.encode([state.instruction])[0].pooled,
        words=word_vectors(state.instruction, encoder),
        keys=pooled([spoken_key(key) for key in state.values.keys[:MAX_PROFILE]]),
        history_text=pooled(state.history_texts),
        history=state.history,
        select_rows=np.array([row for row, _ in state.options], dtype=np.int32),
        options=[
            (pooled(labels), match) for (_, labels), match in zip(state.options, state.option_matches, strict=True)
        ],
        verbs=verb_mask(state).astype(np.uint8),
    )


def collate(samples: Sequence[Sample]) -> Batch:
    """Pad to the longest of each axis (at least one, so that no axis is empty)."""
    own, row_mask = _pad([sample.own for sample in samples])
    words, word_mask = _pad([sample.words for sample in samples])
    keys, key_mask = _pad([sample.keys for sample in samples])
    history, history_mask = _pad([sample.history for sample in samples])
    options, option_numeric, option_mask, select_rows = _pad_options(samples)
    return Batch(
        own=own,
        context=_pad([sample.context for sample in samples])[0],
        numeric=_pad([sample.numeric for sample in samples])[0],
        row_mask=row_mask,
        instruction=torch.from_numpy(np.stack([sample.instruction for sample in samples]).astype(np.float32)),
        words=words,
        word_mask=word_mask,
        keys=keys,
        key_mask=key_mask,
        history_text=_pad([sample.history_text for sample in samples])[0],
        history=history,
        history_mask=history_mask,
        select_rows=select_rows,
        options=options,
        option_numeric=option_numeric,
        option_mask=option_mask,
        verb_mask=_pad([sample.verbs for sample in samples])[0].bool(),
    )


def _pad(parts: Sequence[Array]) -> tuple[torch.Tensor, torch.Tensor]:
    """(B, longest, …) fp32 and its (B, longest) mask."""
    longest = max(1, *(len(part) for part in parts))
    result = np.zeros((len(parts), longest, *parts[0].shape[1:]), dtype=np.float32)
    mask = np.zeros((len(parts), longest), dtype=bool)
    for place, part in enumerate(parts):
        result[place, : len(part)] = part
        mask[place, : len(part)] = True
    return torch.from_numpy(result), torch.from_numpy(mask)


def _pad_options(samples: Sequence[Sample]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """(B, S, O, 384), (B, S, O, features), (B, S, O) and (B, S)."""
    selects = max(1, *(len(sample.options) for sample in samples))
    count = max([1, *(len(labels) for sample in samples for labels, _ in sample.options)])
    vectors = np.zeros((len(samples), selects, count, DIMENSION), dtype=np.float32)
    numeric = np.zeros((len(samples), selects, count, 16), dtype=np.float32)
    mask = np.zeros((len(samples), selects, count), dtype=bool)
    rows = np.zeros((len(samples), selects), dtype=np.int64)
    for place, sample in enumerate(samples):
        rows[place, : len(sample.select_rows)] = sample.select_rows
        for select, (labels, match) in enumerate(sample.options):
            vectors[place, select, : len(labels)] = labels
            numeric[place, select, : len(match)] = match
            mask[place, select, : len(labels)] = True
    return torch.from_numpy(vectors), torch.from_numpy(numeric), torch.from_numpy(mask), torch.from_numpy(rows)
