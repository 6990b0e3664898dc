"""Roles and accessible names of stored pages: what `names.js` tells of live ones. HTML-AAM 1.0, accname 1.2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from webdreamer_app.browser.stored.states import option_label, selected_options, value_of, whole_number
from webdreamer_app.browser.stored.tree import Document, Node, clean, is_space, words

INPUT_ROLES = {
    "button": "button", "submit": "button", "reset": "button", "image": "button", "file": "button",
    "checkbox": "checkbox", "radio": "radio", "number": "spinbutton", "range": "slider", "search": "searchbox",
    "date": "date", "time": "time", "month": "month", "week": "week", "datetime-local": "datetime", "color": "color",
    "hidden": "",
}  # fmt: skip
TAG_ROLES = {
    "BUTTON": "button", "TEXTAREA": "textbox", "CANVAS": "canvas", "H1": "heading", "H2": "heading", "H3": "heading",
    "H4": "heading", "H5": "heading", "H6": "heading", "HR": "separator", "NAV": "navigation", "MAIN": "main",
    "UL": "list", "OL": "list", "MENU": "list", "LI": "listitem", "DL": "list", "TABLE": "table", "TR": "row",
    "TD": "cell", "TH": "columnheader", "FORM": "form", "FIELDSET": "group", "DETAILS": "group", "DIALOG": "dialog",
    "ARTICLE": "article", "IMG": "img", "svg": "img", "SEARCH": "search", "ASIDE": "complementary",
    "OUTPUT": "status", "PROGRESS": "progressbar", "METER": "meter", "OPTION": "option", "math": "math",
}  # fmt: skip
WIDGETS = frozenset(
    {"link", "button", "textbox", "searchbox", "checkbox", "radio", "combobox", "spinbutton", "slider", "option"}
    | {"menuitem", "menuitemcheckbox", "menuitemradio", "tab", "switch", "treeitem", "summary", "date", "time"}
    | {"month", "week", "datetime", "color", "scrollbar"}
)
FIELDS = frozenset(
    {"textbox", "searchbox", "spinbutton", "slider", "combobox", "date", "time", "month", "week", "datetime", "color"}
    | {"scrollbar"}
)
_NAMED_BY_CONTENT = frozenset(
    {"link", "button", "heading", "option", "menuitem", "menuitemcheckbox", "menuitemradio", "tab", "switch"}
    | {"treeitem", "checkbox", "radio", "summary", "generic", "columnheader", "rowheader", "tooltip", "gridcell"}
    | {"cell", "listitem", "row"}
)
_KNOWN_ROLES = (
    WIDGETS
    | _NAMED_BY_CONTENT
    | {"alert", "alertdialog", "application", "article", "banner", "complementary", "contentinfo", "dialog", "document"}
    | {"feed", "figure", "form", "grid", "group", "img", "image", "list", "listbox", "log", "main", "marquee", "math"}
    | {"menu", "menubar", "meter", "navigation", "none", "note", "presentation", "progressbar", "radiogroup", "region"}
    | {"rowgroup", "search", "separator", "status", "table", "tablist", "tabpanel", "term", "timer", "toolbar", "tree"}
    | {"treegrid"}
)
_TAKES_FOCUS = frozenset({"BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY"})
_NO_TEXT = frozenset(
    {"SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "META", "LINK", "TITLE", "title", "desc", "defs", "IFRAME"}
    | {"FRAME", "OBJECT", "EMBED", "VIDEO", "AUDIO", "CANVAS", "DATALIST", "style", "script"}
)
_SECTIONS = frozenset({"ARTICLE", "MAIN", "SECTION", "ASIDE", "NAV"})
_NAMED_APART = frozenset({"group", "menu", "tree", "listbox"})
"""What is nested in them has names of its own."""
_MAX_DEPTH = 200
_MAX_LABELS = 8


@dataclass(slots=True)
class _Level:
    """An element whose text is being joined."""

    element: Node
    children: Iterator[Node | str]
    text: str = ""

    def add(self, child: Node, part: str) -> None:
        if not part:
            return
        is_close = bool(self.text) and not is_space(self.text[-1])
        touches = is_close or not (is_space(part[0]) or is_space(part[-1]))
        self.text += f" {part} " if touches and child.display != "inline" else part


@dataclass(slots=True)
class _Seen:
    """What was already told in a name."""

    nodes: set[Node] = field(default_factory=set)
    is_referred: bool = False
    """References are followed once."""


class Names:
    """Roles and names in one document."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def role(self, node: Node) -> str:
        """The role, empty where there is none worth telling."""
        for one in words(node.get("role").lower()):
            if one in ("none", "presentation"):  # ignored where the element can be focused
                is_link = node.tag in ("A", "a") and "href" in node.attributes
                if is_link or node.tag in _TAKES_FOCUS or "tabindex" in node.attributes:
                    break
                return ""
            if one in _KNOWN_ROLES:
                return "img" if one == "image" else one
        return self._own_role(node)

    def _own_role(self, node: Node) -> str:
        tag, given = node.tag, node.attributes
        if tag == "INPUT":
            role = INPUT_ROLES.get(node.input_type, "textbox")
            return "combobox" if role in ("textbox", "searchbox") and self.choices(node) is not None else role
        if tag == "SELECT":
            return "listbox" if is_listbox(node) else "combobox"
        if tag in ("A", "AREA"):
            return "link" if "href" in given else ""
        if tag == "a":
            return "link" if given.get("href") or given.get("xlink:href") else ""
        if tag == "SUMMARY":
            around = node.parent
            is_first = around is not None and around.tag == "DETAILS" and around.first("SUMMARY") is node
            return "summary" if is_first else ""
        if tag in ("VIDEO", "AUDIO"):
            return tag.lower() if "controls" in given else ""
        if tag in ("HEADER", "FOOTER"):
            if any(around.tag in _SECTIONS for around in node.around()):
                return ""
            return "banner" if tag == "HEADER" else "contentinfo"
        if tag == "SECTION":
            return "region" if "aria-label" in given or "aria-labelledby" in given else ""
        if tag == "IMG" and given.get("alt") == "" and not given.get("title"):
            return ""
        return TAG_ROLES.get(tag, "")

    def choices(self, node: Node) -> Node | None:
        """The list of suggestions of an input."""
        if node.tag != "INPUT" or not node.get("list"):
            return None
        found = self._document.by_id_beside(node, node.get("list"))
        return found if found is not None and found.tag == "DATALIST" else None

    def name(self, node: Node, role: str) -> str:
        """The accessible name, white space collapsed."""
        if (by := node.get("aria-labelledby")) and (name := self._referred(node, by, 0)):
            return name
        if label := clean(node.get("aria-label")):
            return label
        if node.tag == "INPUT" and (name := _button_name(node)):
            return name
        labels = self._document.labels.get(node, ())
        if labels:
            texts = (self._content(label, _Seen({node}), False, 0) for label in labels[:_MAX_LABELS])
            if name := clean(" ".join(texts)):
                return name
        return self._own_name(node, role)

    def _own_name(self, node: Node, role: str) -> str:
        tag = node.tag
        if tag in ("IMG", "AREA"):
            return clean(node.get("alt")) or clean(node.get("title"))
        if tag == "svg":
            return _svg_title(node) or ("" if role == "img" else clean(self._content(node, _Seen(), False, 0)))
        if tag == "DETAILS" and role == "summary":
            return "Details"
        if node.space == "svg" and (title := _svg_title(node)):
            return title
        if tag in ("FIELDSET", "TABLE"):
            caption = node.first("LEGEND" if tag == "FIELDSET" else "CAPTION")
            return (clean(caption.text()) if caption is not None else "") or clean(node.get("title"))
        by_content = (role in _NAMED_BY_CONTENT and tag != "INPUT") or role == "option"
        if by_content and (name := clean(self._content(node, _Seen({node}), False, 0))):
            return name
        if role == "link" and tag == "a":
            return clean(node.text())
        return clean(node.get("title")) or clean(node.get("placeholder")) or clean(node.get("aria-placeholder"))

    def _referred(self, node: Node, ids: str, depth: int) -> str:
        parts: list[str] = []
        for one in words(ids):
            found = self._document.by_id(node, one)
            own = clean(node.get("aria-label")) if found is node else ""
            if own or found is None:
                parts.append(own)
            else:
                parts.append(self._part(found, _Seen(is_referred=True), not found.is_shown, depth))
        return clean(" ".join(parts))

    def _part(self, node: Node, seen: _Seen, hidden: bool, depth: int) -> str:
        """What an element adds to a name."""
        told = self._told(node, seen, depth)
        return _or_title(node, self._content(node, seen, hidden, depth)) if told is None else told

    def _told(self, node: Node, seen: _Seen, depth: int) -> str | None:
        """The same where that is not the text of what is in it, else None."""
        if node in seen.nodes:
            return ""
        seen.nodes.add(node)
        by = node.get("aria-labelledby")
        if by and not seen.is_referred and (name := self._referred(node, by, depth)):
            return name
        tag = node.tag
        if tag in ("SELECT", "TEXTAREA") or (tag == "INPUT" and self.role(node) in FIELDS):
            return f" {_said(node)} "
        if label := clean(node.get("aria-label")):
            return label
        if tag in ("IMG", "AREA"):
            return f" {node.get('alt') or node.get('title')} "
        if tag == "INPUT":
            return "" if node.input_type in ("checkbox", "radio", "hidden") else f" {_said(node)} "
        if tag == "svg":
            return _svg_title(node) or clean(" ".join(one.text() for one in node.below() if one.tag == "text"))
        return "" if node.get("role") in _NAMED_APART else None

    def _content(self, element: Node, seen: _Seen, hidden: bool, depth: int) -> str:
        """Text of what is in it: hidden parts left out unless all is hidden, controls by their value."""
        if depth > _MAX_DEPTH:
            return element.text()
        levels = [_Level(element, iter(element.flat))]
        while True:
            level = levels[-1]
            child = next(level.children, None)
            if child is None:
                levels.pop()
                if not levels:
                    return level.text
                _close(levels[-1], level.element, level.text)
            elif isinstance(child, str):
                level.text += child
            elif child.tag == "BR":
                level.text += " "
            elif child.tag in _NO_TEXT or not (hidden or child.tag == "FORM" or _speaks(child)):
                continue
            elif child.tag != "FORM" and (told := self._told(child, seen, depth + len(levels))) is not None:
                level.add(child, told)
            elif depth + len(levels) > _MAX_DEPTH:
                _close(level, child, child.text())
            else:
                levels.append(_Level(child, iter(child.flat)))


def is_listbox(select: Node) -> bool:
    size = select.get("size").strip()
    return "multiple" in select.attributes or (whole_number(size) or 0) > 1


def _close(level: _Level, child: Node, text: str) -> None:
    """Add the joined text of a child."""
    if child.tag == "FORM":
        level.text += f" {text} "
    else:
        level.add(child, _or_title(child, text))


def _or_title(node: Node, text: str) -> str:
    return text or ("" if clean(node.text()) else node.get("title"))


def _speaks(node: Node) -> bool:
    return node.get("aria-hidden") != "true" and node.is_shown


def _said(node: Node) -> str:
    """What a control says in the name of something else."""
    if node.tag == "SELECT":
        return " ".join(map(option_label, selected_options(node)))
    return "" if node.input_type == "password" else value_of(node)


def _button_name(node: Node) -> str:
    kind = node.input_type
    if kind in ("submit", "reset", "button"):
        if value := clean(node.get("value")):
            return value
        if "value" not in node.attributes and kind != "button":
            return kind.capitalize()
    if kind == "image":
        return clean(node.get("alt")) or clean(node.get("value")) or clean(node.get("title")) or "Submit"
    return ""


def _svg_title(node: Node) -> str:
    title = node.first("title")
    return clean(title.text()) if title is not None else ""
