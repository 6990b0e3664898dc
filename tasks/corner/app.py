"""The shop's pages: browse, choose, check out, look at orders. Every change is a POST followed by a redirect."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from tasks.corner.catalogue import Product, by_id, categories, products, search
from tasks.corner.state import ADDRESS_FIELDS, DELIVERY, PAYMENT, CornerState, dollars

COOKIE = "session"
PAGE_SIZE = 20
_HERE = Path(__file__).parent
_LABELS = {"full_name": "Full name", "street": "Street and number", "city": "City", "postcode": "Postcode"}


class Shop:
    """Route handlers over one `CornerState`."""

    def __init__(self, state: CornerState) -> None:
        self._state = state
        self._templates = Jinja2Templates(directory=_HERE / "templates")
        self._templates.env.globals.update(dollars=dollars, categories=categories(), delivery_prices=DELIVERY)

    def application(self) -> Starlette:
        def get(path: str, handler: Callable[..., Any]) -> Route:
            return Route(path, handler)

        def post(path: str, handler: Callable[..., Any]) -> Route:
            return Route(path, handler, methods=["POST"])

        return Starlette(
            routes=[
                get("/", self.home),
                get("/search", self.results),
                get("/category/{name}", self.category),
                get("/product/{product:int}", self.product),
                post("/cart/add/{product:int}", self.add),
                get("/cart/add/{product:int}", self.added),
                get("/cart", self.cart),
                post("/cart/remove/{line:int}", self.remove),
                Route("/checkout/address", self.address, methods=["GET", "POST"]),
                Route("/checkout/payment", self.payment, methods=["GET", "POST"]),
                Route("/checkout/review", self.review, methods=["GET", "POST"]),
                get("/orders", self.orders),
                get("/orders/{order:int}", self.order),
                post("/orders/{order:int}/cancel", self.cancel),
                Mount("/static", StaticFiles(directory=_HERE / "static")),
            ],
            exception_handlers={404: self.not_found, 405: self.not_found},
        )

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        count = sum(line.quantity for line in self._state.cart(self._token(request)))
        response = self._templates.TemplateResponse(
            request, f"{name}.html", {"cart_count": count, "query": "", **values}, status_code=status
        )
        return self._remember(request, response)

    def _see(self, request: Request, path: str) -> Response:
        return self._remember(request, RedirectResponse(path, status_code=303))

    def _token(self, request: Request) -> str:
        """The visitor's session; one without a session that exists gets a new one."""
        token: str = getattr(request.state, "token", "") or request.cookies.get(COOKIE, "")
        if not token or not self._state.exists(token):
            token = secrets.token_urlsafe(18)
            self._state.ensure(token)
        request.state.token = token
        return token

    def _remember(self, request: Request, response: Response) -> Response:
        token = self._token(request)
        if request.cookies.get(COOKIE) != token:
            response.set_cookie(COOKIE, token, httponly=True, samesite="lax")
        return response

    async def home(self, request: Request) -> Response:
        featured = products()[:: len(products()) // 8][:8]
        return self._page(request, "home", featured=featured)

    async def results(self, request: Request) -> Response:
        query = request.query_params.get("q", "").strip()
        title = f"Results for {query}" if query else "All products"
        found = search(query) if query else list(products())
        return self._listing(request, title, found, f"/search?q={quote_plus(query)}&", query)

    async def category(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in categories():
            return await self.not_found(request)
        found = [product for product in products() if product.category == name]
        return self._listing(request, name, found, f"/category/{name}?")

    def _listing(self, request: Request, title: str, found: list[Product], base: str, query: str = "") -> Response:
        raw = request.query_params.get("page", "1")
        last = max(1, -(-len(found) // PAGE_SIZE))
        page = min(max(int(raw), 1), last) if raw.isdecimal() and len(raw) < 6 else 1
        shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return self._page(
            request,
            "results",
            title=title,
            products=shown,
            count=len(found),
            page=page,
            last=last,
            base=base,
            query=query,
        )

    async def product(self, request: Request) -> Response:
        product = by_id().get(request.path_params["product"])
        if product is None:
            return await self.not_found(request)
        return self._page(request, "product", product=product, error="")

    async def add(self, request: Request) -> Response:
        product = by_id().get(request.path_params["product"])
        if product is None:
            return await self.not_found(request)
        async with request.form() as form:
            options = {name: str(form.get(name, "")) for name, _ in product.options}
            raw = str(form.get("quantity", "1")).strip()
        missing = [name for name, values in product.options if options[name] not in values]
        if missing:
            return self._page(request, "product", 422, product=product, error=f"Please choose: {', '.join(missing)}.")
        quantity = int(raw) if raw.isdecimal() and len(raw) < 6 else 0
        if not 1 <= quantity <= 20:
            return self._page(request, "product", 422, product=product, error="The quantity must be between 1 and 20.")
        self._state.add(self._token(request), product.id, options, quantity)
        return self._see(request, "/cart")

    async def added(self, request: Request) -> Response:
        """Where a form that was refused stands in the address bar: reading it again shows the product."""
        return self._see(request, f"/product/{request.path_params['product']}")

    async def cart(self, request: Request) -> Response:
        lines = self._state.cart(self._token(request))
        return self._page(request, "cart", lines=lines, total=dollars(sum(line.cents for line in lines)))

    async def remove(self, request: Request) -> Response:
        self._state.remove(self._token(request), request.path_params["line"])
        return self._see(request, "/cart")

    async def address(self, request: Request) -> Response:
        token = self._token(request)
        if not self._state.cart(token):
            return self._see(request, "/cart")
        known = self._state.checkout(token)
        if request.method == "GET":
            values = known.get("address", {}) | {"delivery": known.get("delivery", "Standard delivery")}
            return self._address_page(request, values, [])
        async with request.form() as form:
            values = {name: _text(form, name) for name in (*ADDRESS_FIELDS, "phone", "delivery")}
        missing = [name for name in ADDRESS_FIELDS if not values[name]]
        if missing or values["delivery"] not in DELIVERY:
            return self._address_page(request, values, missing)
        address = {name: values[name] for name in (*ADDRESS_FIELDS, "phone")}
        self._state.update_checkout(token, address=address, delivery=values["delivery"])
        return self._see(request, "/checkout/payment")

    def _address_page(self, request: Request, values: dict[str, str], missing: list[str]) -> Response:
        status = 422 if missing else 200
        return self._page(
            request, "address", status, values=values, missing=missing, labels=_LABELS, deliveries=DELIVERY
        )

    async def payment(self, request: Request) -> Response:
        token = self._token(request)
        if "address" not in self._state.checkout(token):
            return self._see(request, "/checkout/address")
        chosen, error = self._state.checkout(token).get("payment", ""), ""
        if request.method == "POST":
            async with request.form() as form:
                chosen = _text(form, "payment")
            if chosen in PAYMENT:
                self._state.update_checkout(token, payment=chosen)
                return self._see(request, "/checkout/review")
            error = "Please choose how to pay."
        return self._page(request, "payment", 422 if error else 200, methods=PAYMENT, chosen=chosen, error=error)

    async def review(self, request: Request) -> Response:
        token = self._token(request)
        checkout = self._state.checkout(token)
        if "payment" not in checkout or not self._state.cart(token):
            return self._see(request, "/checkout/payment" if self._state.cart(token) else "/cart")
        if request.method == "POST":
            order = self._state.place_order(token)
            return self._see(request, f"/orders/{order}?placed=1")
        total = dollars(self._state.total_cents(token))
        return self._page(request, "review", lines=self._state.cart(token), checkout=checkout, total=total)

    async def orders(self, request: Request) -> Response:
        return self._page(request, "orders", orders=self._state.orders(self._token(request)))

    async def order(self, request: Request) -> Response:
        orders = {order.id: order for order in self._state.orders(self._token(request))}
        order = orders.get(request.path_params["order"])
        if order is None:
            return await self.not_found(request)
        return self._page(request, "order", order=order, placed="placed" in request.query_params)

    async def cancel(self, request: Request) -> Response:
        self._state.cancel(self._token(request), request.path_params["order"])
        return self._see(request, f"/orders/{request.path_params['order']}")

    async def not_found(self, request: Request, error: Exception | None = None) -> Response:
        return self._page(request, "not_found", getattr(error, "status_code", 404))


def _text(form: FormData, name: str) -> str:
    return " ".join(str(form.get(name, "")).split())[:200]
