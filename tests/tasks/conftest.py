"""One running corner shop for all tests, and browsers of text that visit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tasks.suites import suite
from tasks.task import Site, Task
from webdreamer_app.rehearsal.text_browser import Client, TextBrowser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running shop for all tests; each test takes a session of its own."""
    with suite("corner").open(tmp_path_factory.mktemp("corner") / "corner.db") as running:
        yield running


@pytest.fixture
def visit(site: Site) -> Callable[..., TextBrowser]:
    """Opens text browsers: `visit('session', path='/')`, at the shop of the test's run or another one."""

    def open_one(session: str, path: str = "/", at: Site = site, task: Task | None = None) -> TextBrowser:
        browser = TextBrowser(at.start(session, task))
        if path != "/":
            browser.goto(at.url + path)
        return browser

    return open_one


@pytest.fixture
def client() -> type[Client]:
    """The bare HTTP client."""
    return Client
