"""BrowserGym's side of an episode: it sets the task up in the agent's browser, and judges what is there."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from tasks.browsergym.process import SETUP_LIMIT_S, BridgeProcess
from tasks.server import ServerError
from tasks.task import UNREPORTED, Ending, Grade, JoinError, Judgement, Start, SuiteSettings, Task, Window

_GREETING = "Hi! I am your UI assistant, I can perform web tasks for you. What can I help you with?"
"""What BrowserGym's chat begins with."""
_NOTHING = Judgement(0.0, False)


@dataclass(slots=True)
class _Session:
    """An episode, as BrowserGym sees it."""

    bridge: BridgeProcess
    instruction: str = ""
    last: Judgement = _NOTHING


class BrowserGymSite:
    """Implements `tasks.task.JoinedSite`. Processes that are done with a task wait for the next."""

    def __init__(self, task_id: str, python: Path | None) -> None:
        self.url = f"browsergym/{task_id}"
        self._python = python
        self._sessions: dict[str, _Session] = {}
        self._judged: dict[str, Judgement] = {}
        self._idle: list[BridgeProcess] = []
        self._all: list[BridgeProcess] = []

    def start(self, session: str, task: Task | None = None) -> Start:
        return Start("about:blank", ())

    def reset(self, session: str) -> None:
        self._judged.pop(session, None)

    async def window(self, task: Task, session: str) -> Window:
        bridge = self._bridge()
        self._sessions[session] = _Session(bridge)
        made = await bridge.ask("make", **task.answer)
        size = made["viewport"]
        return Window(int(size["width"]), int(size["height"]), str(made["locale"]), str(made["timezone"]))

    async def join(self, session: str, browser: str, page: str) -> str:
        found = self._found(session)
        answer = await found.bridge.ask("setup", SETUP_LIMIT_S, browser=browser, page=page)
        found.instruction = str(answer["goal"])
        return found.instruction

    async def judge(self, session: str, page: str, ending: Ending = UNREPORTED) -> Judgement:
        found = self._found(session)
        messages = chat(found.instruction, ending)
        answer = await found.bridge.ask("validate", SETUP_LIMIT_S, page=page, messages=messages)
        found.last = Judgement(float(answer["reward"]), bool(answer["done"]), str(answer["detail"]))
        self._judged[session] = found.last
        return found.last

    async def leave(self, session: str) -> None:
        found = self._sessions.pop(session, None)
        if found is None:
            return
        try:
            await found.bridge.ask("teardown")
        except JoinError:
            found.bridge.kill()  # nobody can tell what it holds
            raise
        self._idle.append(found.bridge)

    def grade(self, task: Task, session: str, ending: Ending = UNREPORTED) -> Grade:
        """The last judgement: BrowserGym's reward, and success where it is full."""
        judged = self._judged.get(session, _NOTHING)
        reward = min(max(judged.reward, 0.0), 1.0)
        words = f"BrowserGym's reward: {judged.reward:g}{', episode over' if judged.done else ''}."
        return Grade(reward >= 1.0, reward, (), f"{words} {judged.detail}".strip())

    def close(self) -> None:
        """End every process."""
        for bridge in self._all:
            bridge.close()

    def _found(self, session: str) -> _Session:
        found = self._sessions.get(session)
        if found is None:
            raise JoinError(f"BrowserGym has no episode {session!r}.")
        return found

    def _bridge(self) -> BridgeProcess:
        while self._idle:
            waiting = self._idle.pop()
            if waiting.is_alive:
                return waiting
        made = BridgeProcess(self._python)
        self._all.append(made)
        return made


def chat(instruction: str, ending: Ending) -> list[dict[str, str | float]]:
    """The conversation as BrowserGym keeps it: its greeting, the goal, and what the agent said."""
    said = [("assistant", _GREETING), ("user", instruction)]
    if ending.message or ending.infeasible:
        said.append(("infeasible" if ending.infeasible else "assistant", ending.message))
    return [{"role": role, "timestamp": float(place), "message": text} for place, (role, text) in enumerate(said)]


def find_python(settings: SuiteSettings) -> Path | None:
    """The Python to run BrowserGym in; None: ours. Raises ServerError, saying what to install."""
    named, folder = settings.browsergym_python, settings.browsergym_folder
    if named is not None:
        if named.is_file():
            return named
        raise ServerError(f"There is no {named}: set browsergym_python to the Python of BrowserGym's environment.")
    usual = [folder / place for place in ("bin/python", "Scripts/python.exe")] if folder is not None else []
    found = next((place for place in usual if place.is_file()), None)
    if found is None and not _is_installed_here():
        place = folder or "browsergym"
        raise ServerError(
            "BrowserGym was not found. It needs a Playwright of its own, so give it its own environment: "
            f"python3 -m venv {place} && {place}/bin/pip install browsergym-core browsergym-miniwob miniwob; "
            "elsewhere, name its Python with --set browsergym_python=PATH."
        )
    return found


def _is_installed_here() -> bool:
    return (
        importlib.util.find_spec("browsergym") is not None and importlib.util.find_spec("browsergym.core") is not None
    )
