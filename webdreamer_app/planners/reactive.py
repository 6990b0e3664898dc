"""The reactive planner: the policy's most probable action that this page hasn't refused or failed yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from webdreamer_app.effects import EDITING_VERBS, classify
from webdreamer_app.events import Emit
from webdreamer_app.identity import Act, act_of, looks_alike, page_path, place_of
from webdreamer_app.protocols import Policy
from webdreamer_app.types import Action, Decision, Effect, History, Observation, Plan, Proposal, Step

MAX_FAILURES = 3
"""How often the same action may fail on a page before it is passed over."""
MAX_IDLE = 2
"""How often the same action may leave the page as it is before it is passed over."""
MIN_LEFT = 0.05
"""Where something was blocked, the least probability at which another action is taken for a way on."""
LOOPING_VERBS = EDITING_VERBS | {"click", "press", "goto", "go_back", "go_forward", "expand"}
MAX_ROUNDS = 3
"""How often the same act may lead away from a page and back to it before it is passed over."""
MAX_ROUNDS_OF = {Effect.IRREVERSIBLE: 1, Effect.UNKNOWN: 2}
"""The same for what can't be taken back, which is done once, and for what may be such or a form's way on."""
WORTH_OF_A_ROUND = 0.1
"""What each such round leaves of an act's probability: it may be the way on all the same, if all else is improbable."""
NOTHING_LEFT = Action("report_infeasible", "", ("Nothing that could be done here is left to try.",))

Key = tuple[Act, int]


class ReactivePlanner:
    """Implements `protocols.Planner` without imagination: horizon 0, no branches."""

    name = "reactive"

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    async def plan(self, observation: Observation, history: History, emit: Emit) -> Plan:
        """The argmax over the proposals that remain; `report_infeasible` when none does."""
        proposals = await self._policy.propose(observation, history)
        blocked = _blocked(observation, history)
        rounds, idle = _rounds(observation, history)
        refused = blocked | _failing(observation, history)
        for one in proposals:
            most = MAX_ROUNDS_OF.get(classify(one.action, observation), MAX_ROUNDS)
            if rounds[_key(one.action, observation)] >= most:
                refused.add(_key(one.action, observation))
        refused |= {key for key, count in idle.items() if count >= MAX_IDLE}
        left = [one for one in proposals if _key(one.action, observation) not in refused]

        def worth(one: Proposal) -> float:
            return one.probability * WORTH_OF_A_ROUND ** rounds[_key(one.action, observation)]

        chosen = max(left, key=worth, default=None)
        if chosen is None or (
            chosen.probability < MIN_LEFT and blocked & {_key(o.action, observation) for o in proposals}
        ):
            return Plan(_nothing_left(len(proposals)), proposals, effect=classify(NOTHING_LEFT, observation))
        return Plan(chosen, proposals, effect=classify(chosen.action, observation))

    async def deepen(self, plan: Plan, emit: Emit) -> Plan:
        """There is nothing deeper to look at: the same plan."""
        return plan


def _nothing_left(proposed: int) -> Proposal:
    return Proposal(NOTHING_LEFT, f"all {proposed} proposals were refused or kept failing on this page")


def _blocked(observation: Observation, history: History) -> set[Key]:
    """Acts that were blocked on this page in this episode."""
    return {_key(step.action, step.observation) for step in _here(observation, history) if _was_blocked(step)}


def _failing(observation: Observation, history: History) -> set[Key]:
    """Acts that failed on this page too often."""
    failed = (step for step in _here(observation, history) if step.outcome.error and not _was_blocked(step))
    failures = Counter(_key(step.action, step.observation) for step in failed)
    return {key for key, count in failures.items() if count >= MAX_FAILURES}


def _here(observation: Observation, history: History) -> Iterator[Step]:
    here = page_path(observation.url)
    for step in history.steps:
        if page_path(step.observation.url) == here and not _may_be_decided_anew(step, history):
            yield step


def _rounds(observation: Observation, history: History) -> tuple[Counter[Key], Counter[Key]]:
    """How often acts led away from this very page and back to it, and how often they left it as it is.

    The first round of an edit is free: forms that forget what was typed are filled in once more.
    """
    idle: Counter[Key] = Counter()
    circled: Counter[Key] = Counter()
    edits: set[Key] = set()
    for step in history.steps:
        after = step.outcome.observation
        if not looks_alike(step.observation, observation) or step.action.verb not in LOOPING_VERBS or after is None:
            continue
        if step.index < history.resumed_at:  # its page was opened anew
            continue
        key = _key(step.action, step.observation)
        if step.action.verb in EDITING_VERBS:
            edits.add(key)
        if not looks_alike(after, observation) and step.outcome.executed:
            circled[key] += 1
        elif not step.outcome.error:
            idle[key] += 1
    return circled - Counter(edits), idle


def _may_be_decided_anew(step: Step, history: History) -> bool:
    """Held or blocked in an earlier run: a resumed one asks again."""
    return step.index < history.resumed_at and not step.outcome.executed


def _was_blocked(step: Step) -> bool:
    return step.verdict.decision is Decision.BLOCK and not step.outcome.executed


def _key(action: Action, observation: Observation) -> Key:
    """Equally named targets count apart here, so that one refused 'Remove' leaves the others."""
    return act_of(action, observation), place_of(action, observation)
