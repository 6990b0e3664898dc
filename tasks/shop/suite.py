"""The shop as a suite of tasks."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette

from tasks.shop import people
from tasks.shop.app import Shop
from tasks.shop.catalogue import by_id
from tasks.shop.generate import SUITE, is_plain, make_task, make_variant, moved
from tasks.shop.grade import grade
from tasks.shop.oracle import ShopOracle
from tasks.shop.state import Visit
from tasks.site.serving import ThemedSuite
from tasks.site.store import SessionStore
from tasks.site.visits import Visits
from tasks.task import Ending, Grade, Oracle, Task


class ShopSuite(ThemedSuite[Visit]):
    """Buying things in the bundled shop, and looking after orders and account there."""

    name = SUITE

    def make(self, split: str, seed: int, index: int) -> Task:
        return make_task(split, seed, index)

    def showcase(self, seed: int) -> Task:
        """A purchase that can be made, in a shop with one trap at most."""
        tasks = (make_task("train", seed, index) for index in itertools.count())
        return next(task for task in tasks if is_plain(task))

    def oracle(self, task: Task) -> Oracle:
        return ShopOracle(task.answer)

    def variant(self, task: Task, number: int) -> Task:
        return make_variant(task, number)

    def rebind(self, task: Task, profile: Mapping[str, str]) -> Task:
        address = task.answer.get("address")
        if not isinstance(address, dict) or any(task.profile[name] != value for name, value in address.items()):
            return replace(task, profile=profile)  # sent to somebody whom the instruction names
        changed = {**task.answer, "address": {name: profile[name] for name in address}}
        return replace(task, profile=profile, answer=changed)

    def moved(self, task: Task, onto: Task) -> Task:
        return moved(task, onto)

    def _store(self, database: Path) -> SessionStore[Visit]:
        return SessionStore(database, Visit, Visit)

    def _application(self, visits: Visits[Visit], store: SessionStore[Visit]) -> Starlette:
        return Shop(store, visits).application()

    def _begin(self, task: Task) -> Visit:
        site = task.answer["site"]
        return Visit(
            theme=site["theme"],
            traps=list(site["traps"]),
            sold_out=list(site["sold_out"]),
            gone=[(number, name, value) for number, name, value in site["gone"]],
            raised={int(number): cents for number, cents in site["raised"].items()},
            wishes=list(site["wishes"]),
            addresses=people.addresses(site),
            default_address=site["default_address"],
            cards=people.cards(site),
            orders=people.orders(site, by_id()),
        )

    def _judge(self, task: Task, state: Visit, ending: Ending) -> Grade:
        return grade(task.answer, state, ending)
