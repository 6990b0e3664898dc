"""One recorded session from start to end: site, browser, agent, grade; and going on with one that was cut short."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock
from filelock import Timeout as LockTimeout

from storage.repository import Repository
from tasks.server import ServerError
from tasks.suites import is_bundled, joins_browser
from tasks.suites import suite as suite_named
from tasks.task import Grade, JoinedSite, Site, Start, Task
from webdreamer_app.assemble import browser_options, load_policy, make_agent, make_gate
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.browser.page_text import task_words
from webdreamer_app.config import Config
from webdreamer_app.effect_addresses import only_reads
from webdreamer_app.episode import asked, cookies_of, documents, grade, grade_data, open_more
from webdreamer_app.errors import BrowserError, EnvironmentFailed, UsageError
from webdreamer_app.events import Emit, Event, SessionEnded, SessionStarted, Stepped
from webdreamer_app.gate import REFUSED, Ask
from webdreamer_app.joined import JudgedBrowser, join
from webdreamer_app.recorder import DatabaseRecorder, load_history
from webdreamer_app.results import Result, Status
from webdreamer_app.saving import SavingBrowser
from webdreamer_app.suites import find_suite, find_task
from webdreamer_app.types import Decision, Goal, History

BROKEN = "broken"
"""Status of a session that its surroundings ended: browser, server, database."""
RESUMABLE = frozenset(
    {"running", BROKEN, "interrupted"}
    | {one.value for one in (Status.NEEDS_APPROVAL, Status.BLOCKED, Status.STEP_LIMIT, Status.TIME_LIMIT)}
)
STORED = (
    "policy",
    "planner",
    "seed",
    "max_steps",
    "max_seconds",
    "tau_commit",
    "timeout_s",
    "device",
    "policy_path",
    "page_tokens",
)
"""Settings that a resumed run keeps, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a session is about. `task` is set on bundled sites."""

    goal: Goal
    url: str
    approve: str
    task: Task | None = None
    resume: str = ""
    """Id of the session to go on with."""


@dataclass(frozen=True, slots=True)
class SessionResult:
    """How a session ended; `grade` where a bundled site could judge it."""

    session_id: str
    result: Result
    grade: Grade | None = None

    @property
    def was_refused(self) -> bool:
        """Whether a person refused the commit that it was stopped at: there is nothing left for them to decide."""
        history = self.result.history
        held = [step for step in history.steps[history.resumed_at :] if step.verdict.decision is not Decision.ACT]
        return bool(held) and held[-1].verdict.reason.startswith(REFUSED)

    @property
    def exit_status(self) -> int:
        """0 done, 1 not done, 3 stopped by the gate."""
        if (
            self.grade is not None
            and not self.grade.undecided
            and self.result.status in (Status.DONE, Status.INFEASIBLE)
        ):
            return 0 if self.grade.success else 1
        return self.result.status.exit_status


class _Counted:
    """Passes events on and counts the steps."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self.steps = 0

    def __call__(self, event: Event) -> None:
        self.steps += isinstance(event, Stepped)
        self._emit(event)


async def run_session(
    config: Config, plan: SessionPlan, repository: Repository, emit: Emit, ask: Ask | None, *, interactive: bool
) -> SessionResult:
    """Run or resume one session; whatever happens, how it ended is recorded. Raises WebDreamerErrors."""
    session_id = plan.resume or await repository.create_session(
        plan.goal.instruction,
        plan.url,
        dict(plan.goal.profile),
        _config_data(config, plan),
        plan.task.id if plan.task else "",
    )
    folder = config.data_dir / "sessions" / session_id
    counted = _Counted(emit)
    try:
        with _only_here(session_id, folder):
            if plan.resume:
                await repository.mark_unknown(session_id)
                await repository.reopen_session(session_id)
            return await _run(config, plan, repository, counted, ask, session_id, folder, interactive)
    except asyncio.CancelledError:
        message = f"webdreamer run --resume {session_id} goes on."
        await asyncio.shield(repository.end_session(session_id, "interrupted", message))
        emit(SessionEnded(session_id, "interrupted", message, counted.steps))
        raise
    except EnvironmentFailed as error:
        with contextlib.suppress(Exception):  # the database itself may be what failed
            await repository.end_session(session_id, BROKEN, str(error))
        emit(SessionEnded(session_id, BROKEN, str(error), counted.steps))
        raise


async def _run(
    config: Config,
    plan: SessionPlan,
    repository: Repository,
    emit: Emit,
    ask: Ask | None,
    session_id: str,
    folder: Path,
    interactive: bool,
) -> SessionResult:
    history = History(plan.goal)
    if plan.resume:
        history = await load_history(repository, session_id, plan.goal)
        history = replace(history, resumed_at=len(history.steps))
    state = folder / "browser-state.json"
    suite = find_suite(plan.task.suite, config) if plan.task else None
    graded = None

    def oracle(text: str) -> tuple[str, ...]:
        """Of the task as its page states it, which is known by the time that the policy asks."""
        assert suite is not None and plan.task is not None, plan
        return suite.oracle(replace(plan.task, instruction=history.goal.instruction))(text)

    # Reads weights while site and browser start.
    loading = asyncio.create_task(load_policy(config, oracle if suite is not None else None))
    try:
        with _site(config, plan, folder) as site, documents(plan.task, folder / "documents") as papers:
            start = _start(site, plan, session_id)
            options = replace(
                browser_options(config),
                cookies=cookies_of(start),
                storage_state=state if plan.resume else start.storage_state,
                wanted=task_words(plan.goal.instruction),
                downloads=folder / "downloads",
                documents=papers,
            )
            async with _opened(options, site, plan, session_id) as (browser, judged, instruction):
                emit(SessionStarted(session_id, instruction, start.url))
                if not plan.resume:
                    await repository.set_url(session_id, start.url)
                if judged is None:
                    await open_more(browser, start)
                    await _open_first(browser, [*_places_to_go_on(history), start.url])
                if suite is not None and plan.task is not None and not plan.resume:
                    instruction = (
                        (await asked(suite, plan.task, browser)).instruction if judged is None else instruction
                    )
                    await repository.set_instruction(session_id, instruction)
                    history = replace(history, goal=replace(history.goal, instruction=instruction))
                policy = await loading
                gate = make_gate(plan.approve, config.tau_commit, ask, interactive=interactive)
                recorder = DatabaseRecorder(repository, session_id, len(history.steps))
                driven = judged or SavingBrowser(browser, state)
                agent = make_agent(config, driven, policy, gate, recorder, emit)
                result = await agent.run(history)
                if suite is not None and site is not None and plan.task is not None:
                    said = result.last_words
                    graded = await grade(suite, site, plan.task, session_id, browser, result.status, said, judged)
    finally:
        loading.cancel()
    await repository.end_session(session_id, result.status.value, result.message, grade_data(graded))
    if result.status.value not in RESUMABLE:
        state.unlink(missing_ok=True)
    emit(SessionEnded(session_id, result.status.value, result.message, len(result.history.steps)))
    return SessionResult(session_id, result, graded)


@contextlib.asynccontextmanager
async def _opened(
    options: BrowserOptions, site: Site | None, plan: SessionPlan, session_id: str
) -> AsyncIterator[tuple[ChromiumBrowser, JudgedBrowser | None, str]]:
    """The browser, the one that the site judges where it does, and the instruction."""
    if isinstance(site, JoinedSite) and plan.task is not None:
        async with join(options, site, plan.task, session_id) as (judged, _, task):
            yield judged.page, judged, task.instruction
    else:
        async with open_browser(options) as browser:
            yield browser, None, plan.goal.instruction


@contextlib.contextmanager
def _site(config: Config, plan: SessionPlan, folder: Path) -> Iterator[Site | None]:
    """The bundled site, on the same port when a session goes on: addresses in its log stay true."""
    if plan.task is None:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    port = urlsplit(plan.url).port or 0 if plan.resume else 0
    try:
        with find_suite(plan.task.suite, config).open(folder / "site.db", port) as site:
            yield site
    except ServerError as error:
        raise EnvironmentFailed(str(error)) from error


def _start(site: Site | None, plan: SessionPlan, session_id: str) -> Start:
    return Start(plan.url, ()) if site is None else site.start(session_id, plan.task)


def _places_to_go_on(history: History) -> list[str]:
    """Where the steps left the browser, the last first; none for a new session."""
    seen = [(step.outcome.observation or step.observation).url for step in reversed(history.steps)]
    return [url for url in dict.fromkeys(seen) if only_reads(url)][:4]


async def _open_first(browser: ChromiumBrowser, urls: Sequence[str]) -> None:
    """Open the first of these that can be had: what answered a form may not be there for asking."""
    for place, url in enumerate(urls):
        try:
            await browser.goto(url)
        except BrowserError:
            if place == len(urls) - 1:
                raise
        else:
            return


@contextlib.contextmanager
def _only_here(session_id: str, folder: Path) -> Iterator[None]:
    """Holds the session for this process. Raises UsageError where another one has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except LockTimeout as error:
        raise UsageError(
            f"Session {session_id} is running in another process: wait for it to end, or stop it first."
        ) from error
    except OSError as error:
        raise EnvironmentFailed(f"The folder {folder} can't be used ({error}): check data_dir.") from error
    try:
        yield
    finally:
        lock.release()


def _config_data(config: Config, plan: SessionPlan) -> dict[str, Any]:
    stored = {name: getattr(config, name) for name in STORED}
    stored["policy_path"] = None if config.policy_path is None else str(config.policy_path.resolve())
    return {**{name: value for name, value in stored.items() if value is not None}, "approve": plan.approve}


def _reads_otherwise(task: Task, stored: str) -> bool:
    """Whether a bundled task asks for something else than it did; where pages tell the wish, nobody knows."""
    return is_bundled(task.suite) and not suite_named(task.suite).readback.goal and task.instruction != stored


async def resume_plan(repository: Repository, prefix: str) -> tuple[SessionPlan, dict[str, Any]]:
    """What is needed to go on with a stored session, and its settings; nothing is changed yet.

    Raises UsageError when the session ended for good.
    """
    session = await repository.find_session(prefix)
    if session.status not in RESUMABLE:
        raise UsageError(
            f"Session {session.id} has ended ({session.status}): there is nothing to go on with. Start a new run."
        )
    if joins_browser(session.task_id):
        raise UsageError(f"Session {session.id} ended with its browser, as BrowserGym's tasks do: start a new one.")
    settings = json.loads(session.config)
    task = find_task(session.task_id) if session.task_id else None
    if task is not None and _reads_otherwise(task, session.instruction):
        raise UsageError(
            f"Session {session.id} belongs to an earlier version: {session.task_id} asks for something else now, "
            "and would judge it wrongly. Start a new run."
        )
    goal = Goal(session.instruction, json.loads(session.profile))
    return SessionPlan(goal, session.url, settings.get("approve", "ask"), task, session.id), settings
