"""pretix for real: its process, a session's own event, and the oracle in a real Chromium.

Needs `webdreamer sites install pretix` in the data folder that WEBDREAMER_DATA_DIR names, else in the platform's.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tasks.pretix.place import default_place
from tasks.pretix.process import run_worker
from tasks.pretix.site import PretixSite
from tasks.pretix.suite import PretixSuite
from tasks.pretix.wishes import BASES
from tasks.server import ServerError
from tasks.task import Ending, Task
from webdreamer_app.actions import parse
from webdreamer_app.browser.driver import BrowserOptions, open_browser
from webdreamer_app.config import load
from webdreamer_app.episode import open_episode
from webdreamer_app.results import Status

DATA_DIR = load().data_dir
PLACE = default_place(DATA_DIR)
SUITE = PretixSuite(DATA_DIR)
TASKS = SUITE.sample("test", len(BASES), 1)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PLACE.is_installed,
        reason=f"pretix is not installed in {PLACE.folder}: `webdreamer sites install pretix` does that",
    ),
]


def _one_of_each() -> list[Task]:
    """One task for each thing to do on each event."""
    found: dict[tuple[str, str], Task] = {}
    for task in TASKS:
        found.setdefault((task.answer["do"], task.answer["event"]), task)
    return list(found.values())


def _of(do: str) -> Task:
    return next(task for task in TASKS if task.answer["do"] == do)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with SUITE.open(tmp_path_factory.mktemp("pretix") / "shop.db") as running:
        yield running


def _get(url: str) -> str:
    with urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def test_session_starts_on_its_own_event_with_what_is_sold_there(site: PretixSite) -> None:
    task = next(task for task in TASKS if task.answer["event"] == "jazz")
    one, two = site.start("one", task), site.start("two", task)
    assert one.url != two.url
    page = _get(one.url)
    assert task.answer["name"] in page and task.answer["lines"][0]["item"] in page
    assert site.start("one", task) == one


def test_cancelling_starts_at_the_order(site: PretixSite) -> None:
    task = _of("cancel")
    start = site.start("holder", task)
    assert "/order/" in start.url and "Cancel order" in _get(start.url)
    (order,) = site.orders("holder")
    assert order.email == task.answer["email"] and not order.is_cancelled
    assert [line.item for line in order.lines] == [line["item"] for line in task.answer["lines"]]
    assert site.orders("nobody") == ()


def test_reset_forgets_the_session_and_no_other(site: PretixSite) -> None:
    task = _of("cancel")
    for session in ("kept", "gone"):
        site.start(session, task)
    (code,) = [order.code for order in site.orders("gone")]
    site.reset("gone")
    site.reset("never started")
    assert site.orders("gone") == () and len(site.orders("kept")) == 1
    site.start("gone", task)
    assert [order.code for order in site.orders("gone")] != [code]


def test_doing_nothing_scores_nothing(site: PretixSite) -> None:
    for task in _one_of_each():
        site.start(f"idle {task.id}", task)
        found = site.grade(task, f"idle {task.id}")
        assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ())


def test_visitors_at_once_wait_for_each_other(site: PretixSite) -> None:
    task, failed = _of("buy"), []

    def visit(number: int) -> None:
        try:
            assert task.answer["name"] in _get(site.start(f"visitor {number}", task).url)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_events_are_open_to_visitors_without_a_task(site: PretixSite) -> None:
    assert "Harbour Jazz Night" in _get(site.start("anybody").url)


@pytest.mark.browser
@pytest.mark.parametrize("task", _one_of_each(), ids=lambda task: task.id)
async def test_oracle_solves_it_in_chromium(site: PretixSite, task: Task) -> None:
    oracle, session, status = SUITE.oracle(task), f"oracle {task.id}", None
    async with (
        open_browser(BrowserOptions(timeout_s=60, page_tokens=2000)) as window,
        open_episode(window, SUITE, site, task, session) as episode,
    ):
        page = episode.first
        for _ in range(40):
            action = parse(oracle(page.text)[0])
            status = {"send_msg_to_user": Status.DONE, "report_infeasible": Status.INFEASIBLE}.get(action.verb)
            if status:
                break
            page = (await episode.page.execute(action)).observation or page
        found = await episode.grade(status)
    assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ()), found.detail


def test_state_survives_a_restart_on_the_same_port(tmp_path: Path) -> None:
    task = _of("cancel")
    with SUITE.open(tmp_path / "shop.db") as first:
        url = first.start("one", task).url
        port = int(first.url.rsplit(":", 1)[1])
    with SUITE.open(tmp_path / "shop.db", port) as again:
        assert again.start("one", task).url == url
        assert not again.grade(task, "one", Ending()).success


def test_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port} can't be used"), SUITE.open(tmp_path / "shop.db", port):
            pass


def test_process_ends_with_its_run_also_when_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tasks.pretix.suite import PretixSuite\n"
        f"with PretixSuite(Path({str(DATA_DIR)!r})).open(Path({str(tmp_path / 'shop.db')!r})) as site:\n"
        "    print(site.url, flush=True); time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and _listens(port):
        time.sleep(0.1)
    assert not _listens(port)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_worker_that_is_lost_is_told(tmp_path: Path) -> None:
    with run_worker(PLACE, tmp_path / "shop.db") as worker:
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(ServerError, match="pretix ended by itself"):
            for _ in range(3):
                worker.ask("orders", slug="s1")
