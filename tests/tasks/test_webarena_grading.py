"""Answers, addresses and contents by the rules of WebArena's public evaluator; what takes a model stays undecided."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.task import Ending, Grade
from tasks.webarena.grading import clean, grade, includes, reads
from tasks.webarena.reading import WebArenaTask

SITE = "http://shop.test:7770"


def task(**evaluation: Any) -> WebArenaTask:
    return WebArenaTask.model_validate({"task_id": 1, "intent": "Do it", "start_url": SITE, "eval": evaluation})


def answered(answers: dict[str, Any], message: str, infeasible: bool = False) -> Grade:
    return grade(task(eval_types=["string_match"], reference_answers=answers), Ending(infeasible, message=message))


def at(reference: str, url: str) -> bool:
    found = grade(task(eval_types=["url_match"], reference_url=reference), Ending(url=url))
    assert found.reward == float(found.success) and not found.undecided
    return found.success


def target(locator: str = "document.title", url: str = "last", **required: Any) -> dict[str, Any]:
    return {"url": url, "locator": locator, "required_contents": required}


def shown(targets: list[dict[str, Any]], *values: Any) -> Grade:
    return grade(task(eval_types=["program_html"], program_html=targets), Ending(reads=values))


@pytest.mark.parametrize(
    ("wanted", "said", "passes"),
    [
        ("557m", "557m", True),
        ("557m", "  '557M' ", True),
        ("557m", '"557m"', True),
        ("557m", "It is 557m", False),
        ("557m", "", False),
        ("N/A", "n/a", True),
    ],
)
def test_exact_match_ignores_case_outer_space_and_one_pair_of_quotes(wanted: str, said: str, passes: bool) -> None:
    assert answered({"exact_match": wanted}, said).success is passes


def test_every_phrase_must_be_included() -> None:
    both = {"must_include": ["Quest Lumaflex", "$10"]}
    assert answered(both, "The quest lumaflex™ band costs $10.50").success
    found = answered(both, "The quest lumaflex band")
    assert (found.success, found.reward, found.undecided) == (False, 0.0, "")
    assert "does not speak of '$10'" in found.detail


@pytest.mark.parametrize(
    ("said", "passes"),
    [("0", True), ("There are 0 of them", True), ("10", False), ("0.5", False), ("$0", True), ("It is 0.", True),
     ("(0)", True), ("1,000", False), ("0, nothing", True), ("20:30", False), ("0%", True)],
)  # fmt: skip
def test_a_single_sign_alone_counts_only_as_a_word(said: str, passes: bool) -> None:
    assert answered({"must_include": ["0"]}, said).success is passes


def test_a_single_sign_beside_others_counts_anywhere() -> None:
    assert answered({"must_include": ["0", "items"]}, "10 items").success


def test_infeasible_is_the_answer_not_available() -> None:
    assert answered({"exact_match": "N/A"}, "There is no such shop.", infeasible=True).success
    assert answered({"fuzzy_match": "N/A"}, "There is no such shop.", infeasible=True).success
    assert not answered({"exact_match": "Elmira"}, "Elmira", infeasible=True).success


def test_what_takes_a_model_is_said_to_and_not_guessed() -> None:
    found = answered({"fuzzy_match": ["the 3rd of May"]}, "May 3")
    assert (found.success, found.reward) == (False, 0.0)
    assert found.undecided == "Whether 'may 3' means 'the 3rd of May' takes a model to tell (fuzzy_match)."
    reason = answered({"fuzzy_match": "N/A"}, "The shop sells none.")
    assert "takes a model" in reason.undecided


def test_what_failed_anyway_takes_no_model() -> None:
    found = answered({"must_include": ["blue"], "fuzzy_match": ["a mug"]}, "a red mug")
    assert (found.success, found.undecided) == (False, "")
    assert answered({"fuzzy_match": ["a mug"]}, "").undecided == ""


@pytest.mark.parametrize(
    ("reference", "url", "passes"),
    [
        (f"{SITE}/orders", f"{SITE}/orders/", True),
        (f"{SITE}/orders/", f"{SITE}/orders", True),
        (f"{SITE}/orders", "https://shop.test:7770/orders/17?print=1#top", True),
        (f"{SITE}/orders/17", f"{SITE}/orders", False),
        (f"{SITE}/find?q=mug", f"{SITE}/find?page=2&q=mug", True),
        (f"{SITE}/find?q=mug", f"{SITE}/find?q=mugs", False),
        (f"{SITE}/find?q=mug", f"{SITE}/find", False),
        (f"{SITE}/a |OR| {SITE}/b", f"{SITE}/b", True),
        (f"{SITE}/a |OR| {SITE}/b", f"{SITE}/c", False),
        (f"{SITE}/f?x=1 |OR| {SITE}/f?x=2", f"{SITE}/f?x=2", True),
        (f"{SITE}/f?x=1 |OR| {SITE}/f?y=2", f"{SITE}/f?x=1", False),
        (f"{SITE}/orders", "http://other.test/orders", False),
        (f"{SITE}/orders", "", False),
        (f"{SITE}/orders", "http://[broken/orders", False),
    ],
)
def test_addresses_match_by_host_and_path_and_the_references_parameters(reference: str, url: str, passes: bool) -> None:
    assert at(reference, url) is passes


def test_contents_are_compared_after_entities_and_case() -> None:
    assert shown([target(must_include=["Tea & Co"])], ["Mugs of TEA &amp; CO"]).success
    assert shown([target(exact_match="3")], [3]).success
    assert not shown([target(exact_match="3")], [33]).success
    assert shown([target(must_include=["red |OR| blue", "mug"])], ["a blue mug"]).success
    assert not shown([target(must_include=["red |OR| blue", "mug"])], ["a green mug"]).success


@pytest.mark.parametrize("value", [None, [], "mug", [""]])
def test_a_page_that_could_not_be_read_holds_nothing(value: Any) -> None:
    assert not shown([target(must_include=["mug"])], value).success


def test_every_target_must_pass() -> None:
    two = [target(must_include=["mug"]), target("", f"{SITE}/cart", must_include=["lamp"])]
    assert shown(two, ["a mug"], ["<p>a lamp</p>"]).success
    assert not shown(two, ["a mug"], ["<p>none</p>"]).success
    assert not shown(two, ["a mug"]).success


def test_helpers_of_webarenas_own_are_undecided_and_not_read() -> None:
    targets = [
        target(must_include=["mug"]),
        target("func:get_query_text(__page__, '#x')", must_include=["mug"]),
        target("document.title", "func:shopping_get_latest_order_url()", must_include=["mug"]),
        target("document.body.innerText", "last", must_include=["mug"]),  # on the page that the helper names
        target("document.title", f"{SITE}/cart", must_include=["mug"]),
    ]
    wanted = reads(task(eval_types=["program_html"], program_html=targets).evaluation)
    assert [one.url for one in wanted] == ["", f"{SITE}/cart"]
    found = shown(targets, ["a mug"], ["a mug"])
    assert found.undecided.count("is not built here") == 3
    assert "shopping_get_latest_order_url" in found.undecided
    assert shown(targets, ["a mug"], ["a lamp"]).undecided == ""  # it failed all the same


def test_several_kinds_must_all_pass() -> None:
    one = task(
        eval_types=["string_match", "url_match"], reference_answers={"exact_match": "yes"}, reference_url=f"{SITE}/a"
    )
    assert grade(one, Ending(message="yes", url=f"{SITE}/a")).success
    assert not grade(one, Ending(message="yes", url=f"{SITE}/b")).success
    assert not grade(one, Ending(message="no", url=f"{SITE}/a")).success


def test_a_kind_that_is_not_known_is_undecided() -> None:
    found = grade(task(eval_types=["page_image_query"]), Ending())
    assert (found.success, found.undecided) == (False, "There is no grader for 'page_image_query' here.")


def test_preparing_actions_and_the_whole_page_become_expressions() -> None:
    prepared = {**target("document.title;", must_include=["x"]), "prep_actions": ["document.body.click()"]}
    first, second = reads(
        task(eval_types=["program_html"], program_html=[prepared, target("  ", must_include=["x"])]).evaluation
    )
    assert first.expression == "async () => [await (document.title)]"
    assert first.before == ("() => document.body.click()",)
    assert "outerHTML" in second.expression and second.before == ()


@given(st.text(max_size=12), st.text(max_size=40))
def test_any_text_is_compared(phrase: str, text: str) -> None:
    assert includes(phrase, text) == (clean(phrase) in clean(text))
    if includes(phrase, text, by_word=True):
        assert clean(phrase) in clean(text)
    assert answered({"exact_match": text}, text).success
