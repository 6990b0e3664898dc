"""The catalogue is the same on every machine, and its search finds what it should."""

from __future__ import annotations

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tasks.corner.catalogue import by_id, categories, products, search, stems, types

DIGEST = "41f5213e53c6814f27520655535962af2edfb3e049bce4e8aad5d9e865933fc5"


def test_catalogue_never_changes() -> None:
    assert hashlib.sha256(repr(products()).encode()).hexdigest() == DIGEST


def test_thousand_products_in_five_categories_of_eight_types() -> None:
    assert len(products()) == 1000 == len(by_id())
    assert len(categories()) == 5
    assert set(Counter(kind.category for kind in types()).values()) == {8}
    assert set(Counter(product.type for product in products()).values()) == {25}


def test_titles_are_unique_and_prices_positive() -> None:
    assert len({product.title for product in products()}) == 1000
    assert all(product.cents > 0 and product.options for product in products())


def test_every_product_has_a_neighbour_that_differs_in_colour_or_material_only() -> None:
    for kind in types():
        looks = [(one.attribute("Colour"), one.attribute("Material")) for one in products() if one.type == kind.name]
        assert len(set(looks)) == len(looks)
        for colour, material in looks:
            assert any((colour == c) != (material == m) for c, m in looks)


def test_search_puts_products_with_most_words_first_and_ties_by_id() -> None:
    found = search("blue ceramic mugs")
    scores = [len(stems("blue ceramic mug") & stems(f"{one.title} {one.category}")) for one in found]
    assert scores[0] == 3 or scores[0] == 2
    assert found[0].type == "mug"
    best = [one.id for one, score in zip(found, scores, strict=True) if score == scores[0]]
    assert best == sorted(best)


def test_search_takes_plural_for_singular() -> None:
    for kind in types():
        wanted = [one.id for one in search(kind.name)]
        assert wanted == [one.id for one in search(kind.name if kind.name.endswith("s") else f"{kind.name}s")]
        assert {by_id()[place].type for place in wanted[:25]} == {kind.name}


@given(st.text(max_size=60))
def test_search_takes_any_text(query: str) -> None:
    found = search(query)
    assert len({one.id for one in found}) == len(found)
    assert bool(found) <= bool(stems(query))
