"""What of a stored page shows, as far as its markup tells: no style sheet is read, nothing is laid out."""

from __future__ import annotations

import re

from webdreamer_app.browser.stored.tree import Document, Node, clean

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK = frozenset(
    {"HTML", "BODY", "ADDRESS", "ARTICLE", "ASIDE", "BLOCKQUOTE", "CENTER", "DD", "DETAILS", "DIALOG", "DIR", "DIV"}
    | {"DL", "DT", "FIELDSET", "FIGCAPTION", "FIGURE", "FOOTER", "FORM", "FRAME", "FRAMESET", "H1", "H2", "H3", "H4"}
    | {"H5", "H6", "HEADER", "HGROUP", "HR", "LEGEND", "LI", "LISTING", "MAIN", "MENU", "NAV", "OL", "OPTGROUP"}
    | {"OPTION", "P", "PLAINTEXT", "PRE", "SEARCH", "SECTION", "SUMMARY", "TABLE", "CAPTION", "COL", "COLGROUP"}
    | {"TBODY", "TD", "TFOOT", "TH", "THEAD", "TR", "UL", "XMP", "RUBY", "RT"}
    | {"BUTTON", "INPUT", "SELECT", "TEXTAREA", "METER", "PROGRESS", "MARQUEE"}
)
"""What takes a place of its own, in a line or on lines."""
_NONE = frozenset(
    {"AREA", "BASE", "BASEFONT", "DATALIST", "HEAD", "LINK", "META", "NOEMBED", "NOFRAMES", "NOSCRIPT", "PARAM", "RP"}
    | {"SCRIPT", "SOURCE", "STYLE", "TEMPLATE", "TITLE", "TRACK"}
)
_NONE_IN_SVG = frozenset(
    {"title", "desc", "metadata", "defs", "symbol", "clippath", "mask", "marker", "pattern", "style", "script"}
    | {"lineargradient", "radialgradient", "filter"}
)
_REPLACED = frozenset({"VIDEO", "AUDIO", "CANVAS", "IFRAME", "METER", "PROGRESS", "TEXTAREA", "INPUT", "IMG"})
"""Nothing that stands in them shows."""
_DISPLAYS = frozenset(
    {"none", "contents", "block", "inline", "inline-block", "flex", "inline-flex", "grid", "inline-grid", "flow-root"}
    | {"list-item", "table", "inline-table", "table-row", "table-cell", "table-row-group", "table-caption", "ruby"}
    | {"-webkit-box", "-webkit-inline-box", "-webkit-flex", "run-in", "math"}
)
_LAYS_OUT = frozenset({"flex", "inline-flex", "grid", "inline-grid"})
_SIZED = frozenset(
    {"BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY", "DETAILS", "TD", "TH", "LI", "IMG", "CANVAS", "VIDEO"}
    | {"AUDIO", "OBJECT", "EMBED", "METER", "PROGRESS", "HR", "BODY"}
)
"""They have a size even with nothing in them."""
_NAMING = ("aria-label", "aria-labelledby", "title", "aria-description")


def declared(node: Node) -> dict[str, str]:
    """What its style attribute says, in small letters."""
    found: dict[str, str] = {}
    strong: set[str] = set()
    if "style" not in node.attributes:
        return found
    for part in _COMMENT.sub("", node.attributes["style"]).split(";"):
        name, _, value = part.partition(":")
        name, value = clean(name).lower(), clean(value).lower()
        plain = clean(value.removesuffix("!important").removesuffix("! important"))
        if name in strong and plain == value:
            continue
        if name == "display" and plain not in _DISPLAYS:
            continue
        found[name] = plain
        if plain != value:
            strong.add(name)
    return found


def find_shown(document: Document) -> None:
    """Fill in `display`, `is_rendered`, `is_visible` and the like of every node that stands on the page."""
    for node in document.nodes:
        if node.shadow is not None:
            _fill_slots(node, node.shadow)
    _dress(document.html, None, True)
    holds = {document.html} if document.html.display != "none" else set()
    waiting = [document.html]
    while waiting:
        node = waiting.pop()
        inside = [child for child in node.flat if not isinstance(child, str)]
        can_hold = node in holds
        for child in inside:
            shows = can_hold and not _keeps_back(node, child)
            _dress(child, node, shows)
            if shows and child.display != "none" and child.tag not in _REPLACED:
                holds.add(child)
        waiting += inside


def has_size(node: Node) -> bool:
    """Whether there is anything to click, as far as can be told without a layout."""
    if node.tag == "svg":
        return "0" not in (node.get("width"), node.get("height"))
    if node.tag in _SIZED or node.shadow is not None or "-" in node.tag or node.space:
        return True
    if any(not isinstance(child, str) or clean(child) for child in node.children):
        return True
    return node.is_editable or any(node.get(name) for name in _NAMING) or "width" in declared(node)


def hides_text(node: Node) -> bool:
    """Whether text that stands directly in it does not show."""
    if node.tag in ("METER", "PROGRESS", "OBJECT"):
        return False
    return (
        not node.is_shown
        or node.tag in _REPLACED
        or (node.tag == "DETAILS" and "open" not in node.attributes)
        or (_is_locked(node))
    )


def _dress(node: Node, around: Node | None, shows: bool) -> None:
    """What the node itself says, below what is around it."""
    style = declared(node)
    node.display = _display(node, style, around)
    node.is_visible = around is None or around.is_visible
    if "visibility" in style and style["visibility"] not in ("inherit", "unset"):
        node.is_visible = style["visibility"] in ("visible", "initial")
    node.takes_pointer = around is None or around.takes_pointer
    if "pointer-events" in style:
        node.takes_pointer = style["pointer-events"] != "none"
    given = node.attributes.get("contenteditable", "inherit").lower()
    node.is_editable = given in ("", "true", "plaintext-only")
    if not node.is_editable and given != "false" and node.parent is not None:
        node.is_editable = node.parent.is_editable
    node.is_rendered = shows and node.display not in ("none", "contents")
    node.is_contents = shows and node.display == "contents" and node.is_visible


def _display(node: Node, style: dict[str, str], around: Node | None) -> str:
    given = node.attributes
    if node.tag == "INPUT" and node.input_type == "hidden":
        return "none"
    found = _own_display(node)
    if given.get("hidden", "until-found").lower() != "until-found":
        found = "none"
    if "popover" in given or (node.tag == "DIALOG" and "open" not in given):
        found = "none"
    if node.tag == "AUDIO" and "controls" not in given:
        return "none"
    found = style.get("display", found)
    is_taken_out = style.get("position") in ("absolute", "fixed") or style.get("float") in ("left", "right")
    if found == "inline" and (is_taken_out or (around is not None and around.display in _LAYS_OUT)):
        return "block"
    return found


def _own_display(node: Node) -> str:
    if node.space == "math":
        return "math"
    if node.space == "svg":
        return "none" if node.tag in _NONE_IN_SVG else "block" if node.tag in ("text", "foreignobject") else "inline"
    if node.tag == "SLOT":
        return "contents"
    return "none" if node.tag in _NONE else "block" if node.tag in _BLOCK else "inline"


def _is_locked(node: Node) -> bool:
    """Whether it keeps back whatever is in it."""
    given = node.attributes
    if node.display == "inline":
        return False
    if given.get("hidden", "").lower() == "until-found":
        return True
    return "style" in given and declared(node).get("content-visibility") == "hidden"


def _keeps_back(node: Node, child: Node) -> bool:
    if node.tag == "DETAILS" and "open" not in node.attributes:
        return node.first("SUMMARY") is not child
    if node.tag == "SELECT":
        return "multiple" not in node.attributes and node.get("size") in ("", "0", "1")
    return _is_locked(node)


def _fill_slots(host: Node, shadow: Node) -> None:
    """Give the children of a host to the slots of its shadow tree, by name."""
    slots: dict[str, Node] = {}
    for node in shadow.below():
        if node.tag == "SLOT":
            slots.setdefault(node.get("name"), node)
    for child in host.children:
        slot = slots.get("" if isinstance(child, str) else child.get("slot"))
        if slot is not None:
            slot.slotted.append(child)
