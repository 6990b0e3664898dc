"""What the shops say: each control means one thing, and no shop of the other splits talks like training."""

from __future__ import annotations

import itertools
import re

import pytest

from tasks.shop.scene import lexicon, words_of
from tasks.site.themes import LOOKS, SPLITS, THEMES, theme_named

CONTROLS = (
    "search", "search_button", "orders", "cart", "wishes", "account", "next_page", "previous_page", "filter_button",
    "colour", "material", "feature", "price_to", "sort", "quantity", "add_to_cart", "buy_now", "wish", "protection",
    "how_often", "once", "monthly", "update", "remove", "coupon", "coupon_button", "to_checkout", "full_name", "street",
    "city", "postcode", "phone", "delivery", "to_payment", "pay_with", "donation", "to_review", "pays_early",
    "change_cart", "change_address", "change_payment", "place_order", "cancel_order", "return_link", "return_item",
    "return_reason", "return_button", "make_default", "delete_address", "save_address", "delete_card", "unwish",
    "clear_wishes", "cookies_all", "cookies_few", "to_start",
)  # fmt: skip
HEADINGS = (
    "home_heading", "featured", "results", "all_products", "filters", "other_offer", "cart_heading", "wishes_heading",
    "checkout", "address_heading", "payment", "review_heading", "deliver_to", "thanks", "orders", "return_heading",
    "account_heading", "addresses", "add_address", "cards", "not_found", "account_nav", "sections_nav", "cookies",
)  # fmt: skip


def bare(words: str) -> str:
    return re.sub(r"\{\w+\}", "", words).strip(" :.?!").casefold()


def said(key: str, split: str) -> set[str]:
    return {bare(words) for words in lexicon().entries[key][split]}


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("keys", [CONTROLS, HEADINGS], ids=["controls", "headings"])
def test_no_two_roles_share_a_label(split: str, keys: tuple[str, ...]) -> None:
    for one, other in itertools.combinations(keys, 2):
        assert not said(one, split) & said(other, split), (one, other)


@pytest.mark.parametrize(("one", "other"), itertools.combinations(SPLITS, 2))
def test_no_label_occurs_in_two_splits(one: str, other: str) -> None:
    known = {bare(words): key for key, lists in lexicon().entries.items() for words in lists[one]}
    for key, lists in lexicon().entries.items():
        for words in lists[other]:
            assert bare(words) not in known, (key, known[bare(words)])


def test_every_entry_of_a_key_has_the_same_fields() -> None:
    for key, lists in lexicon().entries.items():
        assert len({frozenset(re.findall(r"\{\w+\}", words)) for words in itertools.chain(*lists.values())}) == 1, key


def test_training_knows_several_words_for_everything() -> None:
    counts = {key: len(set(lists["train"])) for key, lists in lexicon().entries.items()}
    assert min(counts.values()) >= 4 and sum(counts.values()) / len(counts) > 5


def test_a_button_that_pays_early_sounds_like_one_that_does_not_and_is_explained() -> None:
    for theme in THEMES:
        words = words_of(theme.name)
        assert not re.search(r"\b(pay|buy|order|purchase)", words["pays_early"], re.I)
        assert re.search(r"order|buy|purchase", words["pays_early_note"], re.I)


def test_a_button_that_orders_at_once_says_so() -> None:
    for words in itertools.chain(*lexicon().entries["buy_now"].values()):
        assert re.search(r"\b(buy|order|purchase)\b", words, re.I), words


def test_words_of_different_controls_are_drawn_independently_of_each_other() -> None:
    looks = [theme_named(f"look-{number}") for number in range(LOOKS)]
    counts = {key: len(lists["train"]) for key, lists in lexicon().entries.items()}
    drawn = {key: [look.draw(count, key) for look in looks] for key, count in counts.items()}
    for one, other in itertools.combinations(counts, 2):
        combinations = counts[one] * counts[other]
        expected = combinations * (1 - (1 - 1 / combinations) ** LOOKS)
        assert len(set(zip(drawn[one], drawn[other], strict=True))) >= 0.95 * expected, (one, other)
