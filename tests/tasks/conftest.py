"""A browser of text for tests: fetches the shop's real pages over HTTP, serializes them, posts their forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from lxml import html

from tasks.suites import suite
from tasks.task import Site, Start
from webdreamer_app.actions import parse
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.types import Element

_CONTAINERS = {
    "header": "banner", "footer": "contentinfo", "nav": "navigation", "main": "main", "ul": "list", "li": "listitem",
    "form": "form", "fieldset": "group",
}  # fmt: skip
_INPUTS = {"radio": "radio", "number": "spinbutton"}


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
    """One visitor without scripts or styles: what it reads is what the app's serializer writes of the same page."""

    def __init__(self, start: Start) -> None:
        self.client = Client("; ".join(f"{cookie.name}={cookie.value}" for cookie in start.cookies))
        self.message = ""
        self._past: list[str] = []
        self.goto(start.url)

    def goto(self, url: str) -> None:
        self._load(self.client.get(url))

    def _load(self, reply: Reply) -> None:
        self.status, self.url = reply.status, reply.url
        self._past.append(self.url)
        self.tree = html.document_fromstring(reply.body)
        self.tree.make_links_absolute(self.url)
        self.text = ""
        self._read()

    def _read(self) -> None:
        self.nodes: dict[str, Any] = {}
        self.elements: list[Element] = []
        self._walk(self.tree.find("body"), 0)
        title = " ".join((self.tree.findtext("head/title") or "").split())
        self.text = serialize(title, self.url, self.elements)

    def _walk(self, node: Any, depth: int) -> None:
        self._say(node.text, depth)
        for child in node:
            if child.tag != "legend" and child.get("aria-hidden") != "true":
                self._element(child, depth)
            self._say(child.tail, depth)

    def _say(self, text: str | None, depth: int) -> None:
        if text and text.strip():
            self.elements.append(Element("text", " ".join(text.split()), depth))

    def _element(self, node: Any, depth: int) -> None:
        tag = str(node.tag)
        role = node.get("role") or _CONTAINERS.get(tag, "")
        if tag == "label":
            self._widget(next(node.iter("input", "select")), depth)
        elif tag in ("a", "button", "input", "select"):
            self._widget(node, depth)
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
        name = node.get("aria-label") or (_words(label) if label is not None else _words(node))
        if node.tag in ("a", "button"):
            self.elements.append(Element("link" if node.tag == "a" else "button", name, depth, bid))
        elif node.tag == "select":
            options = tuple(one.text for one in node)
            self.elements.append(Element("combobox", name, depth, bid, value=_chosen(node), options=options))
        else:
            role = _INPUTS.get(node.get("type"), "textbox")
            radio = role == "radio"
            self.elements.append(
                Element(
                    role, name, depth, bid,
                    value=None if radio else node.get("value", ""),
                    checked="checked" in node.attrib if radio else None,
                    required="required" in node.attrib,
                    invalid="invalid" if node.get("aria-invalid") == "true" else "",
                )
            )  # fmt: skip

    def act(self, text: str) -> None:
        """Run one action string. Raises KeyError for a reference that the page lacks."""
        action = parse(text)
        if action.verb == "send_msg_to_user":
            self.message = str(action.value[0])
            return
        if action.verb == "go_back":
            del self._past[-1:]
            self.goto(self._past.pop() if self._past else self.url)
            return
        node = self.nodes[action.bid]
        if action.verb == "fill":
            node.set("value", str(action.value[0]))
        elif action.verb == "select_option":
            for option in node:
                option.attrib.pop("selected", None)
            next(option for option in node if option.text == action.value[0]).set("selected", "")
        elif node.tag == "a":
            self.goto(node.get("href"))
            return
        elif node.get("type") == "radio":
            for other in _form(node).iter("input"):
                if other.get("name") == node.get("name"):
                    other.attrib.pop("checked", None)
            node.set("checked", "")
        elif action.verb in ("click", "press"):
            self._submit(_form(node))
            return
        self._read()

    def _submit(self, form: Any) -> None:
        data = {
            node.get("name"): _chosen(node) if node.tag == "select" else node.get("value", "")
            for node in form.iter("input", "select")
            if node.get("type") != "radio" or "checked" in node.attrib
        }
        url = form.get("action") or self.url
        post = form.get("method") == "post"
        self._load(self.client.post(url, data) if post else self.client.get(f"{url}?{urlencode(data)}"))


def _words(node: Any) -> str:
    texts = node.xpath(".//text()[not(ancestor::option)]")
    return " ".join(" ".join(texts).split())


def _form(node: Any) -> Any:
    return next(node.iterancestors("form"))


def _chosen(select: Any) -> str:
    return str(next((option.text for option in select if "selected" in option.attrib), select[0].text))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running shop for all tests; each test takes a session of its own."""
    database: Path = tmp_path_factory.mktemp("shop") / "shop.db"
    with suite("shop").open(database) as running:
        yield running


@pytest.fixture
def visit(site: Site) -> Callable[..., TextBrowser]:
    """Opens text browsers: `visit('session', path='/')`, at the shop of the test's run or another one."""

    def open_one(session: str, path: str = "/", at: Site = site) -> TextBrowser:
        browser = TextBrowser(at.start(session))
        if path != "/":
            browser.goto(at.url + path)
        return browser

    return open_one


@pytest.fixture
def client() -> type[Client]:
    """The bare HTTP client."""
    return Client
