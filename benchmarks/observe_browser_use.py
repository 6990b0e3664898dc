"""Observes a page as browser-use does for each step of its agent. `benchmarks.observe` runs it where browser-use is.

    PYTHON -m benchmarks.observe_browser_use URL --chromium EXECUTABLE [--no-sandbox]

Included in the time: `BrowserSession.get_browser_state_summary` (event bus, tabs, DOM snapshot, accessibility tree,
serialized DOM, page information) and the text of it that the agent puts into its prompt, cut at the agent's default of
40,000 characters. Left out: the screenshot, which the agent always takes, and the rest of the prompt. The text holds
what is in or near the viewport. The limit of 30 s on a state request is raised, those inside its DOM service are not.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from typing import Any

from benchmarks.observe_worker import COUNT, VIEWPORT, answers, arguments

_PROMPT_CHARS = 40_000
"""The agent's default `max_clickable_elements_length`."""


def _session(options: Any) -> Any:
    from browser_use.browser import BrowserProfile, BrowserSession  # type: ignore[import-not-found]

    size = {"width": VIEWPORT[0], "height": VIEWPORT[1]}
    return BrowserSession(
        browser_profile=BrowserProfile(
            executable_path=options.chromium,
            headless=True,
            chromium_sandbox=options.sandbox,
            enable_default_extensions=False,
            viewport=size,
            window_size=size,
            user_data_dir=None,
        )
    )


async def observe(session: Any) -> dict[str, Any]:
    start = time.perf_counter()
    state = await session.get_browser_state_summary(include_screenshot=False)
    text = state.dom_state.llm_representation()
    ms = (time.perf_counter() - start) * 1000
    if state.browser_errors or not state.dom_state.selector_map:
        raise RuntimeError(f"no state after {ms:.0f} ms: {' '.join(state.browser_errors) or text[:200]}")
    return {
        "ms": ms,
        "text": text[:_PROMPT_CHARS],
        "whole_chars": len(text),
        "interactive": len(state.dom_state.selector_map),
    }


async def main() -> None:
    options, answer = arguments(__doc__), answers()
    session = _session(options)
    await session.start()
    try:
        await session.navigate_to(options.url)
        page = await session.must_get_current_page()
        answer(elements=int(await page.evaluate(f"() => {COUNT}")))
        while await asyncio.to_thread(sys.stdin.readline):  # the session goes on answering its browser meanwhile
            answer(**await observe(session))
    finally:
        await session.kill()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder  # browser-use leaves folders of its own behind
        os.environ |= {
            "ANONYMIZED_TELEMETRY": "false",
            "BROWSER_USE_CLOUD_SYNC": "false",
            "BROWSER_USE_CONFIG_DIR": folder,
            "BROWSER_USE_LOGGING_LEVEL": "result",
            "TIMEOUT_BrowserStateRequestEvent": "600",
        }
        asyncio.run(main())
