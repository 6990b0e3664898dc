"""What is shown of a page before something on it is approved."""

from __future__ import annotations

from webdreamer_app.browser.scripted import page
from webdreamer_app.summary import summary
from webdreamer_app.types import Action, Dialog, Element, Form

FORM = Form("post", "http://shop.test/order", 1)
OTHER = Form("get", "http://shop.test/search", 0)
REVIEW = page(
    "http://shop.test/review",
    "Review",
    [
        Element("banner"),
        Element("searchbox", "Search", 1, bid="1", value="lamp", form=OTHER),
        Element("text", "Free delivery from $50", 1),
        Element("main"),
        Element("heading", "Review your order", 1, level=1),
        Element("list", "", 1),
        Element("listitem", "", 2),
        Element("link", "Blue mug", 3, bid="2", href="http://shop.test/p/1"),
        Element("text", "Quantity: 2", 3),
        Element("text", "$25.00", 3),
        Element("text", "Total: $25.00", 1),
        Element("text", "hidden price", 1, visible=False),
        Element("form", "", 1),
        Element("textbox", "Note", 2, bid="3", value="ring twice", form=FORM),
        Element("textbox", "Coupon", 2, bid="4", value="", form=FORM),
        Element("radio", "Invoice", 2, bid="5", checked=True, form=FORM),
        Element("radio", "Credit card", 2, bid="6", checked=False, form=FORM),
        Element("checkbox", "Newsletter", 2, bid="7", checked=True, form=FORM),
        Element("button", "Place order", 2, bid="8", form=FORM),
        Element("contentinfo"),
        Element("text", "Imprint", 1),
    ],
)


def test_fields_of_the_form_come_first_then_the_texts_around_it_with_rows_joined() -> None:
    assert summary(Action("click", "8"), REVIEW) == [
        "Note: 'ring twice'",
        "Invoice: chosen",
        "Newsletter: yes",
        "Review your order",
        "Blue mug · Quantity: 2 · $25.00",
        "Total: $25.00",
    ]


def test_without_a_part_that_is_about_the_target_the_page_is_shown() -> None:
    bare = page("http://a.test/", "", [Element("text", "Really?"), Element("button", "Delete", bid="1")])
    assert summary(Action("click", "1"), bare) == ["Really?"]


def test_a_long_page_and_long_lines_are_cut() -> None:
    many = [Element("text", f"{number} {'x' * 200}") for number in range(60)]
    shown = summary(Action("click", "1"), page("http://a.test/", "", [*many, Element("button", "Delete", bid="1")]))
    assert len(shown) < 25
    assert shown[-1] == "… and 42 more"
    assert all(len(line) <= 110 for line in shown)


def test_many_fields_leave_room_for_what_the_page_says_and_a_dialog_comes_first() -> None:
    fields = [Element("textbox", f"Field {number}", bid=str(number), value="x", form=FORM) for number in range(10, 50)]
    seen = page(
        "http://a.test/", "", [*fields, Element("button", "Send", bid="1", form=FORM), Element("text", "Total: $999")],
        [Dialog("confirm", "Delete your account?")],
    )  # fmt: skip
    shown = summary(Action("click", "1"), seen)
    assert shown[0] == "confirm: 'Delete your account?'"
    assert "… and 20 more" in shown
    assert shown[-1] == "Total: $999"
    assert summary(Action("dialog_accept"), seen) == ["confirm: 'Delete your account?'"]


def test_a_button_outside_of_forms_is_shown_with_the_fields_around_it() -> None:
    bare = page("http://a.test/", "", [
        Element("textbox", "Email", bid="2", value="a@b.de"), Element("button", "Subscribe", bid="1"),
    ])  # fmt: skip
    assert summary(Action("click", "1"), bare) == ["Email: 'a@b.de'"]


def test_what_is_gone_has_nothing_to_show() -> None:
    assert summary(Action("click", "99"), REVIEW) == []
