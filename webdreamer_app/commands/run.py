"""`run` and `demo`: one session on a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from storage.repository import Repository, open_repository
from tasks.suites import is_bundled, joins_browser
from tasks.task import Grade, Suite, Task
from webdreamer_app.actions import describe
from webdreamer_app.assemble import check_planner, check_policy, warm_up
from webdreamer_app.commands.measure import check_foreign
from webdreamer_app.config import Config, load_profile
from webdreamer_app.console import JsonLines, PlainLines, one_line, stderr, stdout
from webdreamer_app.errors import UsageError
from webdreamer_app.events import Emit
from webdreamer_app.gate import Ask
from webdreamer_app.session import STORED, SessionPlan, SessionResult, resume_plan, run_session
from webdreamer_app.suites import find_suite
from webdreamer_app.summary import summary
from webdreamer_app.types import Goal, Observation
from webdreamer_app.types import Plan as StepPlan


def is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


async def ask_person(plan: StepPlan, observation: Observation, risk: float | None, reason: str) -> bool:
    """Ask on the terminal; anything but a plain yes refuses."""
    shown = f" (risk {risk:.2f})" if risk is not None else ""
    stderr(f"\nOn {one_line(observation.title)!r}, {one_line(observation.url)}")
    stderr(f"  wants to: {one_line(describe(plan.chosen.action, observation))} [{plan.effect}]")
    for line in summary(plan.chosen.action, observation):
        stderr(f"    {one_line(line)}")
    stderr(f"  because it is held: {one_line(reason)}{shown}")
    sys.stderr.write("Allow it? [y/N] ")
    sys.stderr.flush()
    answer = await _read_answer()
    return answer.strip().lower() in ("y", "yes")


async def _read_answer() -> str:
    """One line typed from now on. Cancelling ends the wait: no thread is left behind that reads."""
    with contextlib.suppress(ImportError, OSError):
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not line.done():
            line.set_result(sys.stdin.readline())

    try:
        loop.add_reader(sys.stdin, read)
    except (NotImplementedError, OSError):  # loops that can't watch a terminal
        return await asyncio.to_thread(sys.stdin.readline)
    try:
        return await line
    finally:
        loop.remove_reader(sys.stdin)


def _listener(as_json: bool) -> Emit:
    return JsonLines(stdout) if as_json else PlainLines(stdout)


def _asker() -> Ask | None:
    return ask_person if is_interactive() else None


async def run_task(
    config: Config, instruction: str, url: str, profile: Path | None, as_json: bool, accept_risk: bool
) -> int:
    """A task on any site; the exit status."""
    check_policy(config, on_suite=False)
    check_planner(config.planner)
    _check_url(url)
    approve = config.approve or ("ask" if is_interactive() else "deny")
    if approve == "all" and not accept_risk:
        raise UsageError(
            "--approve all on a site that isn't bundled needs --i-accept-the-risk as well: nothing would be asked."
        )
    if approve == "gate":
        stderr(
            "Warning: the commit score was not trained on this site, so its risk is a guess; --approve ask asks you."
        )
    goal = Goal(instruction, load_profile(profile) if profile else {})
    return await _go(config, SessionPlan(goal, url, approve), as_json)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(f"{url!r} is not a web address: write it with http:// or https://.")


def _shown(suite: Suite, seed: int) -> Task:
    """The task of a demo: the one that a bundled site shows itself with, else the last split's first."""
    from tasks.site.serving import ThemedSuite

    if isinstance(suite, ThemedSuite):
        return suite.showcase(seed)
    split = "validation" if "validation" in suite.splits else suite.splits[-1]
    return suite.sample(split, 1, seed)[0]


async def run_demo(config: Config, suite_name: str, as_json: bool) -> int:
    """One task of a bundled suite; the exit status."""
    check_policy(config, on_suite=True)
    check_planner(config.planner)
    approve = config.approve or ("gate" if is_bundled(suite_name) else "ask" if is_interactive() else "deny")
    check_foreign(suite_name, config, approve == "all", False)
    suite = find_suite(suite_name, config)
    task = _shown(suite, config.seed)
    return await _go(config, SessionPlan(Goal(task.instruction, dict(task.profile)), "", approve, task), as_json)


async def resume(
    settings: Callable[[Mapping[str, Any] | None], Config], prefix: str, as_json: bool, accept_risk: bool
) -> int:
    """Go on with a stored session; the exit status. `settings` makes the configuration over the stored one."""
    config = settings(None)
    async with open_repository(config.db) as repository:
        plan, stored = await resume_plan(repository, prefix)
        approve = config.approve or ("ask" if is_interactive() else plan.approve)
        config = settings({name: stored[name] for name in STORED if name in stored})
        plan = replace(plan, approve=approve)
        is_ours = plan.task is not None and is_bundled(plan.task.suite)
        if plan.approve == "all" and not is_ours and not accept_risk:
            raise UsageError(
                "--approve all on a site that isn't bundled needs --i-accept-the-risk as well: nothing would be asked."
            )
        check_policy(config, on_suite=plan.task is not None)
        check_planner(config.planner)
        return await _run(config, plan, repository, as_json)


async def _go(config: Config, plan: SessionPlan, as_json: bool) -> int:
    warming = asyncio.create_task(asyncio.to_thread(warm_up, config))
    async with open_repository(config.db) as repository:
        status = await _run(config, plan, repository, as_json)
    await warming
    return status


async def _run(config: Config, plan: SessionPlan, repository: Repository, as_json: bool) -> int:
    asker = _asker()
    done = await run_session(config, plan, repository, _listener(as_json), asker, interactive=asker is not None)
    _report(done, config, as_json, can_go_on=plan.task is None or not joins_browser(plan.task.suite))
    return done.exit_status


def _more_steps(done: SessionResult, config: Config) -> str:
    """What a resumed run needs besides, where this one used up its steps."""
    taken = len(done.result.history.steps)
    return f" --max-steps {taken + config.max_steps}" if taken >= config.max_steps else ""


def _report(done: SessionResult, config: Config, as_json: bool, *, can_go_on: bool) -> None:
    write = stderr if as_json else stdout
    if done.grade is not None:
        write(_graded(done.grade))
        if as_json:
            stdout(_grade_line(done))
    if done.exit_status == 3 and not done.was_refused and can_go_on:
        write(
            f"A person must decide: webdreamer run --resume {done.session_id} --approve ask{_more_steps(done, config)}"
        )
    write(f"Log: webdreamer show {done.session_id}")


def _graded(grade: Grade) -> str:
    if grade.undecided:
        return f"{grade.detail} {grade.undecided}"
    word = "success" if grade.success else "not as asked"
    return f"Grade from the site's own records: {word}, reward {grade.reward:.2f}. {grade.detail}"


def _grade_line(done: SessionResult) -> str:
    import json

    grade = done.grade
    assert grade is not None
    return json.dumps({"event": "grade", "session": done.session_id, "success": grade.success, "reward": grade.reward,
                       "wrong_commits": list(grade.wrong_commits), "undecided": grade.undecided})  # fmt: skip
