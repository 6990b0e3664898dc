"""What changed from one page to the next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdreamer_app.foresight.changes import (
    Item,
    Overlap,
    align,
    describe_changes,
    exact,
    is_observable,
    overlap,
    slot_of,
    state_of,
    structure,
)
from webdreamer_app.policies.scorer.rows import Row, page_rows
from webdreamer_app.types import Element, Observation


def rows(*elements: Element) -> tuple[Row, ...]:
    return page_rows(Observation("http://site.test/", "", elements, ""))


FORM = rows(
    Element("link", "Home", 0, "1"),
    Element("link", "Basket (1)", 0, "2"),
    Element("textbox", "Name", 0, "3", value=""),
    Element("checkbox", "Newsletter", 0, "4", checked=True),
    Element("combobox", "Food", 0, "5", value="Any", options=("Any", "Vegan")),
    Element("button", "Next", 0, "6"),
)
FILLED = rows(
    Element("link", "Home", 0, "1"),
    Element("link", "Basket (2)", 0, "2"),
    Element("textbox", "Name", 0, "3", value="Anna"),
    Element("checkbox", "Newsletter", 0, "4", checked=False),
    Element("combobox", "Food", 0, "5", value="Vegan", options=("Any", "Vegan")),
    Element("alert", "Please check the date."),
    Element("button", "Next", 0, "6"),
)


def named(row: Row) -> str:
    return {"Basket (1)": "cart", "Basket (2)": "cart"}.get(row.text, slot_of(row.text))


def test_rows_that_differ_in_digits_only_are_the_same_row() -> None:
    found = align(FORM, FILLED)
    assert (1, 1) in found.kept and not found.removed
    assert [FILLED[place].text for place in found.inserted] == ["Please check the date."]


def test_rows_that_are_alike_go_with_each_other_in_order() -> None:
    before = rows(Element("button", "Add", 0, "1"), Element("button", "Add", 0, "2"), Element("text", "5"))
    after = rows(Element("text", "7"), Element("button", "Add", 0, "9"))
    found = align(before, after)
    assert found.kept == ((0, 1), (2, 0)) and found.removed == (1,) and found.inserted == ()


def test_changes_are_what_went_what_came_and_what_is_otherwise() -> None:
    assert structure(FORM, FILLED, named) == {
        Item("~", "link", "cart", frozenset()),
        Item("~", "textbox", "<text>", frozenset({"filled"})),
        Item("~", "checkbox", "<text>", frozenset({"unchecked"})),
        Item("~", "combobox", "<text>", frozenset({"filled"})),
        Item("~", "option", "<text>", frozenset()),
        Item("~", "option", "<text>", frozenset({"selected"})),
        Item("+", "alert", "<text>", frozenset()),
    }
    assert Item("~", "textbox", "Name", frozenset({"filled"}), "Anna") in exact(FORM, FILLED)
    assert structure(FORM, FORM, named) == frozenset() == exact(FILLED, FILLED)


def test_only_what_could_be_read_beforehand_is_observable() -> None:
    sources = ("[3] textbox 'Name'", "Register Anna for the fair.", "fill('3', 'Anna')")
    assert is_observable(Item("~", "textbox", "Name", frozenset(), "Anna"), sources)
    assert not is_observable(Item("~", "textbox", "Name", frozenset(), "Ben"), sources)
    assert not is_observable(Item("+", "alert", "Please check the date.", frozenset()), sources)


def test_changes_read_as_words() -> None:
    told = describe_changes(FORM, FILLED)
    assert "textbox 'Name' holds 'Anna'" in told
    assert "checkbox 'Newsletter' is unchecked" in told
    assert "link 'Basket (1)' reads 'Basket (2)'" in told
    assert "option 'Any' is no longer selected" in told
    assert "New: alert 'Please check the date.'." in told
    assert "Gone" not in told
    assert describe_changes(FORM, FORM) == "Nothing changed."
    many = rows(*(Element("text", f"line {'x' * number}") for number in range(1, 21)))
    assert "and 8 more." in describe_changes((), many)


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("$12.99", "<money>"), ("1.234,50 €", "<money>"), ("24", "<number>"), ("2026-12-01", "<date>"),
        ("3 April 2026", "<date>"), ("09:30", "<time>"), ("a@example.com", "<email>"), ("+49 170 1234567", "<phone>"),
        ("Order now", "<text>"), ("  ", "<>"), ("Maybe", "<text>"), ("March", "<text>"),
    ],
)  # fmt: skip
def test_values_are_masked_as_typed_slots(text: str, slot: str) -> None:
    assert slot_of(text) == slot


def test_overlap_adds_up_over_transitions() -> None:
    one, other = (frozenset({Item(sign, "button", "x", frozenset())}) for sign in "+-")
    total = overlap(one | other, one) + overlap(frozenset(), other)
    assert total == Overlap(1, 2, 2) and total.f1 == 0.5
    assert Overlap().f1 == 1.0


ELEMENTS = st.lists(
    st.builds(
        Element,
        role=st.sampled_from(["button", "text", "textbox", "checkbox"]),
        name=st.sampled_from(["a", "b 1", "b 2", "c"]),
        bid=st.sampled_from(["", "1"]),
        value=st.sampled_from([None, "", "x"]),
        checked=st.sampled_from([None, True, False]),
    ),
    max_size=8,
)


@given(ELEMENTS, ELEMENTS)
def test_every_row_is_kept_removed_or_inserted_once(before: list[Element], after: list[Element]) -> None:
    one, two = rows(*before), rows(*after)
    found = align(one, two)
    assert sorted([*(place for place, _ in found.kept), *found.removed]) == list(range(len(one)))
    assert sorted([*(place for _, place in found.kept), *found.inserted]) == list(range(len(two)))
    assert all(state_of(row) <= {"checked", "unchecked", "filled", "empty"} for row in one)
