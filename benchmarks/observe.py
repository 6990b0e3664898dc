"""How long an observation takes and how long its text is, beside other tools, on the same pages in the same run.

    python -m benchmarks.observe [--elements 600 5600 22000] [--repeats 7] [--page-tokens 2000] [--json FILE]
        [--browser-use PYTHON] [--browsergym PYTHON] [--outside-repeats 3] [--memory]
    python -m benchmarks.observe --curve

Ours and Playwright's `aria_snapshot` each have the page in a context of their own in one Chromium; browser-use and
BrowserGym have it in a Chromium of theirs, driven by the interpreter of an environment where they are installed (what
they include: `observe_browser_use.py`, `observe_browsergym.py`). The tools take turns, one observation each. Each
tool's first observation of the freshly loaded page is kept apart; milliseconds are medians over the other turns, in
which the page doesn't change. Nobody takes screenshots. Tokens are counted by the text encoder's tokenizer, which is
loaded before the first page.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.observe_memory import growth
from benchmarks.observe_tools import AriaSnapshot, Sighting, Tool, ToolError, Webdreamer, in_our_process, outside
from benchmarks.pages import served, sized_page
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.browser.tokens import counter

CURVE = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)
_FITTED_FROM = 1000
"""Smallest page that counts for the exponent: on smaller ones the fixed cost rules."""
_FEW = 3
"""Turns on the largest pages of the curve."""
_PLAIN_COLUMNS = 160
"""Width of the table in a file or pipe."""


@dataclass(frozen=True, slots=True)
class Plan:
    sizes: tuple[int, ...]
    repeats: int
    outside_repeats: int = 3
    """Turns of the tools of other environments."""
    page_tokens: int = 2000
    """Budget of our text; 0: the whole page."""
    interpreters: Mapping[str, Path] = field(default_factory=dict)
    """Tool of another environment → its Python."""
    measures_memory: bool = False
    is_curve: bool = False

    def turns(self, size: int) -> int:
        return max(_FEW, min(self.repeats, 100_000 // size)) if self.is_curve else self.repeats


@dataclass(frozen=True, slots=True)
class Row:
    """One tool on one page; None where it has no such number."""

    tool: str
    elements: int
    turns: int = 0
    median_ms: float | None = None
    first_ms: float | None = None
    ratio: float | None = None
    """Our time over the tool's, median over the turns of both; in our own row over that of `aria_snapshot`."""
    chars: int | None = None
    whole_chars: int | None = None
    tokens: int | None = None
    interactive: int | None = None
    peak_growth_mb: float | None = None
    renderer_growth_mb: float | None = None
    driver_growth_mb: float | None = None
    error: str = ""


async def measure(window: ChromiumBrowser, url: str, plan: Plan, size: int) -> list[Row]:
    """Every tool on one page; our own row first."""
    failed: dict[str, str] = {}
    seen: dict[str, list[Sighting]] = defaultdict(list)
    elements: dict[str, int] = {}
    async with contextlib.AsyncExitStack() as stack:
        tools: list[Tool] = [
            await stack.enter_async_context(in_our_process(kind, window, url)) for kind in (Webdreamer, AriaSnapshot)
        ]
        for name, python in plan.interpreters.items():
            try:
                tools.append(await stack.enter_async_context(outside(name, python, url)))
            except (ToolError, OSError) as error:
                failed[name] = str(error)
        for turn in range(plan.turns(size) + 1):
            for tool in tools:
                elements[tool.name] = tool.elements
                if tool.name in failed or (tool.name in plan.interpreters and turn > plan.outside_repeats):
                    continue
                try:
                    seen[tool.name].append(await tool.observe())
                except ToolError as error:
                    failed[tool.name] = str(error)
    return [
        row(name, elements.get(name, elements[Webdreamer.name]), seen[name], seen[_other(name)], failed.get(name, ""))
        for name in (Webdreamer.name, AriaSnapshot.name, *plan.interpreters)
    ]


def _other(name: str) -> str:
    return AriaSnapshot.name if name == Webdreamer.name else Webdreamer.name


def row(name: str, elements: int, seen: Sequence[Sighting], others: Sequence[Sighting], error: str) -> Row:
    """The medians of what a tool saw; the first time apart."""
    if len(seen) < 2:
        first_ms = seen[0].ms if seen else None
        return Row(name, elements, first_ms=first_ms, error=error or "it observed only once")
    pairs = [(mine.ms, other.ms) for mine, other in zip(seen[1:], others[1:], strict=False)]
    last = seen[-1]
    return Row(
        tool=name,
        elements=elements,
        turns=len(seen) - 1,
        median_ms=statistics.median(sighting.ms for sighting in seen[1:]),
        first_ms=seen[0].ms,
        ratio=statistics.median(mine / other if name == Webdreamer.name else other / mine for mine, other in pairs),
        chars=len(last.text),
        whole_chars=last.whole_chars,
        tokens=sum(counter()(last.text.split("\n"))),
        interactive=last.interactive,
        error=error,
    )


async def run(plan: Plan) -> list[Row]:
    """Page after page, in one Chromium of ours."""
    found: list[Row] = []
    counter()
    with served(sized_page) as url:
        async with open_browser(BrowserOptions(timeout_s=60, page_tokens=plan.page_tokens)) as window:
            for size in plan.sizes:
                rows = await measure(window, f"{url}/{size}", plan, size)
                if plan.measures_memory:
                    grown = await growth(f"{url}/{size}", plan.turns(size) + 1, plan.page_tokens)
                    rows[0] = replace(
                        rows[0],
                        peak_growth_mb=grown.python_mb,
                        renderer_growth_mb=grown.renderer_mb,
                        driver_growth_mb=grown.driver_mb,
                    )
                found += rows
    return found


def exponent(rows: Sequence[Row], tool: str) -> float | None:
    """The k of ms ~ elements^k by least squares on logarithms; None with fewer than two pages that are large enough."""
    points = [
        (math.log(row.elements), math.log(row.median_ms))
        for row in rows
        if row.tool == tool and row.median_ms and row.elements >= _FITTED_FROM * 0.9
    ]
    return statistics.linear_regression(*zip(*points, strict=True)).slope if len(points) > 1 else None


def table(rows: Sequence[Row], plan: Plan) -> Table:
    heads = ["elements", "tool", "turns", "ms", "first ms", "ours / its", "chars", "tokens", "interactive"]
    heads += ["ms / 1,000"] * plan.is_curve
    heads += ["Python MB", "renderer MB", "driver MB"] * plan.measures_memory
    shown = Table(*heads)
    for row in rows:
        cells = [
            f"{row.elements:,}", row.tool, str(row.turns), _cell(row.median_ms, 1), _cell(row.first_ms, 1),
            _cell(row.ratio, 2), _cell(row.chars, 0), _cell(row.tokens, 0), _cell(row.interactive, 0),
        ]  # fmt: skip
        cells += [_cell(row.median_ms and row.median_ms / row.elements * 1000, 1)] * plan.is_curve
        grown = (row.peak_growth_mb, row.renderer_growth_mb, row.driver_growth_mb)
        cells += [_cell(megabytes, 1) for megabytes in grown] * plan.measures_memory
        shown.add_row(*cells)
    return shown


def _cell(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def show(rows: Sequence[Row], plan: Plan) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_COLUMNS)
    console.print(table(rows, plan))
    for row in rows:
        if row.error:
            console.print(f"{row.tool} on {row.elements:,} elements: {row.error}", markup=False, highlight=False)
    for tool in (Webdreamer.name, AriaSnapshot.name) if plan.is_curve else ():
        fitted = exponent(rows, tool)
        if fitted is not None:
            console.print(f"{tool}: milliseconds grow as elements^{fitted:.2f} from {_FITTED_FROM:,} elements on")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=int, nargs="+", default=[600, 5600, 22000])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--page-tokens", type=int, default=2000, help="0: the whole page as text")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--browser-use", type=Path, metavar="PYTHON", help="an interpreter that has browser-use")
    parser.add_argument("--browsergym", type=Path, metavar="PYTHON", help="an interpreter that has browsergym-core")
    parser.add_argument("--outside-repeats", type=int, default=3, help="at most so many turns for those two")
    parser.add_argument("--memory", action="store_true", help="growth of the peak memory (Linux)")
    parser.add_argument("--curve", action="store_true", help=f"pages of {', '.join(map(str, CURVE))} elements")
    options = parser.parse_args()
    given = {"browser-use": options.browser_use, "browsergym": options.browsergym}
    plan = Plan(
        sizes=CURVE if options.curve else tuple(options.elements),
        repeats=options.repeats,
        outside_repeats=options.outside_repeats,
        page_tokens=options.page_tokens,
        # Not resolved: the link in an environment's folder is what makes it that environment's.
        interpreters={name: path.absolute() for name, path in given.items() if path},
        measures_memory=options.memory,
        is_curve=options.curve,
    )
    if plan.is_curve and plan.interpreters:
        parser.error("--curve has pages that other tools take minutes for: leave --browser-use and --browsergym out.")
    if min(plan.repeats, plan.outside_repeats, *plan.sizes) < 1:
        parser.error("repeats and elements begin at 1.")
    rows = asyncio.run(run(plan))
    show(rows, plan)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
