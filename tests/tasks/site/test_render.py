"""Every theme writes every block, and its controls can be found by what a person reads."""

from __future__ import annotations

import pytest

from tasks.site.blocks import (
    Button,
    Facts,
    Field,
    Form,
    Frame,
    Group,
    Heading,
    Items,
    Link,
    Nav,
    Option,
    Overlay,
    Page,
    Picture,
    Text,
)
from tasks.site.render import Renderer
from tasks.site.themes import THEMES, Theme
from webdreamer_app.browser.stored.page import read_html

CHOICES = (Option("s", "Small"), Option("l", "Large", disabled=True))
PAGE = Page(
    "Teapot",
    (
        Heading("A teapot"),
        Text("Something is missing.", "alert"),
        Picture("blue", "t"),
        Facts((("Colour", "blue"),)),
        Items(((Link("Blue mug", "/product/1"), Text("$4.00", "price")),), "Others"),
        Group((Text("inside"),), "Side", "aside"),
        Form(
            "/add",
            (
                Field("text", "name", "Full name", "Ada", required=True),
                Field("date", "day", "Day", "2027-03-01"),
                Field("select", "size", "Size", "s", CHOICES),
                Field("radio", "wrap", "Wrapping", "s", CHOICES),
                Field("swatch", "tint", "Tint", "s", (Option("s", "Sand"),)),
                Field("checkbox", "plan", "Add a plan", "yes"),
                Field("stepper", "count", "Quantity", "1", low="1", high="9"),
                Field("textarea", "note", "Note", "hi"),
                Field("file", "cv", "Your CV"),
                Button("Add it"),
                Button("Throw away", "drop", "1", "danger", "Really throw <it> 'away'?"),
            ),
        ),
        Frame("Extra", "about:blank"),
    ),
    brand="Brand",
    search=Form("/search", (Field("text", "q", "Search"), Button("Go")), "get"),
    account=Nav("Account", (Link("Cart (0)", "/cart"),)),
    sections=Nav("Sections", (Link("Kitchen", "/k"),)),
    footer=(Text("4 Quay Street"),),
    overlay=Overlay("Cookies", (Form("/consent", (Button("Accept all"),)),)),
)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_control_has_its_name_and_state(theme: Theme) -> None:
    page = read_html(Renderer(theme).page(PAGE))
    found = {(element.role, element.name) for element in page.elements if element.bid}
    names = {name for _, name in found}
    assert names >= {
        "Full name", "Day", "Size", "Small", "Sand", "Add a plan", "Quantity", "Note", "Add it", "Throw away", "Go",
        "Accept all", "Cart (0)", "Kitchen", "Blue mug", "Search",
    }  # fmt: skip
    values = {element.name: element for element in page.elements if element.bid}
    assert values["Full name"].value == "Ada" and values["Quantity"].value == "1"
    assert values["Add a plan"].checked and values["Size"].value == "Small"
    if theme.markup != "listed":  # its lists show their options once they are open
        assert values["Size"].options == ("Small", "Large")
    assert any(element.name == "Something is missing." for element in page.elements)


def test_what_a_visitor_wrote_stays_text() -> None:
    for theme in THEMES:
        text = Renderer(theme).page(Page("x", (Text("<b>'bold'</b>"), Button("Go", confirm="</script>'\"<b>"))))
        assert "<b>'" not in text and "</script>'" not in text
