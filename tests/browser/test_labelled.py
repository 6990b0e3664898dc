"""The capture against hand-labelled pages: everything operable, by role and name, and nothing that is not."""

from __future__ import annotations

import json
import re
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.types import Element, Observation

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parent / "labelled"
NAMES = sorted(path.stem for path in (FOLDER / "labels").glob("*.json"))
TYPES = {".html": "text/html; charset=utf-8", ".gif": "image/gif", ".wav": "audio/wav"}


@dataclass(frozen=True)
class Origins:
    first: str
    second: str


@pytest.fixture(scope="module")
def origins() -> Iterator[Origins]:
    over = threading.Event()
    found: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/slow":
                over.wait(30)
            path = FOLDER / "pages" / self.path.split("?")[0].lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            body = path.read_bytes()
            if path.suffix == ".html":
                body = body.replace(b"{{OTHER}}", found[1].encode()).replace(b"{{SLOW}}", f"{found[0]}/slow".encode())
            self.send_response(200)
            self.send_header("content-type", TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            del format, arguments

    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    found += [f"http://127.0.0.1:{servers[0].server_port}", f"http://localhost:{servers[1].server_port}"]
    for thread in threads:
        thread.start()
    yield Origins(*found)
    over.set()
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[ChromiumBrowser]:
    async with open_browser(BrowserOptions(timeout_s=5)) as browser:
        yield browser


async def seen(chromium: ChromiumBrowser, origins: Origins, name: str) -> tuple[Observation, dict[str, Any]]:
    """The page as captured, ready and with the mouse where the labels want it."""
    labels = json.loads((FOLDER / "labels" / f"{name}.json").read_text(encoding="utf-8"))
    async with chromium.fresh() as browser:
        page = browser.tab.page
        viewport = labels["viewport"]
        width, height = (viewport["width"], viewport["height"]) if isinstance(viewport, dict) else viewport
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(f"{origins.first}/{name}.html", wait_until="domcontentloaded" if "slow" in name else "load")
        await page.wait_for_timeout(500)
        for act in labels.get("act_before") or ():
            assert act["do"] == "hover"
            await page.hover(act["selector"])
        started = time.perf_counter()
        observation = await browser.observe()
        assert time.perf_counter() - started < 20
        return observation, labels


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("\xad", "")).strip().casefold()


def same_name(shown: str, labelled: str) -> bool:
    short, long = plain(shown), plain(labelled)
    return short == long or (len(long) > 100 and len(short) >= 100 and long.startswith(short.rstrip("…").rstrip()))


def frames_of(observation: Observation) -> dict[int, str]:
    """The frame path of each place in `elements`, by the iframes above it."""
    result: dict[int, str] = {}
    open_frames: list[tuple[int, str]] = []
    for place, element in enumerate(observation.elements):
        while open_frames and element.depth <= open_frames[-1][0]:
            open_frames.pop()
        result[place] = "/".join(name for _, name in open_frames)
        if element.role == "iframe":
            open_frames.append((element.depth, element.name))
    return result


def state_of(element: Element, state: str) -> Any:
    if state == "pressed":
        return element.checked
    if state == "error_message":
        return element.invalid
    if state == "invalid":
        return bool(element.invalid)
    if state == "options":
        return list(element.options)
    if state in ("disabled", "required", "readonly"):
        return bool(getattr(element, state))
    return getattr(element, state)


def differences(observation: Observation, labels: dict[str, Any]) -> list[str]:
    """Every way in which the capture departs from the labels."""
    frames = frames_of(observation)
    shown = [(element, frames[place]) for place, element in enumerate(observation.elements) if element.is_interactive]
    taken: set[int] = set()
    found: list[str] = []
    for entry in labels["interactive"]:
        words = f"{entry['role']} {entry['name']!r}" + (f" in {entry['frame']}" if entry["frame"] else "")
        place = next(
            (
                place
                for place, (element, frame) in enumerate(shown)
                if place not in taken
                and (element.role, frame) == (entry["role"], entry["frame"])
                and same_name(element.name, entry["name"])
            ),
            None,
        )
        if place is None:
            if not entry.get("covered"):
                found.append(f"missed: {words}")
            continue
        taken.add(place)
        element = shown[place][0]
        if element.covered != bool(entry.get("covered")):
            found.append(f"{'called' if element.covered else 'not called'} covered: {words}")
        for state, value in (entry.get("states") or {}).items():
            held = state_of(element, state)
            if isinstance(value, list) and isinstance(held, str):
                held = [part.strip() for part in held.split(",")] if held else []
            same = plain(str(held)) == plain(value) if isinstance(value, str) else held == value
            if not same:
                found.append(f"{state} is {held!r}, not {value!r}: {words}")
    for place, (element, frame) in enumerate(shown):
        if place not in taken:
            found.append(f"too much: {element.role} {element.name[:80]!r}" + (f" in {frame}" if frame else ""))
    unclickable = {plain(name) for name in labels["not_interactive"]}
    for element, _ in shown:
        if plain(element.name) in unclickable:
            found.append(f"false: {element.role} {element.name!r}")
    return found


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", NAMES)
async def test_everything_operable_is_found_and_nothing_else(
    chromium: ChromiumBrowser, origins: Origins, name: str
) -> None:
    observation, labels = await seen(chromium, origins, name)
    found = differences(observation, labels)
    assert not found, "\n".join([*found, "", observation.text])


def test_the_labels_are_whole() -> None:
    assert len(NAMES) >= 25
    kinds = Counter(entry["role"] for name in NAMES for entry in _labels(name)["interactive"])
    assert sum(kinds.values()) > 500
    assert any(entry.get("covered") for name in NAMES for entry in _labels(name)["interactive"])


def _labels(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "labels" / f"{name}.json").read_text(encoding="utf-8"))
    return found
