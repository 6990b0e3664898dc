"""Blocks to HTML: one set of macros for each kind of markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from tasks.site.blocks import Block, Button, Field, Heading, Link, Page, Picture, name_of
from tasks.site.themes import Theme

_HERE = Path(__file__).parent
_SHAPES = {
    "cup": "mug", "pan": "kettle, frying pan", "board": "cutting board, laptop sleeve, changing mat, luggage tag",
    "jar": "storage jar, bread tin, toothbrush holder", "bottle": "vase, water bottle", "bowl": "salad bowl, food bowl",
    "cloth": "scarf, tea towel, throw blanket, blanket, bath towel, shower curtain, baby blanket, baby sling, bib",
    "shirt": "apron, t-shirt, rain jacket, running vest, bathrobe", "hat": "beanie, bike helmet, swim cap",
    "sock": "hiking socks", "glove": "gloves", "bag": "backpack, suitcase, toiletry bag, packing cube, pet carrier",
    "loop": "belt, resistance band, skipping rope, collar, dog lead, garden hose, charging cable",
    "lamp": "desk lamp, night light", "clock": "wall clock, alarm clock", "frame": "picture frame, wall mirror",
    "cushion": "cushion, neck pillow, knee pads", "roll": "doormat, yoga mat, bath mat, mouse pad",
    "can": "watering can", "plant": "plant pot, seed tray", "tool": "hammer, hand trowel",
    "house": "bird feeder, doll house", "chair": "deck chair, high chair, stool", "book": "notebook, passport holder",
    "pen": "fountain pen, screwdriver set", "toolbox": "desk organiser, tool box", "saw": "hand saw, stapler",
    "post": "monitor stand, cat tree, scratching post",
    "headphones": "headphones", "racket": "tennis racket", "box": "building set, jigsaw puzzle, board game",
    "bear": "plush bear", "train": "toy train", "kite": "kite", "top": "spinning top", "bed": "dog bed, soap dish",
    "cage": "bird cage, lantern", "device": "travel adapter, portable charger, phone case", "hammock": "hammock",
    "speaker": "speaker", "keyboard": "keyboard", "camera": "webcam, head torch",
    "basket": "laundry basket, storage basket", "brush": "shaving brush", "tape": "tape measure",
    "level": "spirit level", "rattle": "rattle", "mobile": "cot mobile",
}  # fmt: skip
"""Shape of a picture (pictures.css) → things that have it."""
_SHAPE_OF = {thing: shape for shape, things in _SHAPES.items() for thing in things.split(", ")}
_THINGS = re.compile(rf"\b({'|'.join(sorted(_SHAPE_OF, key=len, reverse=True))})\b")


def _shape(words: str) -> str:
    """The shape of what these words name; a box for what nobody thought of."""
    found = _THINGS.findall(words.lower())
    return _SHAPE_OF[max(found, key=len)] if found else "box"


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
        """The blocks in the order of the theme: where it says so, the main one of neighbouring buttons comes last.

        Pictures take the shape of what the heading or link beside them names.
        """
        blocks = [self._shaped(block, blocks) if isinstance(block, Picture) else block for block in blocks]
        if self._theme.order != 1:
            return blocks
        runs = groupby(blocks, key=lambda block: isinstance(block, Button))
        return [block for is_run, run in runs for block in (sorted(run, key=_is_primary) if is_run else run)]

    def _shaped(self, picture: Picture, blocks: Sequence[Block]) -> Picture:
        named = next((block.text for block in blocks if isinstance(block, (Heading, Link))), "")
        return replace(picture, letter=_shape(named))

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
