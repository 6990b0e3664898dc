"""The values that a field can be given: spans of the instruction, and fields of the profile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_SPAN = 6
MAX_WORDS = 72
MAX_PROFILE = 24
_TRIM = " \t\n.,;:!?()[]\"'“”‘’"


@dataclass(frozen=True, slots=True)
class ValueSet:
    """Words of the instruction (at most 72) and the profile's keys and values (at most 24), in fixed order."""

    words: tuple[str, ...]
    keys: tuple[str, ...]
    values: tuple[str, ...]

    def span(self, start: int, length: int) -> str:
        """Text of `length` words from `start`, without the punctuation around it."""
        return " ".join(self.words[start : start + length]).strip(_TRIM)

    def spans_equal_to(self, text: str) -> list[tuple[int, int]]:
        """(start, length) of every span that reads as `text`, case and punctuation around it aside."""
        wanted = normalise(text)
        length = len(wanted.split())
        if not wanted or length > MAX_SPAN:
            return []
        starts = range(len(self.words) - length + 1)
        return [(start, length) for start in starts if normalise(self.span(start, length)) == wanted]

    def keys_equal_to(self, text: str) -> list[int]:
        """Places of the profile fields whose value reads as `text`."""
        wanted = normalise(text)
        return [place for place, value in enumerate(self.values) if normalise(value) == wanted]


def value_set(instruction: str, profile: Mapping[str, str]) -> ValueSet:
    items = sorted(profile.items())[:MAX_PROFILE]
    return ValueSet(
        words=tuple(instruction.split()[:MAX_WORDS]),
        keys=tuple(key for key, _ in items),
        values=tuple(value for _, value in items),
    )


def normalise(text: str) -> str:
    """Lower case, whitespace collapsed, punctuation at the ends dropped."""
    return re.sub(r"\s+", " ", text).strip(_TRIM).lower()


def spoken_key(key: str) -> str:
    """A profile key as words: `full_name` → `full name`."""
    return re.sub(r"[_.\-]+", " ", key)


_AMOUNT = re.compile(
    r"(?:[$€£]\s*(\d+(?:[.,]\d{1,2})?))|(?:(\d+(?:[.,]\d{1,2})?)\s*(?:dollars|euros?|pounds|usd|eur|bucks))"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def amounts(text: str) -> tuple[float, ...]:
    """Amounts of money named in a text, in its own currency."""
    return tuple(float((first or second).replace(",", ".")) for first, second in _AMOUNT.findall(text.lower()))


def numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(text))
