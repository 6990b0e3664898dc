"""Whether the embedded policy knows pages that are unlike anything it was trained on.

    python -m benchmarks.foreign SOURCE … [--split test] [--count 20] [--seed 1] [--each 60] [--json FILE]

A source is an HTML file, a folder of them (searched through), or a session database. Against the pages that the oracle
passes on tasks of the bundled sites, in unseen themes, played without a browser. Tells the AUROC of "foreign" for all
sources and for each, and how many pages of either side count as foreign. Of a source at most `--each` pages are taken,
drawn by the seed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from storage.repository import open_repository
from tasks.suites import suite as suite_named
from webdreamer_app.commands.observe import read_page
from webdreamer_app.config import Config
from webdreamer_app.gate import FOREIGN
from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.recorder import load_history
from webdreamer_app.rehearsal import REHEARSED
from webdreamer_app.rehearsal.episodes import RehearsalOptions, play
from webdreamer_app.types import Goal, History, Observation
from worldmodel.measures import area_under_curve
from worldmodel.text_encoder import TextEncoder


def bundled(split: str, seed: int, count: int) -> Iterator[tuple[Goal, Observation]]:
    """Every page of the oracle's way through `count` tasks of each suite, with what was asked."""
    for name in REHEARSED:
        suite = suite_named(name)
        with TemporaryDirectory(prefix="webdreamer-") as folder, suite.open(Path(folder) / "site.db") as site:
            for index in range(count):
                task = suite.task(f"{name}/{split}/{seed}/{index}")
                played = play(suite, site, task, str(index), RehearsalOptions(deviation=0.0))
                for step in played.history.steps:
                    yield played.history.goal, step.observation


def listed(source: Path) -> list[Path]:
    """The HTML files of a folder, or the file itself."""
    return sorted(source.rglob("*.html")) if source.is_dir() else [source]


async def stored(source: Path, each: int, chance: random.Random) -> list[Observation]:
    """Pages of a source."""
    if source.suffix == ".db":
        async with open_repository(source) as repository:
            pages = []
            for session in await repository.list_sessions(200):
                pages += [step.observation for step in (await load_history(repository, session.id, Goal(""))).steps]
        distinct = list({page.text: page for page in pages}.values())
        return chance.sample(distinct, min(each, len(distinct)))
    files = listed(source)
    return [await read_page(Config(), str(file)) for file in chance.sample(files, min(each, len(files)))]


def ranks(decider: Decider, pages: list[Observation], goals: list[Goal]) -> torch.Tensor:
    """How foreign each page is, (pages,)."""
    found = []
    for page, goal in zip(pages, goals, strict=True):
        distance = decider.distance(decider.state(page, History(goal)))
        assert distance is not None, "these weights don't tell how far a page is from what was learned"
        found.append(distance)
    return torch.tensor(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--split", default="test")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--policy", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    decider = Decider.load(options.policy, TextEncoder.load())
    chance = random.Random(options.seed)
    goals, pages = zip(*bundled(options.split, options.seed, options.count), strict=True)
    known = ranks(decider, list(pages), list(goals))
    figures: dict[str, float] = {"bundled pages": len(known), "bundled called foreign": called(decider, known)}
    everything = []
    for source in options.sources:
        found = asyncio.run(stored(source, options.each, chance))
        far = ranks(decider, found, [chance.choice(goals) for _ in found])
        everything.append(far)
        figures |= {f"{source.name}: pages": len(far), f"{source.name}: AUROC": auroc(known, far)}
        figures[f"{source.name}: called foreign"] = called(decider, far)
    figures["AUROC"] = auroc(known, torch.cat(everything))
    for key, value in figures.items():
        print(f"{key:44} {value:.4f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


def auroc(known: torch.Tensor, far: torch.Tensor) -> float:
    """How often a foreign page counts as further than a known one."""
    return area_under_curve(torch.cat([known, far]), torch.tensor([0] * len(known) + [1] * len(far)))


def called(decider: Decider, distances: torch.Tensor) -> float:
    """The share that counts as foreign at the gate."""
    return float((decider.rank(distances) >= FOREIGN).float().mean())


if __name__ == "__main__":
    main()
