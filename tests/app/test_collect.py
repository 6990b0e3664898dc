"""Collecting goes on when a browser breaks, says when it can't, and takes nothing from what is kept for the test."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage.repository import open_repository
from tasks.suites import suite
from tasks.task import Suite
from webdreamer_app import collect as collecting
from webdreamer_app import train as training
from webdreamer_app.collect import Collected, CollectOptions, collect
from webdreamer_app.commands import measure
from webdreamer_app.config import Config
from webdreamer_app.errors import BrowserError, UsageError
from webdreamer_app.straying import opening
from webdreamer_app.types import Action, Element, Observation


class Breaking:
    """In place of the browser and its episodes: which episodes break it, and how many browsers were opened."""

    def __init__(self, *broken: int) -> None:
        self.broken, self.begun, self.opened = broken, 0, 0

    @contextlib.asynccontextmanager
    async def open_browser(self, options: object) -> AsyncIterator[None]:
        self.opened += 1
        yield

    @contextlib.asynccontextmanager
    async def open_episode(self, *arguments: Any) -> AsyncIterator[Any]:
        self.begun += 1
        if self.begun in self.broken:
            raise BrowserError("The browser is gone: it crashed or was closed.")
        _, found, site, task, session = arguments
        site.start(session, task)
        yield collecting.Episode(found, site, task, session, None, None)  # type: ignore[arg-type]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Collects so many episodes with a browser that breaks; its sessions' statuses are read from the file."""

    async def steps(worker: Any, episode: Any) -> tuple[int, Any]:
        return 1, collecting.Status.DONE

    async def grade(episode: Any, status: Any) -> Any:
        return episode.site.grade(episode.task, episode.session)

    monkeypatch.setattr(collecting._Worker, "_steps", steps)
    monkeypatch.setattr(collecting.Episode, "grade", grade)

    async def run(browser: Breaking, episodes: int) -> Collected:
        monkeypatch.setattr(collecting, "open_browser", browser.open_browser)
        monkeypatch.setattr(collecting, "open_episode", browser.open_episode)
        options = CollectOptions("shop", "train", episodes, workers=1)
        return await collect(options, Config(data_dir=tmp_path), tmp_path / "c.db")

    return run


async def statuses(folder: Path) -> list[str]:
    async with open_repository(folder / "c.db") as repository:
        return sorted(one.status for one in await repository.list_sessions(100))


async def test_an_episode_that_breaks_its_browser_is_lost_and_the_rest_goes_on(run: Any, tmp_path: Path) -> None:
    browser = Breaking(2)
    assert await run(browser, 4) == Collected(added=3, lost=1)
    assert (await statuses(tmp_path), browser.opened) == (["collected"] * 3 + ["lost"], 2)


async def test_a_lost_episode_is_tried_again_the_next_time(run: Any, tmp_path: Path) -> None:
    await run(Breaking(2), 3)
    again = Breaking()
    assert await run(again, 3) == Collected(added=1, lost=0)
    assert again.begun == 1
    assert await statuses(tmp_path) == ["collected"] * 3 + ["lost"]


async def test_five_in_a_row_give_up_and_keep_what_was_collected(run: Any, tmp_path: Path) -> None:
    with pytest.raises(BaseExceptionGroup) as caught:
        await run(Breaking(2, 3, 4, 5, 6), 20)
    (error,) = caught.value.exceptions
    assert isinstance(error, BrowserError)
    assert "5 episodes in a row broke their browser" in str(error) and "shop/train/0/5" in str(error)
    assert "kept" in str(error)
    assert await statuses(tmp_path) == ["collected"] + ["lost"] * 5


async def test_breaks_with_good_episodes_between_them_never_give_up(run: Any) -> None:
    assert await run(Breaking(*range(1, 20, 2)), 20) == Collected(added=10, lost=10)


@pytest.mark.parametrize(
    ("name", "split", "words"),
    [
        ("shop", "test", ("'test' of shop", "final measurement", "--split train or --split validation")),
        ("pretix", "test", ("pretix has only tasks to test with", "webdreamer bench pretix")),
    ],
)
async def test_nothing_is_collected_from_what_is_kept_for_the_test(
    name: str, split: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        await measure.collect(Config(data_dir=tmp_path), name, split, 1, 1, 0.0, 0.0, tmp_path / "c.db")
    assert all(word in str(caught.value) for word in words), caught.value
    assert not (tmp_path / "c.db").exists()


async def test_suites_are_those_of_the_configuration(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    def find(name: str, config: Config) -> Suite:
        seen.append(config.data_dir)
        return suite(name)

    for module in (collecting, training):
        monkeypatch.setattr(module, "find_suite", find)
    await run(Breaking(), 1)
    config = Config(data_dir=tmp_path / "elsewhere")
    found = [one async for one in training._collected([tmp_path / "c.db"], config, 10)]
    assert len(found) == 1
    assert seen == [tmp_path, tmp_path / "elsewhere"]


@pytest.mark.parametrize(
    ("element", "opens"),
    [
        (Element(role="combobox", name="Size", bid="4", tag="div", expanded=False), True),
        (Element(role="combobox", name="Size", bid="4", tag="div", expanded=True), False),
        (Element(role="combobox", name="Size", bid="4", tag="select", options=("Small", "Large")), False),
    ],
)
def test_only_a_list_that_shows_nothing_is_opened_first(element: Element, opens: bool) -> None:
    page = Observation("http://shop.test/", "", (element,), "")
    wanted = Action("click", "4") if opens else None
    assert opening(Action("select_option", "4", ("Large",)), page) == wanted
    assert opening(Action("click", "4"), page) is None
