"""`sites` and `tasks`: the bundled sites, and what can be asked there."""

from __future__ import annotations

import asyncio
import json

from tasks.site.themes import THEMES
from tasks.suites import names
from tasks.suites import suite as find_suite
from webdreamer_app.commands.measure import check_split
from webdreamer_app.config import Config
from webdreamer_app.console import stdout


async def serve_sites(config: Config, port: int) -> None:
    """Serve the bundled sites until interrupted, each theme under an address of its own."""
    with find_suite("shop").open(config.data_dir / "sites" / "shop.db", port) as site:
        stdout("shop   (Ctrl-C ends it)")
        for theme in THEMES:
            stdout(f"  {theme.brand:16} {site.url}/enter/{theme.name}")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stdout("The sites are closed.")


def list_suites(as_json: bool) -> None:
    for name in names():
        suite = find_suite(name)
        words = (suite.__doc__ or type(suite).__doc__ or "").strip().splitlines()[0]
        line = {"suite": name, "splits": list(suite.splits), "about": words}
        stdout(json.dumps(line) if as_json else f"{name}: {words} Splits: {', '.join(suite.splits)}.")


def list_tasks(suite_name: str, split: str, sample: int, seed: int, as_json: bool) -> None:
    check_split(suite_name, split)
    for task in find_suite(suite_name).sample(split, sample, seed):
        line = {"id": task.id, "instruction": task.instruction, "profile": dict(task.profile)}
        stdout(json.dumps(line) if as_json else f"{task.id}  {task.instruction}")
