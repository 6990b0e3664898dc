"""What starting the program costs, and what may hide our packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "playwright", "sqlalchemy", "transformers", "textual", "starlette", "numpy", "pydantic")


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "webdreamer_app", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    loaded = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize("name", ["tasks", "storage", "worldmodel"])
def test_a_file_that_hides_a_sibling_package_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "webdreamer_app", "tasks"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert f"{name}.py hides webdreamer's own package" in done.stderr
    assert "Traceback" not in done.stderr
