"""What a person sees of a page before they approve something on it: what was typed and chosen, and what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webdreamer_app.types import Action, Element, Observation

_SCOPES = frozenset({"dialog", "main", "article", "form"})
_ROWS = frozenset({"row", "listitem"})
_MAX_LINES = 18
_MAX_CHARACTERS = 110


def summary(action: Action, observation: Observation) -> list[str]:
    """Lines for a question: the fields sent along, then the texts around the target, rows joined."""
    target = observation.find(action.bid)
    if target is None:
        return []
    fields = [f"{field.name or 'unnamed field'}: {value}" for field, value in _fields(target, observation)]
    shown = list(dict.fromkeys(_texts(_scope(target, observation.elements))))
    lines = [_short(line) for line in (*fields, *shown)]
    return [*lines[:_MAX_LINES], "…"] if len(lines) > _MAX_LINES else lines


def _fields(target: Element, observation: Observation) -> Iterator[tuple[Element, str]]:
    """Filled fields and chosen options of the target's form."""
    if target.form is None:
        return
    for element in observation.elements:
        if element.form != target.form or not element.bid:
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
