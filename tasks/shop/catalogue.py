"""The shop's products: the corner shop's kinds of things and more of them, 5,200 of them in 13 categories, the same on every machine."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tasks.corner import catalogue as corner
from tasks.corner.catalogue import ProductType, stems

_SEED = 20_411
_PAIRS = 25
"""Pairs of colour and material a type; each comes with two of its features."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product; `attributes` are shown on its card, `options` are chosen on its page."""

    id: int
    category: str
    type: str
    brand: str
    attributes: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, tuple[str, ...]], ...]
    cents: int
    rating: int
    """In tenths of a star, of five."""
    ratings: int

    def attribute(self, name: str) -> str:
        return dict(self.attributes)[name]

    def title(self, style: int = 0) -> str:
        """The product's name as one kind of shop writes it; no two products share one."""
        parts = {"brand": self.brand, "type": self.type} | {name.lower(): value for name, value in self.attributes}
        parts["substance"] = substance(parts["material"])
        parts |= {name.capitalize(): value.title() for name, value in parts.items()}
        return _TITLES[style].format_map(parts)


_COLOURS = ("blue", "green", "red", "black", "white", "grey", "yellow", "orange", "purple", "brown")
_BRANDS = ("Norvik", "Alder", "Fennel & Co", "Brightwater", "Kestrel", "Halden", "Osprey", "Mirelle", "Tarn", "Quillby")
_SUBSTANCES = {
    "recycled": "recycled material",
    "vegan": "vegan leather",
    "woven": "woven fabric",
    "waxed-cotton": "waxed-cotton fabric",
    "kraft": "kraft paper",
    "magnetic": "magnetic plastic",
    "cast-iron": "cast iron",
}
"""What a thing is made of, where the material's own word is an adjective."""
_TITLES = (
    "{brand} {Colour} {Material} {Type}, {feature}",
    "{Feature} {colour} {material} {type} by {brand}",
    "{Type}, {material}, {colour}, {feature} ({brand})",
    "{brand} {feature} {type} in {colour} {substance}",
    "{Material} {Type} / {colour} / {feature} / {brand}",
    "{brand}: {type} in {substance}, {colour} and {feature}",
)
_SIZES = ("Size", ("Small", "Medium", "Large"))
_WEAR = ("Size", ("Small", "Medium", "Large", "Extra large"))
_PACK = ("Pack", ("Single", "Pack of two", "Pack of four"))
_PLUG = ("Plug", ("Type C", "Type G", "Type F"))
_LIGHT = ("Light", ("Warm white", "Cool white", "Daylight"))
_WRAP = ("Gift wrap", ("None", "Plain", "Festive"))
_FIT = ("Fit", ("Slim", "Regular", "Loose"))

_TYPES = (
    *corner.types(),
    ProductType("Sports", "yoga mat", ("rubber", "cork", "jute", "foam"), ("non-slip", "extra-thick", "foldable"), (("Length", ("Short", "Standard", "Long")),), (16, 90)),
    ProductType("Sports", "water bottle", ("steel", "glass", "plastic", "aluminium"), ("insulated", "leak-proof", "straw-topped"), (("Volume", ("500 ml", "750 ml", "1 litre")),), (8, 45)),
    ProductType("Sports", "resistance band", ("latex", "fabric", "rubber", "nylon"), ("looped", "handled", "heavy"), (_PACK,), (6, 38)),
    ProductType("Sports", "skipping rope", ("leather", "steel", "cotton", "vinyl"), ("weighted", "adjustable", "beaded"), (("Length", ("Short", "Standard", "Long")),), (5, 32)),
    ProductType("Sports", "bike helmet", ("foam", "carbon", "plastic", "recycled"), ("ventilated", "visored", "foldable"), (_WEAR,), (28, 160)),
    ProductType("Sports", "swim cap", ("silicone", "latex", "lycra", "polyester"), ("long-hair", "printed", "ear-covering"), (_WRAP,), (4, 24)),
    ProductType("Sports", "tennis racket", ("carbon", "aluminium", "graphite", "titanium"), ("lightweight", "junior", "oversized"), (("Grip", ("Grip 1", "Grip 2", "Grip 3")),), (35, 220)),
    ProductType("Sports", "running vest", ("neoprene", "lycra", "nylon", "recycled"), ("reflective", "waterproof", "bottle-holding"), (_WEAR,), (9, 42)),
    ProductType("Toys", "building set", ("oak", "plastic", "cardboard", "magnetic"), ("beginner", "motorised", "glow-in-the-dark"), (("Pieces", ("60 pieces", "120 pieces", "240 pieces")),), (12, 95)),
    ProductType("Toys", "jigsaw puzzle", ("cardboard", "oak", "cork", "foam"), ("panoramic", "double-sided", "round"), (("Pieces", ("100 pieces", "500 pieces", "1000 pieces")), _WRAP), (8, 48)),
    ProductType("Toys", "plush bear", ("cotton", "wool", "velvet", "recycled"), ("singing", "weighted", "hand-stitched"), (_SIZES, _WRAP), (9, 60)),
    ProductType("Toys", "toy train", ("oak", "steel", "plastic", "beech"), ("wind-up", "whistling", "battery-run"), (_PACK,), (14, 85)),
    ProductType("Toys", "kite", ("nylon", "silk", "paper", "polyester"), ("two-line", "single-line", "long-tailed"), (_SIZES,), (10, 55)),
    ProductType("Toys", "board game", ("cardboard", "oak", "felt", "magnetic"), ("cooperative", "travel-sized", "two-player"), (_WRAP,), (12, 70)),
    ProductType("Toys", "spinning top", ("beech", "steel", "brass", "acrylic"), ("humming", "light-up", "balancing"), (_PACK, _WRAP), (3, 26)),
    ProductType("Toys", "doll house", ("oak", "cardboard", "plastic", "beech"), ("three-storey", "foldable", "furnished"), (_SIZES,), (35, 190)),
    ProductType("Pets", "dog bed", ("cotton", "fleece", "canvas", "wicker"), ("orthopaedic", "washable", "raised"), (_SIZES,), (22, 130)),
    ProductType("Pets", "cat tree", ("sisal", "plush", "oak", "cardboard"), ("three-level", "wall-mounted", "hammocked"), (_SIZES,), (30, 180)),
    ProductType("Pets", "food bowl", ("ceramic", "steel", "bamboo", "silicone"), ("slow-feeding", "raised", "collapsible"), (_SIZES, _PACK), (6, 40)),
    ProductType("Pets", "dog lead", ("leather", "nylon", "rope", "biothane"), ("retractable", "padded", "hands-free"), (("Length", ("1 metre", "2 metres", "3 metres")),), (8, 52)),
    ProductType("Pets", "pet carrier", ("canvas", "plastic", "wicker", "mesh"), ("wheeled", "expandable", "airline-ready"), (_SIZES,), (25, 140)),
    ProductType("Pets", "scratching post", ("sisal", "jute", "cardboard", "cork"), ("spinning", "tall", "tilted"), (_SIZES,), (12, 75)),
    ProductType("Pets", "bird cage", ("steel", "brass", "bamboo", "acrylic"), ("domed", "wheeled", "hanging"), (_SIZES,), (30, 170)),
    ProductType("Pets", "collar", ("leather", "nylon", "cotton", "biothane"), ("reflective", "breakaway", "engraved"), (_WEAR, _WRAP), (5, 36)),
    ProductType("Travel", "suitcase", ("aluminium", "polycarbonate", "canvas", "nylon"), ("four-wheeled", "expandable", "lockable"), (("Size", ("Cabin", "Medium", "Large")),), (50, 290)),
    ProductType("Travel", "neck pillow", ("foam", "fleece", "cotton", "velvet"), ("inflatable", "cooling", "hooded"), (_WRAP,), (8, 46)),
    ProductType("Travel", "toiletry bag", ("canvas", "leather", "nylon", "cork"), ("hanging", "roll-up", "leak-proof"), (_SIZES,), (10, 65)),
    ProductType("Travel", "passport holder", ("leather", "cork", "canvas", "vegan"), ("slim", "zipped", "shielded"), (_WRAP,), (7, 48)),
    ProductType("Travel", "packing cube", ("nylon", "mesh", "recycled", "polyester"), ("compression", "labelled", "waterproof"), (_SIZES, _PACK), (6, 40)),
    ProductType("Travel", "travel adapter", ("plastic", "aluminium", "recycled", "rubber"), ("fast-charging", "two-port", "surge-safe"), (_PLUG,), (9, 55)),
    ProductType("Travel", "luggage tag", ("leather", "silicone", "aluminium", "canvas"), ("engraved", "trackable", "oversized"), (_PACK,), (3, 24)),
    ProductType("Travel", "hammock", ("cotton", "nylon", "canvas", "recycled"), ("double", "netted", "quick-drying"), (_SIZES,), (24, 120)),
    ProductType("Electronics", "portable charger", ("aluminium", "plastic", "recycled", "rubber"), ("solar", "fast-charging", "slim"), (("Capacity", ("5000 mAh", "10000 mAh", "20000 mAh")),), (14, 90)),
    ProductType("Electronics", "speaker", ("aluminium", "fabric", "oak", "plastic"), ("waterproof", "portable", "voice-controlled"), (_SIZES, _PLUG), (25, 210)),
    ProductType("Electronics", "keyboard", ("aluminium", "plastic", "oak", "recycled"), ("mechanical", "backlit", "compact"), (("Layout", ("UK", "US", "German")),), (22, 170)),
    ProductType("Electronics", "webcam", ("plastic", "aluminium", "recycled", "rubber"), ("wide-angle", "shuttered", "ring-lit"), (_WRAP,), (20, 140)),
    ProductType("Electronics", "phone case", ("silicone", "leather", "cork", "plastic"), ("shockproof", "card-holding", "transparent"), (("Fits", ("Small phone", "Standard phone", "Large phone")),), (6, 48)),
    ProductType("Electronics", "charging cable", ("nylon", "rubber", "silicone", "recycled"), ("braided", "coiled", "right-angled"), (("Length", ("1 metre", "2 metres", "3 metres")), _PACK), (4, 28)),
    ProductType("Electronics", "alarm clock", ("plastic", "oak", "brass", "bamboo"), ("sunrise", "projecting", "twin-bell"), (_PLUG,), (12, 85)),
    ProductType("Electronics", "night light", ("silicone", "oak", "plastic", "ceramic"), ("motion-sensing", "dimmable", "star-projecting"), (_LIGHT, _PLUG), (7, 44)),
    ProductType("Bathroom", "soap dish", ("ceramic", "bamboo", "steel", "slate"), ("draining", "wall-mounted", "magnetic"), (_PACK,), (4, 28)),
    ProductType("Bathroom", "shower curtain", ("polyester", "cotton", "linen", "recycled"), ("mould-proof", "weighted", "extra-long"), (("Width", ("120 cm", "180 cm", "240 cm")),), (10, 58)),
    ProductType("Bathroom", "bath mat", ("cotton", "bamboo", "cork", "microfibre"), ("non-slip", "quick-drying", "extra-soft"), (_SIZES,), (9, 52)),
    ProductType("Bathroom", "toothbrush holder", ("ceramic", "steel", "bamboo", "glass"), ("wall-mounted", "lidded", "divided"), (_WRAP,), (5, 30)),
    ProductType("Bathroom", "laundry basket", ("wicker", "canvas", "bamboo", "plastic"), ("lidded", "wheeled", "two-part"), (_SIZES,), (18, 85)),
    ProductType("Bathroom", "shaving brush", ("oak", "resin", "horn", "walnut"), ("travel-sized", "synthetic", "stand-ready"), (_WRAP,), (9, 70)),
    ProductType("Bathroom", "wall mirror", ("oak", "brass", "bamboo", "steel"), ("round", "heated", "magnifying"), (_SIZES,), (22, 150)),
    ProductType("Bathroom", "bathrobe", ("cotton", "bamboo", "linen", "fleece"), ("hooded", "waffle", "knee-length"), (_WEAR,), (28, 130)),
    ProductType("Tools", "hammer", ("steel", "titanium", "hickory", "fibreglass"), ("curved-claw", "ball-peen", "magnetic"), (_SIZES,), (9, 60)),
    ProductType("Tools", "screwdriver set", ("steel", "titanium", "chrome", "vanadium"), ("magnetic", "ratcheting", "insulated"), (("Set", ("6 pieces", "12 pieces", "24 pieces")),), (12, 85)),
    ProductType("Tools", "tape measure", ("steel", "fibreglass", "nylon", "aluminium"), ("self-locking", "magnetic", "double-sided"), (("Length", ("3 metres", "5 metres", "8 metres")),), (5, 32)),
    ProductType("Tools", "tool box", ("steel", "plastic", "canvas", "aluminium"), ("lockable", "wheeled", "stackable"), (_SIZES,), (18, 120)),
    ProductType("Tools", "knee pads", ("foam", "leather", "nylon", "rubber"), ("strapped", "slip-on", "reinforced"), (_WEAR, _PACK), (5, 34)),
    ProductType("Tools", "head torch", ("aluminium", "plastic", "rubber", "recycled"), ("rechargeable", "waterproof", "red-light"), (_PACK,), (10, 68)),
    ProductType("Tools", "hand saw", ("steel", "beech", "titanium", "plastic"), ("folding", "fine-toothed", "double-edged"), (_SIZES,), (11, 64)),
    ProductType("Tools", "spirit level", ("aluminium", "oak", "plastic", "brass"), ("magnetic", "digital", "pocket-sized"), (("Length", ("30 cm", "60 cm", "120 cm")),), (8, 70)),
    ProductType("Nursery", "baby blanket", ("cotton", "wool", "bamboo", "muslin"), ("hooded", "knitted", "quilted"), (_WRAP,), (12, 65)),
    ProductType("Nursery", "bib", ("cotton", "silicone", "linen", "bamboo"), ("pocketed", "waterproof", "long-sleeved"), (_PACK,), (4, 26)),
    ProductType("Nursery", "rattle", ("beech", "silicone", "cotton", "bamboo"), ("teething", "musical", "mirrored"), (_WRAP,), (5, 30)),
    ProductType("Nursery", "changing mat", ("foam", "cotton", "cork", "vegan"), ("foldable", "wipe-clean", "raised-edge"), (_SIZES,), (15, 80)),
    ProductType("Nursery", "baby sling", ("cotton", "linen", "bamboo", "mesh"), ("adjustable", "hooded", "side-carry"), (_WEAR,), (28, 150)),
    ProductType("Nursery", "cot mobile", ("felt", "beech", "paper", "cotton"), ("musical", "rotating", "star-themed"), (_WRAP,), (14, 75)),
    ProductType("Nursery", "high chair", ("beech", "plastic", "oak", "aluminium"), ("foldable", "reclining", "height-adjustable"), (_PACK,), (45, 230)),
    ProductType("Nursery", "storage basket", ("cotton", "jute", "felt", "wicker"), ("lidded", "foldable", "handled"), (_SIZES, _PACK), (8, 50)),
)  # fmt: skip


def substance(material: str) -> str:
    """A material as what something is made of: "magnetic plastic"."""
    return _SUBSTANCES.get(material, material)


def adjective(material: str) -> str:
    """A material before a thing: all are said as they are, but a belt itself is not vegan."""
    return substance(material) if material == "vegan" else material


def types() -> tuple[ProductType, ...]:
    return _TYPES


def categories() -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.category for one in _TYPES))


@cache
def products() -> tuple[Product, ...]:
    """All products, ids from 1. Each has a neighbour that differs in nothing but its feature, and more in one other."""
    chance = random.Random(_SEED)
    found: list[Product] = []
    for kind in _TYPES:
        colours = chance.sample(_COLOURS, 8)
        pairs = chance.sample([(colour, material) for colour in colours for material in kind.materials], _PAIRS)
        things = [(*pair, feature) for pair in pairs for feature in chance.sample(kind.features, 2)]
        chance.shuffle(things)
        brands = {pair: chance.choice(_BRANDS) for pair in pairs}
        found += [_product(chance, len(found) + place, kind, thing, brands) for place, thing in enumerate(things, 1)]
    return tuple(found)


def _product(
    chance: random.Random,
    number: int,
    kind: ProductType,
    thing: tuple[str, str, str],
    brands: Mapping[tuple[str, str], str],
) -> Product:
    colour, material, feature = thing
    low, high = kind.price
    return Product(
        id=number,
        category=kind.category,
        type=kind.name,
        brand=brands[colour, material],
        attributes=(("Colour", colour), ("Material", material), ("Feature", feature)),
        options=kind.options,
        cents=chance.randint(low, high) * 100 + chance.choice((0, 25, 49, 50, 75, 95, 99)),
        rating=min(50, max(21, round(chance.gauss(41, 5)))),
        ratings=int(chance.paretovariate(0.7) * 4) % 4000,
    )


@cache
def by_id() -> dict[int, Product]:
    return {product.id: product for product in products()}


@cache
def _index() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for product in products():
        words = " ".join([product.title(), product.category, *(value for _, value in product.attributes)])
        for word in stems(words):
            found.setdefault(word, set()).add(product.id)
    return {word: frozenset(ids) for word, ids in found.items()}


def search(query: str) -> list[Product]:
    """Products that share a word with the query, most words first, then by id."""
    scores: Counter[int] = Counter()
    for word in stems(query):
        scores.update(_index().get(word, ()))
    return [by_id()[number] for number, _ in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))]
