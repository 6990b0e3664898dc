"""Talks to `bridge` in another Python: one request, one answer, within a limit of time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from tasks.task import JoinError

_BRIDGE = Path(__file__).parent / "bridge"
_END_LIMIT_S = 5.0
SETUP_LIMIT_S = 180.0
"""Some families reset a whole site before a task."""
LIMIT_S = 60.0


class BridgeProcess:
    """One running bridge. An error of its own leaves it usable, silence does not: then it is ended."""

    def __init__(self, python: Path | None) -> None:
        """Raises JoinError where that Python can't be run."""
        self._errors: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed in `close`
        self._turn = asyncio.Lock()
        try:
            self._process = subprocess.Popen(
                [str(python or sys.executable), str(_BRIDGE)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            )  # fmt: skip
        except OSError as error:
            self._errors.close()
            raise JoinError(
                f"BrowserGym's Python {python} does not start ({error.strerror}): correct browsergym_python."
            ) from error

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    async def ask(self, op: str, limit_s: float = LIMIT_S, **details: Any) -> dict[str, Any]:
        """Raises JoinError when it fails, dies, or does not answer in time."""
        request = json.dumps({"op": op, **details}).encode() + b"\n"
        async with self._turn:
            try:
                async with asyncio.timeout(limit_s):
                    line = await asyncio.to_thread(self._exchange, request)
            except TimeoutError:
                self.kill()
                raise JoinError(f"BrowserGym did not answer {op!r} within {limit_s:g} s.") from None
            except asyncio.CancelledError:
                self.kill()  # ends the thread that waits; a late answer would be taken for that to the next request
                raise
        return self._checked(op, line)

    def _exchange(self, request: bytes) -> bytes:
        assert self._process.stdin is not None and self._process.stdout is not None, "started with pipes"
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
            return self._process.stdout.readline()
        except (OSError, ValueError):  # it has ended
            return b""

    def _checked(self, op: str, line: bytes) -> dict[str, Any]:
        try:
            answer = dict(json.loads(line))
        except (ValueError, TypeError):
            self.kill()
            raise JoinError(f"BrowserGym's process ended at {op!r}: {self._last_words()}") from None
        if "error" in answer:
            raise JoinError(f"BrowserGym could not {op}: {answer['error']}")
        return answer

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing."

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def close(self) -> None:
        """Let it finish for a moment, then end it."""
        pipes = (self._process.stdin, self._process.stdout, self._errors)
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        for pipe in pipes:
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
