"""Runs that outlive a browser: a benchmark's next episode, a resumed session's last page."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from webdreamer_app import evaluate
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.collect import Collected, CollectOptions, collect
from webdreamer_app.config import Config
from webdreamer_app.errors import BrowserError
from webdreamer_app.evaluate import BenchOptions, bench
from webdreamer_app.protocols import Policy
from webdreamer_app.session import _open_first
from webdreamer_app.types import Action, History, Observation, Proposal

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def own_chromiums() -> list[int]:
    """Ids of the Chromium processes below this one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    below = {str(os.getpid())}
    while more := {row[0] for row in rows if row[1] in below} - below:
        below |= more
    return [int(row[0]) for row in rows if row[0] in below and "chromium" in row[2].split(None, 1)[0]]


class Killing:
    """The oracle, that ends its browser at the third decision of the first episode."""

    def __init__(self, policy: Policy, left: list[int]) -> None:
        self._policy = policy
        self._left = left

    @property
    def name(self) -> str:
        return self._policy.name

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        if len(history.steps) == 2 and self._left:
            self._left.pop()
            for process in own_chromiums():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        return await self._policy.propose(observation, history)


async def test_an_episode_that_breaks_its_browser_counts_as_failed_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, load = [1], evaluate.load_policy

    async def killing(*arguments: Any) -> Policy:
        return Killing(await load(*arguments), left)

    monkeypatch.setattr(evaluate, "load_policy", killing)
    options = BenchOptions("shop", "validation", ("reactive",), 3, (0,), 1)
    config = Config(policy="oracle", data_dir=tmp_path)
    summary = await bench(options, config, tmp_path / "bench.db", lambda done, total: None)
    assert left == []
    assert summary["planners"]["reactive"]["counts"]["episodes"] == 3
    assert summary["planners"]["reactive"]["counts"]["success"] == 2


async def test_a_resumed_session_goes_to_the_last_page_that_can_be_had(browser: ChromiumBrowser, pages: Any) -> None:
    there = pages.put("<h1>Cart</h1>", "/cart")
    nowhere = "http://127.0.0.1:9/answer-to-a-form"
    await _open_first(browser, [nowhere, there, pages.put("<h1>Start</h1>", "/start")])
    assert browser.tab.page.url == there
    with pytest.raises(BrowserError, match=r"127\.0\.0\.1:9"):
        await _open_first(browser, [nowhere])


class Waiting:
    """Does nothing, episode after episode."""

    name = "waiting"

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        return (Proposal(Action("noop"), "", 1.0),)


async def test_collecting_goes_on_in_a_new_browser(tmp_path: Path) -> None:
    left = [1]
    options = CollectOptions("shop", "train", 3, workers=1, student_share=1.0, max_steps=4)
    killing = Killing(Waiting(), left)  # type: ignore[arg-type]
    done = await collect(options, Config(data_dir=tmp_path), tmp_path / "c.db", killing)
    assert (left, done) == ([], Collected(added=2, lost=1))


async def test_a_browser_that_died_between_two_episodes_is_told_as_one_that_is_gone() -> None:
    async with open_browser(BrowserOptions()) as window:
        for process in own_chromiums():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        await asyncio.wait_for(window._gone.wait(), 10)
        with pytest.raises(BrowserError, match="The browser is gone"):
            async with window.fresh():
                raise AssertionError("it opened")
