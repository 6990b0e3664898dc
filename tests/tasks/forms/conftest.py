"""One running portal for all tests; each test takes sessions of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tasks.site.serving import ThemedSite, themed
from tasks.suites import suite
from tasks.task import Task
from webdreamer_app.rehearsal.text_browser import TextBrowser

Visit = Callable[..., TextBrowser]


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThemedSite]:
    with suite("forms").open(tmp_path_factory.mktemp("forms") / "forms.db") as running:
        yield themed(running)


@pytest.fixture
def visit(portal: ThemedSite) -> Visit:
    """Opens a task in a session: `visit(task, 'session')`."""

    def open_one(task: Task, session: str = "") -> TextBrowser:
        return TextBrowser(portal.start(session or task.id, task), task.files)

    return open_one
