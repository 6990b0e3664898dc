"""Takes pages and orders for the tests from a measured run: `python tests/tasks/pretix_record.py BENCH.db`.

BENCH.db is the session database of `webdreamer bench pretix --policy oracle`; its site's database lies beside it.
Needed again when the pinned version or the tasks change.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from storage.repository import Repository, open_repository
from tasks.pretix.suite import PretixSuite
from tasks.pretix.view import read_view
from webdreamer_app.actions import format_action
from webdreamer_app.config import load
from webdreamer_app.recorder import load_history
from webdreamer_app.types import Goal

OUT = Path(__file__).with_name("pretix_recorded.json")


def kind(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Of each of these one session is kept."""
    line = answer["lines"][0]
    if answer["do"] != "buy":
        return (answer["do"], answer["reason"])
    return ("buy", answer["event"], "voucher" if answer["voucher"] else "addons" if line["addons"] else "")


async def record(database: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"pages": [], "orders": []}
    suite, seen = PretixSuite(load().data_dir), set[tuple[str, ...]]()
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "pretix.db"
        _backup(database.with_suffix(".site.db"), copy)
        async with open_repository(database) as repository:
            with suite.open(copy) as site:
                for session in await repository.list_sessions(1000):
                    task = suite.task(session.task_id or "")
                    if session.status not in ("done", "infeasible") or kind(task.answer) in seen:
                        continue
                    seen.add(kind(task.answer))
                    orders = [asdict(order) for order in site.orders(session.id)]  # type: ignore[attr-defined]
                    given_up = session.status == "infeasible"
                    found["orders"].append({"task": task.id, "infeasible": given_up, "orders": orders})
                    name = " ".join(kind(task.answer)).strip()
                    found["pages"] += await _pages(repository, session.id, task.id, name, seen)
    return found


def _backup(source: Path, target: Path) -> None:
    with contextlib.closing(sqlite3.connect(source)) as reading, contextlib.closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)


async def _pages(
    repository: Repository, session: str, task: str, name: str, seen: set[tuple[str, ...]]
) -> list[dict[str, str]]:
    history = await load_history(repository, session, Goal("", {}))
    steps = [
        {"name": f"{name} {at}", "task": task, "action": format_action(step.action), "page": step.observation.text}
        for at, step in enumerate(history.steps, 1)
    ]
    return [step for step in steps if _is_new(step, task, seen)]


def _is_new(step: dict[str, str], task: str, seen: set[tuple[str, ...]]) -> bool:
    """Whether no such action was kept on such a page of this event."""
    view = read_view(step["page"])
    place = re.sub(r"\d+$|(?<=^order).*", "", view.place)
    key = (PretixSuite().task(task).answer["event"], place, step["action"].partition("(")[0], str(bool(view.cart())))
    is_new = key not in seen
    seen.add(key)
    return is_new


if __name__ == "__main__":
    OUT.write_text(json.dumps(asyncio.run(record(Path(sys.argv[1]))), indent=1, ensure_ascii=False) + "\n", "utf-8")
