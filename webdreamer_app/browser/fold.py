"""A page as text within a budget of tokens: what matters in lines, the rest folded into groups that can be opened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from webdreamer_app.browser.serialize import line, quote
from webdreamer_app.types import Element

Count = Callable[[Sequence[str]], list[int]]
"""Tokens of each of several lines."""

_LANDMARKS = frozenset({"navigation", "main", "region", "search", "form", "complementary", "banner", "contentinfo"})
_URGENT = frozenset({"dialog", "alertdialog", "alert"})
_ITEMS = frozenset({"listitem", "row", "article", "option", "treeitem", "menuitem", "gridcell"})
_SHOWN_ITEMS = 3
"""How many items of a list count like what stands outside of lists."""
_MAX_MISSES = 40
"""After so many lines that no longer fit, no further one is tried."""
_BATCH = 200
_CHARACTERS_A_TOKEN = 12
"""No text has more characters to a token for long; above it nothing needs to be counted."""
_WORTH_FOLDING = 2
"""A single line no longer than so many group lines stands for itself: opening a group costs a step."""
_MAX_NAME = 240
_MAX_OPTIONS = 12
_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Folded:
    """The text, and what each group in it hides: keys of elements, for `opened`."""

    text: str
    groups: dict[str, frozenset[Hashable]]


def key(element: Element) -> Hashable:
    """What an element is known by over observations: its reference, else what it says."""
    return element.bid or (element.role, element.name)


def fold(
    header: Sequence[str],
    elements: Sequence[Element],
    budget: int,
    count: Count,
    *,
    wanted: frozenset[str] = frozenset(),
    fresh: frozenset[Hashable] = frozenset(),
    opened: frozenset[Hashable] = frozenset(),
) -> Folded:
    """Lines of at most `budget` tokens. `wanted`: words of the task, in small letters; `fresh`: keys of what is new.

    The header always stands. Every element that can be acted on has its line, or is in a group whose line stands.
    """
    whole = _whole(header, elements, _CHARACTERS_A_TOKEN * budget)
    if whole is not None and sum(count(whole)) <= budget:
        return Folded("\n".join(whole), {})
    page = _Page(elements, wanted, fresh, opened, count)
    room = budget - sum(count(header))
    share = 0.8
    for _ in range(_ROUNDS):
        lines, groups = page.folded(page.chosen(int(room * share)))
        used = sum(count(lines))
        if used <= room or not used:
            break
        share *= min(0.85, room / used)
    return Folded("\n".join([*header, *lines]), groups)


def _whole(header: Sequence[str], elements: Sequence[Element], limit: int) -> list[str] | None:
    """All lines, None where they have more than `limit` characters."""
    lines = list(header)
    used = sum(map(len, lines))
    for element in elements:
        lines.append(line(element))
        used += len(lines[-1])
        if used > limit:
            return None
    return lines


class _Page:
    """The page's tree and the order in which its lines are wanted."""

    def __init__(
        self,
        elements: Sequence[Element],
        wanted: frozenset[str],
        fresh: frozenset[Hashable],
        opened: frozenset[Hashable],
        count: Count,
    ) -> None:
        self._elements = elements
        self._count = count
        self._parents = _parents(elements)
        self._costs: dict[int, int] = {}
        ranks = _ranks(elements, self._parents, wanted, fresh, opened)
        self._order = sorted(
            (place for place, rank in enumerate(ranks) if rank is not None), key=lambda place: ranks[place] or 0
        )

    def chosen(self, room: int) -> set[int]:
        """Places whose lines fit, the most wanted first, each with what it stands in."""
        found: set[int] = set()
        misses = 0
        for start in range(0, len(self._order), _BATCH):
            batch = self._order[start : start + _BATCH]
            self._cost(batch)
            for place in batch:
                path = [at for at in self._path(place) if at not in found]
                self._cost(path)
                cost = sum(self._costs[at] for at in path)
                if cost <= room:
                    room -= cost
                    found.update(path)
                else:
                    misses += 1
            if misses > _MAX_MISSES:
                break
        return found

    def folded(self, chosen: set[int]) -> tuple[list[str], dict[str, frozenset[Hashable]]]:
        """The lines of the chosen, and between them one line for each run of others that stand in the same place."""
        lines: list[str] = []
        groups: dict[str, frozenset[Hashable]] = {}
        tops: dict[int, int] = {}
        run: list[int] = []

        def close() -> None:
            if run:
                name = f"g{len(groups) + 1}"
                folded = self._group_line(name, run, [place for place in run if tops[place] == place])
                alone = line(_shortened(self._elements[run[0]])) if len(run) == 1 else ""
                if alone and len(alone) <= _WORTH_FOLDING * len(folded):
                    lines.append(alone)
                else:
                    groups[name] = frozenset(key(self._elements[place]) for place in run)
                    lines.append(folded)
                run.clear()

        for place in range(len(self._elements)):
            if place in chosen:
                close()
                lines.append(line(_shortened(self._elements[place])))
                continue
            above = self._parents[place]
            tops[place] = place if above < 0 or above in chosen else tops[above]
            if run and self._parents[tops[run[0]]] != self._parents[tops[place]]:
                close()
            run.append(place)
        close()
        return lines, groups

    def _group_line(self, name: str, run: Sequence[int], tops: Sequence[int]) -> str:
        inside = [self._elements[place] for place in run]
        kinds = Counter(self._elements[place].role for place in tops)
        parts = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common(3))
        actable = [element for element in inside if element.bid]
        first = next((element for element in actable if element.name), None)
        example = f": {first.role} {quote(first.name[:40])}" if first is not None else ""
        more = f" … {len(actable)} to act on" if len(actable) > 1 else ""
        return "  " * self._elements[tops[0]].depth + f"[{name}] {parts} folded{example}{more}"

    def _path(self, place: int) -> Iterator[int]:
        while place >= 0:
            yield place
            place = self._parents[place]

    def _cost(self, places: Sequence[int]) -> None:
        missing = [place for place in places if place not in self._costs]
        if missing:
            counted = self._count([line(_shortened(self._elements[place])) for place in missing])
            self._costs.update(zip(missing, counted, strict=True))


def _parents(elements: Sequence[Element]) -> list[int]:
    """The place of what each element stands in; -1 at the top."""
    parents: list[int] = []
    path: list[int] = []
    for place, element in enumerate(elements):
        while path and elements[path[-1]].depth >= element.depth:
            path.pop()
        parents.append(path[-1] if path else -1)
        path.append(place)
    return parents


def _ranks(
    elements: Sequence[Element],
    parents: Sequence[int],
    wanted: frozenset[str],
    fresh: frozenset[Hashable],
    opened: frozenset[Hashable],
) -> list[int | None]:
    """How soon each line is wanted, 0 first; None for what only holds others."""
    ranks: list[int | None] = []
    urgent: list[bool] = []
    items: list[int] = []
    seen: Counter[tuple[int, str]] = Counter()
    for place, element in enumerate(elements):
        above = parents[place]
        urgent.append(element.role in _URGENT or (above >= 0 and urgent[above]))
        outer = items[above] if above >= 0 else 0
        if element.role in _ITEMS:
            outer = max(outer, seen[above, element.role])
            seen[above, element.role] += 1
        items.append(outer)
        ranks.append(_rank(element, urgent[place], outer, wanted, fresh, opened))
    return ranks


def _rank(
    element: Element,
    is_urgent: bool,
    item: int,
    wanted: frozenset[str],
    fresh: frozenset[Hashable],
    opened: frozenset[Hashable],
) -> int | None:
    if not element.bid and not element.name:
        return None
    if is_urgent or (opened and key(element) in opened):
        return 0
    is_early = item < _SHOWN_ITEMS
    if is_early and (element.role in _LANDMARKS or (element.role == "heading" and element.level <= 3)):
        return 1
    if key(element) in fresh or (wanted and not wanted.isdisjoint(_words(element.name))):
        return 2 if element.bid else 3
    if element.bid:
        return 4 if is_early else 6
    return 5 if item < 1 else 7


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.lower()))


def _shortened(element: Element) -> Element:
    """Long names and lists of options cut."""
    if len(element.name) > _MAX_NAME:
        element = element.changed(name=element.name[:_MAX_NAME] + "…")
    if len(element.options) > _MAX_OPTIONS:
        more = f"… {len(element.options) - _MAX_OPTIONS} more"
        element = element.changed(options=(*element.options[:_MAX_OPTIONS], more))
    return element
