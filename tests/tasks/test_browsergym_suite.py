"""BrowserGym's tasks as suites: names, seeds, the conversation, and a process of another Python that may fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tasks.browsergym.process import BridgeProcess
from tasks.browsergym.site import chat, find_python
from tasks.browsergym.suite import BrowserGymSuite
from tasks.server import ServerError
from tasks.suites import UnknownSuiteError, UnusableSuiteError, is_bundled, joins_browser, suite, suite_name
from tasks.task import Ending, JoinedSite, JoinError, SuiteSettings

CLICK = suite("browsergym:miniwob.click-test")
GYM = """
registry = {"browsergym/openended": 1, "browsergym/sample.one": 1, "CartPole": 1}
class Environment:
    def __init__(self, kwargs):
        self.unwrapped, self.task_kwargs = self, kwargs
    def task_entrypoint(self, seed, **kwargs):
        return Task(seed, **kwargs)
class Task:
    viewport, timeout = {"width": 300, "height": 200}, 1000
    def __init__(self, seed, mood="well"):
        print("a word on the output")
        if mood == "ends":
            raise SystemExit(3)
        if mood == "sleeps":
            import time
            time.sleep(60)
        if mood != "well":
            raise ValueError(f"no mood {mood!r}\\nand more")
    def teardown(self):
        pass
def make(name, disable_env_checker, task_kwargs):
    return Environment(task_kwargs)
"""


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python that has packages of the same names, small ones: nothing of them is BrowserGym."""
    packages = tmp_path / "packages"
    for place, text in (("gymnasium.py", GYM), ("browsergym/__init__.py", ""), ("browsergym/core/__init__.py", "")):
        (packages / place).parent.mkdir(parents=True, exist_ok=True)
        (packages / place).write_text(text, encoding="utf-8")
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{packages}" exec "{sys.executable}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


async def test_requests_are_answered_whatever_the_task_prints(python: Path) -> None:
    bridge = BridgeProcess(python)
    try:
        assert (await bridge.ask("tasks", family=""))["tasks"] == ["openended", "sample.one"]
        made = await bridge.ask("make", id="sample.one", seed=4, kwargs={})
        assert made == {"viewport": {"width": 300, "height": 200}, "locale": "", "timezone": ""}
        assert await bridge.ask("teardown") == {}
    finally:
        bridge.close()
    assert not bridge.is_alive


async def test_a_failing_task_is_told_in_one_line_and_the_process_lives_on(python: Path) -> None:
    bridge = BridgeProcess(python)
    try:
        with pytest.raises(JoinError, match=r"^BrowserGym could not make: ValueError: no mood 'sad'$"):
            await bridge.ask("make", id="sample.one", seed=4, kwargs={"mood": "sad"})
        with pytest.raises(JoinError, match=r"no task 'sample.two' is registered; 1 are, such as \['sample.one'\]"):
            await bridge.ask("make", id="sample.two", seed=4, kwargs={})
        assert "viewport" in await bridge.ask("make", id="sample.one", seed=4, kwargs={})
    finally:
        bridge.close()


async def test_a_process_that_ends_or_is_silent_is_given_up(python: Path) -> None:
    ending = BridgeProcess(python)
    with pytest.raises(JoinError, match="BrowserGym's process ended at 'make'"):
        await ending.ask("make", id="sample.one", seed=4, kwargs={"mood": "ends"})
    with pytest.raises(JoinError, match="ended at 'tasks'"):
        await ending.ask("tasks", family="")
    ending.close()
    silent = BridgeProcess(python)
    with pytest.raises(JoinError, match="did not answer 'make' within 2 s"):
        await silent.ask("make", 2, id="sample.one", seed=4, kwargs={"mood": "sleeps"})
    silent.close()
    assert not silent.is_alive


def test_a_python_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("", encoding="utf-8")
    with pytest.raises(JoinError, match="does not start"):
        BridgeProcess(tmp_path / "python")
    with pytest.raises(ServerError, match="set browsergym_python"):
        find_python(SuiteSettings(browsergym_python=tmp_path / "none"))


def test_the_environment_is_found_in_its_folder_and_else_what_to_install_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "browsergym"
    if find_python_here() is None:
        with pytest.raises(ServerError, match=f"python3 -m venv {folder} && {folder}/bin/pip install browsergym-core"):
            find_python(SuiteSettings(browsergym_folder=folder))
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    assert find_python(SuiteSettings(browsergym_folder=folder)) == folder / "bin" / "python"
    assert find_python(SuiteSettings(folder / "bin" / "python", tmp_path)) == folder / "bin" / "python"


def find_python_here() -> object:
    """BrowserGym in our own environment, where somebody put it."""
    import importlib.util

    return importlib.util.find_spec("browsergym")


def test_names_and_ids_lead_back() -> None:
    assert (CLICK.name, CLICK.splits) == ("browsergym:miniwob.click-test", ("test",))
    assert suite("browsergym:browsergym/miniwob.click-test").name == CLICK.name
    assert not is_bundled(CLICK.name) and joins_browser(CLICK.name) and not joins_browser("shop")
    tasks = CLICK.sample("test", 3, 5)
    assert [CLICK.task(one.id) for one in tasks] == list(tasks)
    assert all(suite_name(one.id) == CLICK.name for one in tasks)
    seeds = {one.answer["seed"] for one in (*tasks, *CLICK.sample("test", 3, 6))}
    assert len(seeds) == 6 and all(0 <= seed < 2**31 for seed in seeds)


def test_what_a_task_takes_besides_is_in_its_name() -> None:
    open_ended = suite("browsergym:openended?start_url=http://127.0.0.1:8000/a/b&goal=Say+hello&depth=3")
    (task,) = open_ended.sample("test", 1, 1)
    assert task.answer["kwargs"] == {"start_url": "http://127.0.0.1:8000/a/b", "goal": "Say hello", "depth": 3}
    assert task.instruction == "Say hello"
    assert suite(suite_name(task.id)).task(task.id) == task


@pytest.mark.parametrize(
    "rest", ["click-test/train/1/0", "click-test/test/x/0", "click-test/test/1/00", "other/test/1/0"]
)
def test_id_of_no_task_is_refused(rest: str) -> None:
    with pytest.raises(ValueError, match="There is no task"):
        CLICK.task(f"browsergym:miniwob.{rest}")


def test_what_is_no_id_is_refused() -> None:
    for name in ("browsergym:a/b", "browsergym:?x=1"):
        with pytest.raises(UnusableSuiteError, match="is no id of BrowserGym's"):
            suite(name)
    with pytest.raises(UnknownSuiteError, match=r"write browsergym:miniwob\.click-test"):
        suite("browsergym:")
    with pytest.raises(UnusableSuiteError, match="no variants"):
        CLICK.variant(CLICK.sample("test", 1, 1)[0], 1)


def test_the_agents_words_are_an_assistants_or_say_that_it_is_infeasible() -> None:
    roles = [one["role"] for one in chat("Do it", Ending())]
    assert roles == ["assistant", "user"]
    said = chat("Do it", Ending(message="Done"))[-1]
    assert (said["role"], said["message"]) == ("assistant", "Done")
    assert chat("Do it", Ending(infeasible=True, message="No such thing"))[-1]["role"] == "infeasible"


async def test_an_episode_that_was_never_judged_scores_nothing(python: Path, tmp_path: Path) -> None:
    found = BrowserGymSuite("sample.one", SuiteSettings(browsergym_python=python))
    (task,) = found.sample("test", 1, 1)
    with found.open(tmp_path / "x.db") as site:
        assert isinstance(site, JoinedSite)
        window = await site.window(task, "s")
        assert (window.width, window.height, window.locale) == (300, 200, "")
        assert (site.grade(task, "s").success, site.grade(task, "s").reward) == (False, 0.0)
        with pytest.raises(JoinError, match="could not setup"):
            await site.join("s", "http://127.0.0.1:1", "none")
        await site.leave("s")
        await site.window(task, "t")
        with pytest.raises(JoinError, match="has no episode 's'"):
            await site.judge("s", "none")
        await site.leave("t")
        await site.leave("never")
