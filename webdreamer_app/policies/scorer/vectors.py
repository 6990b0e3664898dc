"""Vectors of the texts that samples point into: the encoder's for labels, mean word pieces for what is longer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file

from worldmodel.text_encoder import DIMENSION, TextEncoder

MAX_LABEL = 7
"""Longest label, in words."""
_DIGIT = re.compile(r"\d")
_END = re.compile(r"[.!?;:][\"'”’)»]*$")
MAX_SENTENCE = 32
"""Longest stretch of an instruction that is read at once, in words."""
_AT_ONCE = 2048
MAX_TEXT = 90
"""How much of a row's text the encoder reads, in characters."""


def read_as(text: str) -> str:
    """What the encoder is given of a row's text: its beginning, with every digit as a nought.

    Figures are compared elsewhere; here they would only make every price a text of its own.
    """
    return _DIGIT.sub("0", text[:MAX_TEXT])


def word_vectors(words: Sequence[str], encoder: TextEncoder) -> npt.NDArray[np.float32]:
    """Mean word piece of each word: (len(words), 384)."""
    pieces = encoder.pieces(words)
    result = np.zeros((len(words), DIMENSION), dtype=np.float32)
    np.add.at(result, pieces.words, encoder.static(pieces.ids))
    counts = np.bincount(pieces.words, minlength=len(words)).astype(np.float32)
    return np.divide(result, np.maximum(counts, 1)[:, None], dtype=np.float32)


def sentences(words: Sequence[str]) -> list[str]:
    """Words of an instruction as the sentences that the encoder reads one by one, at most MAX_SENTENCE words each.

    Wishes that differ in a detail share all their other sentences, and so the time to read them.
    """
    found: list[list[str]] = [[]]
    for word in words:
        found[-1].append(_DIGIT.sub("0", word))
        if len(found[-1]) >= MAX_SENTENCE or (_END.search(word) and len(found[-1]) > 2):
            found.append([])
    return [" ".join(part) for part in found if part]


def told_vectors(instructions: Sequence[Sequence[str]], encoder: TextEncoder) -> npt.NDArray[np.float16]:
    """The encoder's vectors of the words of instructions, each in its sentence, one behind the other: (words, 384)."""
    parts = [sentences(words) for words in instructions]
    distinct = sorted({sentence for part in parts for sentence in part}, key=len)
    known: dict[str, npt.NDArray[np.float16]] = {}
    for start in range(0, len(distinct), _AT_ONCE):
        some = distinct[start : start + _AT_ONCE]
        for sentence, text in zip(some, encoder.encode(some), strict=True):
            count = sentence.count(" ") + 1
            total = np.zeros((count, DIMENSION), dtype=np.float32)
            np.add.at(total, text.words, text.contextual)
            pieces = np.bincount(text.words, minlength=count).astype(np.float32)
            known[sentence] = (total / np.maximum(pieces, 1)[:, None]).astype(np.float16)
    found = [known[sentence] for part in parts for sentence in part]
    return np.concatenate(found) if found else np.zeros((0, DIMENSION), dtype=np.float16)


def plain_vectors(texts: Sequence[str], encoder: TextEncoder) -> npt.NDArray[np.float32]:
    """Mean word piece of each text: (len(texts), 384)."""
    result = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    for place, text in enumerate(texts):
        ids = encoder.pieces(text.split()).ids
        if len(ids):
            result[place] = encoder.static(ids).mean(0)
    return result


def text_vectors(
    texts: Sequence[str], encoder: TextEncoder, known: Embeddings | None = None
) -> npt.NDArray[np.float32]:
    """Vectors of rows' texts, the encoder's where they are short, else mean word pieces: (texts, 384)."""
    result = plain_vectors(texts, encoder)
    short = [place for place, text in enumerate(texts) if is_short(text)]
    wanted = [read_as(texts[place]) for place in short]
    if short:
        found = known.vectors(wanted, encoder) if known else [text.pooled for text in encoder.encode(wanted)]
        result[short] = np.stack(found)
    return result


def is_short(text: str) -> bool:
    """Whether a text is a label rather than a line to read: only labels are worth the encoder's time."""
    return text.count(" ") < MAX_LABEL


class Embeddings:
    """Pooled vectors of short texts, kept in a file: each is encoded once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, int] = {}
        self._table = np.zeros((0, DIMENSION), dtype=np.float16)
        if path.exists():
            found = load_file(path)
            texts = json.loads(found["texts"].numpy().tobytes())
            self._places, self._table = {text: place for place, text in enumerate(texts)}, found["pooled"].numpy()

    def vectors(self, texts: Sequence[str], encoder: TextEncoder) -> list[npt.NDArray[np.float32]]:
        """One vector a text; what is new is written down."""
        fresh = sorted({text for text in texts if text not in self._places}, key=len)
        if fresh:
            found = np.stack([one.pooled for one in encoder.encode(fresh)]).astype(np.float16)
            self._places |= {text: len(self._table) + place for place, text in enumerate(fresh)}
            self._table = np.concatenate([self._table, found])
            told = torch.frombuffer(bytearray(json.dumps(list(self._places)).encode()), dtype=torch.uint8)
            save_file({"pooled": torch.from_numpy(self._table), "texts": told}, self._path)
        return list(self._table[[self._places[text] for text in texts]].astype(np.float32))
