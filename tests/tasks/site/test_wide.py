"""The wide tasks of training: more words and sentences, none of which a validation or test task has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tasks.forms import telling
from tasks.forms.showing import lexicon as forms
from tasks.forms.values import values
from tasks.shop import wording
from tasks.shop.scene import lexicon as shop
from tasks.site.themes import LOOKS, WIDE_SEED, Lexicon, pick, theme_named
from tasks.site.wide import WIDE, voice, widened
from tasks.suites import suite

LEXICONS = {"shop": shop, "forms": forms}


def bare(words: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"\{\w+\}", "", words)).strip().casefold()


def strings(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from strings(value, (*path, key))
    elif isinstance(data, list):
        for one in data:
            yield from strings(one, path)
    elif isinstance(data, str):
        yield path, data


def test_only_training_from_some_seed_on_is_wide() -> None:
    assert voice("train", WIDE_SEED) == WIDE
    assert voice("train", WIDE_SEED - 1) == "train"
    assert voice("test", WIDE_SEED) == "test"
    assert all(pick("train", WIDE_SEED + 3, index).wide for index in range(50))
    assert not any(pick("train", 3, index).wide or pick("test", WIDE_SEED, index).wide for index in range(50))


@pytest.mark.parametrize("name", LEXICONS)
def test_wide_looks_draw_from_several_times_as_many_words(name: str) -> None:
    lexicon: Lexicon = LEXICONS[name]()
    usual = [lexicon.words(theme_named(f"look-{number}")) for number in range(400)]
    wide = [lexicon.words(theme_named(f"look-{LOOKS + number}")) for number in range(400)]
    known = set(lexicon.keys())
    for key in {"cookies_all", "choose"} & known:
        assert len({words[key] for words in wide}) > 2 * len({words[key] for words in usual})
    assert sum(map(len, lexicon.more.values())) > 3500


@pytest.mark.parametrize("name", LEXICONS)
def test_further_words_have_the_fields_of_those_they_stand_beside(name: str) -> None:
    lexicon: Lexicon = LEXICONS[name]()
    for key, more in lexicon.more.items():
        known = {tuple(sorted(re.findall(r"\{\w+\}", words))) for words in lexicon.entries[key]["train"]}
        assert {tuple(sorted(re.findall(r"\{\w+\}", words))) for words in more} <= known, key


def test_no_sentence_of_the_wide_tasks_is_one_of_validation_or_test() -> None:
    told = [telling.phrases(), wording.PATTERNS, wording.CLAUSES, wording.ACCOUNT, wording.LIMITS]
    found = [(path, bare(text)) for one in told for path, text in strings(one)]
    held_out = {text for path, text in found if ("validation" in path or "test" in path) and text.count(" ") > 3}
    shared = {text for path, text in found if WIDE in path} & held_out
    trained = {text for path, text in found if "train" in path}
    assert not shared - trained


def test_lists_are_made_longer_at_their_path(tmp_path: Any) -> None:
    (tmp_path / "more.toml").write_text('"a/train" = ["two"]\n"b/train/c" = ["four"]\n', encoding="utf-8")
    data = {"a": {"train": ["one"], "test": ["x"]}, "b": {"train": {"c": ["three"]}}}
    found = widened(data, tmp_path / "more.toml")
    assert found["a"] == {"train": ["one"], "test": ["x"], "wide": ["one", "two"]}
    assert found["b"]["wide"] == {"c": ["three", "four"]}


def test_wide_values_are_those_of_training_and_more() -> None:
    for name, known in values("train").items():
        assert set(strings(known)) <= set(strings(values(WIDE)[name])), name
    held_out = {text for split in ("validation", "test") for _, text in strings(values(split))}
    added = {text for _, text in strings(values(WIDE))} - {text for _, text in strings(values("train"))}
    assert not added & held_out


@pytest.mark.parametrize("name", LEXICONS)
def test_wide_tasks_are_the_same_each_time_and_differ_from_each_other(name: str) -> None:
    once, again = (suite(name).sample("train", 40, WIDE_SEED) for _ in range(2))
    assert once == again
    assert len({task.instruction for task in once}) == 40
