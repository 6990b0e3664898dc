"""A browser of text: the pages that a bundled site really serves, read as stored pages, their forms really sent.

Some twenty times as fast as a real browser, for rehearsing on bundled sites: what their scripts do is in
`page_scripts`; what style sheets do is left out.
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tasks.task import Start
from webdreamer_app.actions import parse
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.browser.stored.parse import parse as parse_html
from webdreamer_app.browser.stored.shown import find_shown
from webdreamer_app.browser.stored.states import option_label, selected_options, value_of
from webdreamer_app.browser.stored.tree import Document, Node, clean
from webdreamer_app.browser.stored.walk import Walk
from webdreamer_app.rehearsal.page_scripts import (
    Sending,
    address,
    form_of,
    host_of,
    press,
    question,
    reloads,
    select,
    sending,
    write,
)
from webdreamer_app.types import Dialog, Element, Observation


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    url: str
    body: str
    headers: Mapping[str, str]


class Client:
    """HTTP with a cookie jar; follows redirects, and an error status is a reply like any other."""

    def __init__(self, cookie: str = "") -> None:
        self._opener = build_opener(HTTPCookieProcessor())
        self._headers = {"Cookie": cookie} if cookie else {}

    def get(self, url: str, **headers: str) -> Reply:
        return self._send(Request(url, headers=self._headers | headers))

    def post(self, url: str, data: bytes | Mapping[str, str], **headers: str) -> Reply:
        body = data if isinstance(data, bytes) else urlencode(data).encode()
        return self._send(Request(url, body, headers=self._headers | headers))

    def _send(self, request: Request) -> Reply:
        try:
            with self._opener.open(request, timeout=10) as answer:
                return Reply(answer.status, answer.url, answer.read().decode(), dict(answer.headers))
        except HTTPError as error:
            with error:
                return Reply(error.code, error.url, error.read().decode(), dict(error.headers))


@dataclass(slots=True)
class _View:
    """One document that is shown: the page's own, or a frame's."""

    document: Document
    reply: Reply


class TextBrowser:
    """One visitor. `files`: what `upload_file` finds, by name."""

    def __init__(self, start: Start, files: Mapping[str, str] | None = None) -> None:
        self.client = Client("; ".join(f"{cookie.name}={cookie.value}" for cookie in start.cookies))
        self.files = dict(files or {})
        self.message = self.infeasible = ""
        self._past: list[str] = []
        self._views: list[_View] = []
        self.goto(start.url)

    def fork(self, start: Start) -> TextBrowser:
        """Another visitor who sees this page, with what was typed and opened on it, in the session of `start`."""
        twin = copy.copy(self)
        twin.client = Client("; ".join(f"{cookie.name}={cookie.value}" for cookie in start.cookies))
        twin.files, twin._past = dict(self.files), list(self._past)
        twin._views, twin.dialog = copy.deepcopy((self._views, self.dialog))
        twin._read()
        return twin

    @property
    def url(self) -> str:
        return self._views[0].reply.url

    @property
    def status(self) -> int:
        return self._views[-1].reply.status

    @property
    def is_over(self) -> bool:
        """Whether the visitor said a last word."""
        return bool(self.message or self.infeasible)

    @property
    def reported(self) -> bool:
        """Whether the visitor said that it can't be done."""
        return bool(self.infeasible)

    def goto(self, url: str) -> None:
        self._load(self.client.get(url))

    def _load(self, reply: Reply, place: int = 0) -> None:
        """Show a reply in the page or in its frame."""
        view = _View(_parsed(reply), reply)
        if place:
            self._views[place] = view
        else:
            self._views = [view]
            self._past.append(reply.url)
            for node in view.document.nodes:
                if node.tag == "IFRAME" and node.get("src").startswith("/"):
                    inner = self.client.get(urljoin(reply.url, node.get("src")))
                    self._views.append(_View(_parsed(inner), inner))
        self.dialog: tuple[str, Any] | None = None
        self._read()

    def _read(self) -> None:
        """Tell what is shown."""
        self.nodes: dict[str, tuple[int, Node]] = {}
        self.elements: list[Element] = self._told(0)
        dialogs = (Dialog("confirm", self.dialog[0]),) if self.dialog else ()
        title = next((node.text() for node in self._views[0].document.nodes if node.tag == "TITLE"), "")
        self.text = serialize(clean(title), self.url, self.elements, (), dialogs)
        self.observation = Observation(self.url, clean(title), tuple(self.elements), self.text, dialogs=dialogs)

    def _told(self, place: int) -> list[Element]:
        document, letters = self._views[place].document, "abc"[place - 1] if place else ""
        count = len(self.nodes)

        def reference() -> str:
            nonlocal count
            count += 1
            return f"{letters}{count}"

        for node in document.nodes:
            node.slotted.clear()
        find_shown(document)
        walk = Walk(document, reference)
        found: list[Element] = []
        chosen = {node: node.attributes["x-file"] for node in document.nodes if "x-file" in node.attributes}
        elements = walk.run()
        values = {walk._references[node]: name for node, name in chosen.items() if node in walk._references}
        for at, element in enumerate(elements):
            found.append(element.changed(value=values[element.bid]) if element.bid in values else element)
            if at in walk.frames and not place and len(self._views) > 1:
                inner = self._told(1)
                found += [one.changed(depth=one.depth + element.depth + 1) for one in inner]
        self.nodes |= {bid: (place, node) for node, bid in walk._references.items()}
        return found

    def named(self, name: str) -> str:
        """The reference of the first control of this name."""
        return next(element.bid for element in self.elements if element.bid and element.name == name)

    def act(self, text: str) -> None:
        """Run one action string. Raises KeyError for a reference that the page lacks."""
        action = parse(text)
        value = str(action.value[0]) if action.value else ""
        match action.verb:
            case "send_msg_to_user":
                self.message = value
            case "report_infeasible":
                self.infeasible = value
            case "go_back":
                del self._past[-1:]
                self.goto(self._past.pop() if self._past else self.url)
            case "dialog_accept" | "dialog_dismiss":
                pending, self.dialog = self.dialog, None
                self._read()
                if pending and action.verb == "dialog_accept":
                    self._click(*pending[1])
            case "noop" | "hover" | "scroll":
                pass
            case _ if self.dialog is None:
                self._on_node(action.verb, *self.nodes[action.bid], value)

    def _on_node(self, verb: str, place: int, node: Node, value: str) -> None:
        if verb == "press":
            self._press(place, node, value)
        elif verb == "click":
            if asked := question(node):
                self.dialog = (asked, (place, node))
                self._read()
            else:
                self._click(place, node)
        else:
            self._changed(place, select(node, value) if verb == "select_option" else write(node, value))

    def _press(self, place: int, node: Node, key: str) -> None:
        """Enter in a field sends its form with the form's first button, and clicks a button or link; nothing else."""
        form, nodes = form_of(node), self._views[place].document.nodes
        if node.tag == "INPUT" and key == "Enter" and form is not None:
            found = next((sent for one in nodes if (sent := sending(one)) and sent.form is form), Sending(form))
            self._send(place, found)
        elif node.tag in ("A", "BUTTON") and key == "Enter":
            self._on_node("click", place, node, "")
        else:
            self._read()

    def _click(self, place: int, node: Node) -> None:
        if "disabled" in node.attributes:
            return
        if where := address(node):
            self._load(self.client.get(urljoin(self._views[place].reply.url, where)), place)
        elif found := sending(node):
            self._send(place, found)
        else:
            self._changed(place, press(self._views[place].document, node))

    def _changed(self, place: int, node: Node | None) -> None:
        form = form_of(node) if node is not None and reloads(node) else None
        if form is not None:
            self._send(place, Sending(form))
        else:
            self._read()

    def _send(self, place: int, sent: Sending) -> None:
        view, form = self._views[place], sent.form
        inside = [node for node in view.document.nodes if form_of(node) is form]
        pairs = [pair for node in inside for pair in _pairs(node)] + ([sent.pair] if sent.pair else [])
        url = urljoin(view.reply.url, sent.to or form.get("action"))
        if form.get("method").lower() != "post":
            self._load(self.client.get(f"{url}?{urlencode(pairs)}"), place)
        else:
            files = [node for node in inside if node.input_type == "file"]
            body, kind = self._body(form, files, pairs)
            self._load(self.client.post(url, body, **{"Content-Type": kind, "Referer": view.reply.url}), place)

    def _body(self, form: Node, files: list[Node], pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
        if form.get("enctype") != "multipart/form-data":
            return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        mark = secrets.token_hex(12)
        parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in pairs]
        for node in files:
            name, field = node.get("x-file"), node.get("name") or host_of(node).get("name")
            head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
            parts.append(f"{head}\r\nContent-Type: text/plain\r\n\r\n{self.files.get(name, '')}")
        body = "".join(f"--{mark}\r\n{part}\r\n" for part in parts) + f"--{mark}--\r\n"
        return body.encode(), f"multipart/form-data; boundary={mark}"


def _parsed(reply: Reply) -> Document:
    document = parse_html(reply.body)
    document.url = document.base = reply.url
    return document


def _pairs(node: Node) -> list[tuple[str, str]]:
    """What a control adds to its form; in a shadow root it goes by the name of its host, where that has one."""
    name, kind = host_of(node).get("name") if node.root is not None else node.get("name"), node.input_type
    if not name or "disabled" in node.attributes or kind in ("file", "submit", "button", "reset", "image"):
        return []
    if node.tag == "SELECT":
        return [(name, one.attributes.get("value", option_label(one))) for one in selected_options(node)]
    if kind in ("checkbox", "radio") and "checked" not in node.attributes:
        return []
    value = node.get("value") if kind == "hidden" else value_of(node)
    return [(name, value)] if node.tag in ("INPUT", "TEXTAREA") else []
