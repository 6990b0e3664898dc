"""The page against the instruction: amounts and items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdreamer_app.asked import amounts, counts_of, forbids, limit_of, only_asks, quantity_of
from webdreamer_app.browser.scripted import page
from webdreamer_app.page_check import (
    FORBIDDEN,
    ONE_READING,
    ONLY_ASKED,
    OTHER_CURRENCY,
    OTHER_ITEM,
    OTHER_QUANTITY,
    OVER_LIMIT,
    UNASKED_SEVERAL,
    UNREADABLE,
    check,
)
from webdreamer_app.types import Element, Observation


def review(*lines: str, item: str = "") -> Observation:
    rows = [Element("row"), Element("cell", item, depth=1), Element("cell", "$12.50", depth=1)] if item else []
    return page("http://shop.test/review", "Review", [*rows, *(Element("text", line) for line in lines)])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$1,234.50", (1234.5,)),
        ("1.234,50 €", (1234.5,)),
        ("€ 12", (12.0,)),
        ("25 dollars and 3 euros", (25.0, 3.0)),
        ("$30.", (30.0,)),
        ("$1,000", (1000.0,)),
        ("12 USD", (12.0,)),
        ("$30 2 mugs", (30.0,)),
        ("Total 1 234,50 €", (1234.5,)),
        ("$1 234.50 or $1\u2019234.50", (1234.5, 1234.5)),
        ("USD 30 or EUR1.234,50", (30.0, 1234.5)),
        ("no money, 3 pieces", ()),
    ],
)
def test_amounts_are_read_in_the_usual_spellings(text: str, values: tuple[float, ...]) -> None:
    assert tuple(amount.value for amount in amounts(text)) == values


@pytest.mark.parametrize(
    ("instruction", "limit"),
    [
        ("buy a mug for under $30", 30.0),
        ("a lamp, at most 25 dollars", 25.0),
        ("a lamp for no more than €40", 40.0),
        ("a mug, price lower than 50.00 dollars", 50.0),
        ("a mug, $20 or less", 20.0),
        ("my budget is $15", 15.0),
        ("don't spend more than $99", 99.0),
        ("a mug, with $15 as the upper limit", 15.0),
        ("a mug costing $15 at the very most", 15.0),
        ("without paying over $15, buy a mug", 15.0),
        ("use my $30 gift card", None),
        ("buy a mug", None),
        ("under 30 inches", None),
        ("a price up to 2.5 litres", None),
        ("delivery for 5 dollars within 2 working days", None),
        ("a mug, price under 30", 30.0),
        ("a mug for under 30", 30.0),
        ("a mug with a budget of 30, please", 30.0),
        ("a pan for under 30 minutes of work", None),
        ("a book for readers under 18 years", None),
        ("a mug for no more than EUR 40", 40.0),
    ],
)
def test_price_limits_are_found(instruction: str, limit: float | None) -> None:
    found = limit_of(instruction)
    assert (found.amount.value if found else None) == limit


@pytest.mark.parametrize(
    ("instruction", "quantity"),
    [
        ("buy 3 mugs", 3),
        ("Grab 2 blue mugs under $9 each", 2),
        ("Wanted: a 20 oz mug, two of them, $9 each", 2),
        ("order two lamps", 2),
        ("buy a mug", 1),
        ("buy 32 oz of glue", 1),
        ("Buy me 2 mugs", 2),
    ],
)
def test_quantities_are_read_where_stated(instruction: str, quantity: int) -> None:
    assert quantity_of(instruction) == quantity


@pytest.mark.parametrize(
    ("instruction", "lines", "risk"),
    [
        ("buy a mug under $30", ("Total: $29.00",), 0.0),
        ("buy a mug under $30", ("Total", "$45.00"), OVER_LIMIT),
        ("buy a mug under $30", ("Subtotal: $28.00", "Shipping: $5.00", "Total: $33.00"), pytest.approx(0.1)),
        ("buy a mug under $30 in total", ("Subtotal: $28.00", "Shipping: $5.00", "Total: $33.00"), OVER_LIMIT),
        ("buy 2 mugs under $30 each", ("Total: $55.00",), 0.0),
        ("buy 2 mugs, each under $30", ("Total: $55.00",), 0.0),
        ("buy 2 mugs under $30 each", ("Total: $65.00",), OVER_LIMIT),
        ("buy 2 mugs under $30", ("Total: $55.00",), ONE_READING),
        ("buy a mug under $50", ("Subtotal: $60.00", "Discount: -$15.00", "Total: $45.00"), 0.0),
        ("buy a sofa under 500 €", ("Total 1 234,50 €",), OVER_LIMIT),
        ("buy a mug under $30", ("Total: 29.00 €",), OTHER_CURRENCY),
        ("buy a mug under $30", ("Total: $10.00", "Order total: $80.00"), OVER_LIMIT),
        ("buy a mug under $30", ("Pay $45.00",), OVER_LIMIT),
        ("buy a mug", ("Total: $4500.00",), 0.0),
        ("buy a mug under $30", ("Thanks",), 0.0),
        ("buy a mug under $30", ("Total: 45.00",), OVER_LIMIT),
        ("buy a mug under $30", ("Total", "29,00"), 0.0),
        ("buy a mug under $30", ("Total", "see below"), UNREADABLE),
        ("buy a mug", ("Total", "see below"), 0.0),
        ("buy a mug under $30", ("Total: $29.00", "Total savings: $80.00", "Total reviews: 812"), 0.0),
        ("buy a mug under USD 30", ("Total: $29.00",), 0.0),
        ("buy a mug for under 30", ("Total: 31.00 €",), OVER_LIMIT),
    ],
)
def test_the_total_is_held_against_the_limit(instruction: str, lines: tuple[str, ...], risk: float) -> None:
    evidence = check(instruction, review(*lines))
    assert evidence.risk == risk
    if risk != 0.0:
        assert "total" in evidence.reason


def test_charges_on_top_of_listed_items_count_by_how_far_they_go_over() -> None:
    def bill(total: str) -> Observation:
        item = [
            Element("listitem"),
            Element("link", "Blue mug", depth=1, bid="1"),
            Element("text", "$10.00 each", depth=1),
        ]
        return page(
            "http://a.test", "", [*item, Element("text", "$20.00", depth=1), Element("text", f"Total: {total}")]
        )

    assert check("order 2 blue mugs under $10 each", bill("$25.00")).risk == pytest.approx(0.25)
    assert check("order 2 blue mugs under $10 each", bill("$80.00")).risk == 1.0
    assert check("order 2 blue mugs under $9 each", bill("$25.00")).risk == OVER_LIMIT


def test_an_invisible_total_is_no_evidence() -> None:
    hidden = page("http://a.test", "", [Element("text", "Total: $99.00", visible=False)])
    assert check("a mug under $30", hidden).risk == 0.0


@pytest.mark.parametrize(
    ("item", "risk"),
    [
        ("Norvik Blue Ceramic Mug", 0.0),
        ("Mugs, set", 0.0),
        ("Extended warranty plan", OTHER_ITEM),
        ("New Balance shoes", OTHER_ITEM),
        ("Shipping", 0.0),
        ("Postage and handling", 0.0),
        ("Sales tax", 0.0),
        ("Promo SPRING", 0.0),
        ("Service fee", 0.0),
        ("Gift wrapping", 0.0),
    ],
)
def test_items_that_the_task_never_mentions_are_evidence(item: str, risk: float) -> None:
    evidence = check("buy me a blue ceramic mug", review(item=item))
    assert evidence.risk == risk
    assert (item in evidence.reason) == (risk > 0)


def test_items_under_a_heading_of_suggestions_do_not_count() -> None:
    elements = [
        Element("heading", "You may also like", level=2),
        Element("listitem"),
        Element("link", "Steel lamp", depth=1, bid="1"),
        Element("text", "$9.00", depth=1),
    ]
    assert check("buy me a blue ceramic mug", page("http://a.test", "", elements)).risk == 0.0


def test_a_task_without_words_for_an_item_is_no_evidence() -> None:
    assert check("buy the cheapest one", review(item="Steel lamp")).risk == 0.0


@given(st.text(max_size=80), st.lists(st.text(max_size=40), max_size=5))
def test_no_text_makes_the_check_fail(instruction: str, lines: list[str]) -> None:
    evidence = check(f"{instruction} under $3{instruction}", review(*[f"Total {line} $4{line}" for line in lines]))
    assert 0.0 <= evidence.risk <= 1.0


@pytest.mark.parametrize(
    ("instruction", "counts"),
    [
        ("Buy 3 white cotton mugs.", {3}),
        ("Wanted: 2 blue kitchen scales, choosing Large for Size.", {2}),
        ("Please order two mugs and 3 bowls", {2, 3}),
        ("One order, please: 3 mugs", {3}),
        ("a mug for $12", set()),
        ("a lamp rated at least 4 stars", set()),
        ("a book with more than 50 reviews", set()),
        ("a rack that holds 6 bottles", set()),
        ("the first of the 3 results", set()),
        ("an iPhone 15 case", set()),
        ("a 12 inch pan with 2 handles", set()),
        ("size 8 running shoes", set()),
        ("To Anna Berg, 81 Harbour View, 17756 Elmira, order a mug", set()),
        ("a blue mug, not above $20 dollars", set()),
    ],
)
def test_counts_are_numbers_of_things_in_the_plural(instruction: str, counts: set[int]) -> None:
    assert counts_of(instruction) == counts


def order(*shown: str) -> Observation:
    row = [Element("listitem"), *(Element("text", text, depth=1) for text in ("Blue mug", *shown, "$12.50"))]
    return page("http://shop.test/review", "Review", row)


@pytest.mark.parametrize(
    ("instruction", "shown", "risk"),
    [
        ("buy 3 blue mugs", "Quantity: 3", 0.0),
        ("buy 3 blue mugs", "Quantity: 1", OTHER_QUANTITY),
        ("grab 2 blue mugs", "Qty 3", OTHER_QUANTITY),
        ("grab 2 blue mugs", "× 2", 0.0),
        ("grab 2 blue mugs", "1 x Blue mug", OTHER_QUANTITY),
        ("buy a blue mug", "Quantity: 1", 0.0),
        ("buy a blue mug", "Quantity: 2", UNASKED_SEVERAL),
        ("buy some blue mugs", "Quantity: 2", 0.0),
        ("buy the blue mug", "300 ml", 0.0),
        ("buy a blue mug", "Print 30 x 40", 0.0),
        ("buy a blue mug", "40 x 60 cm print", 0.0),
        ("buy 2 blue mugs", "Quantity: 2, was $99.00", 0.0),
    ],
)
def test_the_number_of_pieces_is_held_against_the_one_asked_for(instruction: str, shown: str, risk: float) -> None:
    assert check(instruction, order(shown)).risk == risk


def test_earlier_prices_and_ways_of_shipping_are_no_part_of_the_order() -> None:
    row = [Element("listitem"), *(Element("text", text, depth=1) for text in ("Blue mug", "Was $49.00", "Now $12.50"))]
    ways = [
        Element("listitem"), Element("radio", "Express", depth=1, bid="1"), Element("text", "1-2 days $9.99", depth=1),
    ]  # fmt: skip
    total = [Element("text", "Total: $12.50")]
    seen = page("http://shop.test/review", "Review", [*row, *ways, *total])
    assert check("buy a blue mug under $30", seen).risk == 0.0


def test_a_pack_in_a_products_name_is_not_a_number_of_pieces() -> None:
    row = [Element("listitem"), Element("link", "Blue mug x 4", depth=1, bid="1"), Element("text", "$12.50", depth=1)]
    assert check("buy a blue mug", page("http://shop.test/", "Review", row)).risk == 0.0


@pytest.mark.parametrize(
    ("instruction", "words", "asks"),
    [
        ("Do not buy anything. Just show me the purple doormat.", "Do not buy anything", False),
        ("Don't order yet, just add it to the cart", "Don't order yet", False),
        ("Fill in the form without submitting it", "without submitting it", False),
        ("Get me a mug, but don't get the large one", "", False),
        ("Buy a mug, don't pay more than $30", "", False),
        ("Buy a mug without paying over $30", "", False),
        ("How much does the wall clock cost?", "", True),
        ("Order the mug as a guest, without signing up", "", False),
        ("Buy the mug without paying extra for gift wrap", "", False),
        ("Buy the mug, but if it costs more than $40 do not buy it", "", False),
        ("Order the mug, don't buy any accessories", "", False),
        ("Cancel my order 123 without deleting my account", "", False),
        ("List my old mug on the marketplace for $200", "", False),
        ("Read my latest message and reply with 'yes'", "", False),
        ("Look up invoice 12 and refund it", "", False),
        ("Show me the blue mug", "", True),
        ("Is there a blue mug?", "", True),
        ("Can you buy a mug?", "", False),
        ("Which mug is cheapest? Buy it.", "", False),
        ("Do you have mugs? I need one", "", False),
        ("Subscribe to the newsletter", "", False),
        ("A blue mug for my place", "", False),
    ],
)
def test_a_task_that_forbids_or_only_asks_is_evidence_against_any_commit(
    instruction: str, words: str, asks: bool
) -> None:
    assert (forbids(instruction), only_asks(instruction)) == (words, asks)
    risk = FORBIDDEN if words else ONLY_ASKED if asks else 0.0
    assert check(instruction, review(item="Blue mug of doormat clock")).risk >= risk


def test_a_run_of_digits_without_end_is_not_read_as_one_amount() -> None:
    found = amounts("0,1,2,3," * 2_000 + "4 $")
    assert all(len(amount.text) <= 40 for amount in found)


def test_an_option_that_is_called_like_a_charge_leaves_its_row_an_item() -> None:
    row = [
        Element("listitem"),
        *(Element("text", text, depth=1) for text in ("Blue mug", "Gift wrap: Plain", "Quantity: 2", "$19.00")),
    ]
    seen = page("http://shop.test/", "", [*row, Element("text", "Shipping: $5.00"), Element("text", "Total: $24.00")])
    assert check("buy 2 blue mugs for less than $10 each", seen).risk == pytest.approx(0.2)
    assert check("buy 3 blue mugs for less than $10 each", seen).risk == OTHER_QUANTITY
