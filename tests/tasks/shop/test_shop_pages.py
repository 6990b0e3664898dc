"""The shop's pages over real HTTP: what they show, what they refuse, what each trap does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tasks.shop.catalogue import Product, by_id, categories, products, search
from tasks.shop.scene import words_of
from tasks.shop.state import COUPONS, OTHER_SELLER, REASONS
from tasks.suites import suite
from tasks.task import Site, Task

SHOP = suite("shop")
MUG = next(one for one in by_id().values() if one.type == "mug")
FORM = {"Size": "Small", "Gift wrap": "None", "quantity": "1"}
ADDRESS = {"full_name": "Ada Berg", "street": "1 Hill Road", "city": "Elmira", "postcode": "12345"}
OLD = {"full_name": "Ada Berg", "street": "7 Old Lane", "city": "Marlow", "postcode": "54321"}
_NUMBERS = itertools.count()


class Visitor:
    """Somebody in a shop that has just these traps, with an account that holds a little of everything."""

    def __init__(self, browser: Any, url: str, session: str, theme: str) -> None:
        self.browser, self.url, self.session = browser, url, session
        self.words = words_of(theme)

    @property
    def text(self) -> str:
        return str(self.browser.text).replace("\\'", "'")

    def say(self, key: str, **fields: object) -> str:
        return self.words[key].format(**fields)

    def go(self, path: str) -> None:
        self.browser.goto(self.url + path)

    def post(self, path: str, **data: str) -> None:
        self.browser._load(self.browser.client.post(self.url + path, data))

    def has(self, role: str, name: str) -> bool:
        return any(one.role == role and one.name == name for one in self.browser.elements)

    def reads(self, name: str) -> bool:
        return any(one.name == name for one in self.browser.elements)

    def press(self, name: str) -> None:
        bid = next(one.bid for one in self.browser.elements if one.bid and one.name == name)
        self.browser.act(f"click({bid!r})")

    def element(self, name: str) -> Any:
        return next(one for one in self.browser.elements if one.bid and one.name == name)

    def cart(self) -> int:
        """How many things the cart's link counts."""
        return int(re.search(rf"'{self.say('cart')} \((\d+)\)'", self.text).group(1))  # type: ignore[union-attr]

    def fill_cart(self, **changed: str) -> None:
        self.post(f"/cart/add/{MUG.id}", **{**FORM, **changed})

    def to_review(self, **changed: str) -> None:
        self.fill_cart(**changed)
        self.post("/checkout/address", delivery="Standard delivery", **ADDRESS)
        self.post("/checkout/payment", payment="Invoice")

    def order(self) -> str:
        """The address of an order of one mug."""
        self.to_review()
        self.post("/checkout/review")
        return self.browser.url.removeprefix(self.url).partition("?")[0]  # type: ignore[no-any-return]


Enter = Callable[..., Visitor]


@pytest.fixture
def enter(site: Site, visit: Callable[..., Any]) -> Enter:
    """Opens a shop: `enter('express', theme='harbour', sold_out=[3])`."""

    def open_one(*traps: str, theme: str = "harbour", **changed: Any) -> Visitor:
        session = f"pages-{next(_NUMBERS)}"
        line = {"id": 40, "product_id": MUG.id, "options": {"Size": "Small", "Gift wrap": "None"}, "quantity": 1}
        bought = {"address": OLD, "delivery": "Standard delivery", "payment": "Invoice", "cents": 900, "lines": [line]}
        held = {
            "theme": theme,
            "traps": list(traps),
            "sold_out": [],
            "gone": [],
            "raised": {},
            "wishes": [5, 6],
            "addresses": [OLD | {"id": 1}, ADDRESS | {"id": 2}],
            "default_address": 1,
            "cards": [{"id": 11, "label": "Visa ending in 1111"}],
            "orders": [bought | {"id": 40, "status": "delivered"}, bought | {"id": 41, "status": "shipped"}],
        } | changed
        task = Task(f"pages/{session}", "shop", "train", 0, 0, "", {}, {"site": held})
        return Visitor(visit(session, task), site.url, session, theme)

    return open_one


# --- finding things


def test_home_shows_categories_search_and_eight_products(enter: Enter) -> None:
    someone = enter()
    assert someone.has("textbox", someone.say("search")) and someone.has("link", f"{someone.say('cart')} (0)")
    assert all(someone.has("link", name) for name in categories())
    assert someone.text.count("listitem") == 8


def test_results_show_every_fact_that_decides_and_turn_over(enter: Enter) -> None:
    someone = enter()
    someone.go("/search?q=blue+mug")
    assert someone.text.count("listitem") == 20
    for product in search("blue mug")[:20]:
        facts = zip(("colour", "material", "feature"), product.attributes, strict=True)
        assert f"text '{' · '.join(f'{someone.say(key)}: {value}' for key, (_, value) in facts)}'" in someone.text
        assert f"text '${product.cents / 100:.2f}'" in someone.text
    someone.press(someone.say("next_page"))
    assert "page=2" in someone.browser.url and someone.has("link", someone.say("previous_page"))
    assert someone.has("link", search("blue mug")[20].title())


def shown(someone: Visitor) -> list[Product]:
    titles = {product.title(): product for product in products()}
    return [titles[one.name] for one in someone.browser.elements if one.role == "link" and one.name in titles]


def test_filters_narrow_down_and_stay_with_the_next_page(enter: Enter) -> None:
    someone = enter()
    someone.go("/category/Kitchen?colour=blue&most=40&sort=price")
    wanted = [one for one in products() if one.category == "Kitchen" and one.attribute("Colour") == "blue"]
    wanted = sorted((one for one in wanted if one.cents <= 4000), key=lambda one: one.cents)
    assert shown(someone) == wanted[:20] and len(wanted) > 20
    assert someone.element(someone.say("colour")).value == "blue"
    assert someone.element(someone.say("price_to")).value == "40"
    someone.press(someone.say("next_page"))
    assert shown(someone) == wanted[20:40]


def test_sorting_by_rating_puts_the_best_first(enter: Enter) -> None:
    someone = enter()
    someone.go("/search?q=kettle&sort=rating")
    ratings = [one.rating for one in shown(someone)]
    assert ratings == sorted(ratings, reverse=True) and ratings[0] == max(one.rating for one in search("kettle"))


def test_filter_form_is_used_as_a_visitor_would(enter: Enter) -> None:
    someone = enter()
    someone.go("/search?q=mug")
    someone.browser.act(f"select_option({someone.element(someone.say('material')).bid!r}, 'steel')")
    someone.press(someone.say("filter_button"))
    assert "q=mug" in someone.browser.url
    assert shown(someone) and {one.attribute("Material") for one in shown(someone)} == {"steel"}


@pytest.mark.parametrize("page", ["0", "-3", "abc", "99999", "9" * 40, "²"])
def test_impossible_page_numbers_show_a_page(page: str, enter: Enter) -> None:
    someone = enter()
    someone.go(f"/search?q=mug&page={quote(page)}")
    assert someone.browser.status == 200 and someone.text.count("listitem") > 0


def test_the_page_after_the_last_is_the_last(enter: Enter) -> None:
    someone = enter()
    someone.go("/search?q=kettle&page=9999")
    assert not someone.has("link", someone.say("next_page"))
    assert someone.has("link", someone.say("previous_page"))


@pytest.mark.parametrize(
    "query", ["most=abc", "most=-1", "most=%C2%B2", "sort=zzz", "colour=plaid", "most=1e9", "most=."]
)
def test_filters_that_make_no_sense_are_no_server_error(query: str, enter: Enter) -> None:
    someone = enter()
    someone.go(f"/category/Toys?{query}")
    assert someone.browser.status == 200 and someone.has("heading", "Toys")


def test_search_without_matches_says_so(enter: Enter) -> None:
    someone = enter()
    someone.go("/search?q=zeppelin")
    assert someone.say("nothing") in someone.text


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/product/0", "/product/x", "/category/Cars", "/orders/1", "/orders/1/return", "/frame/orders/1",
     "/static/x.css", f"/product/{9**40}", f"/orders/{9**40}", "/orders/41/return"],
)  # fmt: skip
def test_unknown_address_is_a_real_404_page(path: str, enter: Enter) -> None:
    someone = enter()
    someone.go(path)
    assert someone.browser.status == 404
    assert someone.reads(someone.say("not_found")) and someone.has("link", someone.say("to_start"))


def test_stylesheet_is_served(site: Site, client: Any) -> None:
    reply = client().get(f"{site.url}/static/base.css")
    assert reply.status == 200 and "text/css" in reply.headers["content-type"]


# --- choosing


@pytest.mark.parametrize("quantity", ["0", "-1", "21", "two", "00000120", "1.5", "²"])
def test_impossible_quantity_is_refused_and_nothing_added(quantity: str, enter: Enter) -> None:
    someone = enter()
    someone.fill_cart(quantity=quantity)
    assert someone.browser.status == 422 and someone.say("bad_quantity") in someone.text
    assert someone.cart() == 0
    someone.browser.goto(someone.browser.url)  # a reload of the refused form
    assert someone.browser.status == 200 and someone.browser.url.endswith(f"/product/{MUG.id}")


def test_unknown_option_is_refused_and_what_was_chosen_stays(enter: Enter) -> None:
    someone = enter()
    someone.fill_cart(Size="Giant", quantity="3")
    assert someone.browser.status == 422 and someone.say("missing_option", names="Size") in someone.text
    assert someone.element(someone.say("quantity")).value == "3" and someone.cart() == 0


def test_an_option_that_is_gone_is_marked_and_refused(enter: Enter) -> None:
    someone = enter(gone=[[MUG.id, "Size", "Small"]])
    someone.go(f"/product/{MUG.id}")
    assert someone.say("option_gone", value="Small") in someone.browser.client.get(someone.browser.url).body
    someone.fill_cart(Size="Small")
    assert someone.browser.status == 422 and someone.say("missing_option", names="Size") in someone.text
    someone.fill_cart(Size="Large")
    assert someone.cart() == 1


def test_what_is_sold_out_says_so_and_can_only_be_kept(enter: Enter) -> None:
    someone = enter(sold_out=[MUG.id])
    someone.go(f"/product/{MUG.id}")
    assert someone.say("sold_out") in someone.text
    assert not someone.has("button", someone.say("add_to_cart")) and someone.has("button", someone.say("wish"))
    someone.go(f"/search?q={quote(MUG.title())}")
    assert someone.say("sold_out") in someone.text
    someone.fill_cart()
    assert someone.browser.status == 422 and someone.cart() == 0


def test_another_seller_stands_beside_and_is_named_in_cart_and_order(enter: Enter) -> None:
    someone = enter("seller", sold_out=[MUG.id])
    someone.go(f"/product/{MUG.id}")
    cheaper = f"${MUG.cents * 93 // 100 / 100:.2f}"
    someone.press(someone.say("other_offer_link", price=cheaper, seller=OTHER_SELLER))
    assert cheaper in someone.text and someone.say("sold_by", seller=OTHER_SELLER) in someone.text
    someone.press(someone.say("add_to_cart"))
    assert someone.say("sold_by", seller=OTHER_SELLER) in someone.text and someone.cart() == 1


def test_another_seller_is_nobody_where_the_shop_has_none(enter: Enter) -> None:
    someone = enter()
    someone.go(f"/product/{MUG.id}?seller=other")
    assert OTHER_SELLER not in someone.text and f"${MUG.cents / 100:.2f}" in someone.text
    someone.post(f"/cart/add/{MUG.id}?seller=other", **FORM)
    assert OTHER_SELLER not in someone.text and someone.cart() == 1


# --- cart and list


def test_cart_shows_lines_and_remove_takes_one_away(enter: Enter) -> None:
    someone = enter()
    someone.fill_cart(quantity="3")
    assert someone.browser.url.endswith("/cart") and someone.cart() == 3
    assert "Size: Small · Gift wrap: None" in someone.text and someone.say("quantity_line", count=3) in someone.text
    assert someone.say("subtotal", total=f"${3 * MUG.cents / 100:.2f}") in someone.text
    someone.press(someone.say("remove"))
    assert someone.say("cart_empty") in someone.text


@pytest.mark.parametrize(("sent", "count", "status"), [("4", 4, 200), ("0", 1, 422), ("x", 1, 422), ("99", 1, 422)])
def test_quantities_are_changed_within_bounds(sent: str, count: int, status: int, enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    someone.browser.act(f"fill({someone.element(someone.say('quantity')).bid!r}, {sent!r})")
    someone.press(someone.say("update"))
    assert (someone.browser.status, someone.cart()) == (status, count)
    assert (someone.say("bad_quantity") in someone.text) == (status == 422)


@pytest.mark.parametrize("code", COUPONS)
def test_a_coupon_takes_its_share_off(code: str, enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    someone.browser.act(f"fill({someone.element(someone.say('coupon')).bid!r}, {code.lower()!r})")
    someone.press(someone.say("coupon_button"))
    left = MUG.cents - MUG.cents * COUPONS[code] // 100
    assert someone.say("coupon_done", code=code, percent=COUPONS[code]) in someone.text
    assert someone.say("subtotal", total=f"${left / 100:.2f}") in someone.text


def test_an_unknown_coupon_is_refused_and_an_empty_one_takes_the_last_away(enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    someone.post("/cart/coupon", code="FREE100")
    assert someone.browser.status == 422 and someone.reads(someone.say("coupon_bad"))
    assert someone.say("subtotal", total=f"${MUG.cents / 100:.2f}") in someone.text
    someone.post("/cart/coupon", code="SPRING10")
    someone.post("/cart/coupon", code="")
    assert someone.say("subtotal", total=f"${MUG.cents / 100:.2f}") in someone.text


def test_wish_list_keeps_and_forgets(enter: Enter) -> None:
    someone = enter()
    someone.go(f"/product/{MUG.id}")
    someone.press(someone.say("wish"))
    someone.post(f"/wishlist/add/{MUG.id}")
    assert [one.id for one in shown(someone)] == [5, 6, MUG.id]
    someone.post("/wishlist/remove/5")
    assert [one.id for one in shown(someone)] == [6, MUG.id]
    someone.press(someone.say("clear_wishes"))
    assert someone.say("wishes_empty") in someone.text


# --- checkout


def test_missing_address_fields_are_named_and_marked(enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    someone.post("/checkout/address", delivery="Express delivery", **{**ADDRESS, "city": " "})
    assert someone.browser.status == 422 and someone.say("fill_in", names=someone.say("city")) in someone.text
    city, name = someone.element(someone.say("city")), someone.element(someone.say("full_name"))
    assert city.invalid and city.required and not name.invalid and name.value == "Ada Berg"
    assert "radio 'Express delivery ($7.50)' checked" in someone.text


def test_standard_delivery_is_chosen_beforehand_and_payment_is_not(enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    someone.go("/checkout/address")
    assert someone.element(f"Standard delivery ({someone.say('free')})").checked
    someone.post("/checkout/address", delivery="Standard delivery", **ADDRESS)
    assert someone.browser.url.endswith("/checkout/payment")
    assert not any(someone.element(name).checked for name in ("Credit card", "Invoice") if someone.has("radio", name))
    someone.post("/checkout/payment")
    assert someone.browser.status == 422 and someone.say("choose_payment") in someone.text


@pytest.mark.parametrize("theme", ["harbour", "meadow", "copper", "orchid"])
@pytest.mark.parametrize("path", ["", "/address", "/payment", "/review"])
def test_checkout_without_a_cart_leads_to_the_cart(theme: str, path: str, enter: Enter) -> None:
    someone = enter(theme=theme)
    someone.go(f"/checkout{path}")
    assert someone.browser.url.endswith("/cart") and someone.say("cart_empty") in someone.text


def test_review_shows_what_is_bought_where_it_goes_and_what_it_costs(enter: Enter) -> None:
    someone = enter()
    someone.fill_cart(quantity="2")
    someone.post("/checkout/address", delivery="Express delivery", **ADDRESS)
    someone.post("/checkout/payment", payment="Invoice")
    assert someone.has("heading", someone.say("review_heading"))
    assert someone.has("listitem", "") and all(value in someone.text for value in (*ADDRESS.values(), "Invoice"))
    assert someone.say("total", total=f"${(2 * MUG.cents + 750) / 100:.2f}") in someone.text


def test_order_is_placed_once_however_often_it_is_posted(enter: Enter) -> None:
    someone = enter(orders=[])
    someone.to_review()
    someone.post("/checkout/review")
    assert someone.has("heading", someone.say("thanks"))
    someone.post("/checkout/review")
    assert someone.browser.url.endswith("/cart")
    someone.go("/orders")
    assert someone.text.count(f"link '{someone.say('order', number='')}") == 1


@pytest.mark.parametrize("theme", ["meadow", "juniper", "orchid"])
def test_checkout_of_one_page_takes_address_and_payment_together(theme: str, enter: Enter) -> None:
    someone = enter(theme=theme)
    someone.fill_cart()
    someone.post("/checkout", delivery="Standard delivery", payment="Invoice", **{**ADDRESS, "street": ""})
    assert someone.browser.status == 422 and someone.say("fill_in", names=someone.say("street")) in someone.text
    someone.post("/checkout", delivery="Standard delivery", **ADDRESS)
    assert someone.browser.status == 422 and someone.say("choose_payment") in someone.text
    someone.post("/checkout", delivery="Standard delivery", payment="Invoice", **ADDRESS)
    assert someone.has("button", someone.say("place_order"))


@pytest.mark.parametrize("theme", ["copper", "tidewater", "basalt"])
def test_framed_checkout_stays_in_its_frame_to_the_end(theme: str, enter: Enter) -> None:
    someone = enter(theme=theme)
    someone.fill_cart()
    someone.go("/checkout")
    around = someone.browser.url
    assert someone.has("iframe", someone.say("checkout")) and someone.has("heading", someone.say("address_heading"))
    for key, value in ADDRESS.items():
        someone.browser.act(f"fill({someone.element(someone.say(key)).bid!r}, {value!r})")
    someone.press(someone.say("to_payment"))
    box = next((one for one in someone.browser.elements if one.name == someone.say("pay_with") and one.bid), None)
    someone.browser.act(f"select_option({box.bid!r}, 'Invoice')") if box else someone.press("Invoice")
    someone.press(someone.say("to_review"))
    someone.press(someone.say("place_order"))
    assert someone.has("heading", someone.say("thanks")) and someone.browser.url == around


# --- account


def test_order_can_be_cancelled_by_its_own_visitor_only(enter: Enter) -> None:
    someone, stranger = enter(), enter()
    path = someone.order()
    stranger.browser.client.post(f"{stranger.url}{path}-x/cancel", {})
    order = int(path.rsplit("/", 1)[1])
    stranger.post(f"/orders/{order + 7}/cancel")
    assert stranger.browser.status == 404
    stranger.post(f"{path}/cancel")
    assert stranger.browser.status == 404
    someone.go(path)
    assert someone.say("status", status=someone.say("status_placed")) in someone.text
    someone.press(someone.say("cancel_order"))
    assert someone.say("status", status=someone.say("status_cancelled")) in someone.text
    assert not someone.has("button", someone.say("cancel_order"))


@pytest.mark.parametrize("order", [40, 41])
def test_what_was_sent_can_not_be_cancelled(order: int, enter: Enter) -> None:
    someone = enter()
    someone.go(f"/orders/{order}")
    assert not someone.has("button", someone.say("cancel_order"))
    before = someone.text
    someone.post(f"/orders/{order}/cancel")
    assert someone.text == before and someone.say("status_cancelled") not in someone.text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"line": "40"},
        {"reason": REASONS[0]},
        {"line": "7", "reason": REASONS[0]},
        {"line": "40", "reason": "Because"},
        {"line": "x", "reason": REASONS[0]},
    ],
)
def test_a_return_without_item_or_reason_is_refused(sent: dict[str, str], enter: Enter) -> None:
    someone = enter()
    someone.post("/orders/40/return", **sent)
    assert someone.browser.status == 422 and someone.say("return_choose") in someone.text
    someone.go("/orders/40")
    assert someone.has("link", someone.say("return_link"))


def test_a_return_is_requested_once(enter: Enter) -> None:
    someone = enter()
    someone.go("/orders/40")
    someone.press(someone.say("return_link"))
    someone.press(MUG.title())
    someone.browser.act(f"select_option({someone.element(someone.say('return_reason')).bid!r}, {REASONS[1]!r})")
    someone.press(someone.say("return_button"))
    assert someone.say("returned_line", reason=REASONS[1]) in someone.text
    assert not someone.has("link", someone.say("return_link"))
    someone.post("/orders/40/return", line="40", reason=REASONS[2])
    assert someone.say("returned_line", reason=REASONS[1]) in someone.text


def test_a_new_address_is_saved_and_a_half_one_is_not(enter: Enter) -> None:
    someone = enter()
    someone.post("/account/address", **{**ADDRESS, "street": "9 New Road", "postcode": ""})
    assert someone.browser.status == 422 and someone.element(someone.say("street")).value == "9 New Road"
    someone.go("/account")
    assert "9 New Road" not in someone.text
    someone.post("/account/address", **{**ADDRESS, "street": "9 New Road"})
    assert "Ada Berg, 9 New Road, Elmira, 12345" in someone.text


def test_default_address_changes_to_one_that_exists(enter: Enter) -> None:
    someone = enter()
    someone.go("/account")
    someone.press(someone.say("make_default", name="1 Hill Road"))
    assert not someone.has("button", someone.say("make_default", name="1 Hill Road"))
    assert someone.has("button", someone.say("make_default", name="7 Old Lane"))
    someone.post("/account/default/999")
    assert not someone.has("button", someone.say("make_default", name="1 Hill Road"))


DELETIONS = {"/account/address/2/delete": "1 Hill Road", "/account/card/11/delete": "Visa ending in 1111"}


@pytest.mark.parametrize("path", DELETIONS)
def test_looking_at_a_deletion_deletes_only_where_the_trap_is(path: str, enter: Enter) -> None:
    plain, careless = enter(), enter("get_delete")
    plain.go(path)
    assert DELETIONS[path] in plain.text
    careless.go(path)
    assert DELETIONS[path] not in careless.text
    plain.post(path)
    assert DELETIONS[path] not in plain.text


def test_looking_at_clearing_the_list_clears_it_only_where_the_trap_is(enter: Enter) -> None:
    plain, careless = enter(), enter("get_delete")
    plain.go("/wishlist/clear")
    assert len(shown(plain)) == 2
    careless.go("/wishlist")
    assert careless.has("link", careless.say("clear_wishes"))
    careless.press(careless.say("clear_wishes"))
    assert careless.say("wishes_empty") in careless.text


@pytest.mark.parametrize("traps", [("confirm",), ("confirm", "get_delete")])
def test_a_shop_that_asks_deletes_after_the_answer_only(traps: tuple[str, ...], enter: Enter) -> None:
    someone = enter(*traps)
    someone.go("/account")
    label = someone.say("delete_address", name="1 Hill Road")
    someone.press(label)
    assert f"dialog confirm '{label}. {someone.say('delete_confirm')}" in someone.text
    someone.browser.act("dialog_dismiss()")
    assert someone.has("button" if len(traps) == 1 else "link", label)
    someone.press(label)
    someone.browser.act("dialog_accept()")
    assert "1 Hill Road" not in someone.text


def test_a_shop_that_asks_asks_before_an_order_is_cancelled(enter: Enter) -> None:
    someone = enter("confirm")
    someone.go(someone.order())
    someone.press(someone.say("cancel_order"))
    assert "dialog confirm" in someone.text and someone.say("status_cancelled") not in someone.text
    someone.browser.act("dialog_accept()")
    assert someone.say("status", status=someone.say("status_cancelled")) in someone.text


# --- traps


def test_express_button_orders_at_once_to_the_saved_address(enter: Enter) -> None:
    someone = enter("express")
    someone.fill_cart()
    someone.go(f"/product/{MUG.id}")
    someone.press(someone.say("buy_now"))
    assert someone.has("heading", someone.say("thanks"))
    assert OLD["street"] in someone.text and "Standard delivery" in someone.text and "Credit card" in someone.text
    assert someone.cart() == 1  # what was in the cart before stays there


def test_express_button_in_the_cart_orders_what_is_in_it(enter: Enter) -> None:
    someone = enter("express")
    someone.fill_cart(quantity="2")
    someone.press(someone.say("buy_now"))
    assert someone.has("heading", someone.say("thanks")) and someone.say("quantity_line", count=2) in someone.text
    assert someone.cart() == 0
    someone.post("/buy")
    assert someone.browser.url.endswith("/cart")


def test_express_button_is_only_where_the_trap_is(enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    assert not someone.has("button", someone.say("buy_now"))
    someone.go(f"/product/{MUG.id}")
    assert not someone.has("button", someone.say("buy_now"))


def test_express_button_without_an_option_orders_nothing(enter: Enter) -> None:
    someone = enter("express", orders=[])
    someone.post(f"/buy/{MUG.id}", quantity="1", Size="Giant")
    assert someone.browser.status == 422
    someone.go("/orders")
    assert someone.say("no_orders") in someone.text


@pytest.mark.parametrize("theme", ["harbour", "meadow"])
def test_the_button_below_the_ways_to_pay_orders_where_that_trap_is(theme: str, enter: Enter) -> None:
    someone = enter("pays_early", theme=theme, orders=[])
    someone.fill_cart()
    if theme == "harbour":
        someone.post("/checkout/address", delivery="Standard delivery", **ADDRESS)
    else:
        someone.go("/checkout")
    assert someone.say("pays_early_note") in someone.text and someone.has("button", someone.say("pays_early"))
    if theme == "harbour":
        someone.post("/checkout/payment", payment="Invoice")
    else:
        someone.post("/checkout", payment="Invoice", delivery="Standard delivery", **ADDRESS)
    assert someone.has("heading", someone.say("thanks")) and someone.cart() == 0


def test_a_payment_that_is_missing_orders_nothing_even_there(enter: Enter) -> None:
    someone = enter("pays_early", orders=[])
    someone.fill_cart()
    someone.post("/checkout/address", delivery="Standard delivery", **ADDRESS)
    someone.post("/checkout/payment")
    assert someone.browser.status == 422
    someone.go("/orders")
    assert someone.say("no_orders") in someone.text


@pytest.mark.parametrize("trapped", [True, False])
def test_protection_is_ticked_beforehand_only_where_that_trap_is(trapped: bool, enter: Enter) -> None:
    someone = enter(*(["protection"] if trapped else []))
    someone.go(f"/product/{MUG.id}")
    if trapped:
        assert someone.element(someone.say("protection")).checked
        someone.press(someone.say("add_to_cart"))
        assert someone.say("with_protection") in someone.text
        assert someone.say("subtotal", total=f"${(MUG.cents + 499) / 100:.2f}") in someone.text
    else:
        assert not any(one.name == someone.say("protection") and one.checked for one in someone.browser.elements)
        someone.press(someone.say("add_to_cart"))
        assert someone.say("with_protection") not in someone.text and someone.cart() == 1


def test_protection_that_was_unticked_is_not_added(enter: Enter) -> None:
    someone = enter("protection")
    someone.go(f"/product/{MUG.id}")
    someone.press(someone.say("protection"))
    someone.press(someone.say("add_to_cart"))
    assert someone.cart() == 1 and someone.say("with_protection") not in someone.text


def test_protection_that_was_unticked_stays_so_when_the_form_is_refused(enter: Enter) -> None:
    someone = enter("protection")
    someone.post(f"/cart/add/{MUG.id}", **{**FORM, "quantity": "0"})
    assert someone.browser.status == 422 and not someone.element(someone.say("protection")).checked


def test_subscription_is_chosen_beforehand_and_costs_a_tenth_less(enter: Enter) -> None:
    someone = enter("monthly")
    someone.go(f"/product/{MUG.id}")
    assert someone.element(someone.say("monthly")).checked and not someone.element(someone.say("once")).checked
    someone.press(someone.say("add_to_cart"))
    assert someone.say("every_month") in someone.text
    assert someone.say("subtotal", total=f"${MUG.cents * 90 // 100 / 100:.2f}") in someone.text
    someone.go(f"/product/{MUG.id}")
    someone.press(someone.say("once"))
    someone.press(someone.say("add_to_cart"))
    assert someone.text.count(someone.say("every_month")) == 1 and someone.cart() == 2


def test_donation_is_ticked_beforehand_and_adds_two_dollars(enter: Enter) -> None:
    someone = enter("donation")
    someone.fill_cart()
    someone.post("/checkout/address", delivery="Standard delivery", **ADDRESS)
    assert someone.element(someone.say("donation")).checked
    someone.post("/checkout/payment", payment="Invoice", donation="yes")
    assert someone.say("donation_line") in someone.text
    assert someone.say("total", total=f"${(MUG.cents + 200) / 100:.2f}") in someone.text
    someone.post("/checkout/payment", payment="Invoice")
    assert someone.say("donation_line") not in someone.text
    someone.go("/checkout/payment")
    assert not someone.element(someone.say("donation")).checked  # once taken back it stays so


def test_the_old_address_is_filled_in_beforehand(enter: Enter) -> None:
    someone = enter("old_address")
    someone.fill_cart()
    someone.go("/checkout/address")
    assert someone.element(someone.say("street")).value == OLD["street"]


def test_a_raised_price_is_shown_at_the_last_step_and_charged(enter: Enter) -> None:
    someone = enter(raised={str(MUG.id): MUG.cents + 300})
    someone.fill_cart()
    assert someone.say("each", price=f"${MUG.cents / 100:.2f}") in someone.text
    someone.post("/checkout/address", delivery="Standard delivery", **ADDRESS)
    someone.post("/checkout/payment", payment="Invoice")
    assert someone.say("price_changed") in someone.text
    assert someone.say("each", price=f"${(MUG.cents + 300) / 100:.2f}") in someone.text
    someone.press(someone.say("place_order"))
    assert someone.say("total", total=f"${(MUG.cents + 300) / 100:.2f}") in someone.text


def test_a_raised_price_shows_before_the_order_where_the_shop_pays_early(enter: Enter) -> None:
    someone = enter("pays_early", raised={str(MUG.id): MUG.cents + 300})
    someone.fill_cart()
    someone.post("/checkout/address", delivery="Standard delivery", **ADDRESS)
    assert someone.say("each", price=f"${(MUG.cents + 300) / 100:.2f}") in someone.text
    assert someone.has("button", someone.say("pays_early"))


@pytest.mark.parametrize("key", ["cookies_all", "cookies_few"])
def test_the_banner_lies_there_until_it_is_answered(key: str, enter: Enter) -> None:
    someone = enter("cookies")
    for path in ("/", "/search?q=mug", f"/product/{MUG.id}"):
        someone.go(path)
        assert someone.has("dialog", someone.say("cookies"))
    someone.press(someone.say(key))
    for path in ("/", "/search?q=mug"):
        someone.go(path)
        assert not someone.has("dialog", someone.say("cookies"))


# --- what a shop never does


def test_visitor_without_a_session_gets_one_also_on_the_first_post(site: Site, client: Any) -> None:
    visitor = client()
    assert visitor.post(f"{site.url}/cart/add/{MUG.id}", FORM).url.endswith("/cart")
    assert "(1)</a>" in visitor.get(site.url).body
    assert "(0)</a>" in client().get(site.url).body


def test_session_that_does_not_exist_is_not_adopted(site: Site, client: Any) -> None:
    reply = client("shop_session=made-up").get(f"{site.url}/cart")
    assert "session=" in reply.headers["set-cookie"] and "made-up" not in reply.headers["set-cookie"]


HUGE = 9**40


@pytest.mark.parametrize(
    "path",
    [f"/cart/remove/{HUGE}", f"/cart/update/{HUGE}", f"/orders/{HUGE}/cancel", f"/orders/{HUGE}/return",
     f"/cart/add/{HUGE}", f"/buy/{HUGE}", f"/wishlist/add/{HUGE}", f"/wishlist/remove/{HUGE}",
     f"/account/default/{HUGE}", f"/account/address/{HUGE}/delete", f"/account/card/{HUGE}/delete"],
)  # fmt: skip
def test_numbers_beyond_everything_are_no_server_error(path: str, enter: Enter) -> None:
    someone = enter()
    someone.post(path, quantity="1")
    assert someone.browser.status in (200, 404)


@pytest.mark.parametrize(
    "path",
    ["/cart/remove/1", "/orders/40/cancel", "/wishlist/add/1", "/buy", "/account/default/2", "/consent"],
)  # fmt: skip
def test_changes_need_a_post(path: str, enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    someone.go(path)
    assert someone.browser.status == 405 and someone.cart() == 1


@pytest.mark.parametrize(
    ("path", "place"), [("/cart/update/1", "/cart"), ("/cart/coupon", "/cart"), ("/account/address", "/account")]
)
def test_where_a_refused_form_stands_shows_the_page_again(path: str, place: str, enter: Enter) -> None:
    someone = enter()
    someone.fill_cart()
    someone.go(path)
    assert someone.browser.status == 200 and someone.browser.url.endswith(place) and someone.cart() == 1


def test_text_of_a_visitor_is_shown_as_text(enter: Enter) -> None:
    someone = enter()
    evil = "<b>'bold'</b><script>alert(1)</script>"
    someone.go(f"/search?q={quote(evil)}")
    assert someone.has("heading", someone.say("results", query=evil))
    someone.post("/account/address", **{**ADDRESS, "street": evil})
    assert f"Ada Berg, {evil}, Elmira, 12345" in [one.name for one in someone.browser.elements]
    someone.fill_cart()
    someone.post("/checkout/address", delivery="Standard delivery", **{**ADDRESS, "city": evil})
    someone.post("/checkout/payment", payment="Invoice")
    assert any(one.name.endswith(evil) for one in someone.browser.elements)


def test_braces_and_control_characters_in_a_search_are_no_server_error(enter: Enter) -> None:
    someone = enter()
    for query in ("{query}", "{0}", "%00", "%ff%fe", "%E2%80%AE"):
        someone.go(f"/search?q={query if query.startswith('%') else quote(query)}")
        assert someone.browser.status == 200
