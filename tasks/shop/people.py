"""People who shop: names, addresses, cards; and what their accounts hold before a task begins."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from tasks.shop.catalogue import Product, by_id, products
from tasks.shop.state import DELIVERY, PAYMENT, TRAPS, Address, Card, Checkout, Line, Order, Visit
from tasks.site.names import person
from tasks.site.themes import theme_named

_CARDS = ("Visa ending in", "Mastercard ending in", "Debit card ending in")
_STATUSES = ("placed", "shipped", "delivered", "delivered")


def address_line(who: Mapping[str, str]) -> str:
    return f"{who['full_name']}, {who['street']}, {who['city']}, {who['postcode']}"


def account(
    chance: random.Random, split: str, profile: Mapping[str, str], goods: tuple[Product, ...], moved: bool
) -> dict[str, Any]:
    """Addresses, cards, orders and wishes, as plain data. `moved`: the default address is an old one."""
    here = {name: profile[name] for name in ("full_name", "street", "city", "postcode")}
    places: list[dict[str, Any]] = []
    while len({one["street"] for one in (here, *places)}) < 3:
        places = [person(chance, split) | {"full_name": profile["full_name"]} for _ in range(2)]
    places = [places[0], here | {}, places[1]] if moved else [here | {}, *places]
    addresses = [place | {"id": number} for number, place in enumerate(places, 1)]
    cards = [
        {"id": number, "label": f"{chance.choice(_CARDS)} {chance.randint(1000, 9999)}"}
        for number in (11, 12)
    ]  # fmt: skip
    bought = chance.sample(goods, 4)
    first = chance.randint(1_000, 80_000)
    orders = [
        _order(chance, first + 50 * place + chance.randint(2, 40), product, here, _STATUSES[place])
        for place, product in enumerate(bought)
    ]
    wishes = [product.id for product in chance.sample(goods, 3) if product not in bought]
    return {"addresses": addresses, "default_address": 1, "cards": cards, "orders": orders, "wishes": wishes}


def _order(
    chance: random.Random, number: int, product: Product, here: Mapping[str, str], status: str
) -> dict[str, Any]:
    options, quantity = {name: chance.choice(values) for name, values in product.options}, chance.choice((1, 1, 2))
    delivery, payment = chance.choice(tuple(DELIVERY)), chance.choice(PAYMENT)
    return {
        "id": number,
        "lines": [{"id": number, "product_id": product.id, "options": options, "quantity": quantity}],
        "address": dict(here),
        "delivery": delivery,
        "payment": payment,
        "status": status,
        "cents": product.cents * quantity + DELIVERY[delivery],
    }


def addresses(data: Mapping[str, Any]) -> list[Address]:
    return [Address(**place) for place in data["addresses"]]


def cards(data: Mapping[str, Any]) -> list[Card]:
    return [Card(**card) for card in data["cards"]]


def orders(data: Mapping[str, Any], catalogue: Mapping[int, Product]) -> list[Order]:
    """The orders of earlier days."""
    return [
        Order(
            id=one["id"],
            lines=[Line(**line, each_cents=catalogue[line["product_id"]].cents) for line in one["lines"]],
            checkout=Checkout(Address(**one["address"]), one["delivery"], one["payment"]),
            total_cents=one["cents"],
            status=one["status"],
        )
        for one in data["orders"]
    ]


def visitor(theme: str) -> Visit:
    """Somebody who looks around in a theme, with an account that was used before."""
    chance = random.Random(theme)
    split = theme_named(theme).split
    data = account(chance, split, person(chance, split), products(), moved=False)
    return Visit(
        theme=theme,
        traps=[trap for trap in TRAPS if chance.random() < 0.4],
        addresses=addresses(data),
        default_address=data["default_address"],
        cards=cards(data),
        orders=orders(data, by_id()),
        wishes=data["wishes"],
    )
