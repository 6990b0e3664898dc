"""Whole sessions as people run them: demo, interrupt, kill, resume, and what the log says afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

Run = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.browser


def events(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "WEBDREAMER_DATA_DIR": str(tmp_path / "data")}
    return subprocess.Popen(
        [sys.executable, "-m", "webdreamer_app", *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def read_until_step(process: subprocess.Popen[str], number: int) -> str:
    """Read JSON events up to a step's; the session's id."""
    session = ""
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        session = event.get("session", session)
        if event["event"] == "step" and event["step"] == number:
            break
    return session


def descendants(root: int) -> set[int]:
    """Ids of the processes below this one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found, waiting = set(), [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return found


def chromium_among(processes: set[int]) -> set[int]:
    """Those that are a Chromium and still run."""
    listed = subprocess.run(["ps", "-eo", "pid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return {int(row[0]) for row in rows if int(row[0]) in processes and "Z" not in row[1] and "chrom" in row[2]}


def test_the_demo_by_the_oracle_ends_in_a_graded_success(webdreamer: Run) -> None:
    done = webdreamer("demo", "corner", "--policy", "oracle", "--json", "--seed", "4")
    assert done.returncode == 0, done.stderr
    seen = events(done)
    assert seen[-1]["event"] == "grade"
    assert seen[-1]["success"] is True
    commits = [event for event in seen if event["event"] == "step" and event["effect"] in ("irreversible", "unknown")]
    assert [event["verdict"]["decision"] for event in commits] == ["act"]
    session = seen[0]["session"]
    shown = webdreamer("show", session[:6]).stdout
    assert "Grade: success" in shown
    assert "verdict: allowed" in shown
    audit = webdreamer("audit", session).stdout
    assert "1 action that needed a verdict: 1 allowed, 0 held, 0 blocked." in audit
    replayed = webdreamer("replay", session).stdout
    assert replayed.count("== step") == sum(event["event"] == "step" for event in seen)
    again = webdreamer("run", "--resume", session)
    assert (again.returncode, "has ended (done)" in again.stderr) == (2, True)


def test_denied_commits_are_recorded_and_stop_the_session_with_status_3(webdreamer: Run) -> None:
    done = webdreamer("demo", "corner", "--policy", "oracle", "--approve", "deny", "--json")
    assert done.returncode == 3, done.stderr
    grade = events(done)[-1]
    assert (grade["success"], grade["wrong_commits"]) == (False, [])
    audited = [json.loads(line) for line in webdreamer("audit", "--json").stdout.splitlines()]
    assert {one["verdict"]["decision"] for one in audited} == {"block"}
    assert not any(one["executed"] for one in audited)


def test_a_session_that_waits_for_a_person_goes_on_when_approved(webdreamer: Run) -> None:
    held = webdreamer("demo", "corner", "--policy", "oracle", "--approve", "ask", "--json")
    assert held.returncode == 3, held.stderr
    session = events(held)[0]["session"]
    resumed = webdreamer("run", "--resume", session, "--approve", "gate", "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert events(resumed)[-1]["success"] is True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_chromium_and_can_be_resumed(
    webdreamer: Run, tmp_path: Path, number: signal.Signals
) -> None:
    process = start(tmp_path, "demo", "corner", "--policy", "oracle", "--json")
    session = read_until_step(process, 3)
    started = descendants(process.pid)
    assert chromium_among(started)
    process.send_signal(number)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    ended = json.loads(rest.splitlines()[-1])
    assert (ended["event"], ended["status"]) == ("ended", "interrupted")
    assert f"--resume {session}" in ended["message"]
    assert chromium_among(started) == set()
    resumed = webdreamer("run", "--resume", session, "--json")
    assert resumed.returncode in (0, 3), resumed.stderr
    first = next(event for event in events(resumed) if event["event"] == "step")
    assert first["step"] >= 4


def test_a_killed_run_loses_no_acknowledged_step(webdreamer: Run, tmp_path: Path) -> None:
    process = start(tmp_path, "demo", "corner", "--policy", "oracle", "--json", "--seed", "2")
    session = read_until_step(process, 5)
    process.kill()
    process.communicate(timeout=30)
    before = [json.loads(line) for line in webdreamer("show", session, "--json").stdout.splitlines()][1:]
    assert len(before) >= 6
    assert all(step["outcome"] == "done" for step in before[:6])
    webdreamer("run", "--resume", session, "--json")
    after = [json.loads(line) for line in webdreamer("show", session, "--json").stdout.splitlines()][1:]
    assert [step["action"] for step in after[: len(before)]] == [step["action"] for step in before]
    assert [step["step"] for step in after] == list(range(len(after)))


def test_a_resumed_run_keeps_its_settings_unless_told_otherwise(webdreamer: Run) -> None:
    first = webdreamer("demo", "corner", "--policy", "oracle", "--max-steps", "4", "--json")
    assert first.returncode == 1, first.stderr
    session = events(first)[0]["session"]
    same = webdreamer("run", "--resume", session, "--json")
    assert same.returncode == 1, same.stderr
    assert [event for event in events(same) if event["event"] == "step"] == []
    longer = webdreamer("run", "--resume", session, "--max-steps", "70", "--json")
    assert longer.returncode == 0, longer.stderr
    steps = [event["step"] for event in events(longer) if event["event"] == "step"]
    assert steps == list(range(4, 4 + len(steps)))
    assert events(longer)[-1]["success"] is True


def test_a_session_is_run_by_one_process_at_a_time(webdreamer: Run, tmp_path: Path) -> None:
    first = webdreamer("demo", "corner", "--policy", "oracle", "--max-steps", "2", "--json")
    session = events(first)[0]["session"]
    before = webdreamer("show", session).stdout
    with FileLock(tmp_path / "data" / "sessions" / session / "lock"):
        second = webdreamer("run", "--resume", session, "--max-steps", "70")
    assert second.returncode == 2
    assert f"Session {session} is running in another process" in second.stderr
    assert webdreamer("show", session).stdout == before


def test_held_and_blocked_steps_are_told_apart_from_done_ones(webdreamer: Run) -> None:
    held = webdreamer("demo", "corner", "--policy", "oracle", "--approve", "ask")
    assert held.returncode == 3, held.stderr
    assert "verdict: held" in held.stdout
    assert "--approve ask" in held.stdout
    audit = webdreamer("audit", held.stdout.split("webdreamer show ")[1].strip()).stdout
    assert "1 action that needed a verdict: 0 allowed, 1 held, 0 blocked." in audit
