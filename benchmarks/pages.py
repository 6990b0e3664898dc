"""Pages that the benchmarks are made of, and the server that they come from."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PER_CARD = 11
"""DOM elements of one product card."""
_AROUND = 20
"""DOM elements around the cards."""


def shop_page(elements: int) -> str:
    """A results page of about so many DOM elements."""
    cards = "".join(
        f'<li><article><h3><a href="/p/{number}">Steel lamp number {number}</a></h3><p>Rated <b>4.{number % 10}</b></p>'
        f'<p>${number % 90 + 9}.99</p><label for="q{number}">Quantity</label><input id="q{number}" value="1">'
        f"<div><button>Add to cart</button></div></article></li>"
        for number in range(max(1, (elements - _AROUND) // PER_CARD))
    )
    return (
        "<!doctype html><title>Results</title><style>li { display: block; padding: 4px } article { border: 1px solid }"
        "</style><header><form role=search><label for=s>Search</label><input id=s><button>Search</button></form>"
        "</header>"
        f"<nav><ul><li><a href=/a>Home</a><li><a href=/b>Office</a><li><a href=/c>Cart</a></ul></nav>"
        f"<main><h1>Results</h1><ul>{cards}</ul></main>"
    )


def sized_page(path: str) -> bytes:
    """/N is a page of about N elements; every other path is empty."""
    number = path.strip("/")
    return shop_page(int(number)).encode() if number.isdigit() else b""


@contextlib.contextmanager
def served(body: Callable[[str], bytes]) -> Iterator[str]:
    """A server on this machine that answers every GET and POST of a path with `body(path)` as HTML; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = body(self.path)
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the browser went elsewhere
                self.wfile.write(content)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None:
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
