"""What the agent loop announces. Screens listen; the loop knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webdreamer_app.types import Observation, Plan, Step, Verdict


@dataclass(frozen=True, slots=True)
class SessionStarted:
    session_id: str
    instruction: str
    url: str


@dataclass(frozen=True, slots=True)
class Observed:
    observation: Observation


@dataclass(frozen=True, slots=True)
class Planned:
    index: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class Judged:
    index: int
    plan: Plan
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Stepped:
    step: Step


@dataclass(frozen=True, slots=True)
class SessionEnded:
    session_id: str
    status: str
    """One of the statuses in `webdreamer_app.agent.Status`, or `interrupted` or `broken`."""
    message: str
    steps: int


Event = SessionStarted | Observed | Planned | Judged | Stepped | SessionEnded
Emit = Callable[[Event], None]
