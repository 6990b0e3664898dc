"""One pass over a stored document: what `walk.js` tells of a live one, without boxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from webdreamer_app.browser.stored.names import WIDGETS, Names
from webdreamer_app.browser.stored.shown import declared, has_size, hides_text
from webdreamer_app.browser.stored.states import whole_number
from webdreamer_app.browser.stored.tree import Document, Node, clean
from webdreamer_app.browser.stored.widget import Widgets
from webdreamer_app.types import Element

_CONTAINERS = frozenset(
    {"navigation", "main", "banner", "contentinfo", "list", "listitem", "table", "grid", "treegrid", "row", "cell"}
    | {"gridcell", "columnheader", "rowheader", "form", "group", "radiogroup", "dialog", "alertdialog", "article"}
    | {"search", "region", "complementary", "alert", "status", "listbox", "menu", "menubar", "tablist", "tabpanel"}
    | {"tree", "toolbar", "feed", "log", "tooltip", "figure", "note", "progressbar", "meter"}
)
_OWN_TEXT = frozenset({"columnheader", "rowheader", "tooltip", "gridcell", "cell", "row", "listitem"})
_WIDGET_BOXES = frozenset({"listbox", "video", "audio"})
_KEPT_ROLES = frozenset({"canvas", "columnheader", "rowheader", "summary"})
_SKIPPED = frozenset(
    {"SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "META", "LINK", "DATALIST", "PARAM", "SOURCE", "TRACK", "COL"}
    | {"COLGROUP", "BASE", "WBR", "symbol", "clippath", "mask", "pattern", "marker", "metadata", "title", "desc"}
    | {"defs", "style", "script"}
)
_INLINE = frozenset(
    {"SPAN", "B", "I", "EM", "STRONG", "SMALL", "CODE", "KBD", "SUB", "SUP", "U", "S", "DEL", "INS", "MARK", "ABBR"}
    | {"CITE", "Q", "TIME", "DATA", "VAR", "SAMP", "FONT", "BDI", "BDO", "LABEL", "A"}
)
_HANDLERS = ("onclick", "onmousedown", "onpointerdown", "jsaction", "ng-click")
_DOCUMENT_TYPES = ("text/html", "application/xhtml", "image/svg")
_DOCUMENT_NAMES = re.compile(r"\.(html?|xhtml|svg)([?#]|$)", re.IGNORECASE)
_PIXELS = re.compile(r"(\d+(?:\.\d+)?)(px)?")

Done = Callable[[], None]


@dataclass(slots=True)
class _Level:
    """A node whose children are being visited. `inside`: within something operable; `mute`: its text says nothing."""

    children: Iterator[Node | str]
    depth: int
    inside: bool
    mute: bool
    hides_text: bool
    done: Done | None
    text: list[str] = field(default_factory=list)


class Walk:
    """Elements of a document whose `find_shown` was called; `frames`: the frame elements by their place among them."""

    def __init__(self, document: Document, reference: Callable[[], str]) -> None:
        self.frames: dict[int, Node] = {}
        self._document = document
        self._reference = reference
        self._names = Names(document)
        self._widgets = Widgets(document, self._names)
        self._out: list[Element] = []
        self._references: dict[Node, str] = {}
        self._levels: list[_Level] = []
        self._has_inert = any("inert" in node.attributes for node in document.nodes)

    def run(self) -> list[Element]:
        body = self._document.body
        if body.is_editable:
            self._widget(body, "textbox", 0)
        self._enter(body, int(body.is_editable), body.is_editable, False)
        while self._levels:
            level = self._levels[-1]
            child = next(level.children, None)
            if child is None:
                self._levels.pop()
                self._flush(level)
                if level.done is not None:
                    level.done()
            elif not isinstance(child, str):
                self._visit(child, level)
            elif not level.hides_text:
                level.text.append(child)
        return self._out

    def _enter(self, node: Node, depth: int, inside: bool, mute: bool, done: Done | None = None) -> None:
        self._levels.append(_Level(iter(node.flat), depth, inside, mute, hides_text(node), done))

    def _flush(self, level: _Level) -> None:
        if level.text and not level.mute and (text := clean("".join(level.text))):
            self._out.append(Element(name=text, depth=level.depth))
        level.text.clear()

    def _visit(self, child: Node, level: _Level) -> None:
        tag = child.tag
        if tag == "FORM":
            self._flush(level)
            if child.is_rendered or child.is_contents:
                given = child.get("role")
                self._container(child, given if given in _CONTAINERS else "form", level, level.mute)
            return
        if tag in _SKIPPED:
            return
        if tag == "BR":
            self._flush(level)
            return
        role = self._names.role(child)
        if not child.is_rendered and not child.is_contents and tag != "AREA":
            self._visit_hidden(child, role, level)
            return
        if tag == "LEGEND" and not child.holds_operable():
            return  # the name of its group
        if tag == "EMBED" or holds_document(child):
            self._frame(child, level)
            return
        mute = level.mute or child.get("aria-hidden") == "true"
        if self._visit_widget(child, role, level, mute):
            return
        self._visit_plain(child, role, level, mute)

    def _visit_hidden(self, child: Node, role: str, level: _Level) -> None:
        """Choices that are not there themselves are operated by their labels."""
        labels = self._document.labels.get(child, ())
        is_choice = role in ("checkbox", "radio") or child.input_type == "file"
        if is_choice and labels and labels[0].is_rendered:
            self._flush(level)
            self._widget(child, role, level.depth)

    def _visit_widget(self, child: Node, role: str, level: _Level, mute: bool) -> bool:
        """Tell of something operable. Whether it is."""
        tag, is_visible = child.tag, _is_visible(child)
        if not is_visible:
            return False
        is_editor = child.is_editable and (child.parent is None or not child.parent.is_editable)
        is_box = role in _WIDGET_BOXES and (role != "listbox" or tag == "SELECT")
        is_widget = role in WIDGETS or is_box or is_editor
        is_operable = not is_widget and self._is_operable(child, level.inside)
        if not is_widget and not is_operable:
            return False
        is_off = not child.takes_pointer or self._is_inert(child)
        if not is_off and self._is_in_reach(child):
            self._flush(level)
            kept = role if role in WIDGETS or role in _WIDGET_BOXES else "textbox"
            if is_operable:
                kept = role if role in _KEPT_ROLES or ("role" in child.attributes and role) else "generic"
            item = self._widget(child, kept, level.depth)
            is_custom = "-" in tag or child.shadow is not None
            if is_operable or kept == "treeitem" or is_custom or child.holds_operable():
                self._enter_named(child, item, level.depth + 1, True, mute)
            return True
        if is_widget and not mute and is_off:
            level.text.append(f" {self._names.name(child, role)} ")
            return True
        return False

    def _visit_plain(self, child: Node, role: str, level: _Level, mute: bool) -> None:
        tag, depth = child.tag, level.depth
        if tag == "DETAILS" and child.first("SUMMARY") is None and child.is_shown and not self._is_inert(child):
            self._flush(level)
            self._widget(child, "summary", depth)
            self._enter(child, depth + 1, level.inside, mute)
        elif role == "heading" and _is_visible(child):
            self._heading(child, level, mute)
        elif role in ("img", "canvas"):
            self._picture(child, role, level, mute)
        elif role in _CONTAINERS:
            self._flush(level)
            self._container(child, role, level, mute)
        elif (control := self._control(child)) is not None:
            self._label(child, control, level, mute)
        elif tag in _INLINE and child.shadow is None and next(child.elements, None) is None:
            if not mute and not hides_text(child):
                level.text += [part for part in child.children if isinstance(part, str)]
        else:
            self._flush(level)
            place = len(self._out)

            def space() -> None:
                if len(self._out) == place:
                    level.text.append(" ")

            self._enter(child, depth, level.inside, mute, space if tag in _INLINE else None)

    def _heading(self, child: Node, level: _Level, mute: bool) -> None:
        self._flush(level)
        name = "" if mute else self._names.name(child, "heading")
        rank = whole_number(child.get("aria-level")) or whole_number(child.tag[1:2]) or 2
        rank = min(max(rank, 1), 100)
        item = Element("heading", name, level.depth, level=rank)
        self._out.append(item)
        if child.shadow is not None or next(child.elements, None) is not None:
            self._enter_named(child, item, level.depth + 1, level.inside, mute)

    def _picture(self, child: Node, role: str, level: _Level, mute: bool) -> None:
        is_visible = _is_visible(child)
        name = self._names.name(child, role) if is_visible and not mute else ""
        if name or (role == "canvas" and is_visible):
            self._flush(level)
            self._out.append(Element(role, name, level.depth, tag=child.tag.lower()))
        if role == "img" and child.tag == "svg":
            self._enter(child, level.depth + 1, level.inside, True)

    def _container(self, child: Node, role: str, level: _Level, mute: bool) -> None:
        by_label = child.tag == "FORM" or role in _OWN_TEXT
        name = clean(child.get("aria-label")) if by_label else self._names.name(child, role)
        self._out.append(Element(role, name, level.depth))
        place = len(self._out)

        def drop_empty() -> None:
            if len(self._out) == place and not name:
                self._out.pop()

        self._enter(child, level.depth + 1, level.inside, mute, drop_empty)

    def _control(self, child: Node) -> Node | None:
        control = self._document.controls.get(child)
        return control if control is not None and self._names.role(control) else None

    def _label(self, child: Node, control: Node, level: _Level, mute: bool) -> None:
        """A label apart from its field is told by that field's name, one around it shows what the name leaves out."""
        if all(around is not child for around in control.around()):
            return
        self._flush(level)
        place = len(self._out)

        def tidy() -> None:
            bid, role = self._references.get(control, ""), self._names.role(control)
            told = (one.name for one in self._out[place:] if (one.bid == bid if one.bid else one.role == role))
            self._tidy(place, next(told, ""))

        self._enter(child, level.depth, True, mute, tidy)

    def _enter_named(self, child: Node, item: Element, depth: int, inside: bool, mute: bool) -> None:
        place = len(self._out)
        self._enter(child, depth, inside, mute, lambda: self._tidy(place, item.name))

    def _tidy(self, place: int, told: str) -> None:
        """Leave out the text that the name of what it stands in tells already."""
        if told:
            self._out[place:] = [one for one in self._out[place:] if one.role != "text" or one.name not in told]

    def _frame(self, child: Node, level: _Level) -> None:
        if not holds_document(child) or self._is_inert(child) or not child.is_shown:
            return
        self._flush(level)
        if not _is_tiny(child):
            self.frames[len(self._out)] = child
            name = clean(child.get("title") or child.get("name") or child.get("aria-label"))
            self._out.append(Element("iframe", name, level.depth, tag=child.tag.lower()))

    def _widget(self, node: Node, role: str, depth: int) -> Element:
        bid = self._references[node] = self._reference()
        item = self._widgets.element(node, role, depth, bid)
        self._out.append(item)
        return item

    def _is_operable(self, node: Node, inside: bool) -> bool:
        """Whether something was hung on a plain element."""
        given = node.attributes
        if node.tag in ("BODY", "HTML") or (node.tag == "LABEL" and node in self._document.controls):
            return False
        if any(name in given for name in _HANDLERS) or given.get("draggable") == "true":
            return True
        if "tabindex" in given:
            place = whole_number(given["tabindex"])
            if (place is not None and place >= 0) or given.get("role") == "gridcell":
                return True
        cursor = "" if inside or "style" not in given else declared(node).get("cursor", "")
        return cursor == "pointer" or (node.tag == "CANVAS" and cursor not in ("", "auto", "default"))

    def _is_inert(self, node: Node) -> bool:
        if not self._has_inert:
            return False
        return "inert" in node.attributes or any("inert" in around.attributes for around in node.around())

    def _is_in_reach(self, node: Node) -> bool:
        if node.tag != "AREA":
            return has_size(node)
        around = next((one for one in node.around() if one.tag == "MAP"), None)
        image = self._document.mapped.get(around.get("name")) if around is not None else None
        return image is not None and image.is_shown


def holds_document(node: Node) -> bool:
    """Whether a frame, an object or an embedded file is a document of its own."""
    if node.tag in ("IFRAME", "FRAME"):
        return True
    if node.tag not in ("OBJECT", "EMBED"):
        return False
    kind, address = node.get("type").lower(), node.get("data" if node.tag == "OBJECT" else "src")
    return kind.startswith(_DOCUMENT_TYPES) if kind else _DOCUMENT_NAMES.search(address) is not None


def _is_visible(node: Node) -> bool:
    return (node.is_rendered and node.is_visible) or node.tag == "AREA" or node.display == "contents"


def _is_tiny(frame: Node) -> bool:
    """Whether a frame is too small to be seen."""
    style = declared(frame)
    is_bare = (
        frame.tag != "IFRAME" or frame.get("frameborder") in ("0", "no") or style.get("border") in ("0", "none", "0px")
    )
    for side in ("width", "height"):
        found = _PIXELS.fullmatch(style.get(side, frame.get(side)).strip())
        if found is not None and float(found.group(1)) + (0 if is_bare else 4) < 2:
            return True
    return False
