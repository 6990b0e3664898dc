"""Records pages and orders of an installed pretix for the tests: `python tests/tasks/pretix_record.py`.

Needed again when the pinned version or the tasks change. Everything is done by the oracle in a real Chromium.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tasks.pretix.suite import PretixSuite
from tasks.task import Task
from webdreamer_app.actions import parse
from webdreamer_app.agent import Status
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.config import load
from webdreamer_app.episode import open_episode

OUT = Path(__file__).with_name("pretix_recorded.json")
WANTED = (
    ("buy", "jazz", "Seated ticket", 2000),
    ("buy", "conference", "addons", 2000),
    ("buy", "run", "two people", 2000),
    ("buy", "museum", "voucher", 2000),
    ("buy", "theatre", "folded", 500),
    ("cancel", "theatre", "", 2000),
    ("infeasible", "jazz", "voucher", 2000),
    ("infeasible", "jazz", "not allowed", 2000),
)
"""What is done, where, what is special about it, and the budget of a page's text in tokens."""


def fits(task: Task, do: str, event: str, special: str) -> bool:
    answer, lines = task.answer, task.answer["lines"]
    if (answer["do"], answer["event"]) != (do, event):
        return False
    addons = {one["item"] for one in lines[0]["addons"]}
    kinds = {
        "Seated ticket": lines[0]["item"] == special and not answer["limit_cents"] and not answer["voucher"],
        "addons": "Conference dinner" in addons and len(addons) > 1,
        "two people": len(lines) == 2,
        "voucher": bool(answer["voucher"]),
        "folded": len(lines) > 1 and not answer["voucher"],
    }
    return kinds.get(special, special == answer["reason"]) if do == "buy" else answer["reason"] == special


async def record() -> dict[str, Any]:
    found: dict[str, Any] = {"pages": [], "orders": []}
    with TemporaryDirectory() as folder:
        suite = PretixSuite(load().data_dir)
        tasks = suite.sample("test", 200, 1)
        with suite.open(Path(folder) / "pretix.db") as site:
            for do, event, special, tokens in WANTED:
                task = next(task for task in tasks if fits(task, do, event, special))
                async with open_browser(BrowserOptions(timeout_s=60, page_tokens=tokens)) as window:
                    pages, status = await solve(window, suite, site, task)
                found["pages"] += [
                    {"name": f"{event} {special or do} {at}", **page} for at, page in enumerate(pages, 1)
                ]
                orders = [asdict(order) for order in site.orders(task.id)]  # type: ignore[attr-defined]
                given_up = status is Status.INFEASIBLE
                found["orders"].append({"task": task.id, "infeasible": given_up, "orders": orders})
    return found


async def solve(window: ChromiumBrowser, suite: PretixSuite, site: Any, task: Task) -> tuple[list[Any], Status]:
    """The pages on the way, with what the oracle does on each."""
    pages: list[Any] = []
    oracle = suite.oracle(task)
    async with open_episode(window, suite, site, task, task.id) as episode:
        page = episode.first
        while len(pages) < 40:
            action = oracle(page.text)[0]
            pages.append({"task": task.id, "action": action, "page": page.text})
            if action.startswith("send_msg_to_user"):
                return pages, Status.DONE
            if action.startswith("report_infeasible"):
                return pages, Status.INFEASIBLE
            outcome = await episode.page.execute(parse(action))
            page = outcome.observation or page
    raise SystemExit(f"The oracle did not end {task.id}.")


if __name__ == "__main__":
    OUT.write_text(json.dumps(asyncio.run(record()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
