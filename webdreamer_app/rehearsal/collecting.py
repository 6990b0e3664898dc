"""Rehearses many episodes in processes of their own, and packs what they teach as shards for training."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from webdreamer_app.rehearsal.episodes import RehearsalOptions


@dataclass(frozen=True, slots=True)
class ShardOptions:
    """What one process rehearses."""

    suite: str
    split: str
    seed: int
    first: int
    """Index of its first task."""
    count: int
    out: Path
    policy: Path | None = None
    """Weights of the policy that decides some of the steps."""
    play: RehearsalOptions = field(default_factory=RehearsalOptions)


PER_SHARD = 100
"""Episodes of one file."""


def plan_shards(
    suite: str, split: str, seed: int, episodes: int, out: Path, policy: Path | None, play: RehearsalOptions
) -> list[ShardOptions]:
    """The files in the folder `out` that `episodes` tasks of a seed go into; their names tell what is in them."""
    out.mkdir(parents=True, exist_ok=True)
    name = f"{suite}-{split}-{seed}-{play.deviation:g}-{play.student_share:g}"
    shards = []
    for first in range(0, episodes, PER_SHARD):
        count = min(PER_SHARD, episodes - first)
        place = out / f"{name}-{first}+{count}.shard"
        shards.append(ShardOptions(suite, split, seed, first, count, place, policy, play))
    return shards


def rehearse(shards: list[ShardOptions], workers: int, echo: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Run shards that are not there yet, `workers` at a time; a report of each.

    A shard is written whole or not at all.
    """
    return in_processes(rehearse_shard, [one for one in shards if not one.out.exists()], workers, echo)


Wanted = TypeVar("Wanted")


def in_processes(
    work: Callable[[Wanted], dict[str, Any]], waiting: Sequence[Wanted], workers: int, echo: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Each of what is waiting, `workers` at a time in processes of one thread; a report of each, told as it comes."""
    if workers == 1:
        return [_told(work(one), echo) for one in waiting]
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(workers, max(1, len(waiting))), initializer=_one_thread) as pool:
        return [_told(report, echo) for report in pool.imap_unordered(work, waiting)]


def _told(report: dict[str, Any], echo: Callable[[str], None]) -> dict[str, Any]:
    echo(", ".join(f"{name} {value}" for name, value in report.items()))
    return report


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


def rehearse_shard(options: ShardOptions) -> dict[str, Any]:
    """Play the tasks of a shard, label every state, write it."""
    from tasks.suites import suite as suite_named
    from webdreamer_app.labelling import Labeller, PackReport, meanings_of
    from webdreamer_app.policies.scorer.packing import Packer
    from webdreamer_app.rehearsal.episodes import play
    from webdreamer_app.rehearsal.meanings import numbers, words_shown
    from worldmodel.text_encoder import TextEncoder

    encoder, report, packer = TextEncoder.load(verify=False), PackReport(), Packer()
    suite = suite_named(options.suite)
    student = _student(options.policy, encoder)
    stuck = right = 0
    with TemporaryDirectory(prefix="webdreamer-") as folder, suite.open(Path(folder) / "site.db") as site:
        for task in tasks_of(options):
            played = play(suite, site, task, f"{options.seed}-{task.index}", options.play, student)
            report.sessions += 1
            stuck += played.grade is None
            right += played.grade is not None and played.grade.success
            meanings = meanings_of(words_shown(task), numbers())
            chance = random.Random(f"{options.out.name}/{task.id}")
            for example in Labeller(encoder, suite, task, chance, report, meanings).examples(played.history):
                packer.add(example)
    facts = asdict(report) | {"suite": options.suite, "stuck": stuck, "right": right}
    partial = options.out.with_suffix(".partial")
    packer.write(partial, facts)
    partial.replace(options.out)
    return facts | {"shard": options.out.name}


def tasks_of(options: ShardOptions) -> Iterator[Any]:
    """The tasks of a shard, one by one."""
    from tasks.suites import suite as suite_named

    known = suite_named(options.suite)
    for index in range(options.first, options.first + options.count):
        yield known.task(f"{options.suite}/{options.split}/{options.seed}/{index}")


def _student(policy: Path | None, encoder: Any) -> Any:
    """The policy's most probable action, as the planner would take it."""
    if policy is None:
        return None
    from webdreamer_app.policies.scorer.deciding import Decider

    decider = Decider.load(policy, encoder)
    return lambda page, history: decider.decide(page, history)[0].action
