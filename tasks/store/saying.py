"""Wishes as sentences, in the words of a split."""

from __future__ import annotations

import random
import re

from tasks.site.themes import Theme
from tasks.store import wording
from tasks.store.people import address_line
from tasks.store.wish import Wish

_SUBSTANCES = {
    "recycled": "recycled material",
    "vegan": "vegan leather",
    "woven": "woven fabric",
    "waxed-cotton": "waxed-cotton fabric",
    "kraft": "kraft paper",
    "magnetic": "magnetic parts",
}
"""What a thing is made of, where the material's own word is an adjective."""
_SINGULAR = re.compile(r"\b(it|one|it's|is|has)\b")


def say(chance: random.Random, split: str, wish: Wish, theme: Theme) -> tuple[str, str]:
    """The instruction, and the group of its pattern. Fills in what to search for."""
    groups = wording.PATTERNS[split]
    unfit = {"constraints first"} if wish.limit is None else set()
    unfit |= {"negation"} if wish.protection else set()
    group = chance.choice([name for name in groups if name not in unfit])
    several = wish.quantity > 1 or is_plural(wish.product.type)
    patterns = [one for one in groups[group] if not (several and _SINGULAR.search(re.sub(r"{\w+}", "", one)))]
    if not patterns:
        return say(chance, split, wish, theme)
    amount = f"${wish.limit}{' each' if wish.quantity > 1 else ''}"
    sentence = chance.choice(patterns).format(
        item=item(chance, split, wish),
        options="".join(_option(chance, split, name, value) for name, value in wish.options.items()),
        limit="" if wish.limit is None else chance.choice(wording.LIMITS[split]).format(amount=amount),
        limit_first=chance.choice(wording.LIMITS_FIRST[split]).format(amount=amount),
        rest=_rest(chance, split, wish, theme),
    )
    return sentence_case(sentence), group


def _option(chance: random.Random, split: str, name: str, value: str) -> str:
    """One choice in words; a value that says what it is ("Pack of two") goes without its name."""
    plain = name.lower() in value.lower().split() or name == "Fits" or any(map(str.isdigit, value))
    forms = wording.PLAIN_OPTIONS if plain else wording.OPTIONS
    return chance.choice(forms[split]).format(name=name.lower(), value=value)


def sentence_case(text: str) -> str:
    return re.sub(r"(^|[.?!] )([a-z])", lambda match: match.group(1) + match.group(2).upper(), text)


def _rest(chance: random.Random, split: str, wish: Wish, theme: Theme) -> str:
    clauses = [
        clause(chance, wording.DELIVERIES[split], wish.delivery.lower()),
        clause(chance, wording.PAYMENTS[split], wish.payment.lower()),
        _recipient(chance, split, wish),
        clause(chance, wording.COUPONS[split], wish.coupon),
        clause(chance, wording.SELLERS[split], theme.brand if "seller" in wish.traps or chance.random() < 0.1 else ""),
        clause(chance, wording.PROTECTION[split], "yes" if wish.protection else ""),
        clause(chance, wording.ONCE[split], "yes" if "monthly" in wish.traps or chance.random() < 0.15 else ""),
    ]
    chance.shuffle(clauses)
    return "".join(clauses)


def clause(chance: random.Random, forms: tuple[str, ...], value: str) -> str:
    return chance.choice(forms).format(value=value) if value else ""


def _recipient(chance: random.Random, split: str, wish: Wish) -> str:
    if wish.recipient is None:
        return chance.choice(wording.HOME[split])
    return chance.choice(wording.RECIPIENTS[split]).format(address=address_line(wish.recipient))


def item(chance: random.Random, split: str, wish: Wish) -> str:
    """The thing with what is told of it; sets the words to search for."""
    known = wish.attributes
    fields = {name: known.get(name.capitalize(), "") for name in ("colour", "material", "feature")}
    form = chance.choice([form for form in wording.ITEMS[split] if _fits(form, fields)])
    adjectives = " ".join(value for value in (fields["colour"], fields["material"]) if value)
    several = wish.quantity > 1
    kind = plural(wish.product.type) if several else wish.product.type
    substance = _SUBSTANCES.get(fields["material"], fields["material"])
    text = form.format(adjectives=adjectives, type=kind, substance=substance, **fields)
    before = form.split(" {type}")[0].split("} {")[-1].strip("{}")
    wish.query = f"{adjectives if before == 'adjectives' else fields[before]} {kind}".strip()
    if several:
        return f"{wish.quantity} {text}"
    return text if is_plural(wish.product.type) else f"{article(text)} {text}"


def article(text: str) -> str:
    return "an" if text[0] in "aeiou" else "a"


def _fits(form: str, fields: dict[str, str]) -> bool:
    """Whether a form names exactly the attributes that are to be told."""
    named = {name for name in fields if f"{{{name}}}" in form} | ({"material"} if "{substance}" in form else set())
    if "{adjectives}" in form:
        named |= {name for name in ("colour", "material") if fields[name]}
    return named == {name for name, value in fields.items() if value}


def is_plural(name: str) -> bool:
    return name.endswith("s") and not name.endswith("ss")


def plural(name: str) -> str:
    if is_plural(name):
        return name
    return f"{name}es" if name.endswith(("ss", "ch", "sh", "x")) else f"{name}s"
