"""Acting where a page hides its controls: frames of other sites, frames in frames, closed shadow roots."""

from __future__ import annotations

from typing import Any

import pytest

from webdreamer_app.actions import parse
from webdreamer_app.browser.driver import ChromiumBrowser
from webdreamer_app.types import Element, Observation, Outcome

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
CLICKED = "<button onclick=\"this.textContent = 'Clicked'\">Press me</button>"
SPACE = '<div style="height: 1500px"></div>'


def elsewhere(pages: Any, path: str) -> str:
    """The same server under another site's name, so that Chromium gives it a process of its own."""
    return str(pages.url.replace("127.0.0.1", "localhost")) + path


def named(observation: Observation, name: str) -> Element:
    return next(element for element in observation.elements if element.name == name and element.bid)


def names(observation: Observation | None) -> list[str]:
    assert observation is not None
    return [element.name for element in observation.elements if element.bid]


async def do(browser: ChromiumBrowser, text: str) -> Outcome:
    return await browser.execute(parse(text))


async def test_a_button_in_a_frame_of_another_site_is_clicked_wherever_it_has_to_be_scrolled_to(
    browser: ChromiumBrowser, pages: Any
) -> None:
    pages.put(SPACE + CLICKED + SPACE, "/inner")
    pages.put(f'{SPACE}<iframe src="{pages.url}/inner" width=300 height=200></iframe>', "/middle")
    seen = await browser.goto(
        pages.put(f'{SPACE}<iframe src="{elsewhere(pages, "/middle")}" width=400 height=300></iframe>{SPACE}')
    )
    outcome = await do(browser, f"click('{named(seen, 'Press me').bid}')")
    assert outcome.error == ""
    assert "Clicked" in names(outcome.observation)


async def test_a_field_in_a_frame_of_another_site_is_filled_and_sent(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put('<form method="post" action="/paid"><input aria-label="Card number"><button>Pay</button></form>', "/pay")
    seen = await browser.goto(pages.put(f'<iframe src="{elsewhere(pages, "/pay")}" width=400 height=200></iframe>'))
    outcome = await do(browser, f"fill('{named(seen, 'Card number').bid}', '4000 1')")
    assert outcome.observation is not None
    assert named(outcome.observation, "Card number").value == "4000 1"
    pages.requests.clear()
    await do(browser, f"press('{named(seen, 'Card number').bid}', 'Enter')")
    assert "POST /paid" in pages.requests


async def test_what_lies_over_a_frame_covers_what_is_in_it(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put(CLICKED, "/inner")
    seen = await browser.goto(
        pages.put(
            f'<iframe src="{elsewhere(pages, "/inner")}" width=400 height=200></iframe>'
            '<div style="position: fixed; inset: 0; background: #fff" role="dialog"><button>Accept all</button></div>'
        )
    )
    assert named(seen, "Press me").covered
    assert not named(seen, "Accept all").covered
    outcome = await do(browser, f"click('{named(seen, 'Press me').bid}')")
    assert "its frame is covered by <div>" in outcome.error
    assert "Clicked" not in names(outcome.observation)


async def test_a_button_in_closed_shadow_roots_is_clicked(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<div id=a></div><script>"
            "const outer = document.getElementById('a').attachShadow({mode: 'closed'});"
            "outer.innerHTML = '<section><div></div></section>';"
            "const inner = outer.querySelector('div').attachShadow({mode: 'closed'});"
            f"inner.innerHTML = {CLICKED!r};"
            "</script>"
        )
    )
    outcome = await do(browser, f"click('{named(seen, 'Press me').bid}')")
    assert outcome.error == ""
    assert "Clicked" in names(outcome.observation)


async def test_a_reference_stays_the_same_over_steps_and_a_gone_one_is_gone(
    browser: ChromiumBrowser, pages: Any
) -> None:
    pages.put(CLICKED, "/inner")
    first = await browser.goto(pages.put(f'<button>Stay</button><iframe src="{elsewhere(pages, "/inner")}"></iframe>'))
    again = await browser.observe()
    assert [element.bid for element in again.elements] == [element.bid for element in first.elements]
    await browser.tab.page.evaluate("document.querySelector('iframe').remove()")
    outcome = await do(browser, f"click('{named(first, 'Press me').bid}')")
    assert "gone" in outcome.error or "not on the page" in outcome.error
    assert names(outcome.observation) == ["Stay"]


async def test_a_frame_that_is_replaced_meanwhile_gives_no_element_of_another(
    browser: ChromiumBrowser, pages: Any
) -> None:
    pages.put(CLICKED, "/inner")
    pages.put("<button>Delete everything</button>", "/other")
    seen = await browser.goto(pages.put(f'<iframe src="{elsewhere(pages, "/inner")}"></iframe>'))
    bid = named(seen, "Press me").bid
    frame = browser.tab.page.frames[1]
    await frame.goto(elsewhere(pages, "/other"))
    outcome = await do(browser, f"click('{bid}')")
    assert outcome.error
    assert named(outcome.observation or seen, "Delete everything").bid != bid


async def test_a_frame_that_keeps_its_process_busy_does_not_empty_the_page(
    browser: ChromiumBrowser, pages: Any
) -> None:
    pages.put(
        "<script>addEventListener('message', () => { const end = Date.now() + 20000; while (Date.now() < end); })</script>",
        "/busy",
    )
    pages.put(CLICKED, "/inner")
    await browser.tab.page.goto(
        pages.put(
            f'<button>Here</button><iframe src="{elsewhere(pages, "/busy")}"></iframe><iframe src="/inner"></iframe>'
        )
    )
    await browser.tab.page.evaluate("frames[0].postMessage('be busy', '*')")
    assert names(await browser.observe()) == ["Here", "Press me"]
