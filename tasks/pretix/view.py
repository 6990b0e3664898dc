"""pretix's pages as the oracle sees them: which one it is, what stands in what, what is folded, and the cart."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from tasks.pages import Line, Page, read_page

_PATH = re.compile(r"^https?://[^/]+/[^/]+/[^/]+/(\d+|[a-z]+/[a-z]*|[a-z]*)")
_FOLDED = re.compile(r"^ *\[(g\d+)\] (\d+ .*) folded(?::|$| )", re.MULTILINE)
_IN_CART = re.compile(r" \d+× in your cart$")
_GONE = ("SOLD OUT", "FULLY BOOKED")

Kind = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the cart."""

    item: str
    variation: str
    count: int
    words: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One page."""

    text: str
    page: Page

    @property
    def place(self) -> str:
        """What follows the event in the address: ``, `26`, `redeem`, `checkout/addons`, `order/…`, …"""
        match = _PATH.match(self.page.url)
        return match.group(1) if match else ""

    @property
    def folded(self) -> list[str]:
        """Groups that can be opened."""
        return [group for group, _ in _FOLDED.findall(self.text)]

    def opening(self, *roles: str) -> tuple[str, ...]:
        """Actions that open what is folded, groups with one of these roles first; waiting where nothing is."""
        groups = sorted(_FOLDED.findall(self.text), key=lambda group: not any(role in group[1] for role in roles))
        return tuple(f"expand({group!r})" for group, _ in groups) or ("noop()",)

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.page.lines

    def says(self, words: str) -> bool:
        return any(words in line.name for line in self.lines)

    def inside(self, outer: Line) -> tuple[Line, ...]:
        """What stands in a line."""
        place = next(place for place, line in enumerate(self.lines) if line is outer)
        rest = self.lines[place + 1 :]
        length = next((i for i, line in enumerate(rest) if line.depth <= outer.depth), len(rest))
        return rest[:length]

    def article(self, name: str, lines: tuple[Line, ...] | None = None) -> Line | None:
        """The article about a ticket, an add-on or a kind of it."""
        for line in self.lines if lines is None else lines:
            if line.role == "article" and _IN_CART.sub("", line.name) == name:
                return line
        return None

    def is_gone(self, article: Line) -> bool:
        return any(line.name in _GONE for line in self.inside(article) if line.role == "text")

    def is_invalid(self, bid: str) -> bool:
        return re.search(rf"^ *\[{bid}\] .* invalid='", self.text, re.MULTILINE) is not None

    def rows(self) -> list[Row]:
        """The cart's tickets and add-ons, as far as it is shown."""
        found = []
        for line in self.lines:
            if line.role == "row":
                row = _row(self.inside(line))
                found += [row] if row else []
        return found

    def cart(self) -> Counter[Kind]:
        counts: Counter[Kind] = Counter()
        for row in self.rows():
            counts[row.item, row.variation] += row.count
        return counts


def read_view(text: str) -> View:
    return View(text, read_page(text))


def _row(lines: tuple[Line, ...]) -> Row | None:
    """A row that holds a product; others have no cells, or tell the sum."""
    words = tuple(line.name for line in lines if line.role == "text")
    if not any(line.role == "cell" for line in lines) or not words or words[0] == "Total":
        return None
    count = next((int(word) for word in words[1:] if word.isdecimal()), 0)
    name, _, variation = words[0].removeprefix("+ ").partition(" – ")
    return Row(name.strip(), variation.strip(), count, words, lines)
