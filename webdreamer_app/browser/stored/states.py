"""Values and states of a stored page's controls, as a browser has them before anybody touches them."""

from __future__ import annotations

import calendar
import math
import re
from functools import cached_property

from webdreamer_app.browser.stored.address import absolute
from webdreamer_app.browser.stored.tree import Document, Node, clean, words
from webdreamer_app.types import Form

_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?"
_FORMATS = {
    "number": _NUMBER,
    "date": re.compile(r"(\d{4,})-(\d\d)-(\d\d)", re.ASCII),
    "month": re.compile(r"\d{4,}-(0[1-9]|1[0-2])", re.ASCII),
    "week": re.compile(r"\d{4,}-W(0[1-9]|[1-4]\d|5[0-3])", re.ASCII),
    "time": re.compile(_TIME, re.ASCII),
    "datetime-local": re.compile(rf"(\d{{4,}})-(\d\d)-(\d\d)[T ]{_TIME}", re.ASCII),
}
_CAN_BE_DISABLED = frozenset({"BUTTON", "INPUT", "SELECT", "TEXTAREA", "OPTGROUP", "OPTION", "FIELDSET"})
_CAN_BE_EMPTY = frozenset({"INPUT", "SELECT", "TEXTAREA"})
_MISSING = {
    "SELECT": "Please select an item in the list.",
    "checkbox": "Please check this box if you want to proceed.",
    "radio": "Please select one of these options.",
    "file": "Please select a file.",
}
_NEVER_MISSING = frozenset({"hidden", "range", "color", "submit", "image", "reset", "button"})
_HOOKS = (
    "data-method", "data-confirm", "data-turbo-method", "data-turbo-confirm", "hx-post", "hx-put", "hx-delete",
    "hx-patch",
)  # fmt: skip


def flag(node: Node, name: str) -> bool | None:
    """Whether an attribute is `true`; None where it is absent."""
    given = node.attributes.get(name)
    return None if given is None else given == "true"


def whole_number(text: str) -> int | None:
    """What an attribute for whole numbers says."""
    found = re.match(r"[\t\n\f\r ]*([+-]?[0-9]{1,9})", text)
    return int(found.group(1)) if found else None


def value_of(node: Node) -> str:
    """What a field holds; empty for what holds no text."""
    if node.tag == "TEXTAREA":
        return node.text()
    if node.tag != "INPUT":
        return ""
    given, kind = node.get("value"), node.input_type
    if kind in _FORMATS:
        return _formatted(given, kind)
    if kind in ("checkbox", "radio"):
        return node.attributes.get("value", "on")
    if kind == "range":
        return _in_range(node)
    if kind == "color":
        return given.lower() if re.fullmatch(r"#[0-9a-fA-F]{6}", given) else "#000000"
    if kind in ("file", "hidden", "submit", "reset", "button", "image"):
        return "" if kind == "file" else given
    text = given.replace("\n", "")
    return text.strip("\t\f ") if kind in ("email", "url") else text


def _formatted(given: str, kind: str) -> str:
    found = _FORMATS[kind].fullmatch(given) if len(given) < 60 else None
    if found is None:
        return ""
    if kind in ("date", "datetime-local"):
        year, month, day = (int(part) for part in found.group(1, 2, 3))
        if not (year and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(min(year, 9000), month)[1]):
            return ""
    return given.replace(" ", "T")


def _in_range(node: Node) -> str:
    """The nearest value that a slider can have; its middle where none is given."""
    low, high = (_number(node.get(name), other) for name, other in (("min", 0.0), ("max", 100.0)))
    high = max(low, high)
    value = min(max(_number(node.get("value"), low + (high - low) / 2), low), high)
    step = _number(node.get("step"), 1.0)
    if node.get("step").lower() != "any" and step > 0 and abs(value) < 1e15 and (high - low) / step < 1e15:
        start = low if _NUMBER.fullmatch(node.get("min")) else _number(node.get("value"), 0.0)
        value = start + int((value - start) / step + 0.5) * step
        value -= step if value > high else 0
    return f"{value:.15g}"


def _number(text: str, other: float) -> float:
    number = float(text) if len(text) < 400 and _NUMBER.fullmatch(text) else other
    return number if math.isfinite(number) else other


def options_of(select: Node) -> list[Node]:
    """The options of a select or a list of suggestions."""
    return [node for node in select.below() if node.tag == "OPTION"]


def option_label(option: Node) -> str:
    return option.attributes["label"] if "label" in option.attributes else clean(option.text())


def selected_options(select: Node) -> list[Node]:
    """What is chosen: the last of those marked, else the first that can be, where a list shows one at a time."""
    options = options_of(select)
    marked = [option for option in options if "selected" in option.attributes]
    if "multiple" in select.attributes:
        return marked
    if marked:
        return marked[-1:]
    if (whole_number(select.get("size")) or 1) > 1:
        return []
    return [option for option in options if not _is_off(option)][:1]


def _is_off(option: Node) -> bool:
    around = option.parent
    in_group = around is not None and around.tag == "OPTGROUP" and "disabled" in around.attributes
    return in_group or "disabled" in option.attributes


class States:
    """States, forms and addresses in one document."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def is_disabled(self, node: Node) -> bool:
        if flag(node, "aria-disabled") or any(around.get("aria-disabled") == "true" for around in node.around()):
            return True
        if node.tag not in _CAN_BE_DISABLED:
            return False
        if "disabled" in node.attributes or (node.tag == "OPTION" and _is_off(node)):
            return True
        return node.tag not in ("OPTION", "OPTGROUP") and _is_in_disabled_group(node)

    def is_required(self, node: Node) -> bool:
        return flag(node, "aria-required") is True or (node.tag in _CAN_BE_EMPTY and "required" in node.attributes)

    def is_readonly(self, node: Node) -> bool:
        native = node.tag in ("INPUT", "TEXTAREA") and "readonly" in node.attributes
        return native or flag(node, "aria-readonly") is True

    def is_checked(self, node: Node) -> bool:
        """Whether an input is: of several in a group the last one marked is."""
        if "checked" not in node.attributes:
            return False
        if node.input_type != "radio" or not node.get("name"):
            return True
        return self._chosen[self._group(node)] is node

    @cached_property
    def _chosen(self) -> dict[tuple[Node | None, Node | None, str], Node]:
        marked = (node for node in self._document.nodes if node.tag == "INPUT" and "checked" in node.attributes)
        return {self._group(node): node for node in marked if node.input_type == "radio"}

    def _group(self, node: Node) -> tuple[Node | None, Node | None, str]:
        return node.root, self._document.form_of(node), node.get("name")

    def is_expanded(self, node: Node) -> bool | None:
        if node.tag == "DETAILS":
            return "open" in node.attributes
        if node.tag == "SUMMARY":
            around = node.parent
            return around is not None and around.tag in ("DETAILS", "DIALOG") and "open" in around.attributes
        told = flag(node, "aria-expanded")
        if told is None and node.tag in ("BUTTON", "INPUT") and node.get("popovertarget"):
            return False if self._document.by_id_beside(node, node.get("popovertarget")) is not None else None
        return told

    def is_selected(self, node: Node) -> bool | None:
        if node.tag != "OPTION":
            return flag(node, "aria-selected")
        select = next((around for around in node.around() if around.tag == "SELECT"), None)
        return node in selected_options(select) if select is not None else "selected" in node.attributes

    def message(self, node: Node) -> str:
        """What a field that the page calls invalid is told to be wrong with; empty for others."""
        if node.get("aria-invalid") == "false" or "aria-invalid" not in node.attributes:
            return ""
        ids = node.get("aria-errormessage") or node.get("aria-describedby")
        found = [self._document.by_id(node, one) for one in words(ids)] if ids else []
        told = clean(" ".join(one.text() if one is not None and one.is_shown else "" for one in found))
        return told or self._missing(node) or "invalid"

    def _missing(self, node: Node) -> str:
        """What browsers say of a field that must not stay empty."""
        if node.tag not in _CAN_BE_EMPTY or "required" not in node.attributes or self.is_disabled(node):
            return ""
        kind = node.tag if node.tag == "SELECT" else node.input_type
        if (
            kind in _NEVER_MISSING
            or (kind == "radio" and not node.get("name"))
            or (kind != "SELECT" and "readonly" in node.attributes)
        ):
            return ""
        if kind == "SELECT":
            is_empty = not any(one.attributes.get("value", option_label(one)) for one in selected_options(node))
        elif kind in ("checkbox", "radio"):
            is_empty = not self.is_checked(node)
        else:
            is_empty = not value_of(node)
        return _MISSING.get(kind, "Please fill out this field.") if is_empty else ""

    def form(self, node: Node) -> Form | None:
        """The form that the control belongs to, with what it says itself of where it sends that."""
        form = self._document.form_of(node)
        if form is None:
            return None
        method, given = _method(form.get("method")), form.get("action")
        scripted = ("action" not in form.attributes and method != "post") or "onsubmit" in form.attributes
        if node.tag in ("BUTTON", "INPUT"):
            method = _method(node.get("formmethod")) if "formmethod" in node.attributes else method
            given = node.attributes.get("formaction", given)
        address = self._absolute(given) if given else self._document.url
        return Form(method, address, self._document.forms.get(form, -1), scripted)

    def address(self, node: Node) -> str:
        """Where a link leads; links in drawings say it as it is written."""
        if node.space:
            return node.attributes.get("href", node.get("xlink:href"))
        if node.tag not in ("A", "AREA") or "href" not in node.attributes:
            return ""
        return self._absolute(node.attributes["href"])

    def _absolute(self, given: str) -> str:
        return absolute(given, self._document.base)


def is_hooked(node: Node) -> bool:
    return any(name in node.attributes for name in _HOOKS)


def _method(given: str) -> str:
    return given.lower() if given.lower() in ("get", "post", "dialog") else "get"


def _is_in_disabled_group(node: Node) -> bool:
    inner = node
    for around in node.around():
        if around.tag == "FIELDSET" and "disabled" in around.attributes and around.first("LEGEND") is not inner:
            return True
        inner = around
    return False
