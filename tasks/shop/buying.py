"""From the product to the order: what is added, where it goes, and the moments at which it is bought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasks.shop import checkout_pages, product_page
from tasks.shop.catalogue import Product, by_id
from tasks.shop.scene import Scene, lacking
from tasks.shop.state import ADDRESS_FIELDS, DELIVERY, OTHER_SELLER, PAYMENT, Address, Line, Visit, price_of
from tasks.site.blocks import Page
from tasks.site.store import SessionStore
from tasks.site.visits import Visits, field


class Buying:
    """Route handlers of cart filling and checkout."""

    def __init__(self, store: SessionStore[Visit], visits: Visits[Visit]) -> None:
        self._store = store
        self._visits = visits

    def routes(self) -> list[Route]:
        def both(path: str, handler: Callable[..., Any]) -> Route:
            return Route(path, handler, methods=["GET", "POST"])

        routes = [
            both("/cart/add/{product:int}", self.add),
            both("/buy/{product:int}", self.add),
            Route("/buy", self.buy_cart, methods=["POST"]),
        ]
        for prefix in ("", "/frame"):
            routes += [
                both(f"{prefix}/checkout", self.whole),
                both(f"{prefix}/checkout/address", self.address),
                both(f"{prefix}/checkout/payment", self.payment),
                both(f"{prefix}/checkout/review", self.review),
            ]
        return routes

    def _scene(self, request: Request) -> Scene:
        return Scene.of(self._store.read(self._visits.token(request)))

    def _show(self, request: Request, page: Page, status: int = 200) -> Response:
        return self._visits.show(request, page, self._scene(request).theme.name, status)

    def _see(self, request: Request, path: str) -> Response:
        return self._visits.see(request, path)

    async def add(self, request: Request) -> Response:
        """Into the cart; or, under `/buy`, bought at once with everything else as it is by default."""
        product, scene = by_id().get(request.path_params["product"]), self._scene(request)
        if product is None:
            return self._show(request, lacking(scene), 404)
        if request.method == "GET":  # where a form that was refused stands in the address bar
            return self._see(request, f"/product/{product.id}")
        other = request.query_params.get("seller") == "other" and scene.visit.has("seller")
        seller = OTHER_SELLER if other else ""
        async with request.form() as form:
            names = [name for name, _ in product.options]
            sent = {name: field(form, name) for name in (*names, "quantity", "plan", "protection")}
        error = _problem(scene, product, sent)
        if not error and product.id in scene.visit.sold_out and not seller:
            error = scene.say("sold_out")
        if error:
            return self._show(request, product_page.product_page(scene, product, seller, error, sent), 422)
        with self._store.edit(self._visits.token(request)) as visit:
            line = Line(
                visit.next_id(),
                product.id,
                {name: sent[name] for name in names},
                int(sent["quantity"] or 1),
                price_of(product, seller),
                seller,
                protected=sent["protection"] == "yes",
                monthly=sent["plan"] == "monthly",
            )
            if request.url.path.startswith("/buy"):
                kept, visit.cart = visit.cart, [line]
                number = _at_once(visit)
                visit.cart = kept
                return self._see(request, f"/orders/{number}?placed=1")
            visit.cart.append(line)
        return self._see(request, "/cart")

    async def buy_cart(self, request: Request) -> Response:
        with self._store.edit(self._visits.token(request)) as visit:
            number = _at_once(visit)
        return self._see(request, f"/orders/{number}?placed=1" if number else "/cart")

    def _gate(self, request: Request) -> tuple[Scene, Response | None]:
        """The scene, and where to go instead of a checkout page: an empty cart's, or around the frame."""
        scene, path = self._scene(request), request.url.path
        if not scene.visit.cart:
            return scene, self._see(request, "/cart")
        if scene.theme.framed and not path.startswith("/frame"):
            first = "/frame/checkout" if scene.theme.one_page else "/frame/checkout/address"
            return scene, self._show(request, checkout_pages.framed(scene, first))
        if path.endswith("/checkout") and not scene.theme.one_page:
            return scene, self._see(request, f"{path}/address")
        if path.endswith("/address") and scene.theme.one_page:
            return scene, self._see(request, path.removesuffix("/address"))
        if scene.visit.has("pays_early") and scene.visit.raised:
            with self._store.edit(self._visits.token(request)) as visit:
                visit.raise_prices()
            return Scene.of(visit), None
        return scene, None

    async def address(self, request: Request) -> Response:
        scene, elsewhere = self._gate(request)
        if elsewhere is not None:
            return elsewhere
        if request.method == "GET":
            return self._show(request, checkout_pages.address_page(scene, _known(scene), _delivery(scene)))
        async with request.form() as form:
            given, delivery = _address(form), field(form, "delivery")
        missing = [name for name in ADDRESS_FIELDS if not getattr(given, name)]
        if missing or delivery not in DELIVERY:
            return self._show(request, checkout_pages.address_page(scene, given, delivery, missing), 422)
        with self._store.edit(self._visits.token(request)) as visit:
            visit.checkout.address, visit.checkout.delivery = given, delivery
        return self._see(request, request.url.path.replace("address", "payment"))

    async def payment(self, request: Request) -> Response:
        scene, elsewhere = self._gate(request)
        if elsewhere is not None:
            return elsewhere
        checkout = scene.visit.checkout
        if scene.theme.one_page or checkout.address is None:
            return self._see(request, request.url.path.replace("payment", "address"))
        if request.method == "GET":
            donation = checkout.donation or (scene.visit.has("donation") and not checkout.payment)
            return self._show(request, checkout_pages.payment_page(scene, checkout.payment, donation))
        async with request.form() as form:
            chosen, donation = field(form, "payment"), field(form, "donation") == "yes"
        if chosen not in PAYMENT:
            return self._show(request, checkout_pages.payment_page(scene, chosen, donation, error=True), 422)
        return self._paid(request, chosen, donation)

    async def whole(self, request: Request) -> Response:
        scene, elsewhere = self._gate(request)
        if elsewhere is not None:
            return elsewhere
        checkout = scene.visit.checkout
        if request.method == "GET":
            donation = checkout.donation or (scene.visit.has("donation") and not checkout.payment)
            page = checkout_pages.whole_page(scene, _known(scene), _delivery(scene), checkout.payment, donation)
            return self._show(request, page)
        async with request.form() as form:
            given, delivery = _address(form), field(form, "delivery")
            chosen, donation = field(form, "payment"), field(form, "donation") == "yes"
        missing = [name for name in ADDRESS_FIELDS if not getattr(given, name)]
        if missing or delivery not in DELIVERY or chosen not in PAYMENT:
            page = checkout_pages.whole_page(
                scene, given, delivery, chosen, donation, missing, error=chosen not in PAYMENT
            )
            return self._show(request, page, 422)
        with self._store.edit(self._visits.token(request)) as visit:
            visit.checkout.address, visit.checkout.delivery = given, delivery
        return self._paid(request, chosen, donation)

    def _paid(self, request: Request, chosen: str, donation: bool) -> Response:
        """How it is paid is known: a last look, or, where the shop pays early, the order."""
        prefix = "/frame" if request.url.path.startswith("/frame") else ""
        with self._store.edit(self._visits.token(request)) as visit:
            visit.checkout.payment, visit.checkout.donation = chosen, donation
            number = visit.place_order() if visit.has("pays_early") else 0
        return self._see(request, f"{prefix}/orders/{number}?placed=1" if number else f"{prefix}/checkout/review")

    async def review(self, request: Request) -> Response:
        scene, elsewhere = self._gate(request)
        if elsewhere is not None:
            return elsewhere
        path, checkout = request.url.path, scene.visit.checkout
        if not checkout.payment or checkout.address is None:
            return self._see(request, path.removesuffix("/review"))
        with self._store.edit(self._visits.token(request)) as visit:
            changed = visit.raise_prices()
            if request.method == "POST":
                number = visit.place_order()
                return self._see(request, f"{path.removesuffix('/checkout/review')}/orders/{number}?placed=1")
        raised = changed or any(line.product_id in visit.raised for line in visit.cart)
        return self._show(request, checkout_pages.review_page(Scene.of(visit), raised))


def _problem(scene: Scene, product: Product, sent: dict[str, str]) -> str:
    """Why this can't go into the cart, in the shop's words; empty when it can."""
    gone = {(name, value) for number, name, value in scene.visit.gone if number == product.id}
    missing = [
        name for name, values in product.options if sent[name] not in values or (name, sent[name]) in gone
    ]  # fmt: skip
    if missing:
        return scene.say("missing_option", names=", ".join(missing))
    raw = sent["quantity"] or "1"
    return "" if raw.isdecimal() and len(raw) < 6 and 1 <= int(raw) <= 20 else scene.say("bad_quantity")


def _at_once(visit: Visit) -> int:
    """Order what is in the cart with the saved address and the first way of each kind."""
    visit.checkout.address = visit.home_address() or visit.checkout.address
    visit.checkout.delivery = visit.checkout.delivery or next(iter(DELIVERY))
    visit.checkout.payment = visit.checkout.payment or PAYMENT[0]
    return visit.place_order()


def _address(form: Any) -> Address:
    return msgspec.convert({name: field(form, name, 200) for name in (*ADDRESS_FIELDS, "phone")}, Address)


def _known(scene: Scene) -> Address:
    """What the address fields hold at first: what was entered, else the saved address where the shop fills it in."""
    entered = scene.visit.checkout.address
    if entered is not None:
        return entered
    saved = scene.visit.home_address() if scene.theme.draw(2, "fills in") or scene.visit.has("old_address") else None
    return saved or Address()


def _delivery(scene: Scene) -> str:
    return scene.visit.checkout.delivery or next(iter(DELIVERY))
