"""pretix as a process of its own: started on a free loopback port, asked over pipes, ended in any case."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tasks.pretix.place import Place
from tasks.server import ServerError

_START_LIMIT_S = 120.0
_ANSWER_LIMIT_S = 60.0
_END_LIMIT_S = 5.0


class Worker:
    """One running pretix. Thread-safe: one command at a time."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self._lock = threading.Lock()
        self._replies: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="pretix", daemon=True)
        self._reader.start()
        self.url = str(self._next(_START_LIMIT_S)["url"])

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, do: str, **told: Any) -> Mapping[str, Any]:
        """One command and its reply. Raises ServerError."""
        with self._lock:
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps({"do": do, **told}) + "\n")
                self._process.stdin.flush()
            except OSError as error:
                raise ServerError(f"pretix ended by itself ({error}); its last words are in {self._log}.") from error
            return self._next(_ANSWER_LIMIT_S)

    def join(self) -> None:
        self._reader.join(_END_LIMIT_S)

    def _next(self, limit_s: float) -> Mapping[str, Any]:
        try:
            line = self._replies.get(timeout=limit_s)
        except queue.Empty:
            raise ServerError(f"pretix gave no answer for {limit_s:.0f} s; its log is {self._log}.") from None
        if not line:
            raise ServerError(f"pretix ended by itself: {_last_words(self._log)} (its log is {self._log}).")
        reply: Mapping[str, Any] = json.loads(line)
        if "error" in reply:
            raise ServerError(f"pretix could not do it: {reply['error']} (its log is {self._log}).")
        return reply

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._replies.put(line)
        self._replies.put("")


@contextlib.contextmanager
def run_worker(place: Place, database: Path, port: int = 0) -> Iterator[Worker]:
    """Serve a copy of the seeded database, or `database` where it is there already. Raises ServerError."""
    log = database.with_suffix(".log")
    _copy_database(place, database)
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [str(place.python), place.script("shop_worker.py"), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=place.variables(database),
            cwd=place.folder,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C goes to us alone, and we end it in order
        )
    worker = None
    try:
        worker = Worker(process, log)
        yield worker
    finally:
        _end(process)
        if worker is not None:
            worker.join()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close() if stream else None


def _copy_database(place: Place, database: Path) -> None:
    if database.exists():
        return
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        half = database.with_suffix(".half")
        shutil.copyfile(place.database, half)
        half.replace(database)
    except OSError as error:
        raise ServerError(f"The shop's database {database} can't be written ({error}): name another file.") from error


def _end(process: subprocess.Popen[str]) -> None:
    """Close its input, which ends it; what does not end is killed, with everything that it started."""
    with contextlib.suppress(OSError):
        process.stdin.close() if process.stdin else None
    try:
        process.wait(_END_LIMIT_S)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
