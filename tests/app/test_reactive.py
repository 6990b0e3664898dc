"""The reactive planner, and the simple policies it works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from webdreamer_app.actions import format_action
from webdreamer_app.browser.scripted import ScriptedBrowser, page
from webdreamer_app.effects import classify
from webdreamer_app.errors import ActionSyntaxError
from webdreamer_app.events import Event
from webdreamer_app.planners.reactive import ReactivePlanner
from webdreamer_app.policies.noop import NoopPolicy
from webdreamer_app.policies.oracle import OraclePolicy
from webdreamer_app.policies.random_choice import RandomPolicy
from webdreamer_app.policies.scripted import ScriptedPolicy
from webdreamer_app.types import (
    Action,
    Decision,
    Effect,
    Element,
    Form,
    Goal,
    History,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)

CART = page(
    "http://shop.test/cart?x=1",
    "Cart",
    [
        Element("button", "Remove", bid="1", tag="button", input_type="submit"),
        Element("button", "Remove", bid="2", tag="button", input_type="submit"),
        Element("textbox", "Coupon", bid="3", value=""),
        Element("combobox", "Size", bid="4", value="Small", options=("Small", "Large")),
        Element("button", "Off", bid="5", disabled=True),
        Element("text", "hello"),
    ],
)
REVIEW = page(
    "http://shop.test/review",
    "Review",
    [
        Element(
            "button",
            "Place order",
            bid="1",
            tag="button",
            input_type="submit",
            form=Form("post", "http://shop.test/pay"),
        ),
        Element("link", "Back to cart", bid="2", href="http://shop.test/cart"),
    ],
)
GOAL = Goal("buy a mug", {"name": "Anna", "city": "Oslo"})


def ignore(event: Event) -> None:
    pass


async def plan(policy: ScriptedPolicy, *steps: Step, observation: Observation = CART) -> Plan:
    return await ReactivePlanner(policy).plan(observation, History(GOAL, steps), ignore)


def after(
    first: Plan, decision: Decision, error: str = "", observation: Observation = CART, then: Observation | None = None
) -> Step:
    outcome = Outcome(then or observation, error=error, executed=decision is Decision.ACT)
    return Step(0, observation, first, Verdict(decision, ""), outcome)


def script(*line: str) -> ScriptedPolicy:
    return ScriptedPolicy([line] * 20)


async def test_the_most_probable_proposal_is_chosen_with_its_effect() -> None:
    made = await plan(script("click('1')", "click('2')"))
    assert format_action(made.chosen.action) == "click('1')"
    assert made.effect is Effect.REVERSIBLE
    assert len(made.proposals) == 2
    assert made.proposals[0].probability == pytest.approx(2 / 3)
    assert (made.horizon, made.branches) == (0, ())


async def test_deepening_returns_the_same_plan() -> None:
    planner = ReactivePlanner(NoopPolicy())
    made = await planner.plan(CART, History(GOAL), ignore)
    assert await planner.deepen(made, ignore) is made


async def test_a_refused_action_is_passed_over_but_its_namesake_is_not() -> None:
    first = await plan(script("click('1')", "click('2')"))
    second = await plan(script("click('1')", "click('2')"), after(first, Decision.BLOCK))
    assert format_action(second.chosen.action) == "click('2')"


async def test_a_refusal_holds_when_references_and_query_change() -> None:
    first = await plan(script("click('1')"))
    renamed = tuple(one.changed(bid=f"9{one.bid}" if one.bid else "") for one in CART.elements)
    moved = page("http://shop.test/cart?x=2", "Cart", renamed)
    second = await plan(script("click('91')", "click('92')"), after(first, Decision.BLOCK), observation=moved)
    assert format_action(second.chosen.action) == "click('92')"


async def test_a_refusal_on_another_page_does_not_count() -> None:
    first = await plan(script("click('1')"))
    elsewhere = replace(CART, url="http://shop.test/other")
    second = await plan(script("click('1')"), after(first, Decision.BLOCK, observation=elsewhere))
    assert format_action(second.chosen.action) == "click('1')"


async def test_what_waits_for_a_person_is_proposed_again() -> None:
    first = await plan(script("click('1')"))
    second = await plan(script("click('1')"), after(first, Decision.ASK))
    assert format_action(second.chosen.action) == "click('1')"


@pytest.mark.parametrize(("failures", "chosen"), [(2, "click('1')"), (3, "click('2')")])
async def test_an_action_that_failed_three_times_is_passed_over(failures: int, chosen: str) -> None:
    first = await plan(script("click('1')"))
    failed = after(first, Decision.ACT, error="covered by a banner")
    made = await plan(script("click('1')", "click('2')"), *[failed] * failures)
    assert format_action(made.chosen.action) == chosen


async def test_with_nothing_left_it_reports_that() -> None:
    first = await plan(script("click('1')"))
    made = await plan(script("click('1')"), after(first, Decision.BLOCK))
    assert made.chosen.action.verb == "report_infeasible"
    assert made.effect is Effect.READ


async def test_a_script_that_has_ended_says_so() -> None:
    made = await plan(ScriptedPolicy([]))
    assert format_action(made.chosen.action) == "report_infeasible('The script has ended.')"


def test_a_script_with_a_line_that_is_no_action_is_refused_at_once() -> None:
    with pytest.raises(ActionSyntaxError):
        ScriptedPolicy(["click('1')", "tap(1)"])


async def test_the_oracle_splits_probability_among_acceptable_actions() -> None:
    seen: list[str] = []

    def oracle(text: str) -> tuple[str, ...]:
        seen.append(text)
        return ("click('1')", "click('2')")

    proposals = await OraclePolicy(oracle).propose(CART, History(GOAL))
    assert [(format_action(one.action), one.probability, one.commit_risk) for one in proposals] == [
        ("click('1')", 0.5, 0.0),
        ("click('2')", 0.5, 0.0),
    ]
    assert seen == [CART.text]


async def test_an_oracle_without_an_answer_gives_up() -> None:
    (only,) = await OraclePolicy(lambda text: ()).propose(CART, History(GOAL))
    assert only.action.verb == "report_infeasible"


async def test_random_choices_repeat_with_their_seed_and_fit_the_page() -> None:
    seen = set()
    for seed in range(40):
        proposals = await RandomPolicy(seed).propose(CART, History(GOAL))
        assert proposals == await RandomPolicy(seed).propose(CART, History(GOAL))
        assert sum(one.probability for one in proposals) == pytest.approx(1.0)
        assert all(one.commit_risk is None for one in proposals)
        seen |= {format_action(one.action) for one in proposals}
    fills = {f"fill('3', '{value}')" for value in ("buy", "a", "mug", "Anna", "Oslo")}
    selects = {"select_option('4', 'Small')", "select_option('4', 'Large')"}
    assert seen == {"click('1')", "click('2')"} | fills | selects


async def test_random_on_an_empty_page_waits() -> None:
    (only,) = await RandomPolicy().propose(page("about:blank", "", []), History(GOAL))
    assert format_action(only.action) == "noop()"


async def test_the_scripted_browser_fills_fields_and_names_what_is_missing() -> None:
    browser = ScriptedBrowser({"cart": CART}, "cart")
    filled = await browser.execute((await ScriptedPolicy(["fill('3', 'TEN')"]).propose(CART, History(GOAL)))[0].action)
    assert filled.observation is not None
    assert "[3] textbox 'Coupon' value='TEN'" in filled.observation.text
    missing = await browser.execute((await ScriptedPolicy(["click('77')"]).propose(CART, History(GOAL)))[0].action)
    assert "77" in missing.error
    assert browser.interactions == 2


class Leaning:
    """Two actions, of which the first is much more probable, or hardly more."""

    name = "leaning"

    def __init__(self, first: float) -> None:
        self._first = first

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        probabilities = (self._first, 1 - self._first)
        return tuple(Proposal(Action("click", str(n)), probability=p) for n, p in enumerate(probabilities, 1))


@pytest.mark.parametrize(("first", "rounds", "chosen"), [(0.6, 1, "2"), (0.98, 1, "1"), (0.98, 2, "2"), (1.0, 3, "2")])
async def test_each_way_round_a_loop_makes_an_action_less_worth_doing(first: float, rounds: int, chosen: str) -> None:
    away = after(
        await plan(script("click('1')")),
        Decision.ACT,
        then=page("http://shop.test/", "Home", [Element("link", "Cart", bid="1", href="http://shop.test/cart")]),
    )
    history = History(GOAL, (away,) * rounds)
    made = await ReactivePlanner(Leaning(first)).plan(CART, history, ignore)
    assert made.chosen.action.bid == chosen


async def test_what_can_not_be_taken_back_is_done_once() -> None:
    thanks = page("http://shop.test/thanks", "Thank you", [Element("link", "Back", bid="1", href=REVIEW.url)])
    pay, stay = Proposal(Action("click", "1"), probability=0.99), Proposal(Action("click", "2"), probability=0.001)

    class Eager:
        name = "eager"

        async def propose(
            self, observation: Observation, history: History, advice: Sequence[str] = ()
        ) -> tuple[Proposal, ...]:
            return pay, stay

    done = Step(0, REVIEW, Plan(pay, (pay, stay)), Verdict(Decision.ACT, ""), Outcome(thanks))
    made = await ReactivePlanner(Eager()).plan(REVIEW, History(GOAL, (done,)), ignore)
    assert made.chosen == stay


@pytest.mark.parametrize(("rounds", "chosen"), [(1, "1"), (2, "2")])
async def test_a_way_on_whose_words_tell_nothing_may_be_taken_again_after_a_needless_look_back(
    rounds: int, chosen: str
) -> None:
    button = Element("button", "Onwards", bid="1", form=Form("post", "http://forms.test/sheet"), input_type="submit")
    sheet = page("http://forms.test/sheet", "Sheet", [button, Element("button", "Other", bid="2")])
    assert classify(Action("click", "1"), sheet) is Effect.UNKNOWN
    review = page("http://forms.test/review", "Review", [Element("link", "Change", bid="1", href=sheet.url)])
    away = Step(0, sheet, Plan(Proposal(Action("click", "1")), ()), Verdict(Decision.ACT, ""), Outcome(review))
    made = await ReactivePlanner(Leaning(0.999)).plan(sheet, History(GOAL, (away,) * rounds), ignore)
    assert made.chosen.action.bid == chosen


async def test_an_action_that_led_away_and_back_to_the_same_page_is_passed_over() -> None:
    policy = script("click('1')", "click('2')")
    first = await plan(policy)
    elsewhere = page("http://shop.test/", "Home", [Element("link", "Cart", bid="1", href="http://shop.test/cart")])
    away = after(first, Decision.ACT, then=elsewhere)
    assert format_action((await plan(policy, away)).chosen.action) == "click('2')"
    changed = replace(CART, text=CART.text + " changed")
    assert format_action((await plan(policy, away, observation=changed)).chosen.action) == "click('1')"


async def test_a_field_of_a_form_that_forgets_is_filled_in_once_more() -> None:
    policy = script("fill('3', 'TEN')", "click('2')")
    first = await plan(policy)
    away = after(first, Decision.ACT, then=page("http://shop.test/", "Home", [Element("link", "Cart", bid="1")]))
    assert format_action((await plan(policy, away)).chosen.action) == "fill('3', 'TEN')"
    assert format_action((await plan(policy, away, away)).chosen.action) == "click('2')"


async def test_an_action_that_changed_nothing_twice_is_passed_over() -> None:
    policy = script("click('1')", "click('2')")
    idle = after(await plan(policy), Decision.ACT)
    assert format_action((await plan(policy, idle)).chosen.action) == "click('1')"
    assert format_action((await plan(policy, idle, idle)).chosen.action) == "click('2')"


@pytest.mark.parametrize(("blocked", "verb"), [(True, "report_infeasible"), (False, "click")])
async def test_where_all_but_a_blocked_action_is_improbable_it_gives_up(blocked: bool, verb: str) -> None:
    class Sure:
        name = "sure"

        async def propose(
            self, observation: Observation, history: History, advice: Sequence[str] = ()
        ) -> tuple[Proposal, ...]:
            return (Proposal(Action("click", "1"), probability=0.98), Proposal(Action("click", "4"), probability=0.02))

    step = after(await plan(script("click('1')" if blocked else "click('2')")), Decision.BLOCK)
    made = await ReactivePlanner(Sure()).plan(CART, History(GOAL, (step,)), ignore)
    assert made.chosen.action.verb == verb
