"""What advice does to the embedded policy: none, what the oracle would do next, and something else on the page.

    python -m benchmarks.advice [--suite shop forms] [--split test] [--count 40] [--seed 1] [--json FILE]

The same tasks three times, played without a browser by the reactive planner, every commit allowed. Good advice tells
one action that is right on the page; wrong advice one that is not, drawn from what can be acted on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from tasks.suites import suite as suite_named
from tasks.task import Suite, Task
from webdreamer_app.actions import describe, parse
from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.rehearsal import REHEARSED
from webdreamer_app.rehearsal.measuring import Advise, attempt
from webdreamer_app.types import Action, History, Observation
from worldmodel.text_encoder import TextEncoder

KINDS = ("none", "good", "wrong")


def adviser(kind: str, suite: Suite, task: Task) -> Advise | None:
    """None, or who says what is right on a page, or what is not."""
    if kind == "none":
        return None
    oracle, chance = suite.oracle(task), random.Random(task.id)

    def advise(page: Observation, history: History) -> Sequence[str]:
        right = [parse(text) for text in oracle(page.text)]
        if kind == "good":
            return [describe(action, page) for action in right[:1]]
        usable = [Action("click", element.bid) for element in page.elements if element.is_usable]
        others = [action for action in usable if action not in right]
        return [describe(chance.choice(others), page)] if others else []

    return advise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", nargs="*", default=list(REHEARSED))
    parser.add_argument("--split", default="test")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--policy", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    decider = Decider.load(options.policy, TextEncoder.load())
    figures: dict[str, float] = {}
    for name in options.suite:
        suite = suite_named(name)
        done = dict.fromkeys(KINDS, 0)
        with TemporaryDirectory(prefix="webdreamer-") as folder, suite.open(Path(folder) / "site.db") as site:
            for index in range(options.count):
                task = suite.task(f"{name}/{options.split}/{options.seed}/{index}")
                for kind in KINDS:
                    tried = attempt(site, task, f"{kind}-{index}", decider, advise=adviser(kind, suite, task))
                    done[kind] += tried.grade.success
        figures |= {f"{name}, {kind} advice": count / options.count for kind, count in done.items()}
    for key, value in figures.items():
        print(f"{key:24} {value:.3f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
