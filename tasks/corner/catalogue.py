"""The shop's products: 1,000 of them in 5 categories, the same on every machine."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache

_SEED = 20_411
_PER_TYPE = 25


@dataclass(frozen=True, slots=True)
class ProductType:
    """A kind of product, what it is made of and how it can be had."""

    category: str
    name: str
    materials: tuple[str, ...]
    features: tuple[str, ...]
    options: tuple[tuple[str, tuple[str, ...]], ...]
    price: tuple[int, int]
    """Lowest and highest, in dollars."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product; `attributes` are shown on its card, `options` are chosen on its page."""

    id: int
    title: str
    category: str
    type: str
    brand: str
    attributes: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, tuple[str, ...]], ...]
    cents: int

    @property
    def price(self) -> str:
        return f"${self.cents / 100:.2f}"

    def attribute(self, name: str) -> str:
        return dict(self.attributes)[name]


_COLOURS = ("blue", "green", "red", "black", "white", "grey", "yellow", "orange", "purple", "brown")
_BRANDS = ("Norvik", "Alder", "Fennel & Co", "Brightwater", "Kestrel", "Halden", "Osprey", "Mirelle", "Tarn", "Quillby")
_SIZES = ("Size", ("Small", "Medium", "Large"))
_WEAR = ("Size", ("Small", "Medium", "Large", "Extra large"))
_PACK = ("Pack", ("Single", "Pack of two", "Pack of four"))
_PLUG = ("Plug", ("Type C", "Type G", "Type F"))
_LIGHT = ("Light", ("Warm white", "Cool white", "Daylight"))
_WRAP = ("Gift wrap", ("None", "Plain", "Festive"))
_FIT = ("Fit", ("Slim", "Regular", "Loose"))

_TYPES = (
    ProductType("Kitchen", "mug", ("ceramic", "steel", "glass", "bamboo"), ("dishwasher-safe", "stackable", "insulated"), (_SIZES, _WRAP), (6, 28)),
    ProductType("Kitchen", "cutting board", ("bamboo", "oak", "plastic", "walnut"), ("non-slip", "reversible", "juice-groove"), (_SIZES,), (12, 60)),
    ProductType("Kitchen", "kettle", ("steel", "glass", "copper", "enamel"), ("whistling", "cordless", "gooseneck"), (_PLUG,), (25, 110)),
    ProductType("Kitchen", "frying pan", ("cast-iron", "steel", "aluminium", "copper"), ("non-stick", "oven-safe", "induction"), (_SIZES,), (18, 95)),
    ProductType("Kitchen", "storage jar", ("glass", "ceramic", "steel", "plastic"), ("airtight", "stackable", "labelled"), (_SIZES, _PACK), (5, 30)),
    ProductType("Kitchen", "apron", ("cotton", "linen", "denim", "canvas"), ("water-repellent", "pocketed", "adjustable"), (_FIT,), (14, 48)),
    ProductType("Kitchen", "tea towel", ("cotton", "linen", "bamboo", "microfibre"), ("quick-drying", "embroidered", "striped"), (_PACK,), (4, 22)),
    ProductType("Kitchen", "salad bowl", ("oak", "glass", "ceramic", "bamboo"), ("stackable", "lidded", "hand-carved"), (_SIZES, _WRAP), (15, 70)),
    ProductType("Clothing", "t-shirt", ("cotton", "linen", "wool", "bamboo"), ("organic", "printed", "long-sleeved"), (_WEAR, _FIT), (10, 45)),
    ProductType("Clothing", "scarf", ("wool", "silk", "cotton", "cashmere"), ("fringed", "reversible", "chequered"), (_WRAP,), (15, 90)),
    ProductType("Clothing", "rain jacket", ("nylon", "polyester", "waxed-cotton", "recycled"), ("hooded", "packable", "reflective"), (_WEAR,), (40, 180)),
    ProductType("Clothing", "belt", ("leather", "canvas", "vegan", "woven"), ("braided", "reversible", "stitched"), (_WEAR,), (12, 65)),
    ProductType("Clothing", "beanie", ("wool", "cotton", "acrylic", "cashmere"), ("fleece-lined", "ribbed", "cuffed"), (_WRAP,), (9, 40)),
    ProductType("Clothing", "hiking socks", ("wool", "cotton", "bamboo", "polyester"), ("cushioned", "seamless", "knee-high"), (_WEAR, _PACK), (6, 30)),
    ProductType("Clothing", "backpack", ("canvas", "nylon", "leather", "recycled"), ("waterproof", "roll-top", "laptop-ready"), (_SIZES,), (30, 150)),
    ProductType("Clothing", "gloves", ("leather", "wool", "fleece", "cotton"), ("touchscreen", "fingerless", "insulated"), (_WEAR,), (10, 60)),
    ProductType("Home", "desk lamp", ("brass", "steel", "oak", "bamboo"), ("dimmable", "foldable", "clip-on"), (_LIGHT, _PLUG), (22, 130)),
    ProductType("Home", "cushion", ("velvet", "linen", "cotton", "wool"), ("washable", "tufted", "embroidered"), (_SIZES,), (12, 55)),
    ProductType("Home", "throw blanket", ("wool", "cotton", "fleece", "cashmere"), ("weighted", "fringed", "knitted"), (_SIZES, _WRAP), (25, 140)),
    ProductType("Home", "wall clock", ("oak", "steel", "plastic", "brass"), ("silent", "oversized", "radio-controlled"), (_SIZES,), (18, 90)),
    ProductType("Home", "picture frame", ("oak", "brass", "plastic", "walnut"), ("magnetic", "double-sided", "bevelled"), (_SIZES, _PACK), (8, 45)),
    ProductType("Home", "vase", ("glass", "ceramic", "terracotta", "brass"), ("hand-blown", "ribbed", "tall"), (_SIZES,), (14, 80)),
    ProductType("Home", "doormat", ("coir", "rubber", "jute", "recycled"), ("quick-drying", "monogrammed", "half-round"), (_SIZES,), (10, 50)),
    ProductType("Home", "bath towel", ("cotton", "bamboo", "linen", "microfibre"), ("quick-drying", "hooded", "waffle"), (_SIZES, _PACK), (9, 48)),
    ProductType("Garden", "watering can", ("steel", "copper", "plastic", "zinc"), ("long-necked", "indoor", "rose-headed"), (_SIZES,), (12, 70)),
    ProductType("Garden", "plant pot", ("terracotta", "ceramic", "concrete", "zinc"), ("self-watering", "hanging", "frost-proof"), (_SIZES, _PACK), (6, 55)),
    ProductType("Garden", "hand trowel", ("steel", "copper", "bronze", "aluminium"), ("ergonomic", "serrated", "depth-marked"), (_WRAP,), (8, 40)),
    ProductType("Garden", "garden hose", ("rubber", "vinyl", "nylon", "latex"), ("expandable", "kink-free", "drinking-safe"), (("Length", ("10 metres", "20 metres", "30 metres")),), (18, 95)),
    ProductType("Garden", "bird feeder", ("oak", "steel", "plastic", "copper"), ("squirrel-proof", "window-mounted", "solar"), (_SIZES,), (11, 60)),
    ProductType("Garden", "lantern", ("steel", "brass", "bamboo", "glass"), ("solar", "flameless", "hanging"), (_LIGHT,), (13, 75)),
    ProductType("Garden", "deck chair", ("oak", "aluminium", "bamboo", "teak"), ("folding", "reclining", "padded"), (_PACK,), (35, 170)),
    ProductType("Garden", "seed tray", ("plastic", "bamboo", "recycled", "coir"), ("heated", "lidded", "deep"), (_SIZES, _PACK), (5, 32)),
    ProductType("Office", "notebook", ("leather", "recycled", "linen", "kraft"), ("dotted", "ruled", "spiral-bound"), (("Paper", ("A4", "A5", "A6")), _PACK), (4, 32)),
    ProductType("Office", "fountain pen", ("brass", "resin", "steel", "walnut"), ("refillable", "engraved", "pocket"), (("Nib", ("Fine", "Broad", "Italic")), _WRAP), (15, 120)),
    ProductType("Office", "desk organiser", ("bamboo", "steel", "oak", "felt"), ("modular", "stackable", "rotating"), (_SIZES,), (14, 65)),
    ProductType("Office", "monitor stand", ("oak", "steel", "aluminium", "bamboo"), ("adjustable", "foldable", "ventilated"), (_SIZES,), (24, 110)),
    ProductType("Office", "mouse pad", ("leather", "rubber", "cork", "felt"), ("wrist-rest", "washable", "extra-thin"), (_SIZES,), (7, 38)),
    ProductType("Office", "headphones", ("aluminium", "plastic", "leather", "recycled"), ("noise-cancelling", "wireless", "foldable"), (_PLUG, _WRAP), (30, 240)),
    ProductType("Office", "stapler", ("steel", "plastic", "brass", "recycled"), ("heavy-duty", "mini", "electric"), (_PLUG,), (8, 42)),
    ProductType("Office", "laptop sleeve", ("felt", "leather", "neoprene", "canvas"), ("padded", "waterproof", "zipped"), (("Fits", ("13 inch", "14 inch", "16 inch")),), (16, 85)),
)  # fmt: skip


def types() -> tuple[ProductType, ...]:
    return _TYPES


def categories() -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.category for one in _TYPES))


@cache
def products() -> tuple[Product, ...]:
    """All products, ids from 1. Titles are unique; every product has neighbours that differ in one attribute."""
    chance = random.Random(_SEED)
    found: list[Product] = []
    for kind in _TYPES:
        colours = chance.sample(_COLOURS, 8)
        pairs = [(colour, material) for colour in colours for material in kind.materials]
        for colour, material in sorted(chance.sample(pairs, _PER_TYPE), key=lambda _: chance.random()):
            low, high = kind.price
            brand = chance.choice(_BRANDS)
            found.append(
                Product(
                    id=len(found) + 1,
                    title=f"{brand} {colour.capitalize()} {material.capitalize()} {kind.name.title()}",
                    category=kind.category,
                    type=kind.name,
                    brand=brand,
                    attributes=(("Colour", colour), ("Material", material), ("Feature", chance.choice(kind.features))),
                    options=kind.options,
                    cents=chance.randint(low, high) * 100 + chance.choice((0, 25, 49, 50, 75, 95, 99)),
                )
            )
    return tuple(found)


@cache
def by_id() -> dict[int, Product]:
    return {product.id: product for product in products()}


def stems(text: str) -> frozenset[str]:
    """Lower-case words without a plural s."""
    words = re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", text.lower())
    return frozenset(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in words
    )


@cache
def _index() -> tuple[tuple[Product, frozenset[str]], ...]:
    def words(product: Product) -> str:
        return " ".join([product.title, product.category, *(value for _, value in product.attributes)])

    return tuple((product, stems(words(product))) for product in products())


def search(query: str) -> list[Product]:
    """Products that share a word with the query, most words first, then by id."""
    wanted = stems(query)
    scored = [(len(wanted & words), product) for product, words in _index()]
    return [product for score, product in sorted(scored, key=lambda pair: (-pair[0], pair[1].id)) if score]
