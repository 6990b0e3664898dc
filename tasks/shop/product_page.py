"""One product: what it is, what can be chosen, and the ways to get it."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.shop.catalogue import Product
from tasks.shop.scene import Scene
from tasks.shop.state import OTHER_SELLER, dollars, price_of
from tasks.site.blocks import Block, Button, Facts, Field, Form, Group, Heading, Link, Option, Page, Picture, Text

_KINDS = ("select", "radio", "swatch", "select")


def product_page(
    scene: Scene, product: Product, seller: str = "", error: str = "", chosen: Mapping[str, str] | None = None
) -> Page:
    """`chosen`: what was sent before and refused."""
    title = scene.title(product)
    main: list[Block] = [
        Heading(title),
        Picture(product.attribute("Colour"), product.type[0]),
        Text(dollars(price_of(product, seller)), "price"),
        Facts(scene.facts(product)),
        Text(scene.say("rating", stars=product.rating / 10, count=product.ratings)),
    ]
    if scene.visit.has("seller"):
        main.append(Text(scene.seller(seller)))
    if error:
        main.append(Text(error, "alert"))
    if product.id in scene.visit.sold_out and not seller:
        main.append(Text(scene.say("sold_out"), "status"))
        main.append(Form(f"/wishlist/add/{product.id}", (Button(scene.say("wish"), kind="secondary"),)))
    else:
        main.append(_form(scene, product, seller, chosen or {}))
    if scene.visit.has("seller") and not seller:
        main.append(_other_offer(scene, product))
    return scene.page(title, main)


def _form(scene: Scene, product: Product, seller: str, chosen: Mapping[str, str]) -> Form:
    fields: list[Block] = [_option(scene, product, place, chosen) for place in range(len(product.options))]
    stepper = scene.theme.draw(2, "quantity")
    quantity = Field(
        "stepper" if stepper else "number",
        "quantity",
        scene.say("quantity"),
        chosen.get("quantity", "1"),
        low="1",
        high="20",
    )
    fields.insert(0 if scene.theme.order == 1 else len(fields), quantity)
    fields += _extras(scene, chosen)
    whose = "?seller=other" if seller else ""
    buttons: list[Block] = [Button(scene.say("add_to_cart"))]
    if scene.visit.has("express"):
        buttons.append(Button(scene.say("buy_now"), kind="secondary", to=f"/buy/{product.id}{whose}"))
    buttons.append(Button(scene.say("wish"), kind="secondary", to=f"/wishlist/add/{product.id}"))
    return Form(f"/cart/add/{product.id}{whose}", (*fields, Group(tuple(buttons), kind="bar")))


def _option(scene: Scene, product: Product, place: int, chosen: Mapping[str, str]) -> Field:
    name, values = product.options[place]
    gone = {value for number, option, value in scene.visit.gone if number == product.id and option == name}
    kind = _KINDS[(scene.theme.draw(len(_KINDS), name) + place) % len(_KINDS)]
    options = tuple(
        Option(value, scene.say("option_gone", value=value) if value in gone else value, value in gone)
        for value in values
    )
    first = next((value for value in values if value not in gone), "")
    must_choose = scene.theme.draw(3, f"choose {name}") == 0
    if must_choose and kind == "select":
        options = (Option("", scene.say("choose")), *options)
    return Field(kind, name, name, chosen.get(name, "" if must_choose else first), options)


def _extras(scene: Scene, chosen: Mapping[str, str]) -> list[Block]:
    extras: list[Block] = []
    if scene.visit.has("monthly"):
        plans = (Option("monthly", scene.say("monthly")), Option("once", scene.say("once")))
        extras.append(Field("radio", "plan", scene.say("how_often"), chosen.get("plan", "monthly"), plans))
    ticked = scene.visit.has("protection")
    if ticked or scene.theme.draw(2, "protection"):
        before = "yes" if ticked else ""
        extras.append(Field("checkbox", "protection", scene.say("protection"), chosen.get("protection", before)))
    return extras


def _other_offer(scene: Scene, product: Product) -> Group:
    price = dollars(price_of(product, OTHER_SELLER))
    words = scene.say("other_offer_link", price=price, seller=OTHER_SELLER)
    return Group((Link(words, f"/product/{product.id}?seller=other"),), scene.say("other_offer"), "aside")
