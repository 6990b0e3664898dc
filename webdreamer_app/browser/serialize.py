"""A page as text: one line an element, in accessibility-tree style. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webdreamer_app.types import Dialog, Download, Element, Tab


def serialize(
    title: str,
    url: str,
    elements: Sequence[Element],
    tabs: Sequence[Tab] = (),
    dialogs: Sequence[Dialog] = (),
    downloads: Sequence[Download] = (),
) -> str:
    """The page's text: a header, open tabs, dialogs and downloads, then the elements indented by depth."""
    return "\n".join([*header(title, url, tabs, dialogs, downloads), *map(line, elements)])


def header(
    title: str,
    url: str,
    tabs: Sequence[Tab] = (),
    dialogs: Sequence[Dialog] = (),
    downloads: Sequence[Download] = (),
    longest: int | None = None,
) -> list[str]:
    """The lines above the elements. `longest`: characters after which titles, addresses and messages are cut."""

    def cut(text: str) -> str:
        return quote(text if longest is None or len(text) <= longest else f"{text[:longest]}…")

    lines = [f"page {cut(title)} url={cut(url)}"]
    if len(tabs) > 1:
        lines += [f"tab {tab.index} {cut(tab.title)}{' active' if tab.active else ''}" for tab in tabs]
    lines += [f"dialog {dialog.kind} {cut(dialog.message)}" for dialog in dialogs]
    return lines + [_download_words(download, cut) for download in downloads]


def _download_words(download: Download, cut: Callable[[str], str]) -> str:
    """What became of a file that a page handed over."""
    if download.problem:
        return f"download {cut(download.name)} not taken: {cut(download.problem)}"
    return f"download {cut(download.name)} kept, {download.size} bytes"


def line(element: Element) -> str:
    """One element's line."""
    parts = [f"[{element.bid}] {element.role}" if element.bid else element.role]
    if element.name:
        parts.append(quote(element.name))
    if element.level:
        parts.append(f"level={element.level}")
    if element.value is not None:
        parts.append(f"value={quote(element.value)}")
    if element.options:
        parts.append(f"options=[{', '.join(quote(option) for option in element.options)}]")
    parts += _flags(element)
    return "  " * element.depth + " ".join(parts)


def quote(text: str) -> str:
    """Single quotes around, backslashes before what would end or break the line."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _flags(element: Element) -> list[str]:
    flags = [
        ("checked", element.checked is True),
        ("checked=mixed", element.checked == "mixed"),
        ("selected", element.selected is True),
        ("expanded", element.expanded is True),
        ("collapsed", element.expanded is False),
        ("disabled", element.disabled),
        ("covered", element.covered),
        ("required", element.required),
        ("readonly", element.readonly),
        ("scrollable", element.scrollable),
    ]
    words = [name for name, holds in flags if holds]
    return [*words, f"invalid={quote(element.invalid)}"] if element.invalid else words
