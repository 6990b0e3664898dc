"""What opening or submitting to an address may do, by the words in its path and query."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from webdreamer_app import effect_words as words
from webdreamer_app.types import Effect


def only_reads(url: str) -> bool:
    """Whether opening it does no more than show it; what an allowed link once did must not be done again unasked."""
    if split_address(url).scheme not in ("http", "https"):
        return False
    return effect_of_address(url) is Effect.READ


def effect_of_address(url: str) -> Effect:
    """A GET that should only read, unless its path or query says otherwise."""
    if url == "about:blank":
        return Effect.READ
    if split_address(url).scheme not in ("http", "https"):
        return Effect.UNKNOWN
    return Effect.UNKNOWN if mutates(url, words.ADDRESS_VERBS) else Effect.READ


def mutates(url: str, verbs: frozenset[str]) -> bool:
    """Whether its path or query names one of these verbs as what it does."""
    parts = split_address(url.lower())
    if is_cart(url):
        verbs = verbs - {"remove", "delete", "erase"}  # what leaves a cart can be put back
    if any(_tells_of_change(word, verbs) for word in re.split(r"[/.]", split_address(_spaced(url)).path.lower())):
        return True
    pairs = [pair.partition("=") for pair in re.split(r"[&;]", parts.query)]
    return any(
        key in verbs or (key in words.COMMAND_KEYS and re.split(r"[-_]", value)[0] in verbs) for key, _, value in pairs
    )


def _spaced(url: str) -> str:
    """`deleteItem` as `delete-Item`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", url)


def _tells_of_change(segment: str, verbs: frozenset[str]) -> bool:
    """`delete`, `delete-item` and `checkout-complete`, but not `delete-your-fears-with-this-book`."""
    verb, *rest = re.split(r"[-_]", segment)
    if segment in verbs or (verb in verbs and len(rest) == 1 and rest[0] in words.ADDRESS_OBJECTS):
        return True
    return len(rest) == 1 and verb in words.ADDRESS_OBJECTS and rest[0] in words.ENDING_VERBS


def is_cart(url: str) -> bool:
    """Whether its path speaks of a cart."""
    return bool(words.CART.search(split_address(url).path.replace("/", " ").replace("_", " ")))


def split_address(url: str) -> SplitResult:
    """The parts of an address; one that can't be read has no scheme, and so tells nothing."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")
