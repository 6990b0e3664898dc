"""Reads serialized page text back into lines, for oracles."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

_STRING = r"'((?:[^'\\]|\\.)*)'"
_LINE = re.compile(rf"^( *)(?:\[(\w+)\] )?([a-z]+)(?: {_STRING})?(.*)$")
_VALUE = re.compile(rf" value={_STRING}")
_OPTIONS = re.compile(r" options=\[((?:'(?:[^'\\]|\\.)*'(?:, )?)*)\]")
_DIALOG = re.compile(r"^dialog (alert|confirm|prompt|beforeunload) '")
_GROUP = re.compile(r"^ *\[(g\d+)\] .* folded\b")
_FLAGS = re.compile(r" (checked|selected|expanded|collapsed|disabled|covered|required|readonly)\b")


@dataclass(frozen=True, slots=True)
class Line:
    """One element's line."""

    depth: int
    bid: str
    role: str
    name: str
    value: str
    options: tuple[str, ...]
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Page:
    """A serialized page: title, address, whether a dialog is open, and its lines."""

    title: str
    url: str
    dialog: str
    lines: tuple[Line, ...]
    groups: tuple[str, ...] = ()
    """References of groups that are folded."""

    def control(self, name: str, *roles: str) -> Line | None:
        """The first line that can be acted on and has this name; of these roles, where any are given."""
        found = (line for line in self.lines if line.bid and line.name == name)
        return next((line for line in found if not roles or line.role in roles), None)

    def says(self, text: str) -> bool:
        """Whether a line that nobody can act on reads like this."""
        return any(line.name == text and not line.bid for line in self.lines)

    def sections(self, starts: Container[str]) -> list[tuple[Line, ...]]:
        """Lines from each control whose name is one of `starts` to the next such one."""
        places = [place for place, line in enumerate(self.lines) if line.bid and line.name in starts]
        ends = [*places[1:], len(self.lines)]
        return [self.lines[start:end] for start, end in zip(places, ends, strict=False)]

    def first(self, role: str, name: str) -> Line | None:
        """The first line of this role whose name is `name`."""
        return next((line for line in self.lines if line.role == role and line.name == name), None)

    def starting(self, role: str, name: str) -> Line | None:
        """The first line of this role whose name starts with `name`."""
        return next((line for line in self.lines if line.role == role and line.name.startswith(name)), None)

    def heading(self) -> str:
        return next((line.name for line in self.lines if line.role == "heading"), "")

    def items(self) -> list[tuple[Line, ...]]:
        """Lines of each list item, nested ones included."""
        found: list[tuple[Line, ...]] = []
        for place, line in enumerate(self.lines):
            if line.role == "listitem":
                rest = self.lines[place + 1 :]
                length = next((i for i, other in enumerate(rest) if other.depth <= line.depth), len(rest))
                found.append(rest[:length])
        return found


def read_page(text: str) -> Page:
    """Parse serialized text; lines that don't fit the format are left out."""
    first, *others = text.split("\n")
    head = re.match(rf"page {_STRING} url={_STRING}", first)
    dialogs = [line for line in others if _DIALOG.match(line)]
    rest = [line for line in others if not _DIALOG.match(line) and not line.startswith("tab ")]
    lines = [_line(match) for raw in rest if (match := _LINE.match(raw))]
    return Page(
        title=unquote(head.group(1)) if head else "",
        url=unquote(head.group(2)) if head else "",
        dialog=dialogs[0] if dialogs else "",
        lines=tuple(lines),
        groups=tuple(found.group(1) for raw in others if (found := _GROUP.match(raw))),
    )


def _line(match: re.Match[str]) -> Line:
    indent, bid, role, name, rest = match.groups()
    value, options = _VALUE.search(rest), _OPTIONS.search(rest)
    plain = re.sub(_STRING, "", rest)
    return Line(
        depth=len(indent) // 2,
        bid=bid or "",
        role=role,
        name=unquote(name or ""),
        value=unquote(value.group(1)) if value else "",
        options=tuple(unquote(one) for one in re.findall(_STRING, options.group(1))) if options else (),
        flags=frozenset(_FLAGS.findall(plain)),
    )


def unquote(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "r": "\r"}.get(match.group(1), match.group(1)), text)
