"""The policy that does nothing: the floor that other policies are held against."""

from __future__ import annotations

from collections.abc import Sequence

from webdreamer_app.types import Action, History, Observation, Proposal


class NoopPolicy:
    name = "noop"

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        return (Proposal(Action("noop"), "does nothing", 1.0, 0.0),)
