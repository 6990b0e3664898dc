"""What can be typed into a field: spans of the instruction, the person's own facts, and what both make of each other.

A date is offered as fields take it, an amount with a point and with a comma, a quotation whole, however long it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_SPAN = 6
MAX_WORDS = 112
MAX_PROFILE = 20
MAX_OFFERED = 44
TRIM = " \t\n.,;:!?()[]\"'“”‘’«»"
KINDS = ("profile", "date", "point", "comma", "number", "quotation", "file")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NUMERALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELLED = {word: number for number, word in enumerate(_NUMERALS, 1)}


@dataclass(frozen=True, slots=True)
class Offered:
    """A value that needs no span: `text` is typed, `says` tells what it is, `kind` is one of KINDS."""

    text: str
    says: str
    kind: str
    start: int = 0
    """First word of the instruction that it comes from."""
    length: int = 0
    """How many words; 0 for what isn't from the instruction."""


@dataclass(frozen=True, slots=True)
class ValueSet:
    """Words of the instruction (at most 112) and what is offered besides (at most 44), in fixed order."""

    words: tuple[str, ...]
    offered: tuple[Offered, ...]

    def span(self, start: int, length: int) -> str:
        """Text of `length` words from `start`, without the punctuation around it."""
        return " ".join(self.words[start : start + length]).strip(TRIM)

    def spans_equal_to(self, text: str) -> list[tuple[int, int]]:
        """(start, length) of every span that reads as `text`, case and punctuation around it aside."""
        wanted = normalise(text)
        length = len(wanted.split())
        if not wanted or length > MAX_SPAN:
            return []
        starts = range(len(self.words) - length + 1)
        return [(start, length) for start in starts if normalise(self.span(start, length)) == wanted]

    def offered_equal_to(self, text: str) -> list[int]:
        """Places of the offered values that read as `text`."""
        wanted = normalise(text)
        return [place for place, one in enumerate(self.offered) if normalise(one.text) == wanted]


def value_set(instruction: str, profile: Mapping[str, str]) -> ValueSet:
    """The values of a task. Cut at MAX_WORDS and MAX_OFFERED."""
    words = tuple(instruction.split()[:MAX_WORDS])
    offered = [Offered(value, spoken_key(key), "profile") for key, value in sorted(profile.items())[:MAX_PROFILE]]
    seen = {(one.kind, one.text) for one in offered}
    for one in _derived(" ".join(words)):
        if (one.kind, one.text) not in seen:
            seen.add((one.kind, one.text))
            offered.append(one)
    return ValueSet(words, tuple(offered[:MAX_OFFERED]))


def normalise(text: str) -> str:
    """Lower case, whitespace collapsed, punctuation at the ends dropped."""
    return re.sub(r"\s+", " ", text).strip(TRIM).lower()


def spoken_key(key: str) -> str:
    """A profile key as words: `full_name` → `full name`."""
    return re.sub(r"[_.\-]+", " ", key)


_QUOTED = re.compile(r"[\"“«]([^\"“”«»]{2,200})[\"”»]")
_FILE = re.compile(r"\b[\w\-]+\.(?:txt|pdf|docx?|odt|rtf|csv|xlsx?|png|jpe?g|gif|zip|md)\b", re.I)
_NAMED = "|".join(f"{month}|{month[:3]}" for month in _MONTHS)
_DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<n>{_NAMED})\.?,? (?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b(?P<n>{_NAMED})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b", re.I),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})\b"),
)
_MONEY = re.compile(
    r"(?:(?:[$€£]|\b(?:usd|eur|gbp)\b) ?(?P<before>\d[\d.,' ]*\d|\d))"
    r"|(?:(?P<after>\d[\d.,']*\d|\d) ?(?:[$€£]|(?:dollars?|euros?|pounds?|usd|eur|gbp|bucks)\b))",
    re.I,
)
_WORD = re.compile(r"[a-z]+|\d+", re.I)


def _derived(text: str) -> Iterator[Offered]:
    for found in _QUOTED.finditer(text):
        yield _at(text, found, found[1].strip(), "quotation", "quotation")
    for found in _FILE.finditer(text):
        yield _at(text, found, found[0], "file", "file")
    for pattern in _DATES:
        for found in pattern.finditer(text):
            if iso := _iso(found):
                yield _at(text, found, iso, "date", "date")
    for found in _MONEY.finditer(text):
        cents = cents_of(found["before"] or found["after"])
        if cents is not None:
            yield _at(text, found, f"{cents // 100}.{cents % 100:02d}", "amount of money", "point")
            yield _at(text, found, f"{cents // 100},{cents % 100:02d}", "amount of money", "comma")
    for found in _WORD.finditer(text):
        number = _SPELLED.get(found[0].lower())
        if number is not None:
            yield _at(text, found, str(number), "number", "number")


def _at(text: str, found: re.Match[str], value: str, says: str, kind: str) -> Offered:
    first = text.count(" ", 0, found.start())
    return Offered(value, says, kind, first, text.count(" ", found.start(), found.end()) + 1)


def _iso(found: re.Match[str]) -> str:
    parts = found.groupdict()
    month = int(parts["m"]) if parts.get("m") else _month(parts["n"])
    day, year = int(parts["d"]), int(parts["y"])
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def _month(name: str) -> int:
    return next(place for place, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3]))


def cents_of(text: str) -> int | None:
    """An amount as people write it, in cents: `1,250`, `1.250,50`, `84.9`. None for what is none."""
    plain = re.sub(r"[ ']", "", text)
    marks = [place for place, letter in enumerate(plain) if letter in ".,"]
    cut = len(plain)
    if marks and len(plain) - marks[-1] - 1 != 3:  # three digits behind the last mark: it stands between thousands
        cut = marks[-1]
    whole = re.sub(r"[.,]", "", plain[:cut])
    rest = re.sub(r"[.,]", "", plain[cut:])
    if not whole.isdigit() or len(whole) > 9 or not (rest.isdigit() or not rest):
        return None
    return int(whole) * 100 + int((rest + "00")[:2])


_AMOUNT = re.compile(
    r"(?:[$€£]\s?(\d[\d,]{0,14}(?:[.]\d{1,2})?))"
    r"|(?:(?<![\d,.])(\d[\d,]{0,14}(?:[.]\d{1,2})?)\s?(?:dollars|euros?|pounds|usd|eur|bucks|[$€£]))"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def amounts(text: str) -> tuple[float, ...]:
    """Amounts of money named in a text, in its own currency."""
    return tuple(float((first or second).replace(",", "")) for first, second in _AMOUNT.findall(text.lower()))


def numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(text))
