"""What a page consists of, before any markup: themes turn the same blocks into different pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words. `kind`: plain, price, note (small print), alert (read out at once) or status."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Picture:
    """A thing's picture, drawn from its colour and its kind; says nothing to readers."""

    colour: str
    letter: str


@dataclass(frozen=True, slots=True)
class Link:
    """`kind`: plain, button (looks like one) or danger."""

    text: str
    href: str
    kind: str = "plain"
    confirm: str = ""
    """What the browser asks before it goes there."""


@dataclass(frozen=True, slots=True)
class Button:
    """Sends the form that it stands in. `kind`: primary, secondary or danger."""

    text: str
    name: str = ""
    value: str = ""
    kind: str = "primary"
    confirm: str = ""
    """What the browser asks before the form is sent."""
    to: str = ""
    """Where the form goes by this button, when not to its own address."""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One control with its label.

    `kind`: text, email, tel, number, date, textarea, select, radio, swatch (radio as coloured tiles), checkbox,
    stepper (number between a minus and a plus), file or hidden (sent along, not shown).
    """

    kind: str
    name: str
    label: str
    value: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    error: str = ""
    hint: str = ""
    low: str = ""
    high: str = ""
    reload: bool = False
    """Whether a change sends the form, because other fields depend on it."""

    @property
    def checked(self) -> bool:
        return self.value == "yes"


@dataclass(frozen=True, slots=True)
class Form:
    action: str
    children: tuple[Block, ...]
    method: str = "post"
    label: str = ""
    files: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that belong together, with a heading or without. `kind`: plain, aside, bar (side by side) or panel."""

    children: tuple[Block, ...]
    title: str = ""
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Things of one kind, one below or beside the other; each is a few blocks. `kind`: cards or lines."""

    items: tuple[tuple[Block, ...], ...]
    label: str = ""
    kind: str = "cards"


@dataclass(frozen=True, slots=True)
class Nav:
    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A page inside the page."""

    title: str
    src: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """Lies over the foot of the page until one of its forms is sent."""

    label: str
    children: tuple[Block, ...]


Block = (
    Heading | Text | Picture | Link | Button | Field | Form | Group | Facts | Items | Nav | Frame | Overlay
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: what is in the middle, and what stands around it on every page of the site."""

    title: str
    main: Sequence[Block]
    brand: str = ""
    home: str = "/"
    search: Form | None = None
    account: Nav | None = None
    sections: Nav | None = None
    footer: Sequence[Block] = field(default=())
    overlay: Overlay | None = None
    bare: bool = False
    """Without anything around it, as inside a frame."""


def name_of(block: Block) -> str:
    """The name of the macro that writes this kind of block."""
    return type(block).__name__.lower()
