"""From episodes to labelled states: right actions by the oracle, for the wish at hand and for neighbouring ones.

A page on which one task's order is right is the page on which a neighbouring task's order is wrong; the oracle, which
reads only what is displayed, labels both. So every page teaches more than it was visited for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.task import Suite, Task
from webdreamer_app.actions import describe, parse
from webdreamer_app.effects import classify
from webdreamer_app.policies.scorer.features import Featurizer, StateFeatures
from webdreamer_app.policies.scorer.labels import labels_for
from webdreamer_app.policies.scorer.packing import Example
from webdreamer_app.policies.scorer.rows import Row
from webdreamer_app.policies.scorer.verbs import NO_CLICK
from webdreamer_app.straying import deviation
from webdreamer_app.types import Action, Effect, Goal, History, Observation, Step
from worldmodel.text_encoder import TextEncoder

_RELABEL_SHARE, _CHOICE_SHARE = 0.15, 0.7
"""How often a page is looked at with another wish: any, and one with something to choose or tick."""
_VARIANTS = 4
"""How many variants are drawn for one that asks for something else on the page at hand."""
_COMMIT_RELABELS, _CHOICE_RELABELS = 4, 2
"""Most other wishes that a page is then looked at with: one that can commit something, one with something to choose."""
_POOL = 600
_RELABEL_WEIGHT = 0.7
_ADVISED, _ADVISED_WRONG = 0.5, 0.5
"""How often advice is given, and how often what is given is wrong."""
_UNKNOWN_COMMITS = 2
"""How many rows of unknown effect a state teaches the commit score with, beside the right ones."""
_SCRIPT = 3
"""Longest script, in actions."""


@dataclass(slots=True)
class PackReport:
    """What became of the states."""

    sessions: int = 0
    states: int = 0
    relabelled: int = 0
    unlabelled: int = 0
    """States whose acceptable actions lie outside the candidate set."""
    commits: int = 0
    commits_wrong: int = 0


Meanings = Callable[[Row], int]
"""The number of what a row's words mean, -1 where nobody knows."""


class Labeller:
    """Makes the examples of one episode."""

    def __init__(
        self,
        encoder: TextEncoder,
        suite: Suite,
        task: Task,
        chance: random.Random,
        report: PackReport,
        meanings: Meanings | None = None,
    ) -> None:
        self._encoder = encoder
        self._suite = suite
        self._task = task
        self._chance = chance
        self._report = report
        self._meanings = meanings
        self._page: Observation | None = None
        self._found: tuple[tuple[str, bool], ...] = ()
        self._featurizer = Featurizer(encoder, Goal(task.instruction, dict(task.profile)))

    def examples(self, history: History) -> Iterator[Example]:
        """Those of every step: what was asked, and where it teaches most, what others would ask there."""
        for place, step in enumerate(history.steps):
            before = history.steps[:place]
            self._report.states += 1
            advice = self._advice(history.steps[place:])
            yield from self._labelled(self._task, self._featurizer, step.observation, before, 1.0, advice)
            committing = any(grave for _, grave in self._commits(step.observation))
            choosing = _has_choices(step.observation)
            if committing or self._chance.random() < (_CHOICE_SHARE if choosing else _RELABEL_SHARE):
                most = _COMMIT_RELABELS if committing else _CHOICE_RELABELS if choosing else 1
                count = self._chance.randint(1, most)
                for other in self.others(step.observation, count):
                    self._report.relabelled += 1
                    featurizer = Featurizer(self._encoder, Goal(other.instruction, dict(other.profile)))
                    yield from self._labelled(other, featurizer, step.observation, before, _RELABEL_WEIGHT)

    def _labelled(
        self,
        task: Task,
        featurizer: Featurizer,
        page: Observation,
        before: tuple[Step, ...],
        weight: float,
        advice: Sequence[str] = (),
    ) -> Iterator[Example]:
        right = [parse(text) for text in self._suite.oracle(task)(page.text)]
        state = featurizer(page, before, advice)
        labels = labels_for(right, state)
        commits = tuple((row, Action("click", bid) not in right) for row, bid in self._committing(state, page, right))
        self._report.commits += len(commits)
        self._report.commits_wrong += sum(wrong for _, wrong in commits)
        if not labels:
            self._report.unlabelled += 1
            return
        meanings = tuple(self._meanings(row) for row in state.rows) if self._meanings else ()
        yield Example(state, labels, commits, weight, meanings)

    def _commits(self, page: Observation) -> Sequence[tuple[str, bool]]:
        """References whose click could not be taken back, and whether that is known; kept for the page at hand."""
        if self._page is not page:
            self._page, found = page, []
            for element in page.elements:
                if element.is_usable and element.role not in NO_CLICK and not element.options:
                    effect = classify(Action("click", element.bid), page)
                    if effect.is_commit:
                        found.append((element.bid, effect is Effect.IRREVERSIBLE))
            self._found = tuple(found)
        return self._found

    def _committing(
        self, state: StateFeatures, page: Observation, right: Sequence[Action]
    ) -> Iterator[tuple[int, str]]:
        """Rows whose click would commit something, with their references; few of those of unknown effect."""
        places = {row.element.bid: place for place, row in enumerate(state.rows) if not row.is_option}
        unknown = 0
        for bid, is_known in self._commits(page):
            if not is_known and Action("click", bid) not in right:
                unknown += 1
                if unknown > _UNKNOWN_COMMITS:
                    continue
            if bid in places:
                yield places[bid], bid

    def _advice(self, ahead: Sequence[Step]) -> tuple[str, ...]:
        """Half the time none; else what was rightly done from here on, or now and then something else."""
        if self._chance.random() >= _ADVISED:
            return ()
        if self._chance.random() < _ADVISED_WRONG:
            return self._misleading(ahead[0])
        script: list[str] = []
        for step in ahead[: self._chance.randint(1, _SCRIPT)]:
            if all(step.action != one.action for one in step.plan.proposals if one.rationale == "acceptable"):
                break
            script.append(describe(step.action, step.observation))
        return tuple(script)

    def _misleading(self, step: Step) -> tuple[str, ...]:
        """What is wrong on this page: clicks anywhere, other values, other choices."""
        page, right = step.observation, {one.action for one in step.plan.proposals if one.rationale == "acceptable"}
        goal = Goal(self._task.instruction, dict(self._task.profile))
        clicks = [Action("click", element.bid) for element in page.elements if element.is_usable]
        found = []
        for _ in range(self._chance.randint(1, _SCRIPT)):
            action = deviation(self._chance, page, goal) if self._chance.random() < 0.5 else None
            action = action or (self._chance.choice(clicks) if clicks else None)
            if action is not None and action not in right:
                found.append(describe(action, page))
        return tuple(found)

    def others(self, page: Observation, count: int) -> list[Task]:
        """Neighbouring wishes: one detail changed, near in words, by the same person or by another.

        None where only pages tell what is wished.
        """
        if self._suite.readback.goal:
            return []
        result = []
        for place in range(count):
            if place == 3:
                stranger = self._chance.choice(_pool(self._suite, self._task))
                result.append(self._suite.rebind(self._task, stranger.profile))
                continue
            if place % 2 == 0:
                other = self._variant(page)
                here = other if other.answer.get("site") is None else self._suite.moved(other, self._task)
            else:
                here = self._suite.rebind(self._suite.moved(self._near(), self._task), self._task.profile)
            if here is not self._task and here.instruction != self._task.instruction:
                result.append(here)
        return result

    def _variant(self, page: Observation) -> Task:
        """The wish with one detail changed, if possible one on which the page at hand depends."""
        right, found = self._suite.oracle(self._task)(page.text), self._task
        for _ in range(_VARIANTS):
            found = self._suite.variant(self._task, self._chance.randrange(1000))
            if self._suite.oracle(found)(page.text) != right:
                break
        return found

    def _near(self) -> Task:
        """A task of much the same words."""
        pool, words = _pool(self._suite, self._task), _words(self._task.instruction)
        drawn = self._chance.sample(pool, min(len(pool), 120))
        near = sorted(drawn, key=lambda other: -len(words & _words(other.instruction)))[:8]
        return self._chance.choice(near)


def _has_choices(page: Observation) -> bool:
    return any(element.is_usable and (element.options or element.checked is not None) for element in page.elements)


def meanings_of(words: Mapping[str, str], numbers: Mapping[str, int]) -> Meanings:
    """What rows of a site mean whose words these are, key → words, with fields in braces; numbered by key."""
    plain = {text: numbers[key] for key, text in words.items() if "{" not in text and key in numbers}
    patterns = [
        (re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text))), numbers[key])
        for key, text in words.items()
        if "{" in text and key in numbers and len(re.sub(r"\{\w+\}", "", text).strip()) > 3
    ]
    known: dict[str, int] = {}

    def meaning(row: Row) -> int:
        text = row.text
        if text not in known:
            found = plain.get(text, -1)
            if found < 0:
                found = next((number for pattern, number in patterns if pattern.fullmatch(text)), -1)
            known[text] = found
        return known[text]

    return meaning


_POOLS: dict[tuple[str, str, bool], list[Task]] = {}


def _pool(suite: Suite, like: Task) -> list[Task]:
    """Tasks to relabel with, told as widely as the one at hand."""
    key = (suite.name, like.split, like.seed >= 1000)
    if key not in _POOLS:
        _POOLS[key] = list(suite.sample(like.split, _POOL, 1077 if key[2] else 77))
    return _POOLS[key]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.lower().replace(",", " ").replace(".", " ").split())
