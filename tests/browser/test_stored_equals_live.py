"""Stored markup is read into the very text that Chromium's page gives, as far as no layout, script or other file matters."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Route

from tasks.suites import suite
from webdreamer_app.actions import parse
from webdreamer_app.browser.driver import ChromiumBrowser
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.browser.stored.page import read_html
from webdreamer_app.types import Element, Observation

from .test_driver import FORM

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HERE = Path(__file__).parent
LABELLED = (
    "accesskey", "aria-combobox", "aria-menubar", "aria-tree-grid", "aria-widgets", "contenteditable",
    "details-summary", "drag-and-drop", "duplicate-ids", "frames-hidden", "image-maps", "inputs-native",
    "inputs-select", "list-links", "mathml", "names-long", "names-scripts", "naming-images", "naming-labelledby",
    "naming-labels", "nested-interactive", "occlude-cookie-banner", "occlude-cookie-banner-scroll", "patched-legacy",
    "role-conflicts", "states-fieldset-disabled", "svg-buttons", "table-actions",
)  # fmt: skip
# Left out: what style sheets move, hide, clip or write (css-, geometry-, hover-, responsive-, scroll-, naming-pseudo,
# custom-checkboxes, not-rendered), what lies over what (occlude-, dialog-), what scripts make (canvas, popover, shadow-,
# states-form, onclick-divs, patched-hostile, virtual-list), other documents (frames-, frameset, object-embed), the
# browser's own checks of values (states-invalid), and formatting that is closed out of order (malformed-markup).
MALFORMED = (
    "<p>a<p>b<ul><li>c</ul>d</p>e", "<b>a<p>b</p>c</b>", "<h1><p>Title</p></h1>", "<a href=1>a<a href=2>b</a>",
    "<a href=1>a<table><tr><td>b</table></a>", "<button>a<button>b", "<table><td>a<tr><td>b</table>",
    "<table>out<tr><td>in</table>", "<div/>in<span/>side<b title=a />c", "<ul><ol><li>a</ul>", "<dl><dt>a<dd>b<dt>c",
    "<select title=s><option>a<option>b</select>c", "<textarea title=t>\n<b>x</b>", "<A HREF=x ID=1 ID=2>a</A",
    "<li>a<td>b</td>", "<?xml version='1.0' encoding='latin-1'?><p>é", "plain", "<!-- c --><p>x",
    "<p></body></html>yes", "x</html>y<!-- z -->w", "<ul><form><li>x</form></ul>", "<label>a<label>b<input></label>",
    "<table><form action=/send><tr><td><input title=a></form></table>", "<span>a<div>b</div>c</span>",
    "<form><form><input title=q></form><input title=r></form>", "<iframe><p>x", "<title>a<b>c</title>d",
    "<table><tr><td><form><td><input title=z></form></table>", "<svg><a href=q><text>t</a>u</svg>",
    "<table><caption>c<tr><td>x<thead><tr><th>h</table>", "<noscript><p>a</noscript>b", "<option>a<option>b",
    "<p>x<frameset><frame></frameset>", "<object><p>y</object>z", "<td>x</td><tr>y", "<nobr>a<nobr>b",
    "<fieldset><input title=a><legend>x</legend></fieldset>", "<optgroup label=x><option>a</optgroup>b",
    "<template>a</template>b<template shadowrootmode=open>c</template>d", "<i>a<b>b</i>c</b>", "&lt;a&amp&hellip;&#x41",
)  # fmt: skip
OWN = tuple(sorted(path.stem for path in (HERE / "stored_pages").glob("*.html")))


def numbered(elements: Iterable[Element]) -> tuple[Element, ...]:
    """References by their order, for the live capture numbers hosts and frames as well; without boxes."""
    numbers: dict[str, str] = {}
    return tuple(
        one.changed(bid=numbers.setdefault(one.bid, str(len(numbers) + 1)) if one.bid else "", box=None)
        for one in elements
    )


def assert_equal(live: Observation, source: str | bytes) -> None:
    stored = read_html(source, live.url)
    seen, read = numbered(live.elements), numbered(stored.elements)
    assert serialize(stored.title, stored.url, read) == serialize(live.title, live.url, seen)
    assert read == seen
    assert any(one.bid for one in read)


async def picture(route: Route) -> None:
    await route.fulfill(path=HERE / "labelled" / "pages" / "dot.gif")


async def test_a_form(browser: ChromiumBrowser, pages: Any) -> None:
    live = await browser.goto(pages.put(FORM))
    assert_equal(live, pages.bodies["/"])


@pytest.mark.parametrize(
    "path", [*(f"labelled/pages/{name}" for name in LABELLED), *(f"stored_pages/{name}" for name in OWN)]
)
async def test_a_page(browser: ChromiumBrowser, pages: Any, path: str) -> None:
    source = (HERE / f"{path}.html").read_text(encoding="utf-8")
    pages.bodies["/a/page"] = source
    await browser.tab.page.route("**/dot.gif", picture)
    assert_equal(await browser.goto(f"{pages.url}/a/page"), source.encode())


async def test_malformed_markup(browser: ChromiumBrowser, pages: Any) -> None:
    frames = [f'<iframe name=n{place} srcdoc="{escape(one)}"></iframe>' for place, one in enumerate(MALFORMED)]
    live = await browser.goto(pages.put("\n".join(frames)))
    assert_equal(live, pages.bodies["/"])


async def test_the_pages_of_a_shop(chromium: ChromiumBrowser, tmp_path: Path) -> None:
    with suite("corner").open(tmp_path / "corner.db") as site:
        start = site.start("stored")
        cookies = tuple((one.name, one.value, one.url) for one in start.cookies)
        async with chromium.fresh(cookies) as browser:
            titles = [await at(browser, f"{site.url}{path}") for path in ("/", "/search?q=lamp", "/cart", "/nowhere")]
            live = await browser.goto(f"{site.url}/search?q=mug")
            product = next(one.href for one in live.elements if "/product/" in one.href)
            titles += [await at(browser, product), await after(browser, "Add to cart")]
            titles += [await at(browser, f"{site.url}/cart"), await after(browser, "Proceed to checkout")]
            titles += [await after(browser, "Continue to payment")]
    assert titles == [
        *("Harbour Goods", "Results for lamp - Harbour Goods", "Cart - Harbour Goods", "Not found - Harbour Goods"),
        *("Quillby Grey Steel Mug - Harbour Goods", "Cart - Harbour Goods", "Cart - Harbour Goods"),
        *("Address - Harbour Goods", "Address - Harbour Goods"),
    ]


async def at(browser: ChromiumBrowser, url: str) -> str:
    """Open a page and compare; its title."""
    answer = await browser.tab.page.goto(url)
    assert answer is not None
    live = await browser.observe()
    assert_equal(live, await answer.text())
    return live.title


async def after(browser: ChromiumBrowser, name: str) -> str:
    """Click and compare the page that comes; its title."""
    bid = next(one.bid for one in (await browser.observe()).elements if one.name == name and one.bid)
    async with browser.tab.page.expect_navigation() as going:
        outcome = await browser.execute(parse(f"click('{bid}')"))
    assert outcome.error == "" and outcome.observation is not None
    assert_equal(outcome.observation, await (await going.value).text())
    return outcome.observation.title
