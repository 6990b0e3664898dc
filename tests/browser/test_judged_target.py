"""What is acted on is what was judged, however the page changes in between; what nobody knows is called unknown."""

from __future__ import annotations

from typing import Any

import pytest

from webdreamer_app.actions import parse
from webdreamer_app.browser import inputs, tab
from webdreamer_app.browser.driver import ChromiumBrowser
from webdreamer_app.types import Element, Observation, Outcome

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def named(observation: Observation, name: str) -> Element:
    return next(element for element in observation.elements if element.name == name and element.bid)


async def do(browser: ChromiumBrowser, text: str) -> Outcome:
    return await browser.execute(parse(text))


def sent(pages: Any) -> list[str]:
    return [request for request in pages.requests if request.startswith("POST")]


async def script(browser: ChromiumBrowser, code: str) -> None:
    await browser.tab.page.evaluate(code)


async def test_a_reference_of_a_closed_pop_up_means_nothing_in_its_opener(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put("<button>Show terms</button>", "/popup")
    seen = await browser.goto(
        pages.put(
            '<form method="post" action="/deleted"><button>Delete account</button></form>'
            "<button type=button onclick=\"window.w = window.open('/popup')\">Open it</button>"
        )
    )
    outcome = await do(browser, f"click('{named(seen, 'Open it').bid}')")
    assert outcome.observation is not None
    terms = named(outcome.observation, "Show terms")
    await browser.tabs[0].page.evaluate("window.w.close()")
    pages.requests.clear()
    outcome = await do(browser, f"click('{terms.bid}')")
    assert "not on the page" in outcome.error or "gone" in outcome.error
    assert sent(pages) == []


async def test_an_element_that_became_another_is_not_clicked(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put('<form method="post" action="/order"><button>Show details</button><input aria-label="Name"></form>')
    )
    pages.requests.clear()
    for number, verb in enumerate(("click('{}')", "press('{}', 'Enter')")):
        await script(browser, f"document.querySelector('button').textContent = 'Place order {number}'")
        outcome = await do(browser, verb.format(named(seen, "Show details").bid))
        assert "has changed since it was read" in outcome.error
    await script(browser, "document.querySelector('input').ariaLabel = 'Card number'")
    assert "has changed" in (await do(browser, f"fill('{named(seen, 'Name').bid}', '4111')")).error
    assert sent(pages) == []
    fresh = await browser.observe()
    assert (await do(browser, f"click('{named(fresh, 'Place order 1').bid}')")).error == ""
    assert sent(pages) == ["POST /order"]


async def test_a_link_that_points_elsewhere_by_now_is_not_followed(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put('<a href="/terms">Terms</a>'))
    await script(browser, "document.querySelector('a').href = '/logout'")
    pages.requests.clear()
    assert "has changed" in (await do(browser, f"click('{named(seen, 'Terms').bid}')")).error
    assert pages.requests == []


async def test_keys_never_go_to_another_field(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            '<form method="post" action="/pay"><input aria-label="Note" autofocus><button>Pay</button></form>'
            '<div role="button" onclick="1">View details</div>'
            '<input aria-label="Decoy" onfocus="document.querySelector(\'input\').focus()">'
        )
    )
    pages.requests.clear()
    assert "keyboard" in (await do(browser, f"press('{named(seen, 'View details').bid}', 'Enter')")).error
    assert "keyboard" in (await do(browser, f"fill('{named(seen, 'Decoy').bid}', 'secret')")).error
    assert sent(pages) == []
    assert await browser.tab.page.input_value("input") == ""


async def test_a_control_inside_the_target_does_not_get_its_click(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            '<form method="post" action="/deleted"><div role="tree"><div role="treeitem" style="width:300px" tabindex="0">'
            '<button style="width:100%">Delete</button></div></div></form>'
            '<label style="display:block;width:200px"><input type="checkbox" style="position:absolute;opacity:0">'
            '<a href="/terms" style="display:block;margin:0 30px">the terms</a></label>'
        )
    )
    pages.requests.clear()
    item = next(element for element in seen.elements if element.role == "treeitem")
    assert "would take the click" in (await do(browser, f"click('{item.bid}')")).error
    box = next(element for element in seen.elements if element.role == "checkbox")
    outcome = await do(browser, f"click('{box.bid}')")
    assert outcome.error == ""
    assert await browser.tab.page.is_checked("input")
    assert sent(pages) == []  # a browser asks for an icon when it likes


async def test_a_click_that_is_never_answered_has_an_unknown_outcome(
    browser: ChromiumBrowser, pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "INPUT_LIMIT_S", 1.0)
    busy = (
        "fetch('/order', {method: 'POST', keepalive: true}); const end = Date.now() + 2500; while (Date.now() < end);"
    )
    seen = await browser.goto(pages.put(f'<button onclick="{busy}">Pay</button>'))
    outcome = await do(browser, f"click('{named(seen, 'Pay').bid}')")
    assert outcome.unknown
    assert "whether it did anything is unknown" in outcome.error


async def test_frames_never_share_references(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put("<button>Inside</button>", "/inner")
    seen = await browser.goto(pages.put('<iframe src="/inner" name="one"></iframe>'))
    first = named(seen, "Inside").bid
    await script(
        browser,
        "new Promise(done => { const f = document.createElement('iframe'); f.src = '/inner'; f.onload = done; "
        "document.body.prepend(f); })",
    )
    again = await browser.observe()
    inside = [element.bid for element in again.elements if element.name == "Inside"]
    assert len(set(inside)) == 2
    assert inside[1] == first


async def test_a_pop_up_that_answers_nothing_is_left(
    browser: ChromiumBrowser, pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "ATTACH_LIMIT_S", 1.5)
    seen = await browser.goto(
        pages.put("<button onclick=\"const w = window.open(''); w.confirm('Delete all?')\">Ask</button>")
    )
    await do(browser, f"click('{named(seen, 'Ask').bid}')")
    assert (await browser.goto(pages.put("<h1>Next</h1>", "/next"))).title == "Test"


async def test_a_pop_up_that_closes_itself_is_not_waited_for(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put('<button onclick="window.close()">Done</button>', "/popup")
    seen = await browser.goto(pages.put("<button onclick=\"window.open('/popup')\">Open it</button><p>opener</p>"))
    outcome = await do(browser, f"click('{named(seen, 'Open it').bid}')")
    assert outcome.observation is not None
    outcome = await do(browser, f"click('{named(outcome.observation, 'Done').bid}')")
    assert outcome.observation is not None
    assert "opener" in outcome.observation.text
