"""What changed from one page to the next: which rows stayed, which went, which came, and how their state differs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from webdreamer_app.policies.scorer.rows import Row

Function = Callable[[Row], str]
"""What a row is for: a key of the site's vocabulary where that is known, else a typed slot, `<money>`."""

_SLOTS = (
    ("email", re.compile(r"\S+@\S+\.\w+")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}")),
    ("phone", re.compile(r"[+(]?\d[\d ()/-]{6,}\d")),
    ("time", re.compile(r"\d{1,2}:\d\d(?:\s?[ap]m)?", re.IGNORECASE)),
    ("money", re.compile(r"(?:[$€£]\s?[\d.,]+|[\d.,]+\s?(?:[$€£]|EUR|USD|GBP))", re.IGNORECASE)),
    ("number", re.compile(r"[\d.,]+")),
)
_DATED = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b\.?\D{0,4}\d|\d\D{0,4}\b(?:jan|feb|mar|apr|may|jun|jul"
    r"|aug|sep|oct|nov|dec)[a-z]*\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def slot_of(text: str) -> str:
    """The kind of value that a text is: `<money>`, `<date>`, `<email>`, …; `<text>` for words, `<>` for nothing."""
    shown = text.strip()
    if not shown:
        return "<>"
    for name, pattern in _SLOTS:
        if pattern.fullmatch(shown):
            return f"<{name}>"
    return "<date>" if _DATED.search(shown) and len(shown) < 30 else "<text>"


def functions_by(meaning: Callable[[Row], int], keys: Sequence[str]) -> Function:
    """Rows by what their words mean on a site: `keys[meaning(row)]`, or a typed slot where that is negative."""

    def function(row: Row) -> str:
        number = meaning(row)
        return keys[number] if number >= 0 else slot_of(row.text)

    return function


def role_of(row: Row) -> str:
    """Its role; `option` for an option of a list."""
    return "option" if row.is_option else row.element.role


STATES = ("checked", "unchecked", "filled", "empty", "disabled", "expanded", "collapsed", "selected", "invalid")
"""What a row's state is made of. An option that its list holds is `selected`."""


def state_of(row: Row) -> frozenset[str]:
    """Which of STATES hold."""
    element = row.element
    if row.is_option:
        return frozenset({"selected"} if element.value == row.text else ())
    held = (
        element.checked is True,
        element.checked is False,
        bool(element.value),
        element.value == "",
        element.disabled,
        element.expanded is True,
        element.expanded is False,
        element.selected is True,
        bool(element.invalid),
    )
    return frozenset(name for name, is_so in zip(STATES, held, strict=True) if is_so)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Places of rows on two pages."""

    kept: tuple[tuple[int, int], ...]
    """(place before, place after), in the order of before."""
    removed: tuple[int, ...]
    inserted: tuple[int, ...]


def align(before: Sequence[Row], after: Sequence[Row]) -> Alignment:
    """Which rows are the same: of one role and the same words, else of the same words but for their digits.

    Among several alike the first goes with the first. Order doesn't matter otherwise: a row that moved stays.
    """
    kept: dict[int, int] = {}
    left = list(range(len(before)))
    free = set(range(len(after)))
    for key in (_exact, _masked):
        waiting: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
        for place in sorted(free):
            waiting[key(after[place])].append(place)
        for place in left:
            found = waiting[key(before[place])]
            if found:
                kept[place] = found.popleft()
        left = [place for place in left if place not in kept]
        free -= set(kept.values())
    return Alignment(tuple(sorted(kept.items())), tuple(left), tuple(sorted(free)))


def _exact(row: Row) -> tuple[str, ...]:
    return (role_of(row), row.text, row.element.name if row.is_option else "")


def _masked(row: Row) -> tuple[str, ...]:
    return (role_of(row), _DIGITS.sub("0", row.text), row.element.name if row.is_option else "")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that changed. `sign`: `-` went, `+` came, `~` stayed with another state, value or number."""

    sign: str
    role: str
    what: str
    """The row's function, or its exact words."""
    state: frozenset[str]
    """As it was for what went, as it is then otherwise."""
    value: str = ""
    """What a field holds then; only where words are exact."""


def _is_changed(before: Row, after: Row) -> bool:
    one, other = before.element, after.element
    differs = state_of(before) != state_of(after) or before.text != after.text
    return differs or (not before.is_option and one.value != other.value)


def changed(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[str, Row, Row]]:
    """(sign, row, the same row on the page before) of everything that changed."""
    found = align(before, after)
    for place in found.removed:
        yield "-", before[place], before[place]
    for place, then in found.kept:
        if _is_changed(before[place], after[then]):
            yield "~", after[then], before[place]
    for place in found.inserted:
        yield "+", after[place], after[place]


def structure(before: Sequence[Row], after: Sequence[Row], function: Function) -> frozenset[Item]:
    """What changed as (role, function, state), values of the site's database masked as typed slots."""
    return frozenset(
        Item(sign, role_of(row), function(was if sign == "~" else row), state_of(row))
        for sign, row, was in changed(before, after)
    )


def exact(before: Sequence[Row], after: Sequence[Row]) -> frozenset[Item]:
    """What changed, word by word."""
    return frozenset(
        Item(sign, role_of(row), row.text, state_of(row), "" if row.is_option else row.element.value or "")
        for sign, row, _ in changed(before, after)
    )


def is_observable(item: Item, sources: Iterable[str]) -> bool:
    """Whether its words and its value occur in what could be read beforehand: the page, the request, the action."""
    texts = list(sources)
    return all(not wanted or any(wanted in text for text in texts) for wanted in (item.what, item.value))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts to make F1 of, over many transitions."""

    common: int = 0
    predicted: int = 0
    real: int = 0

    def __add__(self, other: Overlap) -> Overlap:
        return Overlap(self.common + other.common, self.predicted + other.predicted, self.real + other.real)

    @property
    def f1(self) -> float:
        """2·common / (predicted + real); 1 where nothing changed and nothing was predicted."""
        return 2 * self.common / (self.predicted + self.real) if self.predicted + self.real else 1.0


def overlap(predicted: frozenset[Item], real: frozenset[Item]) -> Overlap:
    """How two sets of changes meet."""
    return Overlap(len(predicted & real), len(predicted), len(real))


_MOST = 12


def describe_changes(before: Sequence[Row], after: Sequence[Row]) -> str:
    """In words, at most twelve of a kind: what went, what came and what changed, for models of language and people."""
    lines: dict[str, list[str]] = {"-": [], "~": [], "+": []}
    for sign, row, was in changed(before, after):
        told = f"{role_of(row)} {row.text!r}"
        if sign == "~":
            told = f"{role_of(was)} {was.text!r} {_how(was, row)}"
        lines[sign].append(told)
    kinds = (("~", "Changed"), ("+", "New"), ("-", "Gone"))
    parts = [_listed(name, lines[sign]) for sign, name in kinds if lines[sign]]
    return "\n".join(parts) or "Nothing changed."


def _how(was: Row, row: Row) -> str:
    parts = [f"reads {row.text!r}"] if was.text != row.text else []
    if not row.is_option and was.element.value != row.element.value:
        parts.append(f"holds {row.element.value!r}")
    came = state_of(row) - state_of(was) - {"filled", "empty"}
    parts += [f"is {name}" for name in sorted(came)]
    gone = state_of(was) - state_of(row) - {"filled", "empty", "checked", "unchecked", "expanded", "collapsed"}
    parts += [f"is no longer {name}" for name in sorted(gone)]
    return ", ".join(parts) or "differs"


def _listed(name: str, found: list[str]) -> str:
    told = [one if count == 1 else f"{one} ×{count}" for one, count in Counter(found).items()]
    more = f", and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return f"{name}: {', '.join(told[:_MOST])}{more}."
