"""In a real Chromium every theme sends the same: what is filled in, chosen and pressed by visible names arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tasks.server import serve
from tasks.site.blocks import (
    Block,
    Button,
    Facts,
    Field,
    Form,
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
from tasks.site.themes import MARKUPS, THEMES, Theme, by_name
from tasks.site.visits import static_files
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.types import Action, Element, Observation, Outcome

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ROLES = {
    "semantic": {
        "text": "textbox", "email": "textbox", "tel": "textbox", "number": "spinbutton", "date": "date",
        "textarea": "textbox", "select": "combobox", "radio": "radio", "swatch": "radio", "checkbox": "checkbox",
        "stepper": "spinbutton", "file": "button", "primary": "button", "secondary": "button", "danger": "button",
        "link": "link", "button link": "link", "nav": "link",
    },
}  # fmt: skip
"""What each kind of control is to whoever reads the page; every other markup by what it does differently."""
ROLES["tables"] = ROLES["semantic"]
ROLES["components"] = ROLES["semantic"]
ROLES["soup"] = ROLES["semantic"] | {
    "stepper": "textbox", "primary": "generic", "button link": "generic", "nav": "generic",
}  # fmt: skip
ROLES["listed"] = ROLES["semantic"] | {"checkbox": "switch", "button link": "button"}

SIZES = (Option("", "Choose one"), Option("s", "Small"), Option("m", "Medium"), Option("l", "Large", disabled=True))
WRAPS = (Option("paper", "Paper"), Option("box", "Gift box"), Option("silk", "Silk", disabled=True))
TINTS = (Option("blue", "Blue"), Option("red", "Deep red"), Option("grey", "Grey", disabled=True))
FORM = Form(
    "send?by=main",
    (
        Field("text", "name", "Full name", "Ada", required=True),
        Field("email", "mail", "Email", "", error="Write an address.", hint="We answer the same day."),
        Field("tel", "phone", "Phone"),
        Field("number", "age", "Age", "30", low="1", high="120"),
        Field("date", "day", "Day of visit"),
        Field("textarea", "note", "Anything else"),
        Field("select", "size", "Size", "", SIZES),
        Field("select", "other", "Other size", "m", SIZES),
        Field("radio", "wrap", "Wrapping", "", WRAPS),
        Field("swatch", "tint", "Tint", "blue", TINTS),
        Field("checkbox", "plan", "Add a plan", "yes"),
        Field("checkbox", "news", "Send me news"),
        Field("stepper", "count", "Quantity", "2", low="1", high="5"),
        Field("file", "cv", "Your CV"),
        Button("Send it"),
        Button("Save for later", "then", "later", "secondary", to="send?by=other"),
        Button("Throw away", "then", "drop", "danger", "Really throw 'it' away?"),
    ),
    files=True,
)
UNTOUCHED = {
    "name": "Ada", "mail": "", "phone": "", "age": "30", "day": "", "note": "", "size": "", "other": "m",
    "tint": "blue", "plan": "yes", "count": "2", "cv": ("", ""),
}  # fmt: skip
OVERLAY = Overlay("Cookies", (Text("We use cookies."), Form("agree", (Button("Accept all"),))))
CARD: tuple[Block, ...] = (
    Picture("blue", "m"),
    Link("Blue mug", "product"),
    Text("$4.00", "price"),
    Form("send?by=card", (Button("Add to cart", "add", "7"),)),
)


def _page(*main: Block, overlay: Overlay | None = None) -> Page:
    return Page(
        "Sample",
        main,
        brand="Brand",
        home="home",
        search=Form("find", (Field("text", "q", "Search"), Button("Go", kind="secondary")), "get"),
        account=Nav("Account", (Link("Cart (0)", "cart"),)),
        sections=Nav("Sections", (Link("Kitchen", "kitchen"),)),
        footer=(Text("4 Quay Street"), Link("Contact", "contact")),
        overlay=overlay,
    )


ORDERS = tuple(Form(f"send?by={number}", (Button(f"Order {number}"),)) for number in range(30))
PAGES = {
    "form": _page(Heading("Visit us"), FORM),
    "cards": _page(Items((CARD, CARD), "Things"), Group((Facts((("Colour", "blue"),)),), "Details", "panel")),
    "reload": _page(Form("form", (Field("select", "size", "Size", "s", SIZES, reload=True),), "get")),
    "covered": _page(*ORDERS, overlay=OVERLAY),
    "links": _page(
        Link("Plain words", "product"), Link("Start over", "cart", "button"),
        Link("Leave", "home", "danger", "Leave it?")
    ),
}  # fmt: skip


@dataclass
class Site:
    """A server of the pages in all themes, and what was sent to it."""

    url: str = ""
    sent: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    async def show(self, request: Request) -> Response:
        page = PAGES.get(request.path_params["page"])
        if page is None:
            return HTMLResponse(f"<title>Elsewhere</title><h1>{request.path_params['page']}</h1>")
        return HTMLResponse(Renderer(by_name()[request.path_params["theme"]]).page(page))

    async def take(self, request: Request) -> Response:
        values: dict[str, object] = {}
        async with request.form() as form:
            for name, value in form.multi_items():
                assert name not in values, f"{name} was sent twice"
                is_file = isinstance(value, UploadFile)
                values[name] = (value.filename or "", (await value.read()).decode()) if is_file else value
        self.sent.append((str(request.query_params.get("by", request.path_params["page"])), values))
        return HTMLResponse("<title>Sent</title><h1>Thank you</h1>")


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    site = Site()
    routes = [
        static_files(),
        Route("/{theme}/{page}", site.show, methods=["GET"]),
        Route("/{theme}/{page}", site.take, methods=["POST"]),
    ]
    with serve(Starlette(routes=routes)) as url:
        site.url = url
        yield site


@pytest.fixture
def site(served: Site) -> Site:
    served.sent.clear()
    return served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[ChromiumBrowser]:
    async with open_browser(BrowserOptions(timeout_s=5)) as browser:
        yield browser


class Visitor:
    """Acts on one theme's pages by roles and names."""

    def __init__(self, browser: ChromiumBrowser, theme: Theme, url: str) -> None:
        self._browser = browser
        self._url = url
        self.theme = theme
        self.roles = ROLES[theme.markup]
        self.seen: Observation

    def find(self, kind: str, name: str, place: int = 0) -> Element:
        role = self.roles.get(kind, kind)
        found = [one for one in self.seen.elements if one.bid and (one.role, one.name) == (role, name)]
        named = [(one.role, one.name) for one in self.seen.elements if one.bid]
        assert len(found) > place, f"there is no {role} {name!r} among {named}"
        return found[place]

    async def open(self, page: str) -> None:
        self.seen = await self._browser.goto(f"{self._url}/{self.theme.name}/{page}")

    def has(self, name: str) -> bool:
        return any(one.name == name for one in self.seen.elements)

    async def try_to(self, verb: str, kind: str, name: str, *values: str, place: int = 0) -> Outcome:
        outcome = await self._browser.execute(Action(verb, self.find(kind, name, place).bid, values))
        self.seen = outcome.observation
        return outcome

    async def do(self, verb: str, kind: str, name: str, *values: str, place: int = 0) -> None:
        outcome = await self.try_to(verb, kind, name, *values, place=place)
        assert not outcome.error, outcome.error

    async def answer(self, accept: bool) -> None:
        outcome = await self._browser.execute(Action("dialog_accept" if accept else "dialog_dismiss"))
        assert not outcome.error, outcome.error
        self.seen = outcome.observation


FIRST = tuple(next(theme for theme in THEMES if theme.markup == markup) for markup in MARKUPS)
"""One theme of each markup, for what their scripts do."""
ONE_A_MARKUP = pytest.mark.parametrize("visitor", FIRST, ids=lambda theme: theme.name, indirect=True)


@pytest_asyncio.fixture(params=THEMES, ids=lambda theme: theme.name, loop_scope="module")
async def visitor(request: pytest.FixtureRequest, chromium: ChromiumBrowser, site: Site) -> AsyncIterator[Visitor]:
    theme: Theme = request.param
    async with chromium.fresh() as browser:
        yield Visitor(browser, theme, site.url)


async def test_all_that_is_filled_in_and_chosen_is_sent(visitor: Visitor, site: Site, tmp_path: Path) -> None:
    document = tmp_path / "cv.txt"
    document.write_text("Ada, mathematician")
    await visitor.open("form")
    await visitor.do("fill", "text", "Full name", "Grace Hopper")
    await visitor.do("fill", "email", "Email", "grace@example.org")
    await visitor.do("fill", "tel", "Phone", "+44 20")
    await visitor.do("fill", "number", "Age", "41")
    await visitor.do("fill", "date", "Day of visit", "2027-03-01")
    await visitor.do("fill", "textarea", "Anything else", "Second floor")
    await visitor.do("select_option", "select", "Size", "Small")
    await visitor.do("select_option", "select", "Other size", "Choose one")
    await visitor.do("click", "radio", "Gift box")
    await visitor.do("click", "swatch", "Deep red")
    await visitor.do("click", "checkbox", "Add a plan")
    await visitor.do("click", "checkbox", "Send me news")
    await visitor.do("fill", "stepper", "Quantity", "3")
    await visitor.do("upload_file", "file", "Your CV", str(document))
    assert visitor.find("checkbox", "Send me news").checked and not visitor.find("checkbox", "Add a plan").checked
    assert visitor.find("swatch", "Deep red").checked and not visitor.find("swatch", "Blue").checked
    assert visitor.find("select", "Size").value == "Small"
    assert visitor.find("stepper", "Quantity").value == "3"
    await visitor.do("click", "primary", "Send it")
    assert visitor.seen.title == "Sent"
    assert site.sent == [
        (
            "main",
            {
                "name": "Grace Hopper", "mail": "grace@example.org", "phone": "+44 20", "age": "41",
                "day": "2027-03-01", "note": "Second floor", "size": "s", "other": "", "wrap": "box", "tint": "red",
                "news": "yes", "count": "3", "cv": ("cv.txt", "Ada, mathematician"),
            },
        )
    ]  # fmt: skip


async def test_a_named_button_sends_its_value_to_its_own_address(visitor: Visitor, site: Site) -> None:
    await visitor.open("form")
    await visitor.do("click", "secondary", "Save for later")
    assert site.sent == [("other", UNTOUCHED | {"then": "later"})]


@ONE_A_MARKUP
async def test_a_button_that_asks_sends_only_once_it_is_told_to(visitor: Visitor, site: Site) -> None:
    await visitor.open("form")
    await visitor.do("click", "danger", "Throw away")
    assert [one.message for one in visitor.seen.dialogs] == ["Really throw 'it' away?"]
    await visitor.answer(False)
    assert not visitor.seen.dialogs and not site.sent
    await visitor.do("click", "danger", "Throw away")
    await visitor.answer(True)
    assert not visitor.seen.dialogs
    assert site.sent == [("main", UNTOUCHED | {"then": "drop"})]


async def test_enter_in_a_field_and_on_a_button_sends_the_form(visitor: Visitor, site: Site) -> None:
    await visitor.open("form")
    await visitor.do("fill", "text", "Full name", "Grace")
    await visitor.do("press", "text", "Full name", "Enter")
    await visitor.open("form")
    await visitor.do("press", "stepper", "Quantity", "Enter")
    await visitor.open("form")
    await visitor.do("press", "primary", "Send it", "Enter")
    await visitor.open("form")
    await visitor.do("press", "secondary", "Save for later", "Enter")
    by_field = UNTOUCHED | {"name": "Grace"}
    sent = [("main", by_field), ("main", UNTOUCHED), ("main", UNTOUCHED), ("other", UNTOUCHED | {"then": "later"})]
    if visitor.theme.markup == "listed":  # Enter means nothing to its counters
        sent.pop(1)
    assert site.sent == sent


@ONE_A_MARKUP
async def test_options_that_are_off_cant_be_chosen(visitor: Visitor, site: Site) -> None:
    await visitor.open("form")
    for verb, kind, name, *values in (
        ("select_option", "select", "Size", "Large"),
        ("click", "radio", "Silk"),
        ("click", "swatch", "Grey"),
    ):
        outcome = await visitor.try_to(verb, kind, name, *values)
        assert "disabled" in outcome.error
    assert visitor.find("radio", "Silk").disabled and visitor.find("swatch", "Grey").disabled
    await visitor.do("press", "select", "Size", "Escape")
    await visitor.do("click", "primary", "Send it")
    assert site.sent == [("main", UNTOUCHED)]


@ONE_A_MARKUP
async def test_a_stepper_counts_within_its_bounds(visitor: Visitor, site: Site) -> None:
    await visitor.open("form")
    step = "generic" if visitor.theme.markup == "soup" else "button"
    await visitor.do("click", step, "−")
    await visitor.do("click", step, "−")
    assert visitor.find("stepper", "Quantity").value == "1"
    for _ in range(3):
        await visitor.do("click", step, "+")
    await visitor.do("click", "primary", "Send it")
    assert site.sent == [("main", UNTOUCHED | {"count": "4"})]


@ONE_A_MARKUP
async def test_what_a_field_says_of_itself_is_read(visitor: Visitor) -> None:
    await visitor.open("form")
    assert visitor.find("text", "Full name").required and visitor.find("text", "Full name").value == "Ada"
    assert visitor.find("email", "Email").invalid and visitor.has("Write an address.")
    assert visitor.has("We answer the same day.")
    groups = [one.name for one in visitor.seen.elements if not one.bid]
    assert {"Wrapping", "Tint"} <= set(groups)
    names = [one.name for one in visitor.seen.elements]
    assert names.index("Wrapping") < names.index("Paper") and names.index("Tint") < names.index("Blue")


async def test_cards_have_links_and_forms_of_their_own(visitor: Visitor, site: Site) -> None:
    await visitor.open("cards")
    assert visitor.has("$4.00") and any("Colour" in one.name for one in visitor.seen.elements)
    await visitor.do("click", "primary", "Add to cart", place=1)
    assert site.sent == [("card", {"add": "7"})]
    await visitor.open("cards")
    await visitor.do("click", "link", "Blue mug")
    assert visitor.seen.url.endswith("/product")


@ONE_A_MARKUP
async def test_a_field_that_others_depend_on_sends_the_form(visitor: Visitor) -> None:
    await visitor.open("reload")
    await visitor.do("select_option", "select", "Size", "Medium")
    assert visitor.seen.url.endswith("/form?size=m")


async def test_the_way_around_the_site_works(visitor: Visitor) -> None:
    for name, path in (("Cart (0)", "/cart"), ("Kitchen", "/kitchen")):
        await visitor.open("links")
        await visitor.do("click", "nav", name)
        assert visitor.seen.url.endswith(path)
    await visitor.open("links")
    await visitor.do("fill", "text", "Search", "mug")
    await visitor.do("press", "text", "Search", "Enter")
    assert visitor.seen.url.endswith("/find?q=mug")
    await visitor.open("links")
    await visitor.do("press", "secondary", "Go", "Enter")
    assert visitor.seen.url.endswith("/find?q=")
    await visitor.open("links")
    await visitor.do("click", "link", "Plain words")
    assert visitor.seen.url.endswith("/product")
    await visitor.open("links")
    await visitor.do("click", "button link", "Start over")
    assert visitor.seen.url.endswith("/cart")


@ONE_A_MARKUP
async def test_a_link_that_asks_leads_on_only_once_it_is_told_to(visitor: Visitor) -> None:
    await visitor.open("links")
    await visitor.do("click", "button link", "Leave")
    await visitor.answer(False)
    assert visitor.seen.url.endswith("/links")
    await visitor.do("click", "button link", "Leave")
    await visitor.answer(True)
    assert visitor.seen.url.endswith("/home")


async def test_the_overlay_covers_what_is_below_until_it_is_dismissed(visitor: Visitor, site: Site) -> None:
    await visitor.open("covered")
    covered = [one.name for one in visitor.seen.elements if one.covered and one.name.startswith("Order")]
    assert len(covered) >= 2
    outcome = await visitor.try_to("click", "primary", covered[0])
    assert "covered" in outcome.error and not site.sent
    assert not visitor.find("primary", "Order 0").covered
    await visitor.do("click", "primary", "Accept all")
    assert site.sent == [("agree", {})]
