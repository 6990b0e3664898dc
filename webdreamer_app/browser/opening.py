"""Opens an address in a tab, and says in one sentence why it can't be had."""

from __future__ import annotations

import asyncio

from playwright.async_api import Error, Response
from playwright.async_api import TimeoutError as PlaywrightTimeout

from webdreamer_app.browser.failures import explain
from webdreamer_app.browser.frames import Interrupted
from webdreamer_app.browser.tab import Tab
from webdreamer_app.errors import BrowserError

_ERROR_PAGE_S = 0.2


async def open_page(tab: Tab, url: str, limit_s: float) -> int | None:
    """The HTTP status, None where there is none to tell: a dialog came first, or only a part was loaded in time.

    Raises BrowserError.
    """
    try:
        response = await _navigate(tab, url, limit_s)
    except Interrupted:
        return None
    except (PlaywrightTimeout, TimeoutError) as error:
        if await _has_content(tab):
            return None
        raise BrowserError(
            f"{url} did not finish loading within {limit_s:g} s: check the site, "
            "or allow more time with --set timeout_s=60."
        ) from error
    except Error as error:
        raise BrowserError(explain(url, str(error))) from error
    return response.status if response is not None else None


async def _navigate(tab: Tab, url: str, limit_s: float) -> Response | None:
    """Go there; the error page of an earlier attempt that failed may still come in between."""
    for attempt in range(3):
        try:
            return await tab.guard(tab.page.goto(url, wait_until="load", timeout=limit_s * 1000), limit_s + 5)
        except Error as error:
            if "interrupted by another navigation" not in str(error) or attempt == 2:
                raise
            await asyncio.sleep(_ERROR_PAGE_S * (attempt + 1))
    return None


async def _has_content(tab: Tab) -> bool:
    try:
        worlds = tab.frames.worlds
        text = "() => location.href === 'about:blank' ? '' : document.body?.innerText"
        words = await worlds.call(await worlds.main(), text, limit_s=1.0)
    except (Error, TimeoutError, Interrupted):
        return False
    return bool(str(words or "").strip())
