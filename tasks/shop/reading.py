"""What the oracle reads on the shop's pages: controls, lines of carts, what an order says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tasks.pages import Line, Page
from tasks.shop.catalogue import products
from tasks.shop.scene import words_of
from tasks.shop.state import OTHER_SELLER
from tasks.site.themes import Theme, theme_named

_PRICE = re.compile(r"^\$(\d+)\.(\d\d)$")


@cache
def titles(style: int) -> Mapping[str, int]:
    """Title as this kind of shop writes it → product."""
    return {product.title(style): product.id for product in products()}


def click(line: Line) -> str:
    return f"click({line.bid!r})"


def fill(line: Line, value: str) -> str:
    return f"fill({line.bid!r}, {value!r})"


def price_in(lines: Iterable[Line]) -> int | None:
    """The first price among the lines, in cents."""
    found = next((match for line in lines if (match := _PRICE.match(line.name))), None)
    return int(found.group(1)) * 100 + int(found.group(2)) if found else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads pages in the words of one theme."""

    theme: Theme
    words: Mapping[str, str]

    @classmethod
    def of(cls, theme: str) -> Reader:
        return cls(theme_named(theme), words_of(theme))

    def say(self, key: str, **fields: object) -> str:
        return self.words[key].format(**fields) if fields else self.words[key]

    def control(self, page: Page, key: str, **fields: object) -> Line | None:
        return page.control(self.say(key, **fields))

    @property
    def titles(self) -> Mapping[str, int]:
        return titles(self.theme.titles)

    def product(self, section: Sequence[Line]) -> int:
        return self.titles[section[0].name]

    def sections(self, page: Page) -> list[tuple[Line, ...]]:
        """The page's things, each from its title to the next."""
        return page.sections(self.titles)

    def product_shown(self, page: Page) -> int | None:
        """The product that a product page is about."""
        return next((self.titles[line.name] for line in page.lines if not line.bid and line.name in self.titles), None)

    def is_sold_by_us(self, lines: Iterable[Line]) -> bool:
        return not any(line.name == self.say("sold_by", seller=OTHER_SELLER) for line in lines)

    def line_is_right(self, section: Sequence[Line], answer: Mapping[str, Any], acceptable: Iterable[int]) -> bool:
        """Whether a line of a cart or an order is what was asked for."""
        parts = {part.strip() for line in section for part in line.name.split(" · ")}
        return (
            self._is_wanted(section, answer, acceptable)
            and all(f"{name}: {value}" in parts for name, value in answer["options"].items())
            and self.say("quantity_line", count=answer["quantity"]) in parts
            and self.say("every_month") not in parts
            and (self.say("with_protection") in parts) == answer["protection"]
        )

    def _is_wanted(self, section: Sequence[Line], answer: Mapping[str, Any], acceptable: Iterable[int]) -> bool:
        """Another seller's is as good as the shop's own, unless the shop was named, within the limit."""
        if self.is_sold_by_us(section):
            return self.product(section) in acceptable
        limit, each = answer["limit_cents"], self.each_cents(section)
        fits = limit is None or (each is not None and each <= limit)
        return fits and not answer["own_offer"] and self.product(section) in answer["alike"]

    def each_cents(self, section: Sequence[Line]) -> int | None:
        """What one of a line costs."""
        before, after = (re.escape(part) for part in self.words["each"].split("{price}"))
        wanted = re.compile(rf"^{before}\$(\d+)\.(\d\d){after}$")
        parts = (part.strip() for line in section for part in line.name.split(" · "))
        found = next((match for part in parts if (match := wanted.match(part))), None)
        return int(found.group(1)) * 100 + int(found.group(2)) if found else None


def tells(page: Page, value: str) -> bool:
    """Whether the page shows this value, alone or behind its name."""
    return any(line.name == value or line.name.endswith(f" {value}") for line in page.lines if not line.bid)


def is_checked(line: Line) -> bool:
    return "checked" in line.flags or "selected" in line.flags
