"""The oracle policy: what a task's own oracle says, as proposals. The ceiling that other policies are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webdreamer_app.actions import parse
from webdreamer_app.types import Action, History, Observation, Proposal

LOST = Action("report_infeasible", "", ("The oracle knows no way on from this page.",))


class OraclePolicy:
    """Maps the serialized page through a task's oracle; every acceptable action is equally probable.

    The oracle knows the answer, so the commit risk of what it proposes is 0.
    """

    name = "oracle"

    def __init__(self, oracle: Callable[[str], tuple[str, ...]]) -> None:
        self._oracle = oracle

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        """Best first. Raises ActionSyntaxError when the oracle answers outside the grammar."""
        actions = [parse(text) for text in self._oracle(observation.text)] or [LOST]
        return tuple(Proposal(action, "oracle", 1 / len(actions), 0.0) for action in actions)
