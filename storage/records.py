"""What is stored, as plain frozen data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SessionRecord:
    id: str
    created_at: float
    """Seconds since the epoch."""
    instruction: str
    profile: str
    """JSON object."""
    url: str
    config: str
    """JSON object."""
    task_id: str = ""
    ended_at: float | None = None
    status: str = "running"
    message: str = ""
    grade: str | None = None
    """JSON object."""


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """A page, content-addressed; `content` is JSON text, stored compressed and once."""

    url: str
    title: str
    content: str
    moment: str | None = None
    """JSON object: what is true of this sight of the page only, and kept out of the shared content."""

    @classmethod
    def of(
        cls, url: str, title: str, content: dict[str, Any], moment: dict[str, Any] | None = None
    ) -> ObservationRecord:
        """ASCII JSON keeps lone surrogates and NULs exactly as they are."""
        return cls(url, title, _ascii_json(content), None if moment is None else _ascii_json(moment))

    def data(self) -> dict[str, Any]:
        """Content and moment in one."""
        content: dict[str, Any] = json.loads(self.content)
        return content | json.loads(self.moment) if self.moment else content


def _ascii_json(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    action: str
    rationale: str
    probability: float
    commit_risk: float | None
    chosen: bool
    offered: bool = True
    """False for one that was weighed or chosen without having been among the policy's proposals."""


@dataclass(frozen=True, slots=True)
class ImaginedStepRecord:
    action: str
    predicted: str
    value: float
    uncertainty_policy: float | None
    uncertainty_model: float | None


@dataclass(frozen=True, slots=True)
class BranchRecord:
    action: str
    value: float
    uncertainty: float
    steps: tuple[ImaginedStepRecord, ...]
    proposal: int | None = None
    """Place in the step's proposals of the one it grew from."""


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    decision: str
    reason: str
    risk: float | None
    uncertainty: float | None
    threshold: float | None


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    observation: ObservationRecord | None
    error: str
    executed: bool
    reward: float
    terminated: bool
    truncated: bool
    held_requests: tuple[str, ...] = ()
    finished_at: float = 0.0


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One decided step. `state` is `intent` until the outcome is there, `unknown` where it never came."""

    number: int
    observation: ObservationRecord
    action: str
    description: str
    effect: str
    horizon: int
    decided_at: float
    proposals: tuple[ProposalRecord, ...]
    verdict: VerdictRecord
    branches: tuple[BranchRecord, ...] = ()
    outcome: OutcomeRecord | None = None
    state: str = "intent"
    session_id: str = field(default="")
