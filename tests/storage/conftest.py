"""Real database files, and steps to put in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from storage.records import (
    BranchRecord,
    ImaginedStepRecord,
    ObservationRecord,
    OutcomeRecord,
    ProposalRecord,
    StepRecord,
    VerdictRecord,
)
from storage.repository import Repository, open_repository


def page(text: str = "a page", url: str = "http://shop.test/", **moment: Any) -> ObservationRecord:
    return ObservationRecord.of(url, f"title of {text[:20]}", {"text": text}, moment or None)


def step(number: int = 0, **changed: Any) -> StepRecord:
    values: dict[str, Any] = {
        "number": number,
        "observation": page(f"page {number}", step=number),
        "action": f"click('{number}')",
        "description": "click button 'Pay'",
        "effect": "irreversible",
        "horizon": 2,
        "decided_at": 1_000.0 + number,
        "proposals": (
            ProposalRecord(f"click('{number}')", "pays", 0.75, 0.125, True),
            ProposalRecord("go_back()", "", 0.25, None, False),
        ),
        "verdict": VerdictRecord("act", "risk below threshold", 0.125, 0.5, 0.25),
        "branches": (
            BranchRecord(
                f"click('{number}')", 0.5, 0.25,
                (ImaginedStepRecord("go_back()", "a page to come", 0.5, 0.25, None),
                 ImaginedStepRecord("noop()", "and another", 0.0, None, 0.75)),
                0,
            ),
            BranchRecord("go_back()", 0.25, 0.0, (), 1),
        ),
    }  # fmt: skip
    return StepRecord(**(values | changed))


def outcome(**changed: Any) -> OutcomeRecord:
    values: dict[str, Any] = {
        "observation": page("after"), "error": "", "executed": True, "reward": 0.5, "terminated": False,
        "truncated": False, "held_requests": ("POST http://shop.test/pay",), "finished_at": 2_000.0,
    }  # fmt: skip
    return OutcomeRecord(**(values | changed))


@pytest.fixture
def make_page() -> Callable[..., ObservationRecord]:
    return page


@pytest.fixture
def make_step() -> Callable[..., StepRecord]:
    return step


@pytest.fixture
def make_outcome() -> Callable[..., OutcomeRecord]:
    return outcome


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "sessions.db"


@pytest.fixture
async def repository(place: Path) -> AsyncIterator[Repository]:
    async with open_repository(place) as opened:
        yield opened


@pytest.fixture
async def session(repository: Repository) -> str:
    return await repository.create_session("buy a mug", "http://shop.test/", {"name": "Elmira"}, {"seed": 1})
