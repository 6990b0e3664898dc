"""The shop's pages over real HTTP: what they show, what they refuse, what they never give away."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tasks.corner.catalogue import by_id, categories, search
from tasks.task import Site

Visit = Callable[..., Any]
FORM = {"Size": "Small", "Gift wrap": "None", "quantity": "1"}
PRODUCT = next(one for one in by_id().values() if one.type == "mug").id
ADDRESS = {"full_name": "Ada Berg", "street": "1 Hill Road", "city": "Elmira", "postcode": "12345"}


def post(browser: Any, site: Site, path: str, **data: str) -> None:
    browser._load(browser.client.post(site.url + path, data))


def to_review(browser: Any, site: Site) -> None:
    post(browser, site, f"/cart/add/{PRODUCT}", **FORM)
    post(browser, site, "/checkout/address", delivery="Standard delivery", **ADDRESS)
    post(browser, site, "/checkout/payment", payment="Invoice")


def test_home_shows_categories_and_search(visit: Visit) -> None:
    text = visit("home").text
    assert "textbox 'Search products' value=''" in text and "link 'Cart (0)'" in text
    assert all(f"link '{name}'" in text for name in categories())


def test_results_show_every_fact_that_decides_twenty_a_page(visit: Visit) -> None:
    browser = visit("results", "/search?q=blue+mug")
    assert browser.text.count("listitem") == 20
    for product in search("blue mug")[:20]:
        facts = " · ".join(f"{name}: {value}" for name, value in product.attributes)
        assert f"text '{facts}'" in browser.text and f"text '{product.price}'" in browser.text
    following = next(one for one in browser.elements if one.name == "Next page")
    browser.act(f"click({following.bid!r})")
    assert "page=2" in browser.url and "link 'Previous page'" in browser.text
    assert search("blue mug")[20].title in browser.text


@pytest.mark.parametrize("page", ["0", "-3", "abc", "99999", "9" * 40])
def test_impossible_page_numbers_show_a_page(page: str, visit: Visit) -> None:
    browser = visit("numbers", f"/search?q=mug&page={page}")
    assert browser.status == 200 and browser.text.count("listitem") > 0


def test_search_without_matches_says_so(visit: Visit) -> None:
    assert "Nothing matches" in visit("nothing", "/search?q=zeppelin").text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/product/0", "/product/x", "/category/Cars", "/orders/1", "/static/x.css"]
)
def test_unknown_address_is_a_real_404_page(path: str, visit: Visit) -> None:
    browser = visit("missing", path)
    assert browser.status == 404 and "heading 'Page not found'" in browser.text


def test_stylesheet_is_served(site: Site, client: Any) -> None:
    reply = client().get(f"{site.url}/static/shop.css")
    assert reply.status == 200 and "text/css" in reply.headers["content-type"]


def test_cart_shows_lines_and_remove_takes_one_away(site: Site, visit: Visit) -> None:
    browser = visit("cart")
    post(browser, site, f"/cart/add/{PRODUCT}", **{**FORM, "quantity": "3"})
    assert browser.url.endswith("/cart") and "link 'Cart (3)'" in browser.text
    assert "Size: Small · Gift wrap: None" in browser.text and "Quantity: 3" in browser.text
    remove = next(one for one in browser.elements if one.name == "Remove")
    browser.act(f"click({remove.bid!r})")
    assert "Your cart is empty." in browser.text


@pytest.mark.parametrize("quantity", ["0", "-1", "21", "", "two", "00000120", "1.5"])
def test_impossible_quantity_is_refused_and_nothing_added(quantity: str, site: Site, visit: Visit) -> None:
    browser = visit(f"quantity{quantity}")
    post(browser, site, f"/cart/add/{PRODUCT}", **{**FORM, "quantity": quantity})
    assert browser.status == 422 and "The quantity must be between 1 and 20." in browser.text
    assert "Cart (0)" in browser.text
    browser.goto(browser.url)  # a reload of the refused form
    assert browser.status == 200 and browser.url.endswith(f"/product/{PRODUCT}")


def test_unknown_option_is_refused(site: Site, visit: Visit) -> None:
    browser = visit("option")
    post(browser, site, f"/cart/add/{PRODUCT}", **{**FORM, "Size": "Giant"})
    assert browser.status == 422 and "Please choose: Size." in browser.text


def test_missing_address_fields_are_named_and_marked(site: Site, visit: Visit) -> None:
    browser = visit("address")
    post(browser, site, f"/cart/add/{PRODUCT}", **FORM)
    post(browser, site, "/checkout/address", delivery="Express delivery", **{**ADDRESS, "city": " "})
    assert browser.status == 422 and "Please fill in: City." in browser.text
    assert re.search(r"textbox 'City' value='' required invalid", browser.text)
    assert "textbox 'Full name' value='Ada Berg' required\n" in browser.text
    assert "radio 'Express delivery ($7.50)' checked" in browser.text


def test_standard_delivery_is_chosen_beforehand_and_payment_is_not(site: Site, visit: Visit) -> None:
    browser = visit("radios")
    post(browser, site, f"/cart/add/{PRODUCT}", **FORM)
    browser.goto(site.url + "/checkout/address")
    assert "radio 'Standard delivery (free)' checked" in browser.text
    post(browser, site, "/checkout/address", delivery="Standard delivery", **ADDRESS)
    assert browser.url.endswith("/checkout/payment")
    assert browser.text.count("radio") == 4 and "checked" not in browser.text
    post(browser, site, "/checkout/payment")
    assert browser.status == 422 and "Please choose how to pay." in browser.text


@pytest.mark.parametrize("path", ["address", "payment", "review"])
def test_checkout_without_a_cart_leads_to_the_cart(path: str, visit: Visit) -> None:
    assert visit(f"empty-{path}", f"/checkout/{path}").url.endswith("/cart")


def test_order_is_placed_once_however_often_it_is_posted(site: Site, visit: Visit) -> None:
    browser = visit("twice")
    to_review(browser, site)
    assert "heading 'Review your order'" in browser.text and "text '1 Hill Road'" in browser.text
    post(browser, site, "/checkout/review")
    assert "heading 'Thank you for your order'" in browser.text and "Order HG-" in browser.text
    post(browser, site, "/checkout/review")
    assert browser.url.endswith("/cart")
    browser.goto(site.url + "/orders")
    assert browser.text.count("link 'Order HG-") == 1


def test_order_can_be_cancelled_by_its_own_visitor_only(site: Site, visit: Visit) -> None:
    browser, stranger = visit("owner"), visit("stranger")
    to_review(browser, site)
    post(browser, site, "/checkout/review")
    path = browser.url.removeprefix(site.url).partition("?")[0]
    post(stranger, site, f"{path}/cancel")
    assert stranger.status == 404
    browser.goto(site.url + path)
    assert "is being prepared" in browser.text
    post(browser, site, f"{path}/cancel")
    assert "This order was cancelled." in browser.text and "Cancel order" not in browser.text


def test_visitor_without_a_session_gets_one_also_on_the_first_post(site: Site, client: Any) -> None:
    visitor = client()
    assert visitor.post(f"{site.url}/cart/add/{PRODUCT}", FORM).url.endswith("/cart")
    assert "Cart (1)" in visitor.get(site.url).body
    assert "Cart (0)" in client().get(site.url).body


def test_session_that_does_not_exist_is_not_adopted(site: Site, client: Any) -> None:
    reply = client("session=made-up").get(f"{site.url}/cart")
    assert "session=" in reply.headers["set-cookie"] and "made-up" not in reply.headers["set-cookie"]


@pytest.mark.parametrize("path", [f"/cart/remove/{9**40}", f"/orders/{9**40}/cancel", f"/cart/add/{9**40}"])
def test_numbers_beyond_the_database_are_no_server_error(path: str, site: Site, visit: Visit) -> None:
    browser = visit("huge")
    post(browser, site, path)
    assert browser.status in (200, 404)


def test_changes_need_a_post(site: Site, visit: Visit) -> None:
    browser = visit("get")
    post(browser, site, f"/cart/add/{PRODUCT}", **FORM)
    browser.goto(site.url + "/cart/remove/1")
    assert browser.status == 405 and "Cart (1)" in browser.text


def test_text_of_a_visitor_is_shown_as_text(site: Site, visit: Visit) -> None:
    browser = visit("markup", "/search?q=%3Cb%3E%27bold%27%3C%2Fb%3E")
    assert r"heading 'Results for <b>\'bold\'</b>'" in browser.text


def test_no_page_holds_anything_that_a_reader_does_not_see(site: Site, visit: Visit) -> None:
    browser = visit("hidden")
    pages = ["/", "/search?q=mug", "/category/Home", f"/product/{PRODUCT}", "/cart", "/checkout/address", "/orders"]
    to_review(browser, site)
    for path in [*pages, "/checkout/payment", "/checkout/review", "/nowhere"]:
        body = browser.client.get(site.url + path).body
        assert not re.search(r"<!--|\sdata-|type=.hidden|<script|\sid=|\stitle=", body), path
