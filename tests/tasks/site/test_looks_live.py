"""In drawn looks and in the themes of validation and test no control lies under something else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tasks.shop.catalogue import by_id
from tasks.site.themes import THEMES
from tasks.suites import suite
from webdreamer_app.browser.chromium import find_chromium, launch_arguments

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NUMBERS = (3, 4, 9, 12, 17, 20, 40, 59, 101, 105)
LOOKS = tuple(theme.name for theme in THEMES if theme.split != "train") + tuple(f"look-{one}" for one in NUMBERS)
PRODUCT = next(one for one in by_id().values() if one.type == "mug")
CART = {name: values[0] for name, values in PRODUCT.options} | {"quantity": "1", "plan": "once"}
SHOP = ("/", "/search?q=mug", f"/product/{PRODUCT.id}", "/cart", "/checkout")
FORMS = ("/", "/forms/transfer/1")
COVERED = """() => {
  const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, [tabindex="0"]';
  const controls = [], inside = (root) => {
    for (const one of root.querySelectorAll('*')) {
      if (one.matches(pressed)) controls.push(one);
      if (one.shadowRoot) inside(one.shadowRoot);
    }
  };
  inside(document);
  const found = [], over = (one) => one.parentNode instanceof ShadowRoot ? one.parentNode.host : one.parentNode;
  const outer = (one) => one.assignedSlot || over(one);
  const holds = (one, other) => { while (other && other !== one) other = outer(other); return other === one; };
  for (const one of controls) {
    let box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || !one.checkVisibility({ visibilityProperty: true })) continue;
    if (box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth) {
      one.scrollIntoView({ block: 'center' });
    }
    box = [...one.getClientRects()][0];
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    let top = document.elementFromPoint(x, y);
    while (top?.shadowRoot?.elementFromPoint(x, y) && top.shadowRoot.elementFromPoint(x, y) !== top) {
      top = top.shadowRoot.elementFromPoint(x, y);
    }
    const fine = top && (holds(one, top) || holds(top, one) && top.matches('label') || top.control === one
      || holds(top, one) && top.matches('ui-button, ui-field, ui-nav'));
    const say = (it) => it ? `${it.localName}.${it.className}` : 'nothing';
    if (!fine) found.push(`${say(one)} "${(one.name || one.textContent).trim().slice(0, 30)}" under ${say(top)}`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("looks")
    with suite("shop").open(folder / "shop.db") as shop, suite("forms").open(folder / "forms.db") as forms:
        yield {"shop": shop.url, "forms": forms.url}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(None), args=launch_arguments())
        yield browser
        await browser.close()


async def _covered(chromium: Browser, places: dict[str, str], look: str, pictures: Path | None = None) -> list[str]:
    """What lies under something else on the pages of a look; with `pictures`, these are kept too."""
    found = []
    context = await chromium.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    for kind, paths in (("shop", SHOP), ("forms", FORMS)):
        # Entering answers with the cookie; the page is only opened once everything is as it should be.
        await context.request.get(f"{places[kind]}/enter/{look}", max_redirects=0)
        await context.request.post(f"{places[kind]}/consent", max_redirects=0)
        if kind == "shop":
            sent: dict[str, Any] = dict(CART)
            await context.request.post(f"{places[kind]}/cart/add/{PRODUCT.id}", form=sent, max_redirects=0)
        for path in paths:
            await page.goto(places[kind] + path)
            for frame in page.frames:
                found += [f"{look} {kind}{path}: {one}" for one in await frame.evaluate(COVERED)]
            if pictures is not None:
                name = path.split("?")[0].strip("/").replace("/", "-") or "home"
                await page.evaluate("scrollTo(0, 0)")
                await page.screenshot(path=pictures / f"{look}-{kind}-{name}.png")
    await context.close()
    return found


@pytest.mark.parametrize("look", LOOKS)
async def test_no_control_lies_under_something_else(chromium: Browser, places: dict[str, str], look: str) -> None:
    assert not await _covered(chromium, places, look)
