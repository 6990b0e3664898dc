"""The verdict without which nothing irreversible happens. Fails closed: no evidence, or an error, never means act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from webdreamer_app.actions import describe
from webdreamer_app.effects import CHOICE_ROLES, EDITING_VERBS, classify
from webdreamer_app.errors import ConfigError
from webdreamer_app.identity import act_of, page_path
from webdreamer_app.page_check import Evidence, check, strongest
from webdreamer_app.typed_check import check_typed
from webdreamer_app.types import Action, Decision, Effect, Element, History, Observation, Plan, Step, Verdict

Ask = Callable[[Plan, Observation, float | None, str], Awaitable[bool]]
"""Asks a person: the plan, the page, the risk where it is known, the reason. True approves."""


REFUSED = "a person refused"
FOREIGN = 0.98
"""From which rank on a page counts as foreign to the policy."""
SURE = 0.7
"""From which probability on a choice on a foreign page that can be taken back is made without asking."""


class Approve(StrEnum):
    """Who decides on what can't be taken back."""

    ASK = "ask"
    DENY = "deny"
    GATE = "gate"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CommitGate:
    """Implements `protocols.Gate`. Raises ConfigError when `tau_commit` isn't a number from 0 to 1."""

    approve: Approve
    ask: Ask | None
    """How a person is asked; None: nobody is there, and an `ask` verdict stops the episode."""
    tau_commit: float
    """With `gate`: the largest risk at which a commit may happen."""
    interactive: bool = False
    """Whether a person may settle what the gate can't; otherwise it blocks."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.tau_commit <= 1.0:
            raise ConfigError(f"tau_commit = {self.tau_commit} is out of range: give a number from 0 to 1.")

    async def judge(self, plan: Plan, observation: Observation, history: History) -> Verdict:
        """The verdict on the plan's chosen action, on this page."""
        try:
            return await self._judge(plan, observation, history)
        except Exception as error:
            # Whatever went wrong while judging, the action must not run because of it.
            decision = Decision.ASK if self.interactive and self.ask is None else Decision.BLOCK
            told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            return Verdict(decision, f"the gate could not judge ({told})", uncertainty=_uncertainty(plan))

    async def _judge(self, plan: Plan, observation: Observation, history: History) -> Verdict:
        effect = plan.effect
        if not effect.is_commit:
            effect = classify(plan.chosen.action, observation)
        repeated = _unknown_before(plan, observation, history)
        if repeated is not None and (effect.is_commit or _still_there(repeated, history)):
            reason = f"outcome unknown at step {repeated.index}; not retried"
            return await self._settle(plan, observation, None, reason)
        if not effect.is_commit:
            lost = _foreign(plan) if self.approve in (Approve.ASK, Approve.GATE) and self.interactive else ""
            if lost and effect is not Effect.READ and _is_unsure(plan):
                return await self._consult(plan, observation, None, lost)
            return Verdict(Decision.ACT, f"{effect}: can be taken back")
        return await self._judge_commit(plan, observation, history)

    async def _judge_commit(self, plan: Plan, observation: Observation, history: History) -> Verdict:
        action = describe(plan.chosen.action, observation)
        uncertainty = _uncertainty(plan)
        known = _valid(plan.chosen.commit_risk)
        if self.approve is Approve.ALL:
            return Verdict(Decision.ACT, "every action is approved (--approve all)", known, uncertainty)
        evidence = strongest(check(history.goal.instruction, observation), check_typed(history))
        risk = None if known is None else max(known, evidence.risk)
        if self.approve is Approve.DENY:
            reason = _join(f"no irreversible action may pass (--approve deny): {action}", evidence)
            return Verdict(Decision.BLOCK, reason, risk, uncertainty)
        if self.approve is Approve.ASK:
            reason = _join(f"a person must decide: {action}", evidence)
            shown = risk if risk is not None else (evidence.risk or None)
            return await self._consult(plan, observation, shown, reason)
        if risk is None:
            reason = _join(f"no usable commit risk ({plan.chosen.commit_risk}) for: {action}", evidence)
            return await self._settle(plan, observation, evidence.risk or None, reason)
        verdict = self._by_threshold(risk, evidence, uncertainty)
        lost = _foreign(plan)
        if lost and verdict.decision is Decision.ACT:
            return await self._settle(plan, observation, risk, _join(f"{lost}: {action}", evidence))
        return verdict

    def _by_threshold(self, risk: float, evidence: Evidence, uncertainty: float | None) -> Verdict:
        passes = risk <= self.tau_commit
        words = "is within" if passes else "is above"
        reason = _join(f"risk {risk:.3f} {words} tau_commit {self.tau_commit:.3f}", evidence)
        return Verdict(Decision.ACT if passes else Decision.BLOCK, reason, risk, uncertainty, self.tau_commit)

    async def _settle(self, plan: Plan, observation: Observation, risk: float | None, reason: str) -> Verdict:
        """What the gate can't decide: a person does, or it is blocked."""
        if self.interactive:
            return await self._consult(plan, observation, risk, reason)
        return Verdict(Decision.BLOCK, reason, risk, _uncertainty(plan), self._threshold)

    async def _consult(self, plan: Plan, observation: Observation, risk: float | None, reason: str) -> Verdict:
        if self.ask is None:
            return Verdict(Decision.ASK, reason, risk, _uncertainty(plan), self._threshold)
        approved = await self.ask(plan, observation, risk, reason) is True
        decision = Decision.ACT if approved else Decision.BLOCK
        said = "a person approved" if approved else REFUSED
        return Verdict(decision, f"{said} ({reason})", risk, _uncertainty(plan), self._threshold)

    @property
    def _threshold(self) -> float | None:
        return self.tau_commit if self.approve is Approve.GATE else None


def _foreign(plan: Plan) -> str:
    """That the policy should not be trusted with this page, where that is so: its scores are guesses there."""
    rank = plan.chosen.foreign
    if rank is None or rank < FOREIGN:
        return ""
    return f"the page is outside what the policy learned (further than {rank:.0%} of the pages it was tried on)"


def _is_unsure(plan: Plan) -> bool:
    """Whether a person should look at what can be taken back: not at typing, whose order is free."""
    return plan.chosen.action.verb not in EDITING_VERBS and plan.chosen.probability < SURE


def _valid(risk: float | None) -> float | None:
    """The risk when it is a probability; NaN compares false and becomes None."""
    return risk if risk is not None and 0.0 <= risk <= 1.0 else None


def _uncertainty(plan: Plan) -> float | None:
    found = (branch.uncertainty for branch in plan.branches if branch.proposal.action == plan.chosen.action)
    return next(found, None)


def _join(reason: str, evidence: Evidence) -> str:
    return f"{reason}; {evidence.reason}" if evidence.reason else reason


def _unknown_before(plan: Plan, observation: Observation, history: History) -> Step | None:
    """The last time the same act was tried, if it wasn't a reading one and nobody knows how it ended."""
    for step in reversed(history.steps):
        if not _is_same(plan.chosen.action, observation, step):
            continue
        if step.outcome.unknown:
            effects = (step.plan.effect, classify(step.action, step.observation))
            return None if set(effects) == {Effect.READ} else step
        if step.outcome.executed and not step.outcome.error:
            return None
    return None


def _is_same(action: Action, observation: Observation, step: Step) -> bool:
    """The same act, or another way to submit the same form from the same page."""
    now, then = act_of(action, observation), act_of(step.action, step.observation)
    if now == then:
        return True
    if now.path != then.path or not {now.verb, then.verb} <= {"click", "press"}:
        return False
    form, other = (one.form if one else None for one in (observation.find(action.bid), _target(step)))
    commits = classify(action, observation).is_commit and classify(step.action, step.observation).is_commit
    return form is not None and form == other and commits


def _target(step: Step) -> Element | None:
    return step.observation.find(step.action.bid)


def _still_there(unknown: Step, history: History) -> bool:
    """Whether a click or key press is about to be repeated with no other page visited since."""
    target = _target(unknown)
    if unknown.action.verb not in ("click", "press") or (target is not None and target.role in CHOICE_ROLES):
        return False  # filling a field or ticking a box anew sets it, it does not do a thing twice
    here = page_path(unknown.observation.url)
    later = (step for step in history.steps if step.index > unknown.index)
    return all(page_path(step.observation.url) == here for step in later)
