"""MiniWoB++ as a suite: a hundred small pages, of which those that need no pixels are tasks."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tasks.miniwob.catalogue import SPLITS
from tasks.miniwob.oracles import MiniWobOracle
from tasks.miniwob.site import COOKIE, ENDING, GOAL, application, cookie_value, html_folder
from tasks.server import serve
from tasks.task import UNREPORTED, Cookie, Ending, Grade, Oracle, Readback, Site, Start, Task, read_task_id


class MiniWobSite:
    """The served pages. They keep nothing here: an episode and its ending live in the browser."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self, session: str, task: Task | None = None) -> Start:
        del session
        if task is None:
            return Start(f"{self.url}/miniwob/click-test.html", ())
        seed = Cookie(COOKIE, cookie_value(task.id), self.url)
        return Start(f"{self.url}/miniwob/{task.answer['page']}.html", (seed,))

    def reset(self, session: str) -> None:
        del session

    def grade(self, task: Task, session: str, ending: Ending = UNREPORTED) -> Grade:
        del session
        return grade(str(task.answer["page"]), ending.page)


class MiniWobSuite:
    """Small pages of MiniWoB++ (optional package `miniwob`): buttons, forms, lists, tables, mail."""

    name = "miniwob"
    splits = tuple(SPLITS)
    readback = Readback(goal=GOAL, ending=ENDING)

    def sample(self, split: str, count: int, seed: int) -> tuple[Task, ...]:
        """Every page of the split once, in an order of this seed's own, before any comes again."""
        if split not in self.splits:
            raise ValueError(f"MiniWoB++ has no split {split!r}; there are: {', '.join(self.splits)}.")
        return tuple(_task(split, seed, index) for index in range(count))

    def task(self, task_id: str) -> Task:
        return _task(*read_task_id(task_id, self.name, self.splits))

    @contextlib.contextmanager
    def open(self, database: Path, port: int = 0) -> Iterator[Site]:
        """Serve the pages; nothing is written to `database`. Raises ServerError, also where the package is missing."""
        del database
        with serve(application(html_folder()), port) as url:
            yield MiniWobSite(url)

    def oracle(self, task: Task) -> Oracle:
        """Needs the instruction that the page gave; a page without an oracle gets one that knows no action."""
        return MiniWobOracle(str(task.answer["page"]), task.instruction)

    def variant(self, task: Task, number: int) -> Task:
        """The task itself: its page makes the wish and what it is about together."""
        del number
        return task

    def moved(self, task: Task, onto: Task) -> Task:
        """The other task: wishes belong to their pages here."""
        return onto

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        """The same task: no page asks for anything of the person's own."""
        return replace(task, profile=profile)


def _task(split: str, seed: int, index: int) -> Task:
    pages = list(SPLITS[split])
    random.Random(f"{split}/{seed}").shuffle(pages)
    page = pages[index % len(pages)]
    return Task(
        id=f"miniwob/{split}/{seed}/{index}",
        suite="miniwob",
        split=split,
        seed=seed,
        index=index,
        instruction=f"Do what the page says ({page}).",
        profile={},
        answer={"page": page},
    )


def grade(page: str, ending: Any) -> Grade:
    """`ending`: the page's `{reward, reason}`, None where the episode was not ended.

    The reward is the page's own, without its decay over time; as in the field, anything above 0 is a success.
    An episode that was ended without a reward was ended by a wrong click, and pages allow no second one.
    """
    if not isinstance(ending, dict):
        return Grade(False, 0.0, (), f"{page}: the episode was not ended.")
    raw = ending.get("reward")
    raw = float(raw) if isinstance(raw, int | float) else 0.0
    reason = str(ending.get("reason") or "")
    detail = f"{page}: ended with the reward {raw:g}{f' ({reason})' if reason else ''}."
    return Grade(raw > 0, min(1.0, max(0.0, raw)), () if raw > 0 else (detail,), detail)
