"""Kills runs with SIGKILL at random moments, resumes them, and checks the log against what was acknowledged.

`python -m benchmarks.kill_resume --kills 50 --seed 1 [--policy oracle] [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

COMMAND = [sys.executable, "-m", "webdreamer_app"]


@dataclass
class Tally:
    """What was seen over all kills."""

    kills: int = 0
    killed_before_the_first_step: int = 0
    acknowledged_steps: int = 0
    lost: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    unknown: int = 0
    unknown_commits: int = 0
    resumed: dict[int, int] = field(default_factory=dict)
    """Exit status of the resumed run → count."""
    duplicate_orders: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policy", default="oracle")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chance, tally = random.Random(options.seed), Tally()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.kills):
            one_kill(Path(folder) / str(number), number, chance, options.policy, tally)
            print(
                f"{number + 1}/{options.kills} lost {len(tally.lost)} repeated {len(tally.repeated)}", file=sys.stderr
            )
    print(json.dumps(asdict(tally), indent=2))
    if options.json:
        options.json.write_text(json.dumps(asdict(tally), indent=2) + "\n", encoding="utf-8")
    sys.exit(bool(tally.lost or tally.repeated or tally.duplicate_orders))


def one_kill(folder: Path, seed: int, chance: random.Random, policy: str, tally: Tally) -> None:
    """Run, kill, look, resume, look again."""
    environment = {**os.environ, "WEBDREAMER_DATA_DIR": str(folder)}
    events = killed_run(environment, seed, policy, chance.uniform(0.0, 3.5))
    tally.kills += 1
    session = next((event["session"] for event in events if event["event"] == "started"), None)
    database = folder / "sessions.db"
    if session is None:
        tally.killed_before_the_first_step += 1
        return
    acknowledged = {event["step"]: event["action"] for event in events if event["event"] == "step"}
    tally.acknowledged_steps += len(acknowledged)
    before = rows(database, session)
    for number, action in acknowledged.items():
        if number not in before or before[number]["action"] != action or before[number]["state"] != "done":
            tally.lost.append(f"kill {seed}: step {number} {action}")
    done = subprocess.run(
        [*COMMAND, "run", "--resume", session, "--json"], env=environment, capture_output=True, text=True, check=False
    )
    tally.resumed[done.returncode] = tally.resumed.get(done.returncode, 0) + 1
    after = rows(database, session)
    for number, row in before.items():
        kept = {name: row[name] for name in ("action", "decided_at", "observation")}
        if number not in after or any(after[number][name] != value for name, value in kept.items()):
            tally.lost.append(f"kill {seed}: step {number} {row['action']} changed by the resume")
    unknown = [row for row in after.values() if row["state"] == "unknown"]
    tally.unknown += len(unknown)
    tally.unknown_commits += sum(row["effect"] in ("irreversible", "unknown") for row in unknown)
    tally.repeated += [
        f"kill {seed}: step {row['number']} {row['description']}" for row in unknown if again(row, after)
    ]
    tally.duplicate_orders += max(0, orders(folder / "sessions" / session / "site.db") - 1)


def killed_run(environment: Mapping[str, str], seed: int, policy: str, delay_s: float) -> list[dict[str, Any]]:
    """Events that a run printed before it was killed, `delay_s` after its first one."""
    process = subprocess.Popen(
        [*COMMAND, "demo", "--policy", policy, "--seed", str(seed), "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    events: list[dict[str, Any]] = []
    started = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                events.append(json.loads(line))
            started.set()

    reader = threading.Thread(target=read)
    reader.start()
    started.wait(60)
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    reader.join()
    return events


def rows(database: Path, session: str) -> dict[int, dict[str, Any]]:
    """Steps by number, with the address of their page."""
    query = (
        "SELECT steps.*, o.url, outcomes.executed FROM steps JOIN observations o ON o.sha256 = steps.observation "
        "LEFT JOIN outcomes ON outcomes.step_id = steps.id WHERE session_id = ?"
    )
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        return {row["number"]: dict(row) for row in connection.execute(query, (session,))}


def again(row: Mapping[str, Any], after: Mapping[int, Mapping[str, Any]]) -> bool:
    """Whether a click or key press of unknown outcome was done once more: a commit ever, another on the same visit."""
    sets_a_value = row["description"].startswith(("click radio", "click checkbox"))
    if not row["action"].startswith(("click", "press")) or row["effect"] == "read" or sets_a_value:
        return False
    for later in followers(row, after):
        if later["state"] == "done" and later["executed"] and later["description"] == row["description"]:
            if urlsplit(later["url"]).path == urlsplit(row["url"]).path:
                return True
        elif row["effect"] == "reversible" and urlsplit(later["url"]).path != urlsplit(row["url"]).path:
            return False
    return False


def followers(row: Mapping[str, Any], after: Mapping[int, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for number in sorted(after):
        if number > row["number"]:
            yield dict(after[number])


def orders(database: Path) -> int:
    if not database.exists():
        return 0
    with sqlite3.connect(database) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM orders WHERE cancelled = 0").fetchone()[0])


if __name__ == "__main__":
    main()
