"""How well the embedded policy knows whether a commit of its own is right, on tasks that it acts on by itself.

    python -m benchmarks.commits [--split test] [--count 40] [--seed 1 2 3] [--policy FILE] [--json FILE]

The sites are played without a browser, every commit is allowed. A commit is wrong when the oracle, which reads what the
page shows, would not have done it there. Tells AUROC, calibration error over ten bins, and how many tasks succeeded.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.rehearsal import REHEARSED
from webdreamer_app.rehearsal.own_commits import attempts, commits_of, own_commit_figures, success_rate
from worldmodel.text_encoder import TextEncoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", default="test")
    parser.add_argument("--count", type=int, default=40, help="tasks of each suite and seed")
    parser.add_argument("--seed", type=int, nargs="*", default=[1])
    parser.add_argument("--suite", nargs="*", default=list(REHEARSED))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--policy", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    decider = Decider.load(options.policy, TextEncoder.load())
    tried = [
        one for seed in options.seed for one in attempts(decider, options.suite, options.split, seed, options.count)
    ]
    figures = own_commit_figures(commits_of(tried))
    for name in options.suite:
        here = [one for one in tried if one.task.id.startswith(f"{name}/")]
        figures |= {f"{name} {key}": value for key, value in own_commit_figures(commits_of(here)).items()}
        figures[f"{name} success"] = success_rate(tried, name)
        figures[f"{name} wrong commits"] = sum(len(one.grade.wrong_commits) for one in here) / len(here)
    for key, value in figures.items():
        print(f"{key:28} {value:.4f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
