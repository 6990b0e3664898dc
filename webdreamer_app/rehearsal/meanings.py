"""What the words on the bundled sites' pages stand for, as numbers: an auxiliary target of training, never an input."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tasks.forms.showing import lexicon as forms_lexicon
from tasks.shop.scene import lexicon as shop_lexicon
from tasks.site.themes import theme_named
from tasks.task import Task


@cache
def numbers() -> Mapping[str, int]:
    """Key → number, the same in every process: the keys of both sites in alphabetical order."""
    keys = sorted({*forms_lexicon().keys(), *shop_lexicon().keys()})
    return {key: number for number, key in enumerate(keys)}


def words_shown(task: Task) -> Mapping[str, str]:
    """Key → words, as the pages of a task say them; nothing for other suites."""
    place = task.answer.get("site") or task.answer.get("world")
    if task.suite not in ("shop", "forms") or not place:
        return {}
    lexicon = shop_lexicon() if task.suite == "shop" else forms_lexicon()
    return lexicon.words(theme_named(place["theme"]))
