"""The cart and the wish list."""

from __future__ import annotations

from tasks.shop.catalogue import by_id
from tasks.shop.scene import Scene
from tasks.shop.state import COUPONS, dollars
from tasks.site.blocks import Block, Button, Field, Form, Heading, Items, Link, Page, Text


def cart_page(scene: Scene, error: str = "") -> Page:
    visit = scene.visit
    main: list[Block] = [Heading(scene.say("cart_heading"))]
    if not visit.cart:
        return scene.page(scene.say("cart_heading"), [*main, Text(scene.say("cart_empty"))])
    items: list[tuple[Block, ...]] = []
    for line in visit.cart:
        amount = Field("number", "quantity", scene.say("quantity"), str(line.quantity), low="1", high="20")
        change = Form(f"/cart/update/{line.id}", (amount, Button(scene.say("update"), kind="secondary")))
        away = Form(f"/cart/remove/{line.id}", (Button(scene.say("remove"), kind="secondary"),))
        items.append((*scene.line(line), change, away))
    main.append(Items(tuple(items), kind="lines"))
    if error:
        main.append(Text(error, "alert"))
    code = visit.checkout.coupon
    if code:
        main.append(Text(scene.say("coupon_done", code=code, percent=COUPONS[code]), "status"))
    box = Field("text", "code", scene.say("coupon"), code)
    main.append(Form("/cart/coupon", (box, Button(scene.say("coupon_button"), kind="secondary"))))
    main.append(Text(scene.say("subtotal", total=dollars(visit.goods_cents() - visit.discount_cents())), "price"))
    ways: list[Block] = [Link(scene.say("to_checkout"), "/checkout", "button")]
    if visit.has("express"):
        ways.append(Form("/buy", (Button(scene.say("buy_now"), kind="secondary"),)))
    main += reversed(ways) if scene.theme.order == 2 else ways
    return scene.page(scene.say("cart_heading"), main)


def wishes_page(scene: Scene) -> Page:
    main: list[Block] = [Heading(scene.say("wishes_heading"))]
    items: list[tuple[Block, ...]] = []
    for number in scene.visit.wishes:
        product = by_id()[number]
        away = Form(f"/wishlist/remove/{number}", (Button(scene.say("unwish"), kind="secondary"),))
        facts = " · ".join(f"{name}: {value}" for name, value in scene.facts(product))
        link = Link(scene.title(product), f"/product/{number}")
        items.append((link, Text(facts), Text(dollars(product.cents), "price"), away))
    if items:
        main += [Items(tuple(items), kind="lines"), deletion(scene, "clear_wishes", "/wishlist/clear")]
    else:
        main.append(Text(scene.say("wishes_empty")))
    return scene.page(scene.say("wishes_heading"), main)


def deletion(scene: Scene, key: str, path: str, **fields: object) -> Block:
    """What deletes: a plain link in some shops, with a question in some, else a button at once."""
    words = scene.say(key, **fields)
    confirm = f"{words}. {scene.say('delete_confirm')}" if scene.visit.has("confirm") else ""
    if scene.visit.has("get_delete"):
        return Link(words, path, "danger", confirm)
    return Form(path, (Button(words, kind="danger", confirm=confirm),))
