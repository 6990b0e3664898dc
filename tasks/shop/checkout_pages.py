"""From the cart to the order: address, payment, a last look. In steps or on one page, in the open or in a frame."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.shop.scene import Scene
from tasks.shop.state import ADDRESS_FIELDS, DELIVERY, PAYMENT, Address, Checkout, dollars
from tasks.site.blocks import Block, Button, Facts, Field, Form, Frame, Group, Heading, Items, Link, Option, Page, Text


def framed(scene: Scene, inner: str) -> Page:
    """The page around a checkout that stands in a frame."""
    return scene.page(scene.say("checkout"), (Heading(scene.say("checkout")), Frame(scene.say("checkout"), inner)))


def address_page(scene: Scene, shown: Address, delivery: str, missing: Sequence[str] = ()) -> Page:
    main: list[Block] = [Heading(scene.say("address_heading")), *_missing(scene, missing)]
    button = Button(scene.say("to_payment"))
    main.append(Form(_at(scene, "/checkout/address"), (*_address(scene, shown, delivery, missing), button)))
    return _page(scene, scene.say("address_heading"), main)


def payment_page(scene: Scene, chosen: str, donation: bool, error: bool = False) -> Page:
    main: list[Block] = [Heading(scene.say("payment"))]
    if error:
        main.append(Text(scene.say("choose_payment"), "alert"))
    early = scene.visit.has("pays_early")
    fields: list[Block] = _payment(scene, chosen, donation)
    if early:
        fields.append(Text(scene.say("pays_early_note"), "note"))
    fields.append(Button(scene.say("pays_early" if early else "to_review")))
    main.append(Form(_at(scene, "/checkout/payment"), tuple(fields)))
    if early:
        main += _summary(scene)
    return _page(scene, scene.say("payment"), main)


def whole_page(
    scene: Scene,
    shown: Address,
    delivery: str,
    chosen: str,
    donation: bool,
    missing: Sequence[str] = (),
    error: bool = False,
) -> Page:
    """Address and payment together."""
    main: list[Block] = [Heading(scene.say("checkout")), *_missing(scene, missing)]
    if error:
        main.append(Text(scene.say("choose_payment"), "alert"))
    parts = [
        Group(tuple(_address(scene, shown, delivery, missing)), scene.say("address_heading"), "panel"),
        Group(tuple(_payment(scene, chosen, donation)), scene.say("payment"), "panel"),
    ]
    if scene.theme.order == 2:
        parts.reverse()
    early = scene.visit.has("pays_early")
    note = (Text(scene.say("pays_early_note"), "note"),) if early else ()
    button = Button(scene.say("pays_early" if early else "to_review"))
    main.append(Form(_at(scene, "/checkout"), (*parts, *note, button)))
    if early:
        main += _summary(scene)
    return _page(scene, scene.say("checkout"), main)


def review_page(scene: Scene, changed: bool) -> Page:
    main: list[Block] = [Heading(scene.say("review_heading"))]
    if changed:
        main.append(Text(scene.say("price_changed"), "status"))
    main.append(Items(tuple(tuple(scene.line(line)) for line in scene.visit.cart), kind="lines"))
    if not scene.theme.framed:
        main.append(Link(scene.say("change_cart"), "/cart"))
    main += shipping(scene, scene.visit.checkout)
    ways = [Link(scene.say("change_address"), _at(scene, "/checkout/address"))]
    if not scene.theme.one_page:
        ways.append(Link(scene.say("change_payment"), _at(scene, "/checkout/payment")))
    main.append(Group(tuple(ways), kind="bar"))
    main.append(Text(scene.say("total", total=dollars(scene.visit.total_cents())), "price"))
    main.append(Form(_at(scene, "/checkout/review"), (Button(scene.say("place_order")),)))
    return _page(scene, scene.say("review_heading"), main)


def shipping(scene: Scene, checkout: Checkout) -> list[Block]:
    """Where an order goes, how, and how it is paid."""
    address = checkout.address or Address()
    cents = DELIVERY.get(checkout.delivery, 0)
    blocks: list[Block] = [
        Heading(scene.say("deliver_to"), 2),
        Facts(tuple((scene.say(name), getattr(address, name)) for name in ADDRESS_FIELDS)),
        Text(f"{checkout.delivery}: {dollars(cents) if cents else scene.say('free')}"),
        Text(scene.say("payment_line", name=checkout.payment)),
    ]
    if checkout.donation:
        blocks.append(Text(scene.say("donation_line")))
    return blocks


def _summary(scene: Scene) -> list[Block]:
    """What is about to be bought, where no last look follows."""
    lines = Items(tuple(tuple(scene.line(line)) for line in scene.visit.cart), kind="lines")
    where: list[Block] = [] if scene.theme.framed else [Link(scene.say("change_cart"), "/cart")]
    if not scene.theme.one_page:
        where += shipping(scene, scene.visit.checkout)[:3]
        where.append(Link(scene.say("change_address"), _at(scene, "/checkout/address")))
    return [lines, *where, Text(scene.say("total", total=dollars(scene.visit.total_cents())), "price")]


def _address(scene: Scene, shown: Address, delivery: str, missing: Sequence[str]) -> list[Block]:
    fields: list[Block] = [
        Field("text", name, scene.say(name), getattr(shown, name), required=True, error=_error(scene, name, missing))
        for name in _ordered(scene)
    ]
    fields.append(Field("tel", "phone", scene.say("phone"), shown.phone))
    ways = tuple(
        Option(name, f"{name} ({dollars(cents) if cents else scene.say('free')})") for name, cents in DELIVERY.items()
    )
    fields.append(Field("radio", "delivery", scene.say("delivery"), delivery, ways))
    return fields


def _ordered(scene: Scene) -> Sequence[str]:
    name, street, city, postcode = ADDRESS_FIELDS
    return ((name, street, city, postcode), (name, street, postcode, city), (street, postcode, city, name))[
        scene.theme.order
    ]


def _error(scene: Scene, name: str, missing: Sequence[str]) -> str:
    return scene.say("fill_in", names=scene.say(name)) if name in missing else ""


def _missing(scene: Scene, missing: Sequence[str]) -> list[Block]:
    names = ", ".join(scene.say(name) for name in missing)
    return [Text(scene.say("fill_in", names=names), "alert")] if missing else []


def _payment(scene: Scene, chosen: str, donation: bool) -> list[Block]:
    ways = tuple(Option(name, name) for name in PAYMENT)
    kind = "select" if scene.theme.draw(3, "payment") == 0 else "radio"
    if kind == "select":
        ways = (Option("", scene.say("choose")), *ways)
    fields: list[Block] = [Field(kind, "payment", scene.say("pay_with"), chosen, ways)]
    if scene.visit.has("donation") or scene.theme.draw(2, "donation"):
        fields.append(Field("checkbox", "donation", scene.say("donation"), "yes" if donation else ""))
    return fields


def _at(scene: Scene, path: str) -> str:
    return f"/frame{path}" if scene.theme.framed else path


def _page(scene: Scene, title: str, main: Sequence[Block]) -> Page:
    return scene.bare(title, main) if scene.theme.framed else scene.page(title, main)
