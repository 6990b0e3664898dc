"""Tasks from a seed: what is wanted, on which shop, with what in the account, and what would be right."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from functools import cache
from typing import Any

from tasks.shop import wording
from tasks.shop.catalogue import Product, adjective, by_id, products
from tasks.shop.people import account, address_line
from tasks.shop.saying import agreeing, is_plural, item, say, sentence_case
from tasks.shop.state import DELIVERY, PAYMENT, REASONS
from tasks.shop.wish import INFEASIBLE, Wish, alike, disturb, draw_traps, draw_wish, spoil, unambiguous
from tasks.site.names import person
from tasks.site.themes import Theme, pick, theme_named
from tasks.site.wide import voice
from tasks.task import Task

SUITE = "shop"
_DRAWN_BY = "store"
"""What chance begins with, beside split, seed and index."""
_KINDS = {
    "buy": 74, "wish": 5, "cancel": 5, "return": 5, "delete_address": 3, "add_address": 3, "default_address": 2,
    "delete_card": 3,
}  # fmt: skip
_CANNOT = 0.14
"""Share of purchases that can't be made."""


def split_of(product: Product) -> str:
    """The split that may ask for this product: 60 / 15 / 25 in a hundred, by a hash of its title."""
    place = int(hashlib.sha256(product.title().encode()).hexdigest()[:8], 16) % 100
    return "train" if place < 60 else "validation" if place < 75 else "test"


@cache
def targets(split: str) -> tuple[Product, ...]:
    return tuple(product for product in products() if split_of(product) == split)


def make_task(split: str, seed: int, index: int) -> Task:
    """The task of this split, seed and index; the same on every machine."""
    name = f"{SUITE}/{split}/{seed}/{index}"
    chance = _chance(split, seed, index)
    theme = pick(split, seed, index)
    kind = chance.choices(tuple(_KINDS), weights=tuple(_KINDS.values()))[0]
    task = Task(name, SUITE, split, seed, index, "", {}, {})
    if kind == "buy":
        return _buy(task, chance, theme, _drawn(chance, split, theme))
    return _other(task, chance, theme, kind)


def make_variant(task: Task, number: int) -> Task:
    """The same wish with exactly one thing changed: quantity, option, product, … A task that buys nothing stays."""
    if task.answer["kind"] != "buy" or task.answer["why_not"]:
        return task
    chance = _chance(task.split, task.seed, task.index)
    theme = pick(task.split, task.seed, task.index)
    chance.choices(tuple(_KINDS), weights=tuple(_KINDS.values()))
    wish = _drawn(chance, task.split, theme)
    _flip(wish, _chance(task.split, task.seed, f"{task.index}~{number}"), task.split)
    return _buy(replace(task, id=f"{task.id}~{number}"), chance, theme, wish)


def _chance(split: str, seed: int, index: int | str) -> random.Random:
    return random.Random(f"{_DRAWN_BY}/{split}/{seed}/{index}")


def _drawn(chance: random.Random, split: str, theme: Theme) -> Wish:
    wish = draw_wish(chance, targets(split), theme)
    if chance.random() < _CANNOT:
        spoil(wish, chance.choice(INFEASIBLE), chance)
    else:
        disturb(wish, chance)
    return wish


def _buy(task: Task, chance: random.Random, theme: Theme, wish: Wish) -> Task:
    sentence, group = say(chance, voice(task.split, task.seed), wish, theme)
    held = account(chance, task.split, wish.profile, targets(task.split), "old_address" in wish.traps)
    answer = {
        "kind": "buy",
        "group": group,
        "why_not": wish.why_not,
        "type": wish.product.type,
        "attributes": wish.attributes,
        "options": wish.options,
        "quantity": wish.quantity,
        "limit_cents": None if wish.limit is None else wish.limit * 100,
        "delivery": wish.delivery,
        "payment": wish.payment,
        "coupon": wish.coupon,
        "protection": wish.protection,
        "own_offer": wish.own_offer,
        "address": wish.recipient or {name: wish.profile[name] for name in ("full_name", "street", "city", "postcode")},
        "query": wish.query,
        "alike": [product.id for product in wish.alike()],
        "acceptable": [product.id for product in wish.acceptable()],
        "site": held
        | _site(theme, wish.traps)
        | {
            "sold_out": wish.sold_out,
            "gone": [list(one) for one in wish.gone],
            "raised": {str(number): cents for number, cents in wish.raised.items()},
        },
    }
    return replace(task, instruction=sentence, profile=wish.profile, answer=answer)


def _site(theme: Theme, traps: tuple[str, ...]) -> dict[str, Any]:
    return {"theme": theme.name, "traps": list(traps), "sold_out": [], "gone": [], "raised": {}}


def _flip(wish: Wish, chance: random.Random, split: str) -> None:
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
            same = [one for one in targets(split) if one.type == wish.product.type and one != wish.product]
            same = [one for one in same if not alike(one, wish.product, tuple(wish.attributes))]
            if same:
                wish.product = chance.choice(same)
                wish.attributes = {name: wish.product.attribute(name) for name in wish.attributes}
                if wish.limit is not None:
                    wish.limit = unambiguous(wish.product.cents // 100 + 3, wish.product, tuple(wish.attributes))
                wish.sold_out, wish.raised = [], {}
        case "person":
            wish.profile = wish.profile | person(chance, split)
        case "address line":
            line = chance.choice(("full_name", "street", "city", "postcode"))
            (wish.recipient or wish.profile)[line] = person(chance, split)[line]
        case "delivery":
            wish.delivery = chance.choice([name for name in DELIVERY if name != wish.delivery])
        case "payment":
            wish.payment = chance.choice([name for name in PAYMENT if name != wish.payment])


def is_plain(task: Task) -> bool:
    """Whether it is a purchase that can be made, with one trap at most."""
    answer = task.answer
    return answer["kind"] == "buy" and not answer["why_not"] and len(answer["site"]["traps"]) <= 1


def moved(task: Task, onto: Task) -> Task:
    """The same wish in the shop where another task happens: its theme, stock and account. `onto` where it can't be.

    What names a shop, can't be had, or can't be had there, stays out.
    """
    wish, place = task.answer, onto.answer["site"]
    if wish["kind"] != "buy" or wish["why_not"] or wish["own_offer"]:
        return onto
    if wish["protection"] and "protection" not in place["traps"]:
        return onto
    gone = {(number, name, value) for number, name, value in place["gone"]}

    def can_be_had(number: int) -> bool:
        limit = wish["limit_cents"]
        cents = max(by_id()[number].cents, place["raised"].get(str(number), 0))
        if number in place["sold_out"] or (limit is not None and cents > limit):
            return False
        return not any((number, name, value) in gone for name, value in wish["options"].items())

    acceptable = [number for number in wish["alike"] if can_be_had(number)]
    if not acceptable:
        return onto
    return replace(task, answer={**wish, "site": place, "acceptable": acceptable})


def _other(task: Task, chance: random.Random, theme: Theme, kind: str) -> Task:
    """Something in the account."""
    profile = person(chance, task.split) | {"email": "me@example.com", "phone": f"555 {chance.randint(1000, 9999)}"}
    traps = tuple(name for name in draw_traps(chance) if name not in ("seller", "old_address"))
    held = account(chance, task.split, profile, targets(task.split), moved=False) | _site(theme, traps)
    answer: dict[str, Any] = {"kind": kind, "group": kind, "why_not": "", "site": held}
    fields: dict[str, str] = {}
    forms = wording.ACCOUNT[kind][voice(task.split, task.seed)]
    orders = {"cancel": held["orders"][:1], "return": held["orders"][2:]}
    if kind in orders:
        order = chance.choice(orders[kind])
        line = order["lines"][0]
        thing = by_id()[line["product_id"]]
        reason = chance.choice(REASONS)
        fields = {"thing": _thing(thing), "number": str(10_000 + order["id"]), "reason": _inside(reason)}
        fields["quoted"] = reason
        if is_plural(thing.type):  # "it does not fit" would not agree
            forms = [form for form in forms if "{reason}" not in form]
        answer |= {"order": order["id"], "line": line["id"], "reason": reason, "product": thing.id}
    elif kind in ("delete_address", "default_address"):
        place = chance.choice(held["addresses"][1:])
        fields = {"street": place["street"], "city": place["city"]}
        answer |= {"address": place["id"], "street": place["street"]}
    elif kind == "add_address":
        new = person(chance, task.split) | {"full_name": profile["full_name"]}
        fields = {"address": address_line(new)}
        answer |= {"new": new}
    elif kind == "delete_card":
        card = chance.choice(held["cards"])
        fields = {"card": card["label"].replace("Debit", "debit")}
        answer |= {"card": card["id"], "label": card["label"]}
    else:
        wish = replace(draw_wish(chance, targets(task.split), theme), quantity=1, limit=None, traps=())
        wish.attributes = dict(wish.product.attributes)
        fields = {"item": item(chance, voice(task.split, task.seed), wish)} | agreeing(is_plural(wish.product.type))
        answer |= {"query": wish.query, "acceptable": [one.id for one in wish.alike()]}
        held["wishes"] = [number for number in held["wishes"] if number not in answer["acceptable"]]
    sentence = sentence_case(chance.choice(forms).format(**fields))
    return replace(task, instruction=sentence, profile=profile, answer=answer)


def _inside(sentence: str) -> str:
    """As it stands within a sentence."""
    return sentence if sentence.startswith("I ") else sentence[0].lower() + sentence[1:]


def _thing(product: Product) -> str:
    colour, material, feature = (value for _, value in product.attributes)
    return f"{feature} {colour} {adjective(material)} {product.type}"


def theme_of(task: Task) -> Theme:
    """The look of the shop that a task is for."""
    return theme_named(task.answer["site"]["theme"])
