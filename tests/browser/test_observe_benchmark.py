"""The observation benchmark writes what it promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


def test_its_rows_name_tool_size_time_and_text(tmp_path: Path) -> None:
    out = tmp_path / "rows.json"
    command = [
        sys.executable,
        "-m",
        "benchmarks.observe",
        "--elements",
        "100",
        "300",
        "--repeats",
        "2",
        "--json",
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert {(row["tool"], row["elements"] > 200) for row in rows} == {
        (tool, size) for tool in ("webdreamer", "aria_snapshot") for size in (False, True)
    }
    for row in rows:
        assert row["median_ms"] > 0 and row["chars"] > 0 and row["tokens"] > 0
    ours = [row for row in rows if row["tool"] == "webdreamer"]
    assert ours[0]["tokens"] < ours[1]["tokens"] <= 2000
