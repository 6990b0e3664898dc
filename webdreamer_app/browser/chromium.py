"""Finds a Chromium, or installs one."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from webdreamer_app.errors import BrowserError

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SYSTEM_PATHS = (
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_QUIET_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
log = logging.getLogger(__name__)


def find_chromium(configured: Path | None = None) -> Path | None:
    """The configured executable, else Playwright's own, else the system's; None where there is none.

    Raises BrowserError when a configured path doesn't exist.
    """
    if configured is not None:
        if configured.is_file():
            return configured
        raise BrowserError(f"There is no Chromium at {configured}: correct the setting `chromium`, or leave it out.")
    return _playwrights_own() or _systems()


def launch_arguments() -> list[str]:
    """Flags for every start; the sandbox is given up only for root, where Chromium refuses to start with it."""
    flags = list(_QUIET_FLAGS)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        log.warning(
            "Running as root: Chromium starts without its sandbox. Prefer an ordinary user for sites you don't trust."
        )
        flags.append("--no-sandbox")
    return flags


def install_chromium(echo: Callable[[str], None]) -> Path:
    """Install a Chromium: Playwright's download, else Debian's package as root. Raises BrowserError."""
    echo("Installing Chromium (Playwright's build) …")
    attempts = [_run([sys.executable, "-m", "playwright", "install", "chromium"], 600)]
    found = find_chromium()
    if found is None and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        echo("That could not be had; installing the system's package …")
        attempts.append(_run(["apt-get", "update", "-qq"], 300))
        attempts.append(
            _run(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "chromium"], 900)
        )
        found = find_chromium()
    if found is None:
        raise BrowserError(
            "No Chromium could be installed "
            f"({'; '.join(attempt for attempt in attempts if attempt) or 'nothing was found afterwards'}). "
            "Install the package `chromium` or Google Chrome by hand, or set `chromium` to its path."
        )
    return found


def _run(command: list[str], timeout_s: float) -> str:
    """Empty when the command succeeded, else its last words."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{command[0]}: {error}"
    if done.returncode == 0:
        return ""
    lines = (done.stderr or done.stdout).strip().splitlines()
    return f"{Path(command[0]).name}: {lines[-1][:160] if lines else f'exit {done.returncode}'}"


def _playwrights_own() -> Path | None:
    home = Path.home()
    folders = [
        home / ".cache/ms-playwright",
        home / "Library/Caches/ms-playwright",
        home / "AppData/Local/ms-playwright",
    ]
    patterns = (
        "chromium-*/chrome-linux*/chrome",
        "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
        "chromium-*/chrome-win*/chrome.exe",
    )
    found = [path for folder in folders if folder.is_dir() for pattern in patterns for path in folder.glob(pattern)]
    return max(found, key=_revision, default=None)


def _revision(path: Path) -> int:
    """`…/chromium-1187/…` → 1187"""
    found = re.search(r"chromium-(\d+)", str(path))
    return int(found.group(1)) if found else 0


def _systems() -> Path | None:
    for name in _SYSTEM_NAMES:
        path = shutil.which(name)
        if path:
            return Path(path)
    return next((Path(path) for path in _SYSTEM_PATHS if Path(path).is_file()), None)


def _main() -> int:
    """`python -m webdreamer_app.browser.chromium`: make sure that there is a Chromium; used by `make setup`."""
    try:
        found = find_chromium() or install_chromium(print)
    except BrowserError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    print(f"Chromium: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
