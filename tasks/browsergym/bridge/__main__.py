"""Holds one BrowserGym task in BrowserGym's own environment, and answers JSON lines on its standard streams.

Run by `tasks.browsergym.process` as a folder, so that nothing of ours is on its path: it needs `browsergym-core`, the
package of the task's family, and the standard library. The page is somebody else's: it attaches over CDP.

Requests are objects with an `op`, answered by objects with `error` where it failed:
`tasks` {family} · `make` {id, seed, kwargs} · `setup` {browser, page} · `validate` {page, messages} · `teardown` {}
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import importlib
import importlib.util
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

FAMILY_PREFIX = "browsergym/"


class Bridge:
    """The task, and the browser that it looks at."""

    def __init__(self) -> None:
        self._task: Any = None
        self._browser: Any = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises whatever BrowserGym, its task or Playwright raise."""
        match request["op"]:
            case "tasks":
                return {"tasks": _registered(str(request["family"]))}
            case "make":
                return self._make(str(request["id"]), int(request["seed"]), dict(request["kwargs"]))
            case "setup":
                return self._setup(str(request["browser"]), str(request["page"]))
            case "validate":
                return self._validate(str(request["page"]), list(request["messages"]))
            case "teardown":
                self._teardown()
                return {}
        raise ValueError(f"unknown op {request['op']!r}")

    def _make(self, task_id: str, seed: int, kwargs: dict[str, Any]) -> dict[str, Any]:
        import gymnasium

        self._teardown()
        known = _registered(task_id.partition(".")[0])
        if task_id not in known:
            raise LookupError(f"no task {task_id!r} is registered; {len(known)} are, such as {known[:3]}")
        made = gymnasium.make(FAMILY_PREFIX + task_id, disable_env_checker=True, task_kwargs=kwargs)
        environment: Any = made.unwrapped  # the tasks' own class, of which gymnasium knows nothing
        self._task = environment.task_entrypoint(seed=seed, **environment.task_kwargs)
        return {
            "viewport": getattr(self._task, "viewport", None) or {"width": 1280, "height": 720},
            "locale": getattr(self._task, "locale", None) or "",
            "timezone": getattr(self._task, "timezone_id", None) or "",
        }

    def _setup(self, browser: str, page: str) -> dict[str, Any]:
        import browsergym.core as core

        playwright = core._get_global_playwright()
        playwright.selectors.set_test_id_attribute("bid")
        self._browser = playwright.chromium.connect_over_cdp(browser)
        context = self._browser.contexts[0]
        context.on("dialog", lambda dialog: None)  # without a listener, Playwright dismisses what the agent must answer
        context.set_default_timeout(getattr(self._task, "timeout", None) or 5000)
        goal, _ = self._task.setup(page=self._page(page))
        return {"goal": _words(goal)}

    def _validate(self, page: str, messages: list[dict[str, str]]) -> dict[str, Any]:
        reward, done, message, info = self._task.validate(self._page(page), messages)
        detail = "; ".join(str(text) for text in (message, dict(info or {}).get("error")) if text)
        return {"reward": float(reward), "done": bool(done), "detail": detail}

    def _page(self, target: str) -> Any:
        context = self._browser.contexts[0]
        for page in context.pages:
            session = context.new_cdp_session(page)
            try:
                if session.send("Target.getTargetInfo")["targetInfo"]["targetId"] == target:
                    return page
            finally:
                session.detach()
        raise LookupError("the agent's page is not among those of the browser")

    def _teardown(self) -> None:
        task, browser = self._task, self._browser
        self._task = self._browser = None
        try:
            if task is not None:
                task.teardown()
        finally:
            if browser is not None:
                with contextlib.suppress(Exception):  # the browser may be gone already
                    browser.close()


def _registered(family: str) -> list[str]:
    """Ids of the tasks that importing the family's package registers; the core's own where there is none such."""
    import gymnasium

    importlib.import_module("browsergym.core")
    if family and importlib.util.find_spec(f"browsergym.{family}") is not None:
        if family == "miniwob":
            _serve_miniwob()
        importlib.import_module(f"browsergym.{family}")
    found = [one.removeprefix(FAMILY_PREFIX) for one in gymnasium.registry if one.startswith(FAMILY_PREFIX)]
    return sorted(one for one in found if not family or one.partition(".")[0] == family)


@functools.cache
def _serve_miniwob() -> None:
    """Serve the pages of the package `miniwob`, unless MINIWOB_URL says where they are."""
    spec = importlib.util.find_spec("miniwob")
    folder = Path(spec.origin).parent / "html" if spec is not None and spec.origin else Path()
    if os.environ.get("MINIWOB_URL") or not (folder / "miniwob").is_dir():
        return

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            del format, arguments

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["MINIWOB_URL"] = f"http://127.0.0.1:{server.server_port}/miniwob/"


def _words(goal: Any) -> str:
    """The texts of a goal; pictures are told of."""
    if not isinstance(goal, list):
        return str(goal or "")
    return "\n".join(str(part["text"]) if part["type"] == "text" else "[a picture]" for part in goal)


def main() -> None:
    """Answer line by line until the input ends; what the task prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    bridge = Bridge()
    for line in sys.stdin:
        try:
            answer = bridge.answer(json.loads(line))
        except Exception as error:
            first = str(error).strip().splitlines() or [""]
            answer = {"error": f"{type(error).__name__}: {first[0]}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    with contextlib.suppress(Exception):
        bridge.answer({"op": "teardown"})


if __name__ == "__main__":
    main()
