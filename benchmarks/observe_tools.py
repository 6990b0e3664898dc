"""The tools that `benchmarks.observe` compares, each with the same page open in a tab of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from benchmarks.observe_worker import COUNT
from webdreamer_app.browser.chromium import find_chromium
from webdreamer_app.browser.driver import ChromiumBrowser

WORKERS = {"browser-use": "benchmarks.observe_browser_use", "browsergym": "benchmarks.observe_browsergym"}
"""Tool → the module that an interpreter of its environment runs."""
_ROOT = Path(__file__).parent.parent
_LINE_BYTES = 2**28
_LIMIT_S = 600.0
_END_S = 20.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation."""

    ms: float
    text: str
    interactive: int | None = None
    whole_chars: int | None = None
    """Characters of the text before the tool cut it; None where it doesn't."""


class ToolError(Exception):
    """A tool of another environment gave no observation."""


class Tool(Protocol):
    name: str
    elements: int
    """DOM elements of its page."""

    async def observe(self) -> Sighting:
        """Raises ToolError."""
        ...


class Webdreamer:
    """Our capture and serialization."""

    name = "webdreamer"

    def __init__(self, browser: ChromiumBrowser, elements: int) -> None:
        self._browser = browser
        self.elements = elements

    async def observe(self) -> Sighting:
        start = time.perf_counter()
        observation = await self._browser.observe()
        ms = (time.perf_counter() - start) * 1000
        return Sighting(ms, observation.text, sum(element.is_interactive for element in observation.elements))


class AriaSnapshot:
    """Playwright's `aria_snapshot` of the body."""

    name = "aria_snapshot"

    def __init__(self, browser: ChromiumBrowser, elements: int) -> None:
        self._page = browser.tab.page
        self.elements = elements

    async def observe(self) -> Sighting:
        start = time.perf_counter()
        text = await self._page.locator("body").aria_snapshot(timeout=_LIMIT_S * 1000)
        return Sighting((time.perf_counter() - start) * 1000, text)


class Outside:
    """A tool that lives in another environment, asked line by line. Made by `outside`."""

    elements = 0

    def __init__(self, name: str, process: asyncio.subprocess.Process, words: IO[bytes]) -> None:
        self.name = name
        self._process = process
        self._words = words

    async def start(self) -> None:
        """Wait until the page is open. Raises ToolError."""
        self.elements = (await self._answer())["elements"]

    async def observe(self) -> Sighting:
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):  # that there is no answer says that it is gone
            self._process.stdin.write(b"\n")
            await self._process.stdin.drain()
        return Sighting(**await self._answer())

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            text = await asyncio.wait_for(self._process.stdout.readline(), _LIMIT_S)
        except TimeoutError as error:
            raise ToolError(f"no answer within {_LIMIT_S:g} s") from error
        if not text:
            status = await self._process.wait()
            raise ToolError(f"ended with status {status}: {self._last_words()}")
        values: dict[str, Any] = json.loads(text)
        return values

    def _last_words(self) -> str:
        self._words.seek(0)
        said = self._words.read().decode("utf-8", "replace").strip().splitlines()
        return said[-1][:300] if said else "it said nothing"


@contextlib.asynccontextmanager
async def in_our_process(
    kind: type[Webdreamer | AriaSnapshot], window: ChromiumBrowser, url: str
) -> AsyncIterator[Tool]:
    """A tool with the page in a context of its own, loaded and never observed."""
    async with window.fresh() as browser:
        page = browser.tab.page
        await page.goto(url, wait_until="load")
        yield kind(browser, await page.evaluate(COUNT))


@contextlib.asynccontextmanager
async def outside(name: str, python: Path, url: str) -> AsyncIterator[Tool]:
    """The tool of another environment with the page in a Chromium of its own. Raises ToolError."""
    with tempfile.TemporaryFile() as words:
        process = await asyncio.create_subprocess_exec(
            python, "-m", WORKERS[name], url, *_chromium(),
            cwd=_ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=words, limit=_LINE_BYTES,
        )  # fmt: skip
        try:
            tool = Outside(name, process, words)
            await tool.start()
            yield tool
        finally:
            await _end(process)


def _chromium() -> list[str]:
    """Arguments of a worker for the Chromium that we use ourselves."""
    executable = find_chromium()
    assert executable is not None, "our own browser runs already"
    as_root = sys.platform != "win32" and os.geteuid() == 0
    return ["--chromium", str(executable), *(["--no-sandbox"] if as_root else [])]


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let a worker close its browser; end it where it doesn't."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _END_S)
    except TimeoutError:
        process.kill()
        await process.wait()
