"""What the scorer reads of a page: its leaves, each with the text of the row or group it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from webdreamer_app.types import Element, Observation

MAX_ROWS = 192
_ROW_ROLES = frozenset({"listitem", "row", "group", "article", "radiogroup", "dialog"})
_LEAF_ROLES = frozenset({"text", "heading", "img", "cell", "alert", "status"})
_MAX_CONTEXT = 240


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf of the page. `index` is its place in `Observation.elements`."""

    index: int
    element: Element
    text: str
    """Its own words: name, else value."""
    context: str
    """Words of the enclosing list item, table row or group; empty outside of one."""
    group: int
    """Place of that enclosing node among the page's elements, -1 outside of one."""


def page_rows(observation: Observation, limit: int = MAX_ROWS) -> tuple[Row, ...]:
    """The page's leaves in document order, interactive ones kept first where the page exceeds `limit`."""
    groups = _enclosing_groups(observation.elements)
    contexts = _group_texts(observation.elements, groups)
    rows = [
        Row(index, element, _own_text(element), contexts.get(groups[index], ""), groups[index])
        for index, element in enumerate(observation.elements)
        if element.is_interactive or (element.role in _LEAF_ROLES and element.name)
    ]
    if len(rows) > limit:
        interactive = [row for row in rows if row.element.is_interactive][:limit]
        others = [row for row in rows if not row.element.is_interactive][: limit - len(interactive)]
        rows = sorted(interactive + others, key=lambda row: row.index)
    return tuple(rows)


def _own_text(element: Element) -> str:
    return element.name or (element.value or "")


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
