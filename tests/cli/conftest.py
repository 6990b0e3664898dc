"""Runs the program as people do: a process of its own, with a data folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def webdreamer(tmp_path: Path) -> Run:
    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "WEBDREAMER_DATA_DIR": str(tmp_path / "data"), **variables}
        done = subprocess.run(
            [sys.executable, "-m", "webdreamer_app", *arguments],
            env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=120,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
