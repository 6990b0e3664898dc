"""Random malformed documents and random actions on them: nothing may escape, nothing may hang.

    python -m benchmarks.fuzz [--documents 2000] [--actions 500] [--seed 1]

Documents are made from the folder of pages given with --pages (default: the labelled test pages) by cutting, repeating,
swapping and damaging their markup. Exit status 1 when anything escaped.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.pages import served
from webdreamer_app.actions import parse
from webdreamer_app.browser.driver import BrowserOptions, ChromiumBrowser, open_browser
from webdreamer_app.browser.page_text import PageText
from webdreamer_app.browser.stored.page import UnreadableMarkup, read_html
from webdreamer_app.errors import BrowserError, WebDreamerError
from webdreamer_app.types import Observation

PAGES = Path(__file__).parent.parent / "tests" / "browser" / "labelled" / "pages"
Seen = TypeVar("Seen")
LIMIT_S = 40.0
"""Longest that one document or action may take."""
_MARKUP = r"""
<
>
</
<!--
-->
<![CDATA[
&#0;
&bogus;
<svg>
</svg>
<math><mi>
<table>
</table>
<tr><td>
<select>
<option>
<template>
<plaintext>
<form>
</form>
<p>
<a href=x><a href=y>
<button><button>
<label for=nothing>
<input type=date value=x>
<dialog open>
<iframe srcdoc='<button>in'></iframe>
<frameset>
<object>
<details>
<style>*{display:contents}</style>
<style>*{position:fixed}</style>
<script>document.write('<b>')</script>
<x-y>
role='button '
<div aria-hidden=true>
<input name=parentElement>
<form name=body><input name=children><input name=tagName></form>
<map><area href=#>
<script>document.body.attachShadow({mode: 'closed'}).innerHTML = '<button>s'</script>
<marquee>
<noscript><p>
<script>throw 1</script>
<meta http-equiv=refresh content='9;url=/'>
<base href='http://[']>
<a href='http://['>bad</a>
<select multiple><optgroup disabled><option selected>
<div contenteditable><p>
<div style='zoom: 40'>
<body><body>
"""
_SPLINTERS = (*_MARKUP.strip().splitlines(), "\0", "\ud7ff", "\u202e")
_VALUES = (
    "",
    "abc",
    "2026-11-21",
    "-1",
    "7",
    "é\u202e\n",
    "x" * 3000,
    "Enter",
    "Control+a",
    "F99",
    "http://[",
    "/nowhere",
    "g1",
)

_VERBS_WITH_TEXT = ("fill", "type", "paste", "select_option", "press", "upload_file", "click")
_BARE_VERBS = ("go_back", "go_forward", "new_tab", "tab_close", "dialog_accept", "dialog_dismiss", "noop")


def document(chance: random.Random, sources: Sequence[str]) -> str:
    """A damaged document."""
    text = chance.choice(sources)
    for _ in range(chance.randrange(1, 12)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randrange(200))
        match chance.randrange(6):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:end] + text[start:end] * chance.randrange(1, 9) + text[end:]
            case 2:
                other = chance.choice(sources)
                place = chance.randrange(len(other) + 1)
                text = text[:start] + other[place : place + 400] + text[start:]
            case 3:
                text = text[:start] + chance.choice(_SPLINTERS) + text[start:]
            case 4:
                text = text[:start] + "".join(chance.sample(text[start:end], end - start)) + text[end:]
            case _:
                text = text[:start] + chance.choice(_SPLINTERS) * chance.randrange(1, 40) + text[start:]
    return text[:60_000]


def action(chance: random.Random, observation: Observation) -> str:
    """A random action string, on what is there more often than not; it may be no action at all."""
    bids = [element.bid for element in observation.elements if element.bid] or ["1"]
    bid = chance.choice(bids) if chance.random() < 0.9 else chance.choice(("", "zz9", "0", "']", "9" * 40))
    value = chance.choice(_VALUES)
    other, index = chance.choice(bids), chance.randrange(-2, 5)
    down, right = chance.randrange(-999, 999), chance.randrange(-999, 999)
    whole = (
        *(f"{verb}({bid!r}, {value!r})" for verb in _VERBS_WITH_TEXT),
        *(f"{verb}({bid!r})" for verb in ("click", "click", "hover")),
        *(f"{verb}()" for verb in _BARE_VERBS),
        f"drag_and_drop({bid!r}, {other!r})",
        f"scroll({right}, {down})",
        f"scroll({right}, {down}, {bid!r})",
        f"goto({value!r})",
        f"tab_focus({index})",
        f"expand({value!r})",
        f"click({bid!r}",
        "__import__('os')",
        value,
    )
    return chance.choice(whole)


def _read_as_stored(text: str, url: str) -> None:
    with contextlib.suppress(UnreadableMarkup):
        PageText(2000, frozenset()).write(read_html(text, url))


class Fuzz:
    """Goes through documents and actions, and keeps what escaped."""

    def __init__(self, seed: int, folder: Path = PAGES) -> None:
        self.chance = random.Random(seed)
        self.sources = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))]
        self.escaped: list[str] = []
        self.counts: Counter[str] = Counter()
        self.slowest_s = 0.0
        self._served = b""

    async def run(self, documents: int, actions: int, echo: Callable[[str], None]) -> None:
        """Each document in the same browser; actions are spread over the documents. A new one after an escape."""
        done = {"documents": 0, "actions": 0}
        with served(lambda _: self._served) as url:
            while done["documents"] < documents:
                async with open_browser(BrowserOptions(timeout_s=5)) as window:
                    await self._in_one_browser(window, f"{url}/", documents, actions, done, echo)

    async def _in_one_browser(
        self,
        window: ChromiumBrowser,
        url: str,
        documents: int,
        actions: int,
        done: dict[str, int],
        echo: Callable[[str], None],
    ) -> None:
        while done["documents"] < documents:
            text = document(self.chance, self.sources)
            self._served = text.encode("utf-8", "replace")
            done["documents"] += 1
            each = -(-(actions - done["actions"]) // (documents - done["documents"] + 1))
            done["actions"] += each
            if done["documents"] % 100 == 0:
                echo(f"{done['documents']} documents, {done['actions']} actions, {len(self.escaped)} escaped")
            async with window.fresh() as browser:
                if not await self._one(browser, url, each, text):
                    return

    async def _one(self, browser: ChromiumBrowser, url: str, actions: int, text: str) -> bool:
        """Whether the browser can be used on."""
        seen = Observation("", "", (), "")
        chosen = ""
        try:
            await self._timed(asyncio.to_thread(_read_as_stored, text, url))
            async with asyncio.timeout(LIMIT_S):
                seen = await self._timed(browser.goto(url))
            for _ in range(actions):
                chosen = action(self.chance, seen)
                try:
                    parsed = parse(chosen)
                except (WebDreamerError, ValueError):
                    self.counts["not an action"] += 1
                    continue
                async with asyncio.timeout(LIMIT_S):
                    outcome = await self._timed(browser.execute(parsed))
                self.counts["failed" if outcome.error else "done"] += 1
                seen = outcome.observation or seen
        except BrowserError as error:
            self.counts[f"browser: {str(error)[:60]}"] += 1
            return "browser is gone" not in str(error)
        except BaseException as error:
            self.escaped.append(f"{type(error).__name__}: {error}\n  after {chosen or 'opening'}\n  {text[:2000]!r}")
            print(self.escaped[-1], file=sys.stderr, flush=True)
            if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
                raise
            return False
        return True

    async def _timed(self, work: Awaitable[Seen]) -> Seen:
        started = time.perf_counter()
        try:
            return await work
        finally:
            self.slowest_s = max(self.slowest_s, time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--actions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=Path, default=PAGES)
    options = parser.parse_args()
    fuzz = Fuzz(options.seed, options.pages)
    asyncio.run(fuzz.run(options.documents, options.actions, lambda words: print(words, flush=True)))
    print(dict(fuzz.counts), f"slowest {fuzz.slowest_s:.1f} s, {len(fuzz.escaped)} escaped")
    sys.exit(bool(fuzz.escaped))


if __name__ == "__main__":
    main()
