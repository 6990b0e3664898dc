"""Blocks to HTML: one set of macros for each kind of markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tasks.site.blocks import Block, Field, Page, name_of
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


class Renderer:
    """Writes pages in one theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def page(self, page: Page) -> str:
        """A whole document."""
        return str(self._macro("page")(page, self.show, self._theme)).strip() + "\n"

    def show(self, block: Block) -> Markup:
        """One block with everything in it."""
        if isinstance(block, Field) and block.kind == "hidden":
            return Markup('<input type="hidden" name="{}" value="{}">').format(block.name, block.value)
        return Markup(self._macro(name_of(block))(block, self.show, self._theme))

    def _macro(self, name: str) -> Any:
        """This markup's macro; the semantic one where it has none of its own."""
        return getattr(_macros(self._theme.markup), name, None) or getattr(_macros("semantic"), name)
