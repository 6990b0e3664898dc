"""What a person sees of a page before they approve something on it: what was typed and chosen, and what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webdreamer_app.effects import same_form
from webdreamer_app.types import Action, Element, Observation

_SCOPES = frozenset({"dialog", "main", "article", "form"})
_ROWS = frozenset({"row", "listitem"})
_MAX_FIELDS = 20
_MAX_LINES = 18
_MAX_CHARACTERS = 110


def summary(action: Action, observation: Observation) -> list[str]:
    """Lines for a question: the fields sent along, then the texts around the target, rows joined."""
    asked, fields, shown = _parts(action, observation)
    return [_short(line) for line in (*asked, *_cut(fields, _MAX_FIELDS), *_cut(shown, _MAX_LINES))]


def everything(action: Action, observation: Observation) -> list[str]:
    """The same, whole."""
    return [line for part in _parts(action, observation) for line in part]


def _parts(action: Action, observation: Observation) -> tuple[list[str], list[str], list[str]]:
    """What a dialog asks, what is sent along, what is shown."""
    asked = [f"{dialog.kind}: {dialog.message!r}" for dialog in observation.dialogs]
    target = observation.find(action.bid)
    if target is None:
        return asked, [], []
    fields = [f"{field.name or 'unnamed field'}: {value}" for field, value in _fields(target, observation)]
    return asked, fields, list(dict.fromkeys(_texts(_scope(target, observation.elements))))


def _cut(lines: list[str], most: int) -> list[str]:
    return [*lines[:most], f"… and {len(lines) - most} more"] if len(lines) > most else lines


def _fields(target: Element, observation: Observation) -> Iterator[tuple[Element, str]]:
    """Filled fields and chosen options of the target's form, or around a target that is in none."""
    for element in _scope(target, observation.elements) if target.form is None else observation.elements:
        if not element.bid or (target.form is not None and not same_form(element, target)):
            continue
        if element.checked:
            yield element, "chosen" if element.role == "radio" else "yes"
        elif element.value:
            yield element, repr(element.value)


def _scope(target: Element, elements: Sequence[Element]) -> Sequence[Element]:
    """What is in the widest part of the page that is about the target: a dialog, else the main part, else its form."""
    at = next(place for place, element in enumerate(elements) if element is target)
    above: list[int] = []
    depth = target.depth
    for place in range(at - 1, -1, -1):
        if elements[place].depth < depth:
            depth = elements[place].depth
            above.append(place)
    found = [place for place in above if elements[place].role in _SCOPES]
    if not found:
        return elements
    dialogs = [place for place in found if elements[place].role == "dialog"]
    start = dialogs[0] if dialogs else found[-1]
    end = next(
        (place for place in range(start + 1, len(elements)) if elements[place].depth <= elements[start].depth),
        len(elements),
    )
    return elements[start:end]


def _texts(elements: Sequence[Element]) -> Iterator[str]:
    """Texts and headings; those of one row or list item on one line."""
    row: list[str] = []
    row_depth = -1
    for element in elements:
        if row_depth >= 0 and element.depth <= row_depth:
            yield from _joined(row)
            row, row_depth = [], -1
        if element.role in _ROWS and row_depth < 0:
            row_depth = element.depth
        is_text = element.role in ("text", "heading", "cell", "status", "alert") or (row_depth >= 0 and element.href)
        if not is_text or not element.name or not element.visible:
            continue
        if row_depth >= 0:
            row.append(element.name)
        else:
            yield element.name
    yield from _joined(row)


def _joined(parts: Sequence[str]) -> Iterator[str]:
    if parts:
        yield " · ".join(parts)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"
