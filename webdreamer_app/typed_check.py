"""What was typed against the fields it was typed into: a street without a number, an address without an `@`.

Evidence only ever adds risk. A field whose label says nothing of its kind is no evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from webdreamer_app.page_check import Evidence
from webdreamer_app.types import Element, History, Step

IMPLAUSIBLE = 0.8
"""Risk when a value can hardly be what its field asks for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field: how its label reads, and how its values do."""

    name: str
    label: re.Pattern[str]
    value: re.Pattern[str]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


KINDS = (
    Kind("an e-mail address", _words(r"\be-?mail\b"), _words(r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$")),
    Kind("a postcode", _words(r"\b(?:post(?:al)? ?code|zip(?: ?code)?|plz)\b"), _words(r"^(?=[^\d]*\d)[\w\s-]{3,10}$")),
    Kind(
        "a phone number",
        _words(r"\b(?:tele)?phone\b|\bmobile(?: number)?\b"),
        _words(r"^(?:[\s()+./-]*\d){5,}[\s()+./-]*$"),
    ),
    Kind("a street and number", _words(r"\bstreet and (?:house )?n"), _words(r"^(?=\D*\d)(?=[\d\W_]*[^\W\d_])")),
    Kind("a city", _words(r"^(?:city|town)\b"), _words(r"^\D{2,}$")),
    Kind(
        "a full name",
        _words(r"\b(?:full name|first and last name|name on card)\b"),
        _words(r"^\D*[^\W\d_]\D*\s+\D*[^\W\d_]\D*$|^[^\d\x00-\u024f]+$"),
    ),
)
_SEVERAL = re.compile(r"\bor\b|[/,]|\b(?:subject|message|user ?name|login|state)\b", re.I)
"""Labels of fields that take one of several kinds, or something else that is called alike."""


def check_typed(history: History) -> Evidence:
    """What the fields that were filled last on this way hold, against what they ask for."""
    strange = []
    for (label, kind), value in _typed(history).items():
        found = next((one for one in KINDS if one.name == kind), None)
        if found is not None and value.strip() and not found.value.search(value.strip()[:200]):
            strange.append(f"{value[:40]!r} in {label!r} does not look like {kind}")
    return Evidence(IMPLAUSIBLE, "; ".join(strange)) if strange else Evidence()


def _typed(history: History) -> dict[tuple[str, str], str]:
    """The value typed last into each labelled field, by its label and kind."""
    result: dict[tuple[str, str], str] = {}
    for step in history.steps:
        if step.action.verb not in _TYPING or not step.outcome.executed or step.outcome.error or step.outcome.unknown:
            continue
        field = step.observation.find(step.action.bid)
        kind = _kind(field) if field is not None else ""
        if field is not None and kind:
            result[field.name, kind] = _held(step)
    return result


_TYPING = frozenset({"fill", "type", "paste"})


def _held(step: Step) -> str:
    """What the field holds then: typing and pasting add to what was there."""
    text = str(step.action.value[0]) if step.action.value else ""
    after = step.outcome.observation.find(step.action.bid) if step.outcome.observation is not None else None
    return text if step.action.verb == "fill" or after is None or after.value is None else after.value


def _kind(field: Element) -> str:
    if field.role == "searchbox" or field.input_type == "search":
        return ""
    if field.input_type == "email":
        return KINDS[0].name
    if _SEVERAL.search(field.name):
        return ""
    return next((kind.name for kind in KINDS if kind.label.search(field.name)), "")
