"""`sites` and `tasks`: the bundled sites, and what can be asked there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import Iterator

from tasks.site.serving import ThemedSite
from tasks.site.themes import THEMES
from tasks.suites import names
from tasks.task import Site
from webdreamer_app.commands.measure import check_split
from webdreamer_app.config import Config
from webdreamer_app.console import stderr, stdout
from webdreamer_app.errors import UsageError
from webdreamer_app.suites import find_suite

SITES = ("shop", "forms", "corner")
"""Suites whose sites are bundled."""


async def serve_sites(config: Config, name: str, port: int) -> None:
    """Serve one site, or without a name the bundled ones, until interrupted: the first on `port`, the next after it."""
    with contextlib.ExitStack() as stack:
        for place, one in enumerate((name,) if name else SITES):
            database = config.data_dir / "sites" / f"{one}.db"
            site = stack.enter_context(find_suite(one, config).open(database, (port + place) % 65536 if port else 0))
            _tell(one, site)
        stdout("Ctrl-C ends it.")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stdout("The sites are closed.")


def _tell(name: str, site: Site) -> None:
    """Where a site is; one with themes has an address for each."""
    if not isinstance(site, ThemedSite):
        stdout(f"{name}: {site.start('visitor').url}")
        return
    stdout(f"{name}: {site.url}/")
    for theme in THEMES:
        stdout(f"  {theme.brand:16} {site.url}/enter/{theme.name}")


def install(config: Config, name: str) -> None:
    """Install a site that isn't bundled, telling how far it is."""
    if name != "pretix":
        raise UsageError(f"There is nothing to install for {name!r}: webdreamer sites install pretix.")
    from tasks.pretix.install import install as install_pretix
    from tasks.pretix.place import default_place

    with interrupted_by_sigterm():
        install_pretix(default_place(config.data_dir), stderr)


@contextlib.contextmanager
def interrupted_by_sigterm() -> Iterator[None]:
    """SIGTERM ends what runs here as Ctrl-C does, so that no process that it started is left behind."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
