"""Explores many episodes in processes of their own: transitions of right and wrong actions, as arrays and as lines."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tasks.task import Suite
from webdreamer_app.actions import parse
from webdreamer_app.foresight.transitions import Followed, Situation, Story
from webdreamer_app.labelling import Labeller
from webdreamer_app.rehearsal.collecting import ShardOptions, in_processes, tasks_of
from webdreamer_app.types import Effect, Goal

_TEMPTING = 4
"""How many of the policy's favourites are looked at to find a wrong one."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """What is explored, and how thoroughly."""

    shard: ShardOptions
    """`out` is the file of arrays; the lines lie beside it. `policy` says how pages are read, and acts."""
    wrong: int = 2
    """Wrong actions tried in each state."""
    wishes: int = 4
    """Other wishes with which each commit is looked at."""
    finished: float = 0.25
    """Share of what was tried that is brought to an end, to see what is still to be had."""


def explore(wanted: list[Exploration], workers: int, echo: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Explore what is not there yet, `workers` processes at a time; a report of each. Files are written whole."""
    return in_processes(explore_shard, [one for one in wanted if not one.shard.out.exists()], workers, echo)


def _wished_otherwise(story: Story, suite: Suite, labeller: Labeller, count: int) -> Iterator[Story]:
    """What could not be taken back, as others would see it who asked for something near: right for them, or wrong."""
    for number, situation in enumerate(story.situations):
        done = [one for one in situation.followed if one.effect is Effect.IRREVERSIBLE]
        for place, other in enumerate(labeller.others(situation.observation, count) if done else ()):
            right = [parse(text) for text in suite.oracle(other)(situation.observation.text)]
            seen = tuple(
                Followed(
                    one.action,
                    one.after,
                    one.action in right,
                    one.effect,
                    one.action not in right,
                    goes_on=one.goes_on,
                )
                for one in done
            )
            goal = Goal(other.instruction, dict(other.profile))
            yield Story(
                f"{story.id}~{number}.{place}", goal, (Situation(situation.steps, situation.observation, seen),)
            )


def explore_shard(options: Exploration) -> dict[str, Any]:
    """Play the tasks of a shard, try what else could be done, and write what followed."""
    from tasks.suites import suite as suite_named
    from tasks.task import ClonableSite
    from webdreamer_app.foresight.changes import functions_by
    from webdreamer_app.foresight.packing import TransitionPacker
    from webdreamer_app.foresight.transitions import lines_of
    from webdreamer_app.labelling import PackReport, meanings_of
    from webdreamer_app.policies.scorer.deciding import Decider
    from webdreamer_app.rehearsal.episodes import play
    from webdreamer_app.rehearsal.meanings import numbers, words_shown
    from webdreamer_app.rehearsal.outcomes import Explorer
    from webdreamer_app.types import Action, History, Observation
    from worldmodel.text_encoder import TextEncoder

    shard = options.shard
    if shard.policy is None:
        raise ValueError("what is explored is read by a policy: name its weights.")
    decider = Decider.load(shard.policy, TextEncoder.load(verify=False))
    suite, packer = suite_named(shard.suite), TransitionPacker(decider)
    keys = list(numbers())
    lines = shard.out.with_suffix(".jsonl.gz")
    partial = lines.with_suffix(".partial")
    right = 0

    def tempting(page: Observation, history: History) -> list[Action]:
        return [one.action for one in decider.decide(page, history)[:_TEMPTING]]

    with (
        TemporaryDirectory(prefix="webdreamer-") as folder,
        suite.open(Path(folder) / "site.db") as site,
        gzip.open(partial, "wt", encoding="utf-8") as told,
    ):
        if not isinstance(site, ClonableSite):
            raise ValueError(f"{shard.suite} can't be explored: its sessions can't be copied.")
        for task in tasks_of(shard):
            session = f"{shard.seed}-{task.index}"
            explorer = Explorer(
                suite, site, task, session, random.Random(f"{task.id}/explored"), tempting, options.wrong,
                options.finished,
            )  # fmt: skip
            played = play(suite, site, task, session, shard.play, lambda *seen: tempting(*seen)[0], explorer)
            right += played.grade is not None and played.grade.success
            story = explorer.story(played, task.id, {"suite": shard.suite, "split": shard.split})
            function = functions_by(meanings_of(words_shown(task), numbers()), keys)
            packer.add(story, function)
            told.writelines(f"{line}\n" for line in lines_of(story))
            labeller = Labeller(decider.encoder, suite, task, random.Random(f"{task.id}/wishes"), PackReport())
            for other in _wished_otherwise(story, suite, labeller, options.wishes):
                packer.add(other, function)
    facts = {
        "suite": shard.suite, "split": shard.split, "seed": shard.seed, "episodes": shard.count, "right": right,
        "states": packer.states, "transitions": packer.transitions,
    }  # fmt: skip
    packer.write(shard.out, facts)
    partial.replace(lines)
    return facts | {"shard": shard.out.name}
