"""A page within a budget of tokens: what matters stands, the rest can be opened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webdreamer_app.browser.capture import FrameCapture
from webdreamer_app.browser.fold import Folded, fold, key
from webdreamer_app.browser.page_text import PageText
from webdreamer_app.browser.serialize import header, line
from webdreamer_app.browser.stored.page import read_html
from webdreamer_app.browser.tokens import counter
from webdreamer_app.types import Element

HEADER = header("Results", "http://shop.test/")


def cards(number: int) -> list[Element]:
    """A results page like a shop's."""
    elements = [
        Element("banner"),
        Element("searchbox", "Search", 1, bid="1", value=""),
        Element("main"),
        Element("heading", "Results", 1, level=1),
        Element("list", "", 1),
    ]
    for place in range(number):
        bid = 10 + 4 * place
        elements += [
            Element("listitem", "", 2),
            Element("heading", f"Steel lamp number {place}", 3, level=3),
            Element("link", f"Steel lamp number {place}", 4, bid=str(bid), href="http://shop.test/p"),
            Element("text", f"Rated 4.{place % 10}", 3),
            Element("text", f"${place}.99", 3),
            Element("spinbutton", "Quantity", 3, bid=str(bid + 1), value="1"),
            Element("button", "Add to cart", 3, bid=str(bid + 2)),
        ]
    return [*elements, Element("contentinfo"), Element("link", "Imprint", 1, bid="2", href="http://shop.test/i")]


def tokens(text: str) -> int:
    return sum(counter()(text.split("\n")))


def folded(elements: list[Element], budget: int = 2000, **more: frozenset[object]) -> Folded:
    return fold(HEADER, elements, budget, counter(), **more)  # type: ignore[arg-type]


def shown(page: Folded) -> set[str]:
    return set(re.findall(r"^ *\[(\d+)\]", page.text, re.M))


def reachable(elements: list[Element], page: Folded) -> set[object]:
    """References with a line of their own, or in a group that has one."""
    named = set(re.findall(r"^ *\[(g\d+)\]", page.text, re.M))
    assert named == set(page.groups)
    return shown(page) | {one for group in page.groups.values() for one in group}


def test_a_page_that_fits_is_whole() -> None:
    page = folded(cards(3))
    assert page.text == "\n".join([*HEADER, *map(line, cards(3))])
    assert page.groups == {}


@pytest.mark.parametrize(("number", "budget"), [(60, 2000), (600, 2000), (3000, 2000), (60, 400), (600, 300)])
def test_a_large_page_keeps_within_its_budget_and_everything_stays_in_reach(number: int, budget: int) -> None:
    elements = cards(number)
    page = folded(elements, budget)
    assert tokens(page.text) <= budget
    assert {element.bid for element in elements if element.bid} <= reachable(elements, page)
    for outline in (
        "heading 'Results' level=1",
        "searchbox 'Search'",
        "link 'Imprint'",
        "main",
        "banner",
        "contentinfo",
    ):
        assert outline in page.text


def test_what_the_task_speaks_of_stands_wherever_it_is() -> None:
    page = folded(cards(600), wanted=frozenset({"number", "417"}))
    assert "Steel lamp number 417" not in folded(cards(600)).text
    assert "Steel lamp number 417" in folded(cards(600), wanted=frozenset({"417"})).text
    assert tokens(page.text) <= 2000


def test_dialogs_and_what_is_new_stand_first() -> None:
    elements = [*cards(600), Element("dialog", "Cookies"), Element("button", "Accept all", 1, bid="3")]
    assert "[3] button 'Accept all'" in folded(elements, 300).text
    assert f"[{10 + 4 * 500}] link" in folded(cards(600), fresh=frozenset({str(10 + 4 * 500)})).text


def test_a_group_says_what_is_in_it_and_opens() -> None:
    elements = cards(600)
    page = folded(elements)
    name, words = next(found for found in re.findall(r"\[(g\d+)\] (.*)", page.text) if "listitem" in found[1])
    assert re.match(r"\d+ listitem folded: link 'Steel lamp number \d+' … \d+ to act on", words)
    again = folded(elements, opened=page.groups[name])
    assert shown(again) - shown(page)
    assert tokens(again.text) <= 2000


def test_opening_on_and_on_shows_every_element() -> None:
    elements = cards(40)
    left = {element.bid for element in elements if element.bid}
    page = folded(elements, 500)
    for _ in range(60):
        left -= shown(page)
        if not left:
            break
        group = next(group for group in page.groups.values() if left & group)
        page = folded(elements, 500, opened=frozenset(one for one in group if one in left))
    assert left == set()


@st.composite
def pages(draw: st.DrawFn) -> list[Element]:
    count = draw(st.integers(1, 120))
    elements, depth = [], 0
    for place in range(count):
        depth = draw(st.integers(0, depth + 1)) if place else 0
        role = draw(st.sampled_from(["text", "link", "listitem", "list", "heading", "dialog", "button", "row"]))
        bid = str(place) if role in ("link", "button") else ""
        elements.append(Element(role, draw(st.text(max_size=30)), depth, bid))
    return elements


@settings(max_examples=60, deadline=None)
@given(pages(), st.integers(150, 600))
def test_any_page_keeps_within_its_budget_with_everything_in_reach(elements: list[Element], budget: int) -> None:
    page = folded(elements, budget)
    assert tokens(page.text) <= budget
    assert {key(element) for element in elements if element.bid} <= reachable(elements, page)


def card(number: int) -> str:
    name = "Brass lantern" if number == 37 else f"Lamp number {number}"
    price = f"<p>Rated {number % 5}.0</p><p>${number}.99</p>"
    return f"<li><h3><a href='/p/{number}'>{name}</a></h3>{price}<button>Add {number}</button>"


STORED = f"""<title>Lamps</title>
<header><a href='/'>Home</a><form role=search><label>Find <input name=q></label><button>Go</button></form></header>
<dialog open aria-label=Cookies><p>We use cookies.</p><button>Accept</button></dialog>
<main><h1>Lamps</h1><label>Sort <select><option>Price<option>Name</select></label>
<ul>{"".join(map(card, range(1, 61)))}</ul><section aria-label=Notes><p>Prices include tax.</p></section></main>
<footer><a href='/terms'>Terms</a></footer>"""


def test_a_folded_page_reads_as_it_always_did() -> None:
    text = PageText(320, frozenset({"lantern"})).write(read_html(STORED, "http://shop.test/lamps"))
    golden = Path(__file__).parent / "golden" / "folded.txt"
    assert text + "\n" == golden.read_text(encoding="utf-8")
    assert sum(counter()(text.split("\n"))) <= 320


def test_a_title_that_swallowed_its_page_leaves_room_for_the_rest() -> None:
    text = PageText(400, frozenset())
    elements = tuple(Element("button", f"Choice number {place}", 0, str(place)) for place in range(200))
    written = text.write(FrameCapture("x y " * 5000, "http://a.example/" + "q" * 9000, elements, {}))
    assert sum(counter()(written.split("\n"))) <= 400
    assert "button 'Choice number 0'" in written and written.startswith("page 'x y x y")


def test_a_header_that_fills_the_budget_alone_is_no_error() -> None:
    folded = fold(["page '" + "word " * 300 + "'"], [Element("text", "hello " * 50, 0)], 100, counter())
    assert folded.text.startswith("page 'word")


def test_lines_are_chosen_by_the_words_that_are_wanted_now() -> None:
    text, stored = PageText(320, frozenset()), read_html(STORED, "http://shop.test/lamps")
    before = text.write(stored)
    text.want(frozenset({"lantern"}))
    assert ("lantern" in before.lower(), "lantern" in text.write(stored).lower()) == (False, True)
