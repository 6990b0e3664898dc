"""`bench`, `collect` and `train`: many episodes, with a progress bar."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from webdreamer_app.assemble import GATED, check_planner, check_policy
from webdreamer_app.config import Config
from webdreamer_app.console import stderr, stdout
from webdreamer_app.errors import UsageError
from webdreamer_app.rehearsal import REHEARSED


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr; yields a function of (done, wanted)."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, wanted: bar.update(task, completed=done, total=wanted)


def parse_seeds(text: str) -> tuple[int, ...]:
    """`1,2,3` as numbers. Raises UsageError."""
    try:
        seeds = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--seed {text!r} is not a list of whole numbers: write --seed 1,2,3.") from None
    if len(set(seeds)) != len(seeds):
        raise UsageError(f"--seed {text!r} names a seed twice: each must be its own.")
    return seeds


def check_split(suite_name: str, split: str, config: Config | None = None) -> None:
    """Raises UsageError, UnknownSuiteError or UnusableSuiteError."""
    from webdreamer_app.suites import find_suite

    splits = find_suite(suite_name, config).splits
    if split not in splits:
        raise UsageError(f"{suite_name} has no split {split!r}; there are: {', '.join(splits)}.")


def check_foreign(suite_name: str, config: Config, ungated: bool, accept_risk: bool) -> None:
    """Raises UsageError where nobody knows the way, or where other people's sites would be acted on unasked."""
    from tasks.suites import is_bundled

    if is_bundled(suite_name):
        return
    if config.policy == "oracle":
        raise UsageError(f"{suite_name} has no oracle: use --policy embedded, random or noop.")
    if ungated and not accept_risk:
        raise UsageError(
            f"The site of {suite_name} isn't bundled, and without the gate nothing would be asked: "
            f"measure reactive{GATED}, or let `bench` have --i-accept-the-risk."
        )


def check_bundled(suite_name: str) -> None:
    """Raises UsageError for suites without an oracle."""
    from tasks.suites import is_bundled

    if not is_bundled(suite_name):
        raise UsageError(f"{suite_name} has no oracle to collect from: use a bundled suite.")


def check_teachable(suite_name: str, split: str, config: Config) -> None:
    """Raises UsageError for what is kept for the final measurement, which nothing may be learned from."""
    from webdreamer_app.suites import find_suite

    if split != "test":
        return
    others = [one for one in find_suite(suite_name, config).splits if one != "test"]
    if not others:
        raise UsageError(
            f"{suite_name} has only tasks to test with, which nothing may be learned from: collect on another suite, "
            f"such as shop, and measure {suite_name} with `webdreamer bench {suite_name}`."
        )
    raise UsageError(
        f"--split {split!r} of {suite_name} is for the final measurement, and nothing may be learned from it: "
        f"collect with --split {' or --split '.join(others)}."
    )


def check_writable(file: Path) -> None:
    """Raises UsageError where a file can't be written, before hours are spent on what goes into it."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder: name a file for the figures.")
    if not file.parent.is_dir():
        raise UsageError(f"There is no folder {file.parent}: make it first, or name another file.")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise UsageError(f"{file} can't be written: choose another place.")


async def bench(
    config: Config,
    suite: str,
    split: str,
    planners: list[str],
    count: int,
    seeds: str,
    workers: int,
    json_file: Path | None,
    accept_risk: bool = False,
) -> None:
    """Several planners on the same tasks: a table, and JSON where it is asked for."""
    from webdreamer_app.evaluate import BenchOptions, write_json
    from webdreamer_app.evaluate import bench as run_bench

    for planner in planners:
        check_planner(planner, gated=True)
    check_policy(config, on_suite=True)
    check_split(suite, split, config)
    check_foreign(suite, config, any(not planner.endswith(GATED) for planner in planners), accept_risk)
    if json_file is not None:
        check_writable(json_file)
    options = BenchOptions(suite, split, tuple(dict.fromkeys(planners)), count, parse_seeds(seeds), workers)
    database = config.data_dir / "bench" / f"{_as_file_name(suite)}-{time.strftime('%Y%m%d-%H%M%S')}.db"
    with progress_bar(f"bench {suite}") as progress:
        data = await run_bench(options, config, database, progress)
    if json_file is not None:
        write_json(json_file, data)
    _print_table(data)
    stderr(f"Sessions: --db {database}")


def _as_file_name(suite: str) -> str:
    """`browsergym:miniwob.click-test` as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", suite)[:60].strip("-.")


def _print_table(data: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{data['suite']}, {data['split']} split, {data['n']} tasks × seeds {data['seeds']}")
    names = list(data["planners"])
    table.add_column("metric")
    for name in names:
        if undecided := data["planners"][name]["counts"].get("undecided"):
            stderr(f"{name}: {undecided} episodes could not be graded; success and reward are of the others.")
    for name in names:
        table.add_column(name, justify="right")
    for metric in ("success", "reward", "interactions", "wrong_commits", "needless_blocks"):
        table.add_row(metric, *(_interval(data["planners"][name][metric]) for name in names))
    for metric in ("ms_observe", "ms_propose", "ms_gate", "ms_act"):
        cells = [data["planners"][name][metric] for name in names]
        table.add_row(f"{metric} p50 / p95", *(f"{cell['p50']:.0f} / {cell['p95']:.0f}" for cell in cells))
    for pair, metrics in data["paired"].items():
        table.caption = f"{table.caption or ''}{pair}: success {_interval(metrics['success'])}\n"
    Console().print(table)


def _interval(cell: dict[str, Any]) -> str:
    return f"{cell['mean']:.3f} [{cell['ci95'][0]:.3f}, {cell['ci95'][1]:.3f}]"


async def collect(
    config: Config,
    suite: str,
    split: str,
    episodes: int,
    workers: int,
    deviation: float,
    student_share: float,
    out: Path,
) -> None:
    """Record oracle episodes with light randomisation into a session database."""
    from webdreamer_app.assemble import load_policy
    from webdreamer_app.collect import CollectOptions
    from webdreamer_app.collect import collect as run_collect

    check_split(suite, split, config)
    check_bundled(suite)
    check_teachable(suite, split, config)
    policy = await load_policy(config) if student_share > 0 else None
    options = CollectOptions(suite, split, episodes, config.seed, workers, deviation, student_share)
    with progress_bar(f"collect {suite}") as progress:
        done = await run_collect(options, config, out, policy, progress)
    stdout(f"{done.added} episodes added to {out}.")
    if done.lost:
        stderr(f"{done.lost} episodes were lost on the way: run the same command again to try them once more.")


async def rehearse(
    config: Config,
    suite: str,
    split: str,
    episodes: int,
    workers: int,
    deviation: float,
    student_share: float,
    out: Path,
) -> None:
    """Play bundled sites without a browser and write what that teaches, a hundred episodes a file."""
    import asyncio

    from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
    from webdreamer_app.rehearsal.collecting import plan_shards
    from webdreamer_app.rehearsal.collecting import rehearse as run_rehearsal
    from webdreamer_app.rehearsal.episodes import RehearsalOptions

    if suite not in REHEARSED:
        raise UsageError(
            f"{suite!r} can't be rehearsed without a browser; there are: {', '.join(REHEARSED)}. "
            f"`webdreamer collect` records any bundled suite in a browser."
        )
    check_split(suite, split, config)
    check_teachable(suite, split, config)
    policy = (config.policy_path or DEFAULT_WEIGHTS) if student_share > 0 else None
    options = RehearsalOptions(deviation=deviation, student_share=student_share)
    shards = plan_shards(suite, split, config.seed, episodes, out, policy, options)
    reports = await asyncio.to_thread(run_rehearsal, shards, workers, stderr)
    stdout(f"{sum(report['sessions'] for report in reports)} episodes added to {out}.")


async def train_policy(
    config: Config,
    data: list[Path],
    validation: list[Path],
    out: Path,
    minutes: float,
    seed: int,
    start: Path | None,
    resume: bool,
    device: str,
    own_episodes: int,
) -> None:
    """Label recorded states, take in rehearsed ones, train, calibrate, write the checkpoint and its card."""
    import asyncio

    from webdreamer_app.policies.scorer.card import write_card
    from webdreamer_app.policies.scorer.network import NetworkConfig
    from webdreamer_app.policies.scorer.training import TrainingConfig, train
    from webdreamer_app.rehearsal.meanings import numbers
    from webdreamer_app.train import packed_set

    if start is not None and not os.access(start, os.R_OK):
        raise UsageError(f"There is no policy {start} to begin with: name a checkpoint, or leave out --start.")
    for path in (*data, *validation):
        if not path.exists():
            raise UsageError(
                f"There is nothing to learn from at {path}: `webdreamer collect` makes session databases, "
                "`webdreamer rehearse` folders of rehearsed episodes."
            )
    packed = {}
    for split, sources in (("train", data), ("validation", validation)):
        packed[split] = await packed_set(sources, out, split, config, seed=seed, resume=resume, echo=stderr)
        if not len(packed[split]):
            raise UsageError(f"No finished sessions to learn from in {', '.join(map(str, sources))}.")
    details = await asyncio.to_thread(
        train,
        packed["train"],
        packed["validation"],
        out,
        TrainingConfig(minutes=minutes, seed=seed),
        network=NetworkConfig(meanings=len(numbers())),
        start=start,
        resume=resume,
        device="cpu" if device == "auto" else device,
        facts=packed["train"].facts,
        echo=stderr,
    )
    if own_episodes:
        from webdreamer_app.rehearsal.own_commits import fit_on_own

        details = await asyncio.to_thread(fit_on_own, out, own_episodes, stderr)
    write_card(out.with_name("MODEL_CARD.md"), out.name, details)
    figures = ", ".join(f"{name} {value:.4g}" for name, value in details["validation"].items())
    stdout(f"Wrote {out}: {figures}.")
