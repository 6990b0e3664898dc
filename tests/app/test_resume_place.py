"""Where a resumed session opens its browser: the last page that only has to be read."""

from __future__ import annotations

import itertools

from webdreamer_app.browser.scripted import page
from webdreamer_app.session import _places_to_go_on
from webdreamer_app.types import Action, Decision, Goal, History, Outcome, Plan, Proposal, Step, Verdict


def visited(*urls: str) -> History:
    history = History(Goal("buy a mug"))
    for number, (here, there) in enumerate(itertools.pairwise(urls)):
        chosen = Proposal(Action("click", "1"))
        seen, after = page(here, "", []), page(there, "", [])
        step = Step(number, seen, Plan(chosen, (chosen,)), Verdict(Decision.ACT, ""), Outcome(after))
        history = history.extend(step)
    return history


def test_the_last_page_comes_first_and_each_once() -> None:
    history = visited("http://s.test/", "http://s.test/a", "http://s.test/", "http://s.test/b")
    assert _places_to_go_on(history) == ["http://s.test/b", "http://s.test/", "http://s.test/a"]


def test_an_address_that_does_something_is_not_opened_again() -> None:
    history = visited("http://s.test/orders", "http://s.test/orders/42/cancel?confirm=1")
    assert _places_to_go_on(history) == []
    history = visited("http://s.test/", "http://s.test/orders", "http://s.test/item/7?action=delete")
    assert _places_to_go_on(history) == ["http://s.test/orders"]


def test_pages_without_a_web_address_are_passed_over() -> None:
    assert _places_to_go_on(visited("about:blank", "data:text/html,x", "http://s.test/a")) == ["http://s.test/a"]
