"""How a site looks and talks: brand, markup, layout, order of things, and the words on its controls."""

from __future__ import annotations

import hashlib
import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SPLITS = ("train", "validation", "test")
MARKUPS = ("semantic", "soup", "tables", "components", "listed")


@dataclass(frozen=True, slots=True)
class Theme:
    """One look. What it doesn't say itself follows from its name, the same on every machine."""

    name: str
    brand: str
    split: str
    markup: str
    layout: str
    """Where the site's navigation stands: top, side or foot."""
    order: int
    """Which of the ways to order controls: 0, 1 or 2."""
    titles: int
    """Which of the ways to write a thing's title: 0 to 5."""
    framed: bool = False
    """Whether checkout and forms stand in a frame of their own."""
    one_page: bool = False
    """Whether checkout is one page instead of steps."""
    style: str = ""
    """Whose style sheet it wears; empty for its own."""
    wide: bool = False
    """Whether it draws its words from the further ones as well."""

    @property
    def sheet(self) -> str:
        """The name of its style sheet."""
        return self.style or self.name

    def draw(self, count: int, what: str) -> int:
        """A number below `count` that belongs to this theme and `what`."""
        digest = hashlib.sha256(f"{self.name}/{what}".encode()).digest()
        return int.from_bytes(digest[:8]) % count


THEMES = (
    Theme("harbour", "Harbour Goods", "train", "semantic", "top", 0, 0),
    Theme("meadow", "Meadow & Mill", "train", "soup", "side", 1, 1, one_page=True),
    Theme("ledger", "Ledgerline", "train", "tables", "top", 2, 2),
    Theme("lumen", "Lumen", "train", "components", "top", 1, 3),
    Theme("copper", "Copper Lane", "train", "listed", "foot", 0, 0, framed=True),
    Theme("atlas", "Atlas Supply", "train", "soup", "top", 2, 2),
    Theme("juniper", "Juniper", "train", "semantic", "side", 1, 3, one_page=True),
    Theme("foundry", "The Foundry", "train", "tables", "foot", 0, 1),
    Theme("saffron", "Saffron House", "validation", "listed", "side", 2, 4),
    Theme("tidewater", "Tidewater", "validation", "components", "foot", 0, 4, framed=True),
    Theme("basalt", "Basalt", "test", "soup", "foot", 1, 5, framed=True),
    Theme("orchid", "Orchid & Oak", "test", "semantic", "side", 2, 5, one_page=True),
)


LOOKS = 1000
"""How many looks are drawn for training besides the themes."""
WIDE_LOOKS = 9000
"""How many more there are whose words are drawn from some six times as many."""
WIDE_SEED = 1000
"""From this seed on training tasks happen in wide looks, and are told in a wider choice of sentences."""
_LOOK = re.compile(r"look-(0|[1-9]\d{0,3})")
_BRANDS = (
    "Alder & Sons", "Bright Corner", "Cobble Street", "Dayfield", "Everly", "Fenwick Stores", "Greenway", "Hollis",
    "Ivy Lane", "Kestrel", "Larkspur", "Maple Row", "Northgate", "Oakham", "Pine Market", "Quayside", "Redfern",
    "Silverdale", "Thornbury", "Westmoor",
)  # fmt: skip


@cache
def by_name() -> Mapping[str, Theme]:
    return {theme.name: theme for theme in THEMES}


def of_split(split: str) -> tuple[Theme, ...]:
    return tuple(theme for theme in THEMES if theme.split == split)


@cache
def theme_named(name: str) -> Theme:
    """A theme, or one of the looks that are drawn for training: `look-0` to `look-9999`. Raises KeyError."""
    match = _LOOK.fullmatch(name)
    return _look(int(match[1])) if match else by_name()[name]


def is_theme(name: str) -> bool:
    """Whether there is such a theme or look."""
    return name in by_name() or _LOOK.fullmatch(name) is not None


def _look(number: int) -> Theme:
    """Every trait drawn by itself from those of the training themes; so are its words, by its name."""
    trained = of_split("train")
    chance = random.Random(f"look {number}")
    return Theme(
        name=f"look-{number}",
        brand=chance.choice(_BRANDS),
        split="train",
        markup=chance.choice(MARKUPS),
        layout=chance.choice(("top", "side", "foot")),
        order=chance.randrange(3),
        titles=chance.choice([theme.titles for theme in trained]),
        framed=chance.random() < 0.25,
        one_page=chance.random() < 0.35,
        style=chance.choice([theme.name for theme in trained]),
        wide=number >= LOOKS,
    )


def pick(split: str, seed: int, index: int) -> Theme:
    """The theme of a task: those of its split in turn, but in training three times of four a drawn look.

    From seed 1000 on a training task has a wide look.
    """
    if is_wide(split, seed):
        return theme_named(f"look-{LOOKS + random.Random(f'{seed}/{index}').randrange(WIDE_LOOKS)}")
    turn, themes = seed + index, of_split(split)
    if split == "train":
        if turn % 4:
            return theme_named(f"look-{random.Random(f'{seed}/{index}').randrange(LOOKS)}")
        turn //= 4
    return themes[turn % len(themes)]


def is_wide(split: str, seed: int) -> bool:
    """Whether tasks of this seed are told and shown in a wider choice of words, as only training has them."""
    return split == "train" and seed >= WIDE_SEED


class Lexicon:
    """The words of a kind of site, from a TOML file: for each key a list a split.

    Training themes share a list, each drawing from it by its name; the themes of the other splits have one entry each,
    in the order of `THEMES`, and a key without a list for a split falls back to the list of all. `more` has further
    words for the wide looks, a list a key.
    """

    def __init__(self, path: Path, more: Path | None = None) -> None:
        self._entries: dict[str, dict[str, list[str]]] = tomllib.loads(path.read_text(encoding="utf-8"))
        self._more: dict[str, list[str]] = tomllib.loads(more.read_text(encoding="utf-8")) if more else {}

    def keys(self) -> tuple[str, ...]:
        return tuple(self._entries)

    @property
    def more(self) -> Mapping[str, list[str]]:
        """Further words of the wide looks."""
        return self._more

    @property
    def entries(self) -> Mapping[str, Mapping[str, list[str]]]:
        return self._entries

    def words(self, theme: Theme) -> dict[str, str]:
        """Key → words of this theme."""
        return {key: self._pick(theme, key, lists) for key, lists in self._entries.items()}

    def _pick(self, theme: Theme, key: str, lists: Mapping[str, list[str]]) -> str:
        choices = lists.get(theme.split) or lists["all"]
        if theme.wide:
            choices = [*choices, *self._more.get(key, ())]
        if theme.split == "train" or theme.split not in lists:
            return choices[theme.draw(len(choices), key)]
        return choices[of_split(theme.split).index(theme) % len(choices)]
