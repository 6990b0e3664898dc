"""What was done before, as the scorer reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from webdreamer_app.identity import page_path
from webdreamer_app.policies.scorer.lexical import Floats
from webdreamer_app.policies.scorer.rows import MAX_TEXT, Row
from webdreamer_app.policies.scorer.verbs import KEYS
from webdreamer_app.types import Action, Element, Observation, Step

MAX_HISTORY = 6
LAST = 2
"""How many of the last steps are remembered whatever they did."""
_HISTORY_VERBS = ("click", "fill", "select_option", "press", "goto", "go_back", "scroll")
_TELLING = (4, 5, 7, 11, 14)
"""Among the features: goto, go_back, an error, another address, a dialog."""


def remembered(steps: Sequence[Step]) -> tuple[Step, ...]:
    """At most MAX_HISTORY steps, most recent first: the last two, then what `_tells` before other steps.

    What was typed long ago still shows on the page; that a draft was deleted doesn't.
    """
    before = range(len(steps) - LAST)
    telling = [place for place in before if _tells(steps[place])]
    others = [place for place in before if place not in set(telling)]
    chosen = [*telling[-(MAX_HISTORY - LAST) :], *range(max(0, len(steps) - LAST), len(steps))]
    left = MAX_HISTORY - len(chosen)
    chosen += others[-left:] if left else []
    return tuple(steps[place] for place in sorted(chosen, reverse=True))


def _tells(step: Step) -> bool:
    """Whether a step went elsewhere, failed or answered a dialog; `tells` reads the same from its features."""
    after, verb = step.outcome.observation, step.action.verb
    moved = after is not None and after.url != step.observation.url
    return moved or bool(step.outcome.error) or verb in ("goto", "go_back") or verb.startswith("dialog")


def tells(facts: Tensor) -> Tensor:
    """Whether steps did, (…, HISTORY_FEATURES) → (…) bool."""
    found: Tensor = (facts[..., _TELLING] > 0).any(-1)
    return found


class Past:
    """What was done before, as this page shows it."""

    def __init__(self, observation: Observation, steps: tuple[Step, ...]) -> None:
        self._steps = len(steps)
        here = page_path(observation.url)
        self.counts: Counter[tuple[str, str]] = Counter()
        """How often each (role, text) was acted on at this path."""
        self.visits: Counter[tuple[str, str]] = Counter()
        """The same, anywhere in the episode."""
        self.last: tuple[str, str] | None = None
        self._same = self._failed = self._seen = 0
        for step in steps:
            self.last = None
            is_here = page_path(step.observation.url) == here
            self._seen += is_here
            self._same += is_here and step.observation.text == observation.text
            self._failed += bool(step.outcome.error)
            key = _acted(step)
            if key is not None:
                self.visits[key] += 1
                if is_here:
                    self.last = key
                    self.counts[key] += 1
        self._rows = len(observation.elements)
        self._depth = len([part for part in here.split("/")[1:] if part])

    def page(self) -> Floats:
        return np.array(
            (
                min(self._steps, 40) / 20, self._steps == 0, min(self._seen, 10) / 5, min(self._same, 4) / 2,
                min(self._failed, 4) / 2, min(self._rows, 300) / 150, min(self._depth, 4) / 2, 1.0,
            ),
            dtype=np.float32,
        )  # fmt: skip

    def place(self, step: Step, rows: Sequence[Row]) -> int:
        """The row that a step acted on, -1 where it is gone."""
        key = _acted(step)
        if key is None:
            return -1
        found = (place for place, row in enumerate(rows) if (row.element.role, row.text) == key)
        return next(found, -1)


def _acted(step: Step) -> tuple[str, str] | None:
    """Role and text of what a step acted on; of an option that was chosen, the option."""
    target = step.observation.find(step.action.bid)
    if target is None:
        return None
    if step.action.verb == "select_option" and step.action.value:
        return target.role, str(step.action.value[0])
    return target.role, (target.name or (target.value or ""))[:MAX_TEXT]


def target_text(step: Step) -> str:
    target: Element | None = step.observation.find(step.action.bid)
    return target.name[:MAX_TEXT] if target is not None else ""


def history_features(step: Step, now: Observation) -> Floats:
    action: Action = step.action
    after = step.outcome.observation
    return np.array(
        [
            *(action.verb == known for known in _HISTORY_VERBS),
            bool(step.outcome.error),
            not step.outcome.executed,
            step.outcome.unknown,
            after is not None and after.text != step.observation.text,
            after is not None and after.url != step.observation.url,
            page_path(step.observation.url) == page_path(now.url),
            action.verb == "press" and action.value == (KEYS[0],),
            action.verb.startswith("dialog"),
            1.0,
        ],
        dtype=np.float32,
    )
