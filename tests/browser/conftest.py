"""Pages over real HTTP and one Chromium a module."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import pytest_asyncio

from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser


class Pages:
    """What the server answers, by path, and what was asked of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: dict[str, str] = {}
        self.requests: list[str] = []

    def put(self, body: str, path: str = "/") -> str:
        """Serve this body; its address."""
        self.bodies[path] = f"<!doctype html><html><head><title>Test</title></head><body>{body}</body></html>"
        return self.url + path


@pytest.fixture(scope="module")
def server() -> Iterator[Pages]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            pages.requests.append(f"{self.command} {self.path}")
            body = pages.bodies.get(path, "<h1>Elsewhere</h1>").encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None:
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pages = Pages(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield pages
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pages(server: Pages) -> Pages:
    server.bodies.clear()
    server.requests.clear()
    return server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[ChromiumBrowser]:
    async with open_browser(BrowserOptions(timeout_s=5)) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium: ChromiumBrowser) -> AsyncIterator[ChromiumBrowser]:
    async with chromium.fresh() as page:
        yield page
