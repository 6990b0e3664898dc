"""Oracles: from a page's text and its instruction to the acceptable next actions. They never see the DOM."""

from __future__ import annotations

import re

from tasks.miniwob.oracles import answers, choices, forms, single
from tasks.miniwob.oracles.reading import LostError, Solver, Steps
from tasks.pages import read_page

SOLVERS: dict[str, Solver] = {**single.SOLVERS, **choices.SOLVERS, **forms.SOLVERS, **answers.SOLVERS}
"""Page's name → what solves it."""
OVER = "The episode is over."
"""What a page says once it was ended."""
_DONE = ("send_msg_to_user('Done.')",)


class MiniWobOracle:
    """Stateless: every answer depends on the page and the instruction alone. Empty where it knows no way on."""

    def __init__(self, name: str, goal: str) -> None:
        self._solver = SOLVERS.get(name)
        self._goal = goal

    def __call__(self, text: str) -> Steps:
        page = read_page(text)
        if page.dialog:
            return ("dialog_dismiss()",)
        if any(line.role == "text" and line.name == OVER for line in page.lines):
            return _DONE
        if self._solver is None:
            return ()
        try:
            return self._solver(self._goal, page)
        except (LostError, ValueError):  # the latter where something else stands in the place of a number
            return tuple(f"expand({group!r})" for group in re.findall(r"(?m)^ *\[(g\d+)\] .* folded", text))
