"""How long an observation takes beside Playwright's `aria_snapshot`, on the same pages in the same run.

    python -m benchmarks.observe [--elements 600 5600 22000] [--repeats 7] [--page-tokens 2000] [--json FILE]

Milliseconds are medians over the repeats; ours and theirs take turns, so that both see the same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.browser.tokens import counter

PER_CARD = 11
"""DOM elements of one product card."""


def shop_page(elements: int) -> str:
    """A results page of about so many DOM elements."""
    cards = "".join(
        f'<li><article><h3><a href="/p/{number}">Steel lamp number {number}</a></h3><p>Rated <b>4.{number % 10}</b></p>'
        f'<p>${number % 90 + 9}.99</p><label for="q{number}">Quantity</label><input id="q{number}" value="1">'
        f"<div><button>Add to cart</button></div></article></li>"
        for number in range(max(1, (elements - 20) // PER_CARD))
    )
    return (
        "<!doctype html><title>Results</title><style>li { display: block; padding: 4px } article { border: 1px solid }"
        "</style><header><form role=search><label for=s>Search</label><input id=s><button>Search</button></form>"
        "</header>"
        f"<nav><ul><li><a href=/a>Home</a><li><a href=/b>Office</a><li><a href=/c>Cart</a></ul></nav>"
        f"<main><h1>Results</h1><ul>{cards}</ul></main>"
    )


@contextmanager
def served() -> Iterator[str]:
    """A server that answers /N with a page of N elements."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.strip("/")
            body = shop_page(int(number)).encode() if number.isdigit() else b""
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def measure(browser: ChromiumBrowser, url: str, repeats: int) -> dict[str, Any]:
    page = browser.tab.page
    await page.goto(url, wait_until="load")
    count = await page.evaluate("document.getElementsByTagName('*').length")
    ours: list[float] = []
    theirs: list[float] = []
    observation, snapshot = await browser.observe(), ""
    for _ in range(repeats):
        start = time.perf_counter()
        observation = await browser.observe()
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        snapshot = await page.locator("body").aria_snapshot(timeout=120_000)
        theirs.append(time.perf_counter() - start)
    return {
        "elements": count,
        "ours_ms": statistics.median(ours) * 1000,
        "ours_chars": len(observation.text),
        "ours_tokens": sum(counter()(observation.text.split("\n"))),
        "interactive": sum(element.is_interactive for element in observation.elements),
        "aria_ms": statistics.median(theirs) * 1000,
        "aria_chars": len(snapshot),
        "ratio": statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True)),
    }


async def run(sizes: list[int], repeats: int, page_tokens: int) -> list[dict[str, Any]]:
    found = []
    with served() as url:
        async with open_browser(BrowserOptions(timeout_s=60, page_tokens=page_tokens)) as window:
            for size in sizes:
                async with window.fresh() as browser:
                    found.append(await measure(browser, f"{url}/{size}", repeats))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=int, nargs="+", default=[600, 5600, 22000])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--page-tokens", type=int, default=2000, help="0: the whole page as text")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = asyncio.run(run(options.elements, options.repeats, options.page_tokens))
    table = Table("elements", "ours ms", "chars", "tokens", "aria_snapshot ms", "chars", "ratio")
    for row in rows:
        table.add_row(
            str(row["elements"]), f"{row['ours_ms']:.1f}", str(row["ours_chars"]), str(row["ours_tokens"]),
            f"{row['aria_ms']:.1f}", str(row["aria_chars"]), f"{row['ratio']:.2f}",
        )  # fmt: skip
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
