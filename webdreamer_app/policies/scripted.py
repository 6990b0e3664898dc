"""A policy that follows a script: for tests, and for replaying a known way through a site."""

from __future__ import annotations

from collections.abc import Sequence

from webdreamer_app.actions import parse
from webdreamer_app.types import Action, History, Observation, Proposal

ENDED = Action("report_infeasible", "", ("The script has ended.",))


class ScriptedPolicy:
    """At step n it proposes the script's n-th line: an action, or several in order of preference.

    Raises ActionSyntaxError when a line isn't an action.
    """

    name = "scripted"

    def __init__(self, actions: Sequence[str | Sequence[str]], commit_risk: float | None = None) -> None:
        lines = [[line] if isinstance(line, str) else line for line in actions]
        self._lines = tuple(tuple(parse(text) for text in line) for line in lines)
        self._commit_risk = commit_risk

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        place = len(history.steps)
        line = self._lines[place] if place < len(self._lines) else (ENDED,)
        total = sum(range(1, len(line) + 1))
        return tuple(
            Proposal(action, f"line {place + 1} of the script", (len(line) - rank) / total, self._commit_risk)
            for rank, action in enumerate(line)
        )
