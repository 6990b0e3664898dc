"""Effect classes of actions, from labels, forms, addresses and the page around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdreamer_app.actions import VERBS, parse
from webdreamer_app.browser.scripted import page
from webdreamer_app.effects import classify
from webdreamer_app.types import Action, Dialog, Effect, Element, Form, Observation

SITE = "http://shop.test"
POST = Form("post", f"{SITE}/next")
GET = Form("get", f"{SITE}/search")
READ, REVERSIBLE, IRREVERSIBLE, UNKNOWN = Effect.READ, Effect.REVERSIBLE, Effect.IRREVERSIBLE, Effect.UNKNOWN


def on(*elements: Element, path: str = "/page", title: str = "Shop", dialogs: tuple[Dialog, ...] = ()) -> Observation:
    return page(SITE + path, title, elements, dialogs)


def submit(name: str, form: Form | None = POST, bid: str = "1") -> Element:
    return Element("button", name, bid=bid, tag="button", input_type="submit", form=form)


def scripted_button(name: str, **more: object) -> Element:
    return Element("button", name, bid="1", tag="button", input_type="button", **more)  # type: ignore[arg-type]


def link(name: str, path: str) -> Element:
    return Element("link", name, bid="1", tag="a", href=path if ":" in path else SITE + path)


REVIEW = (Element("heading", "Review your order", level=1), Element("text", "Total: $30.00"))


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("Place order", IRREVERSIBLE),
        ("Place your order", IRREVERSIBLE),
        ("Buy now", IRREVERSIBLE),
        ("Pay $30.00", IRREVERSIBLE),
        ("Apple Pay", IRREVERSIBLE),
        ("Continue and pay", IRREVERSIBLE),
        ("Review & pay", IRREVERSIBLE),
        ("Proceed to pay", IRREVERSIBLE),
        ("Yes, cancel", UNKNOWN),
        ("Cancel order", IRREVERSIBLE),
        ("Cancel subscription", IRREVERSIBLE),
        ("Cancel", UNKNOWN),
        ("Confirm", IRREVERSIBLE),
        ("Submit", IRREVERSIBLE),
        ("Send message", IRREVERSIBLE),
        ("Transfer", IRREVERSIBLE),
        ("Delete", IRREVERSIBLE),
        ("Close account", IRREVERSIBLE),
        ("Book this room", IRREVERSIBLE),
        ("Publish", IRREVERSIBLE),
        ("Sign", IRREVERSIBLE),
        ("Sign up", IRREVERSIBLE),
        ("Complete purchase", IRREVERSIBLE),
        ("Finish", IRREVERSIBLE),
        ("Apply now", IRREVERSIBLE),
        ("Return item", IRREVERSIBLE),
        ("ORDER NOW »", IRREVERSIBLE),
        ("Continue to payment", REVERSIBLE),
        ("Proceed to checkout", REVERSIBLE),
        ("Checkout", REVERSIBLE),
        ("Review order", REVERSIBLE),
        ("Back to order", REVERSIBLE),
        ("Continue", REVERSIBLE),
        ("Next", REVERSIBLE),
        ("Add to cart", REVERSIBLE),
        ("Add book to cart", REVERSIBLE),
        ("Apply coupon", REVERSIBLE),
        ("Save draft", REVERSIBLE),
        ("Update quantity", REVERSIBLE),
        ("Sign in", REVERSIBLE),
        ("Accept all cookies", REVERSIBLE),
        ("Search", READ),
        ("View order", READ),
        ("Order history", READ),
        ("Remove", UNKNOWN),
        ("Open a dispute", UNKNOWN),
        ("Frobnicate", UNKNOWN),
        ("OK", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_submit_of_a_post_form_by_its_label(name: str, effect: Effect) -> None:
    assert classify(parse("click('1')"), on(submit(name))) is effect


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("Continue", IRREVERSIBLE),
        ("OK", IRREVERSIBLE),
        ("", IRREVERSIBLE),
        ("Save", IRREVERSIBLE),
        ("Go", IRREVERSIBLE),
        ("Continue to payment", REVERSIBLE),
        ("Back to cart", REVERSIBLE),
        ("Continue shopping", REVERSIBLE),
        ("Apply", IRREVERSIBLE),
        ("Apply coupon", REVERSIBLE),
        ("Edit address", REVERSIBLE),
    ],
)
def test_on_a_review_page_only_a_label_that_names_a_step_is_spared(name: str, effect: Effect) -> None:
    assert classify(parse("click('1')"), on(*REVIEW, submit(name))) is effect


def test_a_total_without_review_or_payment_wording_is_no_review_page() -> None:
    cart = on(Element("text", "Total: $30.00"), submit("Continue"), path="/cart")
    assert classify(parse("click('1')"), cart) is REVERSIBLE


@pytest.mark.parametrize(
    ("name", "path", "effect"),
    [
        ("Order history", "/orders", READ),
        ("Orders", "/orders", READ),
        ("Payment methods", "/account/payments", READ),
        ("Transfer history", "/history", READ),
        ("Norvik Blue Ceramic Mug", "/product/12", READ),
        ("Pens and File Folder", "/product/13", READ),
        ("Book shelf, oak", "/product/14", READ),
        ("Sign language guide", "/product/15", READ),
        ("How to cancel an order", "/help/cancel-order-guide", READ),
        ("Results", "/search?q=delete", READ),
        ("Checkout", "/checkout", READ),
        ("Delete account", "/account/close", UNKNOWN),
        ("Buy now", "/product/12", UNKNOWN),
        ("Cancel order", "/orders/4", UNKNOWN),
        ("Trash", "/items/4/delete", UNKNOWN),
        ("Bye", "/logout?next=/", UNKNOWN),
        ("Tidy up", "/items?action=delete&id=4", UNKNOWN),
        ("Tidy up", "/delete-item/4", UNKNOWN),
        ("Remove", "/cart/remove?item=4", REVERSIBLE),
        ("Add to cart", "/cart/add/4", REVERSIBLE),
        ("Wipe", "javascript:wipe()", UNKNOWN),
        ("Broken", "http://[", UNKNOWN),
        ("Write to us", "mailto:us@shop.test", UNKNOWN),
        ("Wipe", "/page#", UNKNOWN),
        ("Next", "/page#", REVERSIBLE),
        ("Skip to content", "/page#main", READ),
    ],
)
def test_links_read_unless_name_or_address_suggests_a_change(name: str, path: str, effect: Effect) -> None:
    assert classify(parse("click('1')"), on(link(name, path))) is effect


@pytest.mark.parametrize(
    ("element", "effect"),
    [
        (submit("Find things", GET), READ),
        (submit("Frobnicate", GET), READ),
        (submit("", GET), READ),
        (submit("Frobnicate", Form("get", f"{SITE}/items/delete")), UNKNOWN),
        (submit("Do it", Form("post", f"{SITE}/orders/3/cancel")), IRREVERSIBLE),
        (submit("Remove", Form("post", f"{SITE}/cart/remove")), REVERSIBLE),
        (submit("Continue", Form("post", f"{SITE}/cart/pay")), IRREVERSIBLE),
        (submit("Remove user", Form("post", f"{SITE}/users")), UNKNOWN),
        (scripted_button("Menu"), READ),
        (scripted_button("Frobnicate"), UNKNOWN),
        (scripted_button("Options", expanded=False), READ),
        (scripted_button("Delete", expanded=False), IRREVERSIBLE),
        (scripted_button("Cancel"), REVERSIBLE),
        (Element("generic", "Tile", bid="1"), UNKNOWN),
        (Element("checkbox", "I agree to the terms", bid="1", checked=False), REVERSIBLE),
        (Element("radio", "Express delivery", bid="1"), REVERSIBLE),
        (Element("textbox", "Name", bid="1", value=""), READ),
    ],
)
def test_clicks_by_element_and_form(element: Element, effect: Effect) -> None:
    assert classify(parse("click('1')"), on(element)) is effect


def test_remove_is_reversible_on_a_cart_page() -> None:
    cart = on(Element("heading", "Your cart", level=1), submit("Remove Blue Mug"))
    assert classify(parse("click('1')"), cart) is REVERSIBLE


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("scroll(0, 200)", READ),
        ("hover('1')", READ),
        ("noop()", READ),
        ("go_back()", READ),
        ("tab_focus(1)", READ),
        ("expand('1')", READ),
        ("send_msg_to_user('done')", READ),
        ("report_infeasible('no')", READ),
        ("fill('1', 'x')", UNKNOWN),
        ("type('1', 'x')", UNKNOWN),
        ("paste('1', 'x')", UNKNOWN),
        ("scroll(0, 200, '1')", READ),
        ("select_option('1', 'Large')", UNKNOWN),
        ("dialog_dismiss()", REVERSIBLE),
        ("dialog_accept()", UNKNOWN),
        ("goto('https://shop.test/')", READ),
        ("goto('about:blank')", READ),
        ("goto('http://shop.test/items/3/delete')", UNKNOWN),
        ("goto('javascript:pay()')", UNKNOWN),
        ("goto('http://[')", UNKNOWN),
        ("goto('file:///etc/passwd')", UNKNOWN),
        ("click('99')", UNKNOWN),
        ("press('99', 'Enter')", UNKNOWN),
        ("upload_file('1', 'cv.pdf')", UNKNOWN),
    ],
)
def test_verbs_on_a_plain_page(text: str, effect: Effect) -> None:
    assert classify(parse(text), on(Element("generic", "", bid="1"))) is effect


@pytest.mark.parametrize(
    ("dialog", "effect"),
    [
        (Dialog("alert", "Thank you for your order"), READ),
        (Dialog("confirm", "Delete this file?"), IRREVERSIBLE),
        (Dialog("confirm", "Are you sure?"), UNKNOWN),
        (Dialog("prompt", "Type your name"), UNKNOWN),
        (Dialog("confirm", "Remove the mug from your cart?"), REVERSIBLE),
        (Dialog("beforeunload", ""), REVERSIBLE),
    ],
)
def test_accepting_a_dialog_counts_by_kind_and_message(dialog: Dialog, effect: Effect) -> None:
    assert classify(parse("dialog_accept()"), on(dialogs=(dialog,))) is effect


@pytest.mark.parametrize(
    ("button", "key", "effect"),
    [
        (submit("Search", GET, "2"), "Enter", READ),
        (submit("Place order", POST, "2"), "Enter", IRREVERSIBLE),
        (submit("Continue", POST, "2"), "Enter", REVERSIBLE),
        (submit("Frobnicate", POST, "2"), "Enter", UNKNOWN),
        (submit("Place order", POST, "2"), "a", REVERSIBLE),
        (submit("Place order", POST, "2"), "Tab", READ),
        (submit("Place order", POST, "2"), "Control+Enter", IRREVERSIBLE),
    ],
)
def test_enter_in_a_field_counts_as_its_forms_submit(button: Element, key: str, effect: Effect) -> None:
    field = Element("textbox", "Text", bid="1", tag="input", input_type="text", value="", form=button.form)
    assert classify(Action("press", "1", (key,)), on(field, button)) is effect


def test_enter_counts_with_the_worst_button_of_the_form() -> None:
    field = Element("textbox", "Text", bid="1", tag="input", value="", form=POST)
    observation = on(field, submit("Apply coupon", POST, "2"), submit("Place order", POST, "3"))
    assert classify(parse("press('1', 'Enter')"), observation) is IRREVERSIBLE


def test_enter_in_a_post_form_without_a_button_is_unknown() -> None:
    field = Element("textbox", "Text", bid="1", tag="input", value="", form=POST)
    assert classify(parse("press('1', 'Enter')"), on(field)) is UNKNOWN


def test_enter_in_a_text_area_is_typing() -> None:
    field = Element("textbox", "Text", bid="1", tag="textarea", value="", form=POST)
    assert classify(parse("press('1', 'Enter')"), on(field, submit("Send", POST, "2"))) is REVERSIBLE


def test_space_on_a_button_counts_as_a_click() -> None:
    assert classify(parse("press('1', 'Space')"), on(submit("Place order"))) is IRREVERSIBLE


def test_dragging_to_the_bin_is_a_commit() -> None:
    observation = on(Element("generic", "Letter", bid="1"), Element("generic", "Trash bin", bid="2"))
    assert classify(parse("drag_and_drop('1', '2')"), observation).is_commit


@given(
    st.sampled_from(sorted(VERBS)),
    st.lists(st.one_of(st.text(max_size=30), st.integers(), st.floats()), max_size=2),
    st.text(max_size=40),
    st.sampled_from(["button", "link", "textbox", "generic"]),
    st.text(max_size=30),
)
def test_every_label_and_value_gets_an_effect(
    verb: str, value: list[str | int | float], name: str, role: str, href: str
) -> None:
    element = Element(role, name, bid="1", href=f"http://a.test/{href}" if role == "link" else "", form=POST)
    assert classify(Action(verb, "1", tuple(value)), on(element)) in Effect


SCRIPTED = Form("get", f"{SITE}/page", 0, True)


@pytest.mark.parametrize("name", ["Upgrade now", "Start my plan", "Yes", "OK", "Top up £20", ""])
def test_a_form_without_an_address_may_send_anything(name: str) -> None:
    assert classify(parse("click('1')"), on(submit(name, SCRIPTED))) is UNKNOWN
    message = Element("textbox", "Message", bid="2", form=SCRIPTED)
    assert classify(parse("press('2', 'Enter')"), on(message, submit(name, SCRIPTED))) is UNKNOWN


def test_a_scripted_form_with_a_search_field_only_asks() -> None:
    field = Element("searchbox", "Search", bid="2", form=SCRIPTED)
    assert classify(parse("click('1')"), on(field, submit("", SCRIPTED))) is READ
    assert classify(parse("press('2', 'Enter')"), on(field, submit("", SCRIPTED))) is READ


@pytest.mark.parametrize("name", ["Continue", "Next", "Done", "Save", "Proceed"])
def test_on_a_review_page_a_script_s_button_counts_like_a_submit(name: str) -> None:
    assert classify(parse("click('1')"), on(*REVIEW, scripted_button(name))) is IRREVERSIBLE


@pytest.mark.parametrize(
    "warning",
    [
        Element("text", "Your account will be permanently deleted. This can't be undone."),
        Element("text", "You are about to leave the team."),
        Element("text", "Your card will be charged today."),
        Element("textbox", "Card number", bid="7", value=""),
    ],
)
def test_a_warning_or_a_card_field_makes_the_next_step_the_last(warning: Element) -> None:
    assert classify(parse("click('1')"), on(warning, submit("Continue"))) is IRREVERSIBLE
    assert classify(parse("click('1')"), on(warning, submit("Back"))) is REVERSIBLE


@pytest.mark.parametrize("key", ["\\n", "\\r", "Enter", "NumpadEnter", "Control+Enter", "Alt+s", "F13", "MediaPlay"])
def test_keys_that_may_submit_count_like_the_submit(key: str) -> None:
    field = Element("textbox", "Message", bid="2", tag="input", form=POST)
    assert classify(parse(f"press('2', '{key}')"), on(field, submit("Send"))).is_commit


def test_a_button_with_an_address_of_its_own_still_belongs_to_its_form() -> None:
    field = Element("textbox", "Quantity", bid="2", form=Form("get", f"{SITE}/cart", 0))
    button = submit("Place order", Form("post", f"{SITE}/order/place", 0))
    assert classify(parse("press('2', 'Enter')"), on(field, button)) is IRREVERSIBLE
    other = submit("Place order", Form("post", f"{SITE}/order/place", 1))
    assert classify(parse("press('2', 'Enter')"), on(field, other)) is READ


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("FINISH", "/checkout-complete.html"),
        ("Complete purchase", "/next"),
        ("Finalize booking", "/next"),
        ("Continue", "/checkout/finish"),
        ("Confirm", "/page#pay"),
        ("Remove", "/users/1"),
        ("Permanently delete", "/x?id=4"),
        ("", "/vote?id=1&how=up"),
        ("", "/items/5/trash"),
        ("", "/delete-product/5"),
        ("", "/deleteItem?id=5"),
        ("Yes", "/page?cmd=delete_post"),
        ("Yes", "/accept?id=3"),
    ],
)
def test_links_that_act_are_held(name: str, path: str) -> None:
    assert classify(parse("click('1')"), on(link(name, path))) is UNKNOWN


def test_a_link_with_a_script_s_method_is_held_and_on_a_last_page_one_that_goes_on() -> None:
    hooked = Element("link", "Bye", bid="1", tag="a", href=f"{SITE}/users/1", hooked=True)
    assert classify(parse("click('1')"), on(hooked)) is UNKNOWN
    assert classify(parse("click('1')"), on(*REVIEW, link("Continue", "/next"))) is UNKNOWN
    assert classify(parse("click('1')"), on(*REVIEW, link("Terms", "/terms"))) is READ


@pytest.mark.parametrize("role", ["tab", "radio", "option", "treeitem"])
def test_a_submit_button_is_one_whatever_role_it_claims(role: str) -> None:
    button = Element(role, "Place order", bid="1", tag="button", input_type="submit", form=POST)
    assert classify(parse("click('1')"), on(button)) is IRREVERSIBLE


@pytest.mark.parametrize(
    "name",
    [
        "Add funds", "Add payee", "Add comment", "Add review", "Change plan", "Select plan", "Update subscription",
        "Clear all data", "Reset account", "Reset password", "Move to trash", "Remove from team", "Accept all offers",
        "Reject all applications", "Apply", "Close position", "Open position", "Close issue", "Play $5", "Load £20",
        "Print label", "Top up $10",
    ],
)  # fmt: skip
def test_labels_that_only_begin_like_a_step_are_held(name: str) -> None:
    assert classify(parse("click('1')"), on(submit(name))).is_commit


@pytest.mark.parametrize(
    "name",
    [
        "Add to cart", "Add 2 items to bag", "Add to cart - $20.00", "Add", "Add address", "Add another item",
        "Edit", "Change address", "Update quantity", "Select", "Choose options", "Select a delivery slot",
        "Clear filters", "Reset", "Remove from wishlist", "Accept all cookies", "Reject all cookies",
        "Accept necessary only", "Back", "Back to cart", "Return to shop", "Increase quantity", "Increase", "Check out",
        "Apply filters", "Apply promo code", "Change payment method",
    ],
)  # fmt: skip
def test_plain_steps_are_not_held(name: str) -> None:
    assert not classify(parse("click('1')"), on(submit(name))).is_commit


@pytest.mark.parametrize(
    ("start", "goal", "effect"),
    [
        ("Card", "Done", REVERSIBLE),
        ("Slide to pay", "Track", UNKNOWN),
        ("Report", "Trash", UNKNOWN),
        ("Slide to pay", "", UNKNOWN),
    ],
)
def test_a_drag_counts_by_both_its_ends(start: str, goal: str, effect: Effect) -> None:
    ends = on(Element("generic", start, bid="1"), Element("generic", goal, bid="2"))
    assert classify(parse("drag_and_drop('1', '2')"), ends) is effect


@pytest.mark.parametrize(
    "name",
    [
        "Accept and continue", "Accept all", "Increase bid", "Return to seller", "Forward to all contacts",
        "Back this project", "Got it, place order", "Got it, delete my account", "Not now, cancel subscription",
        "More: delete account", "Help us: donate now", "Skip, pay later",
    ],
)  # fmt: skip
def test_a_commit_behind_the_words_of_a_step_is_held(name: str) -> None:
    assert classify(parse("click('1')"), on(submit(name))).is_commit


def test_accept_all_is_a_step_where_cookies_are_asked_about() -> None:
    banner = Element("text", "We use cookies to improve your visit.")
    assert not classify(parse("click('1')"), on(banner, submit("Accept all"))).is_commit


def test_check_out_on_a_page_with_a_card_and_a_total_is_held() -> None:
    card = Element("textbox", "Card number", bid="9", form=POST)
    assert classify(parse("click('1')"), on(card, submit("Checkout"))).is_commit


def test_enter_in_a_box_outside_of_forms_may_send_it() -> None:
    box = Element("textbox", "Message", bid="1", tag="textarea", value="")
    assert classify(parse("press('1', 'Enter')"), on(box)).is_commit


@pytest.mark.parametrize(
    ("target", "option", "effect"),
    [
        (Element("combobox", "Size", bid="1", tag="select"), "Large", REVERSIBLE),
        (Element("combobox", "Size", bid="1", tag="div"), "Large", REVERSIBLE),
        (Element("combobox", "Size", bid="1", tag="div"), "Pay now", UNKNOWN),
        (Element("combobox", "Place order", bid="1", tag="div"), "Large", IRREVERSIBLE),
        (Element("listbox", "Size", bid="1", tag="ul"), "Large", REVERSIBLE),
        (Element("button", "Sort by", bid="1", tag="button", expanded=False), "Price", UNKNOWN),
        (Element("button", "Sort by", bid="1", tag="button", expanded=False), "View all", READ),
        (Element("button", "More", bid="1", tag="button", expanded=False), "Archive project", UNKNOWN),
        (Element("button", "Pay now", bid="1", tag="input", input_type="submit"), "Large", IRREVERSIBLE),
        (Element("button", "Delete account", bid="1", tag="input", input_type="button"), "x", IRREVERSIBLE),
        (Element("combobox", "Size", bid="1", tag="input"), "Pay now", UNKNOWN),
        (Element("combobox", "Size", bid="1", tag="input"), "Large", REVERSIBLE),
        (Element("combobox", "City", bid="1", tag="input", options=("Elmira",)), "Elmira", REVERSIBLE),
        (Element("combobox", "Pay now", bid="1", tag="button", input_type="submit"), "Large", IRREVERSIBLE),
        (Element("button", "Buy now", bid="1", tag="button"), "Large", IRREVERSIBLE),
        (Element("button", "More", bid="1", tag="button", expanded=False), "Delete account", IRREVERSIBLE),
    ],
)
def test_choosing_in_a_list_of_a_script_is_a_click(target: Element, option: str, effect: Effect) -> None:
    assert classify(parse(f"select_option('1', {option!r})"), on(target)) is effect


@pytest.mark.parametrize("verb", ["fill", "type", "paste"])
@pytest.mark.parametrize(
    ("target", "effect"),
    [
        (Element("textbox", "Name", bid="1", tag="input"), REVERSIBLE),
        (Element("slider", "Price", bid="1", tag="div"), REVERSIBLE),
        (Element("slider", "Slide to pay", bid="1", tag="div"), UNKNOWN),
        (Element("button", "Pay now", bid="1", tag="button"), UNKNOWN),
    ],
)
def test_what_is_typed_stays_in_its_field(verb: str, target: Element, effect: Effect) -> None:
    assert classify(parse(f"{verb}('1', '100')"), on(target)) is effect


def test_a_submit_button_that_calls_itself_a_field_is_a_button() -> None:
    target = Element("combobox", "Pay now", bid="1", tag="button", input_type="submit")
    assert classify(parse("click('1')"), on(target)) is IRREVERSIBLE


def test_giving_a_file_to_a_button_is_also_a_click() -> None:
    form = Form("post", "http://shop.test/send")
    upload = parse("upload_file('1', 'cv.pdf')")
    assert (
        classify(upload, on(Element("button", "CV", bid="1", tag="input", input_type="file", form=form))) is REVERSIBLE
    )
    assert classify(upload, on(Element("button", "Place order", bid="1", tag="button", form=form))) is IRREVERSIBLE
