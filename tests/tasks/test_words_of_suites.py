"""What the sites of all suites say: no label of a validation or test site occurs in training, on whichever site."""

from __future__ import annotations

import re

import pytest

from tasks.forms.showing import lexicon as forms
from tasks.shop.scene import lexicon as shop
from tasks.site.themes import Lexicon

LEXICONS = {"shop": shop, "forms": forms}


def bare(words: str) -> str:
    return re.sub(r"\{\w+\}", "", words).strip(" :.?!").casefold()


def trained(lexicon: Lexicon) -> dict[str, str]:
    """What training sites say → the key under which they do."""
    lists = [(key, lists.get("train", [])) for key, lists in lexicon.entries.items()]
    lists += lexicon.more.items()
    return {bare(words): key for key, said in lists for words in said}


@pytest.mark.parametrize("known", LEXICONS)
@pytest.mark.parametrize("suite", LEXICONS)
def test_no_label_of_validation_and_test_occurs_in_the_training_of_any_suite(suite: str, known: str) -> None:
    seen = trained(LEXICONS[known]())
    shared = {
        (key, split, words, seen[bare(words)])
        for key, lists in LEXICONS[suite]().entries.items()
        for split in ("validation", "test")
        for words in lists.get(split, [])
        if bare(words) in seen
    }
    assert not shared
