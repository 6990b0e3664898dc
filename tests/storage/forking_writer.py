"""Run as a program by the kill tests: for each line read, forks a process that records steps until it is killed.

It writes to stdout, one line each and only after the call returned: `child PID`, `intent NUMBER`, `outcome NUMBER`,
and `dead` when the child is gone.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

from storage.records import (
    BranchRecord,
    ImaginedStepRecord,
    ObservationRecord,
    OutcomeRecord,
    ProposalRecord,
    StepRecord,
    VerdictRecord,
)
from storage.repository import open_repository


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def decided(number: int) -> StepRecord:
    page = ObservationRecord.of("http://shop.test/", "Shop", {"text": f"page {number} " * 300}, {"step": number})
    imagined = (ImaginedStepRecord("noop()", "a page", 0.5, None, None),)
    return StepRecord(
        number, page, f"click('{number}')", "click", "irreversible", 1, time.time(),
        (ProposalRecord(f"click('{number}')", "", 1.0, 0.5, True),), VerdictRecord("act", "", 0.5, None, 0.9),
        (BranchRecord(f"click('{number}')", 0.5, 0.1, imagined, 0),),
    )  # fmt: skip


async def record(place: str, session: str) -> None:
    async with open_repository(place) as repository:
        await repository.mark_unknown(session)
        recorded = await repository.steps(session)
        number = recorded[-1].number + 1 if recorded else 0
        while True:
            step = decided(number)
            key = await repository.record_intent(session, step)
            say(f"intent {number}")
            await repository.record_outcome(key, OutcomeRecord(step.observation, "", True, 0.0, False, False))
            say(f"outcome {number}")
            number += 1


def main(place: str, session: str) -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(record(place, session))
        say(f"child {child}")
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main(*sys.argv[1:])
