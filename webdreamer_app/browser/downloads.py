"""Files that pages hand over: kept in a folder, under safe names, within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from pathlib import Path

from playwright.async_api import Download as PageDownload
from playwright.async_api import Error, Page

from webdreamer_app.types import Download

LARGEST_BYTES = 100_000_000
"""When one grows beyond this, those that are on their way beside it are given up with it."""
MOST_FILES = 20
"""In one browser context."""
LIMIT_S = 60.0
"""How long one file may take."""
_LOOK_EVERY_S = 0.1
_MAX_NAME = 120
_FORBIDDEN = frozenset('<>:"|?*')


class Downloads:
    """Takes what pages send as files. Without a folder every one is refused, and said to be."""

    def __init__(self, folder: Path | None, arriving: Path) -> None:
        self.arriving = arriving
        """Where the browser writes them while they come."""
        self._folder = folder
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: list[Download] = []
        self._taken = 0

    def watch(self, page: Page) -> None:
        """Take what this page sends from now on."""
        page.on("download", self._on_download)

    def told(self) -> tuple[Download, ...]:
        """Those that ended since this was last asked."""
        told, self._told = tuple(self._told), []
        return told

    async def settle(self, limit_s: float) -> None:
        """Wait for those on their way; what takes longer is told later."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=limit_s)

    async def close(self) -> None:
        """Give up what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_download(self, download: PageDownload) -> None:
        task = asyncio.get_running_loop().create_task(self._take(download))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, download: PageDownload) -> None:
        name = safe_name(download.suggested_filename)
        self._taken += 1
        problem, path = "", None
        try:
            if self._folder is None:
                problem = "this browser keeps no files"
            elif self._taken > MOST_FILES:
                problem = f"more than {MOST_FILES} files"
            else:
                problem = await self._arrived(download)
            if problem:
                await download.cancel()
            elif self._folder is not None:
                path = _free(self._folder, name)
                await download.save_as(path)
        except OSError as error:
            problem = error.strerror or "it could not be written"
        except Error as error:
            problem = (str(error).strip().splitlines() or ["it was cut off"])[0]
        if problem and path is not None:
            with contextlib.suppress(OSError):
                path.unlink()
        size = path.stat().st_size if path is not None and not problem else 0
        self._told.append(Download(name, str(path) if path is not None and not problem else "", size, problem))

    async def _arrived(self, download: PageDownload) -> str:
        """Wait for the whole file. Why it is not taken, empty when it is."""
        failing = asyncio.ensure_future(download.failure())
        try:
            async with asyncio.timeout(LIMIT_S):
                while not failing.done():
                    await asyncio.wait({failing}, timeout=_LOOK_EVERY_S)
                    if self._largest() > LARGEST_BYTES:
                        return f"larger than {LARGEST_BYTES // 1_000_000} MB"
            return failing.result() or ""
        except TimeoutError:
            return f"not there after {LIMIT_S:g} s"
        finally:
            failing.cancel()
            with contextlib.suppress(asyncio.CancelledError, Error):
                await failing

    def _largest(self) -> int:
        sizes = [0]
        for path in self.arriving.iterdir():
            with contextlib.suppress(OSError):
                sizes.append(path.stat().st_size)
        return max(sizes)


def safe_name(suggested: str) -> str:
    """A file name without folders, leading dots or what other systems forbid, of at most 120 bytes."""
    last = suggested.replace("\\", "/").split("/")[-1]
    name = "".join("_" if one in _FORBIDDEN or not one.isprintable() else one for one in last).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name.encode()) > _MAX_NAME:
        name = _cut(stem, _MAX_NAME - 12) + dot + _cut(ending, 10) if stem else _cut(name, _MAX_NAME)
    return name or "download"


def _cut(text: str, limit: int) -> str:
    """At most so many bytes of it."""
    return text.encode()[:limit].decode(errors="ignore")


def _free(folder: Path, name: str) -> Path:
    """A path there that no file had, taken by an empty one."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, suffix = Path(name).stem, Path(name).suffix
    for number in itertools.count(1):
        path = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        with contextlib.suppress(FileExistsError):
            path.touch(exist_ok=False)
            return path
    raise AssertionError("unreachable: numbers do not end")
