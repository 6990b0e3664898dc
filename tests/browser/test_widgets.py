"""Widgets that scripts made, driven by the actions of the grammar in a real Chromium."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from webdreamer_app.actions import parse
from webdreamer_app.browser.driver import ChromiumBrowser
from webdreamer_app.types import Element, Observation, Outcome

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LISTBOX = """
<div id=box role=combobox tabindex=0 aria-label=Colour aria-expanded=false aria-haspopup=listbox>None</div>
<ul id=list role=listbox hidden></ul>
<script>
const names = %s;
box.onclick = () => setTimeout(() => {
  list.hidden = !list.hidden; box.setAttribute('aria-expanded', !list.hidden);
  list.innerHTML = names.map((n) => `<li role=option ${n === 'Gone' ? 'aria-disabled=true' : ''}>${n}</li>`).join('');
}, 80);
list.onclick = (e) => { if (!e.isTrusted) return; box.textContent = e.target.textContent; list.hidden = true; box.setAttribute('aria-expanded', false); };
</script>
"""
TYPED = """
<input id=box role=combobox aria-label=City aria-expanded=false aria-controls=list autocomplete=off><div id=list role=listbox hidden></div><output id=out></output>
<script>
const cities = ['Elmira', 'Emden', 'Essen', 'Ghent'];
box.addEventListener('keyup', () => setTimeout(() => {
  const fit = box.value ? cities.filter((c) => c.toLowerCase().startsWith(box.value.toLowerCase())) : [];
  list.innerHTML = fit.map((c) => `<div role=option>${c}</div>`).join(''); list.hidden = !fit.length; box.setAttribute('aria-expanded', !!fit.length);
}, 120));
list.onmousedown = (e) => { box.value = e.target.textContent; list.hidden = true; out.textContent = 'chose ' + box.value; };
</script>
"""
VIRTUAL = """
<div id=box role=combobox tabindex=0 aria-label=Number aria-expanded=false>0</div>
<div id=list role=listbox hidden style="height:120px;overflow:auto;width:200px;position:relative"><div style="height:20000px"></div></div>
<script>
const draw = () => {
  list.querySelectorAll('[role=option]').forEach((o) => o.remove());
  const first = Math.floor(list.scrollTop / 20);
  for (let i = first; i < Math.min(first + 8, 1000); i++) {
    const o = document.createElement('div'); o.setAttribute('role', 'option'); o.textContent = 'Row ' + i;
    o.style.cssText = `position:absolute;top:${i * 20}px;height:20px`; list.append(o);
  }
};
list.onscroll = draw;
box.onclick = () => { list.hidden = false; draw(); };
list.onclick = (e) => { box.textContent = e.target.textContent; list.hidden = true; };
</script>
"""
MENU = """
<button id=b aria-haspopup=menu aria-expanded=false>Sort</button><div id=m role=menu hidden><div role=menuitem>By price</div><div role=menuitem>By name</div></div><p id=out></p>
<script>b.onclick = () => { m.hidden = !m.hidden; b.setAttribute('aria-expanded', !m.hidden) };
m.onclick = (e) => { out.textContent = 'sorted ' + e.target.textContent; m.hidden = true }</script>
"""
SLIDER = """
<div id=track style="position:relative;width:300px;height:20px;background:#ddd;margin:40px"><div id=s role=slider tabindex=0 aria-label=Price
aria-valuemin=0 aria-valuemax=200 aria-valuenow=50 style="position:absolute;left:70px;width:20px;height:20px;background:#36c"></div></div>
<script>
const put = (v) => { v = Math.min(200, Math.max(0, Math.round(v / %(step)s) * %(step)s)); s.setAttribute('aria-valuenow', v); s.style.left = v / 200 * 300 - 10 + 'px' };
const now = () => Number(s.getAttribute('aria-valuenow'));
%(listen)s
</script>
"""
KEYS = "s.onkeydown = (e) => { const by = { ArrowUp: %d, ArrowDown: -%d, PageUp: 50, PageDown: -50 }[e.key]; if (by) put(now() + by) };"
DRAG = """let held = false; s.onpointerdown = () => { held = true }; onpointerup = () => { held = false };
onpointermove = (e) => { if (held) put((e.clientX - track.getBoundingClientRect().x) / 300 * 200) };"""
MOUSE_ONLY = f"s.removeAttribute('tabindex'); {DRAG}"


def named(observation: Observation, name: str) -> Element:
    return next(element for element in observation.elements if element.name == name and element.bid)


async def do(browser: ChromiumBrowser, text: str) -> Outcome:
    return await browser.execute(parse(text))


async def after(browser: ChromiumBrowser, text: str) -> Observation:
    outcome = await do(browser, text)
    assert outcome.error == ""
    assert outcome.observation is not None
    return outcome.observation


async def test_an_option_of_a_list_that_a_script_opens(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(LISTBOX % json.dumps(["Red", "Dark green", "Gone"])))
    bid = named(seen, "Colour").bid
    assert named(await after(browser, f"select_option('{bid}', 'dark green')"), "Colour").value == "Dark green"
    assert "its option 'Gone' is disabled" in (await do(browser, f"select_option('{bid}', 'Gone')")).error
    error = (await do(browser, f"select_option('{bid}', 'Blue')")).error
    assert "it has no option 'Blue' (it has: 'Red', 'Dark green', 'Gone')" in error
    assert named(await browser.observe(), "Colour").value == "Dark green"


async def test_an_option_that_shows_only_when_it_is_typed(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(TYPED))
    assert "chose Essen" in (await after(browser, f"select_option('{named(seen, 'City').bid}', 'Essen')")).text
    error = (await do(browser, f"select_option('{named(seen, 'City').bid}', 'Paris')")).error
    assert "it has no option 'Paris'" in error


async def test_an_option_far_down_a_list_that_draws_only_what_is_in_sight(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(VIRTUAL))
    assert named(await after(browser, f"select_option('{named(seen, 'Number').bid}', 'Row 137')"), "Number").value == (
        "Row 137"
    )


async def test_an_entry_of_a_menu(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(MENU))
    assert "sorted By name" in (await after(browser, f"select_option('{named(seen, 'Sort').bid}', 'By name')")).text


async def test_an_entry_of_a_datalist(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put("<input list=l aria-label=City><datalist id=l><option>Elmira</datalist>"))
    assert (
        named(await after(browser, f"select_option('{named(seen, 'City').bid}', 'Elmira')"), "City").value == "Elmira"
    )


@pytest.mark.parametrize(
    ("listen", "step"),
    [(KEYS % (10, 10), 10), (KEYS % (1, 1), 1), (DRAG, 5), (MOUSE_ONLY, 5)],
    ids=["keys", "small", "drag", "mouse only"],
)
async def test_a_slider_goes_to_a_number(browser: ChromiumBrowser, pages: Any, listen: str, step: int) -> None:
    seen = await browser.goto(pages.put(SLIDER % {"listen": listen, "step": step}))
    bid = named(seen, "Price").bid
    for value in ("120", "0", "200", "70"):
        assert named(await after(browser, f"fill('{bid}', '{value}')"), "Price").value == value
    assert "it goes from 0 to 200, not to 300" in (await do(browser, f"fill('{bid}', '300')")).error
    assert "it takes a number, not 'much'" in (await do(browser, f"fill('{bid}', 'much')")).error


async def test_a_slider_that_can_not_stop_there_says_where_it_is(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(SLIDER % {"listen": KEYS % (10, 10), "step": 10}))
    assert (
        "it does not take 77; it is at 80 now" in (await do(browser, f"fill('{named(seen, 'Price').bid}', '77')")).error
    )


async def test_native_fields_for_dates_colours_and_ranges(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<input type=date aria-label=Day value=2026-01-01><input type=time aria-label=At><input type=color aria-label=Tint>"
            "<input type=range aria-label=Loud step=5><p id=p></p>"
            "<script>onchange = (e) => { p.textContent += ` ${e.target.ariaLabel}=${e.target.value}` }</script>"
        )
    )
    for name, value in (("Day", "2026-05-04"), ("At", "09:30"), ("Tint", "#ff8800"), ("Loud", "35")):
        seen = await after(browser, f"fill('{named(seen, name).bid}', '{value}')")
    assert "Day=2026-05-04 At=09:30 Tint=#ff8800 Loud=35" in seen.text
    error = (await do(browser, f"fill('{named(seen, 'Day').bid}', '4 May 2026')")).error
    assert "it does not take '4 May 2026' (a date field takes text like 2030-12-31)" in error
    assert named(await browser.observe(), "Day").value == "2026-05-04"


async def test_a_calendar_of_a_script_is_clicked_through(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<input id=d readonly aria-label=Day><div id=c role=dialog aria-label=Calendar hidden><button id=n>Next month</button><p id=m>May</p>"
            "<table role=grid><tr><td role=gridcell tabindex=-1>4<td role=gridcell tabindex=-1>5</table></div>"
            "<script>d.onclick = () => { c.hidden = false }; n.onclick = () => { m.textContent = 'June' };"
            "c.querySelector('table').onclick = (e) => { d.value = e.target.textContent + ' ' + m.textContent; c.hidden = true }</script>"
        )
    )
    assert "it is read-only" in (await do(browser, f"fill('{named(seen, 'Day').bid}', '5 June')")).error
    seen = await after(browser, f"click('{named(seen, 'Day').bid}')")
    seen = await after(browser, f"click('{named(seen, 'Next month').bid}')")
    seen = await after(browser, f"click('{named(seen, '5').bid}')")
    assert named(seen, "Day").value == "5 June"


async def test_typing_sends_keys_and_adds_to_what_is_there(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<input aria-label=Note value=ab><p id=p></p><script>onkeydown = (e) => { p.textContent += e.key }</script>"
        )
    )
    bid = named(seen, "Note").bid
    seen = await after(browser, f"type('{bid}', 'cZ 9é')")
    assert named(seen, "Note").value == "abcZ 9é"
    assert "cZ 9" in seen.text
    assert "a line break is a key of its own" in (await do(browser, f"type('{bid}', 'a\\nb')")).error


async def test_pasting_is_told_to_the_page_which_may_take_it(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<input aria-label=First maxlength=1 id=a><input aria-label=Second maxlength=1 id=b><input aria-label=Plain>"
            "<textarea aria-label=Long></textarea><script>a.onpaste = (e) => { e.preventDefault(); "
            "[a.value, b.value] = e.clipboardData.getData('text') }</script>"
        )
    )
    seen = await after(browser, f"paste('{named(seen, 'First').bid}', '42')")
    assert (named(seen, "First").value, named(seen, "Second").value) == ("4", "2")
    seen = await after(browser, f"paste('{named(seen, 'Plain').bid}', 'a b')")
    assert named(await after(browser, f"paste('{named(seen, 'Plain').bid}', 'c')"), "Plain").value == "a bc"
    assert named(await after(browser, f"paste('{named(seen, 'Long').bid}', 'a\\nb')"), "Long").value == "a\nb"


async def test_a_field_that_listens_to_keys_only_is_filled_key_by_key(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<input aria-label=Card id=i><script>i.addEventListener('beforeinput', (e) => e.preventDefault());"
            "i.addEventListener('keydown', (e) => { if (/^\\d$/.test(e.key)) i.value += e.key })</script>"
        )
    )
    bid = named(seen, "Card").bid
    assert named(await after(browser, f"fill('{bid}', '4242')"), "Card").value == "4242"


async def test_an_editor_made_of_a_plain_element_is_filled(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put("<div contenteditable aria-label=Story>old <b>words</b></div>"))
    assert named(await after(browser, f"fill('{named(seen, 'Story').bid}', 'new ones')"), "Story").value == "new ones"


async def test_a_menu_that_opens_under_the_mouse_stays_open_for_the_click(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<style>ul ul { display: none } li:hover ul { display: block }</style><nav><ul><li><a href='#x'>Products</a>"
            "<ul><li><a href='/lamps'>Lamps</a></ul></ul></nav>"
        )
    )
    assert all(element.name != "Lamps" for element in seen.elements)
    seen = await after(browser, f"hover('{named(seen, 'Products').bid}')")
    assert (await after(browser, f"click('{named(seen, 'Lamps').bid}')")).url.endswith("/lamps")


async def test_scrolling_inside_a_container_loads_its_rest(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<div id=c style='height:200px;overflow:auto'></div><p style='height:3000px'>tall</p><script>let n = 0;"
            "const more = () => { for (const end = n + 20; n < end; n++) c.insertAdjacentHTML('beforeend', `<p><button>Item ${n}</button>`) };"
            "more(); c.onscroll = () => { if (c.scrollTop + c.clientHeight > c.scrollHeight - 50 && n < 60) more() }</script>"
        )
    )
    assert [element.role for element in seen.elements if element.scrollable] == ["region"]
    assert "\nregion scrollable\n  [1] button 'Item 0'" in seen.text
    assert all(element.name != "Item 30" for element in seen.elements)
    seen = await after(browser, f"scroll(0, 5000, '{named(seen, 'Item 0').bid}')")
    assert named(seen, "Item 30")
    assert await browser.tab.page.evaluate("scrollY") == 0
    assert "element '999': it is gone from the page" in (await do(browser, "scroll(0, 10, '999')")).error


async def test_a_card_is_dragged_to_another_column(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(
        pages.put(
            "<div id=a draggable=true tabindex=0>Card</div><div id=b tabindex=0 style='height:80px;margin-top:40px'>Done column</div><p id=p></p>"
            "<script>a.ondragstart = (e) => e.dataTransfer.setData('text', 'Card'); b.ondragover = (e) => e.preventDefault();"
            "b.ondrop = (e) => { p.textContent = 'dropped ' + e.dataTransfer.getData('text') }</script>"
        )
    )
    card, column = named(seen, "Card"), named(seen, "Done column")
    assert "dropped Card" in (await after(browser, f"drag_and_drop('{card.bid}', '{column.bid}')")).text


async def test_files_are_given_to_fields_and_to_buttons_that_ask_for_one(
    browser: ChromiumBrowser, pages: Any, tmp_path: Path
) -> None:
    path = tmp_path / "cv.pdf"
    path.write_bytes(b"%PDF")
    seen = await browser.goto(
        pages.put(
            "<label>CV <input type=file></label><input type=file id=h style='display:none'><button onclick='h.click()'>Attach</button>"
            "<button>Other</button><p id=p></p><script>h.onchange = () => { p.textContent = 'got ' + h.files[0].name }</script>"
        )
    )
    assert named(await after(browser, f"upload_file('{named(seen, 'CV').bid}', '{path}')"), "CV").value == "cv.pdf"
    seen = await after(browser, f"upload_file('{named(seen, 'Attach').bid}', '{path}')")
    assert "got cv.pdf" in seen.text
    error = (await do(browser, f"upload_file('{named(seen, 'Other').bid}', '{path}')")).error
    assert "it was clicked, and asked for no file" in error


@pytest.mark.parametrize(
    ("kind", "code", "accepted", "dismissed"),
    [("alert", "(alert('Hm?'), 'shown')", "shown", "shown"),
     ("confirm", "confirm('Hm?')", "true", "false"),
     ("prompt", "prompt('Hm?', 'x')", "x", "null")],
)  # fmt: skip
async def test_each_kind_of_dialog_waits_and_takes_either_answer(
    browser: ChromiumBrowser, pages: Any, kind: str, code: str, accepted: str, dismissed: str
) -> None:
    seen = await browser.goto(
        pages.put(f'<button onclick="p.textContent = `answer ${{{code}}}`">Ask</button><p id=p></p>')
    )
    for action, answer in (("dialog_accept()", accepted), ("dialog_dismiss()", dismissed)):
        opened = await after(browser, f"click('{named(seen, 'Ask').bid}')")
        assert [(dialog.kind, dialog.message) for dialog in opened.dialogs] == [(kind, "Hm?")]
        assert f"answer {answer}" in (await after(browser, action)).text


async def test_a_page_that_asks_before_it_is_left(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put("<h1>Second</h1>", "/second")
    body = "<input aria-label=Note><a href='/second'>Leave</a><script>onbeforeunload = (e) => { e.preventDefault(); return 'x' }</script>"
    seen = await browser.goto(pages.put(body))
    seen = await after(browser, f"fill('{named(seen, 'Note').bid}', 'draft')")
    for leave in (f"click('{named(seen, 'Leave').bid}')", f"goto('{pages.url}/second')"):
        asked = await after(browser, leave)
        assert [dialog.kind for dialog in asked.dialogs] == ["beforeunload"]
        stayed = await after(browser, "dialog_dismiss()")
        assert named(stayed, "Note").value == "draft"
    await after(browser, f"click('{named(stayed, 'Leave').bid}')")
    assert "Second" in (await after(browser, "dialog_accept()")).text


TWO_LISTS = """
<ul role=listbox aria-label=Priority><li role=option>Small<li role=option>Medium</ul><p id=out></p>
<div id=box role=combobox tabindex=0 aria-label=Size aria-expanded=false>None</div><ul id=list role=listbox hidden>
<li role=option>Medium<li role=option>Tiny</ul>
<script>
document.querySelector('ul').onclick = (e) => { out.textContent = 'priority ' + e.target.textContent };
box.onclick = () => { list.hidden = false; box.setAttribute('aria-expanded', true) };
list.onclick = (e) => { box.textContent = e.target.textContent; list.hidden = true; box.setAttribute('aria-expanded', false) };
</script>
"""


async def test_another_list_on_the_page_is_left_alone(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(TWO_LISTS))
    for option in ("Medium", "Tiny"):
        seen = await after(browser, f"select_option('{named(seen, 'Size').bid}', '{option}')")
        assert named(seen, "Size").value == option
        assert "priority" not in seen.text


async def test_a_control_inside_an_option_does_not_get_its_click(browser: ChromiumBrowser, pages: Any) -> None:
    body = (
        "<div role=combobox tabindex=0 aria-label=Colour aria-expanded=true aria-controls=list>None</div>"
        "<ul id=list role=listbox><li role=option aria-label=Red><button style='width:100%' onclick=\"out.textContent='deleted'\">Delete</button></ul><p id=out></p>"
    )
    seen = await browser.goto(pages.put(body))
    error = (await do(browser, f"select_option('{named(seen, 'Colour').bid}', 'Red')")).error
    assert "a control inside its option 'Red' would take the click" in error
    assert "deleted" not in (await browser.observe()).text


async def test_a_line_break_in_an_option_sends_no_form(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put(f"<form method=post action=/send>{TYPED}<button>Send</button></form>"))
    pages.requests.clear()
    assert "chose Essen" in (await after(browser, f"select_option('{named(seen, 'City').bid}', 'Essen\\n')")).text
    assert not [request for request in pages.requests if "send" in request]


@pytest.mark.parametrize(
    ("body", "action"),
    [("<button aria-valuenow=0 aria-valuemax=100 onclick=\"p.textContent='paid'\">Pay now</button>", "fill('1', '1')"),
     ("<button contenteditable onclick=\"p.textContent='paid'\">Pay now</button>", "type('1', ' ')"),
     ("<form><input type=submit aria-haspopup=true value='Pay now' onclick=\"p.textContent='paid'\"></form>", "select_option('1', 'x')"),
     ("<input type=button aria-haspopup=menu value='Pay now' onclick=\"p.textContent='paid'\">", "select_option('1', 'x')")],
)  # fmt: skip
async def test_entering_something_presses_no_button(
    browser: ChromiumBrowser, pages: Any, body: str, action: str
) -> None:
    seen = await browser.goto(pages.put(f"{body}<p id=p></p>"))
    bid = named(seen, "Pay now").bid
    outcome = await do(browser, action.replace("'1'", f"'{bid}'", 1))
    assert outcome.error
    assert "paid" not in (await browser.observe()).text


async def test_a_field_that_takes_the_text_and_clears_itself_is_filled_once(
    browser: ChromiumBrowser, pages: Any
) -> None:
    seen = await browser.goto(
        pages.put(
            "<input aria-label=Tag id=i><p id=p></p><script>i.oninput = () => { p.textContent += `got ${i.value};`; i.value = '' }</script>"
        )
    )
    assert "text 'got 1234;'" in (await after(browser, f"fill('{named(seen, 'Tag').bid}', '1234')")).text


async def test_a_slider_in_a_frame_below_the_fold_is_dragged_there(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put(f"<div style='height:1200px'></div>{SLIDER % {'listen': MOUSE_ONLY, 'step': 5}}", "/frame")
    seen = await browser.goto(
        pages.put("<iframe src='/frame' style='margin-left:250px;width:600px;height:300px' title=F></iframe>")
    )
    assert named(await after(browser, f"fill('{named(seen, 'Price').bid}', '120')"), "Price").value == "120"


async def test_a_list_in_a_frame_is_chosen_from(browser: ChromiumBrowser, pages: Any) -> None:
    pages.put(FRUIT_LIST, "/frame")
    seen = await browser.goto(pages.put("<div style='height:700px'></div><iframe src='/frame' width=500 height=400>"))
    box = next(one for one in seen.elements if one.role == "combobox")
    outcome = await browser.execute(parse(f"select_option({box.bid!r}, 'Pear')"))
    assert outcome.error == "" and outcome.observation is not None
    assert "Pear" in next(one.value or "" for one in outcome.observation.elements if one.role == "combobox")


FRUIT_LIST = """
<div role=combobox tabindex=0 aria-label=Fruit aria-expanded=false aria-controls=list id=box>Apple</div>
<ul role=listbox id=list hidden><li role=option>Apple</li><li role=option>Pear</li></ul>
<script>
box.onclick = () => { list.hidden = !list.hidden; box.ariaExpanded = String(!list.hidden); };
list.onclick = (event) => { box.textContent = event.target.textContent; list.hidden = true; box.ariaExpanded = 'false'; };
</script>
"""


async def test_what_was_scrolled_past_in_a_box_keeps_its_reference(browser: ChromiumBrowser, pages: Any) -> None:
    links = "".join(
        f"<p style='height:400px'><a href='#{name}'>{name}</a></p>" for name in ("first", "second", "third")
    )
    seen = await browser.goto(pages.put(f"<div style='height:100px;overflow:auto' tabindex=0>{links}</div>"))
    first = next(one for one in seen.elements if one.name == "first")
    await browser.execute(parse(f"scroll(0, 900, {first.bid!r})"))
    outcome = await browser.execute(parse(f"click({first.bid!r})"))
    assert outcome.error == "" and outcome.observation is not None and outcome.observation.url.endswith("#first")


async def test_a_number_field_keeps_its_value_before_words(browser: ChromiumBrowser, pages: Any) -> None:
    seen = await browser.goto(pages.put("<input type=number value=7 aria-label=N><input maxlength=4 aria-label=M>"))
    number, short = (one.bid for one in seen.elements if one.bid)
    outcome = await browser.execute(parse(f"fill({number!r}, 'abc')"))
    assert "a number field takes a number" in outcome.error and outcome.observation is not None
    assert next(one.value for one in outcome.observation.elements if one.bid == number) == "7"
    assert "4 characters at most" in (await browser.execute(parse(f"fill({short!r}, 'abcdef')"))).error
