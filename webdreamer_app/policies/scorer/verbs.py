"""The verbs of the scorer's candidate set: what can be done with a row of a page, and what without one."""

from __future__ import annotations

from webdreamer_app.policies.scorer.rows import Row
from webdreamer_app.types import TYPED_ROLES, Element

KEYS = ("Enter", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "PageDown", "PageUp", "Backspace", "Control+Home")
ROW_VERBS = ("click", "fill", "type", "select_option", "hover", "scroll", *(f"press {key}" for key in KEYS))
PAGE_VERBS = ("send_msg_to_user", "report_infeasible", "go_back", "noop", "dialog_accept", "dialog_dismiss")
FILL, TYPE, SELECT = (ROW_VERBS.index(verb) for verb in ("fill", "type", "select_option"))
FILLABLE = TYPED_ROLES | {"combobox", "slider"}
NO_CLICK = frozenset({"text", "heading", "img", "alert", "status", "alertdialog"})
_KEYED = frozenset({"textbox", "searchbox", "combobox", "slider", "spinbutton", "generic", "listbox"})


def row_verbs(row: Row, *, dialog: bool = False) -> tuple[bool, ...]:
    """Which of ROW_VERBS fit a row; none while a dialog is open."""
    element = row.element
    if dialog or not element.is_usable:
        return (False,) * len(ROW_VERBS)
    if row.is_option:
        return tuple(verb == "select_option" for verb in ROW_VERBS)
    allowed = {
        "click": element.role not in NO_CLICK and not is_closed(element) and element.input_type != "file",
        "fill": types_text(element),
        "type": types_text(element) and element.role == "textbox",
        "select_option": False,
        "hover": element.role in ("menuitem", "generic", "link"),
        "scroll": element.role == "textbox" and element.tag == "textarea",
        "press Enter": element.role in ("textbox", "searchbox"),
    }
    return tuple(allowed.get(verb, element.role in _KEYED and element.role != "searchbox") for verb in ROW_VERBS)


def types_text(element: Element) -> bool:
    """Whether a value can be put into it; a file field takes the name of a document."""
    if element.input_type == "file":
        return True
    return element.role in FILLABLE and not is_closed(element) and not element.readonly


def is_closed(element: Element) -> bool:
    """Whether only its options can be chosen; an input that suggests some takes others as well."""
    return bool(element.options) and element.tag != "input"


def page_verbs(*, dialog: bool) -> tuple[bool, ...]:
    """Which of PAGE_VERBS can be done: a dialog waits for its answer."""
    return tuple(verb.startswith("dialog") == dialog for verb in PAGE_VERBS)
