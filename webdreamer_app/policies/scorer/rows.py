"""What the scorer reads of a page: its leaves and the options of its lists, each with the words of its group."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webdreamer_app.types import Element, Observation

MAX_ROWS = 160
MAX_OPTIONS = 24
"""Of one list."""
MAX_OPTION_ROWS = 72
"""Of a page."""
OPTION = "option"
_ROW_ROLES = frozenset({"listitem", "row", "group", "article", "radiogroup", "dialog", "alertdialog"})
_LEAF_ROLES = frozenset({"text", "heading", "img", "cell", "alert", "status"})
_MAX_CONTEXT = 240
MAX_TEXT = 300
"""How much of a row's words is read, in characters."""


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf of the page, or an option of the list at `parent`."""

    element: Element
    """For an option: the list that it belongs to."""
    text: str
    """Its own words: name, else value."""
    context: str
    """Words of the enclosing list item, table row or group; for an option the list's name; else empty."""
    group: int
    """Number of that enclosing node, -1 outside of one."""
    parent: int = -1
    """Place of an option's list among the rows."""

    @property
    def is_option(self) -> bool:
        return self.parent >= 0


def page_rows(observation: Observation, limit: int = MAX_ROWS) -> tuple[Row, ...]:
    """The page's leaves in document order, interactive ones kept first where the page exceeds `limit`; then options.

    What an open dialog says comes first.
    """
    groups = _enclosing_groups(observation.elements)
    contexts = _group_texts(observation.elements, groups)
    rows = [
        Row(element, _own_text(element), contexts.get(groups[index], ""), groups[index])
        for index, element in enumerate(observation.elements)
        if element.is_interactive or (element.role in _LEAF_ROLES and element.name)
    ]
    if len(rows) > limit:
        rows = _bounded(rows, limit)
    asked = [dialog.message[:MAX_TEXT] for dialog in observation.dialogs]
    rows = [*(Row(Element("alertdialog", message), message, "", -1) for message in asked), *_numbered(rows)]
    return (*rows, *_options(rows))


def _numbered(rows: list[Row]) -> list[Row]:
    """The same with groups numbered from 0 in order of first sight."""
    numbers = {group: number for number, group in enumerate(dict.fromkeys(row.group for row in rows if row.group >= 0))}
    return [replace(row, group=numbers.get(row.group, -1)) for row in rows]


def _bounded(rows: list[Row], limit: int) -> list[Row]:
    kept = [place for place, row in enumerate(rows) if row.element.is_interactive][:limit]
    others = [place for place, row in enumerate(rows) if not row.element.is_interactive]
    return [rows[place] for place in sorted([*kept, *others[: limit - len(kept)]])]


def _options(rows: list[Row]) -> list[Row]:
    found: list[Row] = []
    for place, row in enumerate(rows):
        if row.element.options and row.element.is_usable:
            name = row.element.name[:MAX_TEXT]
            found += [Row(row.element, label, name, row.group, place) for label in row.element.options[:MAX_OPTIONS]]
    return found[:MAX_OPTION_ROWS]


def _own_text(element: Element) -> str:
    return (element.name or (element.value or ""))[:MAX_TEXT]


def _enclosing_groups(elements: tuple[Element, ...]) -> list[int]:
    """For each element the nearest enclosing row-like element, -1 where there is none."""
    groups: list[int] = []
    path: list[tuple[int, int]] = []  # (depth, group in force for nodes below)
    for index, element in enumerate(elements):
        while path and path[-1][0] >= element.depth:
            path.pop()
        current = path[-1][1] if path else -1
        groups.append(current)
        path.append((element.depth, index if element.role in _ROW_ROLES else current))
    return groups


def _group_texts(elements: tuple[Element, ...], groups: list[int]) -> dict[int, str]:
    """Joined leaf texts a group, bounded in length."""
    texts: dict[int, list[str]] = {}
    for index, element in enumerate(elements):
        if groups[index] < 0 or element.role in _ROW_ROLES:
            continue
        shown = " ".join(part for part in (element.name, element.value or "") if part)
        if shown:
            texts.setdefault(groups[index], []).append(shown)
    for group, parts in texts.items():
        name = elements[group].name
        if name:
            parts.insert(0, name)
    return {group: " ".join(parts)[:_MAX_CONTEXT] for group, parts in texts.items()}
