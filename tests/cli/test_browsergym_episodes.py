"""BrowserGym's own tasks, end to end: set up and judged by BrowserGym in a process of its environment.

They run where that environment is found: `WEBDREAMER_BROWSERGYM_PYTHON`, or the data folder's `browsergym`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from storage.repository import open_repository
from tasks.browsergym.site import find_python
from tasks.server import ServerError
from tasks.task import Grade, SuiteSettings
from webdreamer_app.actions import parse
from webdreamer_app.assemble import make_agent, make_gate
from webdreamer_app.browser.driver import BrowserOptions, open_browser
from webdreamer_app.config import Config, load
from webdreamer_app.episode import open_episode
from webdreamer_app.recorder import DatabaseRecorder
from webdreamer_app.results import Result
from webdreamer_app.suites import find_suite
from webdreamer_app.types import History, Observation, Proposal


def browsergym_python() -> Path | None:
    """The Python with BrowserGym, where somebody made an environment for it."""
    config = load()
    try:
        return find_python(SuiteSettings(config.browsergym_python, config.data_dir / "browsergym"))
    except ServerError:
        return None


PYTHON = browsergym_python()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PYTHON is None, reason="no BrowserGym: set WEBDREAMER_BROWSERGYM_PYTHON to its Python"),
]
Choose = Callable[[str, Observation, int], str]
"""Instruction, page and number of the step → action."""


class ChoosingPolicy:
    """Does what a function says of instruction and page."""

    name = "choosing"

    def __init__(self, choose: Choose) -> None:
        self._choose = choose

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        text = self._choose(history.goal.instruction, observation, len(history.steps))
        return (Proposal(parse(text), "by rule", 1.0, 0.0),)


def quoted(instruction: str) -> list[str]:
    return re.findall(r'"([^"]+)"', instruction)


def named(page: Observation, role: str, name: str = "") -> str:
    return next(one.bid for one in page.elements if one.bid and one.role == role and (not name or one.name == name))


def fields(page: Observation) -> list[str]:
    return [one.bid for one in page.elements if one.bid and one.role == "textbox"]


RULES: dict[str, Choose] = {
    "click-test": lambda task, page, step: f"click('{named(page, 'button', 'Click Me!')}')",
    "click-button": lambda task, page, step: f"click('{named(page, 'button', quoted(task)[0])}')",
    "focus-text": lambda task, page, step: f"click('{fields(page)[0]}')",
    "enter-text": lambda task, page, step: (
        f"fill('{fields(page)[0]}', {quoted(task)[0]!r})" if step == 0 else f"click('{named(page, 'button')}')"
    ),
    "login-user": lambda task, page, step: (
        f"fill('{fields(page)[step]}', {quoted(task)[step]!r})" if step < 2 else f"click('{named(page, 'button')}')"
    ),
}


async def run(folder: Path, name: str, choose: Choose) -> tuple[Result, Grade]:
    config = Config(data_dir=folder, browsergym_python=PYTHON, max_steps=6)
    suite = find_suite(name, config)
    (task,) = suite.sample("test", 1, 3)
    async with open_repository(folder / "log.db") as repository, open_browser(BrowserOptions()) as window:
        with suite.open(folder / "x.db") as site:
            session = await repository.create_session(task.instruction, site.url, {}, {}, task.id)
            async with open_episode(window, suite, site, task, session) as episode:
                gate = make_gate("all", 0.5, None, interactive=False)
                agent = make_agent(
                    config, episode.browser, ChoosingPolicy(choose), gate,
                    DatabaseRecorder(repository, session), lambda event: None,
                )  # fmt: skip
                result = await agent.run(History(episode.goal))
                return result, await episode.grade(result.status, result.last_words)


@pytest.mark.parametrize("name", RULES)
async def test_a_task_of_miniwob_is_solved_and_browsergym_says_so(tmp_path: Path, name: str) -> None:
    result, grade = await run(tmp_path, f"browsergym:miniwob.{name}", RULES[name])
    assert (grade.success, grade.reward) == (True, 1.0), (result.message, grade.detail)
    assert result.history.steps[-1].outcome.reward == 1.0
    assert result.history.steps[-1].outcome.terminated
    assert not result.history.goal.instruction.startswith("BrowserGym's task")


async def test_doing_the_wrong_thing_ends_the_episode_without_reward(tmp_path: Path) -> None:
    result, grade = await run(
        tmp_path, "browsergym:miniwob.enter-text", lambda task, page, step: f"click('{named(page, 'button')}')"
    )
    assert (grade.success, grade.reward, result.status) == (False, 0.0, "failed")


@pytest.fixture
def site() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<h1>Before</h1><button onclick=\"if (confirm('Sure?')) document.body.innerHTML = 'After'\">Go"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_an_open_ended_task_leaves_dialogs_to_the_agent(tmp_path: Path, site: str) -> None:
    def choose(task: str, page: Observation, step: int) -> str:
        if step == 0:
            return f"click('{named(page, 'button', 'Go')}')"
        return "dialog_accept()" if page.dialogs else "send_msg_to_user('It is done.')"

    result, grade = await run(tmp_path, f"browsergym:openended?start_url={site}&goal=Go+on", choose)
    assert [step.action.verb for step in result.history.steps] == ["click", "dialog_accept", "send_msg_to_user"]
    assert "After" in result.history.steps[-1].observation.text
    assert (result.history.goal.instruction, result.status, grade.success) == ("Go on", "done", False)


def test_bench_and_demo_take_a_task_by_its_id(webdreamer: Any, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    where = ("--set", f"browsergym_python={PYTHON}", "--policy", "random", "--max-steps", "3")
    done = webdreamer(
        "bench", "browsergym:miniwob.click-test", "-n", "2", *where, "--i-accept-the-risk", "--json", str(figures)
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))["planners"]["reactive"]
    assert (found["counts"]["episodes"], found["success"]["mean"]) == (2, 1.0)
    shown = webdreamer("demo", "browsergym:miniwob.click-button", *where, "--approve", "deny")
    assert "Click on the" in shown.stdout, shown.stderr
    assert "--resume" not in shown.stdout
    unknown = webdreamer("demo", "browsergym:miniwob.no-such", *where)
    assert (unknown.returncode, "no task 'miniwob.no-such' is registered" in unknown.stderr) == (4, True)
