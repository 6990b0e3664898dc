"""Builds an agent from a configuration: the only place where parts are chosen by name."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from webdreamer_app.agent import Agent
from webdreamer_app.config import Config
from webdreamer_app.errors import UsageError
from webdreamer_app.events import Emit
from webdreamer_app.gate import Approve, Ask, CommitGate
from webdreamer_app.planners.reactive import ReactivePlanner
from webdreamer_app.policies.noop import NoopPolicy
from webdreamer_app.policies.oracle import OraclePolicy
from webdreamer_app.policies.random_choice import RandomPolicy
from webdreamer_app.protocols import Browser, Gate, Planner, Policy, Recorder
from webdreamer_app.results import Limits

if TYPE_CHECKING:
    from webdreamer_app.browser.driver import BrowserOptions

POLICIES = ("embedded", "oracle", "random", "noop")
PLANNERS = ("reactive",)
GATED = "+gate"
"""Suffix of a planner's name in `bench`: the same planner behind the calibrated gate."""

_importing = threading.Lock()
"""Packages that load their parts late break when two threads import them at once."""

OracleFunction = Callable[[str], tuple[str, ...]]


def check_policy(config: Config, *, on_suite: bool) -> None:
    """Raises UsageError when there is no such policy, not here, or its weights are named and not there."""
    name = config.policy
    if name not in POLICIES:
        raise UsageError(f"There is no policy {name!r}; {_nearest(name, POLICIES)}")
    if name != "embedded" and not on_suite:
        raise UsageError(f"The policy {name!r} works on the bundled suites only: use --policy embedded.")
    if name == "embedded" and config.policy_path is not None and not config.policy_path.is_file():
        raise UsageError(f"There is no file {config.policy_path}: set policy_path to weights, or leave it out.")


def check_planner(name: str, *, gated: bool = False) -> None:
    """Raises UsageError when there is no such planner."""
    known = (*PLANNERS, *(f"{planner}{GATED}" for planner in PLANNERS)) if gated else PLANNERS
    if name not in known:
        raise UsageError(f"There is no planner {name!r}; {_nearest(name, known)}")


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}."


async def load_policy(config: Config, oracle: OracleFunction | None = None) -> Policy:
    """The policy by name; heavy weights are read in a thread. Raises UsageError, CheckpointError."""
    check_policy(config, on_suite=oracle is not None)
    if config.policy == "oracle":
        assert oracle is not None, "checked above"
        return OraclePolicy(oracle)
    if config.policy == "random":
        return RandomPolicy(config.seed)
    if config.policy == "noop":
        return NoopPolicy()
    return await asyncio.to_thread(_embedded, config)


def warm_up(config: Config) -> None:
    """Import what `load_policy` will need, which takes seconds: for a thread beside database, site and browser.

    What fails here fails again in `load_policy`, which says so.
    """
    if config.policy == "embedded":
        with _importing, contextlib.suppress(Exception):
            import webdreamer_app.policies.embedded  # noqa: F401 - only its import is wanted
            from worldmodel.text_encoder import import_model_code

            import_model_code()


def _embedded(config: Config) -> Policy:
    with _importing:
        from webdreamer_app.policies.embedded import EmbeddedPolicy

        return EmbeddedPolicy.load(config.policy_path, config.device)


def make_planner(name: str, policy: Policy) -> Planner:
    """Raises UsageError."""
    check_planner(name)
    return ReactivePlanner(policy)


def make_gate(approve: str, tau_commit: float, ask: Ask | None, *, interactive: bool) -> Gate:
    return CommitGate(Approve(approve), ask, tau_commit, interactive)


def make_agent(config: Config, browser: Browser, policy: Policy, gate: Gate, recorder: Recorder, emit: Emit) -> Agent:
    limits = Limits(config.max_steps, config.max_seconds)
    return Agent(browser, make_planner(config.planner, policy), gate, recorder, emit, limits)


def browser_options(config: Config) -> BrowserOptions:
    from webdreamer_app.browser.driver import BrowserOptions

    return BrowserOptions(
        headed=config.headed,
        executable=config.chromium,
        timeout_s=config.timeout_s,
        page_tokens=config.page_tokens,
    )
