"""What a form is made of, and in which order a theme shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.site.themes import Theme


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked. `kind`: a block's field kind, or `amount`."""

    name: str
    kind: str = "text"
    options: tuple[str, ...] = ()
    """Keys of the words of its choices."""
    choices: str = ""
    """Which of the session's own lists it chooses from: events, payees, slots, …"""
    when: tuple[str, tuple[str, ...]] | None = None
    """Shown only while another item has one of these values; no values: any but an empty one."""
    is_required: bool = True
    is_ticked: bool = False
    """A box that is ticked before anybody touches it."""

    @property
    def default(self) -> str:
        """What its field holds before anybody touches it."""
        return "yes" if self.is_ticked else "1" if self.kind == "stepper" else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Items that belong on one page. `key` names its heading."""

    key: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One errand from its first page to what can't be taken back."""

    key: str
    sheets: tuple[Sheet, ...]
    has_offer: bool = False
    """Whether a page stands before the last sheet that would rather keep the customer."""

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for sheet in self.sheets for item in sheet.items)

    def item(self, name: str) -> Item:
        return next(item for item in self.items if item.name == name)


@dataclass(frozen=True, slots=True)
class Step:
    """One page on the way. `kind`: sheets, offer or review."""

    kind: str
    sheets: tuple[Sheet, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for sheet in self.sheets for item in sheet.items)


def is_asked(item: Item, values: Mapping[str, str]) -> bool:
    """Whether the item is shown while the others have these values."""
    if item.when is None:
        return True
    name, wanted = item.when
    return values.get(name, "") in wanted if wanted else bool(values.get(name))


def steps(form: Form, theme: Theme, has_review: bool = True) -> tuple[Step, ...]:
    """The form's pages in this theme."""
    sheets = _ordered(form, theme)
    if theme.one_page:
        found = [Step("sheets", sheets)] + ([Step("offer")] if form.has_offer else [])
    else:
        found = [Step("sheets", (sheet,)) for sheet in sheets]
        if form.has_offer:
            found.insert(len(found) - 1, Step("offer"))
    return (*found, Step("review")) if has_review or found[-1].kind == "offer" else tuple(found)


def _ordered(form: Form, theme: Theme) -> tuple[Sheet, ...]:
    """Sheets and their items in the theme's order; what depends on an item stays behind it."""
    sheets = form.sheets
    if theme.order == 2:
        sheets = tuple(sorted(sheets, key=lambda sheet: sheet.key != "person"))
    return tuple(Sheet(sheet.key, _shuffled(sheet.items, theme.order)) for sheet in sheets)


def _shuffled(items: tuple[Item, ...], order: int) -> tuple[Item, ...]:
    blocks: list[list[Item]] = []
    for item in items:
        names = [one.name for one in blocks[-1]] if blocks else []
        if item.when is not None and item.when[0] in names:
            blocks[-1].append(item)
        else:
            blocks.append([item])
    if order == 1:
        blocks = blocks[1:] + blocks[:1]
    elif order == 2:
        blocks.reverse()
    return tuple(item for block in blocks for item in block)
