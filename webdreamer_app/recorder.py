"""Writes the agent's steps to the session database: the intent before the action runs, the outcome after it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

from storage.errors import StorageError
from storage.records import (
    BranchRecord,
    ImaginedStepRecord,
    ObservationRecord,
    OutcomeRecord,
    ProposalRecord,
    StepRecord,
    VerdictRecord,
)
from storage.repository import Repository
from webdreamer_app.actions import describe, format_action, parse
from webdreamer_app.codec import observation_from_data, observation_to_data
from webdreamer_app.errors import RecordError
from webdreamer_app.types import (
    Branch,
    Decision,
    Effect,
    Goal,
    History,
    ImaginedStep,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)

T = TypeVar("T")


class OpenStep:
    """A step whose intent is on disk."""

    def __init__(self, repository: Repository, step_id: int) -> None:
        self._repository = repository
        self._step_id = step_id

    async def finish(self, outcome: Outcome) -> None:
        """Commit the outcome; one that nobody knows is given up for good. Raises RecordError."""
        with _as_record_errors():
            if outcome.unknown:
                await _to_the_end(self._repository.give_up(self._step_id))
                return
            await _to_the_end(self._repository.record_outcome(self._step_id, outcome_record(outcome)))


class DatabaseRecorder:
    """The `Recorder` of real runs; numbers go on after the steps that the session already has."""

    def __init__(self, repository: Repository, session_id: str, recorded: int = 0) -> None:
        self.session_id = session_id
        self._repository = repository
        self._number = recorded

    @contextlib.asynccontextmanager
    async def step(self, observation: Observation, plan: Plan, verdict: Verdict) -> AsyncIterator[OpenStep]:
        """Commit the intent, then run the body. Raises RecordError: without a log there is no action."""
        record = intent_record(self._number, observation, plan, verdict)
        with _as_record_errors():
            step_id = await _to_the_end(self._repository.record_intent(self.session_id, record))
        self._number += 1
        yield OpenStep(self._repository, step_id)


async def _to_the_end(write: Coroutine[Any, Any, T]) -> T:
    """Finish a write even when cancelled: what happened should not become unknown because of a Ctrl-C."""
    task = asyncio.ensure_future(write)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        if not task.cancelled():
            task.exception()  # looked at: the cancellation is what the caller hears of
        raise


@contextlib.contextmanager
def _as_record_errors() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        raise RecordError(f"The step could not be recorded, so nothing more is done: {error}") from error


def intent_record(number: int, observation: Observation, plan: Plan, verdict: Verdict) -> StepRecord:
    """What is known of a step before it runs."""
    weighed = _weighed(plan)
    chosen = weighed.index(plan.chosen)
    return StepRecord(
        number=number,
        observation=observation_record(observation),
        action=format_action(plan.chosen.action),
        description=describe(plan.chosen.action, observation),
        effect=plan.effect.value,
        horizon=plan.horizon,
        decided_at=time.time(),
        proposals=tuple(
            _proposal(one, chosen=place == chosen, offered=place < len(plan.proposals))
            for place, one in enumerate(weighed)
        ),
        verdict=VerdictRecord(
            verdict.decision.value, verdict.reason, verdict.risk, verdict.uncertainty, verdict.threshold
        ),
        branches=tuple(_branch(branch, weighed.index(branch.proposal)) for branch in plan.branches),
    )


def _weighed(plan: Plan) -> list[Proposal]:
    """What the policy offered, then what was chosen or imagined without having been offered."""
    weighed = list(plan.proposals)
    for one in (plan.chosen, *(branch.proposal for branch in plan.branches)):
        if one not in weighed:
            weighed.append(one)
    return weighed


def _proposal(one: Proposal, *, chosen: bool, offered: bool) -> ProposalRecord:
    return ProposalRecord(format_action(one.action), one.rationale, one.probability, one.commit_risk, chosen, offered)


def _branch(branch: Branch, place: int) -> BranchRecord:
    steps = tuple(
        ImaginedStepRecord(
            format_action(step.action), step.text, step.value, step.uncertainty_policy, step.uncertainty_model
        )
        for step in branch.steps
    )
    return BranchRecord(format_action(branch.proposal.action), branch.value, branch.uncertainty, steps, place)


def observation_record(observation: Observation) -> ObservationRecord:
    """The page, and apart from it what differs each time the same page is seen: so it is stored once."""
    content = observation_to_data(observation)
    moment = {name: content.pop(name) for name in ("changes", "step")}
    return ObservationRecord.of(observation.url, observation.title, content, moment)


def outcome_record(outcome: Outcome) -> OutcomeRecord:
    return OutcomeRecord(
        observation=observation_record(outcome.observation) if outcome.observation else None,
        error=outcome.error,
        executed=outcome.executed,
        reward=outcome.reward,
        terminated=outcome.terminated,
        truncated=outcome.truncated,
        held_requests=outcome.held_requests,
    )


def step_from_record(record: StepRecord) -> Step:
    """The step as it was; a step without an outcome reads "outcome unknown"."""
    weighed = tuple(
        Proposal(parse(one.action), one.rationale, one.probability, one.commit_risk) for one in record.proposals
    )
    pairs = tuple(zip(weighed, record.proposals, strict=True))
    plan = Plan(
        chosen=next((one for one, stored in pairs if stored.chosen), Proposal(parse(record.action))),
        proposals=tuple(one for one, stored in pairs if stored.offered),
        branches=tuple(_branch_from(one, weighed) for one in record.branches),
        horizon=record.horizon,
        effect=Effect(record.effect),
    )
    verdict = record.verdict
    return Step(
        index=record.number,
        observation=_observation_from(record.observation),
        plan=plan,
        verdict=Verdict(
            Decision(verdict.decision), verdict.reason, verdict.risk, verdict.uncertainty, verdict.threshold
        ),
        outcome=_outcome_from(record.outcome),
    )


def _branch_from(record: BranchRecord, weighed: tuple[Proposal, ...]) -> Branch:
    proposal = Proposal(parse(record.action)) if record.proposal is None else weighed[record.proposal]
    steps = tuple(
        ImaginedStep(parse(one.action), one.predicted, one.value, one.uncertainty_policy, one.uncertainty_model)
        for one in record.steps
    )
    return Branch(proposal, steps, record.value, record.uncertainty)


def _observation_from(record: ObservationRecord) -> Observation:
    return observation_from_data(record.data())


def _outcome_from(record: OutcomeRecord | None) -> Outcome:
    if record is None:
        return Outcome(observation=None, error="outcome unknown", unknown=True)
    return Outcome(
        observation=_observation_from(record.observation) if record.observation else None,
        error=record.error,
        reward=record.reward,
        terminated=record.terminated,
        truncated=record.truncated,
        held_requests=record.held_requests,
        executed=record.executed,
    )


async def load_history(repository: Repository, session_id: str, goal: Goal) -> History:
    """Every recorded step of a session. Raises RecordError."""
    with _as_record_errors():
        records = await repository.steps(session_id)
    return History(goal, tuple(step_from_record(record) for record in records))
