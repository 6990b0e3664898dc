"""One running shop with plain markup for all tests; each test takes a session of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tasks.shop.suite import ShopSuite
from tasks.task import Site, Task
from webdreamer_app.rehearsal.text_browser import TextBrowser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with ShopSuite("semantic").open(tmp_path_factory.mktemp("shop") / "shop.db") as running:
        yield running


@pytest.fixture
def visit(visit: Callable[..., TextBrowser]) -> Callable[..., TextBrowser]:
    """Opens text browsers: `visit('session', task, path='/')`."""

    def open_one(session: str, task: Task | None = None, path: str = "/") -> TextBrowser:
        return visit(session, path, task=task)

    return open_one
