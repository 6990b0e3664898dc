"""How one theme words a form: labels, choices, and values as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from tasks.forms.catalogue import SLOTS
from tasks.forms.checks import show_amount
from tasks.forms.specs import Item
from tasks.forms.values import MONTHS
from tasks.site.themes import Lexicon, Theme, theme_named


@cache
def lexicon() -> Lexicon:
    return Lexicon(Path(__file__).with_name("words.toml"), Path(__file__).with_name("wide_words.toml"))


@cache
def showing(theme: str) -> Showing:
    """The wording of the theme of this name."""
    found = theme_named(theme)
    return Showing(found, lexicon().words(found), found.draw(2, "decimal comma") == 1)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `value` is what is sent and stored."""

    value: str
    label: str
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class Showing:
    """Words by key, and what is made of them."""

    theme: Theme
    words: Mapping[str, str]
    comma: bool
    """Whether a comma stands before the cents."""

    def title(self, form: str) -> str:
        return self.words[f"form_{form}"]

    def label(self, item: Item) -> str:
        return self.words[f"f_{item.name}"]

    def say(self, key: str, **facts: object) -> str:
        return self.words[key].format(**facts)

    def day(self, iso: str) -> str:
        """A day in words; without one, today."""
        if not iso:
            return self.words["today"]
        found = date.fromisoformat(iso)
        return f"{found.day} {MONTHS[found.month - 1]} {found.year}"

    def choices(
        self, item: Item, lists: Mapping[str, list[str]], taken: list[str], values: Mapping[str, str]
    ) -> tuple[Choice, ...]:
        """What an item offers, in a session with these lists, while the form holds these values."""
        if item.options:
            return tuple(Choice(key, self.words[key]) for key in item.options)
        if item.choices == "slots":
            return tuple(self._slot(slot, f"{values.get('day', '')} {slot}" in taken) for slot in SLOTS)
        found = [self._named(name, name in taken) for name in lists.get(item.choices, [])]
        return (*found, Choice("new", self.words["new"])) if item.choices == "payees" else tuple(found)

    def _slot(self, slot: str, is_taken: bool) -> Choice:
        return Choice(slot, self.say("taken", what=slot) if is_taken else slot, is_taken)

    def _named(self, name: str, is_taken: bool) -> Choice:
        return Choice(name, self.say("full", what=name) if is_taken else name, is_taken)

    def value(self, item: Item, canonical: str) -> str:
        """A stored value as a review shows it."""
        if item.kind == "checkbox":
            return self.words["yes" if canonical == "yes" else "no"]
        if item.options:
            return self.words.get(canonical, "")
        if item.choices == "payees" and canonical == "new":
            return self.words["new"]
        if item.kind == "date":
            return self.day(canonical) if canonical else ""
        if item.kind == "amount":
            return f"{show_amount(int(canonical), self.comma)}" if canonical else ""
        return canonical
