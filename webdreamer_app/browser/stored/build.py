"""Nests what a parser of stored pages found as browsers do: implied ends, tables, forms, drawings, shadow roots."""

from __future__ import annotations

from collections import Counter

from webdreamer_app.browser.stored.tree import Document, Node

_VOID = frozenset(
    {"AREA", "BASE", "BASEFONT", "BGSOUND", "BR", "COL", "EMBED", "FRAME", "HR", "IMG", "INPUT", "KEYGEN", "LINK"}
    | {"META", "PARAM", "SOURCE", "TRACK", "WBR"}
)
_SEALED = frozenset({"TEMPLATE", "NOSCRIPT", "IFRAME", "NOEMBED", "NOFRAMES"})
"""What stands in them is no part of the page."""
_PLAIN = frozenset({"TEXTAREA", "TITLE", "SCRIPT", "STYLE", "XMP"})
"""They hold text only."""
_BLOCKS = frozenset(
    {"ADDRESS", "ARTICLE", "ASIDE", "BLOCKQUOTE", "CENTER", "DETAILS", "DIALOG", "DIR", "DIV", "DL", "FIELDSET", "DD"}
    | {"FIGCAPTION", "FIGURE", "FOOTER", "FORM", "HEADER", "HGROUP", "HR", "LISTING", "MAIN", "MENU", "NAV", "OL", "P"}
    | {"PLAINTEXT", "PRE", "SEARCH", "SECTION", "SUMMARY", "TABLE", "UL", "XMP", "LI", "DT"}
    | {"H1", "H2", "H3", "H4", "H5", "H6"}
)
"""A paragraph ends where one of these starts."""
_HEADINGS = frozenset({"H1", "H2", "H3", "H4", "H5", "H6"})
_WALLS = frozenset({"TABLE", "TD", "TH", "CAPTION", "OBJECT", "MARQUEE", "APPLET", "TEMPLATE", "BODY", "#shadow"})
_FOREIGN_WALLS = frozenset({"foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"})
"""Where HTML may stand in drawings and formulas."""
_SPECIAL = (_BLOCKS | _WALLS | {"BUTTON", "SELECT", "TR", "TBODY", "THEAD", "TFOOT"}) - {"ADDRESS", "DIV", "P"}
_GROUPS = frozenset({"TBODY", "THEAD", "TFOOT"})
_PARTS = _GROUPS | {"CAPTION", "COLGROUP"}
_TABLE = frozenset({"TABLE", "TR"}) | _GROUPS
_IN_TABLE = _TABLE | {"TD", "TH", "CAPTION", "COL", "COLGROUP", "SCRIPT", "STYLE", "TEMPLATE", "FORM", "NOSCRIPT"}
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **dict.fromkeys(_BLOCKS, (frozenset({"P"}), _WALLS | {"BUTTON"})),
    "A": (frozenset({"A"}), _WALLS),
    "BUTTON": (frozenset({"BUTTON"}), _WALLS),
    "NOBR": (frozenset({"NOBR"}), _WALLS),
    "OPTION": (frozenset({"OPTION"}), _WALLS | {"SELECT", "DATALIST", "OPTGROUP"}),
    "OPTGROUP": (frozenset({"OPTGROUP", "OPTION"}), _WALLS | {"SELECT", "DATALIST"}),
    **dict.fromkeys(("TD", "TH"), (frozenset({"TD", "TH"}), frozenset({"TR", "TABLE", "TEMPLATE"}))),
    "TR": (frozenset({"TR", "CAPTION"}), frozenset({"TABLE", "TEMPLATE"}) | _GROUPS),
    **dict.fromkeys(
        (*_GROUPS, "CAPTION", "COLGROUP"),
        (frozenset({"CAPTION", "COLGROUP", "TR"}) | _GROUPS, frozenset({"TABLE", "TEMPLATE"})),
    ),
}
"""What a start tag ends, and how far out it looks for that."""
_ITEMS = {"LI": frozenset({"LI"}), "DD": frozenset({"DD", "DT"}), "DT": frozenset({"DD", "DT"})}
_BREAKS_OUT = _BLOCKS - {"ARTICLE", "ASIDE", "DETAILS", "DIALOG"} - {"FIGURE", "FORM", "SECTION", "XMP"} | {
    "B", "BIG", "BR", "CODE", "EM", "EMBED", "I", "IMG", "META", "NOBR", "RUBY", "S", "SMALL", "SPAN", "STRIKE",
    "STRONG", "SUB", "SUP", "TT", "U", "VAR",
}  # fmt: skip
_HEAD = frozenset({"BASE", "LINK", "META", "NOSCRIPT", "SCRIPT", "STYLE", "TEMPLATE", "TITLE"})
_ROWS = _GROUPS | {"TR", "TD", "TH", "CAPTION", "COL", "COLGROUP"}
_OWNED = frozenset({"BUTTON", "FIELDSET", "INPUT", "OBJECT", "OUTPUT", "SELECT", "TEXTAREA"})
_HOSTS = frozenset(
    {"ARTICLE", "ASIDE", "BLOCKQUOTE", "BODY", "DIV", "FOOTER", "HEADER", "MAIN", "NAV", "P", "SECTION", "SPAN"}
    | _HEADINGS
)


class Builder:
    """Takes start tags, text and ends in document order. Ends name the node that their start tag made."""

    def __init__(self) -> None:
        self._html = Node("HTML", {})
        self._body = Node("BODY", {}, parent=self._html)
        self._html.children.append(self._body)
        self._open = [self._html, self._body]
        self._tags = Counter(["HTML", "BODY"])
        self._form: Node | None = None
        self._is_empty = True

    def finished(self) -> Document | None:
        """The tree; None where there was neither an element nor text."""
        return None if self._is_empty else Document(self._html, self._body)

    def start(self, name: str, attributes: dict[str, str]) -> Node | None:
        """Open an element. None where it is left out or can't hold anything."""
        self._is_empty = False
        top = self._open[-1]
        if not top.space and (top.tag in _SEALED or top.tag in _PLAIN):
            return None
        tag = "IMG" if name.lower() == "image" and not top.space else name.upper()
        space = self._space(tag)
        if space:
            return self._push(Node(tag.lower(), attributes, space))
        if tag in ("HTML", "BODY", "HEAD"):
            if tag != "HEAD":
                kept = self._html if tag == "HTML" else self._body
                kept.attributes = {**attributes, **kept.attributes}
            return None
        if self._is_misplaced(tag):
            return None
        self._end_implied(tag)
        return self._started(tag, attributes)

    def _is_misplaced(self, tag: str) -> bool:
        """Whether browsers leave it out where it stands."""
        if tag in ("FRAME", "FRAMESET") and self._open[-1].tag != "FRAMESET":
            return tag == "FRAME" or not all(_stands_in_head(child) for child in self._body.children)
        return tag in _ROWS and not self._tags["TABLE"]

    def _started(self, tag: str, attributes: dict[str, str]) -> Node | None:
        top = self._open[-1]
        if tag == "TEMPLATE" and attributes.get("shadowrootmode") in ("open", "closed") and top.shadow is None:
            if top.tag in _HOSTS or "-" in top.tag:
                return self._push(Node("#shadow", attributes, host=top))
        elif tag == "FORM":
            return self._start_form(attributes)
        elif tag in ("TD", "TH") and (top.tag == "TABLE" or top.tag in _GROUPS):
            self._push(Node("TR", {}))
        node = Node(tag, attributes)
        if tag in _OWNED and self._form is not None and self._form.root is self._root():
            node.form = self._form
        if tag in _VOID:
            self._place(node)
            return None
        return self._push(node)

    def _start_form(self, attributes: dict[str, str]) -> Node | None:
        """A form in a form is none; one between the parts of a table holds nothing but owns its fields."""
        if self._form is not None and self._form.root is self._root():
            return self._form
        self._form = Node("FORM", attributes)
        if self._open[-1].tag not in _TABLE:
            return self._push(self._form)
        self._place(self._form)
        return self._form

    def data(self, text: str) -> None:
        """Add text."""
        top = self._open[-1]
        is_blank = not text.strip()
        self._is_empty = self._is_empty and is_blank
        if top.tag in _SEALED or top.tag == "FRAMESET":
            return
        if top.tag in ("TEXTAREA", "PRE", "LISTING") and not top.children:
            text = text.removeprefix("\n")
        self._place(text, is_kept=is_blank)

    def end(self, node: Node | None) -> None:
        """Close an element and what is still open in it."""
        if node is None:
            return
        if node is self._form:
            self._form = None
        if self._tags[node.tag] and any(one is node for one in reversed(self._open)):
            while self._pop() is not node:
                pass
        elif node.tag == "P":
            self._place(Node("P", {}))  # the end of a paragraph that has ended is an empty one

    def _pop(self) -> Node:
        node = self._open.pop()
        self._tags[node.tag] -= 1
        return node

    def _push(self, node: Node) -> Node:
        if node.host is not None:
            node.root = self._root()
            node.host.shadow = node
        else:
            self._place(node)
        self._open.append(node)
        self._tags[node.tag] += 1
        return node

    def _root(self) -> Node | None:
        top = self._open[-1]
        return top if top.host is not None else top.root

    def _place(self, child: Node | str, is_kept: bool = False) -> None:
        """Put a child where it belongs: before the table, where a table can't hold it."""
        top = self._open[-1]
        if not is_kept and top.tag in _TABLE and not _belongs_in_table(child):
            table = next((one for one in reversed(self._open) if one.tag == "TABLE"), None)
            if table is not None and table.parent is not None:
                siblings = table.parent.children
                place = len(siblings) - 1 - siblings[::-1].index(table)
                siblings.insert(place, child)
                top = table.parent
                self._adopt(child, top)
                return
        top.children.append(child)
        self._adopt(child, top)

    def _adopt(self, child: Node | str, parent: Node) -> None:
        if not isinstance(child, str):
            child.parent = None if parent.host is not None else parent
            child.root = parent if parent.host is not None else parent.root

    def _space(self, tag: str) -> str:
        """`svg` or `math` where an element with this tag belongs to a drawing or a formula."""
        name, top = tag.lower(), self._open[-1]
        if name in ("svg", "math") and (not top.space or top.tag in _FOREIGN_WALLS):
            return name
        if not top.space or top.tag in _FOREIGN_WALLS:
            return ""
        if tag not in _BREAKS_OUT:
            return top.space
        while self._open[-1].space and self._open[-1].tag not in _FOREIGN_WALLS:
            self._pop()
        return ""

    def _end_implied(self, tag: str) -> None:
        """Close what ends where this starts."""
        if self._open[-1].tag == "COLGROUP" and tag != "COL":
            self._pop()
        if tag in _ITEMS:
            self._end(_ITEMS[tag], _SPECIAL - _ITEMS[tag])
        if tag in _ENDS:
            while self._end(*_ENDS[tag]) and tag in _PARTS:
                pass
        if tag in _HEADINGS and self._open[-1].tag in _HEADINGS:
            self._pop()

    def _end(self, tags: frozenset[str], walls: frozenset[str]) -> bool:
        """Close the innermost open element with one of these tags that no wall hides. Whether there was one."""
        if not any(self._tags[tag] for tag in tags):
            return False
        for place in range(len(self._open) - 1, 1, -1):
            node = self._open[place]
            if node.tag in tags:
                while len(self._open) > place:
                    self._pop()
                return True
            if node.tag in walls or node.host is not None or (node.space and node.tag in _FOREIGN_WALLS):
                break
        return False


def _stands_in_head(child: Node | str) -> bool:
    return not child.strip() if isinstance(child, str) else child.tag in _HEAD


def _belongs_in_table(child: Node | str) -> bool:
    if isinstance(child, str):
        return False
    return child.tag in _IN_TABLE or (child.tag == "INPUT" and child.input_type == "hidden")
