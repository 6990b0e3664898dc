"""How fast the bundled sites answer, and how fast a session is copied and put back.

    python -m benchmarks.sites [--suite store] [--repeats 200] [--json FILE]

Pages are asked for over one connection, theme by theme; medians and 95th percentiles in milliseconds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from tasks.site.serving import ThemedSite, themed
from tasks.site.themes import THEMES
from tasks.suites import suite

PATHS = {
    "shop": ("/", "/search?q=blue+mug", "/category/Garden", "/product/1234", "/cart", "/orders", "/account"),
    "forms": ("/",),
}


def timed(run: Callable[[], object], repeats: int) -> list[float]:
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def row(name: str, found: list[float]) -> dict[str, Any]:
    return {"what": name, "p50_ms": statistics.median(found), "p95_ms": found[int(len(found) * 0.95)]}


def pages(site: ThemedSite[Any], paths: tuple[str, ...], repeats: int) -> list[dict[str, Any]]:
    """A row for each path, over all themes."""
    place = urlsplit(site.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    times: dict[str, list[float]] = {path: [] for path in paths}
    for theme in THEMES:
        connection.request("GET", f"/enter/{theme.name}")
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]

        def ask(path: str, cookie: str = cookie) -> None:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)

        for path in paths:
            ask(path)
            times[path] += timed(lambda path=path: ask(path), max(1, repeats // len(THEMES)))  # type: ignore[misc]
    connection.close()
    return [row(f"page {path}", sorted(found)) for path, found in times.items()]


def copies(site: ThemedSite[Any], task: Any, repeats: int) -> list[dict[str, Any]]:
    """Clone and restore, by the site itself and by its admin port."""
    site.start("measured", task)
    place = urlsplit(site.admin_url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)

    def call(path: str, **body: str) -> None:
        headers = {"Authorization": f"Bearer {site.admin_key}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

    def both() -> None:
        site.save("measured", "kept")
        site.clone("measured", "copy")
        site.restore("measured", "kept")

    def over_the_port() -> None:
        call("/clone", session="measured", copy="copy")
        call("/save", session="measured", name="kept")
        call("/restore", session="measured", name="kept")

    return [
        row("clone, save and restore", timed(both, repeats)),
        row("the same over the admin port", timed(over_the_port, repeats)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="shop", choices=sorted(PATHS))
    parser.add_argument("--repeats", type=int, default=240)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chosen = suite(options.suite)
    with TemporaryDirectory() as folder, chosen.open(Path(folder) / "site.db") as running:
        site = themed(running)
        rows = pages(site, PATHS[options.suite], options.repeats)
        rows += copies(site, chosen.sample("train", 1, 1)[0], options.repeats)
    for one in rows:
        print(f"{one['what']:40} {one['p50_ms']:7.2f} {one['p95_ms']:7.2f}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
