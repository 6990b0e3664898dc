"""How much the peak memory grows while our tool observes a page. Linux only: it reads /proc."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from webdreamer_app.browser.driver import BrowserOptions, open_browser

_PROC = Path("/proc")
_RESET_PEAK = "5"
"""What resets VmHWM to the present VmRSS, written to clear_refs (man 5 proc)."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Peak resident memory over the observations minus resident memory right before the first, in MB (10^6 bytes)."""

    python_mb: float
    renderer_mb: float
    """The sum over the Chromium renderer processes that there were before the first observation."""
    driver_mb: float
    """Playwright's driver, through which every message to the browser goes."""


async def growth(url: str, observations: int, page_tokens: int) -> Growth:
    """Measured in a new Python process with a new Chromium, so that no earlier page's memory is used again.

    What the first observation loads once, such as the tokenizer, counts.
    """
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _measure, url, observations, page_tokens)


def _measure(url: str, observations: int, page_tokens: int) -> Growth:
    return asyncio.run(_observe(url, observations, page_tokens))


async def _observe(url: str, observations: int, page_tokens: int) -> Growth:
    async with open_browser(BrowserOptions(timeout_s=60, page_tokens=page_tokens)) as browser:
        await browser.tab.page.goto(url, wait_until="load")
        commands = _descendants(os.getpid())
        renderers = [pid for pid, command in commands.items() if "--type=renderer" in command]
        drivers = [pid for pid, command in commands.items() if "run-driver" in command]
        before = {pid: _reset(pid) for pid in (os.getpid(), *renderers, *drivers)}
        for _ in range(observations):
            await browser.observe()
        grown = {pid: (_status_kb(pid, "VmHWM") - kb) * 1024 / 1e6 for pid, kb in before.items()}
    return Growth(
        python_mb=grown[os.getpid()],
        renderer_mb=sum(grown[pid] for pid in renderers),
        driver_mb=sum(grown[pid] for pid in drivers),
    )


def _reset(pid: int) -> int:
    """Forget the peak of a process; its resident memory in kB."""
    (_PROC / str(pid) / "clear_refs").write_text(_RESET_PEAK)
    return _status_kb(pid, "VmRSS")


def _status_kb(pid: int, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", (_PROC / str(pid) / "status").read_text(), re.MULTILINE)
    assert found is not None, f"process {pid} has no {name}"
    return int(found.group(1))


def _descendants(root: int) -> dict[int, str]:
    """Processes below one, with their command lines."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                commands[int(folder.name)] = (folder / "cmdline").read_text(errors="replace").replace("\0", " ")
            except OSError:  # it ended meanwhile
                continue
            parents[int(folder.name)] = int(status[1])
    below = {root}
    while grown := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= grown
    return {pid: commands[pid] for pid in below - {root}}
