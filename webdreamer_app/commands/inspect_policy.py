"""`inspect-policy`: what the embedded policy would do on a page, how sure it is, and which words made it so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from webdreamer_app.actions import describe
from webdreamer_app.commands.observe import read_page
from webdreamer_app.config import Config, load_profile
from webdreamer_app.console import stdout
from webdreamer_app.errors import CheckpointError, UsageError
from webdreamer_app.gate import FOREIGN
from webdreamer_app.types import Goal, History, Observation

if TYPE_CHECKING:
    from webdreamer_app.policies.scorer.deciding import Decider

_PASSES = 8
_WORDS = 6
_LEAST_WORTH = 0.05
"""Fall of the log-probability below which a word is not named."""


async def inspect_policy(
    config: Config, page: str, task: str, profile: Path | None, shown: int, advice: Sequence[str] = ()
) -> None:
    """Print the candidates with their probabilities. Raises UsageError, BrowserError, CheckpointError."""
    from webdreamer_app.policies.scorer.features import MAX_ADVICE

    if len(advice) > MAX_ADVICE:
        raise UsageError(f"--advice was given {len(advice)} times; the policy reads {MAX_ADVICE}: leave some out.")
    goal = Goal(task, load_profile(profile) if profile else {})
    seen = await read_page(config, page)
    decider = await asyncio.to_thread(_load, config)
    for line in await asyncio.to_thread(_told, decider, seen, History(goal), shown, advice):
        stdout(line)


def _load(config: Config) -> Decider:
    from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
    from webdreamer_app.policies.scorer.deciding import Decider
    from worldmodel.checkpoint import CheckpointFormatError
    from worldmodel.text_encoder import EncoderError, TextEncoder

    try:
        return Decider.load(config.policy_path or DEFAULT_WEIGHTS, TextEncoder.load())
    except (CheckpointFormatError, EncoderError) as error:
        raise CheckpointError(f"The policy's weights can't be used: {error}") from error


def _told(decider: Decider, page: Observation, history: History, shown: int, advice: Sequence[str]) -> list[str]:
    from webdreamer_app.policies.scorer.deciding import mutual_information

    found = decider.decide(page, history, advice)
    state = decider.state(page, history, advice)
    passes = decider.passes(state, _PASSES)
    lines = [f"{page.title or 'untitled'} ({page.url}): {len(state.rows)} rows, {len(found)} candidates"]
    for place, one in enumerate(found[:shown], 1):
        risk = "" if one.commit_risk is None else f", wrong if it commits {one.commit_risk:.2f}"
        lines.append(f"{place:3}. {one.probability:6.3f}  {describe(one.action, page)}{risk}")
    lines.append(f"Disagreement of {_PASSES} passes with dropout: {mutual_information(passes):.4f} nats")
    if found and found[0].foreign is not None:
        is_foreign = "outside what it learned" if found[0].foreign >= FOREIGN else "of a kind that it knows"
        lines.append(f"The page is {is_foreign}: further than {found[0].foreign:.1%} of the pages it was tried on")
    worth = sorted(decider.worth_of_words(state, found[0].action), key=lambda pair: -pair[1])
    named = [f"{word} ({fall:+.2f})" for word, fall in worth[:_WORDS] if fall >= _LEAST_WORTH]
    if named:
        lines.append(f"Words that speak for the first: {', '.join(named)}")
    return lines
