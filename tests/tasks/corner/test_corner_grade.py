"""Grades come from the database alone: hand-computed rewards, success, and every wrong commit."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.corner.catalogue import Product, products
from tasks.corner.grade import grade
from tasks.corner.state import Line, Order

MUG = next(one for one in products() if one.type == "mug")
OTHER_MUG = next(one for one in products() if one.type == "mug" and one.attribute("Colour") != MUG.attribute("Colour"))
LAMP = next(one for one in products() if one.type == "desk lamp")
ADDRESS = {"full_name": "Ada Berg", "street": "1 Hill Road", "city": "Elmira", "postcode": "12345"}
ANSWER: dict[str, Any] = {
    "type": "mug",
    "attributes": {"Colour": MUG.attribute("Colour")},
    "options": {"Size": "Large"},
    "quantity": 2,
    "limit_cents": MUG.cents + 100,
    "delivery": "Express delivery",
    "payment": "",
    "address": ADDRESS,
    "query": "mug",
    "acceptable": [MUG.title],
}
# what counts: 1 attribute, 1 option, address, quantity, delivery, and the price
PARTS = 6


def order(product: Product = MUG, *, number: int = 1, cancelled: bool = False, lines: int = 1, **changed: Any) -> Order:
    values = {"Size": "Large", "quantity": 2, "delivery": "Express delivery", "payment": "Invoice"} | ADDRESS | changed
    line = Line(0, product, {"Size": values["Size"], "Gift wrap": "None"}, values["quantity"])
    checkout = {
        "address": {name: values[name] for name in ADDRESS},
        "delivery": values["delivery"],
        "payment": values["payment"],
    }
    return Order(number, (line,) * lines, checkout, 1000, cancelled)


def test_right_order_succeeds() -> None:
    found = grade(ANSWER, [order()])
    assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ())
    assert found.detail == "1 order; as asked."


def test_nothing_ordered_scores_zero() -> None:
    found = grade(ANSWER, [])
    assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ())


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"Size": "Small"}, "Size is 'Small', not 'Large'"),
        ({"quantity": 1}, "quantity 1, not 2"),
        ({"street": "2 Hill Road"}, "street is '2 Hill Road'"),
        ({"delivery": "Standard delivery"}, "delivery is 'Standard delivery'"),
    ],
)
def test_one_wrong_part_costs_its_share_and_is_a_wrong_commit(changed: dict[str, Any], word: str) -> None:
    found = grade(ANSWER, [order(**changed)])
    assert not found.success
    assert found.reward == pytest.approx((PARTS - 1) / PARTS)
    assert len(found.wrong_commits) == 1 and word in found.wrong_commits[0]


def test_two_wrong_address_fields_cost_one_share() -> None:
    assert grade(ANSWER, [order(street="x", city="y")]).reward == pytest.approx((PARTS - 1) / PARTS)


def test_payment_counts_only_when_it_was_asked_for() -> None:
    assert grade(ANSWER, [order(payment="Gift card")]).success
    found = grade({**ANSWER, "payment": "Credit card"}, [order(payment="Gift card")])
    assert not found.success and found.reward == pytest.approx(PARTS / (PARTS + 1))


def test_other_type_scores_zero() -> None:
    found = grade(ANSWER, [order(LAMP)])
    assert found.reward == 0.0 and "is not what was asked for" in found.wrong_commits[0]


def test_near_duplicate_loses_its_attribute() -> None:
    dear = {**ANSWER, "limit_cents": 10**6}
    assert grade(dear, [order(OTHER_MUG)]).reward == pytest.approx((PARTS - 1) / PARTS)


def test_price_above_the_limit_costs_a_share() -> None:
    strict = {**ANSWER, "limit_cents": MUG.cents - 1, "acceptable": []}
    assert grade(strict, [order()]).reward == pytest.approx((PARTS - 1) / PARTS)


def test_any_acceptable_product_is_right() -> None:
    both = {**ANSWER, "attributes": {}, "limit_cents": None, "acceptable": [MUG.title, OTHER_MUG.title]}
    assert grade(both, [order(OTHER_MUG)]).success


def test_second_order_of_the_same_is_a_wrong_commit() -> None:
    found = grade(ANSWER, [order(), order(number=2)])
    assert not found.success and found.reward < 1.0
    assert found.wrong_commits == ("Order HG-10002: the same was ordered before.",)


def test_two_lines_are_not_what_was_asked_for() -> None:
    found = grade(ANSWER, [order(lines=2)])
    assert not found.success and "2 lines instead of one" in found.wrong_commits[0]


def test_cancelled_order_neither_succeeds_nor_is_forgotten() -> None:
    found = grade(ANSWER, [order(cancelled=True)])
    assert (found.success, found.reward) == (False, 0.0)
    assert found.wrong_commits == ("Order HG-10001 was cancelled though nobody asked for it.",)


def test_mended_order_succeeds_and_both_wrong_commits_stay() -> None:
    found = grade(ANSWER, [order(quantity=5, cancelled=True), order(number=2)])
    assert found.success and found.reward == 1.0
    assert len(found.wrong_commits) == 2


def test_address_may_differ_in_case_and_outer_spaces_only() -> None:
    assert grade(ANSWER, [order(full_name=" ada berg ")]).success
    assert not grade(ANSWER, [order(full_name="Ada  Berg")]).success
