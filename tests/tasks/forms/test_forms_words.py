"""What pages say: each split in words of its own, and nothing on a page under the name of something else there."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tasks.forms.catalogue import FORMS
from tasks.forms.showing import lexicon, showing
from tasks.forms.specs import Form
from tasks.shop import scene
from tasks.site.themes import SPLITS, THEMES

COMMITS = [*(f"submit_{key}" for key in FORMS), "delete_draft", "keep", "next", "save"]
AROUND = ("home", "profile", "around", "cookies", "cookies_all", "cookies_needed")
BAR = ("next", "save", "delete_draft", "back", "edit", "review", "so_far", "receipt")
OFFER = ("offer", "keep", "decline", "back", "kept")
OVERVIEW = ("services", "drafts", "past", "open_draft", "delete_draft")
FEW = {"today", "yes", "no"}
VARIED = ("form_", "f_", "sheet_", "submit_")


def on_pages(form: Form) -> Iterator[tuple[str, ...]]:
    """Keys of what may stand on one page of a form."""
    fields = [f"f_{item.name}" for item in form.items]
    options = [option for item in form.items if item.kind in ("radio", "select") for option in item.options]
    sheets = [f"sheet_{sheet.key}" for sheet in form.sheets]
    names = (*AROUND, *fields, *options, *sheets, f"form_{form.key}")
    yield (*names, *BAR, f"submit_{form.key}", "services", "offer")
    yield (*AROUND, *OFFER, f"form_{form.key}")
    yield (*AROUND, *OVERVIEW, *(f"form_{key}" for key in FORMS))


def entries(split: str, key: str, place: int) -> set[str]:
    """What a theme of the split may say there; training themes draw any of theirs."""
    found = lexicon().entries[key][split]
    return {words.casefold() for words in (found if split == "train" else found[place : place + 1])}


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.key)
@pytest.mark.parametrize("split", SPLITS)
def test_two_things_on_a_page_never_share_a_name(split: str, form: Form) -> None:
    for keys, place in itertools.product(on_pages(form), (0, 1)):
        for one, other in itertools.combinations(keys, 2):
            shared = entries(split, one, place) & entries(split, other, place)
            assert not shared, (one, other, shared)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_controls_of_a_form_have_names_of_their_own(theme) -> None:  # type: ignore[no-untyped-def]
    said = showing(theme.name).words
    for form in FORMS.values():
        for keys in on_pages(form):
            twice = [name for name, count in Counter(said[key] for key in keys).items() if count > 1]
            assert not twice, (form.key, twice)


@pytest.mark.parametrize("key", COMMITS)
def test_no_commit_label_of_another_split_occurs_in_training(key: str) -> None:
    shown = {words.casefold() for lists in lexicon().entries.values() for words in lists["train"]}
    for split in ("validation", "test"):
        assert shown.isdisjoint(words.casefold() for words in lexicon().entries[key][split])


def test_no_words_of_another_split_occur_in_training_anywhere() -> None:
    """Not under another key either, and not in the shop."""
    lists = [found for one in (lexicon(), scene.lexicon()) for found in one.entries.values()]
    trained = {bare(words) for found in lists for words in (*found.get("train", ()), *found.get("all", ()))}
    for key, entry in lexicon().entries.items():
        said = {bare(words) for split in ("validation", "test") for words in entry[split]}
        assert trained.isdisjoint(said), (key, trained & said)


def bare(words: str) -> str:
    """Without gaps, marks and capitals."""
    return re.sub(r"\{\w+\}", "", words).strip(" :.?!").casefold()


def test_all_words_of_the_splits_are_disjoint() -> None:
    for key, lists in lexicon().entries.items():
        for first, second in itertools.combinations(SPLITS, 2):
            said = [{words.casefold() for words in lists[split]} for split in (first, second)]
            assert said[0].isdisjoint(said[1]), (key, said[0] & said[1])


def test_training_pages_say_a_thing_in_many_ways() -> None:
    for key, lists in lexicon().entries.items():
        assert len(set(lists["train"])) == len(lists["train"]) <= 10, key
        assert len(lists["train"]) >= (6 if key.startswith(VARIED) or key in BAR else 1 if key in FEW else 3), key
        assert len(lists["validation"]) == len(lists["test"]) == 2, key
