"""What every page of the shop is made with: the visitor's state, the theme and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.shop.catalogue import Product, categories
from tasks.shop.state import Line, Visit, dollars
from tasks.site.blocks import Block, Button, Field, Form, Heading, Link, Nav, Overlay, Page, Text
from tasks.site.themes import Lexicon, Theme, theme_named

ATTRIBUTES = ("Colour", "Material", "Feature")


@cache
def lexicon() -> Lexicon:
    return Lexicon(Path(__file__).with_name("words.toml"), Path(__file__).with_name("wide_words.toml"))


@cache
def words_of(theme: str) -> dict[str, str]:
    return lexicon().words(theme_named(theme))


@dataclass(frozen=True, slots=True)
class Scene:
    """One visitor's view of the shop."""

    visit: Visit
    theme: Theme
    words: dict[str, str]

    @classmethod
    def of(cls, visit: Visit) -> Scene:
        return cls(visit, theme_named(visit.theme), words_of(visit.theme))

    def say(self, key: str, **fields: object) -> str:
        """The theme's words for something."""
        return self.words[key].format(**fields) if fields else self.words[key]

    def title(self, product: Product) -> str:
        return product.title(self.theme.titles)

    def facts(self, product: Product) -> tuple[tuple[str, str], ...]:
        return tuple((self.say(name.lower()), value) for name, value in product.attributes)

    def page(self, title: str, main: Sequence[Block], query: str = "") -> Page:
        """With everything around it."""
        count = sum(line.quantity for line in self.visit.cart)
        account = (
            Link(self.say("orders"), "/orders"),
            Link(self.say("wishes"), "/wishlist"),
            Link(self.say("account"), "/account"),
            Link(f"{self.say('cart')} ({count})", "/cart"),
        )
        box = Form(
            "/search",
            (Field("text", "q", self.say("search"), query), Button(self.say("search_button"))),
            "get",
            self.say("search_button"),
        )
        return Page(
            title,
            main,
            brand=self.theme.brand,
            search=box,
            account=Nav(self.say("account_nav"), account),
            sections=Nav(self.say("sections_nav"), tuple(Link(name, f"/category/{name}") for name in categories())),
            footer=(Text(f"{self.theme.brand}. {self.say('footer')}", "note"),),
            overlay=self._cookies(),
        )

    def bare(self, title: str, main: Sequence[Block]) -> Page:
        """As it stands in a frame."""
        return Page(title, main, brand=self.theme.brand, bare=True)

    def _cookies(self) -> Overlay | None:
        if not self.visit.has("cookies") or self.visit.consented:
            return None
        buttons = (
            Button(self.say("cookies_all"), "choice", "all"),
            Button(self.say("cookies_few"), "choice", "few", "secondary"),
        )
        return Overlay(self.say("cookies"), (Text(self.say("cookies_text")), Form("/consent", buttons)))

    def line(self, line: Line) -> list[Block]:
        """A line of a cart or an order: title, what it is, what was chosen, how many, what it costs."""
        product, chosen = line.product, [f"{name}: {value}" for name, value in line.options.items()]
        if line.monthly:
            chosen.append(self.say("every_month"))
        if line.protected:
            chosen.append(self.say("with_protection"))
        chosen.append(self.say("each", price=dollars(line.each_cents)))
        blocks: list[Block] = [
            Link(self.title(product), f"/product/{product.id}"),
            Text(" · ".join(f"{name}: {value}" for name, value in self.facts(product))),
            Text(" · ".join(chosen)),
            Text(self.say("quantity_line", count=line.quantity)),
            Text(dollars(line.cents), "price"),
        ]
        if line.seller:
            blocks.insert(2, Text(self.say("sold_by", seller=line.seller)))
        return blocks

    def seller(self, name: str = "") -> str:
        return self.say("sold_by", seller=name or self.theme.brand)


def lacking(scene: Scene, query: str = "") -> Page:
    """The page for what does not exist."""
    main = (Heading(scene.say("not_found")), Link(scene.say("to_start"), "/"))
    return scene.page(scene.say("not_found"), main, query)
