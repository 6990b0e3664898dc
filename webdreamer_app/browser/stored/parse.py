"""Parsing of stored pages: bytes to text, lxml's tree or BeautifulSoup's to ours, as browsers would nest it."""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PreformattedString
from lxml import etree  # type: ignore[import-untyped]

from webdreamer_app.browser.stored.build import Builder
from webdreamer_app.browser.stored.tree import Document, Node

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MEANT = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs", "tis-620": "cp874", "iso-8859-11": "cp874", "utf-16": "utf-8", "utf-16le": "utf-8",
    "utf-16be": "utf-8", "x-user-defined": "cp1252",
}  # fmt: skip
"""What browsers read where a page names these."""
_ELEMENTS = (
    "a|abbr|article|aside|b|button|caption|center|cite|code|dd|del|div|dl|dt|em|fieldset|figure|font|footer|form"
    "|h[1-6]|header|i|iframe|ins|label|legend|li|main|nav|ol|option|p|section|select|small|span|strong|sub|summary"
    "|sup|table|tbody|td|textarea|th|thead|tr|u|ul"
)
_APART = "webdreamer-"
_RULED = re.compile(
    r"<(/?)(?=(?:a|address|b|big|dir|dl|font|form|h[1-6]|i|legend|ol|p|s|small|span|strike|tt|u|ul)[\s/>])",
    re.IGNORECASE,
)
"""Tags that lxml would close where browsers do not; under other names it leaves them to the builder."""
_ATTRIBUTE = r"""\s++[^\s=<>"'/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++(?=\s)))?"""
_CLOSED = re.compile(rf"(<(?:{_ELEMENTS})(?:{_ATTRIBUTE})*+\s*+)/>", re.IGNORECASE)
"""A start tag of HTML, with a slash at its end that means nothing there."""


class UnreadableMarkup(ValueError):  # noqa: N818 - says what is wrong
    """Nothing of a page can be read from this."""


_NOT_OF_PAGES = frozenset({"utf-7", "unicode-escape", "raw-unicode-escape", "punycode", "idna", "undefined"})
"""Encodings that Python knows and no browser reads."""


def parse(markup: str | bytes) -> Document:
    """The tree. Raises UnreadableMarkup where there is neither an element nor text."""
    text = decoded(markup) if isinstance(markup, bytes) else markup
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = _CLOSED.sub(r"\1>", text.encode("utf-8", "replace").decode())
    document = with_lxml(text) or with_soup(text)
    if document is None:
        raise UnreadableMarkup("There is nothing in the markup: no element and no text.")
    return document


def decoded(markup: bytes) -> str:
    """Bytes as text: by their byte order mark, the encoding they name, as UTF-8, else as Windows-1252."""
    for mark, name in _MARKS:
        if markup.startswith(mark):
            return markup[len(mark) :].decode(name, "replace")
    declared = (EncodingDetector.find_declared_encoding(markup, is_html=True) or "").lower()
    try:
        name = codecs.lookup(_MEANT.get(declared, declared) or "utf-8").name
        if name not in _NOT_OF_PAGES:
            return markup.decode(name, "replace" if declared else "strict")
    except (LookupError, UnicodeError):
        pass
    try:
        return markup.decode()
    except UnicodeError:
        return markup.decode("cp1252", "replace")


def with_lxml(text: str) -> Document | None:
    """The tree that lxml finds; None where it gives up, as on elements more than 2,000 deep."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = etree.fromstring(_RULED.sub(rf"<\1{_APART}", text).encode(), parser)
    except (etree.LxmlError, ValueError):
        return None
    if root is None or any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        return None
    builder = Builder()
    for top in [*reversed(list(root.itersiblings(preceding=True))), root, *root.itersiblings()]:
        if isinstance(top.tag, str):
            _feed(builder, top)
        elif top.tail:
            builder.data(_own(top.tail))
    return builder.finished()


def _feed(builder: Builder, top: Any) -> None:
    """Tell the builder what lxml found."""
    made: list[Node | None] = []
    for event, found in etree.iterwalk(top, events=("start", "end", "comment", "pi")):
        if event == "start":
            given = {name: _own(value) for name, value in found.attrib.items()}
            made.append(builder.start(found.tag.removeprefix(_APART), given))
            if found.text:
                builder.data(_own(found.text))
            continue
        if event == "end":
            builder.end(made.pop())
        if found.tail:
            builder.data(_own(found.tail))


def _own(text: str) -> str:
    """Text as it was, where it held tags as text."""
    return text.replace(f"<{_APART}", "<").replace(f"</{_APART}", "</") if _APART in text else text


def with_soup(text: str) -> Document | None:
    """The tree that BeautifulSoup finds, however deep; None where there is nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        soup = BeautifulSoup(text, "html.parser", on_duplicate_attribute="ignore", multi_valued_attributes=None)
    builder = Builder()
    waiting: list[tuple[Iterator[Any], Node | None]] = [(iter(soup.contents), None)]
    while waiting:
        children, made = waiting[-1]
        child = next(children, None)
        if child is None:
            waiting.pop()
            builder.end(made)
        elif isinstance(child, Tag):
            given = {name.lower(): str(value or "") for name, value in child.attrs.items()}
            waiting.append((iter(child.contents), builder.start(child.name, given)))
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            builder.data(str(child))
    return builder.finished()
