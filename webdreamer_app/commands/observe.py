"""`observe`: a page as the agent reads it."""

from __future__ import annotations

import json
from pathlib import Path

from webdreamer_app.codec import observation_to_data
from webdreamer_app.config import Config
from webdreamer_app.console import stdout
from webdreamer_app.errors import UsageError
from webdreamer_app.types import Observation

_BINARY = (b"%PDF", b"\x89PNG", b"PK\x03\x04", b"\xff\xd8\xff", b"GIF8")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
"""How text in two or four bytes a letter begins."""


async def observe_page(config: Config, page: str, as_json: bool) -> None:
    """Print a page of the web, or of a stored HTML file. Raises UsageError, BrowserError."""
    seen = await read_page(config, page)
    stdout(json.dumps(observation_to_data(seen)) if as_json else seen.text)


async def read_page(config: Config, page: str) -> Observation:
    """A page of the web, or of a stored HTML file. Raises UsageError, BrowserError."""
    return await _live(config, page) if "://" in page else _stored(config, page)


async def _live(config: Config, url: str) -> Observation:
    from webdreamer_app.assemble import browser_options
    from webdreamer_app.browser.driver import open_browser
    from webdreamer_app.browser.failures import scheme_of

    if scheme_of(url) not in ("http", "https", "file", "about"):
        raise UsageError(f"{url!r} is not a web address: write it like http://shop.example/cart.")

    async with open_browser(browser_options(config)) as browser:
        return await browser.goto(url)


def _stored(config: Config, file: str) -> Observation:
    from webdreamer_app.browser.page_text import PageText
    from webdreamer_app.browser.stored.page import UnreadableMarkup, read_html

    try:
        path = Path(file).expanduser()
    except RuntimeError as error:
        raise UsageError(f"There is no file {file}: {error}") from error
    try:
        if path.is_dir():
            raise UsageError(f"{file or '.'} is a folder: name an HTML file in it.")
        markup = path.read_bytes()
        if markup.startswith(_BINARY) or (b"\0" in markup[:1000] and not markup.startswith(_WIDE)):
            raise UsageError(f"The file {path} is no page: it holds binary data. Give an HTML file.")
        capture = read_html(markup, path.resolve().as_uri())
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}: give an HTML file, or an address with http://.") from None
    except (OSError, UnreadableMarkup) as error:
        raise UsageError(f"The file {path} can't be read: {str(error).rstrip('.')}.") from error
    text = PageText(config.page_tokens, frozenset()).write(capture)
    return Observation(url=capture.url, title=capture.title, elements=capture.elements, text=text)
