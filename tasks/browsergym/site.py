"""BrowserGym's side of an episode: it sets the task up in the agent's browser, and judges what is there."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from tasks.browsergym.process import SETUP_LIMIT_S, BridgeProcess
from tasks.server import ServerError
from tasks.task import UNREPORTED, Ending, Grade, JoinError, Judgement, Start, Task, Window

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
        """Raises ServerError where no BrowserGym can be found."""
        self.url = f"browsergym/{task_id}"
        self._python = checked_python(python)
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


def checked_python(python: Path | None) -> Path | None:
    """The Python to run BrowserGym in; None: ours. Raises ServerError, saying what to install."""
    if python is not None:
        if python.is_file():
            return python
        raise ServerError(f"There is no {python}: set browsergym_python to the Python of BrowserGym's environment.")
    if importlib.util.find_spec("browsergym") is None or importlib.util.find_spec("browsergym.core") is None:
        raise ServerError(
            "BrowserGym is not installed. It needs a Playwright of its own, so give it its own environment:\n"
            "  python3 -m venv browsergym && browsergym/bin/pip install browsergym-core browsergym-miniwob miniwob\n"
            "and name it with --set browsergym_python=browsergym/bin/python (or WEBDREAMER_BROWSERGYM_PYTHON)."
        )
    return None
