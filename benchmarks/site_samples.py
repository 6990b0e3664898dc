"""Sample pages that hold every kind of block, for looking at the themes."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.site.blocks import (
    Block,
    Button,
    Facts,
    Field,
    Form,
    Group,
    Heading,
    Items,
    Link,
    Nav,
    Option,
    Overlay,
    Page,
    Picture,
    Text,
)
from tasks.site.themes import Theme

_THINGS = (
    ("Enamel mug", "blue", "m", "14.50"), ("Linen tea towel", "white", "t", "9.00"),
    ("Desk lamp", "black", "l", "64.00"),
    ("Oak stool", "brown", "s", "119.00"), ("Wool blanket", "red", "w", "89.90"), ("Glass vase", "green", "v", "32.00"),
    ("Wall clock", "yellow", "c", "45.00"), ("Bread tin", "grey", "d", "21.00"),
)  # fmt: skip
_SIZES = (Option("s", "Small"), Option("m", "Medium"), Option("l", "Large", disabled=True))
_TINTS = tuple(Option(name.lower(), name) for name in ("Blue", "Red", "Green", "Black"))
_WAYS = (Option("post", "Post, 3 to 5 days"), Option("van", "Courier, next day"), Option("shop", "Collect", True))


def _card(name: str, colour: str, letter: str, price: str) -> tuple[Block, ...]:
    cart = Form("/add", (Button("Add to cart", "id", name),))
    return Picture(colour, letter), Link(name, "/p"), Text(f"${price}", "price"), Text("4.6 of 5", "note"), cart


def _cards(count: int = 8) -> tuple[Block, ...]:
    cards = tuple(_card(*_THINGS[place % len(_THINGS)]) for place in range(count))
    return Heading("Kitchen"), Text("Showing 8 of 24 things.", "note"), Items(cards, "Things")


_PRODUCT = (
    Heading("Enamel mug"),
    Picture("blue", "m"),
    Text("$14.50", "price"),
    Text("Heavy steel under two coats of enamel. It chips before it breaks."),
    Facts((("Capacity", "350 ml"), ("Weight", "180 g"), ("Made in", "Poland"))),
    Form(
        "/add",
        (
            Field("select", "size", "Size", "m", _SIZES),
            Field("swatch", "colour", "Colour", "blue", _TINTS),
            Field("stepper", "count", "Quantity", "1", low="1", high="9"),
            Field("checkbox", "wrap", "Gift wrap", "yes", hint="Brown paper and string."),
            Button("Add to cart"),
            Button("Save for later", "later", "1", "secondary"),
        ),
    ),
    Group((Text("It arrived within two days."), Link("All reviews", "/reviews")), "Reviews", "panel"),
)
_CART = (
    Heading("Your cart"),
    Text("Wool blanket was put into your cart.", "status"),
    Items(
        tuple(
            (
                Picture(colour, letter),
                Link(name, "/p"),
                Text(f"${price}", "price"),
                Form("/count", (Field("number", "count", "Quantity", "2"), Button("Update", kind="secondary"))),
                Form("/drop", (Button("Remove", "id", name, "danger"),)),
            )
            for name, colour, letter, price in _THINGS[:3]
        ),
        "Cart",
        "lines",
    ),
    Group((Facts((("Subtotal", "$87.50"), ("Delivery", "$4.90"), ("Total", "$92.40"))),), "Summary", "aside"),
    Group((Link("Go on shopping", "/", "button"), Link("Check out", "/checkout", "button")), kind="bar"),
)
_FORM = (
    Heading("Apply for a permit"),
    Text("Two things need your attention.", "alert"),
    Form(
        "/send",
        (
            Group(
                (
                    Field("text", "name", "Full name", "Ada Byron", required=True),
                    Field("email", "mail", "Email", "", required=True, error="Write an email address."),
                    Field("tel", "phone", "Phone", "", hint="Only if we have questions."),
                    Field("date", "day", "First day", "2027-03-01"),
                ),
                "About you",
                "panel",
            ),
            Field("radio", "way", "Delivery", "post", _WAYS),
            Field("select", "area", "Area", "s", _SIZES),
            Field("textarea", "why", "Anything else", ""),
            Field("file", "cv", "Proof of address"),
            Field("checkbox", "agree", "I have read the rules"),
            Button("Send application"),
            Button("Save draft", "do", "draft", "secondary"),
            Button("Discard", "do", "drop", "danger"),
        ),
        files=True,
    ),
)
_DONE = (
    Heading("Thank you, Ada"),
    Text("Your order A-1042 was placed.", "status"),
    Facts((("Order", "A-1042"), ("Total", "$92.40"), ("Arrives", "Thursday"))),
    Link("Back to the start", "/", "button"),
)
_OVERLAY = Overlay(
    "Cookies",
    (
        Heading("Cookies", 2),
        Text("We use cookies to remember your cart."),
        Form("/consent", (Button("Accept all", "all", "1"), Button("Only what is needed", "all", "0", "secondary"))),
    ),
)
NAMES = ("cards", "product", "cart", "form", "done")


def sample(name: str, theme: Theme, cards: int = 8) -> Page:
    """One of `NAMES` as this theme's site would have it."""
    mains: Mapping[str, tuple[Block, ...]] = {
        "cards": _cards(cards), "product": _PRODUCT, "cart": _CART, "form": _FORM, "done": _DONE,
    }  # fmt: skip
    return Page(
        name.title(),
        mains[name],
        brand=theme.brand,
        search=Form("/search", (Field("text", "q", "Search"), Button("Go")), "get"),
        account=Nav("Account", (Link("Sign in", "/in"), Link("Cart (2)", "/cart"))),
        sections=Nav("Sections", tuple(Link(one, "/s") for one in ("Kitchen", "Living room", "Garden", "Office"))),
        footer=(Text(f"{theme.brand}, 4 Quay Street", "note"), Link("Contact", "/contact")),
        overlay=_OVERLAY if name == "done" else None,
    )
