"""The random policy: uniform over what the page offers, from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from webdreamer_app.types import TYPED_ROLES, Action, Element, Goal, History, Observation, Proposal

MAX_VALUES = 96
"""Words and profile values that a field may be given."""
MAX_PROPOSALS = 16


class RandomPolicy:
    """Picks an element first and then a value, so that fields don't crowd out buttons.

    The draw depends on the seed and the step's number alone: the same seed on the same pages acts the same.
    """

    name = "random"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        """At most 16, in random order, equally probable; no commit score."""
        draw = random.Random(f"{self._seed}/{len(history.steps)}")
        usable = [element for element in observation.elements if element.is_usable]
        if not usable:
            return (Proposal(Action("noop"), "nothing to act on"),)
        draw.shuffle(usable)
        probability = 1 / len(usable)
        values = _values(history.goal)
        chosen = usable[:MAX_PROPOSALS]
        return tuple(Proposal(_act_on(one, values, draw), "at random", probability) for one in chosen)


def _act_on(element: Element, values: list[str], draw: random.Random) -> Action:
    if element.options:
        return Action("select_option", element.bid, (draw.choice(element.options),))
    if element.role in TYPED_ROLES and not element.readonly and values:
        return Action("fill", element.bid, (draw.choice(values),))
    return Action("click", element.bid)


def _values(goal: Goal) -> list[str]:
    return [*goal.instruction.split(), *(goal.profile[key] for key in sorted(goal.profile))][:MAX_VALUES]
