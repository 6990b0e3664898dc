"""The shop over HTTP: which address shows and does what. The pages themselves are made beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasks.shop import account_pages, cart_page, listing, product_page
from tasks.shop.buying import Buying
from tasks.shop.catalogue import by_id, categories, products, search
from tasks.shop.people import visitor
from tasks.shop.scene import Scene, lacking
from tasks.shop.state import ADDRESS_FIELDS, COUPONS, OTHER_SELLER, REASONS, Address, Visit
from tasks.site.blocks import Page
from tasks.site.store import SessionStore
from tasks.site.visits import Visits, field, static_files


class Shop:
    """Route handlers over the sessions; buying has handlers of its own."""

    def __init__(self, store: SessionStore[Visit], visits: Visits[Visit]) -> None:
        self._store = store
        self._visits = visits
        self._buying = Buying(store, visits)

    def application(self) -> Starlette:
        def get(path: str, handler: Callable[..., Any]) -> Route:
            return Route(path, handler)

        def post(path: str, handler: Callable[..., Any]) -> Route:
            return Route(path, handler, methods=["POST"])

        def both(path: str, handler: Callable[..., Any]) -> Route:
            return Route(path, handler, methods=["GET", "POST"])

        return Starlette(
            routes=[
                get("/", self.home),
                get("/search", self.results),
                get("/category/{name}", self.category),
                get("/product/{product:int}", self.product),
                post("/consent", self.consent),
                get("/cart", self.cart),
                both("/cart/update/{line:int}", self.update),
                post("/cart/remove/{line:int}", self.remove),
                both("/cart/coupon", self.coupon),
                get("/wishlist", self.wishes),
                post("/wishlist/add/{product:int}", self.wish),
                post("/wishlist/remove/{product:int}", self.unwish),
                both("/wishlist/clear", self.clear_wishes),
                get("/orders", self.orders),
                get("/orders/{order:int}", self.order),
                get("/frame/orders/{order:int}", self.order),
                post("/orders/{order:int}/cancel", self.cancel),
                both("/orders/{order:int}/return", self.send_back),
                get("/account", self.account),
                both("/account/address", self.new_address),
                post("/account/default/{address:int}", self.default),
                both("/account/address/{address:int}/delete", self.delete_address),
                both("/account/card/{card:int}/delete", self.delete_card),
                *self._buying.routes(),
                self._visits.entrance(visitor),
                static_files(),
            ],
            exception_handlers={404: self.lacking, 405: self.lacking},
        )

    def _show(self, request: Request, page: Page, status: int = 200) -> Response:
        return self._visits.show(request, page, self._scene(request).theme.name, status)

    def _scene(self, request: Request) -> Scene:
        return Scene.of(self._store.read(self._visits.token(request)))

    def _see(self, request: Request, path: str) -> Response:
        return self._visits.see(request, path)

    async def lacking(self, request: Request, error: Exception | None = None) -> Response:
        return self._show(request, lacking(self._scene(request)), getattr(error, "status_code", 404))

    async def home(self, request: Request) -> Response:
        return self._show(request, listing.home(self._scene(request)))

    async def results(self, request: Request) -> Response:
        scene, query = self._scene(request), " ".join(request.query_params.get("q", "").split())[:200]
        title = scene.say("results", query=query) if query else scene.say("all_products")
        found = search(query) if query else products()
        wanted = listing.Wanted.read(request.query_params)
        return self._show(request, listing.listing(scene, title, found, "/search", query, wanted))

    async def category(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in categories():
            return await self.lacking(request)
        found = [product for product in products() if product.category == name]
        wanted = listing.Wanted.read(request.query_params)
        page = listing.listing(self._scene(request), name, found, f"/category/{name}", "", wanted)
        return self._show(request, page)

    async def product(self, request: Request) -> Response:
        product = by_id().get(request.path_params["product"])
        if product is None:
            return await self.lacking(request)
        scene = self._scene(request)
        other = request.query_params.get("seller") == "other" and scene.visit.has("seller")
        return self._show(request, product_page.product_page(scene, product, OTHER_SELLER if other else ""))

    async def consent(self, request: Request) -> Response:
        with self._store.edit(self._visits.token(request)) as visit:
            visit.consented = True
        return self._visits.back(request)

    async def cart(self, request: Request) -> Response:
        return self._show(request, cart_page.cart_page(self._scene(request)))

    async def update(self, request: Request) -> Response:
        if request.method == "GET":  # where a form that was refused stands in the address bar
            return self._see(request, "/cart")
        async with request.form() as form:
            raw = field(form, "quantity")
        quantity = int(raw) if raw.isdecimal() and len(raw) < 6 else 0
        if not 1 <= quantity <= 20:
            scene = self._scene(request)
            return self._show(request, cart_page.cart_page(scene, scene.say("bad_quantity")), 422)
        with self._store.edit(self._visits.token(request)) as visit:
            for line in visit.cart:
                if line.id == request.path_params["line"]:
                    line.quantity = quantity
        return self._see(request, "/cart")

    async def remove(self, request: Request) -> Response:
        with self._store.edit(self._visits.token(request)) as visit:
            visit.cart = [line for line in visit.cart if line.id != request.path_params["line"]]
        return self._see(request, "/cart")

    async def coupon(self, request: Request) -> Response:
        if request.method == "GET":
            return self._see(request, "/cart")
        async with request.form() as form:
            code = field(form, "code").upper()
        if code and code not in COUPONS:
            scene = self._scene(request)
            return self._show(request, cart_page.cart_page(scene, scene.say("coupon_bad")), 422)
        with self._store.edit(self._visits.token(request)) as visit:
            visit.checkout.coupon = code
        return self._see(request, "/cart")

    async def wishes(self, request: Request) -> Response:
        return self._show(request, cart_page.wishes_page(self._scene(request)))

    async def wish(self, request: Request) -> Response:
        number = request.path_params["product"]
        if number not in by_id():
            return await self.lacking(request)
        with self._store.edit(self._visits.token(request)) as visit:
            if number not in visit.wishes:
                visit.wishes.append(number)
        return self._see(request, "/wishlist")

    async def unwish(self, request: Request) -> Response:
        with self._store.edit(self._visits.token(request)) as visit:
            visit.wishes = [number for number in visit.wishes if number != request.path_params["product"]]
        return self._see(request, "/wishlist")

    async def clear_wishes(self, request: Request) -> Response:
        with self._store.edit(self._visits.token(request)) as visit:
            if request.method == "GET" and not visit.has("get_delete"):
                return self._see(request, "/wishlist")
            if visit.wishes:
                visit.log("clear_list", detail=f"{len(visit.wishes)} saved items")
            visit.wishes = []
        return self._see(request, "/wishlist")

    async def orders(self, request: Request) -> Response:
        return self._show(request, account_pages.orders_page(self._scene(request)))

    async def order(self, request: Request) -> Response:
        scene = self._scene(request)
        order = scene.visit.order(request.path_params["order"])
        if order is None:
            return await self.lacking(request)
        bare = request.url.path.startswith("/frame/")
        return self._show(request, account_pages.order_page(scene, order, "placed" in request.query_params, bare))

    async def cancel(self, request: Request) -> Response:
        number = request.path_params["order"]
        with self._store.edit(self._visits.token(request)) as visit:
            order = visit.order(number)
            if order is not None and order.status == "placed":
                order.status = "cancelled"
                visit.log("cancel", number)
        return await self.lacking(request) if order is None else self._see(request, f"/orders/{number}")

    async def send_back(self, request: Request) -> Response:
        number, scene = request.path_params["order"], self._scene(request)
        order = scene.visit.order(number)
        if order is None or order.status != "delivered":
            return await self.lacking(request)
        if request.method == "GET":
            return self._show(request, account_pages.return_page(scene, order, "", ""))
        async with request.form() as form:
            line, reason = field(form, "line"), field(form, "reason")
        if line not in {str(one.id) for one in order.lines} or reason not in REASONS:
            return self._show(request, account_pages.return_page(scene, order, line, reason, error=True), 422)
        with self._store.edit(self._visits.token(request)) as visit:
            kept = visit.order(number)
            if kept is not None and int(line) not in kept.returned:
                kept.returned[int(line)] = reason
                visit.log("return", int(line), reason)
        return self._see(request, f"/orders/{number}")

    async def account(self, request: Request) -> Response:
        return self._show(request, account_pages.account_page(self._scene(request)))

    async def new_address(self, request: Request) -> Response:
        if request.method == "GET":
            return self._see(request, "/account")
        async with request.form() as form:
            given = msgspec.convert({name: field(form, name, 200) for name in ADDRESS_FIELDS}, Address)
        missing = [name for name in ADDRESS_FIELDS if not getattr(given, name)]
        if missing:
            return self._show(request, account_pages.account_page(self._scene(request), given, missing), 422)
        with self._store.edit(self._visits.token(request)) as visit:
            given.id = visit.next_id()
            visit.addresses.append(given)
        return self._see(request, "/account")

    async def default(self, request: Request) -> Response:
        with self._store.edit(self._visits.token(request)) as visit:
            if any(one.id == request.path_params["address"] for one in visit.addresses):
                visit.default_address = request.path_params["address"]
        return self._see(request, "/account")

    async def delete_address(self, request: Request) -> Response:
        number = request.path_params["address"]
        with self._store.edit(self._visits.token(request)) as visit:
            gone = next((one for one in visit.addresses if one.id == number), None)
            if gone is not None and (request.method == "POST" or visit.has("get_delete")):
                visit.addresses.remove(gone)
                visit.log("delete_address", number, gone.street)
        return self._see(request, "/account")

    async def delete_card(self, request: Request) -> Response:
        number = request.path_params["card"]
        with self._store.edit(self._visits.token(request)) as visit:
            gone = next((one for one in visit.cards if one.id == number), None)
            if gone is not None and (request.method == "POST" or visit.has("get_delete")):
                visit.cards.remove(gone)
                visit.log("delete_card", number, gone.label)
        return self._see(request, "/account")
