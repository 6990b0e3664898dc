"""Orders that were placed, sending things back, saved addresses and cards."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.shop.cart_page import deletion
from tasks.shop.checkout_pages import shipping
from tasks.shop.scene import Scene
from tasks.shop.state import ADDRESS_FIELDS, REASONS, Address, Order, dollars
from tasks.site.blocks import Block, Button, Field, Form, Group, Heading, Items, Link, Option, Page, Text


def orders_page(scene: Scene) -> Page:
    main: list[Block] = [Heading(scene.say("orders"))]
    items: list[tuple[Block, ...]] = []
    for order in reversed(scene.visit.orders):
        link = Link(scene.say("order", number=order.number), f"/orders/{order.id}")
        names = ", ".join(scene.title(line.product) for line in order.lines)
        items.append((link, Text(names), Text(f"{dollars(order.total_cents)}, {_status(scene, order)}")))
    main.append(Items(tuple(items), kind="lines") if items else Text(scene.say("no_orders")))
    return scene.page(scene.say("orders"), main)


def order_page(scene: Scene, order: Order, placed: bool, bare: bool = False) -> Page:
    name = scene.say("order", number=order.number)
    title = scene.say("thanks") if placed else name
    main: list[Block] = [Heading(title)]
    if placed:
        main.append(Text(name))
    main.append(Text(scene.say("status", status=_status(scene, order)), "status"))
    items = []
    for line in order.lines:
        blocks = scene.line(line)
        if line.id in order.returned:
            blocks.append(Text(scene.say("returned_line", reason=order.returned[line.id])))
        items.append(tuple(blocks))
    main.append(Items(tuple(items), kind="lines"))
    main += shipping(scene, order.checkout)
    main.append(Text(scene.say("total", total=dollars(order.total_cents)), "price"))
    if not bare:
        main += _choices(scene, order)
    return scene.bare(title, main) if bare else scene.page(title, main)


def _choices(scene: Scene, order: Order) -> list[Block]:
    if order.status == "placed":
        confirm = scene.say("cancel_confirm", number=order.number) if scene.visit.has("confirm") else ""
        button = Button(scene.say("cancel_order"), kind="danger", confirm=confirm)
        return [Form(f"/orders/{order.id}/cancel", (button,))]
    if order.status == "delivered" and len(order.returned) < len(order.lines):
        return [Link(scene.say("return_link"), f"/orders/{order.id}/return", "button")]
    return []


def return_page(scene: Scene, order: Order, line: str, reason: str, error: bool = False) -> Page:
    title = scene.say("return_heading", number=order.number)
    lines = tuple(Option(str(one.id), scene.title(one.product)) for one in order.lines if one.id not in order.returned)
    reasons = (Option("", scene.say("choose")), *(Option(one, one) for one in REASONS))
    fields = (
        Field("radio", "line", scene.say("return_item"), line, lines),
        Field("select", "reason", scene.say("return_reason"), reason, reasons),
        Button(scene.say("return_button")),
    )
    main: list[Block] = [Heading(title)]
    if error:
        main.append(Text(scene.say("return_choose"), "alert"))
    return scene.page(title, [*main, Form(f"/orders/{order.id}/return", fields)])


def account_page(scene: Scene, shown: Address | None = None, missing: Sequence[str] = ()) -> Page:
    """`shown` and `missing`: what was sent for a new address and refused."""
    visit = scene.visit
    main: list[Block] = [Heading(scene.say("account_heading")), Heading(scene.say("addresses"), 2)]
    items: list[tuple[Block, ...]] = []
    for address in visit.addresses:
        name = address.street
        blocks: list[Block] = [Text(address.line())]
        if address.id == visit.default_address:
            blocks.append(Text(scene.say("default")))
        else:
            button = Button(scene.say("make_default", name=name), kind="secondary")
            blocks.append(Form(f"/account/default/{address.id}", (button,)))
        blocks.append(deletion(scene, "delete_address", f"/account/address/{address.id}/delete", name=name))
        items.append(tuple(blocks))
    main.append(Items(tuple(items), kind="lines"))
    main.append(Group((_new_address(scene, shown or Address(), missing),), scene.say("add_address"), "panel"))
    main.append(Heading(scene.say("cards"), 2))
    cards = [
        (Text(card.label), deletion(scene, "delete_card", f"/account/card/{card.id}/delete", name=card.label))
        for card in visit.cards
    ]
    main.append(Items(tuple(cards), kind="lines"))
    return scene.page(scene.say("account_heading"), main)


def _new_address(scene: Scene, shown: Address, missing: Sequence[str]) -> Form:
    fields = tuple(
        Field("text", name, scene.say(name), getattr(shown, name), required=True,
              error=scene.say("fill_in", names=scene.say(name)) if name in missing else "")
        for name in ADDRESS_FIELDS
    )  # fmt: skip
    return Form("/account/address", (*fields, Button(scene.say("save_address"))), label=scene.say("add_address"))


def _status(scene: Scene, order: Order) -> str:
    return scene.say(f"status_{order.status}")
