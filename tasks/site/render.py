"""Blocks to HTML: one set of macros for each kind of markup."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from tasks.site.blocks import Block, Button, Field, Page, name_of
from tasks.site.themes import Theme

_HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "markup"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _macros(markup: str) -> Any:
    return _environment().get_template(f"{markup}.html").module


class _Writer:
    """Writes the blocks of one page; macros know it as `show`."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._ids = 0

    def __call__(self, block: Block) -> Markup:
        if isinstance(block, Field) and block.kind == "hidden":
            return Markup('<input type="hidden" name="{}" value="{}">').format(block.name, block.value)
        return Markup(self.macro(name_of(block))(block, self, self._theme))

    def macro(self, name: str) -> Any:
        """This markup's macro; the semantic one where it has none of its own."""
        return getattr(_macros(self._theme.markup), name, None) or getattr(_macros("semantic"), name)

    def fresh(self, what: str = "e") -> str:
        """An id that nothing else on the page has."""
        self._ids += 1
        return f"{what}{self._ids}"

    def arranged(self, blocks: Sequence[Block]) -> list[Block]:
        """The blocks in the order of the theme: where it says so, the main one of neighbouring buttons comes last."""
        if self._theme.order != 1:
            return list(blocks)
        runs = groupby(blocks, key=lambda block: isinstance(block, Button))
        return [block for is_run, run in runs for block in (sorted(run, key=_is_primary) if is_run else run)]

    def kind(self, block: Block | Undefined) -> str:
        """The name of its kind; empty for what a loop has before its first block and after its last."""
        return "" if isinstance(block, Undefined) else name_of(block)


def _is_primary(block: Block) -> bool:
    return isinstance(block, Button) and block.kind == "primary"


class Renderer:
    """Writes pages in one theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def page(self, page: Page) -> str:
        """A whole document."""
        writer = _Writer(self._theme)
        return str(writer.macro("page")(page, writer, self._theme)).strip() + "\n"

    def show(self, block: Block) -> Markup:
        """One block with everything in it."""
        return _Writer(self._theme)(block)
