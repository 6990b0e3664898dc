"""The gate's verdicts, mode by mode, and that it fails closed."""

from __future__ import annotations

import pytest

from webdreamer_app.actions import parse
from webdreamer_app.browser.scripted import page
from webdreamer_app.effects import classify
from webdreamer_app.errors import ConfigError
from webdreamer_app.gate import Approve, Ask, CommitGate
from webdreamer_app.types import (
    Branch,
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

POST = Form("post", "http://shop.test/next")
REVIEW = page(
    "http://shop.test/review?step=4",
    "Review",
    [
        Element("text", "Total: $45.00"),
        Element("textbox", "Coupon", bid="1", tag="input", value="", form=POST),
        Element("button", "Place order", bid="2", tag="button", input_type="submit", form=POST),
        Element("button", "Add to cart", bid="3", tag="button", input_type="submit", form=POST),
        Element("link", "Home", bid="4", href="http://shop.test/"),
    ],
)
ELSEWHERE = page("http://shop.test/cart", "Cart", [])
BUY = "buy a mug for under $60"
TOO_DEAR = "buy a mug for under $20"


def plan_for(text: str, risk: float | None = None, observation: Observation = REVIEW) -> Plan:
    proposal = Proposal(parse(text), "", 1.0, risk)
    return Plan(proposal, (proposal,), effect=classify(proposal.action, observation))


def step(text: str, outcome: Outcome, observation: Observation = REVIEW, index: int = 0) -> Step:
    return Step(index, observation, plan_for(text, 0.0, observation), Verdict(Decision.ACT, ""), outcome)


def history(*steps: Step, instruction: str = BUY) -> History:
    return History(Goal(instruction), steps)


def gate(approve: str, ask: Ask | None = None, tau: float = 0.2, interactive: bool = False) -> CommitGate:
    return CommitGate(Approve(approve), ask, tau, interactive)


class Person:
    """Answers every question alike, and remembers them."""

    def __init__(self, answer: bool) -> None:
        self.answer = answer
        self.asked: list[tuple[float | None, str]] = []

    async def __call__(self, plan: Plan, observation: Observation, risk: float | None, reason: str) -> bool:
        self.asked.append((risk, reason))
        return self.answer


@pytest.mark.parametrize("approve", ["ask", "deny", "gate", "all"])
@pytest.mark.parametrize("text", ["click('4')", "click('3')", "fill('1', 'x')", "send_msg_to_user('ok')"])
async def test_what_can_be_taken_back_acts_in_every_mode(approve: str, text: str) -> None:
    verdict = await gate(approve).judge(plan_for(text), REVIEW, history())
    assert verdict.decision is Decision.ACT


async def test_deny_blocks_and_names_the_action() -> None:
    verdict = await gate("deny").judge(plan_for("click('2')", 0.0), REVIEW, history())
    assert verdict.decision is Decision.BLOCK
    assert "click button 'Place order'" in verdict.reason


async def test_all_approves_a_commit_without_any_score() -> None:
    assert (await gate("all").judge(plan_for("click('2')"), REVIEW, history())).decision is Decision.ACT


@pytest.mark.parametrize(("answer", "decision"), [(True, Decision.ACT), (False, Decision.BLOCK)])
async def test_a_person_decides_with_risk_and_reason_at_hand(answer: bool, decision: Decision) -> None:
    person = Person(answer)
    verdict = await gate("ask", person).judge(plan_for("click('2')", 0.1), REVIEW, history())
    assert verdict.decision is decision
    assert person.asked == [(0.1, "a person must decide: click button 'Place order'; the total $45.00 is within the "
                             "limit of $60")]  # fmt: skip


async def test_ask_without_a_person_is_an_ask_verdict() -> None:
    verdict = await gate("ask").judge(plan_for("click('2')", 0.1), REVIEW, history())
    assert verdict.decision is Decision.ASK
    assert verdict.risk == 0.1


@pytest.mark.parametrize(
    ("risk", "decision"), [(0.0, Decision.ACT), (0.2, Decision.ACT), (0.2001, Decision.BLOCK), (1.0, Decision.BLOCK)]
)
async def test_the_calibrated_risk_decides_against_tau_commit(risk: float, decision: Decision) -> None:
    verdict = await gate("gate").judge(plan_for("click('2')", risk), REVIEW, history())
    assert verdict.decision is decision
    assert (verdict.risk, verdict.threshold) == (risk, 0.2)


def lost_plan(text: str, foreign: float | None, probability: float, risk: float = 0.0) -> Plan:
    proposal = Proposal(parse(text), "", probability, risk, foreign)
    return Plan(proposal, (proposal,), effect=classify(proposal.action, REVIEW))


@pytest.mark.parametrize(
    ("text", "foreign", "probability", "asks"),
    [
        ("click('3')", 0.99, 0.4, True),
        ("click('3')", 0.99, 0.9, False),  # sure all the same
        ("click('3')", 0.6, 0.4, False),  # a page of a usual kind
        ("click('3')", None, 0.4, False),  # a policy that can't tell
        ("click('4')", 0.99, 0.4, False),  # reading costs nothing
        ("fill('1', 'x')", 0.99, 0.4, False),  # typing sends nothing
        ("click('2')", 0.99, 0.4, True),
        ("click('2')", 0.99, 0.99, True),  # how sure it is says nothing where its commit score is a guess
    ],
)
async def test_an_unsure_choice_on_a_foreign_page_is_put_to_a_person(
    text: str, foreign: float | None, probability: float, asks: bool
) -> None:
    person = Person(answer=True)
    plan = lost_plan(text, foreign, probability)
    verdict = await gate("gate", person, interactive=True).judge(plan, REVIEW, history())
    assert verdict.decision is Decision.ACT
    assert bool(person.asked) is asks
    assert ("outside what the policy learned" in verdict.reason) is asks


async def test_with_nobody_to_ask_a_foreign_page_stops_commits_only() -> None:
    commit, other = lost_plan("click('2')", 0.99, 0.4), lost_plan("click('3')", 0.99, 0.4)
    assert (await gate("gate").judge(commit, REVIEW, history())).decision is Decision.BLOCK
    assert (await gate("gate").judge(other, REVIEW, history())).decision is Decision.ACT
    assert (await gate("all").judge(commit, REVIEW, history())).decision is Decision.ACT


async def test_a_foreign_page_is_put_to_a_person_only_where_questions_are_asked() -> None:
    for approve, asked in (("ask", 1), ("gate", 1), ("deny", 0), ("all", 0)):
        person = Person(answer=True)
        await gate(approve, person, interactive=True).judge(lost_plan("click('3')", 0.99, 0.4), REVIEW, history())
        assert len(person.asked) == asked, approve


async def test_a_total_above_the_limit_blocks_however_sure_the_policy_is() -> None:
    verdict = await gate("gate").judge(plan_for("click('2')", 0.0), REVIEW, history(instruction=TOO_DEAR))
    assert (verdict.decision, verdict.risk) == (Decision.BLOCK, 1.0)
    assert "$45.00 is above the limit of $20" in verdict.reason


@pytest.mark.parametrize("risk", [None, float("nan"), float("inf"), -0.1, 1.1])
async def test_a_commit_without_a_usable_score_asks_or_blocks(risk: float | None) -> None:
    plan = plan_for("click('2')", risk)
    assert (await gate("gate").judge(plan, REVIEW, history())).decision is Decision.BLOCK
    assert (await gate("gate", interactive=True).judge(plan, REVIEW, history())).decision is Decision.ASK
    yes = gate("gate", Person(True), interactive=True)
    assert (await yes.judge(plan, REVIEW, history())).decision is Decision.ACT


async def test_irreversible_click_without_world_model_asks() -> None:
    verdict = await gate("gate", interactive=True).judge(plan_for("click('2')"), REVIEW, history())
    assert verdict.decision is Decision.ASK


async def test_a_plan_that_calls_a_commit_reading_is_judged_all_the_same() -> None:
    proposal = Proposal(parse("click('2')"))
    lying = Plan(proposal, (proposal,), effect=Effect.READ)
    assert (await gate("deny").judge(lying, REVIEW, history())).decision is Decision.BLOCK


@pytest.mark.parametrize(("interactive", "decision"), [(False, Decision.BLOCK), (True, Decision.BLOCK)])
async def test_an_error_while_asking_blocks(interactive: bool, decision: Decision) -> None:
    async def broken(*_: object) -> bool:
        raise OSError("terminal gone")

    verdict = await gate("ask", broken, interactive=interactive).judge(plan_for("click('2')", 0.0), REVIEW, history())
    assert verdict.decision is decision
    assert "terminal gone" in verdict.reason


async def test_an_error_while_judging_asks_when_a_person_may_be_found_later() -> None:
    proposal = Proposal(parse("click('2')"), commit_risk="high")  # type: ignore[arg-type]
    broken = Plan(proposal, (proposal,), effect=Effect.IRREVERSIBLE)
    assert (await gate("gate").judge(broken, REVIEW, history())).decision is Decision.BLOCK
    assert (await gate("gate", interactive=True).judge(broken, REVIEW, history())).decision is Decision.ASK


async def test_an_answer_that_is_not_true_is_no_approval() -> None:
    async def vague(*_: object) -> bool:
        return "yes"  # type: ignore[return-value]

    verdict = await gate("ask", vague).judge(plan_for("click('2')"), REVIEW, history())
    assert verdict.decision is Decision.BLOCK


@pytest.mark.parametrize("tau", [-0.1, 1.1, float("nan")])
def test_a_threshold_out_of_range_is_refused(tau: float) -> None:
    with pytest.raises(ConfigError, match="tau_commit"):
        gate("gate", tau=tau)


async def test_the_verdict_carries_the_chosen_branchs_uncertainty() -> None:
    proposal = Proposal(parse("click('2')"), commit_risk=0.1)
    plan = Plan(proposal, (proposal,), (Branch(proposal, (), 1.0, 0.37),), 3, Effect.IRREVERSIBLE)
    assert (await gate("gate").judge(plan, REVIEW, history())).uncertainty == 0.37


UNKNOWN = Outcome(None, error="outcome unknown", unknown=True)


@pytest.mark.parametrize("approve", ["ask", "deny", "gate", "all"])
async def test_a_commit_with_unknown_outcome_is_never_retried_unattended(approve: str) -> None:
    before = history(
        step("click('2')", UNKNOWN), step("goto('http://shop.test/cart')", Outcome(ELSEWHERE), ELSEWHERE, 1)
    )
    verdict = await gate(approve).judge(plan_for("click('2')", 0.0), REVIEW, before)
    assert verdict.decision is Decision.BLOCK
    assert verdict.reason == "outcome unknown at step 0; not retried"


async def test_a_person_may_retry_a_commit_with_unknown_outcome() -> None:
    person = Person(True)
    judge = gate("all", person, interactive=True)
    verdict = await judge.judge(plan_for("click('2')", 0.0), REVIEW, history(step("click('2')", UNKNOWN)))
    assert verdict.decision is Decision.ACT
    assert "outcome unknown at step 0" in person.asked[0][1]


async def test_other_references_and_queries_do_not_hide_a_repeated_commit() -> None:
    moved = page(
        "http://shop.test/review?step=4&again=1",
        "Review",
        [Element("button", "Place order", bid="77", tag="button", input_type="submit", form=POST)],
    )
    plan = plan_for("click('77')", 0.0, moved)
    verdict = await gate("all").judge(plan, moved, history(step("click('2')", UNKNOWN)))
    assert verdict.decision is Decision.BLOCK


async def test_enter_does_not_submit_again_what_a_click_may_have_submitted() -> None:
    verdict = await gate("all").judge(plan_for("press('1', 'Enter')"), REVIEW, history(step("click('2')", UNKNOWN)))
    assert verdict.decision is Decision.BLOCK


async def test_a_commit_that_was_retried_with_a_known_outcome_is_settled() -> None:
    before = history(step("click('2')", UNKNOWN), step("click('2')", Outcome(REVIEW), index=1))
    assert (await gate("all").judge(plan_for("click('2')"), REVIEW, before)).decision is Decision.ACT


async def test_a_blocked_retry_does_not_settle_an_unknown_outcome() -> None:
    before = history(step("click('2')", UNKNOWN), step("click('2')", Outcome(REVIEW, executed=False), index=1))
    assert (await gate("all").judge(plan_for("click('2')"), REVIEW, before)).decision is Decision.BLOCK


async def test_add_to_cart_with_unknown_outcome_waits_until_another_page_was_seen() -> None:
    plan = plan_for("click('3')")
    unknown = step("click('3')", UNKNOWN)
    assert (await gate("all").judge(plan, REVIEW, history(unknown))).decision is Decision.BLOCK
    looked = step("go_back()", Outcome(REVIEW), ELSEWHERE, 1)
    assert (await gate("all").judge(plan, REVIEW, history(unknown, looked))).decision is Decision.ACT


@pytest.mark.parametrize("text", ["click('4')", "fill('1', 'x')", "scroll(0, 200)"])
async def test_reading_and_typing_with_unknown_outcome_may_be_repeated(text: str) -> None:
    verdict = await gate("deny").judge(plan_for(text), REVIEW, history(step(text, UNKNOWN)))
    assert verdict.decision is Decision.ACT
