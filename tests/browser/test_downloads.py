"""Files that pages hand over, from a real server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from webdreamer_app.actions import parse
from webdreamer_app.browser import downloads
from webdreamer_app.browser.downloads import safe_name
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.types import Download, Observation

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
PAGE = b"""<a href=/invoice>Invoice</a> <a href=/invoice target=_blank>In a tab</a> <a href=/endless>Endless</a> <a href=/broken>Broken</a>
<button onclick="for (let n = 0; n < 30; n++) { const a = document.createElement('a'); a.href = 'data:text/plain,' + n; a.download = 'many.txt'; a.click() }">Many</button>"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if self.path == "/":
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(PAGE)
                return
            self.send_header("content-type", "application/octet-stream")
            self.send_header("content-disposition", 'attachment; filename="../../in voice.csv"')
            if self.path == "/broken":
                self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"1,2\n")
            try:
                while self.path == "/endless" and not over.is_set():
                    self.wfile.write(b"x" * 100_000)
            except OSError:
                return

        def log_message(self, format: str, *arguments: object) -> None:
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()


async def clicked(browser: ChromiumBrowser, seen: Observation, name: str) -> Observation:
    bid = next(element.bid for element in seen.elements if element.name == name and element.bid)
    outcome = await browser.execute(parse(f"click('{bid}')"))
    assert outcome.error == ""
    assert outcome.observation is not None
    seen, told = outcome.observation, list(outcome.observation.downloads)
    async with asyncio.timeout(20):
        while not told:  # a slow server's file is told with a later observation
            seen = await browser.observe()
            told += seen.downloads
    return seen


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_files_are_kept_under_safe_names_of_their_own(site: str, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    async with open_browser(BrowserOptions(timeout_s=10, downloads=folder)) as browser:
        seen = await browser.goto(site)
        first = await clicked(browser, seen, "Invoice")
        name = first.downloads[0].name
        assert first.downloads == (Download(name, str(folder / name), 4),)
        assert Path(name).name == name
        assert (folder / name).read_text() == "1,2\n"
        assert f"download '{name}' kept, 4 bytes" in first.text
        second = await clicked(browser, first, "In a tab")
        assert [Path(one.path).name for one in second.downloads] == [name.replace(".csv", " (2).csv")]
        assert len(second.tabs) == 1
        third = await browser.execute(parse(f"goto('{site}invoice')"))
        assert third.error == ""
        assert third.observation is not None
        assert [one.size for one in third.observation.downloads] == [4]
        assert (await browser.observe()).downloads == ()
        many = [one for one in (await clicked(browser, third.observation, "Many")).downloads if not one.problem]
        assert len(many) > 1
        assert len({one.path for one in many}) == len(many)
    assert len(files_in(folder)) >= 3 + len(many)


async def test_what_is_too_large_cut_off_or_too_many_is_not_taken(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "LARGEST_BYTES", 3_000_000)
    monkeypatch.setattr(downloads, "MOST_FILES", 3)
    async with open_browser(BrowserOptions(timeout_s=10, downloads=tmp_path)) as browser:
        seen = await clicked(browser, await browser.goto(site), "Endless")
        assert [one.problem for one in seen.downloads] == ["larger than 3 MB"]
        assert "not taken: 'larger than 3 MB'" in seen.text
        seen = await clicked(browser, seen, "Broken")
        assert [(one.path, bool(one.problem)) for one in seen.downloads] == [("", True)]
        seen = await clicked(browser, seen, "Many")
        assert "more than 3 files" in {one.problem for one in seen.downloads}
    assert len(files_in(tmp_path)) <= 1


async def test_without_a_folder_a_file_is_refused_and_said_to_be(site: str) -> None:
    async with open_browser(BrowserOptions(timeout_s=10)) as browser:
        seen = await clicked(browser, await browser.goto(site), "Invoice")
        assert [(one.path, one.problem) for one in seen.downloads] == [("", "this browser keeps no files")]


@pytest.mark.parametrize(
    ("suggested", "name"),
    [("../../etc/passwd", "passwd"), ("a\\b\\c.txt", "c.txt"), ("..", "download"), ("", "download"), (".bashrc", "bashrc"),
     ("a\nb?.txt", "a_b_.txt"), ("x" * 300 + ".pdf", "x" * 108 + ".pdf"), ("y" * 300, "y" * 120),
     ("目" * 110 + ".txt", "目" * 36 + ".txt"), ("a\u2028b\u202ec.txt", "a_b_c.txt")],
)  # fmt: skip
async def test_names_of_files_are_names_only(suggested: str, name: str) -> None:
    assert safe_name(suggested) == name
