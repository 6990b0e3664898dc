"""The tree of a stored page: what its parsers make, and what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What scripts call white space, as in a character class."""
_RUN = re.compile(f"[{_SPACE}]+")
_WORDS = re.compile(f"[^{_SPACE}]+(?: [^{_SPACE}]+)*")
_LABELABLE = frozenset({"BUTTON", "INPUT", "METER", "OUTPUT", "PROGRESS", "SELECT", "TEXTAREA"})
_NESTED = frozenset({"BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY", "IFRAME", "SLOT"})
INPUT_TYPES = frozenset(
    {"button", "checkbox", "color", "date", "datetime-local", "email", "file", "hidden", "image", "month", "number"}
    | {"password", "radio", "range", "reset", "search", "submit", "tel", "text", "time", "url", "week"}
)


def clean(text: str | None) -> str:
    """White space collapsed, none at the ends."""
    if not text or _WORDS.fullmatch(text):
        return text or ""
    return _RUN.sub(" ", text).strip(" ")


def is_space(sign: str) -> bool:
    return _RUN.fullmatch(sign) is not None


def words(text: str) -> list[str]:
    return clean(text).split(" ")


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """An element; `tag` as scripts see it: large letters in HTML, small ones in drawings and formulas."""

    tag: str
    attributes: dict[str, str]
    space: str = ""
    """`svg`, `math`, or empty for HTML."""
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)
    shadow: Node | None = None
    """The shadow root it hosts."""
    host: Node | None = None
    """Of a shadow root: the element that hosts it."""
    slotted: list[Node | str] = field(default_factory=list)
    """Of a slot: what stands in it."""
    root: Node | None = None
    """The shadow root around it; None in the document itself."""
    form: Node | None = None
    """The form that the parser gave it to."""
    display: str = "none"
    is_rendered: bool = False
    is_visible: bool = False
    """Whether its `visibility` lets it be seen."""
    is_contents: bool = False
    """Without a box of its own, in the place of which its children stand."""
    takes_pointer: bool = True
    is_editable: bool = False

    @property
    def is_shown(self) -> bool:
        return (self.is_rendered and self.is_visible) or self.is_contents

    @property
    def elements(self) -> Iterator[Node]:
        return (child for child in self.children if not isinstance(child, str))

    @property
    def flat(self) -> list[Node | str]:
        """What stands in it on the page."""
        if self.slotted:
            return self.slotted
        return self.shadow.children if self.shadow is not None else self.children

    @property
    def input_type(self) -> str:
        given = self.attributes.get("type", "").lower()
        if self.tag == "BUTTON":
            return given if given in ("button", "reset") else "submit"
        if self.tag == "INPUT":
            return given if given in INPUT_TYPES else "text"
        return ""

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def first(self, tag: str) -> Node | None:
        """The first child with this tag."""
        return next((child for child in self.elements if child.tag == tag), None)

    def around(self) -> Iterator[Node]:
        """The elements that it stands in, the nearest first, no farther than its shadow root."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent

    def below(self) -> Iterator[Node]:
        """The elements in it, in document order, without shadow trees."""
        waiting = [self.elements]
        while waiting:
            child = next(waiting[-1], None)
            if child is None:
                waiting.pop()
                continue
            yield child
            if child.children:
                waiting.append(child.elements)

    def text(self) -> str:
        """All text in it, seen or not."""
        parts: list[str] = []
        waiting = [iter(self.children)]
        while waiting:
            child = next(waiting[-1], None)
            if child is None:
                waiting.pop()
            elif isinstance(child, str):
                parts.append(child)
            elif child.children:
                waiting.append(iter(child.children))
        return "".join(parts)

    def holds_operable(self) -> bool:
        """Whether something in it may be operated by itself."""
        return any(_is_nested(node) for node in self.below())


def _is_nested(node: Node) -> bool:
    given = node.attributes
    return (
        node.tag in _NESTED
        or "tabindex" in given
        or "onclick" in given
        or given.get("role") in ("button", "link")
        or (node.tag in ("A", "a") and "href" in given)
    )


def whole(node: Node) -> Iterator[Node]:
    """The node and everything below it, shadow trees before the children of their hosts."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting += reversed(list(at.elements))
        if at.shadow is not None:
            waiting.append(at.shadow)


@dataclass(eq=False)
class Document:
    """A parsed page. `body` stands in `html`; what a page has in its head comes first in its body."""

    html: Node
    body: Node
    url: str = "about:blank"
    base: str = "about:blank"
    """What addresses in it are relative to."""

    @cached_property
    def nodes(self) -> list[Node]:
        return list(whole(self.html))

    @cached_property
    def forms(self) -> dict[Node, int]:
        """The places of the forms of the document itself."""
        found = [node for node in self.nodes if node.tag == "FORM" and node.root is None]
        return {form: place for place, form in enumerate(found)}

    @cached_property
    def _ids(self) -> dict[tuple[Node | None, str], Node]:
        found: dict[tuple[Node | None, str], Node] = {}
        for node in self.nodes:
            if given := node.get("id"):
                found.setdefault((node.root, given), node)
        return found

    def by_id(self, node: Node, given: str) -> Node | None:
        """The element with this id in the node's own tree, else in the document."""
        return self._ids.get((node.root, given)) or self._ids.get((None, given))

    def by_id_beside(self, node: Node, given: str) -> Node | None:
        """The element with this id in the node's own tree."""
        return self._ids.get((node.root, given))

    @cached_property
    def controls(self) -> dict[Node, Node]:
        """What each label labels."""
        found: dict[Node, Node] = {}
        for node in self.nodes:
            if is_labelable(node):
                for label in node.around():
                    if label.tag == "LABEL" and "for" not in label.attributes:
                        if label in found:
                            break
                        found[label] = node
            elif node.tag == "LABEL" and "for" in node.attributes:
                named = self.by_id_beside(node, node.get("for"))
                if named is not None and is_labelable(named):
                    found[node] = named
        return found

    @cached_property
    def labels(self) -> dict[Node, list[Node]]:
        """The labels of each control, in document order."""
        found: dict[Node, list[Node]] = {}
        for node in self.nodes:
            if node.tag == "LABEL" and (control := self.controls.get(node)) is not None:
                found.setdefault(control, []).append(node)
        return found

    @cached_property
    def mapped(self) -> dict[str, Node]:
        """The first image of each image map, by the map's name."""
        found: dict[str, Node] = {}
        for node in self.nodes:
            if node.tag == "IMG" and node.root is None and node.get("usemap").startswith("#"):
                found.setdefault(node.get("usemap")[1:], node)
        return found

    def form_of(self, node: Node) -> Node | None:
        """The form that the control belongs to."""
        if "form" in node.attributes and node.tag != "LABEL":
            named = self.by_id_beside(node, node.get("form"))
            return named if named is not None and named.tag == "FORM" else None
        return node.form


def is_labelable(node: Node) -> bool:
    return node.tag in _LABELABLE and not (node.tag == "INPUT" and node.input_type == "hidden")
