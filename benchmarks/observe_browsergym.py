"""Observes a page as BrowserGym's environment does for each step. `benchmarks.observe` runs it where BrowserGym is.

    PYTHON -m benchmarks.observe_browsergym URL --chromium EXECUTABLE [--no-sandbox]

Included in the time: what `BrowserEnv._get_obs` calls (marking of the elements, DOM snapshot, merged accessibility
tree, focused element, extra properties, removal of the marks) and `flatten_axtree_to_str` with its defaults, as
BrowserGym's demo agent uses it. Left out: the screenshot, the environment's wait of 0.5 s before each observation, its
chat window. `BrowserEnv` itself isn't opened, because it starts a second browser for the chat. A recent Chromium gives
InlineTextBox nodes, which BrowserGym doesn't leave out: a third of its text on the shop pages.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.observe_worker import COUNT, VIEWPORT, answers, arguments


def observe(page: Page) -> dict[str, Any]:
    from browsergym.core import observation as gym  # type: ignore[import-not-found]
    from browsergym.utils.obs import flatten_axtree_to_str  # type: ignore[import-not-found]

    start = time.perf_counter()
    gym._pre_extract(page, tags_to_mark="standard_html")
    dom = gym.extract_dom_snapshot(page)
    tree = gym.extract_merged_axtree(page)
    gym.extract_focused_element_bid(page)
    properties = gym.extract_dom_extra_properties(dom, scale_factor=1.0)
    gym._post_extract(page)
    text = flatten_axtree_to_str(tree)
    ms = (time.perf_counter() - start) * 1000
    return {"ms": ms, "text": text, "interactive": sum(bool(each["clickable"]) for each in properties.values())}


def main() -> None:
    options, answer = arguments(__doc__), answers()
    with sync_playwright() as playwright:
        from browsergym.core.constants import BROWSERGYM_ID_ATTRIBUTE  # type: ignore[import-not-found]

        playwright.selectors.set_test_id_attribute(BROWSERGYM_ID_ATTRIBUTE)
        browser = playwright.chromium.launch(executable_path=options.chromium, chromium_sandbox=options.sandbox)
        page = browser.new_page(viewport={"width": VIEWPORT[0], "height": VIEWPORT[1]})
        page.set_default_timeout(600_000)
        page.goto(options.url, wait_until="load")
        answer(elements=page.evaluate(COUNT))
        for _ in sys.stdin:
            answer(**observe(page))
        browser.close()


if __name__ == "__main__":
    main()
