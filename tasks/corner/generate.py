"""Tasks from a seed: a target product, what is said of it, and who gets it."""

from __future__ import annotations

import hashlib
import math
import random
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from tasks.corner import wording
from tasks.corner.catalogue import Product, products
from tasks.corner.state import DELIVERY, PAYMENT
from tasks.site import names
from tasks.task import Task

SPLITS = ("train", "validation", "test")
_SUITE = "corner"
_DRAWN_BY = "shop"
"""What chance begins with, beside split, seed and index."""
_SUBSTANCES = {
    "recycled": "recycled material",
    "vegan": "vegan leather",
    "woven": "woven fabric",
    "waxed-cotton": "waxed-cotton fabric",
    "kraft": "kraft paper",
}
"""What a thing is made of, where the material's own word is an adjective."""


def split_of(product: Product) -> str:
    """The split that may ask for this product: 60 / 15 / 25 in a hundred, by a hash of its title."""
    place = int(hashlib.sha256(product.title.encode()).hexdigest()[:8], 16) % 100
    return "train" if place < 60 else "validation" if place < 75 else "test"


@cache
def targets(split: str) -> tuple[Product, ...]:
    return tuple(product for product in products() if split_of(product) == split)


def make_task(split: str, seed: int, index: int) -> Task:
    """The task of this split, seed and index; the same on every machine."""
    chance, name = _source(split, seed, index)
    return _task(name, split, seed, index, chance, _wish(chance, split))


def make_variant(task: Task, number: int) -> Task:
    """The same wish in the same kind of sentence, with exactly one thing changed: quantity, option, product, …"""
    chance, name = _source(task.split, task.seed, task.index)
    wish = _wish(chance, task.split)
    _flip(wish, random.Random(f"{_DRAWN_BY}{name.removeprefix(_SUITE)}~{number}"), task.split)
    return _task(f"{name}~{number}", task.split, task.seed, task.index, chance, wish)


def _source(split: str, seed: int, index: int) -> tuple[random.Random, str]:
    name = f"{_SUITE}/{split}/{seed}/{index}"
    return random.Random(f"{_DRAWN_BY}/{split}/{seed}/{index}"), name


def _task(name: str, split: str, seed: int, index: int, chance: random.Random, wish: _Wish) -> Task:
    return Task(
        id=name,
        suite=_SUITE,
        split=split,
        seed=seed,
        index=index,
        instruction=_say(chance, split, wish),
        profile=wish.profile,
        answer=_answer(wish),
    )


def _flip(wish: _Wish, chance: random.Random, split: str) -> None:
    """Change one constraint to another value that exists."""
    kinds = ["quantity", "quantity", "product", "person", "address line", "delivery", "payment"]
    match chance.choice(kinds + (["option"] * 2 if wish.product.options else [])):
        case "quantity":
            wish.quantity = chance.choice([count for count in (1, 2, 3) if count != wish.quantity])
        case "option":
            name, values = chance.choice(wish.product.options)
            others = [value for value in values if value not in ("None", wish.options.get(name))]
            wish.options = {**wish.options, name: chance.choice(others)}
        case "product":
            alike = [one for one in targets(split) if one.type == wish.product.type and one != wish.product]
            if alike:
                _retarget(wish, chance.choice(alike), chance)
        case "person":
            wish.profile = wish.profile | names.person(chance, split)
        case "address line":
            line = chance.choice(("full_name", "street", "city", "postcode"))
            person = wish.recipient or wish.profile
            person[line] = names.person(chance, split)[line]
        case "delivery":
            wish.delivery = chance.choice([name for name in DELIVERY if name != wish.delivery])
        case "payment":
            wish.payment = chance.choice([name for name in PAYMENT if name != wish.payment])


def _retarget(wish: _Wish, product: Product, chance: random.Random) -> None:
    known = dict(product.attributes)
    wish.product = product
    wish.attributes = {name: known[name] for name in wish.attributes}
    if wish.limit is not None:
        limit = math.ceil(product.cents / 100 * chance.uniform(1.05, 1.4))
        wish.limit = _unambiguous(limit, product, tuple(wish.attributes))


@dataclass(slots=True)
class _Wish:
    """What is wanted; `query` is filled in by the wording."""

    product: Product
    attributes: dict[str, str]
    options: dict[str, str]
    quantity: int
    limit: int | None
    delivery: str
    payment: str
    profile: dict[str, str]
    recipient: dict[str, str] | None
    query: str = ""


def _wish(chance: random.Random, split: str) -> _Wish:
    product = chance.choice(targets(split))
    known = dict(product.attributes)
    told = chance.choices(
        (("Colour",), ("Material",), ("Colour", "Material"), ("Colour", "Material", "Feature"), ("Colour", "Feature")),
        weights=(1, 1, 4, 3, 1),
    )[0]
    chosen = [(name, values) for name, values in product.options if chance.random() < 0.6]
    options = {name: chance.choice([value for value in values if value != "None"]) for name, values in chosen}
    limit = math.ceil(product.cents / 100 * chance.uniform(1.05, 1.4)) if chance.random() < 0.75 else None
    limit = None if limit is None else _unambiguous(limit, product, told)
    other = names.person(chance, split)
    return _Wish(
        product=product,
        attributes={name: known[name] for name in told},
        options=options,
        quantity=chance.choices((1, 2, 3), weights=(7, 2, 1))[0],
        limit=limit,
        delivery=chance.choice(tuple(DELIVERY)) if chance.random() < 0.35 else "",
        payment=chance.choice(PAYMENT) if chance.random() < 0.35 else "",
        profile=names.person(chance, split) | {"email": "me@example.com", "phone": f"555 {chance.randint(1000, 9999)}"},
        recipient=other if chance.random() < 0.15 else None,
    )


def _unambiguous(limit: int, product: Product, told: tuple[str, ...]) -> int:
    """The next limit in dollars that no product in question costs exactly: "under $20" is then "at most $20"."""
    taken = {other.cents for other in products() if _alike(other, product, told)}
    while limit * 100 in taken:
        limit += 1
    return limit


def _alike(other: Product, product: Product, told: tuple[str, ...]) -> bool:
    return other.type == product.type and all(other.attribute(name) == product.attribute(name) for name in told)


def _say(chance: random.Random, split: str, wish: _Wish) -> str:
    pattern = chance.choice(wording.PATTERNS[split])
    if wish.limit is None and "{limit_first}" in pattern:
        pattern = chance.choice([one for one in wording.PATTERNS[split] if "{limit_first}" not in one])
    amount = f"${wish.limit}{' each' if wish.quantity > 1 else ''}"
    sentence = pattern.format(
        item=_item(chance, split, wish),
        options="".join(
            chance.choice(wording.OPTIONS[split]).format(name=name.lower(), value=value)
            for name, value in wish.options.items()
        ),
        limit="" if wish.limit is None else chance.choice(wording.LIMITS[split]).format(amount=amount),
        limit_first=chance.choice(wording.LIMITS_FIRST[split]).format(amount=amount),
        delivery=_clause(chance, wording.DELIVERIES[split], wish.delivery.lower()),
        payment=_clause(chance, wording.PAYMENTS[split], wish.payment.lower()),
        to=_recipient(chance, split, wish),
        to_first=_recipient_first(split, wish),
    )
    return re.sub(r"(^|[.?] )([a-z])", lambda match: match.group(1) + match.group(2).upper(), sentence)


def _clause(chance: random.Random, forms: tuple[str, ...], value: str) -> str:
    return chance.choice(forms).format(value=value) if value else ""


def _item(chance: random.Random, split: str, wish: _Wish) -> str:
    known = wish.attributes
    fields = {name: known.get(name.capitalize(), "") for name in ("colour", "material", "feature")}
    forms = [form for form in wording.ITEMS[split] if _fits(form, fields)]
    adjectives = " ".join(value for value in (fields["colour"], fields["material"]) if value)
    kind = plural(wish.product.type) if wish.quantity > 1 else wish.product.type
    form = chance.choice(forms)
    substance = _SUBSTANCES.get(fields["material"], fields["material"])
    text = form.format(adjectives=adjectives, type=kind, substance=substance, **fields)
    near = {"{colour} {type}": "colour", "{material} {type}": "material"}
    direct = next((fields[name] for start, name in near.items() if form.startswith(start)), adjectives)
    wish.query = f"{direct} {kind}".strip()
    if kind == plural(kind):
        text = text.replace(" that is ", " that are ").replace(" which is ", " which are ")
    if wish.quantity > 1:
        return f"{wish.quantity} {text}"
    article = "an" if text[0] in "aeiou" else "a"
    return text if kind == plural(kind) else f"{article} {text}"


def _fits(form: str, fields: dict[str, str]) -> bool:
    """Whether a form names exactly the attributes that are to be told."""
    named = {name for name in fields if f"{{{name}}}" in form} | ({"material"} if "{substance}" in form else set())
    if "{adjectives}" in form:
        named |= {name for name in ("colour", "material") if fields[name]}
    return named == {name for name, value in fields.items() if value}


def plural(name: str) -> str:
    return name if name.endswith("s") else f"{name}s"


def _address(person: dict[str, str]) -> str:
    return f"{person['full_name']}, {person['street']}, {person['city']}, {person['postcode']}"


def _recipient(chance: random.Random, split: str, wish: _Wish) -> str:
    if wish.recipient is None:
        return chance.choice(wording.HOME[split])
    return chance.choice(wording.RECIPIENTS[split]).format(address=_address(wish.recipient))


def _recipient_first(split: str, wish: _Wish) -> str:
    if wish.recipient is None:
        return wording.HOME_FIRST[split]
    return wording.RECIPIENTS_FIRST[split].format(address=_address(wish.recipient))


def _answer(wish: _Wish) -> dict[str, Any]:
    person = wish.recipient or {name: wish.profile[name] for name in ("full_name", "street", "city", "postcode")}
    return {
        "type": wish.product.type,
        "attributes": wish.attributes,
        "options": wish.options,
        "quantity": wish.quantity,
        "limit_cents": None if wish.limit is None else wish.limit * 100,
        "delivery": wish.delivery,
        "payment": wish.payment,
        "address": person,
        "query": wish.query,
        "acceptable": [product.title for product in products() if acceptable(product, wish)],
    }


def acceptable(product: Product, wish: _Wish) -> bool:
    """Whether a product satisfies everything that was said of it."""
    affordable = wish.limit is None or product.cents <= wish.limit * 100
    return affordable and _alike(product, wish.product, tuple(wish.attributes))
