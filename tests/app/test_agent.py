"""The loop, end to end over a scripted browser: what is recorded, what runs, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from webdreamer_app import agent
from webdreamer_app.agent import Agent
from webdreamer_app.browser.scripted import Reply, ScriptedBrowser, page
from webdreamer_app.errors import BrowserError, RecordError
from webdreamer_app.events import Emit, Event, Judged, Observed, Planned, Stepped
from webdreamer_app.gate import Approve, CommitGate
from webdreamer_app.planners.reactive import ReactivePlanner
from webdreamer_app.policies.noop import NoopPolicy
from webdreamer_app.policies.scripted import ScriptedPolicy
from webdreamer_app.protocols import Gate, Planner, Policy
from webdreamer_app.results import Limits, Result, Status
from webdreamer_app.types import (
    Action,
    Decision,
    Effect,
    Element,
    Form,
    Goal,
    History,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Verdict,
)

POST = Form("post", "http://shop.test/next")


def button(name: str, bid: str) -> Element:
    return Element("button", name, bid=bid, tag="button", input_type="submit", form=POST)


PAGES = {
    "product": page("http://shop.test/p/1", "Mug", [button("Add to cart", "1"), button("Buy now", "2")]),
    "cart": page(
        "http://shop.test/cart", "Cart", [Element("textbox", "Coupon", bid="5", value=""), button("Place order", "3")]
    ),
    "dearer": page("http://shop.test/cart", "Dearer cart", [button("Place order", "3")]),
    "ticking": page("http://shop.test/cart", "Cart", [button("Place order", "3"), Element("text", "Total: $99.00")]),
    "counting": page(
        "http://shop.test/cart",
        "Cart",
        [
            Element("text", "Reserved for 09:58"),
            Element("textbox", "Coupon", bid="5", value=""),
            button("Place order", "3"),
        ],
    ),
    "thanks": page("http://shop.test/thanks", "Thanks", [Element("heading", "Thank you", level=1)]),
}
REPLIES: dict[tuple[str, str], Reply] = {
    ("product", "click('1')"): "cart",
    ("cart", "click('3')"): "thanks",
    ("product", "click('2')"): "thanks",
}
GOAL = History(Goal("buy a mug"))


class MemoryRecorder:
    """Keeps intents and outcomes in order, and can fail like a full disk."""

    def __init__(self, fail_at: str = "") -> None:
        self.log: list[str] = []
        self.outcomes: list[Outcome] = []
        self._fail_at = fail_at

    @contextlib.asynccontextmanager
    async def step(self, observation: Observation, plan: Plan, verdict: Verdict) -> AsyncIterator[MemoryRecorder]:
        self._check("intent")
        self.log.append(f"intent {plan.chosen.action.verb} {verdict.decision}")
        yield self

    async def finish(self, outcome: Outcome) -> None:
        self._check("outcome")
        self.log.append("outcome")
        self.outcomes.append(outcome)

    def _check(self, what: str) -> None:
        if what == self._fail_at:
            raise RecordError("disk full")


class Episode:
    """An agent over the little shop, with everything it announced."""

    def __init__(
        self,
        policy: Policy | Sequence[str | Sequence[str]],
        approve: str = "all",
        limits: Limits | None = None,
        replies: dict[tuple[str, str], Reply] | None = None,
        planner: Planner | None = None,
        gate: Gate | None = None,
        fail_at: str = "",
        risk: float | None = 0.0,
    ) -> None:
        chosen = ScriptedPolicy(policy, risk) if isinstance(policy, Sequence) else policy
        self.browser = ScriptedBrowser(PAGES, "product", REPLIES | (replies or {}))
        self.recorder = MemoryRecorder(fail_at)
        self.events: list[Event] = []
        self.agent = Agent(
            self.browser,
            planner or ReactivePlanner(chosen),
            gate or CommitGate(Approve(approve), None, 0.2),
            self.recorder,
            self.events.append,
            limits or Limits(),
        )

    async def run(self, history: History = GOAL) -> Result:
        return await self.agent.run(history)


BUYING = ("click('1')", "click('3')", "send_msg_to_user('Bought.')")


async def test_a_task_runs_to_its_end_and_is_recorded_intent_first() -> None:
    episode = Episode(BUYING)
    result = await episode.run()
    assert (result.status, result.message, result.status.exit_status) == (Status.DONE, "Bought.", 0)
    assert episode.browser.executed == ["click('1')", "click('3')"]
    assert episode.recorder.log == [
        "intent click act", "outcome", "intent click act", "outcome", "intent send_msg_to_user act", "outcome",
    ]  # fmt: skip
    assert [step.index for step in result.history.steps] == [0, 1, 2]
    assert [step.observation.step for step in result.history.steps] == [0, 1, 2]
    assert result.history.steps[-1].outcome.terminated


async def test_every_step_is_announced_in_order_and_timed() -> None:
    episode = Episode(BUYING)
    result = await episode.run()
    assert [type(event) for event in episode.events] == [Observed, Planned, Judged, Stepped] * 3
    assert len(result.timings) == 3
    assert all(timing.observe > 0 and timing.propose > 0 and timing.gate > 0 for timing in result.timings)
    assert result.timings[0].imagine == 0.0


async def test_a_blocked_commit_is_recorded_unexecuted_and_another_way_is_taken() -> None:
    episode = Episode(
        [["click('2')", "click('1')"], ["click('2')", "click('1')"], "send_msg_to_user('In the cart.')"], "deny"
    )
    result = await episode.run()
    assert episode.browser.executed == ["click('1')"]
    assert [step.outcome.executed for step in result.history.steps] == [False, True, True]
    assert (result.status, result.status.exit_status) == (Status.BLOCKED, 3)
    assert "It said 'In the cart.'. The gate blocked: click button 'Buy now'" in result.message


async def test_done_after_a_block_is_done_when_a_later_commit_was_allowed() -> None:
    class Second:
        async def judge(self, plan: Plan, observation: Observation, history: History) -> Verdict:
            allowed = plan.chosen.action.bid != "2"
            return Verdict(Decision.ACT if allowed else Decision.BLOCK, "")

    result = await Episode(
        ["click('2')", "click('1')", "click('3')", "send_msg_to_user('Bought.')"], gate=Second()
    ).run()
    assert (result.status, result.message) == (Status.DONE, "Bought.")


async def test_reloading_the_same_page_over_and_over_is_stuck() -> None:
    numbers = iter(range(10, 99))

    class Reloading(ScriptedBrowser):
        async def execute(self, action: Action) -> Outcome:
            search = Element("searchbox", "Search", bid=str(next(numbers)), value="carpet")
            self.add("results", page("http://shop.test/s", "Nothing found", [search]))
            return Outcome(self.show("results"))

        async def observe(self) -> Observation:
            return self.page

    browser, recorder = Reloading(PAGES, "product"), MemoryRecorder()

    class Searching(NoopPolicy):
        async def propose(
            self, observation: Observation, history: History, advice: Sequence[str] = ()
        ) -> tuple[Proposal, ...]:
            return (Proposal(Action("press", observation.elements[0].bid, ("Enter",)), probability=1.0),)

    class Bare:
        name = "bare"

        async def plan(self, observation: Observation, history: History, emit: Emit) -> Plan:
            (only,) = await Searching().propose(observation, history)
            return Plan(only, (only,), effect=Effect.READ)

        async def deepen(self, plan: Plan, emit: Emit) -> Plan:
            return plan

    for planner, status in ((Bare(), Status.STUCK), (ReactivePlanner(Searching()), Status.INFEASIBLE)):
        gate = CommitGate(Approve.ALL, None, 0.2)
        result = await Agent(browser, planner, gate, recorder, lambda event: None, Limits(max_steps=12)).run(GOAL)
        assert result.status is status, result.message


async def test_an_episode_that_ends_undone_after_a_block_was_stopped_by_the_gate() -> None:
    result = await Episode(["click('2')", "report_infeasible('no other way')"], "deny").run()
    assert (result.status, result.status.exit_status) == (Status.BLOCKED, 3)
    assert "Buy now" in result.message


async def test_nothing_left_after_a_block_ends_the_episode() -> None:
    result = await Episode(["click('2')", "click('2')"], "deny").run()
    assert result.status is Status.BLOCKED
    assert [step.action.verb for step in result.history.steps] == ["click", "report_infeasible"]


async def test_without_a_person_an_ask_verdict_stops_before_the_action_and_resumes() -> None:
    first = Episode(BUYING, "ask")
    result = await first.run()
    assert (result.status, result.status.exit_status) == (Status.NEEDS_APPROVAL, 3)
    assert first.browser.executed == ["click('1')"]
    assert first.recorder.log[-2:] == ["intent click ask", "outcome"]
    second = Episode(["noop()", "noop()", "click('2')", "send_msg_to_user('ok')"], "all")
    resumed = await second.run(result.history)
    assert resumed.status is Status.DONE
    assert [step.index for step in resumed.history.steps] == [0, 1, 2, 3]


async def test_infeasible_is_not_done() -> None:
    result = await Episode(["report_infeasible('sold out')"]).run()
    assert (result.status, result.message, result.status.exit_status) == (Status.INFEASIBLE, "sold out", 1)


async def test_the_step_limit_counts_the_steps_before_a_resume() -> None:
    one = await Episode(BUYING, limits=Limits(max_steps=1)).run()
    assert (one.status, len(one.history.steps)) == (Status.STEP_LIMIT, 1)
    again = await Episode(BUYING, limits=Limits(max_steps=1)).run(one.history)
    assert (again.status, len(again.history.steps)) == (Status.STEP_LIMIT, 1)


async def test_doing_the_same_without_any_change_more_than_three_times_is_stuck() -> None:
    result = await Episode(NoopPolicy()).run()
    assert (result.status, result.status.exit_status, len(result.history.steps)) == (Status.STUCK, 1, 4)


async def test_repeating_an_action_that_changes_the_page_is_not_stuck() -> None:
    fills = [f"fill('5', '{place}')" for place in range(6)]
    episode = Episode(["click('1')", *fills, "send_msg_to_user('ok')"])
    assert (await episode.run()).status is Status.DONE


class Endless:
    """Plans for ever."""

    name = "endless"

    async def plan(self, observation: Observation, history: History, emit: Emit) -> Plan:
        await asyncio.Event().wait()
        raise AssertionError

    async def deepen(self, plan: Plan, emit: Emit) -> Plan:
        return plan


async def test_a_plan_that_never_comes_ends_at_the_time_limit_with_nothing_run() -> None:
    episode = Episode(BUYING, planner=Endless(), limits=Limits(max_seconds=0.02))
    result = await episode.run()
    assert (result.status, result.status.exit_status) == (Status.TIME_LIMIT, 1)
    assert episode.recorder.log == []


class TimingOut:
    name = "timing-out"

    async def plan(self, observation: Observation, history: History, emit: Emit) -> Plan:
        raise TimeoutError("the model server did not answer")

    async def deepen(self, plan: Plan, emit: Emit) -> Plan:
        return plan


async def test_a_planners_own_timeout_is_not_taken_for_the_episodes() -> None:
    with pytest.raises(TimeoutError, match="did not answer"):
        await Episode(BUYING, planner=TimingOut()).run()


async def test_when_the_intent_can_not_be_recorded_nothing_runs() -> None:
    episode = Episode(BUYING, fail_at="intent")
    with pytest.raises(RecordError):
        await episode.run()
    assert episode.browser.executed == []


async def test_when_an_outcome_can_not_be_recorded_acting_stops_at_once() -> None:
    episode = Episode(BUYING, fail_at="outcome")
    with pytest.raises(RecordError):
        await episode.run()
    assert episode.browser.executed == ["click('1')"]


async def test_a_crash_of_the_browser_leaves_the_intent_without_an_outcome() -> None:
    episode = Episode(BUYING, replies={("cart", "click('3')"): BrowserError("Chromium died")})
    with pytest.raises(BrowserError, match="Chromium died"):
        await episode.run()
    assert episode.recorder.log[-1] == "intent click act"


async def test_a_failing_action_is_data_and_the_episode_goes_on() -> None:
    result = await Episode(["click('99')", "send_msg_to_user('ok')"]).run()
    assert "99" in result.history.steps[0].outcome.error
    assert result.status is Status.DONE


@pytest.mark.parametrize(("reward", "status"), [(1.0, Status.DONE), (0.0, Status.FAILED)])
async def test_an_environment_may_end_the_episode(reward: float, status: Status) -> None:
    ending = Outcome(PAGES["thanks"], reward=reward, terminated=True)
    result = await Episode(BUYING, replies={("product", "click('1')"): ending}).run()
    assert (result.status, len(result.history.steps)) == (status, 1)


class Undecided:
    """Always wants to look further."""

    async def judge(self, plan: Plan, observation: Observation, history: History) -> Verdict:
        return Verdict(Decision.LOOK_FURTHER, "unsure")


class Deepening:
    name = "deepening"

    def __init__(self) -> None:
        self.deepened = 0

    async def plan(self, observation: Observation, history: History, emit: Emit) -> Plan:
        proposal = Proposal(Action("click", "1"))
        return Plan(proposal, (proposal,), effect=Effect.REVERSIBLE)

    async def deepen(self, plan: Plan, emit: Emit) -> Plan:
        self.deepened += 1
        return plan


async def test_looking_further_is_bounded_and_then_blocks() -> None:
    planner = Deepening()
    episode = Episode(BUYING, planner=planner, gate=Undecided(), limits=Limits(max_steps=1, max_looks=2))
    result = await episode.run()
    assert planner.deepened == 2
    assert result.history.steps[0].verdict.decision is Decision.BLOCK
    assert episode.browser.executed == []
    assert result.timings[0].imagine > 0
    assert result.status is Status.BLOCKED


class HangingBrowser(ScriptedBrowser):
    """Never returns from an action."""

    def __init__(self) -> None:
        super().__init__(PAGES, "product")
        self.entered = asyncio.Event()

    async def execute(self, action: Action) -> Outcome:
        self.entered.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_cancellation_propagates_and_leaves_the_intent_without_an_outcome() -> None:
    browser, recorder = HangingBrowser(), MemoryRecorder()
    gate = CommitGate(Approve.ALL, None, 0.2)
    agent = Agent(browser, ReactivePlanner(ScriptedPolicy(BUYING)), gate, recorder, lambda event: None, Limits())
    running = asyncio.create_task(agent.run(GOAL))
    await browser.entered.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert recorder.log == ["intent click act"]


class SlowGate:
    """Takes its time over every commit, as a person does, while the page may change."""

    def __init__(self, browser: ScriptedBrowser, changes: Sequence[str]) -> None:
        self._browser = browser
        self._changes = list(changes)
        self.judged: list[str] = []

    async def judge(self, plan: Plan, observation: Observation, history: History) -> Verdict:
        if not plan.effect.is_commit:
            return Verdict(Decision.ACT, "reversible")
        self.judged.append(observation.title)
        await asyncio.sleep(0.03)
        if self._changes:
            self._browser.show(self._changes.pop(0))
        return Verdict(Decision.ACT if observation.title == "Cart" else Decision.BLOCK, observation.title)


def slowly_judged(monkeypatch: pytest.MonkeyPatch, changes: Sequence[str]) -> tuple[Episode, SlowGate]:
    monkeypatch.setattr(agent, "LONG_MS", 10.0)
    episode = Episode(BUYING, limits=Limits(max_steps=2))
    gate = SlowGate(episode.browser, changes)
    episode.agent = Agent(
        episode.browser, ReactivePlanner(ScriptedPolicy(BUYING, 0.0)), gate, episode.recorder,
        episode.events.append, Limits(max_steps=2),
    )  # fmt: skip
    return episode, gate


async def test_a_commit_judged_for_long_on_an_unchanged_page_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    episode, gate = slowly_judged(monkeypatch, [])
    await episode.run()
    assert gate.judged == ["Cart"]
    assert episode.browser.executed == ["click('1')", "click('3')"]


async def test_a_page_that_changed_while_a_commit_was_judged_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    episode, gate = slowly_judged(monkeypatch, ["dearer"])
    result = await episode.run()
    assert gate.judged == ["Cart", "Dearer cart"]
    assert episode.browser.executed == ["click('1')"]
    last = result.history.steps[-1]
    assert (last.verdict.decision, last.observation.title) == (Decision.BLOCK, "Dearer cart")


async def test_a_clock_that_ticks_changes_nothing_of_what_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    episode, gate = slowly_judged(monkeypatch, ["counting"])
    episode.browser.add(
        "cart",
        page(
            "http://shop.test/cart",
            "Cart",
            [
                Element("text", "Reserved for 09:59"),
                Element("textbox", "Coupon", bid="5", value=""),
                button("Place order", "3"),
            ],
        ),
    )
    await episode.run()
    assert gate.judged == ["Cart"]
    assert episode.browser.executed == ["click('1')", "click('3')"]


async def test_a_page_that_never_holds_still_is_not_committed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    episode, gate = slowly_judged(monkeypatch, ["ticking", "cart"] * 4)
    monkeypatch.setattr(agent, "MAX_SECOND_LOOKS", 2)
    await episode.run()
    assert len(gate.judged) == 3
    assert episode.browser.executed == ["click('1')"]


async def test_a_block_from_before_a_resume_does_not_decide_how_it_ends() -> None:
    first = await Episode(["click('2')", "report_infeasible('no other way')"], "deny").run()
    assert first.status is Status.BLOCKED
    history = replace(first.history, resumed_at=len(first.history.steps))
    again = await Episode(["noop()"] * 2 + ["report_infeasible('sold out')"]).run(history)
    assert (again.status, again.message) == (Status.INFEASIBLE, "sold out")


class Careless(Deepening):
    """Holds an order for something that can be taken back."""

    async def plan(self, observation: Observation, history: History, emit: Emit) -> Plan:
        proposal = Proposal(Action("click", "2"))
        return Plan(proposal, (proposal,), effect=Effect.READ)


async def test_a_planner_can_not_talk_an_order_down() -> None:
    episode = Episode(BUYING, "deny", planner=Careless(), limits=Limits(max_steps=1))
    result = await episode.run()
    assert episode.browser.executed == []
    assert result.history.steps[0].plan.effect.is_commit
    assert episode.recorder.log == ["intent click block", "outcome"]


async def test_what_an_earlier_run_was_blocked_at_is_not_done_by_saying_so() -> None:
    first = await Episode(["click('2')", "report_infeasible('no other way')"], "deny").run()
    history = replace(first.history, resumed_at=len(first.history.steps))
    again = await Episode(["noop()"] * 2 + ["send_msg_to_user('All done.')"]).run(history)
    assert (again.status, again.status.exit_status) == (Status.BLOCKED, 3)
