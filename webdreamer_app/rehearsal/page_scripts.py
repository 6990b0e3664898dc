"""What the scripts of the bundled sites do to a page, done to the tree of a stored one: see `tasks/site/static`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from webdreamer_app.browser.stored.states import option_label, options_of
from webdreamer_app.browser.stored.tree import Document, Node, clean

_CONFIRM = re.compile(r"confirm\(\"((?:[^\"\\]|\\.)*)\"\)")


@dataclass(frozen=True, slots=True)
class Sending:
    """A form on its way, by a button or by itself: what the button adds, and where it sends the form."""

    form: Node
    pair: tuple[str, str] | None = None
    to: str = ""


def host_of(node: Node) -> Node:
    """The element of whose shadow root a node is part, else the node itself."""
    return node.root.host if node.root is not None and node.root.host is not None else node


def form_of(node: Node) -> Node | None:
    outer = host_of(node)
    return node.form or outer.form or next((one for one in outer.around() if one.tag == "FORM"), None)


def question(node: Node) -> str:
    """What the browser asks before a click on the node does anything."""
    found = _CONFIRM.search(node.get("onclick"))
    if found:
        return str(json.loads(f'"{found.group(1)}"'))
    return host_of(node).get("data-ask") or node.get("data-ask")


def address(node: Node) -> str:
    """Where a click goes, empty where it goes nowhere."""
    if node.tag == "A" and "href" in node.attributes:
        return node.get("href")
    return node.get("data-href") if "site.go" in node.get("onclick") else ""


def sending(node: Node) -> Sending | None:
    """The form that a click sends."""
    form, outer = form_of(node), host_of(node)
    if form is None:
        return None
    if outer.tag == "UI-BUTTON" or "site.send" in node.get("onclick") or "data-send" in node.attributes:
        name = outer.get("data-name")
        return Sending(form, (name, outer.get("data-value")) if name else None, outer.get("data-to"))
    if node.input_type == "submit":
        return Sending(
            form, (node.get("name"), node.get("value")) if node.get("name") else None, node.get("formaction")
        )
    return None


def press(document: Document, node: Node) -> Node | None:
    """Do what a click does to a choice, a switch or a counter; what was changed by it."""
    given = node.attributes
    if given.get("aria-disabled") == "true" or "disabled" in given:
        return None
    if node.input_type == "radio":
        for other in document.nodes:
            if other.input_type == "radio" and (other.root, form_of(other), other.get("name")) == (
                node.root, form_of(node), node.get("name"),
            ):  # fmt: skip
                other.attributes.pop("checked", None)
        given["checked"] = ""
        return node
    if node.input_type == "checkbox":
        given.pop("checked") if "checked" in given else given.update(checked="")
        return node
    if "data-pick" in given:
        for other in _widget(node).below():
            if "data-pick" in other.attributes:
                other.attributes["aria-checked"] = "true" if other is node else "false"
        return _put(node, given["data-pick"])
    if "data-toggle" in given:
        is_on = given.get("aria-checked") != "true"
        given["aria-checked"] = "true" if is_on else "false"
        return _put(node, given["data-toggle"] if is_on else None)
    if "data-choose" in given:
        return _choose(node)
    if "data-list" in given:
        _unfold(node, given.get("aria-expanded") != "true")
        return None
    if node.tag == "SUMMARY" and node.parent is not None:
        details = node.parent.attributes
        details.pop("open") if "open" in details else details.update(open="")
        return node
    return None


def write(node: Node, value: str) -> Node | None:
    """Put a value into a field; what was changed by it."""
    if node.tag == "TEXTAREA":
        node.children = [value]
    elif node.get("role") == "spinbutton":
        node.attributes["aria-valuenow"] = value
        node.children = [value]
        return _put(node, value)
    else:
        node.attributes["x-file" if node.input_type == "file" else "value"] = value
    beside = next((one for one in host_of(node).elements if one.get("type") == "hidden"), None)
    if node.root is not None and beside is not None:
        beside.attributes["value"] = value
    return node


def select(node: Node, label: str) -> Node | None:
    """Choose by what an option says; what was changed by it."""
    if node.tag != "SELECT":
        options = [one for one in _widget(node).below() if "data-choose" in one.attributes]
        wanted = next((one for one in options if clean(one.text()) == label), None)
        return _choose(wanted) if wanted is not None and wanted.get("aria-disabled") != "true" else None
    wanted = next((one for one in options_of(node) if clean(option_label(one)) == label), None)
    if wanted is None or "disabled" in wanted.attributes:
        return None
    for option in options_of(node):
        option.attributes.pop("selected", None)
    wanted.attributes["selected"] = ""
    return node


def reloads(node: Node) -> bool:
    """Whether a change sends the form."""
    return "data-reload" in node.attributes or "requestSubmit" in node.get("onchange")


def _widget(node: Node) -> Node:
    return next(one for one in node.around() if "data-widget" in one.attributes)


def _put(node: Node, value: str | None) -> Node:
    """Put a value into the hidden field of a widget; None: nothing is sent for it."""
    field = next(one for one in _widget(node).below() if one.get("type") == "hidden")
    field.attributes["value"] = value or ""
    field.attributes.pop("disabled", None)
    if value is None:
        field.attributes["disabled"] = ""
    return field


def _unfold(box: Node, is_open: bool) -> None:
    """Show or hide the options of a list."""
    box.attributes["aria-expanded"] = "true" if is_open else "false"
    for one in _widget(box).below():
        if one.get("role") == "listbox":
            one.attributes.pop("hidden") if is_open else one.attributes.update(hidden="")


def _choose(option: Node) -> Node:
    widget = _widget(option)
    for one in widget.below():
        if "data-choose" in one.attributes:
            one.attributes["aria-selected"] = "true" if one is option else "false"
        if "data-list" in one.attributes:
            one.children = [clean(option.text())]
            _unfold(one, is_open=False)
    return _put(option, option.get("data-choose"))
