"""Wishes as sentences, in the words of a split."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tasks.shop import wording
from tasks.shop.catalogue import adjective, substance
from tasks.shop.people import address_line
from tasks.shop.wish import Wish
from tasks.site.themes import Theme

_SINGULAR = re.compile(r"\bone\b")


def say(chance: random.Random, split: str, wish: Wish, theme: Theme) -> tuple[str, str]:
    """The instruction, and the group of its pattern. Fills in what to search for."""
    groups = wording.PATTERNS[split]
    unfit = {"constraints first"} if wish.limit is None else set()
    unfit |= {"negation"} if wish.protection or wish.once else set()
    unfit |= {"profile"} if wish.recipient else set()
    group = chance.choice([name for name in groups if name not in unfit])
    several = wish.quantity > 1 or is_plural(wish.product.type)
    pattern = chance.choice([one for one in groups[group] if not (several and _SINGULAR.search(one))])
    amount = f"${wish.limit}{' each' if wish.quantity > 1 else ''}"
    limit = chance.choice(wording.LIMITS[split]).format(amount=amount)
    has_limit = wish.limit is not None and "{limit_first}" not in pattern
    sentence = pattern.format(
        what=item(chance, split, wish) + _options(chance, split, wish) + (limit if has_limit else ""),
        limit_first=chance.choice(wording.LIMITS_FIRST).format(amount=amount),
        rest=_rest(chance, split, wish, theme),
        **agreeing(several),
    )
    return sentence_case(sentence), group


def agreeing(several: bool) -> dict[str, str]:
    """The words that agree with how many things there are."""
    return {"it": "them", "is": "are"} if several else {"it": "it", "is": "is"}


def _options(chance: random.Random, split: str, wish: Wish) -> str:
    """All choices, behind the thing; in brackets where they would not read as part of its name."""
    said = [_option(chance, split, wish, name, value) for name, value in wish.options.items()]
    if not said:
        return ""
    in_brackets = split == "validation" or (wish.quantity > 1 and "Pack" in wish.options) or len(said) > 2
    is_same = (
        len({words.split()[0] for words in said}) == 1
    )  # "with a plug and with a bulb", but "with pages in a pack"
    return f" ({', '.join(said)})" if in_brackets else f" {(' and ' if is_same else ' ').join(said)}"


def _option(chance: random.Random, split: str, wish: Wish, name: str, value: str) -> str:
    """One choice in words: "in size large", "with a Type G plug", "each as a pack of four"."""
    lower, several = value if re.search(r"[a-z][A-Z]", value) else value.lower(), wish.quantity > 1
    if name == "Pack":
        name = f"{'Single' if value == 'Single' else 'Pack'}{'s' if several else ''}"
    elif name == "Fits" and value[0].isdigit():
        lower = f"{value} laptop"
    elif name == "Length" and value[0].isdigit():
        name = "Measure"
    form = chance.choice(wording.OPTIONS[name][split])
    piece = "pack" if is_plural(wish.product.type) else "piece"
    return form.format(value=value, lower=lower, a=article(lower), piece=piece, **agreeing(several))


def sentence_case(text: str) -> str:
    return re.sub(r"(^|[.?!] )([a-z])", lambda match: match.group(1) + match.group(2).upper(), text)


def _rest(chance: random.Random, split: str, wish: Wish, theme: Theme) -> str:
    several = wish.quantity > 1 or is_plural(wish.product.type)
    where = {"recipient": address_line(wish.recipient)} if wish.recipient else {"home": "yes"}
    values = {
        "delivery": wish.delivery.lower(),
        "payment": wish.payment.lower(),
        "coupon": wish.coupon,
        "seller": theme.brand if wish.own_offer else "",
        "protection": "yes" if wish.protection else "",
        "once": "yes" if wish.once else "",
    } | where
    clauses = [_clause(chance, wording.CLAUSES[name][split], value, several) for name, value in values.items() if value]
    chance.shuffle(clauses)
    return "".join(clauses)


def _clause(chance: random.Random, forms: Sequence[str], value: str, several: bool) -> str:
    return chance.choice(forms).format(value=value, **agreeing(several))


def item(chance: random.Random, split: str, wish: Wish) -> str:
    """The thing with what is told of it; sets the words to search for."""
    known = wish.attributes
    fields = {name: known.get(name.capitalize(), "") for name in ("colour", "material", "feature")}
    fields["material"] = adjective(fields["material"])
    form = chance.choice([form for form in wording.ITEMS[split] if _fits(form, fields)])
    adjectives = " ".join(value for value in (fields["colour"], fields["material"]) if value)
    several = wish.quantity > 1
    kind = plural(wish.product.type) if several else wish.product.type
    made_of = substance(known.get("Material", ""))
    text = form.format(adjectives=adjectives, type=kind, substance=made_of, **fields)
    before = form.split(" {type}")[0].split("} {")[-1].strip("{}")
    wish.query = f"{adjectives if before == 'adjectives' else fields[before]} {kind}".strip()
    if is_plural(wish.product.type):
        unit = "packs" if "Pack" in wish.options else "pairs"
        return f"{wish.quantity} {unit} of {text}" if several else text
    return f"{wish.quantity} {text}" if several else f"{article(text)} {text}"


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
