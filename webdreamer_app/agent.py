"""The loop: observe, plan, judge, record the intent, act, record the outcome; until it is done or may not go on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import replace

from webdreamer_app.actions import describe, is_final
from webdreamer_app.effects import classify
from webdreamer_app.events import Emit, Judged, Observed, Planned, Stepped
from webdreamer_app.gate import REFUSED
from webdreamer_app.identity import act_of, looks_alike, place_of
from webdreamer_app.protocols import Browser, Gate, Planner, Recorder
from webdreamer_app.results import Clock, Limits, Result, Status, StepTimings
from webdreamer_app.summary import everything
from webdreamer_app.types import Decision, History, Observation, Outcome, Plan, Step, Verdict

MAX_REPEATS = 3
"""How often in a row the same action may leave the page as it was."""


MAX_SECOND_LOOKS = 3
LONG_MS = 1000.0
"""A commit that was judged for longer is looked at again before it happens, in milliseconds."""


class Agent:
    """One episode in one browser. Knows no screen: what happens is announced through `emit`."""

    def __init__(
        self, browser: Browser, planner: Planner, gate: Gate, recorder: Recorder, emit: Emit, limits: Limits
    ) -> None:
        self._browser = browser
        self._planner = planner
        self._gate = gate
        self._recorder = recorder
        self._emit = emit
        self._limits = limits

    async def run(self, history: History) -> Result:
        """Go on from this history until the episode ends.

        Raises BrowserError and RecordError; the intent of the step under way is then on disk without an outcome,
        and reads as unknown.
        """
        timings: list[StepTimings] = []
        deadline = asyncio.get_running_loop().time() + self._limits.max_seconds
        before: Observation | None = None
        while True:
            ended = self._limit_reached(history, deadline)
            if ended is None:
                try:
                    step, timing = await self._step(history, before, deadline)
                except _OutOfTimeError:
                    ended = Status.TIME_LIMIT, self._time_message()
                else:
                    history = history.extend(step)
                    timings.append(timing)
                    deadline += timing.gate / 1000  # a person's thinking is not the episode's
                    before = step.outcome.observation
                    ended = _ended(history)
            if ended is not None:
                status, message = _blocked_counts(*ended, history)
                return Result(status, message, history, tuple(timings))

    def _limit_reached(self, history: History, deadline: float) -> tuple[Status, str] | None:
        if len(history.steps) >= self._limits.max_steps:
            return Status.STEP_LIMIT, f"Stopped after {len(history.steps)} steps; --max-steps allows more."
        if asyncio.get_running_loop().time() >= deadline:
            return Status.TIME_LIMIT, self._time_message()
        return None

    def _time_message(self) -> str:
        return f"Stopped after {self._limits.max_seconds:g} s; --max-seconds allows more."

    async def _step(self, history: History, before: Observation | None, deadline: float) -> tuple[Step, StepTimings]:
        clock = Clock.start()
        index = len(history.steps)
        observation = _continued(await self._browser.observe(), before, index)
        clock.lap("observe")
        self._emit(Observed(observation))
        plan, verdict = await self._decide(observation, history, deadline, clock)
        observation, plan, verdict = await self._still_so(observation, plan, verdict, history, clock)
        outcome = await self._carry_out(observation, plan, verdict)
        clock.lap("act")
        step = Step(index, observation, plan, verdict, outcome)
        self._emit(Stepped(step))
        return step, clock.timings()

    async def _still_so(
        self, observation: Observation, plan: Plan, verdict: Verdict, history: History, clock: Clock
    ) -> tuple[Observation, Plan, Verdict]:
        """Look again where judging took long: what was approved must be what is there now, and as grave as it was."""
        took = clock.spent.get("gate", 0.0)
        for _ in range(MAX_SECOND_LOOKS):
            if verdict.decision is not Decision.ACT or took < LONG_MS:
                return observation, plan, verdict
            fresh = _continued(await self._browser.observe(), observation, len(history.steps))
            clock.lap("observe")
            if _is_same_choice(plan, observation, fresh):
                return observation, plan, verdict
            observation, before = fresh, clock.spent.get("gate", 0.0)
            plan = _graver(plan, observation)
            verdict = await self._judge(plan, observation, history)
            clock.lap("gate")
            took = clock.spent["gate"] - before
        if verdict.decision is Decision.ACT and took >= LONG_MS:
            verdict = replace(verdict, decision=Decision.BLOCK, reason="the page kept changing while it was judged")
        return observation, plan, verdict

    async def _decide(
        self, observation: Observation, history: History, deadline: float, clock: Clock
    ) -> tuple[Plan, Verdict]:
        plan = _graver(await _before(deadline, self._planner.plan(observation, history, self._emit)), observation)
        clock.lap("propose")
        verdict = await self._judge(plan, observation, history)
        clock.lap("gate")
        for _ in range(self._limits.max_looks):
            if verdict.decision is not Decision.LOOK_FURTHER:
                break
            plan = _graver(await _before(deadline, self._planner.deepen(plan, self._emit)), observation)
            clock.lap("imagine")
            verdict = await self._judge(plan, observation, history)
            clock.lap("gate")
        return plan, self._settled(verdict)

    async def _judge(self, plan: Plan, observation: Observation, history: History) -> Verdict:
        index = len(history.steps)
        self._emit(Planned(index, plan))
        verdict = await self._gate.judge(plan, observation, history)
        self._emit(Judged(index, plan, verdict))
        return verdict

    def _settled(self, verdict: Verdict) -> Verdict:
        if verdict.decision is not Decision.LOOK_FURTHER:
            return verdict
        reason = f"still undecided after looking further {self._limits.max_looks} times: {verdict.reason}"
        return replace(verdict, decision=Decision.BLOCK, reason=reason)

    async def _carry_out(self, observation: Observation, plan: Plan, verdict: Verdict) -> Outcome:
        async with self._recorder.step(observation, plan, verdict) as record:
            outcome = await self._act(observation, plan, verdict)
            await record.finish(outcome)
        return outcome

    async def _act(self, observation: Observation, plan: Plan, verdict: Verdict) -> Outcome:
        if verdict.decision is not Decision.ACT:
            return Outcome(observation, executed=False)
        if is_final(plan.chosen.action):
            return Outcome(observation, terminated=True)
        return await self._browser.execute(plan.chosen.action)


class _OutOfTimeError(Exception):
    """The episode's time ran out while a plan was awaited; nothing was under way."""


async def _before(deadline: float, plan: Awaitable[Plan]) -> Plan:
    """Await a plan no longer than the episode lasts; a TimeoutError of the planner's own stays one."""
    timeout = asyncio.timeout_at(deadline)
    try:
        async with timeout:
            return await plan
    except TimeoutError:
        if timeout.expired():
            raise _OutOfTimeError from None
        raise


_CLOCK = re.compile(r"\b\d+(?::\d{2})+\b|\b\d+ ?(?:seconds?|secs?|minutes?|mins?|s|m|h)\b")


def _is_same_choice(plan: Plan, before: Observation, now: Observation) -> bool:
    """Whether what was judged is what is there: the target, what goes with it and what the page says, clocks aside."""
    action = plan.chosen.action
    if before.text == now.text:
        return True
    if (before.url, before.title, before.dialogs, before.find(action.bid)) != (
        now.url,
        now.title,
        now.dialogs,
        now.find(action.bid),
    ):
        return False
    shown = [[_CLOCK.sub("", line) for line in everything(action, page)] for page in (before, now)]
    return shown[0] == shown[1]


def _graver(plan: Plan, observation: Observation) -> Plan:
    """The plan with the page's reading of its effect, where its planner thought less of it."""
    if plan.effect.is_commit:
        return plan
    return replace(plan, effect=classify(plan.chosen.action, observation))


def _continued(fresh: Observation, before: Observation | None, index: int) -> Observation:
    """The page as it is now, with what changed since the last decision."""
    changes = fresh.changes
    if before is not None:
        changes = tuple(dict.fromkeys((*before.changes, *fresh.changes)))
    return replace(fresh, step=index, changes=changes)


def _ended(history: History) -> tuple[Status, str] | None:
    """Whether the last step ended the episode."""
    step = history.steps[-1]
    if step.verdict.decision is Decision.ASK:
        return Status.NEEDS_APPROVAL, f"A person must decide on: {describe(step.action, step.observation)}"
    if is_final(step.action) and step.outcome.executed:
        status = Status.DONE if step.action.verb == "send_msg_to_user" else Status.INFEASIBLE
        return status, str(step.action.value[0]) if step.action.value else ""
    if step.outcome.truncated:
        return Status.STEP_LIMIT, "The environment ended the episode early."
    if step.outcome.terminated:
        done = step.outcome.reward > 0
        return (Status.DONE if done else Status.FAILED), "The environment ended the episode."
    if _is_stuck(history):
        doing = describe(step.action, step.observation)
        return Status.STUCK, f"Stuck: {doing} changed nothing {MAX_REPEATS + 1} times in a row."
    return None


def _is_stuck(history: History) -> bool:
    last = history.steps[-MAX_REPEATS - 1 :]
    if len(last) <= MAX_REPEATS or any(_changed_page(step) for step in last):
        return False
    acts = {(act_of(step.action, step.observation), place_of(step.action, step.observation)) for step in last}
    return len(acts) == 1


def _changed_page(step: Step) -> bool:
    after = step.outcome.observation
    return after is not None and not looks_alike(after, step.observation)


def _blocked_counts(status: Status, message: str, history: History) -> tuple[Status, str]:
    """An episode whose last commit was blocked was stopped by the gate, whatever it says of itself."""
    start = 0 if status is Status.DONE else history.resumed_at  # what was blocked before is not done by saying so
    commits = [step for step in history.steps[start:] if _tried_to_commit(step)]
    blocked = [step for step in commits if step.verdict.decision is Decision.BLOCK]
    if status is Status.NEEDS_APPROVAL or not blocked or (status is Status.DONE and blocked[-1] is not commits[-1]):
        return status, message
    last = blocked[-1]
    doing = describe(last.action, last.observation)
    said = f"It said {message!r}." if status is Status.DONE and message else message
    return Status.BLOCKED, f"{said} The gate blocked: {doing} ({last.verdict.reason}).".strip()


def _tried_to_commit(step: Step) -> bool:
    """A person who refuses what could be taken back only shows another way."""
    refused = step.verdict.reason.startswith(REFUSED)
    return step.plan.effect.is_commit or (step.verdict.decision is Decision.BLOCK and not refused)
