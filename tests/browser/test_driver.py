"""The driver on real pages in a real Chromium."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from webdreamer_app.actions import parse
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.browser.tokens import counter
from webdreamer_app.errors import BrowserError
from webdreamer_app.types import Action, Element, Observation, Outcome

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FORM = """
<header><a href="/home">Home</a></header>
<main><h1>Order</h1>
<form method="post" action="/send">
  <label for="who">Your name</label><input id="who" name="who" required placeholder="not this">
  <label>Size <select name="size"><option>Small<option>Large</select></label>
  <fieldset><legend>Delivery</legend>
    <label><input type="radio" name="d" value="1" checked> Standard</label>
    <label><input type="radio" name="d" value="2"> Express</label></fieldset>
  <label><input type="checkbox" name="gift"> Gift</label>
  <input type="date" name="day" aria-label="Day">
  <textarea aria-label="Note">old</textarea>
  <input type="password" aria-label="Secret" value="hidden">
  <button>Place order</button> <button disabled>Never</button>
</form></main>
"""


def named(observation: Observation, name: str) -> Element:
    return next(element for element in observation.elements if element.name == name and element.bid)


async def do(browser: ChromiumBrowser, text: str) -> Outcome:
    return await browser.execute(parse(text))


def then(outcome: Outcome) -> Observation:
    assert outcome.error == ""
    assert outcome.observation is not None
    return outcome.observation


async def test_a_form_is_seen_filled_and_sent(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(FORM))
    golden = Path(__file__).parent / "golden" / "form.txt"
    assert seen.text.replace(pages.url, "http://site") + "\n" == golden.read_text(encoding="utf-8")
    assert named(seen, "Place order").form is not None
    assert named(seen, "Place order").form.method == "post"
    seen = then(await do(browser, f"fill('{named(seen, 'Your name').bid}', 'Zoë \\'Z\\' Ünal')"))
    seen = then(await do(browser, f"select_option('{named(seen, 'Size').bid}', 'Large')"))
    seen = then(await do(browser, f"click('{named(seen, 'Express').bid}')"))
    seen = then(await do(browser, f"click('{named(seen, 'Gift').bid}')"))
    seen = then(await do(browser, f"fill('{named(seen, 'Day').bid}', '2026-05-04')"))
    seen = then(await do(browser, f"fill('{named(seen, 'Note').bid}', 'new')"))
    assert [named(seen, name).value for name in ("Your name", "Size", "Day", "Note")] == [
        "Zoë 'Z' Ünal", "Large", "2026-05-04", "new"
    ]  # fmt: skip
    assert (named(seen, "Express").checked, named(seen, "Standard").checked, named(seen, "Gift").checked) == (
        True,
        False,
        True,
    )
    assert "hidden" not in seen.text
    pages.requests.clear()
    gone = then(await do(browser, f"click('{named(seen, 'Place order').bid}')"))
    assert gone.url.endswith("/send")
    assert [request for request in pages.requests if "send" in request] == ["POST /send"]
    assert browser.interactions == 8


async def test_references_live_as_long_as_their_elements(browser: ChromiumBrowser, pages: Any) -> None:
    url = pages.put(
        "<button id=a onclick=\"document.getElementById('b').remove()\">Remove</button><button id=b>Gone</button>"
        "<button onclick=\"this.insertAdjacentHTML('beforebegin', '<button>New</button>')\">Insert</button>"
    )
    seen = await browser.goto(url)
    kept = named(seen, "Insert").bid
    gone = named(seen, "Gone").bid
    after = then(await do(browser, f"click('{named(seen, 'Remove').bid}')"))
    assert after.find(gone) is None
    failed = await do(browser, f"click('{gone}')")
    assert "not on the page" in failed.error
    again = then(await do(browser, f"click('{kept}')"))
    assert named(again, "Insert").bid == kept
    assert named(again, "New").bid not in (kept, gone)
    assert any("appeared" in change and "New" in change for change in again.changes)


@pytest.mark.parametrize(
    ("body", "action", "words"),
    [("<button disabled>Pay</button>", "click", "button 'Pay': it is disabled"),
     ("<dialog open style='position:fixed;inset:0;width:100%;height:100%'>Cookies</dialog><button>Pay</button>", "click",
      "button 'Pay': it is covered by <dialog> 'Cookies'"),
     ("<label>Size <select><option>Small</select></label>", "select_option", "it has no option 'Huge' (it has: 'Small')"),
     ("<input aria-label=Pay readonly>", "fill", "it is read-only"),
     ("<button>Pay</button>", "press", "there is no key 'Huge'")],
)  # fmt: skip
async def test_what_cannot_be_done_names_the_element_and_the_reason(
    browser: ChromiumBrowser,
    pages: Any,
    body: str,
    action: str,
    words: str,
) -> None:
    seen = await browser.goto(pages.put(body))
    target = next(element for element in seen.elements if element.bid)
    value = "" if action == "click" else ", 'Huge'"
    outcome = await do(browser, f"{action}('{target.bid}'{value})")
    assert words in outcome.error
    assert outcome.observation is not None


async def test_dialogs_wait_for_an_explicit_answer(browser: ChromiumBrowser, pages: Any) -> None:
    body = "<h1 id=h>?</h1><button onclick=\"document.getElementById('h').textContent = prompt('Name?', 'x')\">Ask</button>"
    seen = await browser.goto(pages.put(body))
    ask = named(seen, "Ask").bid
    opened = then(await do(browser, f"click('{ask}')"))
    assert [(dialog.kind, dialog.message, dialog.default_value) for dialog in opened.dialogs] == [
        ("prompt", "Name?", "x")
    ]
    assert "dialog prompt 'Name?'" in opened.text
    refused = await do(browser, f"click('{ask}')")
    assert "a prompt dialog is open" in refused.error
    waiting = then(await do(browser, "noop()"))
    assert waiting.dialogs
    closed = then(await do(browser, "dialog_accept('Anna')"))
    assert closed.dialogs == ()
    assert "heading 'Anna'" in closed.text
    assert "no dialog is open" in (await do(browser, "dialog_dismiss()")).error


async def test_frames_and_open_shadow_roots_are_part_of_the_page(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put("<button onclick=\"this.textContent='Pressed'\">Inner</button>", "/frame")
    body = "<iframe src='/frame' title='Pay here'></iframe><div id=s></div><script>document.getElementById('s').attachShadow({mode:'open'}).innerHTML = '<button>Shadow</button>'</script>"
    seen = await browser.goto(pages.put(body))
    inner = named(seen, "Inner")
    assert inner.bid.startswith("a")
    assert named(seen, "Shadow").bid.isdecimal()
    assert named(then(await do(browser, f"click('{inner.bid}')")), "Pressed").bid == inner.bid


async def test_pop_ups_become_tabs(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put("<h1>Second</h1>", "/second")
    seen = await browser.goto(pages.put("<a href='/second' target='_blank'>Open</a>"))
    opened = then(await do(browser, f"click('{named(seen, 'Open').bid}')"))
    assert ([tab.active for tab in opened.tabs], "Second" in opened.text) == ([False, True], True)
    back = then(await do(browser, "tab_focus(0)"))
    assert "Open" in back.text
    assert "there is no tab 7" in (await do(browser, "tab_focus(7)")).error
    then(await do(browser, "tab_focus(1)"))
    assert len(then(await do(browser, "tab_close()")).tabs) == 1


async def test_moving_through_history_and_scrolling(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put("<h1>Second</h1>", "/second")
    seen = await browser.goto(pages.put("<a href='/second'>Open</a><p style='height:3000px'>tall</p>"))
    before = named(seen, "Open").box
    scrolled = then(await do(browser, "scroll(0, 400)"))
    assert before is not None
    assert named(scrolled, "Open").box.y < before.y
    assert "Second" in then(await do(browser, f"click('{named(seen, 'Open').bid}')")).text
    assert "Open" in then(await do(browser, "go_back()")).text
    assert "Second" in then(await do(browser, "go_forward()")).text
    assert "no page to go to" in (await do(browser, "go_forward()")).error


async def test_scripts_of_the_page_cannot_see_or_change_references(browser: ChromiumBrowser, pages: Any) -> None:
    body = "<button>Pay</button><p id=p></p><script>setInterval(() => { document.getElementById('p').textContent = typeof window.__webdreamer }, 10); Element.prototype.getAttribute = () => 'hacked'; JSON.stringify = () => '{}'</script>"
    seen = await browser.goto(pages.put(body))
    assert named(seen, "Pay").role == "button"
    assert "undefined" in (await browser.observe()).text


async def test_a_crashed_page_is_said_at_once(pages: Any) -> None:
    async with open_browser(BrowserOptions(timeout_s=5)) as browser:
        await browser.goto(pages.put("<button>Pay</button>"))
        crash = asyncio.ensure_future(browser.tab.cdp.send("Page.crash"))
        with pytest.raises(BrowserError, match="crashed"):
            async with asyncio.timeout(3):
                while True:
                    await browser.observe()
        crash.cancel()
        await asyncio.gather(crash, return_exceptions=True)


async def test_storage_is_written_for_its_owner_only(browser: ChromiumBrowser, pages: Any, tmp_path: Path) -> None:
    await browser.goto(pages.put("<script>localStorage.setItem('a', 'b')</script>"))
    path = tmp_path / "deep" / "state.json"
    await browser.storage_state(path)
    assert path.stat().st_mode & 0o777 == 0o600
    async with open_browser(BrowserOptions(storage_state=path)) as other:
        await other.goto(
            pages.put(
                "<p id=p></p><script>document.getElementById('p').textContent = 'kept ' + localStorage.getItem('a')</script>"
            )
        )
        assert "kept b" in (await other.observe()).text


def deep(levels: int) -> str:
    """A page that a script nests this deep; the parser itself stops at 512."""
    return (
        "<script>let at = document.body; "
        f"for (let level = 0; level < {levels}; level++) {{ const box = document.createElement('div'); at.append(box); at = box }}"
        "const button = document.createElement('button'); button.textContent = 'Deep down'; at.append(button);</script>"
    )


async def test_a_page_nested_1500_levels_deep_is_read_and_acted_on(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(deep(1500)))
    button = next(element for element in seen.elements if element.name == "Deep down")
    assert (await browser.execute(parse(f"click('{button.bid}')"))).error == ""


async def test_after_a_page_that_crashes_its_own_tab_it_goes_on_where_it_was(pages: Any) -> None:
    pages.put(deep(8000), "/crash")
    pages.put("<h1>Elsewhere</h1>", "/next")
    async with open_browser(BrowserOptions(timeout_s=10)) as browser:
        seen = await browser.goto(pages.put('<a href="/crash">Go there</a><a href="/next">Go on</a>'))
        outcome = await browser.execute(parse(f"click('{seen.elements[0].bid}')"))
        assert "crashed its tab" in outcome.error
        assert outcome.unknown
        assert outcome.observation is not None
        again = next(element for element in outcome.observation.elements if element.name == "Go on")
        assert again.bid not in {element.bid for element in seen.elements}
        outcome = await browser.execute(parse(f"click('{again.bid}')"))
        assert outcome.observation is not None
        assert "Elsewhere" in outcome.observation.text
        with pytest.raises(BrowserError, match="crashed its tab"):
            await browser.goto(f"{pages.url}/crash")
        assert "Elsewhere" in (await browser.goto(f"{pages.url}/next")).text


async def test_a_long_page_is_folded_and_a_group_opens_on_demand(pages: Any) -> None:
    cards = "".join(
        f"<li><a href='/p{number}'>Lamp number {number}</a> <button>Add {number}</button></li>" for number in range(300)
    )
    async with open_browser(BrowserOptions(timeout_s=10, page_tokens=500, wanted=frozenset({"217"}))) as browser:
        seen = await browser.goto(pages.put(f"<h1>Lamps</h1><ul>{cards}</ul>"))
        assert "Lamp number 217" in seen.text
        assert "Lamp number 150" not in seen.text
        assert sum(counter()(seen.text.split("\n"))) <= 500
        assert len([element for element in seen.elements if element.bid]) == 600
        group = next(line.split("]")[0].strip(" [") for line in seen.text.split("\n") if "folded" in line)
        opened = await browser.execute(parse(f"expand('{group}')"))
        assert opened.error == ""
        assert opened.observation is not None
        assert opened.observation.text != seen.text
        assert "nothing is folded under 'g99'" in (await browser.execute(parse("expand('g99')"))).error
        hidden = next(element for element in seen.elements if element.name == "Add 150")
        assert (await browser.execute(parse(f"click('{hidden.bid}')"))).error == ""


async def test_addresses_and_files_that_can_not_be_are_failures_of_the_action(
    browser: ChromiumBrowser, pages: Any
) -> None:
    seen = await browser.goto(pages.put("<input type=file aria-label=Picture>"))
    assert "is not a web address" in (await browser.execute(parse("goto('http://[')"))).error
    for name in ("x" * 3000, "a\0b", "/nowhere/at.all"):
        outcome = await browser.execute(Action("upload_file", seen.elements[0].bid, (name,)))
        assert "there is no file" in outcome.error
    with pytest.raises(BrowserError, match="is not a web address"):
        await browser.goto("http://[")


HIDDEN = """
<div style="visibility:hidden">secret one <b style="visibility:visible">seen</b></div>
<div hidden="until-found">secret two</div><details>secret three<summary>More</summary>secret four</details>
<video>secret five</video><canvas onclick="1" aria-label="Board">secret six</canvas>
<style>.skip { content-visibility: hidden }</style><div class="skip">secret seven</div>
<table><tr style="visibility:collapse"><td>secret eight</table>
<label>Disk <meter value="0.5"></meter></label>
"""


async def test_text_that_nobody_sees_is_not_written(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(HIDDEN))
    assert "secret" not in seen.text
    assert "seen" in seen.text
    assert seen.text.count("Disk") == 1


@pytest.mark.parametrize(
    "odd",
    ["<form><select formaction=/x formmethod=post aria-label=S></select></form>",
     "<form><textarea formaction=/x aria-label=S></textarea></form>",
     "<h1 aria-level=2.5>T</h1><button>S</button>", "<h1 aria-level=Infinity>T</h1><button>S</button>",
     "<div role=heading aria-level=1e99>T</div><button>S</button>",
     "<img usemap=#m width=90 height=90><map name=m><area alt=S href=/ shape=circle coords='x,1e999,9'></map>",
     "<img usemap=#m width=90 height=90><map name=m><area alt=S href=/ coords='1e999,,50,40'></map>"],
)  # fmt: skip
async def test_odd_attributes_do_not_make_a_page_unreadable(browser: ChromiumBrowser, pages: Any, odd: str) -> None:
    assert named(await browser.goto(pages.put(odd)), "S")
