"""A browser of text for tests: fetches the shop's real pages over HTTP, serializes them, posts their forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from lxml import html

from tasks.store.suite import StoreSuite
from tasks.task import Site, Start, Task
from webdreamer_app.actions import parse
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.types import Dialog, Element

_CONTAINERS = {
    "header": "banner", "footer": "contentinfo", "nav": "navigation", "main": "main", "ul": "list", "li": "listitem",
    "form": "form", "fieldset": "group", "section": "region", "aside": "complementary",
}  # fmt: skip
_INPUTS = {"radio": "radio", "number": "spinbutton", "checkbox": "checkbox"}
_WIDGETS = ("a", "button", "input", "select", "textarea")


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

    def get(self, url: str) -> Reply:
        return self._send(Request(url, headers=self._headers))

    def post(self, url: str, data: Mapping[str, str]) -> Reply:
        return self._send(Request(url, urlencode(data).encode(), headers=self._headers))

    def _send(self, request: Request) -> Reply:
        try:
            with self._opener.open(request, timeout=10) as answer:
                return Reply(answer.status, answer.url, answer.read().decode(), dict(answer.headers))
        except HTTPError as error:
            with error:
                return Reply(error.code, error.url, error.read().decode(), dict(error.headers))


class TextBrowser:
    """One visitor without scripts or styles: what it reads is what the app's serializer writes of the same page.

    It reads the plain markup, frames included; what the browser would ask in a dialog, it asks as one.
    """

    def __init__(self, start: Start) -> None:
        self.client = Client("; ".join(f"{cookie.name}={cookie.value}" for cookie in start.cookies))
        self.message = ""
        self.reported = False
        self._past: list[str] = []
        self._asked: tuple[str, Any] | None = None
        self.goto(start.url)

    def goto(self, url: str) -> None:
        self._load(self.client.get(url))

    def _load(self, reply: Reply) -> None:
        self.status, self.url = reply.status, reply.url
        self._past.append(self.url)
        self.tree = _parsed(reply)
        self.frames: dict[Any, Any] = {}
        for frame in self.tree.iter("iframe"):
            self.frames[frame] = _parsed(self.client.get(frame.get("src")))
        self._read()

    def _read(self) -> None:
        self.nodes: dict[str, Any] = {}
        self.elements: list[Element] = []
        self._walk(self.tree.find("body"), 0)
        title = " ".join((self.tree.findtext("head/title") or "").split())
        dialogs = [Dialog("confirm", self._asked[0])] if self._asked else []
        self.text = serialize(title, self.url, self.elements, (), dialogs)

    def _walk(self, node: Any, depth: int) -> None:
        self._say(node.text, depth)
        for child in node:
            if child.tag not in ("legend", "script") and child.get("aria-hidden") != "true":
                self._element(child, depth)
            self._say(child.tail, depth)

    def _say(self, text: str | None, depth: int) -> None:
        if text and text.strip():
            self.elements.append(Element("text", " ".join(text.split()), depth))

    def _element(self, node: Any, depth: int) -> None:
        tag = str(node.tag)
        role = node.get("role") or _CONTAINERS.get(tag, "")
        if tag == "label":
            inside = next(node.iter(*_WIDGETS), None)
            if inside is not None:  # others stand beside their control, which is told by itself
                self._widget(inside, depth)
        elif tag in _WIDGETS:
            if node.get("type") != "hidden":
                self._widget(node, depth)
        elif tag == "iframe":
            self.elements.append(Element("iframe", node.get("title", ""), depth))
            self._walk(self.frames[node].find("body"), depth + 1)
        elif tag in ("h1", "h2"):
            self.elements.append(Element("heading", _words(node), depth, level=int(tag[1])))
        elif role:
            legend = node.findtext("legend") if tag == "fieldset" else node.get("aria-label")
            self.elements.append(Element(role, legend or "", depth))
            self._walk(node, depth + 1)
        else:
            self._walk(node, depth)

    def _widget(self, node: Any, depth: int) -> None:
        bid = str(len(self.nodes) + 1)
        self.nodes[bid] = node
        label = next(node.iterancestors("label"), None)
        if label is None and node.get("id"):
            label = next(iter(node.getroottree().xpath("//label[@for=$id]", id=node.get("id"))), None)
        name = node.get("aria-label") or (_words(label) if label is not None else _words(node))
        disabled = "disabled" in node.attrib
        if node.tag in ("a", "button"):
            self.elements.append(Element("link" if node.tag == "a" else "button", name, depth, bid))
        elif node.tag == "select":
            options = tuple(one.text for one in node if "disabled" not in one.attrib)
            self.elements.append(Element("combobox", name, depth, bid, value=_chosen(node).text, options=options))
        elif node.tag == "textarea":
            self.elements.append(Element("textbox", name, depth, bid, value=(node.text or "").strip()))
        else:
            role = _INPUTS.get(node.get("type"), "textbox")
            ticked = role in ("radio", "checkbox")
            self.elements.append(
                Element(
                    role, name, depth, bid,
                    value=None if ticked else node.get("value", ""),
                    checked="checked" in node.attrib if ticked else None,
                    required="required" in node.attrib,
                    disabled=disabled,
                    invalid="invalid" if node.get("aria-invalid") == "true" else "",
                )
            )  # fmt: skip

    def act(self, text: str) -> None:
        """Run one action string. Raises KeyError for a reference that the page lacks."""
        action = parse(text)
        if action.verb in ("send_msg_to_user", "report_infeasible"):
            self.message, self.reported = str(action.value[0]), action.verb == "report_infeasible"
        elif action.verb == "go_back":
            del self._past[-1:]
            self.goto(self._past.pop() if self._past else self.url)
        elif action.verb == "dialog_accept":
            assert self._asked is not None
            node, self._asked = self._asked[1], None
            self._go(node)
        elif action.verb == "dialog_dismiss":
            self._asked = None
            self._read()
        else:
            self._on(self.nodes[action.bid], action.verb, str(action.value[0]) if action.value else "")

    def _on(self, node: Any, verb: str, value: str) -> None:
        if verb == "fill" and node.tag == "textarea":
            node.text = value
        elif verb == "fill":
            node.set("value", value)
        elif verb == "select_option":
            for option in node:
                option.attrib.pop("selected", None)
            next(option for option in node if option.text == value).set("selected", "")
        elif node.get("type") in ("radio", "checkbox"):
            _tick(node)
        elif verb in ("click", "press") and node.get("type") != "button":
            if node.get("data-ask") and verb == "click":
                self._asked = (node.get("data-ask"), node)
            else:
                self._go(node)
                return
        self._read()

    def _go(self, node: Any) -> None:
        frame = next((frame for frame, tree in self.frames.items() if tree is node.getroottree().getroot()), None)
        reply = self.client.get(node.get("href")) if node.tag == "a" else self._submit(_form(node), node)
        if frame is None:
            self._load(reply)
            return
        self.frames[frame] = _parsed(reply)
        self._read()

    def _submit(self, form: Any, button: Any) -> Reply:
        data = {
            node.get("name"): _value(node)
            for node in form.iter("input", "select", "textarea")
            if node.get("type") not in ("radio", "checkbox") or "checked" in node.attrib
        }
        if button.tag == "button" and button.get("name"):
            data[button.get("name")] = button.get("value", "")
        url = button.get("formaction") or form.get("action") or self.url
        return (
            self.client.post(url, data) if form.get("method") == "post" else self.client.get(f"{url}?{urlencode(data)}")
        )


def _parsed(reply: Reply) -> Any:
    tree = html.document_fromstring(reply.body)
    tree.make_links_absolute(reply.url)
    for button in tree.iter("button"):
        if button.get("formaction"):
            button.set("formaction", urljoin(reply.url, button.get("formaction")))
    return tree


def _words(node: Any) -> str:
    texts = node.xpath(".//text()[not(ancestor::option)]")
    return " ".join(" ".join(texts).split())


def _form(node: Any) -> Any:
    return next(node.iterancestors("form"))


def _tick(node: Any) -> None:
    if node.get("type") == "radio":
        for other in _form(node).iter("input"):
            if other.get("name") == node.get("name"):
                other.attrib.pop("checked", None)
        node.set("checked", "")
    elif "checked" in node.attrib:
        del node.attrib["checked"]
    else:
        node.set("checked", "")


def _chosen(select: Any) -> Any:
    return next((option for option in select if "selected" in option.attrib), select[0])


def _value(node: Any) -> str:
    if node.tag == "select":
        return str(_chosen(node).get("value"))
    return (node.text or "").strip() if node.tag == "textarea" else str(node.get("value", ""))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running shop for all tests; each test takes a session of its own."""
    database: Path = tmp_path_factory.mktemp("shop") / "shop.db"
    with StoreSuite("semantic").open(database) as running:
        yield running


@pytest.fixture
def visit(site: Site) -> Callable[..., TextBrowser]:
    """Opens text browsers: `visit('session', task, path='/')`, at the shop of the test's run or another one."""

    def open_one(session: str, task: Task | None = None, path: str = "/", at: Site = site) -> TextBrowser:
        browser = TextBrowser(at.start(session, task))
        if path != "/":
            browser.goto(at.url + path)
        return browser

    return open_one


@pytest.fixture
def client() -> type[Client]:
    """The bare HTTP client."""
    return Client
