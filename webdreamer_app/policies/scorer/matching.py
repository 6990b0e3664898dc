"""How well texts of a page match the instruction and the profile, token by token.

Pooled sentence vectors lose the one word that tells two products apart; the tokens keep it. So a text is
compared by MaxSim over contextual and over static word-piece vectors, by exact overlap, and by its amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from webdreamer_app.policies.scorer.values import ValueSet, amounts, normalise, numbers
from worldmodel.text_encoder import EncodedText, TextEncoder

Floats = npt.NDArray[np.float32]
TEXT_FEATURES = 16
_STOP_WORDS = (
    "a an the of for to in on with and or it is be my me i you at by from please want need would like one some that "
    "this as so if not no than more less under below over up . , ; : ! ? ' \" - ( ) / $ s t"
)


@dataclass(frozen=True, slots=True)
class Query:
    """The instruction and the profile, encoded once an episode."""

    encoded: EncodedText
    static: Floats
    """(Li, 384)"""
    ids: frozenset[int]
    profile_ids: frozenset[int]
    amounts: tuple[float, ...]
    numbers: frozenset[str]
    text: str
    """Normalised instruction, padded with spaces for whole-word search."""
    profile_values: frozenset[str]


class Matcher:
    """Computes match features against one query. Keeps results by string for the episode."""

    def __init__(self, encoder: TextEncoder, instruction: str, values: ValueSet) -> None:
        encoded = encoder.encode([instruction])[0]
        profile = encoder.encode(list(values.values))
        self._encoder = encoder
        self._stop = _stop_ids(encoder)
        self.query = Query(
            encoded=encoded,
            static=encoder.static(encoded.ids),
            ids=frozenset(encoded.ids.tolist()) - self._stop,
            profile_ids=frozenset(token for text in profile for token in text.ids.tolist()) - self._stop,
            amounts=amounts(instruction),
            numbers=numbers(instruction),
            text=f" {' '.join(normalise(word) for word in instruction.split())} ",
            profile_values=frozenset(normalise(value) for value in values.values),
        )
        self._known: dict[str, Floats] = {}

    def features(self, texts: Sequence[str]) -> Floats:
        """Match features, (len(texts), TEXT_FEATURES), each about in -1..1."""
        fresh = sorted(set(texts) - self._known.keys())
        for text, encoded in zip(fresh, self._encoder.encode(fresh), strict=True):
            self._known[text] = self._match(text, encoded)
        if not texts:
            return np.zeros((0, TEXT_FEATURES), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])

    def coverage(self, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the instruction's content word pieces occur in each text: (len(texts), |query ids|)."""
        wanted = sorted(self.query.ids)
        found = [set(encoded.ids.tolist()) for encoded in self._encoder.encode(texts)]
        return np.array([[token in ids for token in wanted] for ids in found], dtype=bool).reshape(
            len(texts), len(wanted)
        )

    def _match(self, text: str, encoded: EncodedText) -> Floats:
        result = np.zeros(TEXT_FEATURES, dtype=np.float32)
        query = self.query
        content = [token for token in encoded.ids.tolist() if token not in self._stop]
        if len(encoded.ids) and len(query.encoded.ids):
            contextual = (encoded.contextual @ query.encoded.contextual.T).max(1)  # (T,)
            static = (self._encoder.static(encoded.ids) @ query.static.T).max(1)
            result[0:3] = (
                contextual.mean(),
                contextual.min(),
                np.sort(contextual)[: max(1, len(contextual) // 3)].mean(),
            )
            result[3:6] = static.mean(), static.min(), float((static > 0.99).mean())
            result[6] = float(encoded.pooled @ query.encoded.pooled)
        if content:
            result[7] = sum(token in query.ids for token in content) / len(content)
            result[8] = sum(token in query.profile_ids for token in content) / len(content)
            result[9] = sum(token in query.ids or token in query.profile_ids for token in content) / len(content)
        plain = normalise(text)
        result[10] = float(bool(plain) and f" {plain} " in query.text)
        result[11] = float(bool(plain) and plain in query.profile_values)
        found = numbers(text)
        result[12] = float(bool(found))
        result[13] = float(bool(found) and found <= query.numbers)
        result[14:16] = _price_features(text, query.amounts)
        return result


def _price_features(text: str, limits: tuple[float, ...]) -> tuple[float, float]:
    """(an amount within the largest amount the instruction names, an amount above it)."""
    shown = amounts(text)
    if not shown or not limits:
        return 0.0, 0.0
    return float(min(shown) <= max(limits)), float(min(shown) > max(limits))


def _stop_ids(encoder: TextEncoder) -> frozenset[int]:
    return frozenset(encoder.encode([_STOP_WORDS])[0].ids.tolist())
