"""MiniWoB++ as a suite: its catalogue, its pages as they are served, its oracles, its grades.

What needs the pages themselves is skipped where the optional package `miniwob` is not installed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tasks.miniwob import catalogue
from tasks.miniwob.oracles import OVER, SOLVERS, MiniWobOracle
from tasks.miniwob.suite import MiniWobSite, grade
from tasks.server import ServerError
from tasks.suites import suite
from tasks.task import Ending, Site, Task
from webdreamer_app.actions import parse
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.episode import Episode, open_episode
from webdreamer_app.episode import grade as grade_episode
from webdreamer_app.errors import BrowserError
from webdreamer_app.types import Element

SUITE = suite("miniwob")
needs_pages = pytest.mark.skipif(
    importlib.util.find_spec("miniwob") is None,
    reason="the pages are in an optional package: pip install 'webdreamer[miniwob]'",
)


def task_on(page: str) -> Task:
    """The first task on this page."""
    split = next(name for name, pages in catalogue.SPLITS.items() if page in pages)
    return next(task for task in SUITE.sample(split, 60, 5) if task.answer["page"] == page)


def text(*elements: Element) -> str:
    return serialize("Task", "http://x/", [Element("text", "the instruction"), *elements])


GOALS = (
    'Click on the "ok" button.', "Click button ONE.", "Select ok and click Submit.", "Select ok from the list", "Hum.",
    "Select 3 with the slider, click the 2nd checkbox", "Select 05/04/2016 as the date", "Enter 10/06/2012 as the date",
    "Enter 5:08 AM as the time", "Set the sliders to the combination [1,2,3]", "Find the 2nd word", "Click on Tab #2.",
    'Enter the username "a" and the password "b"', "Search for ok movies directed by ok from year 2000.",
    "Find the email by ok and click the star icon", "Enter the value of ok into the text field", "Select a>ok",
    "delete a file ending with the extension .png", "Select words similar to big and click Submit.", "an odd number",
)  # fmt: skip
elements = st.builds(
    Element,
    role=st.sampled_from(
        ["button", "textbox", "checkbox", "radio", "generic", "text", "link", "tab", "menuitem", "cell"]
    ),
    name=st.sampled_from(["", "ok", "ONE", "Submit", "12", "user$ ls", "May 2016", "to me", "ok 3", "3 + x = 5"]),
    bid=st.sampled_from(["", "1", "2", "a3"]),
    value=st.sampled_from([None, "", "ok", "ok text"]),
)


class TestCatalogue:
    def test_every_page_is_in_one_split_or_left_out(self) -> None:
        named = [page for pages in (*catalogue.SPLITS.values(), catalogue.PIXELS) for page in pages]
        assert len(named) == len(set(named)) == 130

    def test_at_least_sixty_tasks_need_no_pixels_and_half_of_them_have_an_oracle(self) -> None:
        asked = {page for pages in catalogue.SPLITS.values() for page in pages}
        assert len(asked) >= 60
        assert len(asked & SOLVERS.keys()) >= 30

    def test_what_is_trained_and_validated_on_has_an_oracle(self) -> None:
        assert {*catalogue.TRAIN, *catalogue.VALIDATION, *catalogue.HELD_OUT} == SOLVERS.keys()

    def test_test_only_pages_occur_in_the_test_alone_and_have_no_oracle(self) -> None:
        kept = {
            "order-food", "buy-ticket", "phone-book", "form-sequence-2", "book-flight-nodelay", "search-engine",
            "login-user-popup",
        }  # fmt: skip
        assert kept <= set(catalogue.TEST_ONLY)
        assert set(catalogue.TEST_ONLY).isdisjoint(SOLVERS)
        for split in ("train", "validation"):
            drawn = {task.answer["page"] for task in SUITE.sample(split, 200, 3)}
            assert drawn == set(catalogue.SPLITS[split])
            assert drawn.isdisjoint(catalogue.TEST_ONLY)


class TestTasks:
    @pytest.mark.parametrize("split", SUITE.splits)
    def test_task_is_found_again_by_its_id(self, split: str) -> None:
        for task in SUITE.sample(split, 5, 7):
            assert SUITE.task(task.id) == task

    @pytest.mark.parametrize("name", ["miniwob/test/1", "miniwob/exam/1/2", "miniwob/test/x/2", "miniwob/test/01/2"])
    def test_id_that_no_task_can_have_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="There is no task"):
            SUITE.task(name)

    def test_each_page_comes_once_before_any_comes_again(self) -> None:
        count = len(catalogue.TRAIN)
        pages = [task.answer["page"] for task in SUITE.sample("train", 2 * count, 4)]
        assert sorted(pages[:count]) == sorted(pages[count:]) == sorted(catalogue.TRAIN)
        assert pages[:count] != [task.answer["page"] for task in SUITE.sample("train", count, 5)]

    def test_wish_and_page_belong_together(self) -> None:
        task = SUITE.sample("train", 1, 1)[0]
        assert SUITE.variant(task, 3) == task
        assert SUITE.rebind(task, {"full_name": "Anna Berg"}).answer == task.answer

    def test_missing_package_is_named_with_the_command_that_installs_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.path", [])
        with pytest.raises(ServerError, match=r"pip install 'webdreamer\[miniwob\]'"), SUITE.open(tmp_path / "x.db"):
            pass


class TestGrades:
    def test_reward_above_zero_is_success(self) -> None:
        found = grade("click-checkboxes", {"reward": 0.5, "reason": ""})
        assert (found.success, found.reward, found.wrong_commits) == (True, 0.5, ())

    @pytest.mark.parametrize("reward", [0, -0.25, -1])
    def test_ending_without_reward_is_one_wrong_commit(self, reward: float) -> None:
        found = grade("unicode-test", {"reward": reward, "reason": "You clicked on ÖK"})
        assert (found.success, found.reward) == (False, 0.0)
        assert found.wrong_commits == (f"unicode-test: ended with the reward {reward:g} (You clicked on ÖK).",)

    @pytest.mark.parametrize("page", [None, "", 3, []])
    def test_episode_that_was_not_ended_earns_nothing(self, page: Any) -> None:
        found = grade("click-test", page)
        assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ())

    @pytest.mark.parametrize("reward", [None, "much", [], {}])
    def test_ending_without_a_number_earns_nothing(self, reward: Any) -> None:
        found = grade("click-test", {"reward": reward})
        assert (found.success, found.reward) == (False, 0.0)


class Window:
    """A browser whose pages answer by their address; it breaks where it is told to."""

    def __init__(self, answers: dict[str, Any], url: str = "", breaks: bool = False) -> None:
        self.answers, self.breaks = answers, breaks
        self.tabs = [url] if url else []

    @property
    def tab(self) -> Any:
        return SimpleNamespace(page=SimpleNamespace(url=self.tabs[0]))

    async def value_of(self, expression: str) -> Any:
        assert expression == SUITE.readback.ending
        return self.answers.get(self.tabs[0]) if self.tabs else None

    async def goto(self, url: str) -> None:
        if self.breaks:
            raise BrowserError("The browser is gone: it crashed or was closed.")
        self.tabs = [url]


class TestAgentLeavesThePage:
    TASK = task_on("click-test")
    SITE = MiniWobSite("http://site")
    PAGE = "http://site/miniwob/click-test.html"

    async def graded(self, window: Any) -> tuple[bool, float]:
        found = await grade_episode(SUITE, self.SITE, self.TASK, "s", window)
        return found.success, found.reward

    async def test_last_reward_counts_where_the_page_still_has_it(self) -> None:
        answers = {self.PAGE: {"reward": 0.5, "reason": ""}}
        for url in ("http://elsewhere/", "about:blank", self.PAGE):
            assert await self.graded(Window(answers, url)) == (True, 0.5), url

    async def test_episode_that_had_not_ended_earns_nothing(self) -> None:
        assert await self.graded(Window({self.PAGE: None}, "http://elsewhere/")) == (False, 0.0)

    async def test_reward_that_can_not_be_had_any_more_is_none(self) -> None:
        assert await self.graded(Window({}, "http://elsewhere/", breaks=True)) == (False, 0.0)
        assert await self.graded(Window({})) == (False, 0.0)


class TestOracles:
    def test_ended_page_is_left_with_a_message(self) -> None:
        for name in SOLVERS:
            assert MiniWobOracle(name, "")(text(Element("text", OVER))) == ("send_msg_to_user('Done.')",)

    def test_oracle_knows_no_action_where_there_is_none(self) -> None:
        for name in [*SOLVERS, *catalogue.TEST_ONLY]:
            assert MiniWobOracle(name, "Hum.")(text()) == ()

    @given(st.sampled_from(sorted(SOLVERS)), st.sampled_from(GOALS), st.lists(elements, max_size=8))
    def test_any_page_gets_actions_of_the_grammar_or_none(self, name: str, goal: str, shown: list[Element]) -> None:
        for step in MiniWobOracle(name, goal)(text(*shown)):
            parse(step)

    def test_folded_group_is_opened_when_the_target_is_not_shown(self) -> None:
        page = text(Element("button", "Yes", bid="1")) + "\n  [g1] 3 button folded: button 'No' … 3 to act on"
        assert MiniWobOracle("click-button", 'Click on the "No" button.')(page) == ("expand('g1')",)

    def test_every_acceptable_action_is_in_the_grammar(self) -> None:
        page = text(Element("textbox", "", bid="1", value=""), Element("button", "Submit", bid="2"))
        (step,) = MiniWobOracle("enter-text", 'Enter "O\'Neil" into the text field')(page)
        assert parse(step).value == ("O'Neil",)

    @pytest.mark.parametrize(
        ("distance", "key"),
        [(1, "ArrowRight"), (10, "ArrowRight"), (11, "PageUp"), (-9, "ArrowLeft"), (-40, "PageDown")],
    )
    def test_slider_is_moved_by_pages_only_from_afar(self, distance: int, key: str) -> None:
        page = text(Element("generic", "", bid="1"), Element("text", "50"), Element("button", "Submit", bid="2"))
        assert MiniWobOracle("use-slider", f"Select {50 + distance} with the slider")(page) == (f"press('1', '{key}')",)

    @pytest.mark.parametrize(
        ("goal", "value", "listed", "step"),
        [
            ('starts with "Ma" and ends with "li"', "", "", "fill('1', 'Ma')"),
            ('starts with "Ma" and ends with "li"', "Ma", "Malawi Mali", "press('1', 'ArrowDown')"),
            ('starts with "Ma" and ends with "li"', "Mali", "", "click('2')"),
            ('starts with "Mali" and ends with "li"', "Mali", "", "click('2')"),
            ('starts with "Mali"', "Mali", "", "press('1', 'ArrowDown')"),
            ('starts with "Mali"', "Mali", "Mali", "click('2')"),
        ],
    )
    def test_item_is_taken_from_the_suggestions(self, goal: str, value: str, listed: str, step: str) -> None:
        shown = [Element("textbox", "Tags:", bid="1", value=value), Element("button", "Submit", bid="2")]
        shown += [Element("generic", listed, bid="3")] if listed else []
        assert MiniWobOracle("use-autocomplete", f"Enter an item that {goal}.")(text(*shown)) == (step,)

    def test_words_alike_are_ticked_and_others_unticked(self) -> None:
        boxes = [Element("checkbox", name, bid=name, checked=on) for name, on in (("huge", False), ("odd", True))]
        steps = MiniWobOracle("click-checkboxes-soft", "Select words similar to big and click Submit.")(text(*boxes))
        assert steps == ("click('huge')", "click('odd')")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with SUITE.open(tmp_path_factory.mktemp("miniwob") / "none.db") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window() -> AsyncIterator[ChromiumBrowser]:
    async with open_browser(BrowserOptions(page_tokens=2000)) as browser:
        yield browser


async def follow(episode: Episode, limit: int = 40) -> list[str]:
    """Do what the oracle says until it ends the episode."""
    oracle, observation, done = SUITE.oracle(episode.task), episode.first, list[str]()
    while len(done) < limit and not (done and done[-1].startswith("send_msg")):
        done.append(oracle(observation.text)[0])
        outcome = await episode.page.execute(parse(done[-1]))
        assert outcome.observation is not None
        observation = outcome.observation
    return done


@needs_pages
@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
class TestInChromium:
    @pytest.mark.parametrize(
        "page", ["choose-date", "click-checkboxes", "click-menu", "click-tab-2", "login-user", "read-table", "terminal"]
    )
    async def test_oracle_solves(self, page: str, site: Site, window: ChromiumBrowser) -> None:
        task = task_on(page)
        async with open_episode(window, SUITE, site, task, "s") as episode:
            done = await follow(episode)
            found = await episode.grade()
        assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ()), (done, found)

    async def test_doing_nothing_scores_zero(self, site: Site, window: ChromiumBrowser) -> None:
        for task in SUITE.sample("test", 6, 2):
            async with open_episode(window, SUITE, site, task, "s") as episode:
                found = await episode.grade()
            assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ()), task.answer

    async def test_instruction_is_the_one_of_the_page_and_its_seed(self, site: Site, window: ChromiumBrowser) -> None:
        task = task_on("login-user")
        seen = []
        for _ in range(2):
            async with open_episode(window, SUITE, site, task, "s") as episode:
                seen.append((episode.task.instruction, episode.first.text.split("\n", 1)[1]))
        assert seen[0] == seen[1]
        assert seen[0][0].startswith("Enter the username")
        assert seen[0][0] in seen[0][1].replace("\\'", "'")

    async def test_first_ending_stands_after_a_second_try_and_a_reload(
        self, site: Site, window: ChromiumBrowser
    ) -> None:
        task = task_on("click-test-2")
        async with open_episode(window, SUITE, site, task, "s") as episode:
            wrong = next(one.bid for one in episode.first.elements if one.name == "TWO")
            right = next(one.bid for one in episode.first.elements if one.name == "ONE")
            await episode.page.execute(parse(f"click('{wrong}')"))
            await episode.page.execute(parse(f"click('{right}')"))
            outcome = await episode.page.execute(parse(f"goto({episode.first.url!r})"))
            found = await episode.grade()
        assert outcome.observation is not None
        assert OVER in outcome.observation.text
        assert (found.success, len(found.wrong_commits)) == (False, 1)

    @pytest.mark.parametrize("ended", [True, False])
    async def test_reward_survives_that_the_page_is_left(
        self, ended: bool, site: Site, window: ChromiumBrowser
    ) -> None:
        async with open_episode(window, SUITE, site, task_on("click-test"), "s") as episode:
            if ended:
                await follow(episode)
            await episode.page.execute(parse("goto('about:blank')"))
            found = await episode.grade()
        assert (found.success, found.reward) == (ended, float(ended))

    async def test_episode_without_a_page_is_graded_as_not_ended(self, site: Site, window: ChromiumBrowser) -> None:
        async with open_episode(window, SUITE, site, task_on("click-test"), "s") as episode:
            await episode.page.tab.page.close()
            found = await episode.grade()
        assert (found.success, found.reward) == (False, 0.0)

    async def test_page_shows_neither_seed_nor_reward_nor_clock(self, site: Site, window: ChromiumBrowser) -> None:
        task = task_on("click-test")
        async with open_episode(window, SUITE, site, task, "s") as episode:
            outcome = await episode.page.execute(parse(SUITE.oracle(episode.task)(episode.first.text)[0]))
        assert outcome.observation is not None
        assert task.id not in outcome.observation.text
        shown = [one.name for one in outcome.observation.elements if one.name]
        assert shown == ["Click the button.", "Click Me!", OVER]

    async def test_site_grades_what_the_page_reported(self, site: Site, window: ChromiumBrowser) -> None:
        task = task_on("click-test")
        assert site.grade(task, "s", Ending(page={"reward": 1, "reason": ""})).success
        async with open_episode(window, SUITE, site, task, "s") as episode:
            await follow(episode)
            assert (await episode.grade()).detail == "click-test: ended with the reward 1."
