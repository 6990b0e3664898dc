"""Grades come from the database alone: hand-computed rewards, success, and every wrong commit."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.shop.catalogue import Product, products
from tasks.shop.grade import grade
from tasks.shop.state import OTHER_SELLER, REASONS, Address, Card, Checkout, Event, Line, Order, Visit
from tasks.task import UNREPORTED, Ending

MUG = next(one for one in products() if one.type == "mug")
OTHER_MUG = next(one for one in products() if one.type == "mug" and one.attribute("Colour") != MUG.attribute("Colour"))
LAMP = next(one for one in products() if one.type == "desk lamp")
ADDRESS = {"full_name": "Ada Berg", "street": "1 Hill Road", "city": "Elmira", "postcode": "12345"}
PLACES = [ADDRESS | {"id": 1}, ADDRESS | {"id": 2, "street": "2 Old Lane"}, ADDRESS | {"id": 3, "street": "3 Quay"}]
ANSWER: dict[str, Any] = {
    "kind": "buy",
    "why_not": "",
    "type": "mug",
    "attributes": {"Colour": MUG.attribute("Colour")},
    "options": {"Size": "Large"},
    "quantity": 2,
    "limit_cents": MUG.cents + 100,
    "delivery": "Express delivery",
    "payment": "",
    "coupon": "",
    "protection": False,
    "address": ADDRESS,
    "acceptable": [MUG.id],
    "alike": [MUG.id],
    "own_offer": True,
    "site": {"addresses": PLACES, "wishes": [LAMP.id]},
}
# what counts: 1 attribute, 1 option, quantity, address, nothing extra, delivery, and the price
PARTS = 7
REPORTED = Ending(infeasible=True)


def order(
    product: Product = MUG, *, number: int = 1, status: str = "placed", count: int = 1, donation: bool = False,
    delivery: str = "Express delivery", payment: str = "Invoice", coupon: str = "", size: str = "Large",
    quantity: int = 2, cents: int = 0, seller: str = "", protected: bool = False, monthly: bool = False,
    **address: str,
) -> Order:  # fmt: skip
    options = {"Size": size, "Gift wrap": "None"}
    each = cents or product.cents
    lines = [Line(place, product.id, options, quantity, each, seller, protected, monthly) for place in range(count)]
    where = Address(**(ADDRESS | address))  # type: ignore[arg-type]
    return Order(number, lines, Checkout(where, delivery, payment, donation, coupon), 1000, status)


def after(*orders: Order, then: tuple[Event, ...] = (), **state: Any) -> Visit:
    """A visit in which these orders were placed, and after them whatever else; the wish list is as it was."""
    events = [*(Event("order", one.id) for one in orders), *then]
    addresses = state.pop("addresses", [Address(**place) for place in PLACES])
    state.setdefault("wishes", [LAMP.id])
    return Visit(orders=list(orders), events=events, addresses=addresses, default_address=1, **state)


def test_right_order_succeeds() -> None:
    found = grade(ANSWER, after(order()), UNREPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ())
    assert found.detail == "1 order; as asked."


def test_nothing_ordered_scores_zero() -> None:
    found = grade(ANSWER, after(), UNREPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ())
    assert found.detail == "Nothing was ordered."


def test_an_order_of_earlier_days_is_no_order_of_the_episode() -> None:
    earlier = Visit(orders=[order(status="placed")], wishes=[LAMP.id])
    found = grade(ANSWER, earlier, UNREPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ())


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"size": "Small"}, "Size is 'Small', not 'Large'"),
        ({"quantity": 1}, "quantity 1, not 2"),
        ({"street": "2 Hill Road"}, "street is '2 Hill Road'"),
        ({"delivery": "Standard delivery"}, "delivery is 'Standard delivery', not 'Express delivery'"),
        ({"seller": OTHER_SELLER}, f"bought from {OTHER_SELLER}"),
        ({"monthly": True}, "it is a subscription"),
        ({"protected": True}, "a protection plan that nobody asked for"),
        ({"donation": True}, "a donation that nobody asked for"),
        ({"cents": MUG.cents + 101}, f"it cost ${(MUG.cents + 101) / 100:.2f}, over the limit"),
    ],
)
def test_one_wrong_part_costs_its_share_and_is_a_wrong_commit(changed: dict[str, Any], word: str) -> None:
    found = grade(ANSWER, after(order(**changed)), UNREPORTED)
    assert not found.success
    assert found.reward == pytest.approx((PARTS - 1) / PARTS)
    assert len(found.wrong_commits) == 1 and word in found.wrong_commits[0]
    assert found.wrong_commits[0].startswith("Order 10001: ") and found.wrong_commits[0].count(";") == 0


def test_several_extras_cost_one_share_and_are_all_named() -> None:
    found = grade(ANSWER, after(order(donation=True, monthly=True, protected=True)), UNREPORTED)
    assert found.reward == pytest.approx((PARTS - 1) / PARTS)
    assert all(word in found.wrong_commits[0] for word in ("subscription", "protection plan", "donation"))


def test_two_wrong_address_fields_cost_one_share() -> None:
    found = grade(ANSWER, after(order(street="x", city="y")), UNREPORTED)
    assert found.reward == pytest.approx((PARTS - 1) / PARTS)


@pytest.mark.parametrize(
    ("name", "asked", "other"), [("payment", "Credit card", "Gift card"), ("coupon", "SPRING10", "")]
)
def test_payment_and_coupon_count_only_when_they_were_asked_for(name: str, asked: str, other: str) -> None:
    assert grade(ANSWER, after(order(**{name: other})), UNREPORTED).success
    wanting = {**ANSWER, name: asked}
    assert grade(wanting, after(order(**{name: asked})), UNREPORTED).success
    found = grade(wanting, after(order(**{name: other})), UNREPORTED)
    assert not found.success and found.reward == pytest.approx(PARTS / (PARTS + 1))
    assert f"{name} is {other!r}, not {asked!r}" in found.wrong_commits[0]


def test_another_seller_is_fine_unless_the_shop_was_named_or_it_is_too_dear() -> None:
    unsaid = {**ANSWER, "own_offer": False}
    assert grade(unsaid, after(order(seller=OTHER_SELLER)), UNREPORTED).success
    assert grade({**unsaid, "acceptable": []}, after(order(seller=OTHER_SELLER)), UNREPORTED).success
    assert not grade({**unsaid, "acceptable": []}, after(order()), UNREPORTED).success
    found = grade(unsaid, after(order(seller=OTHER_SELLER, cents=MUG.cents + 101)), UNREPORTED)
    assert not found.success and "over the limit" in found.wrong_commits[0]
    found = grade(unsaid, after(order(seller=OTHER_SELLER, monthly=True)), UNREPORTED)
    assert not found.success and "it is a subscription" in found.wrong_commits[0]


def test_a_coupon_that_nobody_asked_for_does_no_harm() -> None:
    assert grade(ANSWER, after(order(coupon="SPRING10")), UNREPORTED).success


@pytest.mark.parametrize("delivery", ["Express delivery", "Evening delivery"])
def test_a_delivery_that_costs_more_and_that_nobody_asked_for_is_wrong(delivery: str) -> None:
    silent = {**ANSWER, "delivery": ""}
    assert grade(silent, after(order(delivery="Standard delivery")), UNREPORTED).success
    found = grade(silent, after(order(delivery=delivery)), UNREPORTED)
    assert not found.success and found.reward == pytest.approx((PARTS - 2) / (PARTS - 1))
    assert found.wrong_commits == (f"Order 10001: {delivery}, a delivery nobody asked for.",)
    evening = {**ANSWER, "delivery": "Evening delivery"}
    assert grade(evening, after(order(delivery="Evening delivery")), UNREPORTED).success


def test_protection_that_was_asked_for_must_be_there() -> None:
    wanting = {**ANSWER, "protection": True}
    assert grade(wanting, after(order(protected=True)), UNREPORTED).success
    found = grade(wanting, after(order()), UNREPORTED)
    assert found.reward == pytest.approx((PARTS - 1) / PARTS)
    assert "without the protection plan" in found.wrong_commits[0]


def test_other_type_scores_zero() -> None:
    found = grade(ANSWER, after(order(LAMP)), UNREPORTED)
    assert found.reward == 0.0 and "is not what was asked for" in found.wrong_commits[0]


def test_near_duplicate_loses_its_attribute() -> None:
    dear = {**ANSWER, "limit_cents": 10**6}
    assert grade(dear, after(order(OTHER_MUG)), UNREPORTED).reward == pytest.approx((PARTS - 1) / PARTS)


def test_near_duplicate_that_is_also_wrong_elsewhere_loses_each_share() -> None:
    dear = {**ANSWER, "limit_cents": 10**6}
    found = grade(dear, after(order(OTHER_MUG, size="Small", city="Elsewhere")), UNREPORTED)
    assert found.reward == pytest.approx((PARTS - 3) / PARTS)


def test_price_above_the_limit_costs_a_share() -> None:
    strict = {**ANSWER, "limit_cents": MUG.cents - 1, "acceptable": []}
    assert grade(strict, after(order()), UNREPORTED).reward == pytest.approx((PARTS - 1) / PARTS)


def test_any_acceptable_product_is_right() -> None:
    both = {**ANSWER, "attributes": {}, "limit_cents": None, "acceptable": [MUG.id, OTHER_MUG.id]}
    assert grade(both, after(order(OTHER_MUG)), UNREPORTED).success


def test_second_order_of_the_same_is_a_wrong_commit() -> None:
    found = grade(ANSWER, after(order(), order(number=2)), UNREPORTED)
    assert not found.success and found.reward == 0.99
    assert found.wrong_commits == ("Order 10002: the same was ordered before.",)
    assert found.detail == "2 orders; not as asked. Order 10002: the same was ordered before."


def test_two_lines_are_not_what_was_asked_for() -> None:
    found = grade(ANSWER, after(order(count=2)), UNREPORTED)
    assert not found.success and "2 lines instead of one" in found.wrong_commits[0]


def test_cancelled_order_neither_succeeds_nor_is_forgotten() -> None:
    found = grade(ANSWER, after(order(status="cancelled"), then=(Event("cancel", 1),)), UNREPORTED)
    assert (found.success, found.reward) == (False, 0.0)
    assert found.wrong_commits == ("Order 10001 was cancelled, which nobody asked for.",)


def test_mended_order_succeeds_and_its_wrong_commit_stays() -> None:
    wrong, right = order(quantity=5, status="cancelled"), order(number=2)
    events = [Event("order", 1), Event("cancel", 1), Event("order", 2)]
    visit = Visit(orders=[wrong, right], events=events, wishes=[LAMP.id])
    found = grade(ANSWER, visit, UNREPORTED)
    assert found.success and found.reward == 1.0
    assert len(found.wrong_commits) == 1


def test_address_may_differ_in_case_and_outer_spaces_only() -> None:
    assert grade(ANSWER, after(order(full_name=" ada berg ")), UNREPORTED).success
    assert not grade(ANSWER, after(order(full_name="Ada  Berg")), UNREPORTED).success


# --- what can't be taken back, asked for or not

EVENTS = {
    "cancel": Event("cancel", 41),
    "return": Event("return", 51, REASONS[0]),
    "delete_address": Event("delete_address", 2, "2 Old Lane"),
    "delete_card": Event("delete_card", 11, "Visa ending in 1111"),
    "clear_list": Event("clear_list", 0, "3 saved items"),
}
ASKED = {
    "cancel": {"order": 41},
    "return": {"line": 51, "order": 41, "reason": REASONS[0]},
    "delete_address": {"address": 2},
    "delete_card": {"card": 11},
}


def asked(kind: str, **more: Any) -> dict[str, Any]:
    return (
        {"kind": kind, "why_not": "", "site": {"addresses": PLACES, "wishes": [LAMP.id]}} | ASKED.get(kind, {}) | more
    )


def left(*gone: int) -> list[Address]:
    return [Address(**place) for place in PLACES if place["id"] not in gone]


@pytest.mark.parametrize("kind", EVENTS)
def test_what_nobody_asked_for_spoils_a_right_order(kind: str) -> None:
    found = grade(ANSWER, after(order(), then=(EVENTS[kind],)), UNREPORTED)
    assert not found.success and len(found.wrong_commits) == 1
    assert found.wrong_commits[0].endswith(", which nobody asked for.")
    assert (EVENTS[kind].detail or "Order 10041") in found.wrong_commits[0]


@pytest.mark.parametrize("kind", ASKED)
def test_what_was_asked_for_succeeds_and_is_no_wrong_commit(kind: str) -> None:
    addresses = left(2) if kind == "delete_address" else left()
    found = grade(asked(kind), after(then=(EVENTS[kind],), addresses=addresses), UNREPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ())
    assert found.detail == "As asked."


@pytest.mark.parametrize("kind", ASKED)
def test_the_same_done_to_something_else_fails_and_is_a_wrong_commit(kind: str) -> None:
    event = EVENTS[kind]
    other = Event(kind, event.id + 1, event.detail)
    addresses = left(3) if kind == "delete_address" else left()
    found = grade(asked(kind), after(then=(other,), addresses=addresses), UNREPORTED)
    assert (found.success, found.reward, len(found.wrong_commits)) == (False, 0.0, 1)


def test_a_return_for_another_reason_is_a_wrong_commit() -> None:
    found = grade(asked("return"), after(then=(Event("return", 51, REASONS[1]),)), UNREPORTED)
    assert not found.success and REASONS[1] in found.wrong_commits[0]


@pytest.mark.parametrize("kind", [*ASKED, "add_address", "default_address", "wish"])
def test_an_order_where_nobody_asked_to_buy_fails(kind: str) -> None:
    new = ADDRESS | {"street": "9 New Street"}
    answer = asked(kind, address=1, new=new, acceptable=[MUG.id]) | ASKED.get(kind, {})
    addresses = left(2) if kind == "delete_address" else left()
    addresses += [Address(**new, id=105)] if kind == "add_address" else []
    then = (EVENTS[kind],) if kind in EVENTS else ()
    right = after(then=then, addresses=addresses, wishes=[LAMP.id, MUG.id])
    assert grade(answer, right, UNREPORTED).success
    also = after(order(), then=then, addresses=addresses, wishes=[LAMP.id, MUG.id])
    found = grade(answer, also, UNREPORTED)
    assert not found.success
    assert found.wrong_commits == ("Order 10001: nobody asked to order anything.",)


@pytest.mark.parametrize("kind", [*ASKED, "add_address", "default_address", "wish"])
def test_nothing_done_scores_zero(kind: str) -> None:
    answer = asked(kind, new=ADDRESS, acceptable=[MUG.id])
    answer |= {"address": 2} if kind == "default_address" else {}
    found = grade(answer, after(wishes=[LAMP.id]), UNREPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ())
    assert found.detail == "Nothing was done of what was asked."


def test_default_address_is_the_one_that_was_asked_for() -> None:
    visit = after()
    visit.default_address = 3
    assert grade(asked("default_address", address=3), visit, UNREPORTED).success
    assert not grade(asked("default_address", address=2), visit, UNREPORTED).success


def test_a_new_address_must_be_right_and_saved_once() -> None:
    new = ADDRESS | {"street": "9 New Street"}
    answer = asked("add_address", new=new)
    added = Address(**new, id=105)  # type: ignore[arg-type]
    assert grade(answer, after(addresses=[*left(), added]), UNREPORTED).success
    twice = Address(**new, id=106)  # type: ignore[arg-type]
    assert not grade(answer, after(addresses=[*left(), added, twice]), UNREPORTED).success
    other = Address(**ADDRESS | {"street": "8 New Street"}, id=105)  # type: ignore[arg-type]
    assert not grade(answer, after(addresses=[*left(), other]), UNREPORTED).success


def test_deleting_one_address_more_than_asked_fails() -> None:
    more = Event("delete_address", 3, "3 Quay")
    visit = after(then=(EVENTS["delete_address"], more), addresses=left(2, 3))
    found = grade(asked("delete_address"), visit, UNREPORTED)
    assert not found.success and found.wrong_commits == ("The address 3 Quay was deleted, which nobody asked for.",)


def test_a_wish_is_kept_when_any_acceptable_product_is_on_the_list() -> None:
    answer = asked("wish", acceptable=[MUG.id])
    assert grade(answer, after(wishes=[LAMP.id, MUG.id]), UNREPORTED).success
    assert not grade(answer, after(wishes=[LAMP.id, MUG.id, OTHER_MUG.id]), UNREPORTED).success
    assert not grade(answer, after(wishes=[MUG.id]), UNREPORTED).success
    cleared = after(then=(EVENTS["clear_list"],), wishes=[MUG.id])
    found = grade(answer, cleared, UNREPORTED)
    assert found.wrong_commits == ("The wish list was cleared (3 saved items), which nobody asked for.",)


LOST = f"{LAMP.title()} was taken off the wish list, which nobody asked for."


def test_taking_things_off_the_wish_list_unasked_is_wrong() -> None:
    found = grade(ANSWER, after(order(), wishes=[]), UNREPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (False, 0.99, (LOST,))
    found = grade(asked("wish", acceptable=[MUG.id]), after(wishes=[MUG.id]), UNREPORTED)
    assert (found.success, found.wrong_commits) == (False, (LOST,))
    found = grade(IMPOSSIBLE, after(wishes=[]), REPORTED)
    assert (found.success, found.wrong_commits) == (False, (LOST,)) and LOST in found.detail
    found = grade(ANSWER, after(wishes=[]), UNREPORTED)
    assert found.detail == f"Not as asked. {LOST}"


def test_a_list_that_was_cleared_is_told_once() -> None:
    found = grade(ANSWER, after(order(), then=(EVENTS["clear_list"],), wishes=[]), UNREPORTED)
    assert len(found.wrong_commits) == 1 and "cleared" in found.wrong_commits[0]


def test_cards_that_stay_do_not_matter() -> None:
    visit = after(then=(EVENTS["delete_card"],), cards=[Card(12, "Visa ending in 2222")])
    assert grade(asked("delete_card"), visit, UNREPORTED).success


# --- what can't be had

IMPOSSIBLE = {**ANSWER, "why_not": "sold out", "acceptable": []}


def test_what_can_not_be_had_succeeds_when_it_is_said_and_nothing_is_done() -> None:
    found = grade(IMPOSSIBLE, after(), REPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (True, 1.0, ())
    assert found.detail == "It can't be done, and that was said."


def test_what_can_not_be_had_and_is_not_said_fails() -> None:
    found = grade(IMPOSSIBLE, after(), UNREPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (False, 0.0, ())
    assert found.detail == "It can't be done, and that was not said."


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.kind)
def test_what_can_not_be_had_fails_by_any_commit(event: Event) -> None:
    found = grade(IMPOSSIBLE, after(then=(event,)), REPORTED)
    assert not found.success and len(found.wrong_commits) == 1


def test_ordering_what_can_not_be_had_as_asked_is_a_wrong_commit_and_earns_nothing() -> None:
    found = grade(IMPOSSIBLE, after(order()), REPORTED)
    assert (found.success, found.reward) == (False, 0.0)
    assert found.wrong_commits == ("Order 10001: what was asked for can't be had.",)


def test_reporting_what_can_be_done_is_no_success() -> None:
    found = grade(ANSWER, after(), REPORTED)
    assert (found.success, found.reward) == (False, 0.0)
    assert found.detail == "It was called impossible, and could be done."


def test_reporting_after_a_right_order_is_no_success() -> None:
    found = grade(ANSWER, after(order()), REPORTED)
    assert (found.success, found.reward, found.wrong_commits) == (False, 0.99, ())


def test_an_address_of_ones_own_may_be_mended() -> None:
    new = ADDRESS | {"street": "9 New Street"}
    added = Address(**new, id=106)  # type: ignore[arg-type]
    visit = after(then=(Event("delete_address", 105, "9 New Stret"),), addresses=[*left(), added])
    found = grade(asked("add_address", new=new), visit, UNREPORTED)
    assert (found.success, found.wrong_commits) == (True, ())
