"""A few of the malformed documents and random actions that `benchmarks.fuzz` goes through by the thousand."""

from __future__ import annotations

import pytest

from benchmarks.fuzz import LIMIT_S, Fuzz

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_nothing_escapes_from_malformed_documents_and_random_actions() -> None:
    fuzz = Fuzz(seed=7)
    await fuzz.run(30, 60, lambda words: None)
    assert fuzz.escaped == []
    assert fuzz.slowest_s < LIMIT_S
    assert fuzz.counts["done"] and fuzz.counts["failed"] and fuzz.counts["not an action"]
