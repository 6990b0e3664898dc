"""How the words of a page and those of the instruction match, word piece by word piece.

Pooled sentence vectors lose the one word that tells two products apart; word pieces keep it. Everything here needs the
encoder's table of word pieces only, none of its layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from webdreamer_app.policies.scorer.values import ValueSet, amounts, normalise, numbers
from worldmodel.text_encoder import TextEncoder

Floats = npt.NDArray[np.float32]
TEXT_FEATURES = 15
_STOP_WORDS = (
    "a an the of for to in on with and or it is be my me i you at by from please want need would like one some that "
    "this as so if not no than more less under below over up . , ; : ! ? ' \" - ( ) / $ € £ s t “ ” ’ d ll ve re m"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A text against the instruction."""

    features: Floats
    """(TEXT_FEATURES,)"""
    words: Floats
    """(W,) how well each word of the instruction is met by the text, 0..1; 0 for words that say nothing."""


class Lexical:
    """Matches against one instruction and its values. Keeps results by string for the episode."""

    def __init__(self, encoder: TextEncoder, values: ValueSet) -> None:
        self._encoder = encoder
        self._values = values
        self._stop = frozenset(encoder.pieces(_STOP_WORDS.split()).ids.tolist())
        said = encoder.pieces(values.words)
        self._said = frozenset(said.ids.tolist()) - self._stop
        self._piece_words = said.words  # (P,) word of each piece
        self._pieces = torch.from_numpy(encoder.static(said.ids)).T.contiguous()  # (384, P); numpy's product is slower
        self._content = np.array([piece not in self._stop for piece in said.ids.tolist()], dtype=bool)
        counts = np.bincount(said.words, weights=self._content, minlength=len(values.words))
        self._word_content = counts > 0
        self._word_sizes = np.maximum(np.bincount(said.words, minlength=len(values.words)), 1).astype(np.float32)
        self._offered_ids = (
            frozenset(piece for one in values.offered for piece in encoder.pieces(one.text.split()).ids.tolist())
            - self._stop
        )
        self._text = f" {' '.join(normalise(word) for word in values.words)} "
        self._offered = {normalise(one.text): place for place, one in reversed(list(enumerate(values.offered)))}
        instruction = " ".join(values.words)
        self._amounts, self._numbers = amounts(instruction), numbers(instruction)
        self._to_words = np.zeros((len(said.ids), len(values.words)), dtype=np.float32)
        self._to_words[np.arange(len(said.ids)), said.words] = 1.0
        self._to_words /= self._word_sizes
        self._places: dict[int, int] = {}
        self._table = np.zeros((0, len(said.ids)), dtype=np.float32)
        self._known: dict[str, Match] = {}

    def match(self, texts: Sequence[str]) -> list[Match]:
        """One match a text."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            pieces = [self._encoder.pieces(text.split()).ids.tolist() for text in fresh]
            self._known.update(zip(fresh, self._matches(fresh, pieces), strict=True))
        return [self._known[text] for text in texts]

    def offered(self, text: str) -> int:
        """Place of the offered value that reads as the text, -1 where none does."""
        plain = normalise(text)
        return self._offered.get(plain, -1) if plain else -1

    def says(self, text: str) -> bool:
        """Whether the instruction holds the text word by word."""
        plain = normalise(text)
        return bool(plain) and f" {plain} " in self._text

    def _likeness(self, pieces: Sequence[int]) -> Floats:
        """Of word pieces to those of the instruction, 0 where these say nothing: (len(pieces), P)."""
        fresh = sorted(set(pieces) - self._places.keys())
        if fresh:
            found = (torch.from_numpy(self._encoder.static(np.array(fresh))) @ self._pieces).numpy()  # (U, P)
            self._places.update((piece, len(self._table) + place) for place, piece in enumerate(fresh))
            self._table = np.concatenate([self._table, np.where(self._content, found, 0.0).astype(np.float32)])
        return self._table[[self._places[piece] for piece in pieces]]

    def _matches(self, texts: Sequence[str], pieces: Sequence[Sequence[int]]) -> list[Match]:
        features = np.zeros((len(texts), TEXT_FEATURES), dtype=np.float32)
        words = np.zeros((len(texts), len(self._values.words)), dtype=np.float32)
        content = [[piece for piece in ids if piece not in self._stop] for ids in pieces]
        filled = [place for place, ids in enumerate(content) if ids]
        if filled and self._pieces.numel():
            flat = [piece for place in filled for piece in content[place]]
            sizes = np.array([len(content[place]) for place in filled])
            starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
            likeness = self._likeness(flat)  # (ΣT, P)
            met = likeness.max(1)
            told = np.array([(piece in self._said, piece in self._offered_ids) for piece in flat], dtype=np.float32)
            shares = np.stack([met, met > 0.6, met > 0.99, told[:, 0], told[:, 1]], axis=1)
            features[np.ix_(filled, [0, 2, 3, 6, 7])] = np.add.reduceat(shares, starts) / sizes[:, None]
            features[filled, 1] = np.minimum.reduceat(met, starts)
            found = np.maximum.reduceat(likeness, starts) @ self._to_words  # (n, W)
            found = np.where(self._word_content, np.clip((found - 0.45) / 0.55, 0.0, 1.0) ** 2, 0.0)
            words[filled] = found
            features[filled, 4] = found.sum(1) / max(1.0, float(self._word_content.sum()))
            features[filled, 5] = (found > 0.95).sum(1) / 5
        for place, text in enumerate(texts):
            numbers_in = numbers(text)
            features[place, 8:14] = (
                self.says(text), self.offered(text) >= 0, bool(numbers_in),
                bool(numbers_in) and numbers_in <= self._numbers, *self._price(text),
            )  # fmt: skip
            features[place, 14] = min(len(pieces[place]), 40) / 20
        return [Match(features[place], words[place]) for place in range(len(texts))]

    def _price(self, text: str) -> tuple[float, float]:
        """(an amount within the largest amount that is named, an amount above it)."""
        shown = amounts(text)
        if not shown or not self._amounts:
            return 0.0, 0.0
        return float(min(shown) <= max(self._amounts)), float(min(shown) > max(self._amounts))
