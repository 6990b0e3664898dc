"""Controls of a stored document as elements."""

from __future__ import annotations

from typing import Any

from webdreamer_app.browser.stored.names import FIELDS, Names
from webdreamer_app.browser.stored.states import (
    States,
    flag,
    is_hooked,
    option_label,
    options_of,
    selected_options,
    value_of,
)
from webdreamer_app.browser.stored.tree import Document, Node, clean
from webdreamer_app.types import Element

_MAX_OPTIONS = 200
_MAX_GENERIC_NAME = 120
_CHECKABLE = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})


class Widgets:
    """Tells of the controls of one document."""

    def __init__(self, document: Document, names: Names) -> None:
        self._names = names
        self._states = States(document)

    def element(self, node: Node, role: str, depth: int, bid: str) -> Element:
        """The control as an element."""
        tag, states = node.tag, self._states
        name = self._names.name(node, role)
        told: dict[str, Any] = {"checked": self._checked(node, role)}
        if told["checked"] is None:
            told |= self._content(node, role)
        if address := states.address(node):
            told |= {"href": address, "hooked": is_hooked(node)}
        return Element(
            role,
            _cut(name) if role == "generic" else name,
            depth,
            bid,
            tag.lower(),
            input_type=node.input_type,
            disabled=states.is_disabled(node),
            required=states.is_required(node),
            readonly=states.is_readonly(node),
            invalid=states.message(node),
            expanded=states.is_expanded(node),
            selected=states.is_selected(node),
            form=states.form(node),
            **told,
        )

    def _checked(self, node: Node, role: str) -> Any:
        """Whether it is checked or pressed, `mixed` for partly; None where it can't be."""
        if role in _CHECKABLE:
            if node.get("aria-checked") == "mixed":
                return "mixed"
            return self._states.is_checked(node) if node.tag == "INPUT" else flag(node, "aria-checked") is True
        return "mixed" if node.get("aria-pressed") == "mixed" else flag(node, "aria-pressed")

    def _content(self, node: Node, role: str) -> dict[str, Any]:
        """Value and choices of a field."""
        if node.tag == "SELECT":
            chosen = ", ".join(clean(option_label(option)) for option in selected_options(node))
            return {
                "value": chosen,
                "options": tuple(clean(option_label(one)) for one in options_of(node)[:_MAX_OPTIONS]),
            }
        if role not in FIELDS and node.input_type != "file":
            return {}
        value = value_of(node)
        if node.input_type == "password":
            value = "•" * (len(value.encode("utf-16-le")) // 2)
        elif node.tag not in ("INPUT", "TEXTAREA"):
            value = clean(node.get("aria-valuetext") or node.get("aria-valuenow") or node.text())
        choices = self._names.choices(node)
        if choices is None:
            return {"value": value}
        told = (clean(one.attributes.get("value") or option_label(one)) for one in options_of(choices)[:_MAX_OPTIONS])
        return {"value": value, "options": tuple(told)}


def _cut(name: str) -> str:
    """As long as scripts cut it, who count in halves of surrogate pairs."""
    if len(name) * 2 <= _MAX_GENERIC_NAME:
        return name
    return name.encode("utf-16-le")[: 2 * _MAX_GENERIC_NAME].decode("utf-16-le", "replace")
