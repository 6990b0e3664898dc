"""`sites` and `tasks`: the bundled sites, and what can be asked there."""

from __future__ import annotations

import asyncio
import contextlib
import json

from tasks.suites import names
from tasks.suites import suite as find_suite
from webdreamer_app.commands.measure import check_split
from webdreamer_app.config import Config
from webdreamer_app.console import stdout

SITES = ("shop", "forms")
"""Suites whose sites are bundled."""


async def serve_sites(config: Config, port: int) -> None:
    """Serve the bundled sites until interrupted: the first on `port`, the next on the port after it."""
    with contextlib.ExitStack() as stack:
        for place, name in enumerate(SITES):
            database = config.data_dir / "sites" / f"{name}.db"
            site = stack.enter_context(find_suite(name).open(database, (port + place) % 65536 if port else 0))
            stdout(f"{name}: {site.url}/")
        stdout("Ctrl-C ends them.")
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
