"""The catalogue is the same on every machine, and its search finds what it should."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.shop.catalogue import Product, by_id, categories, products, search, stems, types

DIGEST = "dbf3fc538eec3488af16d3b5c0f8825d96e4f890bc4aef8bb9cc5e6d08115d0d"
STYLES = range(6)


def of_type(name: str) -> list[Product]:
    return [one for one in products() if one.type == name]


def test_catalogue_never_changes() -> None:
    assert hashlib.sha256(repr(products()).encode()).hexdigest() == DIGEST


def test_five_thousand_products_in_thirteen_categories_of_eight_types() -> None:
    assert len(products()) == 5200 == len(by_id())
    assert [product.id for product in products()] == list(range(1, 5201))
    assert len(categories()) == 13
    assert set(Counter(kind.category for kind in types()).values()) == {8}
    assert len({kind.name for kind in types()}) == 8 * 13
    assert set(Counter(product.type for product in products()).values()) == {50}


def test_no_kind_of_thing_is_also_called_like_another() -> None:
    names = [kind.name for kind in types()]
    assert not [(one, other) for one in names for other in names if other.endswith(f" {one}")]


@pytest.mark.parametrize("style", STYLES)
def test_titles_are_unique_in_every_way_to_write_them(style: int) -> None:
    assert len({product.title(style).lower() for product in products()}) == len(products())


@pytest.mark.parametrize("style", STYLES)
def test_titles_say_brand_type_and_every_attribute(style: int) -> None:
    for product in products():
        parts = [product.brand, product.type, *(value for _, value in product.attributes)]
        title = product.title(style).lower().replace("-", " ")  # "a cast-iron pan" is one in cast iron
        assert all(part.lower().replace("-", " ") in title for part in parts)


def test_a_thing_is_in_what_it_is_made_of() -> None:
    adjectives = "|".join(("recycled", "vegan", "woven", "waxed-cotton", "kraft", "magnetic"))
    bare = re.compile(rf"\bin (\w+ )?({adjectives})(?! (material|leather|fabric|paper|plastic))|in (\w+ )?cast-iron")
    titles = [product.title(style) for product in products() for style in STYLES if style in (3, 5)]
    assert not [title for title in titles if bare.search(title)]


def test_the_six_ways_to_write_a_title_differ() -> None:
    assert all(len({product.title(style) for style in STYLES}) == len(STYLES) for product in products())


def test_prices_are_in_the_range_of_the_type_and_ratings_are_of_five_stars() -> None:
    for kind in types():
        low, high = kind.price
        assert all(low * 100 <= one.cents < (high + 1) * 100 for one in of_type(kind.name))
    assert all(0 < one.rating <= 50 and one.ratings >= 0 and one.options for one in products())


def test_every_product_has_a_neighbour_that_differs_in_exactly_one_attribute() -> None:
    for kind in types():
        same = of_type(kind.name)
        assert len({one.attributes for one in same}) == len(same)
        for one in same:
            differing = [sum(a != b for a, b in zip(one.attributes, other.attributes, strict=True)) for other in same]
            assert 1 in differing


def test_search_puts_products_with_most_words_first_and_ties_by_id() -> None:
    found = search("blue ceramic mugs")
    wanted = stems("blue ceramic mug")
    scores = [len(wanted & stems(f"{one.title()} {one.category}")) for one in found]
    assert scores == sorted(scores, reverse=True) and scores[-1] == 1
    assert found[0].type == "mug"
    for score in set(scores):
        tied = [one.id for one, other in zip(found, scores, strict=True) if other == score]
        assert tied == sorted(tied)


def test_search_finds_every_product_that_shares_a_word() -> None:
    wanted = stems("walnut kettle")
    sharing = {one.id for one in products() if wanted & stems(f"{one.title()} {one.category}")}
    assert {one.id for one in search("walnut kettle")} == sharing


def test_search_takes_plural_for_singular() -> None:
    for kind in types():
        wanted = [one.id for one in search(kind.name)]
        assert wanted == [one.id for one in search(kind.name if kind.name.endswith("s") else f"{kind.name}s")]
        assert {by_id()[place].type for place in wanted[:50]} == {kind.name}


@given(st.text(max_size=60))
def test_search_takes_any_text(query: str) -> None:
    found = search(query)
    assert len({one.id for one in found}) == len(found)
    assert bool(found) <= bool(stems(query))
