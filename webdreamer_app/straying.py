"""Steps aside from the oracle's way, so that what follows them is seen too."""

from __future__ import annotations

import random

from webdreamer_app.effects import classify
from webdreamer_app.types import Action, Goal, Observation


def opening(chosen: Action, observation: Observation) -> Action | None:
    """Opens a scripted list that tells its options only then, instead of choosing from it unseen."""
    target = observation.find(chosen.bid)
    if chosen.verb != "select_option" or target is None or target.options or target.expanded is not False:
        return None
    return Action("click", target.bid)


def deviation(chance: random.Random, observation: Observation, goal: Goal) -> Action | None:
    """A random action that commits nothing."""
    usable = [element for element in observation.elements if element.is_usable]
    for _ in range(8):
        if not usable:
            return None
        element = chance.choice(usable)
        action: Action | None = Action("click", element.bid)
        if element.options:
            action = Action("select_option", element.bid, (chance.choice(element.options),))
        elif element.role in ("textbox", "searchbox", "spinbutton"):
            words = goal.instruction.split() or ["1"]
            at = chance.randrange(len(words))
            span = " ".join(words[at : at + chance.randint(1, 3)]).strip(".,;:!?()")
            action = Action("fill", element.bid, (chance.choice([span, *goal.profile.values()]) or "1",))
        if action is not None and not classify(action, observation).is_commit:
            return action
    return None
