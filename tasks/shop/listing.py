"""The shop's home, its categories and its search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tasks.shop.catalogue import Product, products
from tasks.shop.scene import ATTRIBUTES, Scene
from tasks.shop.state import OTHER_SELLER, dollars, price_of
from tasks.site.blocks import Block, Button, Field, Form, Group, Heading, Items, Link, Nav, Option, Page, Picture, Text

SORTS = ("match", "price", "rating")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a listing is narrowed down to; values that make no sense are as good as none."""

    attributes: Mapping[str, str]
    most_cents: int | None
    sort: str
    page: int

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        most, page = query.get("most", "").strip().lstrip("$"), query.get("page", "1")
        return cls(
            {name: query[name.lower()] for name in ATTRIBUTES if query.get(name.lower())},
            int(float(most) * 100) if most.replace(".", "", 1).isdecimal() and len(most) < 10 else None,
            query.get("sort", "") if query.get("sort", "") in SORTS else "match",
            int(page) if page.isdecimal() and 0 < len(page) < 6 else 1,
        )

    def narrowed(self, found: Sequence[Product]) -> list[Product]:
        kept = [
            product
            for product in found
            if all(product.attribute(name) == value for name, value in self.attributes.items())
            and (self.most_cents is None or product.cents <= self.most_cents)
        ]
        if self.sort == "price":
            kept.sort(key=lambda product: product.cents)
        elif self.sort == "rating":
            kept.sort(key=lambda product: -product.rating)
        return kept

    def query(self, **changed: object) -> dict[str, object]:
        said: dict[str, object] = {name.lower(): value for name, value in self.attributes.items()}
        if self.most_cents is not None:
            said["most"] = f"{self.most_cents / 100:g}"
        if self.sort != "match":
            said["sort"] = self.sort
        return said | changed


def home(scene: Scene) -> Page:
    step = len(products()) // 8
    first = scene.theme.draw(step, "featured")
    main = (
        Heading(scene.say("home_heading")),
        Text(scene.say("home_text")),
        Heading(scene.say("featured"), 2),
        _cards(scene, products()[first::step][:8]),
    )
    return scene.page(scene.say("home_heading"), main)


def listing(scene: Scene, title: str, found: Sequence[Product], path: str, query: str, wanted: Wanted) -> Page:
    """One page of results; what another seller offers stands beside it."""
    size = (20, 12, 16)[scene.theme.order]
    narrowed = wanted.narrowed(found)
    last = max(1, -(-len(narrowed) // size))
    page = min(max(wanted.page, 1), last)
    shown = narrowed[(page - 1) * size : page * size]
    main: list[Block] = [Heading(title)]
    if shown:
        main.append(Text(scene.say("count", count=len(narrowed), page=page, last=last)))
        main += [_cards(scene, shown), *_pages(scene, path, query, wanted, page, last)]
    else:
        main.append(Text(scene.say("nothing")))
    filters = Group((_filters(scene, found, path, query, wanted),), scene.say("filters"), "aside")
    main.insert(len(main) if scene.theme.order == 2 else 1, filters)
    return scene.page(title, main, query)


def _cards(scene: Scene, shown: Sequence[Product]) -> Items:
    items: list[tuple[Block, ...]] = []
    for product in shown:
        items.append(_card(scene, product, ""))
        if scene.visit.has("seller"):
            items.append(_card(scene, product, OTHER_SELLER))
    return Items(tuple(items))


def _card(scene: Scene, product: Product, seller: str) -> tuple[Block, ...]:
    address = f"/product/{product.id}" + ("?seller=other" if seller else "")
    blocks: list[Block] = [
        Picture(product.attribute("Colour"), product.type[0]),
        Link(scene.title(product), address),
        Text(" · ".join(f"{name}: {value}" for name, value in scene.facts(product))),
        Text(dollars(price_of(product, seller)), "price"),
        Text(scene.say("rating", stars=product.rating / 10, count=product.ratings)),
    ]
    if scene.visit.has("seller"):
        blocks.append(Text(scene.seller(seller)))
    if product.id in scene.visit.sold_out and not seller:
        blocks.append(Text(scene.say("sold_out"), "status"))
    return tuple(blocks)


def _pages(scene: Scene, path: str, query: str, wanted: Wanted, page: int, last: int) -> list[Block]:
    def to(number: int) -> str:
        said: dict[str, object] = {"q": query} if query else {}
        return f"{path}?{urlencode(said | wanted.query(page=number))}"

    links = []
    if page > 1:
        links.append(Link(scene.say("previous_page"), to(page - 1)))
    if page < last:
        links.append(Link(scene.say("next_page"), to(page + 1)))
    return [Nav(scene.say("count", count=last, page=page, last=last), tuple(links))] if links else []


def _filters(scene: Scene, found: Sequence[Product], path: str, query: str, wanted: Wanted) -> Form:
    fields: list[Block] = []
    for name in ATTRIBUTES[:2]:
        values = _values(scene, found, name)
        fields.append(Field("select", name.lower(), scene.say(name.lower()), wanted.attributes.get(name, ""), values))
    most = "" if wanted.most_cents is None else f"{wanted.most_cents / 100:g}"
    fields.append(Field("text", "most", scene.say("price_to"), most))
    sorts = tuple(Option(name, scene.say(f"by_{name}")) for name in SORTS)
    fields.append(Field("select", "sort", scene.say("sort"), wanted.sort, sorts))
    if query:
        fields.append(Field("hidden", "q", "", query))
    return Form(path, (*fields, Button(scene.say("filter_button"), kind="secondary")), "get")


def _values(scene: Scene, found: Sequence[Product], name: str) -> tuple[Option, ...]:
    there = sorted({product.attribute(name) for product in found})[:24]
    return (Option("", scene.say("any")), *(Option(value, value) for value in there))
