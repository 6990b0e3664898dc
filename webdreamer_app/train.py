"""From recorded sessions to packed states: each is labelled by the oracle, and once more for other wishes."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from storage.repository import open_repository
from tasks.suites import suite_name
from tasks.task import Suite, Task
from webdreamer_app.config import Config
from webdreamer_app.errors import UsageError
from webdreamer_app.labelling import Labeller, PackReport
from webdreamer_app.policies.scorer.evaluation import fast_dtype
from webdreamer_app.policies.scorer.packing import Packer
from webdreamer_app.policies.scorer.shards import PackedSet, ShardError
from webdreamer_app.policies.scorer.vectors import Embeddings
from webdreamer_app.recorder import load_history
from webdreamer_app.suites import find_suite
from webdreamer_app.types import Goal, History
from worldmodel.text_encoder import TextEncoder


async def packed_set(
    sources: Sequence[Path],
    out: Path,
    split: str,
    config: Config,
    *,
    seed: int = 0,
    resume: bool = False,
    echo: Callable[[str], None] = print,
) -> PackedSet:
    """States of session databases, which are labelled first, and of folders of rehearsed episodes, ready to train on.

    What is made on the way is written beside `out`: with `resume` it is taken as it is.
    """
    found = PackedSet()
    databases = [source for source in sources if not source.is_dir()]
    if databases:
        place = out.with_suffix(f".{split}.packed")
        if not (resume and place.exists()):
            echo(f"Packing the {split} states …")
            await pack_sessions(databases, place, config, seed=seed, echo=echo)
        _added(found, place)
    for folder in (source for source in sources if source.is_dir()):
        for shard in sorted(folder.glob("*.shard")):
            _added(found, shard)
    if len(found):
        echo(f"Encoding the texts of {len(found)} {split} states …")
        fast = fast_dtype()
        encoder = TextEncoder.load(capacity=100, fast=fast is not None)
        await asyncio.to_thread(found.embed, encoder, fast or torch.float32, Embeddings(out.with_suffix(".texts")))
    return found


def _added(found: PackedSet, place: Path) -> None:
    try:
        found.add(place)
    except ShardError as error:
        raise UsageError(str(error)) from error


async def pack_sessions(
    databases: Sequence[Path],
    out: Path,
    config: Config,
    *,
    seed: int = 0,
    limit: int = 1_000_000,
    echo: Callable[[str], None] = print,
) -> PackReport:
    """Label every collected session of these databases and write one packed file."""
    encoder, report, packer = TextEncoder.load(), PackReport(), Packer()
    async for task, suite, history in _collected(databases, config, limit):
        report.sessions += 1
        labeller = Labeller(encoder, suite, task, random.Random(f"{seed}/{task.id}"), report)
        for example in labeller.examples(history):
            packer.add(example)
        if report.sessions % 50 == 0:
            echo(f"{report.sessions} sessions, {packer.count} examples")
    packer.write(out, asdict(report))
    return report


async def _collected(
    databases: Sequence[Path], config: Config, limit: int
) -> AsyncIterator[tuple[Task, Suite, History]]:
    """Finished sessions of suites, oldest first."""
    for database in databases:
        async with open_repository(database) as repository:
            sessions = [one for one in await repository.list_sessions(limit) if one.status == "collected"]
            for session in reversed(sessions):
                suite = find_suite(suite_name(session.task_id), config)
                goal = Goal(session.instruction, json.loads(session.profile))
                task = replace(suite.task(session.task_id), instruction=session.instruction)
                yield task, suite, await load_history(repository, session.id, goal)
