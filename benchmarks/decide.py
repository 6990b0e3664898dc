"""How long the embedded policy decides, beside one `aria_snapshot` of the same page in the same run.

    python -m benchmarks.decide [--elements 300] [--repeats 15] [--threads 2] [--policy FILE] [--json FILE]

Turns are taken: a snapshot by Playwright, a decision on a page whose texts were never seen (each turn brings a page of
other words), a second decision on it, then one and eight stochastic passes over it. Milliseconds are medians, and so
are the ratios of each turn. The first turn, in which the instruction is read, is left out. Reading the page is in
neither side's time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.pages import PER_CARD, served
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.types import Goal, History, Observation
from worldmodel.text_encoder import TextEncoder

_GOAL = Goal("Please buy the blue linen lamp for at most $40 and have it sent to my address", {"full_name": "Ada Roe"})
_COLOURS = (
    "blue",
    "green",
    "amber",
    "ivory",
    "coral",
    "slate",
    "olive",
    "ruby",
    "navy",
    "sand",
    "pearl",
    "rust",
    "mint",
)
_STUFFS = ("linen", "oak", "steel", "wool", "glass", "cork", "bamboo", "clay", "brass", "felt", "marble", "cotton")
_THINGS = ("lamp", "chair", "mug", "clock", "shelf", "vase", "rug", "bowl", "stool", "basket", "tray", "mirror", "hook")
_AROUND = 20


def page_of(turn: int, elements: int) -> str:
    """A results page of about so many elements, in words that depend on the turn."""
    chance = random.Random(turn)

    def card() -> str:
        name = " ".join(chance.choice(words).title() for words in (_COLOURS, _STUFFS, _THINGS))
        maker = "".join(chance.choice("bcdfgklmnprst") + chance.choice("aeiou") for _ in range(3)).title()
        return (
            f'<li><article><h3><a href="/p/{chance.randrange(10**6)}">{name} by {maker}</a></h3><p>Rated <b>4.5</b></p>'
            f"<p>${chance.randrange(9, 99)}.99</p><label>Quantity <input value=1></label>"
            f"<div><button>Add to cart</button></div></article></li>"
        )

    cards = "".join(card() for _ in range(max(1, (elements - _AROUND) // PER_CARD)))
    return (
        "<!doctype html><title>Results</title><header><form role=search><label for=s>Search</label><input id=s>"
        "<button>Search</button></form></header><nav><ul><li><a href=/a>Home</a><li><a href=/c>Cart</a></ul></nav>"
        f"<main><h1>Results</h1><ul>{cards}</ul></main>"
    )


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


async def measure(elements: int, repeats: int, weights: Path) -> dict[str, list[float]]:
    """Milliseconds by what was done, one a turn."""
    decider = Decider.load(weights, TextEncoder.load())
    found: dict[str, list[float]] = defaultdict(list)

    def body(path: str) -> bytes:
        turn = path.strip("/")
        return page_of(int(turn), elements).encode() if turn.isdigit() else b""

    with served(body) as site:
        async with open_browser(BrowserOptions()) as browser:
            for turn in range(repeats + 1):
                page = await browser.goto(f"{site}/{turn}")
                for name, milliseconds in (await _turn(browser, decider, page)).items():
                    found[name].append(milliseconds)
    return {name: values[1:] for name, values in found.items()}


async def _turn(browser: ChromiumBrowser, decider: Decider, page: Observation) -> dict[str, float]:
    begun = time.perf_counter()
    await browser.tab.page.locator("body").aria_snapshot()
    snapshot = (time.perf_counter() - begun) * 1000
    history = History(_GOAL)
    return {
        "snapshot": snapshot,
        "new page": timed(lambda: decider.decide(page, history)),
        "cached": timed(lambda: decider.decide(page, history)),
        "1 pass": timed(lambda: decider.passes(decider.state(page, history), 1)),
        "8 passes": timed(lambda: decider.passes(decider.state(page, history), 8)),
    }


def report(found: dict[str, list[float]]) -> dict[str, float]:
    """Medians, and the ratios that the bars speak of."""

    def ratio(above: str, below: str) -> float:
        return statistics.median(one / other for one, other in zip(found[above], found[below], strict=True))

    figures = {f"{name} (ms)": statistics.median(values) for name, values in found.items()}
    return figures | {
        "cached / snapshot": ratio("cached", "snapshot"),
        "new page / snapshot": ratio("new page", "snapshot"),
        "8 passes / 1 pass": ratio("8 passes", "1 pass"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--policy", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    figures = report(asyncio.run(measure(options.elements, options.repeats, options.policy)))
    for name, value in figures.items():
        print(f"{name:22} {value:8.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
