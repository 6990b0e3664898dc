"""Listeners that put a session on a terminal: plain lines for people, JSON lines for programs."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable
from typing import Any, TextIO

from webdreamer_app.actions import describe, format_action
from webdreamer_app.events import Emit, Event, Judged, SessionEnded, SessionStarted, Stepped
from webdreamer_app.types import Decision, Download, Step, Verdict

Write = Callable[[str], None]


def stdout(text: str) -> None:
    _write(sys.stdout, text)


def stderr(text: str) -> None:
    _write(sys.stderr, text)


def printable(text: str) -> str:
    """Text that can't move the cursor, hide or turn other text, or fail to be encoded; lines and tabs stay."""
    return "".join(one if one in "\n\t" or not _is_hostile(one) else f"\\u{ord(one):04x}" for one in text)


def one_line(text: str) -> str:
    """The same on one line."""
    return printable(" ".join(text.split()))


def _is_hostile(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _BIDI


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _write(stream: TextIO, text: str) -> None:
    """Print a line. A reader that went away ends the output, not the run."""
    safe = printable(text)
    encoding = stream.encoding or "utf-8"
    try:
        print(safe.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class PlainLines:
    """One line a step; the verdict under every action that can't be taken back."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def __call__(self, event: Event) -> None:
        match event:
            case SessionStarted():
                self._write(f"Session {event.session_id}: {event.instruction}\n  at {event.url}")
            case Stepped():
                for line in step_lines(event.step):
                    self._write(line)
            case SessionEnded(status="broken"):
                self._write(f"Log: webdreamer show {event.session_id}")  # the error itself is told on stderr
            case SessionEnded():
                self._write(f"{_words(event.status)} after {event.steps} steps. {event.message}".strip())


class JsonLines:
    """One JSON object a line."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def __call__(self, event: Event) -> None:
        data = event_data(event)
        if data is not None:
            self._write(json.dumps(data))


def both(*listeners: Emit) -> Emit:
    """Every event to every listener."""

    def emit(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return emit


def step_lines(step: Step) -> list[str]:
    """A step in words."""
    doing = describe(step.action, step.observation)
    lines = [f"{step.index + 1:3d}. {doing}"]
    if step.plan.effect.is_commit or step.verdict.decision is not Decision.ACT:
        lines.append(f"     verdict: {verdict_words(step.verdict)} [{step.plan.effect}]")
    if step.outcome.unknown:
        lines.append("     outcome unknown: the run ended before it was recorded; not retried")
    elif step.outcome.error:
        lines.append(f"     failed: {step.outcome.error}")
    elif not step.outcome.executed:
        lines.append("     not done")
    after = step.outcome.observation
    return lines + [f"     {one}" for one in map(download_line, after.downloads if after is not None else ())]


def download_line(download: Download) -> str:
    """What became of a file that a page handed over."""
    if download.problem:
        return f"download not taken: {download.name} ({download.problem})"
    return f"downloaded {download.name} ({download.size:,} bytes) to {download.path}"


def verdict_words(verdict: Verdict) -> str:
    shown = {Decision.ACT: "allowed", Decision.ASK: "held for a person", Decision.BLOCK: "blocked"}
    return f"{shown.get(verdict.decision, verdict.decision.value)} ({verdict.reason})"


def event_data(event: Event) -> dict[str, Any] | None:
    """An event as JSON-able data; None for those that programs don't need."""
    match event:
        case SessionStarted():
            return {"event": "started", "session": event.session_id, "instruction": event.instruction, "url": event.url}
        case Judged():
            return {"event": "judged", "step": event.index, "action": format_action(event.plan.chosen.action),
                    "effect": event.plan.effect.value, **verdict_data(event.verdict)}  # fmt: skip
        case Stepped():
            return {"event": "step", **step_data(event.step)}
        case SessionEnded():
            return {"event": "ended", "session": event.session_id, "status": event.status, "message": event.message,
                    "steps": event.steps}  # fmt: skip
        case _:
            return None


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {"decision": verdict.decision.value, "reason": verdict.reason, "risk": verdict.risk,
            "uncertainty": verdict.uncertainty, "threshold": verdict.threshold}  # fmt: skip


def step_data(step: Step) -> dict[str, Any]:
    """A step as JSON-able data."""
    outcome = step.outcome
    return {
        "step": step.index,
        "url": step.observation.url,
        "action": format_action(step.action),
        "description": describe(step.action, step.observation),
        "effect": step.plan.effect.value,
        "probability": step.plan.chosen.probability,
        "commit_risk": step.plan.chosen.commit_risk,
        "verdict": verdict_data(step.verdict),
        "executed": outcome.executed and not outcome.unknown,
        "outcome": "unknown"
        if outcome.unknown
        else "error"
        if outcome.error
        else "done"
        if outcome.executed
        else "not done",
        "error": outcome.error,
        "downloads": [
            {"name": one.name, "path": one.path, "size": one.size, "problem": one.problem}
            for one in (outcome.observation.downloads if outcome.observation is not None else ())
        ],
    }


def _words(status: str) -> str:
    return status.replace("_", " ").capitalize()
