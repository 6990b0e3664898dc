"""Tasks of a file, end to end: a real Chromium on the bundled shop, and the grade by the file's own rules."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.repository import open_repository
from tasks.suites import suite
from tasks.task import Grade, SuiteSettings
from webdreamer_app.assemble import make_agent, make_gate
from webdreamer_app.browser.driver import BrowserOptions, open_browser
from webdreamer_app.config import Config, site_addresses
from webdreamer_app.episode import open_episode
from webdreamer_app.policies.scripted import ScriptedPolicy
from webdreamer_app.recorder import DatabaseRecorder
from webdreamer_app.types import History

pytestmark = pytest.mark.browser
COMMON = {"sites": ["shopping"], "require_login": False, "storage_state": None, "start_url": "__SHOPPING__/"}
TASKS: list[dict[str, Any]] = [
    {
        "task_id": 0,
        "intent": "How many things are in my cart?",
        "eval": {"eval_types": ["string_match"], "reference_answers": {"must_include": ["0"]}},
    },
    {
        "task_id": 1,
        "intent": "Show me the kitchen things, sorted by nothing",
        "eval": {"eval_types": ["url_match"], "reference_url": "__SHOPPING__/category/Kitchen"},
    },
    {
        "task_id": 2,
        "intent": "Put a grey steel mug into my cart",
        "eval": {
            "eval_types": ["program_html", "url_match"],
            "reference_url": "__SHOPPING__/cart",
            "program_html": [
                {
                    "url": "last",
                    "locator": "document.querySelector('h1').innerText",
                    "required_contents": {"exact_match": "Your cart"},
                },
                {
                    "url": "__SHOPPING__/cart",
                    "locator": "document.querySelector('main').innerText",
                    "required_contents": {"must_include": ["Grey Steel Mug", "$19.75 |OR| 19,75"]},
                },
                {"url": "__SHOPPING__/orders", "locator": "", "required_contents": {"must_include": ["no orders"]}},
            ],
        },
    },
    {
        "task_id": 3,
        "intent": "Return the last thing that I bought",
        "start_url": "__SHOPPING__/ |AND| __SHOPPING__/orders",
        "eval": {"eval_types": ["string_match"], "reference_answers": {"fuzzy_match": "N/A"}, "string_note": "none"},
    },
]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    with suite("corner").open(tmp_path / "corner.db") as site:
        place = tmp_path / "tasks.json"
        place.write_text(json.dumps([{**COMMON, **task} for task in TASKS]), encoding="utf-8")
        yield place, {"SHOPPING": site.url}


async def run(file: tuple[Path, dict[str, str]], folder: Path, place: int, *script: str) -> Grade:
    """One task of the file, by a script."""
    found = suite(str(file[0]), SuiteSettings(addresses=file[1]))
    task = found.sample("test", 4, 1)[place]
    config = Config(data_dir=folder)
    async with open_repository(folder / "log.db") as repository, open_browser(BrowserOptions(timeout_s=10)) as window:
        with found.open(folder / "site.db") as site:
            session = await repository.create_session(task.instruction, site.url, {}, {}, task.id)
            async with open_episode(window, found, site, task, session) as episode:
                gate = make_gate("all", 0.5, None, interactive=False)
                recorder = DatabaseRecorder(repository, session)
                agent = make_agent(config, episode.browser, ScriptedPolicy(script), gate, recorder, lambda event: None)
                result = await agent.run(History(episode.goal))
                return await episode.grade(result.status, result.last_words)


@pytest.mark.parametrize(("said", "success"), [("There are 0 things.", True), ("There are 10 things.", False)])
async def test_an_answer_is_graded(file: tuple[Path, dict[str, str]], tmp_path: Path, said: str, success: bool) -> None:
    assert (await run(file, tmp_path, 0, f"send_msg_to_user({said!r})")).success is success


async def test_the_last_address_is_graded(file: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    assert (await run(file, tmp_path, 1, "click('6')", "send_msg_to_user('Here')")).success
    found = await run(file, tmp_path, 1, "click('7')", "send_msg_to_user('Here')")
    assert (found.success, found.reward) == (False, 0.0)
    assert "not at" in found.detail


async def test_live_pages_are_graded_in_the_agents_own_session(
    file: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    bought = await run(file, tmp_path, 2, "click('12')", "click('42')", "send_msg_to_user('Done')")
    assert bought.success, bought.detail
    idle = await run(file, tmp_path, 2, "send_msg_to_user('Done')")
    assert not idle.success


async def test_what_can_not_be_done_is_graded(file: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    assert (await run(file, tmp_path, 3, "report_infeasible('Nothing was bought.')")).success
    vague = await run(file, tmp_path, 3, "send_msg_to_user('Nothing was bought.')")
    assert (vague.success, "takes a model" in vague.undecided) == (False, True)


def test_bench_reads_a_file_and_leaves_out_what_it_can_not_grade(
    file: tuple[Path, dict[str, str]], tmp_path: Path, webdreamer: Any
) -> None:
    figures = tmp_path / "figures.json"
    arguments = ("bench", str(file[0]), "--policy", "noop", "--max-steps", "1", "--json", str(figures))
    sites = {"WA_SHOPPING": file[1]["SHOPPING"]}
    refused = webdreamer(*arguments, **sites)
    assert (refused.returncode, "--i-accept-the-risk" in refused.stderr) == (2, True)
    done: subprocess.CompletedProcess[str] = webdreamer(*arguments, "--planner", "reactive+gate", **sites)
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["suite"] == str(file[0])
    counts = found["planners"]["reactive+gate"]["counts"]
    assert (counts["episodes"], counts["success"], counts["undecided"]) == (4, 0, 1)
    assert "1 episodes could not be graded" in done.stderr


def test_demo_shows_one_task_of_a_file(file: tuple[Path, dict[str, str]], webdreamer: Any) -> None:
    sites = {"WA_SHOPPING": file[1]["SHOPPING"]}
    done = webdreamer("demo", str(file[0]), "--policy", "noop", "--max-steps", "1", **sites)
    assert (done.returncode, "How many things are in my cart?" in done.stdout) == (1, True), done.stderr
    assert "not as asked" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bench", "none.json"), "There is no task file"),
        (("bench", "webarena:"), "write webarena:tasks.json"),
        (("bench", "browsergym:"), "write browsergym:miniwob.click-test"),
        (("bench", "browsergym:a/b"), "is no id of BrowserGym's"),
        (("bench", "browsergym:miniwob.x", "--policy", "oracle"), "has no oracle"),
        (("collect", "browsergym:miniwob.x", "--out", "x.db", "--split", "test"), "has no oracle to collect from"),
        (("demo", "browsergym:miniwob.x", "--approve", "all"), "isn't bundled"),
    ],
)
def test_suites_that_can_not_be_had_give_one_sentence(webdreamer: Any, arguments: tuple[str, ...], words: str) -> None:
    done = webdreamer(*arguments)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_addresses_come_from_browsergyms_variables_and_webarenas_own() -> None:
    given = {"WA_SHOPPING": "http://a", "SHOPPING": "http://b", "REDDIT": "http://c", "WA_EMPTY": "", "HOME": "/root"}
    assert site_addresses(given) == {"SHOPPING": "http://a", "REDDIT": "http://c"}
