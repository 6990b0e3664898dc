"""Installs pretix into an environment of its own and fills it. Goes on where an earlier try stopped."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock
from filelock import Timeout as LockTimeout

from tasks.pretix.catalogue import EVENTS, ORGANIZER
from tasks.pretix.place import SEED_VERSION, VERSION, Place
from tasks.server import ServerError

Echo = Callable[[str], None]
_EVERY_S = 10.0
"""How often a step that says much tells that it goes on."""
_KEPT_LINES = 15


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing to do. `done`: made when it succeeded, so that it is not done again."""

    title: str
    command: tuple[str, ...]
    done: str
    hint: str
    is_inside: bool = True
    """Whether pretix itself runs; else the user's own environment holds, with its package index and proxies."""
    told: str = ""


def install(place: Place, echo: Echo) -> None:
    """Environment, packages, tables, events; a finished step is not repeated. Raises ServerError."""
    if place.is_installed:
        echo(f"pretix {VERSION} is installed in {place.folder}.")
        return
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        (place.folder / "data").mkdir(exist_ok=True)
        with FileLock(place.folder / "lock", timeout=0):
            _install(place, echo)
    except LockTimeout as error:
        raise ServerError(f"pretix is being installed in {place.folder} by another process: wait for it.") from error
    except OSError as error:
        raise ServerError(f"pretix can't be installed in {place.folder} ({error}): set WEBDREAMER_DATA_DIR.") from error


def _install(place: Place, echo: Echo) -> None:
    draft = place.folder / "draft.sqlite3"
    if not (place.folder / f"{VERSION}-tables.done").exists():
        _remove_database(draft)
    for step in _steps(place):
        done = place.folder / step.done
        if done.exists():
            echo(f"{step.title}: done before.")
            continue
        began = time.monotonic()
        _run(step, place, draft, echo)
        done.touch()
        echo(f"{step.title}: done in {time.monotonic() - began:.0f} s.")
    place.marker.unlink(missing_ok=True)
    _copy_whole(draft, place.database)
    place.marker.write_text(f"{VERSION} {SEED_VERSION}\n", encoding="utf-8")
    echo(f"pretix {VERSION} is installed in {place.folder}.")


def _steps(place: Place) -> tuple[_Step, ...]:
    python = str(place.python)
    net = "check the network and the package index, then run the command again"
    again = "run the command again; if it stays, remove the folder first"
    seeds = {"organizer": ORGANIZER, "name": "Lakeside Tickets", "events": [asdict(event) for event in EVENTS]}
    return (
        _Step(
            "Environment", (sys.executable, "-m", "venv", "--clear", str(place.environment)), "env.done", again, False
        ),
        _Step(
            f"pretix {VERSION} and what it needs (about 600 MB on disk)",
            (python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", f"pretix=={VERSION}"),
            f"{VERSION}-packages.done",
            net,
            False,
        ),
        _Step("Tables", (python, "-m", "pretix", "migrate", "--no-color"), f"{VERSION}-tables.done", again),
        _Step(
            "Events",
            (python, place.script("shop_seed.py")),
            f"{VERSION}-{SEED_VERSION}-events.done",
            again,
            told=json.dumps(seeds),
        ),
    )


def _run(step: _Step, place: Place, draft: Path, echo: Echo) -> None:
    """Run one step, telling now and then how far it is. Raises ServerError with its last words."""
    echo(f"{step.title} …")
    words: deque[str] = deque(maxlen=_KEPT_LINES)
    process = subprocess.Popen(
        step.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=place.variables(draft) if step.is_inside else None,
        cwd=place.folder,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        with process.stdin as told:
            told.write(step.told)
        last = time.monotonic()
        for line in process.stdout:
            words.append(line.strip())
            if time.monotonic() - last > _EVERY_S:
                last = time.monotonic()
                echo(f"  {line.strip()[:100]}")
        status = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
    if status:
        raise ServerError(f"{step.title} failed with status {status}; {step.hint}.\n{_told(words)}")


def _told(words: Sequence[str]) -> str:
    return "\n".join(f"  {word}" for word in words if word)


def _copy_whole(source: Path, target: Path) -> None:
    """One file without a journal beside it, by SQLite's own backup."""
    import sqlite3

    half = target.with_suffix(".half")
    half.unlink(missing_ok=True)
    reading, writing = sqlite3.connect(source), sqlite3.connect(half)
    try:
        reading.backup(writing)
    finally:
        writing.close()
        reading.close()
    shutil.move(half, target)


def _remove_database(file: Path) -> None:
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        (file.parent / name).unlink(missing_ok=True)
