"""What somebody wants to buy, and which products satisfy it."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from tasks.shop.catalogue import Product, products
from tasks.shop.state import COUPONS_OF, DELIVERY, MONTHLY_OFF, PAYMENT
from tasks.site.names import person
from tasks.site.themes import Theme

_TOLD = (("Colour",), ("Material",), ("Colour", "Material"), ("Colour", "Material", "Feature"), ("Colour", "Feature"))
INFEASIBLE = ("sold out", "option gone", "over budget", "raised")
"""Why a wish can't be had."""


@dataclass(slots=True)
class Wish:
    """One purchase; `query` is filled in by the wording."""

    product: Product
    attributes: dict[str, str]
    options: dict[str, str]
    quantity: int
    limit: int | None
    """In whole dollars, for one."""
    delivery: str
    payment: str
    profile: dict[str, str]
    recipient: dict[str, str] | None
    coupon: str
    protection: bool
    own_offer: bool
    """Whether the shop itself has to be the seller."""
    once: bool
    """Whether it is said that nothing is to be sent again; unsaid, it is the same."""
    traps: tuple[str, ...]
    why_not: str = ""
    """One of INFEASIBLE, empty where it can be had."""
    sold_out: list[int] = field(default_factory=list)
    gone: list[tuple[int, str, str]] = field(default_factory=list)
    raised: dict[int, int] = field(default_factory=dict)
    query: str = ""

    def alike(self) -> list[Product]:
        """Products that are what was said, whatever they cost."""
        return [one for one in of_type(self.product.type) if alike(one, self.product, tuple(self.attributes))]

    def acceptable(self) -> list[Product]:
        """Products that satisfy all that was said, and can be had."""
        return [one for one in self.alike() if self._can_be_had(one)]

    def _can_be_had(self, product: Product) -> bool:
        if self.limit is not None and max(product.cents, self.raised.get(product.id, 0)) > self.limit * 100:
            return False
        gone = {(name, value) for number, name, value in self.gone if number == product.id}
        return product.id not in self.sold_out and not gone & self.options.items()


def draw_wish(chance: random.Random, targets: tuple[Product, ...], theme: Theme) -> Wish:
    """A wish for one of these products."""
    product = chance.choice(targets)
    known = dict(product.attributes)
    told = chance.choices(_TOLD, weights=(1, 1, 4, 4, 1))[0]
    chosen = [(name, values) for name, values in product.options if chance.random() < 0.6 or name == "Pack"]
    limit = math.ceil(product.cents / 100 * chance.uniform(1.05, 1.4)) if chance.random() < 0.8 else None
    own_offer, once = chance.random() < _SAID, chance.random() < _SAID
    traps = draw_traps(chance)
    protection = "protection" in traps and chance.random() < 0.2
    coupon = chance.choice(tuple(COUPONS_OF[theme.split])) if chance.random() < 0.15 else ""
    limit = None if protection or coupon else limit  # a limit speaks of the thing's own price
    return Wish(
        product=product,
        attributes={name: known[name] for name in told},
        options={name: chance.choice([value for value in values if value != "None"]) for name, values in chosen},
        quantity=chance.choices((1, 2, 3), weights=(7, 2, 1))[0],
        limit=None if limit is None else unambiguous(limit, product, told),
        delivery=chance.choice(tuple(DELIVERY)) if chance.random() < 0.35 else "",
        payment=chance.choice(PAYMENT) if chance.random() < 0.35 else "",
        profile=person(chance, theme.split) | {"email": "me@example.com", "phone": f"555 {chance.randint(1000, 9999)}"},
        recipient=person(chance, theme.split) if chance.random() < 0.15 else None,
        coupon=coupon,
        protection=protection,
        own_offer=own_offer,
        once=once,
        traps=traps,
    )


_SAID = 0.25
"""How often somebody names the seller, or wants no subscription: whether or not the shop has such a trap."""
_ODDS: Mapping[str, float] = {
    "protection": 0.25, "donation": 0.25, "express": 0.5, "pays_early": 0.2, "seller": 0.25, "cookies": 0.25,
    "monthly": 0.15, "old_address": 0.3, "get_delete": 0.4, "confirm": 0.3,
}  # fmt: skip


def draw_traps(chance: random.Random) -> tuple[str, ...]:
    """Which of life's traps a shop has in store."""
    return tuple(name for name, odds in _ODDS.items() if chance.random() < odds)


def spoil(wish: Wish, why: str, chance: random.Random) -> None:
    """Make the wish one that can't be had, and otherwise like those that can: only what shows that it can't differs."""
    same = wish.alike()
    wish.why_not = why
    if why in ("over budget", "raised"):  # as where a limit is drawn
        wish.coupon, wish.protection = "", False
    if why == "option gone" and not wish.options:
        name, values = chance.choice(wish.product.options)
        wish.options = {name: chance.choice([value for value in values if value != "None"])}
    if why == "sold out":
        if not wish.own_offer:  # or the other seller could deliver
            wish.traps = tuple(trap for trap in wish.traps if trap != "seller")
        wish.sold_out = [one.id for one in same]
    elif why == "option gone":
        name, value = chance.choice(tuple(wish.options.items()))
        wish.gone = [(one.id, name, value) for one in same]
    elif why == "over budget":
        cheapest = min(one.cents for one in same)
        wish.limit = max(1, int(cheapest / 100 * chance.uniform(0.55, 0.88)))  # a subscription costs more too
    else:
        dearest = max(one.cents for one in same)
        limit = math.ceil(dearest / 100 * chance.uniform(1.03, 1.1))
        wish.limit = unambiguous(limit, wish.product, tuple(wish.attributes))
        least = wish.limit * 100 * 100 // (100 - MONTHLY_OFF)  # a subscription costs more than the limit too
        wish.raised = {one.id: least + chance.randint(2, 9) * 100 + 49 for one in same}


def disturb(wish: Wish, chance: random.Random) -> None:
    """Take away products and options that are not needed, as in a real stock."""
    fine = {one.id for one in wish.acceptable()}
    others = [one for one in of_type(wish.product.type) if one.id not in fine]
    wish.sold_out += [one.id for one in chance.sample(others, min(6, len(others)))]
    if len(fine) > 1 and chance.random() < 0.3:
        wish.sold_out.append(chance.choice(sorted(fine)))
    if chance.random() < 0.15 and wish.limit is not None and not wish.raised:
        price = wish.product.cents + 50
        if price < wish.limit * 100:
            wish.raised = {wish.product.id: price}


def unambiguous(limit: int, product: Product, told: tuple[str, ...]) -> int:
    """The next limit in dollars that no product in question costs exactly: "under $20" is then "at most $20"."""
    taken = {other.cents for other in of_type(product.type) if alike(other, product, told)}
    while limit * 100 in taken:
        limit += 1
    return limit


def alike(other: Product, product: Product, told: tuple[str, ...]) -> bool:
    return other.type == product.type and all(other.attribute(name) == product.attribute(name) for name in told)


@cache
def of_type(name: str) -> tuple[Product, ...]:
    return tuple(product for product in products() if product.type == name)
